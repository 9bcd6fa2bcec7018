"""What is kept, as one ZIP: about you, for administrators about anybody, and all of a partner for whoever leads it."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from cases.api.administration import AdministrationView, partner_led
from cases.api.views import for_administrators, moment, person
from cases.models import User
from cases.web import company_export
from cases.web.personal_data import export_of

ZIP: dict[Any, Any] = {(200, "application/zip"): OpenApiTypes.BINARY}


class OwnData(AdministrationView):
    """What is kept about you."""

    @extend_schema(operation_id="read_own_data", responses=ZIP)
    def get(self, request: Request) -> HttpResponseBase:
        """Send what is kept about you: what you said and did, your files and your mails."""
        return export_of(person(request), for_=person(request), now=moment(request))


class DataOfPerson(AdministrationView):
    """What is kept about somebody."""

    @extend_schema(operation_id="read_data_of_person", responses=ZIP)
    def get(self, request: Request, person_id: int) -> HttpResponseBase:
        """Send what is kept about a person. For administrators alone."""
        for_administrators(request)
        return export_of(User.objects.get(pk=person_id), for_=person(request), now=moment(request))


class DataOfPartner(AdministrationView):
    """All that a partner has with us."""

    @extend_schema(operation_id="read_data_of_partner", responses=ZIP)
    def get(self, request: Request, partner: str) -> HttpResponseBase:
        """Send a partner's people, cases and files, as one of its administrators or a manager.

        Two people may download at once; others are told when to ask again (429).
        """
        answer = company_export.export_of(partner_led(request, partner), for_=person(request), now=moment(request))
        if answer is None:
            raise Throttled(wait=60)
        return answer
