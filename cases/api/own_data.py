"""What is kept about a person, as one ZIP: your own, and for administrators anybody's."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from cases.api.administration import AdministrationView
from cases.api.persons import for_administrators
from cases.api.views import moment, person
from cases.models import User
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
