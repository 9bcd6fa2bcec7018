"""The desk's queue and the views of it that people saved, for programs that show the same. For staff alone."""

from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import Telling, act
from cases.api.fields import id_of
from cases.api.pagination import LatestFirst, ListView
from cases.api.serializers import NOBODY, CaseRowSerializer, PersonSerializer
from cases.api.views import ApiView, asked_of, by, checked, for_staff, moment, person
from cases.models import ProductArea, SavedView, User
from cases.web.queue import FILTERS, VIEWS, Asked, settings_of, views_for
from cases.web.queue_order import ORDERS

VIEW_KEYS = [(view.key, view.key) for view in VIEWS]
ORDER_KEYS = [(order.key, order.key) for order in ORDERS]
ROWS, MOST_ROWS = 50, 200


# --- What a look at the queue says ------------------------------------------------------------------------------------


class LookSerializer(serializers.Serializer[Any]):
    """A look at the queue: what it shows, and in which order."""

    view = serializers.ChoiceField(VIEW_KEYS, required=False, default=VIEWS[0].key)
    q = serializers.CharField(max_length=100, required=False, help_text="Words of the case, its messages or files.")
    severity = serializers.IntegerField(min_value=1, max_value=4, required=False, help_text="The one in force.")
    desk = serializers.CharField(max_length=16, required=False, help_text="The code of a desk.")
    partner = serializers.CharField(max_length=6, required=False, help_text="The short code of a partner.")
    owner = serializers.CharField(
        max_length=254, required=False, help_text="The mail address of a specialist, or `nobody`."
    )
    area = serializers.CharField(max_length=80, required=False, help_text="The name of a product area.")
    order = serializers.ChoiceField(ORDER_KEYS, required=False, help_text="Left out: as you like it.")


def _asked(look: dict[str, Any]) -> Asked:
    """Return a look as the queue's page has it, which names people and areas by number."""
    said = {name: str(look[name]) for name in ("view", "q", "order", *FILTERS) if name in look}
    if "owner" in said and said["owner"] != NOBODY:
        said["owner"] = str(id_of(said["owner"]))
    if "area" in said:
        area = ProductArea.objects.filter(name=said["area"]).values_list("pk", flat=True).first()
        said["area"] = str(area or 0)
    return Asked.read(said)


def _look(query: str) -> dict[str, Any]:
    """Return what an address of the queue's page says, with people and areas by their names."""
    asked = Asked.read(QueryDict(query))
    said: dict[str, Any] = {"view": asked.view.key, "q": asked.words, **asked.filters, "order": asked.order}
    if said.get("owner", NOBODY) != NOBODY:
        said["owner"] = User.objects.filter(pk=said["owner"]).values_list("email", flat=True).first() or ""
    if "area" in said:
        said["area"] = ProductArea.objects.filter(pk=said["area"]).values_list("name", flat=True).first() or ""
    if "severity" in said:
        said["severity"] = int(said["severity"])
    return {name: value for name, value in said.items() if value}


# --- The queue --------------------------------------------------------------------------------------------------------


class QueueFilters(LookSerializer):
    """Which cases of the queue. With `saved` what that view shows; then only `order` counts beside it."""

    saved = serializers.IntegerField(required=False, help_text="The id of a view that somebody saved.")
    after = serializers.CharField(max_length=200, required=False, help_text="Where to go on: from `next` of a page.")
    limit = serializers.IntegerField(
        min_value=1, max_value=MOST_ROWS, required=False, default=ROWS, help_text=f"Rows on a page; left out: {ROWS}."
    )


class QueueRowSerializer(CaseRowSerializer):
    """A case of the queue with what is promised next on it."""

    next_due_at = serializers.DateTimeField(allow_null=True, help_text="null: nothing is promised.")

    class Meta(CaseRowSerializer.Meta):
        fields = (*CaseRowSerializer.Meta.fields, "next_due_at")
        read_only_fields = fields


class QueuePageSerializer(serializers.Serializer[Any]):
    """Some rows of the queue, and where the next stand."""

    next = serializers.URLField(allow_null=True)
    results = QueueRowSerializer(many=True)


