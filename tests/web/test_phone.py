"""A call comes in: the look-up page and what is done from there (P6.1, P1.2); the contact page (P6.2, P13.1, P1.3)."""

from typing import Any

import pytest
from django.test import Client

from cases import actions
from cases.models import Case, Partner, PhoneNumber, Plan, SupportNumber, User
from tests.builders import Cast, at, fresh, logged_case
from tests.cases.pages import beside, browser_of, get, html_of, post, typed_in, words_of
from tests.engine.desks import at as on_date

pytestmark = pytest.mark.clause("P6.1")
TEN = at("Tue 10:00")
NUMBER = "+61855500123"
LOOKED_UP = "/desk/phone/?number=08+5550+0123"


def known(people: Cast) -> None:
    actions.add_number(typed=NUMBER, contact_id=people.omar.pk, partner_id=None, actor=people.lena, now=TEN)


def test_a_number_shows_caller_cases_and_whom_to_connect_to(people: Cast) -> None:
    known(people)
    logged_case(people.omar, TEN)
    page = words_of(get(browser_of(people.lena, TEN), LOOKED_UP, TEN))
    assert "Looked up: +61 8 5550 0123" in page
    assert "Omar Haddad, Northwind IT" in page
    assert "Lena Fischer : is on shift." in page
    assert "NWIT-1" in page


def test_a_number_that_nobody_has_leads_to_a_search_and_is_kept_from_there(people: Cast) -> None:
    browser = browser_of(people.lena, TEN)
    assert "Nobody has this number" in words_of(get(browser, LOOKED_UP, TEN))
    page = get(browser, f"{LOOKED_UP}&q=omar", TEN)
    assert "It is the number of Omar Haddad" in words_of(page)
    said = {"number": "08 5550 0123", "contact": people.omar.pk}
    assert post(browser, "/desk/phone/number/", said, TEN).status_code == 302
    assert PhoneNumber.objects.get().user == people.omar
    office = {"number": "02 7251 7900", "partner": people.northwind.pk}
    assert post(browser, "/desk/phone/number/", office, TEN).status_code == 302
    shown = words_of(get(browser, "/desk/phone/?number=0272517900", TEN))
    assert "This is the number of the office of Northwind IT." in shown
    refused = post(browser, "/desk/phone/number/", said | {"number": "12"}, TEN)
    assert "This is no phone number." in words_of(refused)
    assert "Say whose number it is." in words_of(post(browser, "/desk/phone/number/", {"number": NUMBER}, TEN))


def test_what_is_no_number_is_said(people: Cast) -> None:
    page = words_of(get(browser_of(people.lena, TEN), "/desk/phone/?number=hello", TEN))
    assert "“hello” is no phone number in any of our countries." in page


def test_the_call_is_logged_into_a_case(people: Cast) -> None:
    known(people)
    case = logged_case(people.omar, at("Tue 9:00"))
    browser = browser_of(people.lena, TEN)
    address = "/desk/phone/call/NWIT-1/"
    form = typed_in(get(browser, LOOKED_UP, TEN), address)
    refused = post(browser, address, form | {"note": ""}, TEN)
    assert (refused.status_code, "Say what was said." in words_of(refused)) == (422, True)
    assert post(browser, address, form | {"note": "It is slow again."}, TEN).url == "/desk/cases/NWIT-1/"
    assert fresh(case).first_response_at == TEN
    assert "answered a call by the contact" in words_of(get(browser, "/desk/cases/NWIT-1/", TEN))


def test_a_new_contact_leads_to_a_case(people: Cast) -> None:
    browser = browser_of(people.lena, TEN)
    form = typed_in(get(browser, LOOKED_UP, TEN), "/desk/phone/contact/")
    assert form["number"] == "08 5550 0123"
    said = form | {"name": "Ada Lind", "email": "ada@nwit.example", "partner": people.northwind.pk}
    sent = post(browser, "/desk/phone/contact/", said, TEN)
    assert sent.url.startswith("/desk/phone/case/?contact=")
    assert "Ada Lind, Northwind IT" in words_of(get(browser, sent.url, TEN))
    refused = post(browser, "/desk/phone/contact/", said | {"email": people.lena.email}, TEN)
    assert "This address belongs to one of our own people." in beside(refused, "email")


def case_form(people: Cast) -> str:
    return f"/desk/phone/case/?contact={people.omar.pk}&partner={people.northwind.pk}&number=0855500123"


TYPED = {"title": "Slow", "explanation": "It is slow.", "effect": "All wait.", "severity": "3"}


@pytest.mark.clause("P1.2")
def test_a_case_for_the_caller(people: Cast) -> None:
    browser = browser_of(people.lena, TEN)
    form = typed_in(get(browser, case_form(people), TEN))
    assert form["contact_email"] == people.omar.email
    refused = post(browser, case_form(people), form | TYPED | {"title": ""}, TEN)
    assert (refused.status_code, "It is slow." in html_of(refused)) == (422, True)
    sent = post(browser, case_form(people), form | TYPED | {"helped": "on"}, TEN)
    assert sent.url == "/desk/cases/NWIT-1/"
    case = Case.objects.get()
    assert (case.contact, case.contact_phone, case.first_response_at) == (people.omar, NUMBER, TEN)


