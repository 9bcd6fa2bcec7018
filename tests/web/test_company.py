"""The company's page, the invitation in the mail and the page behind its link."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from cases.models import Invitation, Membership, User
from notifications import sweeps
from notifications.models import MailState, OutgoingMail
from tests.builders import Cast, at, logged_case
from tests.cases.pages import beside, browser_of, clock_at, forms_of, get, nothing_is_written, post, words_of

pytestmark = [pytest.mark.clause("P1.1"), pytest.mark.django_db]

NOON = at("Tue 12:00")
PAGE = "/company/NWIT/"
STAFF_PAGE = "/manager/partners/NWIT/people/"
INVITED = {"email": "nia@nwit.example", "role": "contact", "language": "es", "sees_all_cases": "on"}
CHOSEN = {"name": "Nia Park", "password": "a long secret of mine", "zone": "Australia/Perth", "language": "es"}


def invited(people: Cast, email: str = "nia@nwit.example") -> str:
    """Invite by the page, let the mail leave, and return the address in it."""
    browser = browser_of(people.priya, NOON)
    assert post(browser, f"{PAGE}invite/", INVITED | {"email": email}, NOON).status_code == 302
    sweeps.dispatch_events(now=NOON)
    sweeps.send_outbox(clock=lambda: NOON)
    mail = OutgoingMail.objects.filter(kind="invitation").latest("pk")
    assert (mail.state, mail.to_address, mail.case, mail.recipient) == (MailState.SENT, email, None, None)
    found = re.search(r"https?://[^/\s]+(/invitations/\S+)", mail.body_text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(("name", "page"), [("priya", PAGE), ("ruth", STAFF_PAGE)])
def test_whoever_leads_sees_colleagues_and_what_can_be_done(people: Cast, name: str, page: str) -> None:
    logged_case(people.omar, at("Tue 9:00"))
    shown = get(browser_of(getattr(people, name), NOON), page, NOON)
    assert "Omar Haddad" in words_of(shown)
    assert "1 open case" in words_of(shown)
    member = people.omar.memberships.get().pk
    assert {f"{page}invite/", f"{page}people/{member}/change/", f"{page}people/{member}/deactivate/"} <= set(
        forms_of(shown)
    )


def test_the_company_in_the_menu_leads_to_it(people: Cast) -> None:
    browser = browser_of(people.omar, NOON)
    assert get(browser, "/company/", NOON).url == PAGE
    shown = get(browser, PAGE, NOON)
    assert "Priya Raman" in words_of(shown)
    assert not [address for address in forms_of(shown) if "company" in address]


def test_another_company_is_not_there(people: Cast) -> None:
    browser = browser_of(people.zoe, NOON)
    member = people.omar.memberships.get().pk
    assert get(browser, PAGE, NOON).status_code == 404
    for address in ("invite/", f"people/{member}/change/", f"people/{member}/deactivate/", "invitations/1/withdraw/"):
        assert post(browser, f"{PAGE}{address}", INVITED, NOON).status_code == 404
        assert post(browser, f"/company/NOPE/{address}", INVITED, NOON).status_code == 404
    assert post(browser, f"/company/BHMS/people/{member}/deactivate/", {}, NOON).status_code == 422
    assert Membership.objects.get(pk=member).is_active


def test_another_companys_people_are_not_there_for_its_administrator(people: Cast) -> None:
    Membership.objects.filter(user=people.zoe).update(role="administrator")
    member = people.omar.memberships.get().pk
    browser = browser_of(people.zoe, NOON)
    assert post(browser, f"/company/BHMS/people/{member}/deactivate/", {}, NOON).status_code == 404
    assert post(browser, "/company/BHMS/invitations/1/withdraw/", {}, NOON).status_code == 404


def test_an_invitation_is_accepted_with_name_password_and_zone(people: Cast) -> None:
    address = invited(people)
    with clock_at(NOON), nothing_is_written():
        assert "Write for Northwind IT" in words_of(Client().get(address))
    assert post(Client(), address, CHOSEN, NOON).url == "/accounts/login/"
    person = User.objects.get(email="nia@nwit.example")
    assert person.check_password("a long secret of mine")
    assert person.language == "es"
    assert get(Client(), address, NOON).status_code == 410
    browser = browser_of(person, NOON)
    assert get(browser, "/", NOON).status_code == 200


def test_a_wrong_form_says_so_and_makes_nothing(people: Cast) -> None:
    address = invited(people)
    refused = post(Client(), address, CHOSEN | {"password": "short", "name": ""}, NOON)
    assert refused.status_code == 422
    assert "Give your name" in beside(refused, "name")
    easy = post(Client(), address, CHOSEN | {"password": "short"}, NOON)
    assert "too short" in beside(easy, "password")
    assert not User.objects.filter(email="nia@nwit.example").exists()


def test_somebody_with_an_account_logs_in_and_joins(people: Cast) -> None:
    address = invited(people, people.zoe.email)
    assert "Log in with it to accept" in words_of(get(Client(), address, NOON))
    browser = browser_of(people.zoe, NOON)
    page = words_of(get(browser, address, NOON))
    assert "Blue Harbor" not in words_of(get(browser_of(people.priya, NOON), PAGE, NOON))
    assert "You join with the account you have" in page
    assert post(browser, address, {}, NOON).url == "/"
    assert people.zoe.memberships.filter(is_active=True).count() == 2


def test_whoever_is_logged_in_with_another_address_does_not_join(people: Cast) -> None:
    address = invited(people)
    browser = browser_of(people.zoe, NOON)
    assert "sent to another address" in words_of(get(browser, address, NOON))
    assert post(browser, address, {}, NOON).status_code == 422
    assert people.zoe.memberships.count() == 1


@pytest.mark.parametrize("later", [timedelta(days=7), timedelta(days=400)])
def test_an_old_link_and_one_of_nobody_say_so(people: Cast, later: timedelta) -> None:
    address = invited(people)
    assert get(Client(), address, NOON + later).status_code == 410
    assert post(Client(), address, CHOSEN, NOON + later).status_code == 410
    assert get(Client(), "/invitations/nonsense/", NOON).status_code == 404


def test_an_invitation_that_was_taken_back_never_leaves(people: Cast) -> None:
    browser = browser_of(people.priya, NOON)
    post(browser, f"{PAGE}invite/", INVITED, NOON)
    sweeps.dispatch_events(now=NOON)
    address = f"{PAGE}invitations/{Invitation.objects.get().pk}/withdraw/"
    assert post(browser, address, {}, NOON).status_code == 302
    sweeps.send_outbox(clock=lambda: NOON)
    mail = OutgoingMail.objects.get(kind="invitation")
    assert (mail.state, mail.last_error) == (MailState.WITHDRAWN, "The invitation was withdrawn or is over.")


def test_staff_see_the_mail_of_an_invitation_in_the_outbox(people: Cast) -> None:
    invited(people)
    mail = OutgoingMail.objects.get(kind="invitation")
    browser = browser_of(people.lena, NOON)
    assert "nia@nwit.example" in words_of(get(browser, "/desk/mail/", NOON))
    assert get(browser, f"/desk/mail/{mail.pk}/", NOON).status_code == 200


def test_whoever_is_deactivated_is_out_with_the_next_click(people: Cast) -> None:
    theirs = browser_of(people.omar, NOON)
    assert get(theirs, "/", NOON).status_code == 200
    member = people.omar.memberships.get().pk
    browser = browser_of(people.priya, NOON)
    assert post(browser, f"{PAGE}people/{member}/deactivate/", {}, NOON).status_code == 302
    assert get(theirs, "/cases/new/", NOON).url.startswith("/accounts/login/")
    assert "deactivated" in words_of(get(browser, PAGE, NOON))
    assert post(browser, f"{PAGE}people/{member}/reactivate/", {}, NOON).status_code == 302
    assert User.objects.get(pk=people.omar.pk).is_active


def test_the_last_administrator_is_told_why_not(people: Cast) -> None:
    browser = browser_of(people.priya, NOON)
    member = people.priya.memberships.get().pk
    for address, said in (("deactivate", {}), ("change", {"role": "contact"})):
        refused = post(browser, f"{PAGE}people/{member}/{address}/", said, NOON)
        assert refused.status_code == 422
        assert "is the only administrator" in words_of(refused)


@pytest.mark.parametrize(("name", "page"), [("priya", PAGE), ("ruth", STAFF_PAGE)])
def test_sight_and_charge_are_changed_on_the_page(people: Cast, name: str, page: str) -> None:
    member = people.omar.memberships.get()
    said = {"role": "administrator"}
    browser = browser_of(getattr(people, name), NOON)
    assert post(browser, f"{page}people/{member.pk}/change/", said, NOON).status_code == 302
    member.refresh_from_db()
    assert (member.role, member.sees_all_cases) == ("administrator", False)
    assert "changed what Omar Haddad may do and see" in words_of(get(browser, page, NOON))


def test_a_wrong_address_is_told_beside_the_field(people: Cast) -> None:
    browser = browser_of(people.priya, NOON)
    assert "no email address" in beside(post(browser, f"{PAGE}invite/", INVITED | {"email": "nia"}, NOON), "email")
    refused = post(browser, f"{PAGE}invite/", INVITED | {"email": people.omar.email}, NOON)
    assert "writes for this company already" in beside(refused, "email")


def test_whoever_leads_keeps_the_numbers_of_the_offices(people: Cast) -> None:
    browser = browser_of(people.priya, NOON)
    said = {"number": "02 5550 0199", "label": "Reception"}
    for _ in range(2):
        assert post(browser, f"{PAGE}numbers/", said, NOON).status_code == 302
    kept = people.northwind.phone_numbers.get()
    assert (kept.number, kept.label) == ("+61255500199", "Reception")
    assert "+61 2 5550 0199 Reception" in words_of(get(browser, PAGE, NOON))
    assert "no phone number" in words_of(post(browser, f"{PAGE}numbers/", {"number": "reception"}, NOON))
    assert "Give the number." in beside(post(browser, f"{PAGE}numbers/", {"number": ""}, NOON), "number")
    assert post(browser, f"{PAGE}numbers/{kept.pk}/remove/", {}, NOON).status_code == 302
    assert not people.northwind.phone_numbers.exists()


def test_nobody_else_touches_the_numbers_of_an_office(people: Cast) -> None:
    post(browser_of(people.priya, NOON), f"{PAGE}numbers/", {"number": "02 5550 0199"}, NOON)
    kept = people.northwind.phone_numbers.get()
    omar = browser_of(people.omar, NOON)
    for address in ("numbers/", f"numbers/{kept.pk}/remove/"):
        assert "Only an administrator" in words_of(post(omar, f"{PAGE}{address}", {"number": "02 5550 0188"}, NOON))
    zoe = browser_of(people.zoe, NOON)
    assert post(zoe, f"{PAGE}numbers/{kept.pk}/remove/", {}, NOON).status_code == 404
    assert people.northwind.phone_numbers.get() == kept
