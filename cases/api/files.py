"""Handing out files through the same door as the pages do."""

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from cases.api.views import ApiView, moment, person
from cases.models import Attachment


class OneFile(ApiView):
    """The content of one file."""

    @extend_schema(operation_id="read_file", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, attachment_id: int) -> FileResponse:
        """Send one file that you may see, always as a download."""
        found = Attachment.objects.readable_by(person(request), moment(request)).filter(pk=attachment_id).first()
        if found is None:
            raise NotFound
        return FileResponse(
            found.file.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
        )
