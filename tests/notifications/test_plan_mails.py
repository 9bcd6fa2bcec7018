"""What is mailed about updates, workarounds and plans, to whom, and when it is not owed any more (P9.2, P2.6, P9.7)."""

from datetime import date

import pytest

from cases.models import Case, Milestone
from notifications import sweeps
from notifications.models import MailState, OutgoingMail
from tests.builders import answer, at
from tests.cases.test_plans import add, move, plan, set_state
from tests.cases.test_workarounds import confirm, ease, fail
from tests.notifications.office import Office, kinds_to, mail, post, send, tell

FRIDAY = date(2026, 11, 27)


def tick(when: str) -> None:
    """Let the clock speak of promises and milestones, and the mails leave."""
    sweeps.warn_and_breach(now=at(when))
    sweeps.remind_of_milestones(now=at(when))
    post(when)


def paragraphs(text: str) -> str:
    return " ".join(text.split())


# --- Updates --------------------------------------------------------------------------------------------------------


@pytest.fixture
def answered(office: Office) -> Case:
    case = office.log("Tue 24 Nov 09:00", severity=2)
    office.take(case, "Tue 24 Nov 09:30")
    office.reply(case, "Tue 24 Nov 10:00")
    post("Tue 24 Nov 10:00:30")
    return case


@pytest.mark.clause("P9.2")
def test_the_owner_hears_that_an_update_is_due_and_the_manager_only_that_it_is_overdue(
    office: Office, answered: Case
) -> None:
    tick("Tue 24 Nov 12:15")
    due = mail("promise_at_risk", office.lena)
    assert due.subject == f"[{answered.reference}] Update due by Tue 24 Nov, 13:00 Sydney: {answered.title}"
    assert "is due to hear how it goes" in due.body_text
    assert "our own target: the contact does not read of it" in paragraphs(due.body_text)
    assert "The progress update is due by" in due.body_html
    assert "promise_at_risk" not in kinds_to(office.ruth)
    tick("Tue 24 Nov 13:00:01")
    for person in (office.lena, office.ruth):
        overdue = mail("promise_missed", person)
        assert overdue.subject.startswith(f"[{answered.reference}] Update overdue since Tue 24 Nov, 13:00 Sydney")
        assert "has not heard from us in time" in overdue.body_text
        assert "missed promise" not in overdue.body_text
    assert not {"promise_at_risk", "promise_missed"} & set(kinds_to(office.priya))


@pytest.mark.clause("P9.2")
def test_an_update_given_meanwhile_is_not_asked_for_any_more(office: Office, answered: Case) -> None:
    sweeps.warn_and_breach(now=at("Tue 24 Nov 13:00:01"))
    tell("Tue 24 Nov 13:00:02")
    answer(answered, office.lena, at("Tue 24 Nov 13:00:03"))
    send("Tue 24 Nov 13:00:30")
    withdrawn = OutgoingMail.objects.filter(kind="promise_missed")
    assert set(withdrawn.values_list("state", flat=True)) == {MailState.WITHDRAWN}
    assert {row.last_error for row in withdrawn} == {"The update was given before this left."}


# --- Workarounds ----------------------------------------------------------------------------------------------------


@pytest.mark.clause("P2.6", "P9.7")
def test_each_side_hears_of_a_workaround_from_the_other(office: Office) -> None:
    case = office.log("Tue 24 Nov 09:00", severity=1)
    office.take(case, "Tue 24 Nov 09:10")
    ease(case, office.lena, "Tue 10:00", "Restore from the second repository.")
    post("Tue 24 Nov 10:00:30")
    told = mail("workaround", office.priya)
    assert told.subject == f"[{case.reference}] Workaround in place: {case.title}"
    assert "Restore from the second repository." in told.body_text
    assert "The case stays open" in told.body_text
    confirm(case, office.priya, "Tue 10:30")
    fail(case, office.priya, "Tue 11:00", "It stops after a minute.")
    post("Tue 24 Nov 11:00:30")
    holds, fails = OutgoingMail.objects.filter(kind="workaround", recipient=office.lena).order_by("pk")
    assert holds.subject == f"[{case.reference}] The workaround holds: {case.title}"
    assert fails.subject == f"[{case.reference}] The workaround does not hold: {case.title}"
    assert "It stops after a minute." in fails.body_text
    assert "It stops after a minute." in fails.body_html


# --- Plans ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def planned(office: Office) -> Case:
    case = plan(office.log("Tue 24 Nov 09:00"), office.lena)
    answer(case, office.lena, at("Tue 24 Nov 10:01"))
    return case


