"""Anybody with an account, to be erased when they ask for it. For administrators alone."""

from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import Telling, act
from cases.api.administration import AdministrationView
from cases.api.pagination import InOrder, ListView
from cases.api.views import asked_of, by, checked, for_administrators
from cases.models import Erasure, User

MOST_NAMES = 20


class AccountHolderSerializer(serializers.ModelSerializer[User]):
    """Somebody with an account."""

    class Meta:
        model = User
        fields = ("id", "name", "email", "works_here", "is_active")
        read_only_fields = fields


class AccountFilters(serializers.Serializer[Any]):
    """Who."""

    q = serializers.CharField(max_length=100, required=False, help_text="A part of a name or an address.")


class NewErasureSerializer(serializers.Serializer[Any]):
    """Whom to erase, said twice, and how much of what they wrote goes with them."""

    address = serializers.CharField(max_length=254, help_text="Their mail address, exactly.")
    also_known_as = serializers.ListField(
        child=serializers.CharField(max_length=100),
        required=False,
        default=list,
        max_length=MOST_NAMES,
        help_text="Other names of theirs; each is removed wherever it stands as a word of its own.",
    )
    words_too = serializers.BooleanField(
        required=False, default=False, help_text="Whether what they wrote and sent goes, too."
    )


class ErasureSerializer(serializers.ModelSerializer[Erasure]):
    """That somebody was erased, and how often they were named where."""

    person = serializers.IntegerField(source="person_id")
    places = serializers.DictField(child=serializers.IntegerField())

    class Meta:
        model = Erasure
        fields = ("person", "at", "words_too", "places")
        read_only_fields = fields


class Persons(AdministrationView, ListView):
    """Everybody with an account."""

    pagination_class = InOrder

    @extend_schema(
        operation_id="list_persons", parameters=[AccountFilters], responses=AccountHolderSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """List people with an account, whoever they work for. For administrators alone."""
        for_administrators(request)
        words = asked_of(AccountFilters, request).get("q", "")
        found = User.objects.filter(Q(name__icontains=words) | Q(email__icontains=words), erased_at=None)
        return self.page(request, found, AccountHolderSerializer)


class Erasures(AdministrationView):
    """The end of a person in everything that is kept."""

    @extend_schema(operation_id="erase_person", request=NewErasureSerializer, responses={201: ErasureSerializer})
    def post(self, request: Request, person_id: int) -> Response:
        """Remove a person's name, address and numbers from all that is kept, as an administrator. It is final."""
        for_administrators(request)
        said, found = checked(NewErasureSerializer, request), User.objects.get(pk=person_id)
        return act(request, lambda: actions.erase_person(person_id=found.pk, **said, **by(request)), Telling(_told))


def _told(person_id: int) -> dict[str, Any]:
    return dict(ErasureSerializer(Erasure.objects.get(person_id=person_id)).data)
