"""Every address there is, tried by everybody. Built from the table of addresses, so a new page is tried too."""

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cases.models import MembershipRole, Survey, User
from tests.builders import Cast, at, logged_case
from tests.cases.pages import browser_of, clock_at, get, nothing_is_written, post, read
from tests.web.northwinds import OF_A_PARTNER, ROUTES, Northwinds, names_in, state

NOON = at("Tue 12:00")

# Pages by whom they are for. The rest of an address says which one.
WORKPLACES = {
    "cases": "contacts",
    "desk": "staff",
    "manager": "managers",
    "files": "everybody with an account",
    "articles": "everybody with an account",
    "account": "everybody with an account",
    "company": "contacts",
    "invitations": "everybody",
    "watching": "everybody",
    "mail": "everybody",
    "": "everybody",
    # Mail servers bring mail there; without a signature nothing is taken.
    "inbound": "everybody",
    "survey": "everybody",
    "contact": "everybody",
    "design": "staff",
    "roster": "everybody",
    "talk-to-a-manager": "contacts",
    "severity": "everybody",
    "setup": "everybody",
    "language": "everybody",
}
STAFF = ("lena", "max", "ruth", "ann")
CONTACTS = ("priya", "omar", "zoe")
MANAGERS = ("ruth", "ann")
ENTERS = {
    "contacts": CONTACTS,
    "staff": STAFF,
    "managers": MANAGERS,
    "everybody with an account": (*CONTACTS, *STAFF),
    "everybody": (*CONTACTS, *STAFF),
}
# Taking away what is no longer there leads back to the page, whatever is asked for.
NOT_THERE = {
    "cases/new/draft/files/<int:attachment_id>/": (302, 405),
    "cases/<str:reference>/watchers/<int:user_id>/off/": (302, 404, 405),
    "company/<str:code>/numbers/<int:number_id>/remove/": (302, 404, 405),
}
OF_A_CASE = [route for route in OF_A_PARTNER if {"reference", "attachment_id", "mail_id"} & set(names_in(route))]


def workplace_of(route: str) -> str:
    return WORKPLACES[route.partition("/")[0]]


def test_every_address_belongs_to_a_workplace() -> None:
    assert {route.partition("/")[0] for route in ROUTES} <= set(WORKPLACES)
    assert len(OF_A_PARTNER) >= 100


# Every address is asked for both ways.
ASKED: list[Callable[[Client, str], Any]] = [
    lambda browser, address: get(browser, address, NOON),
    lambda browser, address: post(browser, address, {}, NOON),
]


# --- Another partner ------------------------------------------------------------------------------------------------


def test_zoe_learns_nothing_of_priyas(people: Cast, northwinds: Northwinds) -> None:
    browser = browser_of(people.zoe, NOON)
    before = state()
    for route, asked in itertools.product(OF_A_PARTNER, ASKED):
        theirs, nothing = asked(browser, northwinds.address(route)), asked(browser, northwinds.nowhere(route))
        assert theirs.status_code in NOT_THERE.get(route, (404, 405)), route
        # The same page as for what does not exist.
        assert theirs.status_code == nothing.status_code, route
        assert without_addresses(theirs) == without_addresses(nothing), route
    assert state() == before


def without_addresses(response: Any) -> str:
    """Return a page without the address it was asked for by, which it may repeat, and without its tokens."""
    return re.sub(r"NWIT-\d+|\d+|csrf\S+|value=\"\S+\"", "", response.content.decode())


def test_zoe_reaches_nothing_of_northwinds_through_what_is_her_own(people: Cast, northwinds: Northwinds) -> None:
    people.zoe.memberships.update(role=MembershipRole.ADMINISTRATOR)
    mine = {"reference": logged_case(people.zoe, at("Tue 11:30")).reference, "code": people.harbor.code}
    nested = [route for route in OF_A_PARTNER if set(names_in(route)) & set(mine) and len(names_in(route)) > 1]
    assert len(nested) >= 10
    browser = browser_of(people.zoe, NOON)
    before = state()
    for route, asked in itertools.product(nested, ASKED):
        theirs, nothing = (asked(browser, fill(route, **mine)) for fill in (northwinds.address, northwinds.nowhere))
        # 422: the empty form is refused before anybody looks for what it is about.
        assert theirs.status_code in NOT_THERE.get(route, (404, 405, 422)), route
        assert theirs.status_code == nothing.status_code, route
        assert without_addresses(theirs) == without_addresses(nothing), route
        # What a redirect had to say would stand on the next page.
        browser.cookies.pop("messages", None)
    assert state() == before


def test_somebody_who_left_the_partner_learns_nothing_any_more(people: Cast, northwinds: Northwinds) -> None:
    browser = browser_of(people.omar, NOON)
    people.omar.memberships.update(is_active=False)
    for route, asked in itertools.product(OF_A_PARTNER, ASKED):
        answered = asked(browser, northwinds.address(route))
        assert answered.status_code in NOT_THERE.get(route, (404, 405)), route


def test_a_limited_contact_learns_nothing_of_a_colleagues(people: Cast, northwinds: Northwinds) -> None:
    browser = browser_of(people.omar, NOON)
    people.omar.memberships.update(sees_all_cases=False)
    for route, asked in itertools.product(OF_A_CASE, ASKED):
        answered = asked(browser, northwinds.address(route))
        assert answered.status_code in NOT_THERE.get(route, (404, 405)), route