@pytest.mark.clause("P9.7")
def test_the_contact_hears_of_the_plan_and_of_what_is_theirs_to_do(office: Office, planned: Case) -> None:
    add(planned, "Build the fix", office.lena, office.lena)
    add(planned, "Free some disk", office.omar, office.lena)
    post("Tue 24 Nov 10:30")
    made = mail("plan_changed", office.priya)
    assert made.subject == f"[{planned.reference}] An action plan: {planned.title}"
    assert "Move to the new agent." in made.body_text
    theirs = mail("plan_changed", office.omar)
    assert theirs.subject == f"[{planned.reference}] For you to do: Free some disk"
    assert "Due by Fri 27 Nov, 14:00 Perth (17:00 Sydney)." in theirs.body_text


@pytest.mark.clause("P9.7")
def test_another_day_and_a_done_step_are_told_to_the_other_side(office: Office, planned: Case) -> None:
    ours, theirs = add(planned, "Fix", office.lena, office.lena), add(planned, "Test", office.priya, office.lena)
    office.take(planned, "Tue 24 Nov 10:30")
    post("Tue 24 Nov 10:40")
    OutgoingMail.objects.all().delete()
    move(ours, date(2026, 11, 30), office.lena, "Wed 9:00", "A part is late.")
    set_state(theirs, "started", office.priya, "Wed 9:30")
    set_state(theirs, "done", office.priya, "Wed 10:00", "started")
    post("Wed 25 Nov 10:00:30")
    moved = mail("plan_changed", office.priya)
    assert moved.subject == f"[{planned.reference}] Another day: Fix"
    assert "A part is late." in moved.body_text
    assert "Due by Mon 30 Nov, 17:00 Sydney." in moved.body_text
    done = mail("plan_changed", office.lena)
    assert done.subject == f"[{planned.reference}] Done: Test"
    assert "Priya Raman says that the milestone “Test”" in done.body_text


@pytest.mark.clause("P9.7")
def test_the_owner_of_a_milestone_hears_on_its_day_and_the_manager_when_it_is_overdue(
    office: Office, planned: Case
) -> None:
    add(planned, "Build the fix", office.max, office.lena)
    tick("Fri 27 Nov 8:00")
    due = mail("milestone_due", office.max)
    assert due.subject.startswith(f"[{planned.reference}] Due by ")
    assert due.subject.endswith(": Build the fix")
    assert "is due today" in due.body_text
    assert "milestone_due" not in kinds_to(office.ruth)
    tick("Fri 27 Nov 17:00:01")
    for person in (office.max, office.ruth):
        overdue = mail("milestone_overdue", person)
        assert overdue.subject.endswith(": Build the fix")
        assert "It belongs to Max Ortega." in overdue.body_text
    assert not {"milestone_due", "milestone_overdue"} & set(kinds_to(office.lena)) | set()
    assert not {"milestone_due", "milestone_overdue"} & set(kinds_to(office.priya))


@pytest.mark.clause("P9.7")
def test_a_contact_is_reminded_of_their_own_milestone(office: Office, planned: Case) -> None:
    add(planned, "Free some disk", office.omar, office.lena)
    tick("Fri 27 Nov 8:00")
    due = mail("your_milestone_due", office.omar)
    assert due.subject == f"[{planned.reference}] Due today on your side: Free some disk"
    assert "Due by Fri 27 Nov, 14:00 Perth (17:00 Sydney)." in due.body_text
    tick("Fri 27 Nov 17:00:01")
    tick("Mon 30 Nov 8:00")
    overdue = mail("your_milestone_overdue", office.omar)
    assert overdue.subject == f"[{planned.reference}] Overdue on your side: Free some disk"
    assert "tell us there what stands in the way" in overdue.body_text


@pytest.mark.clause("P9.7")
@pytest.mark.parametrize("settled", [True, False])
def test_a_reminder_that_became_untrue_does_not_leave(office: Office, planned: Case, settled: bool) -> None:
    one: Milestone = add(planned, "Free some disk", office.omar, office.lena)
    sweeps.remind_of_milestones(now=at("Fri 27 Nov 8:00"))
    tell("Fri 27 Nov 8:00:01")
    if settled:
        set_state(one, "done", office.omar, "Fri 8:00:02")
    else:
        move(one, date(2026, 11, 30), office.lena, "Fri 8:00:02")
    send("Fri 27 Nov 8:00:30")
    assert mail("your_milestone_due").state == MailState.WITHDRAWN
