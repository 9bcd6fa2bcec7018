"""The partner's pages: home, log a case, the case."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases import actions
from cases.models import Case, CaseDraft, KeptRequest, Partner, ProductArea
from cases.promises import hours_of
from cases.rules import Outcome, RuleBroken, is_entitled
from cases.web import articles, asks, home_reading, kept_requests, uploads
from cases.web.answers import new_key, put_beside
from cases.web.case_pages import act_on_case, case_page
from cases.web.forms import CaseForm, ReplyForm, SolvedForm
from cases.web.promise import DeskLine, desk_line, severity_choices
from cases.web.request import PortalRequest, partner_page
from sla.written_once import WrittenOnce

# Fields of the form that the draft does not keep: they belong to the page, not to the case.
NOT_DRAFTED = {"csrfmiddlewaretoken", "files"}


_AREAS = WrittenOnce(lambda: ProductArea.objects.exclude(scope_hint="").order_by("position"))


@partner_page
@require_GET
def home(request: PortalRequest) -> HttpResponseBase:
    """Show what needs the contact first, then the company's cases."""
    reader, now = request.user, request.now
    partners = home_reading.partners_of(reader)
    asked = asks.asks_of(reader, now)
    listed = home_reading.cases_of(reader, asked=[ask.case.pk for ask in asked])
    context = {
        "partners": partners,
        "partner": partners[0] if partners else None,
        "several": len(partners) > 1,
        "desk_lines": [_desk_line(partner, request) for partner in _one_per_desk(partners)],
        "trials": [partner for partner in partners if partner.plan == "trial"],
        "lapsed": [p for p in partners if not is_entitled(p.plan, p.trial_ends_at, now)],
        "kept_requests": home_reading.kept_requests_of(reader),
        "drafts": home_reading.drafts_of(reader),
        "asks": asked,
        "needs_me": listed.needs_me[: home_reading.CASES_SHOWN],
        "more_need_me": len(listed.needs_me) > home_reading.CASES_SHOWN,
        "open_cases": listed.open[: home_reading.CASES_SHOWN],
        "more_open": len(listed.open) > home_reading.CASES_SHOWN,
        "closed_cases": listed.closed,
    }
    return render(request, "cases/home.html", context)


def _desk_line(partner: Partner, request: PortalRequest) -> DeskLine:
    return desk_line(partner.home_desk, hours_of(partner, partner.home_desk), request.now)


def _one_per_desk(partners: list[Partner]) -> list[Partner]:
    return list({(partner.home_desk_id, partner.follows_the_sun): partner for partner in reversed(partners)}.values())


@partner_page
@require_http_methods(["GET", "POST"])
def case_new(request: PortalRequest) -> HttpResponseBase:
    """Log a case. The same form sent twice logs one case; a form with an error keeps everything, files too."""
    if request.method == "GET":
        return _case_form(request, CaseForm(initial=_first_values(request)))
    form = CaseForm(request.POST, request.FILES)
    if form.is_valid():
        logged = _submit(request, form)
        if logged is not None:
            return _say_what_it_is(request, logged)
    elif (known := _already_logged(request)) is not None:
        return redirect("case", reference=known.reference)
    problems = _keep_good_files(request)
    if problems and "files" not in form.errors:
        # A scanner that came back between two looks: what was not kept does not go missing in silence.
        form.add_error("files", problems)
    _keep_typed(request)
    return _case_form(request, form, status=422)


def _say_what_it_is(request: PortalRequest, logged: Case | KeptRequest) -> HttpResponseBase:
    """Say that it is a case, or what becomes of a request of a partner whose plan has ended (P1.1)."""
    case = kept_requests.known(logged)
    if case is not None:
        messages.success(request, _("Case %(reference)s is logged.") % {"reference": case.reference})
        return HttpResponseRedirect(reverse("case", args=[case.reference]))
    messages.warning(
        request,
        _(
            "Your plan has ended, so this is not a case yet. All of it is kept, and we decide whether to take it up; "
            "you hear from us. To renew the plan, write to sales@probax.io. Your open cases go on."
        ),
    )
    return redirect("home")


def _keep_typed(request: PortalRequest) -> CaseDraft | None:
    return actions.keep_draft(
        fields=_typed(request),
        submission_key=_key_of(request),
        follow_up_of=_goes_on_from(request),
        actor=request.user,
        now=request.now,
    )


def _submit(request: PortalRequest, form: CaseForm) -> Case | KeptRequest | None:
    """Log what was typed, or put beside the form why it cannot be."""
    checked = form.cleaned_data
    try:
        return actions.submit_or_keep(
            partner_id=checked["partner"],
            details=actions.CaseDetails(**form.details()),
            severity=checked["severity"],
            charges_accepted=checked["accept_charges"],
            follow_up_of=checked["follow_up_of"],
            submission_key=checked["submission_key"],
            # Not by the draft: two forms that one person sends at one moment would take each other's.
            uploads=uploads.files_of(form),
            actor=request.user,
            now=request.now,
        )
    except RuleBroken as broken:
        put_beside(form, broken)
    except Partner.DoesNotExist:
        form.add_error("partner", _("Choose a company that you write for."))
    except IntegrityError:
        # The same form came for another company at this very moment, and was first.
        known = _already_logged(request)
        if known is None:
            raise
        return known
    return None


def _key_of(request: PortalRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("submission_key", ""))
    except ValueError:
        return None


def _already_logged(request: PortalRequest) -> Case | None:
    key = _key_of(request)
    if key is None:
        return None
    return Case.objects.visible_to(request.user).filter(contact=request.user, submission_key=key).first()


def _keep_good_files(request: PortalRequest) -> list[str]:
    """Keep with the draft what can be taken, and return a sentence for each file that cannot."""
    taken, problems = uploads.checked(request.FILES.getlist("files"))
    reference = _goes_on_from(request)
    for good in taken:
        actions.attach_to_draft(upload=good, follow_up_of=reference, actor=request.user, now=request.now)
    return problems


def _typed(request: PortalRequest) -> dict[str, str]:
    typed = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    # A log that somebody pasted may hold a NUL, which PostgreSQL does not take.
    return {name: value.replace("\0", "") for name, value in typed.items() if name not in NOT_DRAFTED}


def _first_values(request: PortalRequest) -> dict[str, Any]:
    values: dict[str, Any] = {"contact_email": request.user.email, "contact_phone": request.user.phone, **new_key()}
    values["preferred_method"] = "either"
    earlier = _follow_up_of(request)
    if earlier is not None:
        facts = ("title", "effect", "contact_phone", "preferred_times", "preferred_method", "technical_resource")
        values |= {name: getattr(earlier, name) for name in facts}
        values |= {"product_area": earlier.product_area_id, "severity": earlier.severity, "partner": earlier.partner_id}
        values |= {"follow_up_of": earlier.reference}
    draft = home_reading.draft_of(request.user, earlier)
    return values if draft is None else values | draft.fields


def _goes_on_from(request: PortalRequest) -> str:
    """Return the reference of the case that the form goes on from; empty for a new case."""
    return (request.POST.get("follow_up_of") or request.GET.get("follow_up", "")).replace("\0", "")


def _address_of_draft(name: str, request: PortalRequest) -> str:
    """Return the address `name` for the draft that the form belongs to."""
    earlier = _follow_up_of(request)
    return reverse(name, query=None if earlier is None else {"follow_up": earlier.reference})


def _draft_of(request: PortalRequest) -> CaseDraft | None:
    """Return the draft that the form belongs to, with its files."""
    return home_reading.draft_of(request.user, _follow_up_of(request))


def _follow_up_of(request: PortalRequest) -> Case | None:
    reference = _goes_on_from(request)
    return Case.objects.visible_to(request.user).filter(reference=reference).first() if reference else None