# --- Nobody, and the wrong workplace --------------------------------------------------------------------------------


def test_whoever_is_not_logged_in_is_led_to_the_login(northwinds: Northwinds) -> None:
    before = state()
    closed = [route for route in ROUTES if workplace_of(route) != "everybody"]
    for route, asked in itertools.product(closed, ASKED):
        address = northwinds.address(route)
        answered = asked(Client(), address)
        assert answered.status_code == 302, route
        assert answered.url == f"/accounts/login/?next={address}"
    assert state() == before


def test_the_first_page_leads_to_the_login(people: Cast) -> None:
    assert get(Client(), "/", NOON).url == "/accounts/login/?next=/"


@pytest.mark.slow
@pytest.mark.parametrize("name", [*CONTACTS, *STAFF])
def test_the_wrong_workplace_is_not_there(people: Cast, northwinds: Northwinds, name: str) -> None:
    browser = browser_of(getattr(people, name), NOON)
    before = state()
    wrong = [route for route in ROUTES if name not in ENTERS[workplace_of(route)]]
    assert bool(wrong) is True
    for route, asked in itertools.product(wrong, ASKED):
        assert asked(browser, northwinds.address(route)).status_code in (404, 405), route
    assert state() == before


def test_a_person_whose_account_was_closed_is_out_at_once(people: Cast, northwinds: Northwinds) -> None:
    browsers = {name: browser_of(getattr(people, name), NOON) for name in ("priya", "lena")}
    User.objects.update(is_active=False)
    for name, address in (("priya", "/cases/NWIT-1/"), ("lena", "/desk/cases/NWIT-1/")):
        assert get(browsers[name], address, NOON).url == f"/accounts/login/?next={address}"


# --- Looking changes nothing ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_looking_writes_nothing(people: Cast, northwinds: Northwinds) -> None:
    # House law 10: GET never writes.
    browsers = {name: browser_of(getattr(people, name), NOON) for name in ("priya", "lena", "ruth", "ann")}
    browsers["nobody"] = Client()
    looked = set()
    for route, (name, browser) in itertools.product(ROUTES, browsers.items()):
        with clock_at(NOON), nothing_is_written():
            answered = browser.get(northwinds.address(route))
        assert answered.status_code in (200, 302, 404, 405, 422), (route, name)
        read(answered)
        if answered.status_code == 200:
            looked.add(route)
    assert looked >= PAGES


# Some of the pages there are to look at; the other addresses are for forms, or lead elsewhere.
PAGES = {
    "",
    "cases/new/",
    "cases/<str:reference>/",
    "desk/",
    "desk/cases/<str:reference>/",
    "desk/mail/",
    "desk/mail/<int:mail_id>/",
    "files/<int:attachment_id>/",
    "manager/",
    "survey/<str:token>/",
}


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/"])
def test_looking_at_the_login_writes_nothing(people: Cast, address: str) -> None:
    with clock_at(NOON), nothing_is_written():
        assert Client().get(address).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("name", ["priya", "lena", "ruth"])
def test_a_form_from_another_site_changes_nothing(people: Cast, northwinds: Northwinds, name: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    with clock_at(NOON):
        strict.force_login(getattr(people, name), backend="cases.web.accounts.PersonBackend")
        before = state()
        for route in ROUTES:
            answered = strict.post(northwinds.address(route), {"body": "Hello", "outcome": "fix", "explanation": "x"})
            assert answered.status_code in (403, 404), route
    assert state() == before


# --- What anybody may open ------------------------------------------------------------------------------------------


def test_nobody_signs_up_alone(people: Cast) -> None:
    before = User.objects.count()
    said = {"email": "stranger@example.com", "password1": "a long secret of mine"}
    post(Client(), "/accounts/signup/", said, NOON)
    assert User.objects.count() == before


def test_nobody_changes_the_address_that_their_mail_goes_to(people: Cast) -> None:
    browser = browser_of(people.priya, NOON)
    assert get(browser, "/accounts/email/", NOON).status_code == 404
    assert post(browser, "/accounts/email/", {"email": "x@example.com", "action_add": ""}, NOON).status_code == 404


def test_there_is_one_login_with_one_limit_on_wrong_passwords(people: Cast) -> None:
    assert get(Client(), "/admin/login/?next=/admin/", NOON).url == "/accounts/login/?next=/admin/"
    assert post(Client(), "/admin/login/", {"username": "ann.lindqvist@probax.example"}, NOON).status_code == 302
    assert get(Client(), "/admin/", NOON).status_code == 302
    assert get(browser_of(people.ann, NOON), "/admin/", NOON).status_code == 200


@pytest.mark.clause("P11.1")
def test_a_survey_link_tells_nothing_but_its_own_case(people: Cast, northwinds: Northwinds) -> None:
    response = get(Client(), northwinds.address("survey/<str:token>/"), NOON)
    assert response.status_code == 200
    assert "NWIT-1" not in response.content.decode()
    assert get(Client(), northwinds.nowhere("survey/<str:token>/"), NOON).status_code == 404
    assert Survey.objects.get().answered_at is None
