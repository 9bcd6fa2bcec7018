"""Which mails a person wants, and when: by the outbox, by the page, by the link in a mail."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from cases import actions
from cases.models import Case, User
from cases.rules import RuleBroken
from notifications.actions import choose_mails, turn_off_mails
from notifications.models import FOR_CONTACTS, How, MailChoice, MailKind, MailState
from notifications.preferences import choosing, hours
from notifications.preferences.kinds import ALWAYS, OPTIONAL
from tests.builders import at
from tests.cases.pages import browser_of, clock_at, get, nothing_is_written, post, typed_in, words_of
from tests.notifications.office import Office, mail, send, tell
from tests.smtp_sink import SmtpSink

PAGE = "/account/mail/"
NIGHT = choosing.Quiet(time(18), time(8), frozenset(range(7)))


def choose(person: User, when: str = "Mon 9:00", quiet: choosing.Quiet | None = None, **choices: How) -> None:
    chosen = {MailKind(kind): how for kind, how in choices.items()}
    choose_mails(choices=chosen, quiet=quiet, digest_at=time(8), actor=person, now=at(when))


def written_to(case: Case, when: str, words: str = "It is 6.1.") -> None:
    actions.reply_as_contact(case_id=case.pk, body=words, actor=case.contact, now=at(when))
    tell(when)


def owned(office: Office, severity: int = 3) -> Case:
    case = office.log("Tue 09:00", severity=severity)
    office.take(case, "Tue 09:10")
    return case


# --- Data -----------------------------------------------------------------------------------------------------------


def test_every_kind_of_mail_may_be_chosen_or_has_a_reason_why_not() -> None:
    assert set(OPTIONAL) | set(ALWAYS) == set(MailKind)
    assert not set(OPTIONAL) & set(ALWAYS)
    for kind, optional in OPTIONAL.items():
        assert kind in FOR_CONTACTS or not optional.contacts, kind


# --- The outbox -----------------------------------------------------------------------------------------------------


def test_a_mail_that_nobody_wants_is_kept_with_the_reason_and_never_sent(
    office: Office, mail_by_smtp: SmtpSink
) -> None:
    case = owned(office)
    choose(office.lena, contact_replied=How.NEVER)
    written_to(case, "Tue 10:00")
    send("Tue 10:00")
    turned_off = mail("contact_replied", office.lena)
    assert (turned_off.state, turned_off.last_error) == (
        MailState.WITHDRAWN,
        "Its reader chose not to get such mails.",
    )
    assert mail_by_smtp.to("lena.fischer@probax.example") == []


def test_what_a_person_wants_in_the_digest_is_kept_for_it(office: Office) -> None:
    case = owned(office)
    choose(office.lena, contact_replied=How.DIGEST)
    written_to(case, "Tue 10:00")
    assert mail("contact_replied", office.lena).state == MailState.HELD
    assert send("Tue 11:00") == 1, "the acknowledgement alone"


def test_quiet_hours_put_off_what_may_wait_to_their_end(office: Office) -> None:
    case = owned(office)
    choose(office.lena, quiet=NIGHT)
    written_to(case, "Tue 22:00")
    assert mail("contact_replied", office.lena).due_at == at("Wed 8:00")


@pytest.mark.clause("P4.1")
def test_severity_1_waits_for_no_digest_and_for_no_morning(office: Office) -> None:
    case = owned(office, severity=1)
    choose(office.lena, quiet=NIGHT, contact_replied=How.DIGEST)
    written_to(case, "Tue 22:00")
    told = mail("contact_replied", office.lena)
    assert (told.state, told.due_at) == (MailState.QUEUED, at("Tue 22:00"))


def test_what_is_promised_to_a_contact_does_not_wait(office: Office) -> None:
    choose(office.priya, quiet=NIGHT)
    office.log("Tue 22:00")
    tell("Tue 22:00")
    assert mail("case_received", office.priya).due_at == at("Tue 22:00")


@pytest.mark.parametrize("kind", [MailKind.CASE_RECEIVED, MailKind.PROMISE_MISSED, MailKind.INVITATION])
def test_what_must_be_told_cannot_be_turned_off(office: Office, kind: MailKind) -> None:
    with pytest.raises(RuleBroken, match="One of these mails cannot be chosen like this"):
        choose_mails(choices={kind: How.NEVER}, quiet=None, digest_at=time(8), actor=office.lena, now=at("Mon 9:00"))


def test_nor_can_a_contact_choose_about_mails_of_staff(office: Office) -> None:
    with pytest.raises(RuleBroken, match="One of these mails cannot be chosen like this"):
        choose(office.priya, contact_replied=How.NEVER)


def test_quiet_hours_without_a_length_or_a_day_are_none(office: Office) -> None:
    for quiet in (
        choosing.Quiet(time(8), time(8), frozenset({0})),
        choosing.Quiet(time(8), time(9), frozenset()),
    ):
        with pytest.raises(RuleBroken, match="Quiet hours need a beginning, another end, and a day"):
            choose(office.lena, quiet=quiet)


# --- Quiet hours over clock changes -----------------------------------------------------------------------------------


def utc(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "begins", "ends", "until"),
    [
        # Berlin springs from 2:00 to 3:00 on Sunday 28 March 2027: half past two counts as half past three.
        (utc(2027, 3, 27, 23), time(22), time(2, 30), utc(2027, 3, 28, 1, 30)),
        # It has two o'clock to three twice on Sunday 31 October 2027: the quiet lasts through both.
        (utc(2027, 10, 30, 23), time(22), time(2, 30), utc(2027, 10, 31, 1, 30)),
        (utc(2027, 10, 31, 1), time(22), time(2, 30), utc(2027, 10, 31, 1, 30)),
        # The night before is a plain one.
        (utc(2027, 10, 29, 23), time(22), time(7), utc(2027, 10, 30, 5)),
        # The very end is not quiet any more, and noon never was.
        (utc(2027, 10, 30, 5), time(22), time(7), None),
        (utc(2027, 10, 30, 10), time(22), time(7), None),
    ],
)
def test_quiet_hours_keep_to_the_clock_on_the_wall(
    moment: datetime, begins: time, ends: time, until: datetime | None
) -> None:
    assert hours.end_of_quiet(moment, ZoneInfo("Europe/Berlin"), begins, ends, range(7)) == until


def test_quiet_hours_begin_on_their_days_alone() -> None:
    friday_night = utc(2027, 10, 29, 22)
    berlin = ZoneInfo("Europe/Berlin")
    assert hours.end_of_quiet(friday_night, berlin, time(22), time(7), {4}) == utc(2027, 10, 30, 5)
    assert hours.end_of_quiet(friday_night, berlin, time(22), time(7), {5, 6}) is None


# --- The page -------------------------------------------------------------------------------------------------------


def changed(person: User, **said: Any) -> Any:
    """Send the page as it is with something changed."""
    browser = browser_of(person, at("Tue 9:00"))
    form = typed_in(get(browser, PAGE, at("Tue 9:00")), "") | {"quiet_days": ["0", "1"]} | said
    return post(browser, PAGE, form, at("Tue 9:00"))


def test_a_person_chooses_on_their_own_page(office: Office) -> None:
    answer = changed(office.lena, contact_replied="digest", quiet_from="22:00", quiet_until="07:00", digest_at="07:30")
    assert answer.status_code == 302
    assert choosing.how(MailKind.CONTACT_REPLIED, office.lena) == How.DIGEST
    times = office.lena.mail_times
    assert (times.quiet_from, times.quiet_until, times.quiet_days) == (time(22), time(7), [0, 1])
    assert (times.digest_at, times.digest_due_at) == (time(7, 30), at("Wed 7:30"))


def test_half_of_quiet_hours_is_asked_for_and_what_was_chosen_is_kept(office: Office) -> None:
    answer = changed(office.lena, quiet_from="22:00", mentioned="digest")
    assert answer.status_code == 422
    assert "Quiet hours need a beginning and an end" in words_of(answer)
    assert typed_in(answer, "")["mentioned"] == "digest"
    assert not MailChoice.objects.exists()


def test_quiet_hours_without_a_length_are_refused_on_the_page(office: Office) -> None:
    answer = changed(office.lena, quiet_from="22:00", quiet_until="22:00")
    assert answer.status_code == 422
    assert "Quiet hours need a beginning, another end, and a day" in words_of(answer)


def test_each_side_reads_of_its_own_mails(office: Office) -> None:
    staff = words_of(get(browser_of(office.lena, at("Tue 9:00")), PAGE, at("Tue 9:00")))
    contact = words_of(get(browser_of(office.priya, at("Tue 9:00")), PAGE, at("Tue 9:00")))
    assert "A contact wrote in a case of yours." in staff
    assert "low score" not in staff, "that is for managers"
    assert "A contact wrote" not in contact
    assert "Promise missed" not in contact
    assert "It says what we promise you" in contact


def test_an_administrator_of_a_partner_sees_nothing_of_what_others_chose(office: Office) -> None:
    choose(office.omar, quiet=NIGHT, watched_reply=How.NEVER)
    browser = browser_of(office.priya, at("Tue 9:00"))
    own = get(browser, PAGE, at("Tue 9:00"))
    assert typed_in(own, "")["watched_reply"] == "now"
    for page in (own, get(browser, reverse("company_home"), at("Tue 9:00"))):
        assert "18:00" not in page.content.decode()


# --- The link in a mail -----------------------------------------------------------------------------------------------


def link_of(office: Office) -> str:
    written_to(owned(office), "Tue 10:00")
    told = mail("contact_replied", office.lena)
    assert told.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link: str = told.headers["List-Unsubscribe"].strip("<>")
    assert link in told.body_text
    assert link in told.body_html
    return "/mail/off/" + link.partition("/mail/off/")[2]


def test_opening_the_link_asks_and_changes_nothing(office: Office) -> None:
    link = link_of(office)
    with nothing_is_written():
        page = get(Client(), link, at("Tue 11:00"))
    assert "Turn off these mails? A contact wrote in a case of yours." in words_of(page)
    assert choosing.how(MailKind.CONTACT_REPLIED, office.lena) == How.NOW


def test_a_mail_program_turns_the_kind_off_with_one_click(office: Office) -> None:
    """RFC 8058: no cookie, no page before it, and a client that checks the token of forms."""
    link = link_of(office)
    with clock_at(at("Tue 11:00")):
        page = Client(enforce_csrf_checks=True).post(link, {"List-Unsubscribe": "One-Click"})
    assert page.status_code == 200
    assert choosing.how(MailKind.CONTACT_REPLIED, office.lena) == How.NEVER
    assert choosing.how(MailKind.MENTIONED, office.lena) == How.NOW, "that kind alone"


@pytest.mark.parametrize("link", ["/mail/off/nothing/", "/mail/off/WzEsICJjYXNlX3JlY2VpdmVkIl0:1abc:x/"])
def test_a_link_that_we_never_signed_does_nothing(office: Office, link: str) -> None:
    page = post(Client(), link, {}, at("Tue 11:00"))
    assert page.status_code == 404
    assert not MailChoice.objects.exists()


def test_what_must_be_told_has_no_such_link(office: Office) -> None:
    office.log()
    tell("Tue 10:00")
    told = mail("case_received")
    assert "List-Unsubscribe" not in told.headers
    assert "/mail/off/" not in told.body_text
    assert choosing.link_to_turn_off(MailKind.LOW_SCORE, office.ruth) == "", "it may be put off, not turned off"
    with pytest.raises(RuleBroken, match="cannot be chosen like this"):
        turn_off_mails(kind=MailKind.LOW_SCORE, actor=office.ruth, now=at("Tue 11:00"))
