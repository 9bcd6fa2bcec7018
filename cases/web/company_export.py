"""All that a company has with us, in one file, for whoever leads it."""

import logging
from collections.abc import Iterator
from threading import BoundedSemaphore

from django.contrib import messages
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.api import partner_export
from cases.models import Case
from cases.web.company import company_or_404, leads
from cases.web.exports import in_language
from cases.web.request import PortalRequest

logger = logging.getLogger(__name__)

# Each keeps a thread of its process busy for as long as it lasts; the others stay with the pages.
places = BoundedSemaphore(2)


@require_POST
def export(request: PortalRequest, code: str) -> HttpResponseBase:
    """Send a company's people, cases and files to whoever leads it, as one ZIP that is written while it is read."""
    partner = company_or_404(request, code)
    if not leads(request, partner):
        raise Http404
    if not places.acquire(blocking=False):
        messages.error(
            request, _("Others are downloading theirs just now. Nothing was made; try again in some minutes.")
        )
        return redirect("manager_people" if request.user.works_here else "company", code=partner.code)
    logger.info("All of partner %s goes to person %s", partner.code, request.user.pk)
    parts = partner_export.parts_of(
        partner, Case.objects.visible_to(request.user), reader=request.user, now=request.now
    )
    answer = StreamingHttpResponse(_Place(in_language(get_language(), parts)), content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{partner.code}-{request.now:%Y-%m-%d}.zip"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


class _Place:
    """A download that gives its place back when it ends, also one that broke off before it began."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self.parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return self.parts

    def close(self) -> None:
        """Called once by the server, whatever happened."""
        places.release()
