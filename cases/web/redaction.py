"""Removing a pasted secret: the form on the page of a case, for either side."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Attachment, Case, User
from cases.templatetags.blanks import Blank
from cases.web.forms import LONG_TEXT
from cases.web.request import PortalRequest


class RedactForm(forms.Form):
    """The exact text, or the file, and why. What was typed as the secret is never shown again."""

    secret = forms.CharField(
        label=_("The exact text"),
        required=False,
        max_length=LONG_TEXT,
        help_text=_("Copy it as it stands in the case. It goes from the page, the record, drafts and mails."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
    )
    file = forms.ModelChoiceField(
        label=_("Or a file"), queryset=Attachment.objects.none(), required=False, empty_label=_("No file")
    )
    reason = forms.CharField(
        label=_("Why?"),
        max_length=300,
        help_text=_("It stays on the record. Do not repeat the secret."),
        error_messages={"required": _("Say why it is removed.")},
    )

    def __init__(self, *args: Any, case: Case, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "redact_%s"} | kwargs)
        files = Attachment.objects.visible_to(reader).filter(case=case).order_by("pk")
        own = files if reader.works_here else files.filter(uploaded_by=reader)
        cast("forms.ModelChoiceField[Attachment]", self.fields["file"]).queryset = own

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        checked = super().clean() or {}
        if not self.errors and bool(checked.get("secret")) == bool(checked.get("file")):
            raise forms.ValidationError(_("Give either the exact text or a file. Nothing was removed."))
        return checked


def panel(case: Case, request: PortalRequest) -> dict[str, Any]:
    """Return the form that removes a secret."""
    reader = request.user
    own = [file for file in case.attachments.all() if reader.works_here or file.uploaded_by_id == reader.pk]
    return {"redact_form": Blank(RedactForm, auto_id="redact_%s", case=case, reader=reader, offers={"file": own})}