def _case_form(request: PortalRequest, form: CaseForm, status: int = 200) -> HttpResponse:
    partners = home_reading.partners_of(request.user)
    form.offer(partners)
    if not partners:
        return render(request, "cases/no_partner.html", status=403)
    chosen = next((partner for partner in partners if str(partner.pk) == str(form["partner"].value())), partners[0])
    earlier = _follow_up_of(request)
    draft = _draft_of(request)
    context = {
        "form": form,
        "partners": partners,
        "partner": chosen,
        "desk_line": _desk_line(chosen, request),
        "severities": severity_choices(chosen, request.now),
        "areas": _AREAS.all(),
        "draft": draft,
        "follow_up_of": earlier,
        "discard_url": _address_of_draft("case_draft_discard", request),
        # While somebody types, the page asks for them anew.
        "offered": articles.offers(str(form["title"].value() or ""), str(form["explanation"].value() or "")),
    }
    return render(request, "cases/new.html", context, status=status)


@partner_page
@require_POST
def case_draft(request: PortalRequest) -> HttpResponse:
    """Keep what was typed so far; asked for by the page while somebody types."""
    return render(request, "cases/new.html#draft-state", {"draft": _keep_typed(request)})


@partner_page
@require_POST
def case_draft_files(request: PortalRequest) -> HttpResponse:
    """Keep files with the draft as soon as they are chosen, and say of each other one why it cannot be taken."""
    # What arrives after the form was sent begins no new draft: it went with the form.
    problems = _keep_good_files(request) if _already_logged(request) is None else []
    return render(request, "cases/new.html#kept-files", {"draft": _draft_of(request), "problems": problems})


@partner_page
@require_GET
def case_due(request: PortalRequest) -> HttpResponseBase:
    """Say anew when each severity would be answered: time has passed, or another company was chosen."""
    partners = home_reading.partners_of(request.user)
    chosen = next((one for one in partners if str(one.pk) == request.GET.get("partner")), None)
    if chosen is None:
        raise Http404
    context = {"severities": severity_choices(chosen, request.now), "desk_line": _desk_line(chosen, request)}
    return render(request, "cases/new.html#due", context)


@partner_page
@require_POST
def case_draft_discard(request: PortalRequest) -> HttpResponseBase:
    """Throw the draft away and start anew."""
    actions.discard_draft(follow_up_of=_goes_on_from(request), actor=request.user, now=request.now)
    messages.info(request, _("The draft was thrown away."))
    return redirect(_address_of_draft("case_new", request))


@partner_page
@require_POST
def case_draft_detach(request: PortalRequest, attachment_id: int) -> HttpResponseBase:
    """Take a file off the draft. What stands in the form comes with the button and is kept first."""
    if _key_of(request) is not None:
        _keep_good_files(request)
        _keep_typed(request)
    actions.detach_from_draft(attachment_id=attachment_id, actor=request.user, now=request.now)
    return redirect(_address_of_draft("case_new", request))


@partner_page
@require_GET
def case(request: PortalRequest, reference: str) -> HttpResponse:
    """Show a case to its partner: the conversation, and beside it the facts and promises."""
    return case_page(request, reference)


@partner_page
@require_POST
def case_reply(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Add the contact's word."""
    form = ReplyForm(request.POST, request.FILES)

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.reply_as_contact(
            case_id=found.pk,
            body=checked["body"],
            uploads=uploads.files_of(form),
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )

    return act_on_case(request, reference, form, "reply_form", act, _("Your reply is with us."))


@partner_page
@require_POST
def case_solved(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Close a case as solved, by its contact."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.close_case(
            case_id=found.pk,
            outcome=Outcome.SOLVED_BY_CONTACT,
            explanation=checked["explanation"] or _("Closed by the contact as solved."),
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )

    done = _("The case is closed. Thank you for telling us.")
    return act_on_case(request, reference, SolvedForm(request.POST), "solved_form", act, done)
