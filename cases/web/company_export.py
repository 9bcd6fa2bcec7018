"""All that a company has with us, in one file, for whoever leads it."""

import logging
from collections.abc import Iterator
from datetime import datetime
from threading import BoundedSemaphore

from django.contrib import messages
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.api import partner_export
from cases.models import Case, Partner, User
from cases.web.company import company_or_404, leads
from cases.web.exports import in_language
from cases.web.request import NO_ROLE, PortalRequest

logger = logging.getLogger(__name__)

# Each keeps a thread of its process busy for as long as it lasts; the others stay with the pages.
places = BoundedSemaphore(2)


@require_POST
def export(request: PortalRequest, code: str) -> HttpResponseBase:
    """Send a company's people, cases and files to whoever leads it, as one ZIP that is written while it is read."""
    partner = company_or_404(request, code)
    if not leads(request, partner):
        request.refused = NO_ROLE
        raise Http404
    answer = export_of(partner, for_=request.user, now=request.now)
    if answer is None:
        messages.error(
            request, _("Others are downloading theirs just now. Nothing was made; try again in some minutes.")
        )
        return redirect("manager_people" if request.user.works_here else "company", code=partner.code)
    return answer


def export_of(partner: Partner, *, for_: User, now: datetime) -> StreamingHttpResponse | None:
    """Return all that a partner has with us as a ZIP that is written while it is read; None while others download."""
    if not places.acquire(blocking=False):
        return None
    logger.info("All of partner %s goes to person %s", partner.code, for_.pk)
    parts = partner_export.parts_of(partner, Case.objects.visible_to(for_), reader=for_, now=now)
    answer = StreamingHttpResponse(_Place(in_language(get_language(), parts)), content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{partner.code}-{now:%Y-%m-%d}.zip"'
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
