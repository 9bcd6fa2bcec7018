"""Handing out files: always as a download, always through the door of `readable_by`."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.views.decorators.http import require_GET

from cases.models import Attachment
from cases.web.request import PortalRequest


@login_required
@require_GET
def attachment(request: PortalRequest, attachment_id: int) -> FileResponse:
    """Send one file that the reader may see; never inline, so that no file runs in our name."""
    found = Attachment.objects.readable_by(request.user, request.now).filter(pk=attachment_id).first()
    if found is None:
        raise Http404
    return FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )
