"""The files of a case as its page shows them: what is there, what is on its way, and the form for more (P7.1)."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.templatetags.blanks import Blank
from cases.web.request import PortalRequest
from cases.web.uploads import MultipleFileField


class AddFilesForm(forms.Form):
    """Files without a message."""

    # Declared fields leave the class, so Django's own attribute of this name is not touched.
    files = MultipleFileField(  # type: ignore[assignment]
        label=_("Files"), error_messages={"required": _("Choose a file first.")}
    )


def panel(found: Case, request: PortalRequest) -> dict[str, Any]:
    """Return every file of a case that the reader may see, their unfinished ones, and the form for more."""
    return {
        "case_files": list(reversed(found.attachments.all())),
        "unfinished": found.partial_uploads.all(),
        "files_form": Blank(AddFilesForm),
        "most_bytes": settings.UPLOAD_MAX_BYTES,
        "piece_bytes": settings.UPLOAD_PIECE_BYTES // 2,
    }
