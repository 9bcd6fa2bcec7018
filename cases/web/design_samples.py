"""Made-up values for the page of the design: rows that were never stored, in each state that a part can be in."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.safestring import mark_safe
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import promises as reckoning
from cases.lifecycle import Side, Status
from cases.models import Attachment, Case, Deadline, DeadlineKind, Partner, StaffRole, User
from cases.reports.over_time import Kept
from cases.web.forms import text
from cases.web.lists import Choice
from cases.web.over_time import KeptRow
from cases.web.promise import DeskLine, ShownPromise
from cases.web.timeline import Entry
from cases.web.uploads import MultipleFileField
from sla import store
from sla.engine.drawing import drawing
from sla.models import Desk

HOUR = timedelta(hours=1)


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label=gettext_lazy("Title"), help_text=gettext_lazy("One line."))
    contact_phone = forms.CharField(label=gettext_lazy("Phone number"), required=False)
    area = forms.ChoiceField(label=gettext_lazy("Product area"), choices=[("", gettext_lazy("Not sure"))])
    severity = forms.TypedChoiceField(coerce=int, choices=[(level, level) for level in (1, 2, 3, 4)])
    method = forms.ChoiceField(
        label=gettext_lazy("How do we reach you?"),
        choices=[("email", gettext_lazy("Email")), ("phone", gettext_lazy("Phone"))],
        widget=forms.RadioSelect,
        initial="email",
    )
    then_wait = forms.BooleanField(
        label=gettext_lazy("Then wait for the contact"), help_text=gettext_lazy("For a question."), required=False
    )
    due_on = forms.DateField(label=gettext_lazy("Due on"), widget=forms.DateInput(attrs={"type": "date"}))
    # Declared fields leave the class, so Django's own attribute of this name is not touched.
    files = MultipleFileField(label=gettext_lazy("Files"), required=False)  # type: ignore[assignment]
    satisfaction = forms.TypedChoiceField(
        label=gettext_lazy("How satisfied are you overall?"),
        coerce=int,
        choices=[(1, _("Very poor")), (2, _("Poor")), (3, _("Fair")), (4, _("Good")), (5, _("Very good"))],
        widget=forms.RadioSelect,
    )


class RefusedForm(forms.Form):
    """Fields that were left empty, or filled in wrongly."""

    title = forms.CharField(
        label=gettext_lazy("Title"), error_messages={"required": gettext_lazy("Give the case a title.")}
    )
    contact_email = forms.EmailField(label=gettext_lazy("Email address"))
    body = text(gettext_lazy("Your reply"), missing=gettext_lazy("Write a message first."))


def person(name: str, *, staff: bool = False) -> User:
    """Return somebody."""
    return User(name=name, email="someone@example.com", staff_role=StaffRole.SPECIALIST if staff else "")


def partner() -> Partner:
    """Return a partner at the first desk."""
    return Partner(name="Northwind IT", code="NWIT", home_desk=Desk.objects.order_by("code")[0])


def _case(now: datetime, **facts: Any) -> Case:
    ours = partner()
    return Case(
        partner=ours,
        desk=ours.home_desk,
        contact=person("Priya Raman"),
        assignee=person("Lena Fischer", staff=True),
        logged_at=now - HOUR,
        last_event_at=now,
        **facts,
    )


def case(now: datetime) -> Case:
    """Return an open case with a promise."""
    title, effect = _("Nightly jobs stop on every tenant"), _("No backup of 31 customers ran last night.")
    found = _case(now, reference="NWIT-104", title=title, effect=effect, severity=2, status=Status.OPEN)
    found.next_promise = [promise for promise in promises(now)[1:2] if promise is not None]
    return found


def closed_case(now: datetime) -> Case:
    """Return a case that ended."""
    title, ended = _("How do I change the retention of many jobs at once?"), now - 30 * HOUR
    return _case(now, reference="NWIT-98", title=title, severity=4, status=Status.CLOSED, closed_at=ended)


def _promise(start: datetime, due: datetime, *, ended: datetime | None = None, kept: bool | None = None) -> Deadline:
    warn = start + (due - start) * 3 / 4
    kind = DeadlineKind.FIRST_RESPONSE
    return Deadline(kind=kind, severity=2, started_at=start, warn_at=warn, due_at=due, ended_at=ended, kept=kept)


def promises(now: datetime) -> list[Deadline | None]:
    """Return a promise in each of its states: none, calm, soon, late, kept, missed, withdrawn."""
    return [
        None,
        _promise(now - HOUR, now + 2 * HOUR),
        _promise(now - 3 * HOUR, now + HOUR / 3),
        _promise(now - 3 * HOUR, now - HOUR / 2),
        _promise(now - 3 * HOUR, now, ended=now - HOUR, kept=True),
        _promise(now - 3 * HOUR, now - HOUR, ended=now, kept=False),
        _promise(now - 3 * HOUR, now, ended=now - HOUR),
    ]


def shown_promises(now: datetime) -> list[ShownPromise]:
    """Return promises in full, each with a sum as the engine makes it: one that runs, one kept, one missed."""
    ours = partner()
    policy = store.policy_in_force(now)
    reckoned = reckoning.first_response(ours, ours.home_desk, policy, 2, now)
    if reckoned.explanation is None:
        return []
    told = reckoned.explanation.as_data()
    # The engine's own SVG: numbers and the policy's words, every one of them escaped there.
    drawn = mark_safe(drawing(told, get_current_timezone_name()))  # noqa: S308
    found = []
    for deadline in promises(now)[1:6]:
        if deadline is not None:
            deadline.explanation = told
            found.append(ShownPromise(deadline, reckoned.explanation, drawn, missed=deadline.is_missed(now)))
    return found


def desk_lines(now: datetime) -> list[DeskLine]:
    """Return a desk that is open, and one that is closed."""
    return [
        DeskLine(_("Australia"), "Australia/Sydney", is_open=True, until=now + 3 * HOUR, opens_at=None),
        DeskLine(_("United States"), "America/New_York", is_open=False, until=None, opens_at=now + 9 * HOUR),
    ]


def files() -> list[Attachment]:
    """Return files of a message: one to look at, one to fetch, one that nobody looked into."""
    return [
        Attachment(pk=1, name="agent.log", size=48_213, content_type="text/plain"),
        Attachment(pk=2, name="dump-of-the-service.zip", size=7_340_032, content_type="application/zip"),
        Attachment(pk=3, name="bundle.7z", size=920_113, content_type="application/x-7z-compressed", unseen=True),
    ]


def story(now: datetime) -> list[Entry]:
    """Return one entry of each kind."""
    contact, staff = Side.CONTACT.value, Side.STAFF.value
    lena, missed = "Lena Fischer", _("First reply missed")
    renewed = _("Hello Priya, the service account's password has run out. Please renew it.")
    return [
        Entry(
            now - 3 * HOUR, "opening", contact, "Priya Raman", _("Since 22:00 every job fails."), attachments=files()
        ),
        Entry(now - 2 * HOUR, "event", staff, lena, _("took the case"), number=2, icon="case_assigned"),
        Entry(now - 2 * HOUR, "note", staff, lena, _("Same as last month."), number=3),
        Entry(now - HOUR, "event", staff, "", missed, number=4, icon="promise_missed", due_at=now - HOUR),
        Entry(now, "reply", staff, lena, renewed, number=5),
        Entry(now, "reply", staff, lena, _("To the wrong case."), number=6, taken_back=True),
    ]


def choices() -> list[Choice]:
    """Return filters of a list: one of options, one by date."""
    return [
        Choice("severity", _("Severity"), "2", [("1", "1"), ("2", "2")]),
        Choice("since", _("Logged from"), "", []),
    ]


def kept_rows() -> list[KeptRow]:
    """Return promises counted by severity."""
    counts = {1: (12, 0), 2: (41, 3), 3: (87, 2), 4: (0, 0)}
    return [KeptRow(Kept(str(level), str(level), kept, missed), "", "") for level, (kept, missed) in counts.items()]
