"""What the contact is told before silence closes a case, and what a take-back keeps from leaving (P9.5)."""

import pytest

from cases import actions
from cases.models import Case
from notifications.models import MailState, OutgoingMail
from tests import builders
from tests.builders import at
from tests.notifications.office import Office, kinds_to, mail, post, send, tell

pytestmark = pytest.mark.clause("P9.5")


@pytest.fixture
def waiting(office: Office) -> Case:
    """Asked on Tuesday at 10:00; every mail so far has left."""
    case = office.log()
    office.ask(case, "Tue 24 Nov 10:00")
    post("Tue 24 Nov 10:01")
    return case


def call(office: Office, case: Case, when: str) -> None:
    builders.call(case, office.lena, at(when), "no_answer")


def announced() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(kind="closing_announced").order_by("pk"))


def test_the_second_call_tells_the_contact_when_the_case_closes(office: Office, waiting: Case) -> None:
    call(office, waiting, "Wed 25 Nov 09:00")
    post("Wed 25 Nov 09:01")
    assert announced() == []
    call(office, waiting, "Thu 26 Nov 09:00")
    post("Thu 26 Nov 09:01")
    (written,) = announced()
    assert (written.recipient, written.state) == (office.priya, MailState.SENT)
    assert written.subject == (
        f"[{waiting.reference}] Closes Fri 27 Nov, 17:00 Sydney without your answer: Jobs on BK-02 abort"
    )
    assert "If we hear nothing, the case closes on Fri 27 Nov, 17:00 Sydney." in written.body_text
    assert "1. Call, Wed 25 Nov, 09:00 Sydney" in written.body_text
    assert "2. Call, Thu 26 Nov, 09:00 Sydney" in written.body_text
    assert "Which version runs on BK-02?" in written.body_text


def test_a_call_after_a_reminder_tells_it_too(office: Office, waiting: Case) -> None:
    builders.remind(waiting, at("Thu 26 Nov 10:00"))
    call(office, waiting, "Fri 27 Nov 09:00")
    tell("Fri 27 Nov 09:00")
    assert "Mon 30 Nov, 17:00 Sydney" in announced()[0].subject


def test_a_second_reminder_tells_it_itself(office: Office, waiting: Case) -> None:
    builders.remind(waiting, at("Thu 26 Nov 10:00"))
    builders.remind(waiting, at("Mon 30 Nov 10:00"))
    tell("Mon 30 Nov 10:00")
    assert announced() == []
    assert kinds_to(office.priya)[-2:] == ["reminder_one", "reminder_two"]


def test_a_first_reminder_that_counts_as_the_second_attempt_is_followed_by_the_closing_time(
    office: Office, waiting: Case
) -> None:
    # It left, and before that was put on the record a specialist logged a call of the day before.
    actions.make_reminder(episode_id=builders.episode_of(waiting).pk, now=at("Thu 26 Nov 10:00"))
    builders.call(waiting, office.ruth, at("Wed 25 Nov 15:00"), "no_answer", logged_at=at("Thu 26 Nov 10:00:01"))
    attempt = waiting.attempts.get(method="email")
    actions.confirm_reminder(attempt_id=attempt.pk, text="Are you there?", now=at("Thu 26 Nov 10:00:02"))
    tell("Thu 26 Nov 10:00:03")
    assert "Fri 27 Nov, 17:00 Sydney" in announced()[0].subject


def test_a_word_before_it_leaves_withdraws_it(office: Office, waiting: Case) -> None:
    call(office, waiting, "Wed 25 Nov 09:00")
    call(office, waiting, "Thu 26 Nov 09:00")
    tell("Thu 26 Nov 09:00")
    office.answer(waiting, "Thu 26 Nov 09:00:30")
    send("Thu 26 Nov 09:01")
    (withdrawn,) = announced()
    assert (withdrawn.state, withdrawn.last_error) == (MailState.WITHDRAWN, "A word came before it left.")


