"""Mails to watchers, of merges and handovers: to whom, in whose language and zone, and never to another partner."""

import re

import pytest
from django.core import signing
from django.test import Client

from cases import actions
from cases.models import Case, Membership, Watcher
from notifications import sweeps
from notifications.models import MailState, OutgoingMail
from tests import builders
from tests.builders import at
from tests.cases.pages import get, post, words_of
from tests.notifications.office import Office, kinds_to, mail, tell
from tests.notifications.office import post as tick

pytestmark = pytest.mark.clause("P9.3")

NOON = at("Tue 24 Nov 12:00")


@pytest.fixture
def watched(office: Office) -> Case:
    """Priya's case, watched by Omar in Perth and by Max in New York."""
    case = office.log()
    for person in (office.omar, office.max):
        actions.add_watcher(case_id=case.pk, user_id=person.pk, actor=office.lena, now=at("Tue 24 Nov 09:10"))
    tick("Tue 24 Nov 09:11")
    return case


def stop_link(text: str) -> str:
    found = re.search(r"https?://[^/\s]+(/watching/\S+)", text)
    assert found is not None
    return found[1]


def test_watchers_get_replies_of_both_sides_but_not_their_own(office: Office, watched: Case) -> None:
    office.reply(watched, "Tue 24 Nov 09:30")
    office.answer(watched, "Tue 24 Nov 09:40")
    builders.say(watched, office.omar, at("Tue 24 Nov 09:50"), "Omar here.")
    tick("Tue 24 Nov 09:55")
    assert kinds_to(office.omar) == ["watched_reply", "watched_reply"]
    assert kinds_to(office.max) == ["watched_reply"] * 3
    assert kinds_to(office.zoe) == []
    first = OutgoingMail.objects.filter(kind="watched_reply", recipient=office.omar).order_by("pk")[0]
    assert "Please update the agent on BK-02 to 6.2." in first.body_text
    assert f"/cases/{watched.reference}/" in first.body_text
    assert "because you watch" in first.body_text
    staffs = OutgoingMail.objects.filter(kind="watched_reply", recipient=office.max)[0]
    assert f"/desk/cases/{watched.reference}/" in staffs.body_text


def test_notes_are_no_business_of_watchers(office: Office, watched: Case) -> None:
    actions.write_note(case_id=watched.pk, body="Hm.", actor=office.lena, now=at("Tue 24 Nov 09:30"))
    tick("Tue 24 Nov 09:31")
    assert kinds_to(office.omar) == []


def test_a_reply_that_was_taken_back_reaches_no_watcher(office: Office, watched: Case) -> None:
    office.reply(watched, "Tue 24 Nov 09:30")
    tell("Tue 24 Nov 09:30:01")
    message = watched.messages.latest("pk")
    actions.take_reply_back(message_id=message.pk, actor=office.lena, now=at("Tue 24 Nov 09:30:05"))
    tick("Tue 24 Nov 09:31")
    assert {row.state for row in OutgoingMail.objects.filter(kind="watched_reply")} == {MailState.WITHDRAWN}


def test_the_closing_reaches_watchers_without_the_survey(office: Office, watched: Case) -> None:
    office.close(watched, "Tue 24 Nov 10:00")
    tick("Tue 24 Nov 10:00:30")
    assert mail("watched_closed", office.omar).state == MailState.QUEUED
    tick("Tue 24 Nov 10:01")
    written = mail("watched_closed", office.omar)
    assert written.state == MailState.SENT
    assert "The update fixed it." in written.body_text
    assert "survey" not in written.body_text + written.body_html


@pytest.mark.parametrize("name", ["zoe", "limited"])
def test_nobody_who_may_not_see_the_case_is_ever_written_to(office: Office, watched: Case, name: str) -> None:
    person = office.zoe if name == "zoe" else builders.contact("Nia Park", office.northwind, sees_all_cases=False)
    # Past the action, as a mistake elsewhere might.
    Watcher.objects.create(case=watched, user=person, added_by=office.lena, added_at=NOON)
    office.reply(watched, "Tue 24 Nov 09:30")
    office.close(watched, "Tue 24 Nov 10:00")
    tick("Tue 24 Nov 10:05")
    rows = OutgoingMail.objects.filter(recipient=person)
    assert {row.state for row in rows} == {MailState.WITHDRAWN}
    assert {row.last_error for row in rows} == {"The recipient may not see this case."}


def test_whoever_left_between_writing_and_sending_gets_nothing(office: Office, watched: Case) -> None:
    office.reply(watched, "Tue 24 Nov 09:30")
    tell("Tue 24 Nov 09:30:01")
    Membership.objects.filter(user=office.omar).update(is_active=False)
    tick("Tue 24 Nov 09:31")
    assert mail("watched_reply", office.omar).state == MailState.WITHDRAWN


def test_the_link_in_the_mail_stops_them_by_a_button_alone(office: Office, watched: Case) -> None:
    office.reply(watched, "Tue 24 Nov 09:30")
    tick("Tue 24 Nov 09:31")
    link = stop_link(mail("watched_reply", office.omar).body_text)
    page = get(Client(), link, NOON)
    assert f"Stop watching {watched.reference}?" in words_of(page)
    assert Watcher.objects.filter(user=office.omar).exists()
    assert f"You do not watch {watched.reference}" in words_of(post(Client(), link, {}, NOON))
    assert not Watcher.objects.filter(user=office.omar).exists()
    assert Watcher.objects.filter(user=office.max).exists()
    office.reply(watched, "Tue 24 Nov 13:00")
    tick("Tue 24 Nov 13:01")
    assert kinds_to(office.omar) == ["watched_reply"]


