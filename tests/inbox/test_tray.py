"""Mail to sort: why it is there, and what staff do with it. Nothing is dropped, nobody is written to by mistake."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from cases import actions
from cases.inbox.handling import read_again
from cases.lifecycle import Status
from cases.models import Case, IncomingMail, MailAddress, MailFate, MailReason, Membership, Plan, User
from cases.rules import RuleBroken
from notifications.models import OutgoingMail
from tests.builders import all_at_once, at, deadline_of, fresh
from tests.cases.pages import browser_of, get, post, words_of
from tests.inbox.post import deliver, letter
from tests.notifications.office import Office, open_office, tell

pytestmark = pytest.mark.clause("P1.2")
NOON = at("Tue 12:00")


def unknown(subject: str = "Restores fail", sender: str = "Nina New <nina@nwit.example>", **more: Any) -> IncomingMail:
    mail = deliver(letter(sender, subject, **more), "Tue 09:00")
    assert mail.fate == MailFate.TRAY
    return mail


def test_the_tray_lists_what_nobody_could_place_and_why(office: Office) -> None:
    unknown()
    deliver(letter(office.priya, "A normal case"), "Tue 09:01")
    page = words_of(get(browser_of(office.lena, NOON), "/desk/inbox/", NOON))
    assert "Restores fail" in page
    assert "Nobody has this address" in page
    assert "Mail to sort 1" in page
    assert "A normal case" not in page
    others = words_of(get(browser_of(office.lena, NOON), "/desk/inbox/?view=cases", NOON))
    assert "A normal case" in others


def test_an_empty_tray_says_so(office: Office) -> None:
    assert "Every mail found its place" in words_of(get(browser_of(office.lena, NOON), "/desk/inbox/", NOON))


def test_a_mail_is_shown_whole_as_text_and_its_original_is_a_download(office: Office) -> None:
    body = "New words.\n\nOn Mon, 23 Nov 2026 at 9:00, Somebody <a@b.example> wrote:\n> <script>alert(1)</script> old\n"
    mail = unknown(body=body, files={"run.exe": b"MZ"})
    browser = browser_of(office.lena, NOON)
    page = get(browser, f"/desk/inbox/{mail.pk}/", NOON)
    assert "&lt;script&gt;alert(1)" in page.content.decode()
    assert "run.exe" in words_of(page)
    assert "not accepted" in words_of(page)
    original = get(browser, f"/desk/inbox/{mail.pk}/raw/", NOON)
    assert original["Content-Disposition"].startswith("attachment")
    assert b"New words." in original.content


def test_a_mail_is_put_on_a_case_as_the_contacts_word(office: Office) -> None:
    case = office.log()
    office.ask(case, "Tue 24 Nov 08:59")
    mail = unknown(files={"agent.log": b"error 1603"})
    said = {"reference": "nwit-1", "writer": "omar.haddad@nwit.example"}
    answer = post(browser_of(office.lena, NOON), f"/desk/inbox/{mail.pk}/attach/", said, NOON)
    assert answer.url == "/desk/cases/NWIT-1/"
    message = case.messages.latest("pk")
    assert (message.author, message.said_at) == (office.omar, at("Tue 09:00"))
    assert message.attachments.get().name == "agent.log"
    assert fresh(case).status == Status.OPEN
    mail.refresh_from_db()
    assert (mail.fate, mail.sorted_by, mail.message) == (MailFate.REPLY, office.lena, message)
    page = words_of(get(browser_of(office.lena, NOON), "/desk/cases/NWIT-1/", NOON))
    assert "Mails that came in" in page


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"reference": ""}, "Write the reference"),
        ({"reference": "NWIT-99"}, "no case with this reference"),
        ({"reference": "NWIT-1", "writer": "zoe.keller@bhms.example"}, "Nobody of this partner has this address"),
    ],
)
def test_a_mail_that_cannot_be_put_there_stays(office: Office, said: dict[str, str], sentence: str) -> None:
    office.log()
    mail = unknown()
    answer = post(browser_of(office.lena, NOON), f"/desk/inbox/{mail.pk}/attach/", said, NOON)
    assert answer.status_code == 422
    assert sentence in words_of(answer)
    mail.refresh_from_db()
    assert mail.fate == MailFate.TRAY


def test_a_mail_is_nobodys_word_who_may_not_see_the_case(office: Office) -> None:
    office.log()
    mail = unknown()
    with pytest.raises(RuleBroken, match="This person may not see the case"):
        actions.attach_mail(
            mail_id=mail.pk,
            read=read_again(mail),
            reference="NWIT-1",
            contact_id=office.zoe.pk,
            actor=office.lena,
            now=NOON,
        )


def test_a_closed_case_takes_no_mail(office: Office) -> None:
    case = office.log("Mon 23 Nov 09:00")
    office.close(case, "Mon 23 Nov 10:00")
    mail = unknown()
    answer = post(browser_of(office.lena, NOON), f"/desk/inbox/{mail.pk}/attach/", {"reference": "NWIT-1"}, NOON)
    assert "closed cases stay closed" in words_of(answer)


def test_a_case_is_made_for_the_sender_who_becomes_a_contact(office: Office) -> None:
    mail = unknown("Severity 2: restores fail")
    page = get(browser_of(office.lena, NOON), f"/desk/inbox/{mail.pk}/", NOON)
    assert f'<option value="{office.northwind.pk}" selected>' in page.content.decode(), (
        "others there write for Northwind"
    )
    said = {"partner": str(office.northwind.pk), "writer": "", "name": "Nina New", "severity": "2"}
    post(browser_of(office.lena, NOON), f"/desk/inbox/{mail.pk}/case/", said, NOON)
    case = Case.objects.get()
    nina = User.objects.get(email="nina@nwit.example")
    assert (case.contact, case.severity, case.triage, case.logged_by) == (nina, 2, "", office.lena)
    assert case.logged_at == at("Tue 09:00")
    assert deadline_of(case).due_at == at("Tue 12:00")
    assert not nina.has_usable_password()
    assert not Membership.objects.get(user=nina).sees_all_cases
    tell("Tue 12:01")
    assert OutgoingMail.objects.filter(kind="case_received", recipient=nina).exists()


def test_a_case_is_made_for_somebody_else(office: Office) -> None:
    mail = unknown()
    said = {"partner": str(office.northwind.pk), "writer": "Priya.Raman@nwit.example", "severity": "3"}
    post(browser_of(office.lena, NOON), f"/desk/inbox/{mail.pk}/case/", said, NOON)
    assert Case.objects.get().contact == office.priya
    assert not User.objects.filter(email="nina@nwit.example").exists()


def refused(mail: IncomingMail, office: Office, **said: Any) -> str:
    asked: dict[str, Any] = {"partner_id": office.northwind.pk, "contact_id": None, "severity": 3}
    with pytest.raises(RuleBroken) as broken:
        actions.make_case_of_mail(mail_id=mail.pk, read=read_again(mail), actor=office.lena, now=NOON, **asked | said)
    assert not Case.objects.exists()
    return str(broken.value)


def test_what_no_case_is_made_of(office: Office) -> None:
    mail = unknown()
    assert "does not write for the partner" in refused(mail, office, contact_id=office.zoe.pk)
    Membership.objects.filter(user=office.omar).update(is_active=False)
    assert "deactivated this person" in refused(unknown("B", f"Omar <{office.omar.email}>"), office)
    assert "one of our own people" in refused(unknown("C", f"Lena <{office.lena.email}>"), office)
    assert "does not say who sent it" in refused(unknown("D", "nobody"), office)
    office.northwind.plan = Plan.LAPSED
    office.northwind.save()
    assert "The plan of Northwind IT has ended" in refused(mail, office)


def test_a_mail_is_dismissed_with_a_reason_and_kept(office: Office) -> None:
    mail = unknown()
    browser = browser_of(office.lena, NOON)
    assert "Say why" in words_of(post(browser, f"/desk/inbox/{mail.pk}/dismiss/", {"why": " "}, NOON))
    post(browser, f"/desk/inbox/{mail.pk}/dismiss/", {"why": "An advertisement."}, NOON)
    mail.refresh_from_db()
    assert (mail.fate, mail.sorted_by, mail.sorted_why) == (MailFate.DISMISSED, office.lena, "An advertisement.")
    assert mail.reason == MailReason.UNKNOWN_SENDER
    assert mail.raw.storage.exists(str(mail.raw.name))
    tell("Tue 12:01")
    assert not OutgoingMail.objects.exists()


def test_a_second_person_hears_who_was_first(office: Office) -> None:
    mail = unknown()
    actions.dismiss_mail(mail_id=mail.pk, why="Spam.", actor=office.max, now=NOON)
    answer = post(browser_of(office.lena, NOON), f"/desk/inbox/{mail.pk}/dismiss/", {"why": "Spam."}, NOON)
    assert "Max Ortega sorted this mail meanwhile: Dismissed" in words_of(answer)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_sort_one_mail_at_one_moment_one_is_told() -> None:
    office = open_office()
    case = office.log()
    mail = unknown()
    read = read_again(mail)
    calls: list[Callable[[], object]] = [
        partial(actions.dismiss_mail, mail_id=mail.pk, why="Spam.", actor=office.max, now=NOON),
        partial(
            actions.attach_mail,
            mail_id=mail.pk,
            read=read,
            reference="NWIT-1",
            contact_id=None,
            actor=office.lena,
            now=NOON,
        ),
    ]
    answers = all_at_once(calls)
    (told,) = [answer for answer in answers if isinstance(answer, Exception)]
    assert isinstance(told, RuleBroken)
    assert "sorted this mail meanwhile" in str(told)
    mail.refresh_from_db()
    assert case.messages.count() == (1 if mail.fate == MailFate.REPLY else 0)


def test_contacts_sort_no_mail(office: Office) -> None:
    mail = unknown()
    assert get(browser_of(office.priya, NOON), f"/desk/inbox/{mail.pk}/", NOON).status_code == 404
    with pytest.raises(RuleBroken, match="Only support staff"):
        actions.dismiss_mail(mail_id=mail.pk, why="x", actor=office.priya, now=NOON)


@pytest.mark.clause("P9.6", "P2.2")
def test_a_provisional_follow_up_is_dismissed_on_its_page(office: Office) -> None:
    case = office.log("Tue 24 Nov 08:00")
    office.close(case, "Tue 24 Nov 08:30")
    deliver(letter(office.priya, "Re: [NWIT-1]", "Thanks a lot!"), "Tue 09:00")
    browser = browser_of(office.lena, NOON)
    page = words_of(get(browser, "/desk/cases/NWIT-2/", NOON))
    assert "Is this a new problem?" in page
    assert "No severity was named" in page
    post(browser, "/desk/cases/NWIT-2/triage/", {}, NOON)
    post(browser, "/desk/cases/NWIT-2/thanks/", {}, NOON)
    page = words_of(get(browser, "/desk/cases/NWIT-2/", NOON))
    assert "Is this a new problem?" not in page
    assert "took the mail for thanks" in page
    assert Case.objects.get(reference="NWIT-2").dismissed_at == NOON
    too_late = post(browser, "/desk/cases/NWIT-1/thanks/", {}, NOON)
    assert "closed cases stay closed" in words_of(too_late)
    theirs = words_of(get(browser_of(office.priya, NOON), "/cases/NWIT-2/", NOON))
    assert "taken for thanks" in theirs


def test_an_address_where_nobody_is_stands_on_the_case_and_is_cleared(office: Office) -> None:
    office.log()
    MailAddress.objects.create(address=office.priya.email, bounced_at=NOON, stopped_at=NOON, code="5.1.1")
    browser = browser_of(office.lena, NOON)
    assert "Mails to the contact come back." in words_of(get(browser, "/desk/cases/NWIT-1/", NOON))
    post(browser, "/desk/inbox/address/", {"address": office.priya.email}, NOON)
    assert MailAddress.objects.get().stopped_at is None
    assert MailAddress.objects.get().cleared_by == office.lena
    assert "come back" not in words_of(get(browser, "/desk/cases/NWIT-1/", NOON))


def test_pages_of_many_mails_go_on(office: Office) -> None:
    for number in range(53):
        deliver(letter(f"a{number}@else.example", f"Mail {number:02}"), "Tue 09:00")
    browser = browser_of(office.lena, NOON)
    first = get(browser, "/desk/inbox/", NOON)
    assert "Mail 52" in words_of(first)
    assert "Mail 02" not in words_of(first)
    second = get(browser, f"/desk/inbox/?{first.context['next_query']}", NOON)
    assert [mail.subject for mail in second.context["mails"]] == ["Mail 02", "Mail 01", "Mail 00"]
