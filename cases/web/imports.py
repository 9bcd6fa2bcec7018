"""Partners, people and cases of another help desk, brought over by a manager on a page (docs/import.md)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from cases.importing.files import SourceFile, Unreadable
from cases.importing.runs import NOUNS, Report, bring_over
from cases.rules import RuleBroken
from cases.web.answers import put_beside
from cases.web.request import PortalRequest, manager_page

# More take longer than a browser waits; there is a command for them.
MOST_RECORDS = 2_000
MOST_BYTES = 20 * 1024 * 1024
PROBLEMS_SHOWN = 100
NAMES = [("partners", gettext_lazy("Partners")), ("people", gettext_lazy("People")), ("cases", gettext_lazy("Cases"))]


class ImportForm(forms.Form):
    """A file of one noun, and whether to look only."""

    noun = forms.ChoiceField(
        label=gettext_lazy("What the file holds"),
        choices=NAMES,
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or JSON, with up to 2,000 records."),
        error_messages={"required": gettext_lazy("Choose a file first.")},
    )
    messages = forms.FileField(
        label=gettext_lazy("Messages of the cases"),
        required=False,
        help_text=gettext_lazy("With cases in CSV: their messages, as a file of their own."),
    )
    source = forms.CharField(
        label=gettext_lazy("Where the cases were kept"),
        required=False,
        max_length=60,
        help_text=gettext_lazy(
            "Such as Zendesk. It stands in each case, and the same case never comes twice from there."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse files that are too large for a page, and messages without cases."""
        checked = super().clean() or self.cleaned_data
        for name in ("file", "messages"):
            if checked.get(name) and checked[name].size > MOST_BYTES:
                self.add_error(name, _("This file is too large for a page. Use the command manage.py import_records."))
        if checked.get("messages") and checked.get("noun") != "cases":
            self.add_error("messages", _("Messages belong to cases."))
        if checked.get("noun") == "cases" and not checked.get("source"):
            self.add_error("source", _("Say where the cases were kept."))
        return checked


@manager_page
@require_http_methods(["GET", "POST"])
def bring(request: PortalRequest) -> HttpResponseBase:
    """Look a file through, say everything that is wrong with it, or bring it over."""
    form = ImportForm(request.POST or None, request.FILES or None)
    report, looked = None, "look" in request.POST
    if request.method == "POST" and form.is_valid():
        try:
            report = _report(request, form.cleaned_data, dry_run=looked)
        except Unreadable as wrong:
            form.add_error("file", str(wrong))
        except RuleBroken as broken:
            put_beside(form, broken)
    if report is not None and not report.problems and not looked:
        messages.success(request, _done(report))
        return redirect("manager_partner_import")
    context = {
        "form": form,
        "report": report,
        "problems": report.problems[:PROBLEMS_SHOWN] if report else [],
        "nouns": [(name, NOUNS[key].fields) for key, name in NAMES],
    }
    refused = form.is_bound and (report is None or bool(report.problems))
    return render(request, "cases/manager/import.html", context, status=422 if refused else 200)


def _report(request: PortalRequest, checked: dict[str, Any], *, dry_run: bool) -> Report:
    return bring_over(
        checked["noun"],
        _source(checked["file"]),
        messages=_source(checked["messages"]) if checked["messages"] else None,
        source=checked["source"],
        dry_run=dry_run,
        most=MOST_RECORDS,
        actor=request.user,
        now=request.now,
    )


def _source(file: UploadedFile[Any]) -> SourceFile:
    return SourceFile(str(file.name), file.read())


def _done(report: Report) -> str:
    new = ngettext("%(n)s record was brought over.", "%(n)s records were brought over.", report.new) % {"n": report.new}
    before = report.records - report.new
    if not before:
        return new
    here = ngettext("%(n)s was here already.", "%(n)s were here already.", before) % {"n": before}
    return f"{new} {here}"