def test_a_hold_withdraws_it_and_the_release_tells_the_new_time(office: Office, waiting: Case) -> None:
    call(office, waiting, "Wed 25 Nov 09:00")
    call(office, waiting, "Thu 26 Nov 09:00")
    tell("Thu 26 Nov 09:00")
    actions.hold_closing(case_id=waiting.pk, reason="On leave.", actor=office.lena, now=at("Thu 26 Nov 09:00:10"))
    post("Thu 26 Nov 09:01")
    assert announced()[0].last_error == "The closing was held back or moved."
    actions.release_closing(case_id=waiting.pk, actor=office.lena, now=at("Mon 30 Nov 09:00"))
    post("Mon 30 Nov 09:01")
    new = announced()[1]
    assert new.state == MailState.SENT
    assert "the case closes on Tue 1 Dec, 17:00 Sydney." in new.body_text
    assert "We kept your case open for a while" in new.body_text
    assert "On leave" not in new.body_text + new.body_html


def test_a_held_case_is_not_reminded_by_a_mail_that_was_written_before(office: Office, waiting: Case) -> None:
    actions.make_reminder(episode_id=builders.episode_of(waiting).pk, now=at("Thu 26 Nov 10:00"))
    tell("Thu 26 Nov 10:00")
    actions.hold_closing(case_id=waiting.pk, reason="On leave.", actor=office.lena, now=at("Thu 26 Nov 10:00:01"))
    send("Thu 26 Nov 10:00:02")
    assert mail("reminder_one").last_error == "A specialist holds the closing back."
    assert waiting.attempts.get().number is None


# --- What is taken back never leaves --------------------------------------------------------------------------------


def reply_back(office: Office, case: Case, when: str) -> None:
    actions.take_reply_back(message_id=case.messages.latest("pk").pk, actor=office.lena, now=at(when))


def test_a_reply_waits_ten_seconds_and_two_for_a_click_on_its_way(office: Office) -> None:
    case = office.log()
    office.reply(case, "Tue 24 Nov 10:00")
    post("Tue 24 Nov 10:00:11")
    assert mail("specialist_replied").state == MailState.QUEUED
    post("Tue 24 Nov 10:00:12")
    assert mail("specialist_replied").state == MailState.SENT


@pytest.mark.parametrize("told_at", ["Tue 24 Nov 10:00:01", "Tue 24 Nov 10:00:11"])
def test_a_reply_that_was_taken_back_never_leaves(office: Office, told_at: str) -> None:
    case = office.log()
    office.reply(case, "Tue 24 Nov 10:00")
    if told_at < "Tue 24 Nov 10:00:10":
        tell(told_at)
    reply_back(office, case, "Tue 24 Nov 10:00:10")
    post("Tue 24 Nov 10:05")
    kept = mail("specialist_replied")
    assert (kept.state, kept.last_error) == (MailState.WITHDRAWN, "The reply was taken back.")


def test_a_reminder_never_quotes_what_was_taken_back(office: Office) -> None:
    case = office.log()
    office.ask(case, "Tue 24 Nov 10:00")
    office.reply(case, "Wed 25 Nov 10:00", "A word to the wrong customer.")
    reply_back(office, case, "Wed 25 Nov 10:00:05")
    builders.remind(case, at("Thu 26 Nov 10:00"))
    tell("Thu 26 Nov 10:00")
    assert "Which version runs on BK-02?" in mail("reminder_one").body_text
    assert "wrong customer" not in mail("reminder_one").body_text


def test_a_closing_that_was_taken_back_is_told_to_nobody(office: Office) -> None:
    case = office.log()
    office.close(case, "Tue 24 Nov 12:00")
    tell("Tue 24 Nov 12:00:01")
    actions.take_closing_back(case_id=case.pk, actor=office.lena, now=at("Tue 24 Nov 12:00:50"))
    post("Tue 24 Nov 12:05")
    assert mail("case_closed").last_error == "The closing was taken back."
    assert not OutgoingMail.objects.filter(kind="closing_taken_back").exists()