@pytest.mark.clause("P4.2", "P2.6")
def test_a_severity_1_at_night_asks_for_what_was_spoken(people: Cast) -> None:
    night = at("Tue 23:00")
    browser = browser_of(people.lena, night)
    page = get(browser, case_form(people), night)
    assert "additional charges may apply" in words_of(page)
    form = typed_in(page) | TYPED | {"severity": "1"}
    refused = post(browser, case_form(people), form, night)
    assert "ask who can work with us around the clock" in beside(refused, "technical_resource")
    refused = post(browser, case_form(people), form | {"technical_resource": "Omar"}, night)
    assert "Read the words on charges to the caller" in beside(refused, "accept_charges")


@pytest.mark.clause("P1.1")
def test_a_lapsed_partners_call_is_kept(people: Cast) -> None:
    Partner.objects.update(plan=Plan.LAPSED)
    browser = browser_of(people.lena, TEN)
    page = get(browser, case_form(people), TEN)
    assert "The plan has ended: what you take down is kept for a decision." in words_of(page)
    assert post(browser, case_form(people), typed_in(page) | TYPED, TEN).url == "/desk/requests/"


@pytest.mark.parametrize("query", ["", "?contact=1", "?contact=x&partner=y", "?contact=999999&partner=999999"])
def test_a_case_for_nobody_is_not_there(people: Cast, query: str) -> None:
    assert get(browser_of(people.lena, TEN), f"/desk/phone/case/{query}", TEN).status_code == 404


# --- The doubled hour -----------------------------------------------------------------------------------------------


def log_call(people: Cast, made_at: str, when: Any, **more: Any) -> Any:
    browser = browser_of(people.ruth, when)
    address = "/desk/cases/NWIT-1/call/"
    form = typed_in(get(browser, "/desk/cases/NWIT-1/", when), address)
    return post(browser, address, form | {"made_at": made_at, "outcome": "reached", "note": "Spoke."} | more, when)


@pytest.mark.clause("P9.1")
@pytest.mark.parametrize(("which", "hour"), [("first", 15), ("second", 16)])
def test_a_time_that_the_clock_shows_twice_asks_which(people: Cast, which: str, hour: int) -> None:
    # Sydney's clocks go back on Sunday 4 April 2027 at 3:00.
    case = logged_case(people.priya, on_date("Sat 3 Apr 2027 23:00"), severity=1)
    later = on_date("Sun 4 Apr 2027 9:00")
    refused = log_call(people, "2027-04-04T02:30", later)
    assert "The clock showed this time twice that day. Say which of the two." in beside(refused, "call_which")
    assert log_call(people, "2027-04-04T02:30", later, which=which).status_code == 302
    made_at = case.attempts.get().made_at
    assert (made_at.hour, made_at.minute) == (hour, 30)


@pytest.mark.clause("P9.1")
def test_a_time_that_the_clock_skipped_is_refused(people: Cast) -> None:
    logged_case(people.priya, on_date("Sat 3 Oct 2026 23:00"), severity=1)
    refused = log_call(people, "2026-10-04T02:30", on_date("Sun 4 Oct 2026 9:00"))
    assert "The clock skipped this time. Correct it." in beside(refused, "call_made_at")


# --- The contact page -----------------------------------------------------------------------------------------------


@pytest.mark.clause("P6.2", "P13.1", "P1.3")
@pytest.mark.parametrize("name", ["", "priya", "lena"])
def test_anybody_finds_the_numbers_and_why_the_portal_is_quicker(people: Cast, name: str) -> None:
    browser = browser_of(getattr(people, name), TEN) if name else Client()
    page = get(browser, "/contact/", TEN)
    said = words_of(page)
    for number in ("+1 (332) 249-5510", "(888) 8-PROBAX", "+61 (02) 7251 7900", "1300-PROBAX", "care@probax.io"):
        assert number in said
    assert 'href="tel:+18888776229"' in html_of(page)
    assert "A case in the portal, or a mail, is the quickest way" in said
    assert "Australia desk: open" in said
    assert "United States desk: open" not in said
    assert "At other times we work on Severity 1 alone" in said


@pytest.mark.clause("P3.1")
def test_the_hours_of_each_desk_stand_in_its_zone_and_in_the_readers(people: Cast) -> None:
    said = words_of(get(browser_of(people.omar, TEN), "/contact/", TEN))
    assert "Monday to Friday, 08:00 to 17:00 Sydney 05:00 to 14:00 in Perth" in said
    assert "Monday to Friday, 08:00 to 17:00 New York 21:00 to 06:00 in Perth" in said
    assert "in Sydney" not in words_of(get(browser_of(people.priya, TEN), "/contact/", TEN)).split("Australia desk")[1]


@pytest.mark.clause("P6.2")
def test_numbers_that_were_entered_take_the_place_of_the_policys(people: Cast) -> None:
    assert people.lena.desk is not None
    SupportNumber.objects.create(
        region="Australia", country="AU", desk=people.lena.desk, number="+61291234567", shown_as="02 9123 4567"
    )
    said = words_of(get(Client(), "/contact/", TEN))
    assert "02 9123 4567" in said
    assert "1300-PROBAX" not in said


def test_a_partners_page_leads_to_it(people: Cast) -> None:
    assert 'href="/contact/"' in html_of(get(browser_of(people.priya, TEN), "/", TEN))
    assert User.objects.count() == 7