class Queue(ApiView):
    """The queue."""

    @extend_schema(operation_id="read_queue", parameters=[QueueFilters], responses=QueuePageSerializer)
    def get(self, request: Request) -> Response:
        """Read the queue, what is promised next on top unless `order` says otherwise. For staff alone."""
        for_staff(request)
        said = asked_of(QueueFilters, request)
        asked, reader = _asked(said), person(request)
        if "saved" in said:
            asked = Asked.read(QueryDict(views_for(reader).get(pk=said["saved"]).query))
        if "order" in said:
            asked = replace(asked, order=said["order"])
        order = asked.ordering(settings_of(reader))
        if "after" in said and not order.knows(said["after"]):
            raise ValidationError({"after": [_("Take `after` from `next` of a page.")]})
        found = order.ordered(order.beyond(asked.cases(reader, moment(request)), said.get("after", "")))
        found = found.with_people().select_related("product_area", "follow_up_of")
        rows = list(found[: said["limit"] + 1])
        shown = rows[: said["limit"]]
        more = None
        if len(rows) > len(shown):
            # The order is said, whatever its reader likes by then.
            here = {**request.query_params.dict(), "after": order.key_of(shown[-1])}
            here |= {} if asked.view.ended else {"order": order.key}
            more = request.build_absolute_uri(f"{request.path}?{urlencode(here)}")
        return Response(QueuePageSerializer({"next": more, "results": shown}).data)


# --- Views ------------------------------------------------------------------------------------------------------------


class SavedViewSerializer(serializers.ModelSerializer[SavedView]):
    """A look at the queue that somebody named: yours, in your order, or one that a colleague shares."""

    owner = PersonSerializer()
    look = serializers.SerializerMethodField()

    class Meta:
        model = SavedView
        fields = ("id", "name", "owner", "shared", "position", "look")
        read_only_fields = fields

    @extend_schema_field(LookSerializer)
    def get_look(self, view: SavedView) -> dict[str, Any]:
        """Return what it shows."""
        return _look(view.query)


class ChangedViewSerializer(serializers.Serializer[Any]):
    """What a view is called, and whether colleagues see it."""

    name = serializers.CharField(max_length=40)
    shared = serializers.BooleanField(required=False, default=False, help_text="With the whole desk.")


class NewViewSerializer(ChangedViewSerializer):
    """A view to keep."""

    look = LookSerializer()


class ViewMoveSerializer(serializers.Serializer[Any]):
    """Where to move a view by one place."""

    to = serializers.ChoiceField([("earlier", "earlier"), ("later", "later")])


class SavedViews(ListView):
    """The views that people saved."""

    pagination_class = LatestFirst

    @extend_schema(operation_id="list_saved_views", responses=SavedViewSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List your views, and those that colleagues share. For staff alone."""
        for_staff(request)
        return self.page(request, views_for(person(request)).select_related("owner"), SavedViewSerializer)

    @extend_schema(operation_id="save_view", request=NewViewSerializer, responses={201: SavedViewSerializer})
    def post(self, request: Request) -> Response:
        """Keep a look at the queue under a name, behind your others."""
        for_staff(request)
        said = checked(NewViewSerializer, request)
        query = _asked(said.pop("look")).query
        return act(request, lambda: actions.save_view(query=query, **said, **by(request)), Telling(_told))


class OneSavedView(ApiView):
    """One view of yours."""

    @extend_schema(operation_id="change_view", request=ChangedViewSerializer, responses=SavedViewSerializer)
    def put(self, request: Request, view_id: int) -> Response:
        """Name a view of yours anew, and share it or no longer."""
        found, said = _own(request, view_id), checked(ChangedViewSerializer, request)
        actions.change_view(view_id=found.pk, **said, **by(request))
        return Response(_told(found.pk))

    @extend_schema(operation_id="delete_view", responses={204: None})
    def delete(self, request: Request, view_id: int) -> Response:
        """Delete a view of yours. Its cases stay as they are."""
        actions.delete_view(view_id=_own(request, view_id).pk, **by(request))
        return Response(status=204)


class ViewMoves(ApiView):
    """The place of a view among yours."""

    @extend_schema(operation_id="move_view", request=ViewMoveSerializer, responses={201: SavedViewSerializer})
    def post(self, request: Request, view_id: int) -> Response:
        """Let a view of yours change places with its neighbour."""
        found, earlier = _own(request, view_id), checked(ViewMoveSerializer, request)["to"] == "earlier"

        def move() -> SavedView:
            actions.move_view(view_id=found.pk, earlier=earlier, **by(request))
            return found

        return act(request, move, Telling(_told))


def _own(request: Request, view_id: int) -> SavedView:
    return SavedView.objects.get(pk=view_id, owner=person(request))


def _told(view_id: int) -> dict[str, Any]:
    return dict(SavedViewSerializer(SavedView.objects.select_related("owner").get(pk=view_id)).data)
