"""Mail to sort: what came in and nobody could place, with why; and each mail whole, as plain text."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from cases import actions
from cases.inbox.handling import raw_of, read_again
from cases.inbox.writers import contact_for, member_at
from cases.models import Case, IncomingMail, MailAddress, MailFate, Membership, Partner
from cases.models.incoming import TO_SORT
from cases.rules import DEFAULT_SEVERITY, RuleBroken, bytes_without_links_that_act
from cases.web.answers import put_beside
from cases.web.forms import text
from cases.web.queue import Tab
from cases.web.queue_order import MOST_DIGITS
from cases.web.request import PortalRequest, desk_page

ROWS = 50
VIEWS: dict[str, tuple[Promise, tuple[str, ...]]] = {
    "": (_lazy("To sort"), TO_SORT),
    "kept": (_lazy("Machines"), (MailFate.KEPT, MailFate.FILED)),
    "dismissed": (_lazy("Dismissed"), (MailFate.DISMISSED,)),
    "cases": (_lazy("Became cases and replies"), (MailFate.NEW_CASE, MailFate.REPLY)),
}


class AttachForm(forms.Form):
    """To which case a mail belongs, and whose word it is."""

    reference = forms.CharField(
        label=_lazy("Case"),
        max_length=20,
        error_messages={"required": _lazy("Write the reference of the case, such as NWIT-104.")},
    )
    writer = forms.EmailField(
        label=_lazy("Whose word is it?"),
        required=False,
        help_text=_lazy("The address of one of the partner's people. Left empty: the case's contact."),
    )


class MakeCaseForm(forms.Form):
    """For whom a case is made of a mail."""

    partner = forms.ModelChoiceField(
        label=_lazy("Partner"),
        queryset=Partner.objects.order_by("name"),
        error_messages={"required": _lazy("Choose the partner.")},
    )
    writer = forms.EmailField(
        label=_lazy("Contact"),
        required=False,
        help_text=_lazy("One of the partner's people. Left empty: the sender, who becomes one of them."),
    )
    name = forms.CharField(label=_lazy("Name of a new contact"), max_length=120, required=False)
    severity = forms.TypedChoiceField(
        label=_lazy("Severity"), coerce=int, choices=[(level, level) for level in (1, 2, 3, 4)]
    )


class DismissForm(forms.Form):
    """Why a mail needs no case."""

    why = text(_lazy("Why does it need no case?"), missing=_lazy("Say why it needs no case."), rows=2)


@desk_page
@require_safe
def tray(request: PortalRequest) -> HttpResponse:
    """List mails, the newest first, each with why it is there."""
    view = request.GET.get("view", "")
    view = view if view in VIEWS else ""
    mails = IncomingMail.objects.filter(fate__in=VIEWS[view][1]).select_related("case", "sender", "sorted_by")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < MOST_DIGITS:
        last = IncomingMail.objects.filter(pk=int(before)).first()
        if last is not None:
            mails = mails.filter(received_at__lte=last.received_at).exclude(
                received_at=last.received_at, pk__gte=last.pk
            )
    rows = list(mails.order_by("-received_at", "-pk")[: ROWS + 1])
    query = {"view": view} if view else {}
    context = {
        "mails": rows[:ROWS],
        "view": view,
        "tabs": [
            Tab(key, name, "", key == view, urlencode({"view": key}) if key else "") for key, (name, _) in VIEWS.items()
        ],
        "next_query": urlencode({**query, "before": rows[ROWS - 1].pk}) if len(rows) > ROWS else "",
        "first_page": not before,
        "first_url": f"{reverse('desk_inbox')}?{urlencode(query)}",
        "bounced": MailAddress.objects.exclude(stopped_at=None).order_by("-stopped_at")[:20],
    }
    return render(request, "cases/desk/inbox.html", context)


@desk_page
@require_safe
def mail(request: PortalRequest, mail_in_id: int) -> HttpResponse:
    """Show one mail, and what can be done with it."""
    return _page(request, _found(mail_in_id))


@desk_page
@require_safe
def raw(request: PortalRequest, mail_in_id: int) -> HttpResponse:
    """Hand out a mail as it came."""
    return original_of(_found(mail_in_id))


def original_of(found: IncomingMail) -> HttpResponse:
    """Return a mail as it came: always a download, so that nothing in it runs in our name.

    A link that acts in its reader's name has lost its key; what is kept stays as it came.

    Raises:
        Http404: somebody removed a secret from its case, and the original with it.
    """
    if not found.raw:
        raise Http404
    return HttpResponse(
        bytes_without_links_that_act(raw_of(found)),
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="mail-{found.pk}.eml"'},
    )


@desk_page
@require_POST
def attach(request: PortalRequest, mail_in_id: int) -> HttpResponseBase:
    """Put a mail on an open case."""

    def act(found: IncomingMail, checked: dict[str, Any]) -> Case:
        writer = checked["writer"]
        case = Case.objects.visible_to(request.user).filter(reference=checked["reference"].strip().upper()).first()
        return actions.attach_mail(
            mail_id=found.pk,
            read=read_again(found),
            reference=checked["reference"],
            contact_id=member_at(None if case is None else case.partner, writer) if writer else None,
            actor=request.user,
            now=request.now,
        )

    return _act(request, mail_in_id, AttachForm(request.POST), "attach_form", act)


@desk_page
@require_POST
def make_case(request: PortalRequest, mail_in_id: int) -> HttpResponseBase:
    """Make a case of a mail."""

    def act(found: IncomingMail, checked: dict[str, Any]) -> Case:
        return actions.make_case_of_mail(
            mail_id=found.pk,
            read=read_again(found),
            partner_id=checked["partner"].pk,
            contact_id=contact_for(found, checked["partner"], checked["writer"]),
            new_name=checked["name"],
            severity=checked["severity"],
            actor=request.user,
            now=request.now,
        )

    return _act(request, mail_in_id, MakeCaseForm(request.POST), "case_form", act)


@desk_page
@require_POST
def dismiss(request: PortalRequest, mail_in_id: int) -> HttpResponseBase:
    """Say that a mail needs no case."""

    def act(found: IncomingMail, checked: dict[str, Any]) -> None:
        actions.dismiss_mail(mail_id=found.pk, why=checked["why"], actor=request.user, now=request.now)

    return _act(request, mail_in_id, DismissForm(request.POST), "dismiss_form", act)


@desk_page
@require_POST
def address_works(request: PortalRequest) -> HttpResponseBase:
    """Let notices go to an address again."""
    if actions.clear_address(address=request.POST.get("address", "")[:254], actor=request.user, now=request.now):
        messages.success(request, _("Mails go there again."))
    else:
        messages.error(request, _("Mails go there already. Nothing was changed."))
    return redirect("desk_inbox")


def _found(mail_in_id: int) -> IncomingMail:
    return get_object_or_404(
        IncomingMail.objects.select_related("case", "sender", "sorted_by", "message"), pk=mail_in_id
    )


def _act(
    request: PortalRequest,
    mail_in_id: int,
    form: forms.Form,
    name: str,
    act: Callable[[IncomingMail, dict[str, Any]], Case | None],
) -> HttpResponseBase:
    found = _found(mail_in_id)
    if form.is_valid():
        try:
            case = act(found, form.cleaned_data)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("The mail is sorted."))
            return redirect("desk_inbox") if case is None else redirect("desk_case", reference=case.reference)
    return _page(request, _found(mail_in_id), status=422, **{name: form})


def _page(request: PortalRequest, found: IncomingMail, *, status: int = 200, **given: Any) -> HttpResponse:
    severity = found.severity or DEFAULT_SEVERITY
    context = {
        "mail": found,
        "attach_form": AttachForm(initial={"reference": "" if found.case is None else found.case.reference}),
        "case_form": MakeCaseForm(
            initial={"partner": _likely_partner(found), "severity": severity, "name": found.from_name}
        ),
        "dismiss_form": DismissForm(),
    }
    return render(request, "cases/desk/inbox_mail.html", context | given, status=status)


def _likely_partner(found: IncomingMail) -> Partner | None:
    """Return the partner of the sender, or of others with an address of the same domain."""
    domain = found.from_address.rpartition("@")[2]
    if not found.is_to_sort or not domain:
        return None
    members = Membership.objects.filter(is_active=True).select_related("partner").order_by("pk")
    theirs = members.filter(user__email=found.from_address).first()
    known = theirs or members.filter(user__email__endswith=f"@{domain}").first()
    return None if known is None else known.partner


def panel(case: Case, request: PortalRequest) -> dict[str, Any]:
    """Return the mails that came in for a case, and whether mails to its contact come back."""
    return {"mails_in": case.mails_in.all(), "mail_stopped": case.mail_stopped}
