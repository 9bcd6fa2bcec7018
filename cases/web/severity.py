"""Severity by two on the page of a case: the proposal that waits, and what each choice would give (P2.3, P2.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases import promises, rules
from cases.lifecycle import Side
from cases.models import Case, DeadlineKind, SeverityProposal
from cases.rules import ROUND_THE_CLOCK_SEVERITY
from cases.templatetags.blanks import Blank
from cases.web.answers import new_key
from cases.web.charges import ChargeWordFields
from cases.web.forms import text
from cases.web.request import PortalRequest
from sla import store
from sla.engine import deadlines
from sla.engine.calendar import Calendar


@dataclass(frozen=True)
class SeverityOption:
    """A severity that could be agreed on: the policy's words, and when the first reply would be due then."""

    value: int
    name: str
    words: str
    examples: str
    round_the_clock: bool
    # None where no first reply is promised any more, or the promise is missed already.
    due_at: datetime | None


@dataclass(frozen=True)
class SeverityStands:
    """What stands before either choice: the promise now, and whether a new severity could still move it."""

    due_now: datetime | None
    answered: bool
    missed: bool


def stands(case: Case, now: datetime) -> SeverityStands:
    """Return what a change of severity starts from."""
    due_now = _open_until(case, DeadlineKind.FIRST_RESPONSE)
    return SeverityStands(due_now, due_now is None, due_now is not None and due_now < now)


def options(
    case: Case, hours: Calendar, standing: SeverityStands, now: datetime, levels: Iterable[int]
) -> list[SeverityOption]:
    """Return the severities that could be agreed on, with the deadline that each gives if it were agreed now (P2.3)."""
    rows = {row.severity: row for row in case.policy.targets.all()}
    moves = not standing.answered and not standing.missed
    targets = {level: store.target(case.policy, row) for level, row in rows.items()}
    facts = promises.facts_of_case(case, now, targets=targets) if moves else None
    found = []
    for level in levels:
        row, due_at = rows[level], None
        if facts is not None:
            changes = (*facts.changes, deadlines.Change(now, targets[level]))
            agreed = deadlines.Facts(facts.logged_at, facts.target, changes, facts.suspensions, facts.unavailable)
            due_at = deadlines.after_severity_changes(hours, agreed).due_at
        found.append(SeverityOption(level, row.name, row.definition, row.examples, row.round_the_clock, due_at))
    return found


class SeverityOneFields(forms.Form):
    """What a contact says with Severity 1: who works with us (P2.6), and after hours the charges (P4.2)."""

    technical_resource = forms.CharField(
        label=_("Technical resource"),
        required=False,
        max_length=200,
        help_text=_("Who can work with us around the clock, and how we reach them."),
    )
    accept_charges = forms.BooleanField(label=rules.CHARGE_WORDS, required=False)


class ProposeSeverityForm(ChargeWordFields, SeverityOneFields):
    """Ask the other side for another severity."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    severity = forms.TypedChoiceField(
        label=_("Which severity fits better now?"),
        coerce=int,
        choices=[(level, level) for level in (1, 2, 3, 4)],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the severity that fits better.")},
    )
    reason = text(
        _("Why?"),
        _("What changed in the impact. The other side decides by it."),
        missing=_("Say why. The other side reads it and decides by it."),
        rows=3,
    )


class AgreeForm(ChargeWordFields, SeverityOneFields):
    """Agree to what the other side proposed."""

    proposal = forms.IntegerField(widget=forms.HiddenInput)


class DeclineForm(forms.Form):
    """Decline what the other side proposed, with a reason."""

    proposal = forms.IntegerField(widget=forms.HiddenInput)
    reason = text(_("Why not?"), missing=_("Say why. The other side reads it and decides by it."), rows=3)


class WithdrawForm(forms.Form):
    """Take one's own proposal back."""

    proposal = forms.IntegerField(widget=forms.HiddenInput)


def panel(case: Case, request: PortalRequest) -> dict[str, Any]:
    """Show the proposal that waits, what each choice would give, and what was decided before."""
    found = case.severity_proposals.all()
    waiting = next((proposal for proposal in found if not proposal.decision), None)
    shown: dict[str, Any] = {"severity_proposal": waiting, "severity_decided": [row for row in found if row.decision]}
    if not case.is_open:
        return shown
    side = Side.STAFF if request.user.works_here else Side.CONTACT
    standing = stands(case, request.now)
    every = options(
        case, case.hours, standing, request.now, [level for level in (1, 2, 3, 4) if level != case.severity]
    )
    named = {"technical_resource": case.technical_resource}
    shown |= {
        "severity_stands": standing,
        "severity_options": every,
        "severity_is_mine": waiting is not None and waiting.side == side,
        "severity_form": Blank(
            ProposeSeverityForm, initial={**new_key(), **named, "reason": request.GET.get("reason", "")}
        ),
        "asks_charges": asks_charges(case.hours, request.now),
        "asks_charge_word": case.used_after_hours and case.severity == ROUND_THE_CLOCK_SEVERITY,
    }
    if waiting is not None:
        key = {"proposal": waiting.pk}
        shown |= {
            "severity_answer_due": _answer_due(case, waiting),
            "severity_option": next(option for option in every if option.value == waiting.severity),
            "agree_form": Blank(AgreeForm, initial={**key, **named}),
            "decline_form": Blank(DeclineForm, initial=key),
            "withdraw_form": Blank(WithdrawForm, initial=key),
        }
    return shown


def _answer_due(case: Case, waiting: SeverityProposal) -> datetime | None:
    """Return by when a request for Severity 1 at night is answered."""
    if waiting.side != Side.CONTACT or waiting.severity != ROUND_THE_CLOCK_SEVERITY:
        return None
    return _open_until(case, DeadlineKind.SEVERITY_ANSWER)


def _open_until(case: Case, kind: str) -> datetime | None:
    """Return when the open promise of a kind is due, if there is one."""
    standing = (deadline for deadline in case.deadlines.all() if deadline.kind == kind and deadline.ended_at is None)
    return next((deadline.due_at for deadline in standing), None)


def asks_charges(hours: Calendar, now: datetime) -> bool:
    """Return whether Severity 1 would be after hours at `now`, so that the contact accepts possible charges (P4.2)."""
    return rules.needs_charge_acceptance(ROUND_THE_CLOCK_SEVERITY, hours.is_open(now))
