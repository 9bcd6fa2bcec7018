"""Whom a promise warns, and when, is data: managers change it on a page (P2.1, P9.2)."""

from typing import Any

import pytest

from cases.models import User
from cases.rules import RuleBroken
from notifications import steps, sweeps
from notifications.actions import change_warnings
from notifications.models import MailKind, Moment, OutgoingMail, WarningStep
from sla.models import Target
from tests.builders import at, deadline_of
from tests.cases.pages import browser_of, get, post, typed_in, words_of
from tests.notifications.office import Office, tell

PAGE = "/manager/warnings/"
NOON = at("Mon 12:00")
pytestmark = pytest.mark.clause("P2.1", "P9.2")


def set_steps(office: Office, moment: Moment, *groups: str) -> None:
    change_warnings(tells={moment: groups}, shares={}, actor=office.ruth, now=NOON)


def told(kind: MailKind) -> list[str]:
    names = OutgoingMail.objects.filter(kind=kind, recipient__isnull=False).values_list("recipient__name", flat=True)
    return sorted(name.split()[0] for name in names)


def look(when: str) -> None:
    sweeps.warn_and_breach(now=at(when))
    tell(when)


def test_whom_a_step_tells_is_what_managers_chose(office: Office) -> None:
    set_steps(office, Moment.AT_RISK, "administrators")
    set_steps(office, Moment.MISSED, "shift", "administrators")
    case = office.log()
    office.take(case, "Tue 09:10")
    look("Tue 13:30")
    assert told(MailKind.PROMISE_AT_RISK) == ["Ann"]
    look("Tue 15:00:01")
    assert told(MailKind.PROMISE_MISSED) == ["Ann", "Lena"]


def test_where_nobody_owns_the_case_its_shift_and_the_managers_are_told_all_the_same(office: Office) -> None:
    set_steps(office, Moment.AT_RISK, "administrators")
    office.log()
    look("Tue 13:30")
    assert told(MailKind.PROMISE_AT_RISK) == ["Ann", "Lena", "Ruth"]


def test_another_share_moves_the_next_warning_and_none_that_was_made(office: Office) -> None:
    before = office.log("Tue 09:00")
    change_warnings(tells={}, shares={3: 50}, actor=office.ruth, now=at("Tue 09:30"))
    after = office.log("Tue 10:00")
    # Severity 3 is answered within six hours of the desk.
    assert deadline_of(before).warn_at == at("Tue 13:30")
    assert deadline_of(after).warn_at == at("Tue 13:00")
    look("Tue 13:00")
    assert "50 % of the time" in OutgoingMail.objects.filter(kind=MailKind.PROMISE_AT_RISK).latest("pk").body_text


@pytest.mark.parametrize(
    ("tells", "shares", "refusal"),
    [
        ({Moment.MISSED: []}, {}, "Each step must tell somebody"),
        ({Moment.MISSED: ["everybody"]}, {}, "Each step must tell somebody"),
        ({}, {1: 100}, "A share is from 1 to 99 percent"),
    ],
)
def test_nonsense_is_refused(office: Office, tells: Any, shares: Any, refusal: str) -> None:
    with pytest.raises(RuleBroken, match=refusal):
        change_warnings(tells=tells, shares=shares, actor=office.ruth, now=NOON)
    assert not WarningStep.objects.exists()


def test_specialists_change_no_steps(office: Office) -> None:
    with pytest.raises(RuleBroken, match="Only a manager can do this"):
        change_warnings(tells={}, shares={1: 60}, actor=office.lena, now=NOON)


def changed(person: User, **said: Any) -> Any:
    browser = browser_of(person, NOON)
    shown = typed_in(get(browser, PAGE, NOON), "")
    groups: dict[str, Any] = {step.moment.value: sorted(step.tells) for step in steps.steps()}
    return post(browser, PAGE, shown | groups | said, NOON)


def test_a_manager_changes_the_steps_on_a_page_that_says_who_did(office: Office) -> None:
    answer = changed(office.ruth, missed=["owner", "shift", "managers"], share_1="60")
    assert answer.status_code == 302
    (missed,) = [step for step in steps.steps() if step.moment == Moment.MISSED]
    assert missed.tells == {"owner", "shift", "managers"}
    assert list(Target.objects.order_by("severity").values_list("warn_at_percent", flat=True)) == [60, 75, 75, 75]
    assert "Changed last by Ruth Adeyemi" in words_of(get(browser_of(office.ruth, NOON), PAGE, NOON))


def test_a_step_that_tells_nobody_is_said_beside_it_and_the_rest_is_kept(office: Office) -> None:
    answer = changed(office.ruth, missed=[], share_2="40")
    assert answer.status_code == 422
    assert "Choose who is told." in words_of(answer)
    assert typed_in(answer, "")["share_2"] == "40"
