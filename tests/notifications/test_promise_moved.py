"""A promise that a calendar edit moves: contact and owner of the case hear from when to when, and why (P3.2)."""

from datetime import date

import pytest

from cases import actions
from cases.models import Case
from notifications.models import OutgoingMail
from sla.models import Desk
from tests.builders import at
from tests.notifications.office import Office, kinds_to, mail, post, tell

WEDNESDAY_2, THURSDAY = "Wed 14:00", date(2026, 11, 26)


@pytest.fixture
def case(office: Office) -> Case:
    """Severity 3 of Omar in Perth, logged on Wednesday at 14:00 in Sydney: due on Thursday at 11:00."""
    return office.log(WEDNESDAY_2, contact=office.omar)


def change(office: Office, when: str, *, closed: bool = True, reason: str = "National Day of Mourning") -> int:
    au = Desk.objects.get(code="au")
    return actions.change_calendar_day(
        desk_id=au.pk,
        on=THURSDAY,
        closed=closed,
        reason=reason,
        move_promises=True,
        expected_revision=au.revision,
        actor=office.ruth,
        now=at(when),
    )


def paragraphs(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def test_the_contact_is_told_old_and_new_time_in_both_zones_and_why(office: Office, case: Case) -> None:
    assert change(office, "Wed 15:00") == 1
    tell("Wed 15:00")
    written = mail("promise_moved", office.omar)
    assert written.subject == (
        f"[{case.reference}] First reply later, by Fri 27 Nov, 08:00 Perth (11:00 Sydney): Jobs on BK-02 abort"
    )
    said = paragraphs(written.body_text)
    assert said[0] == "Hello Omar Haddad,"
    assert said[1].startswith("Our support desk is open less than planned, so our first reply to ")
    assert said[1].endswith("Before, we promised it by Thu 26 Nov, 08:00 Perth (11:00 Sydney).")
    assert said[2:4] == [
        "You get our first reply by Fri 27 Nov, 08:00 Perth (11:00 Sydney).",
        "Why: National Day of Mourning",
    ]
    assert f"/cases/{case.reference}/" in written.body_text
    assert "08:00 Perth (11:00 Sydney)" in written.body_html
    assert "National Day of Mourning" in written.body_html


def test_a_promise_that_comes_sooner_says_so(office: Office, case: Case) -> None:
    change(office, "Wed 15:00")
    tell("Wed 15:00")
    change(office, "Wed 15:30", closed=False, reason="It is next week")
    tell("Wed 15:30")
    sooner = OutgoingMail.objects.filter(kind="promise_moved", recipient=office.omar).latest("pk")
    assert "First reply sooner, by Thu 26 Nov, 08:00 Perth (11:00 Sydney)" in sooner.subject
    assert "Our support desk is open more than planned" in sooner.body_text


def test_whoever_owns_the_case_is_told_in_words_for_staff(office: Office, case: Case) -> None:
    office.take(case, "Wed 14:10")
    change(office, "Wed 15:00")
    tell("Wed 15:00")
    written = mail("promise_moved", office.lena)
    said = paragraphs(written.body_text)
    assert said[0].startswith("The calendar changed, and with it when the first reply to ")
    assert "The first reply is now due by Fri 27 Nov, 11:00 Sydney." in said
    assert "Northwind IT, contact Omar Haddad" in written.body_text
    assert f"/desk/cases/{case.reference}/" in written.body_text
    assert "promise_moved" not in kinds_to(office.ruth) + kinds_to(office.max) + kinds_to(office.priya)


def test_what_was_kept_is_told_to_nobody(office: Office, case: Case) -> None:
    au = Desk.objects.get(code="au")
    actions.change_calendar_day(
        desk_id=au.pk,
        on=THURSDAY,
        closed=True,
        reason="Moving house",
        move_promises=False,
        expected_revision=au.revision,
        actor=office.ruth,
        now=at("Wed 15:00"),
    )
    tell("Wed 15:00")
    assert kinds_to(office.omar) == ["case_received"]


def test_a_reason_cannot_write_html(office: Office, case: Case) -> None:
    change(office, "Wed 15:00", reason="<b>Storm</b> & flood")
    post("Wed 15:00")
    written = mail("promise_moved", office.omar)
    assert "Why: &lt;b&gt;Storm&lt;/b&gt; &amp; flood" in written.body_html
    assert "Why: <b>Storm</b> & flood" in written.body_text