@pytest.mark.parametrize("salt", ["something else", "stop watchin"])
def test_a_token_signed_for_something_else_stops_nothing(office: Office, watched: Case, salt: str) -> None:
    token = signing.dumps([watched.pk, office.omar.pk], salt=salt)
    for address in (f"/watching/{token}/stop/", "/watching/nonsense/stop/"):
        assert post(Client(), address, {}, NOON).status_code == 404
    assert Watcher.objects.count() == 2


def test_a_mail_that_waits_is_withdrawn_when_its_reader_stopped(office: Office, watched: Case) -> None:
    office.reply(watched, "Tue 24 Nov 09:30")
    tell("Tue 24 Nov 09:30:01")
    actions.stop_watching(case_id=watched.pk, actor=office.omar, now=at("Tue 24 Nov 09:30:05"))
    tick("Tue 24 Nov 09:31")
    assert mail("watched_reply", office.omar).last_error == "The recipient watches this case no more."


# --- Merged, handed on ----------------------------------------------------------------------------------------------


def test_a_merge_is_told_to_the_contact_and_not_as_a_closing(office: Office) -> None:
    one, two = office.log(), office.log(contact=office.omar)
    actions.merge_case(case_id=one.pk, into=two.reference, actor=office.lena, now=at("Tue 24 Nov 10:00"))
    tick("Tue 24 Nov 10:01")
    written = mail("case_merged", office.priya)
    assert written.state == MailState.SENT
    assert written.subject.startswith(f"[{one.reference}] Goes on in {two.reference}:")
    assert f"/cases/{two.reference}/" in written.body_text
    assert "case_closed" not in kinds_to(office.priya)
    office.reply(two, "Tue 24 Nov 11:00")
    tick("Tue 24 Nov 11:01")
    assert kinds_to(office.priya)[-1] == "watched_reply"


def test_a_merge_that_was_taken_back_is_told_to_nobody(office: Office) -> None:
    one, two = office.log(), office.log(contact=office.omar)
    actions.merge_case(case_id=one.pk, into=two.reference, actor=office.lena, now=at("Tue 24 Nov 10:00"))
    tell("Tue 24 Nov 10:00:01")
    actions.take_closing_back(case_id=one.pk, actor=office.lena, now=at("Tue 24 Nov 10:00:30"))
    tick("Tue 24 Nov 10:01")
    assert mail("case_merged").state == MailState.WITHDRAWN


def test_both_contacts_hear_when_a_case_is_handed_on(office: Office) -> None:
    case = office.log()
    actions.change_contact(
        case_id=case.pk,
        contact_id=office.omar.pk,
        expected_id=office.priya.pk,
        actor=office.lena,
        now=at("Tue 24 Nov 10:00"),
    )
    tick("Tue 24 Nov 10:01")
    assert "This case is yours now" in mail("contact_changed", office.omar).subject
    assert "You get no more mails about it" in mail("contact_changed", office.priya).body_text
    office.reply(case, "Tue 24 Nov 10:30")
    tick("Tue 24 Nov 10:31")
    assert kinds_to(office.omar)[-1] == "specialist_replied"
    assert "specialist_replied" not in kinds_to(office.priya)


# --- Between colleagues ---------------------------------------------------------------------------------------------


def test_the_new_owner_gets_the_note_by_mail(office: Office) -> None:
    case = office.log()
    actions.assign_case(
        case_id=case.pk,
        assignee_id=office.max.pk,
        expected_id=None,
        note="She expects a call at 14:00.",
        actor=office.lena,
        now=at("Tue 24 Nov 10:00"),
    )
    tick("Tue 24 Nov 10:01")
    written = mail("handed_over", office.max)
    assert "Lena Fischer gave you this case" in written.subject
    assert "She expects a call at 14:00." in written.body_text
    assert "handed_over" not in kinds_to(office.priya)


def test_nobody_is_told_what_they_took_or_lost_again(office: Office) -> None:
    case = office.log()
    office.take(case, "Tue 24 Nov 10:00")
    tell("Tue 24 Nov 10:00")
    assert not OutgoingMail.objects.filter(kind="handed_over").exists()
    actions.assign_case(
        case_id=case.pk,
        assignee_id=office.max.pk,
        expected_id=office.lena.pk,
        actor=office.lena,
        now=at("Tue 24 Nov 11:00"),
    )
    tell("Tue 24 Nov 11:00")
    actions.assign_case(
        case_id=case.pk,
        assignee_id=office.lena.pk,
        expected_id=office.max.pk,
        actor=office.lena,
        now=at("Tue 24 Nov 11:00:01"),
    )
    sweeps.send_outbox(clock=lambda: at("Tue 24 Nov 11:00:02"))
    assert mail("handed_over").last_error == "Somebody else owns the case by now."


def test_whoever_a_note_names_gets_it(office: Office) -> None:
    case = office.log()
    actions.write_note(
        case_id=case.pk, body="@max, does this ring a bell?", actor=office.lena, now=at("Tue 24 Nov 10:00")
    )
    tick("Tue 24 Nov 10:01")
    written = mail("mentioned")
    assert (written.recipient, written.state) == (office.max, MailState.SENT)
    assert "does this ring a bell?" in written.body_text
