"""An administrator sees the portal as a contact sees it: looks at everything, changes nothing, and is on the record."""

import re
from typing import Any

import pytest
from django.test import Client

from cases import actions
from cases.models import CaseEvent, Membership, User, Viewing
from cases.rules import RuleBroken
from tests.builders import Cast, at, logged_case
from tests.cases.pages import beside, browser_of, clock_at, get, html_of, nothing_is_written, post, words_of
from tests.web.northwinds import ROUTES, Northwinds, state

NOON = at("Tue 12:00")
PRIYA = "You see what Priya Raman of Northwind IT sees, and change nothing."


def page_of(person: User) -> str:
    return f"/manager/partners/NWIT/people/people/{person.memberships.get(partner__code='NWIT').pk}/view/"


def looking(people: Cast, *, person: User | None = None) -> Client:
    """Return Ann's browser, in which she looks through somebody's eyes."""
    browser = browser_of(people.ann, NOON)
    asked = post(browser, page_of(person or people.priya), {"because": "She reports a missing button."}, NOON)
    assert asked.url == "/"
    return browser


def test_she_sees_what_the_contact_sees_and_that_it_is_not_hers(people: Cast, northwinds: Northwinds) -> None:
    browser = looking(people)
    home = words_of(get(browser, "/", NOON))
    assert PRIYA in home
    assert "NWIT-1" in home
    assert "NWIT-1" in words_of(get(browser, "/cases/NWIT-1/", NOON))
    for address in ("/desk/", "/desk/cases/NWIT-1/", "/manager/", "/cases/BHMS-1/"):
        assert get(browser, address, NOON).status_code == 404, address


def test_a_limited_contact_is_seen_within_their_limits(people: Cast, northwinds: Northwinds) -> None:
    people.omar.memberships.update(sees_all_cases=False)
    assert get(looking(people, person=people.omar), "/cases/NWIT-1/", NOON).status_code == 404


def test_whatever_would_change_something_is_refused(people: Cast, northwinds: Northwinds) -> None:
    browser = looking(people)
    before = state()
    asked = [(route, "post") for route in ROUTES if route != "manager/viewing/end/"]
    asked += [("cases/<str:reference>/", method) for method in ("put", "patch", "delete")]
    for route, method in asked:
        with clock_at(NOON), nothing_is_written():
            answered = getattr(browser, method)(northwinds.address(route), {"body": "Hello", "name": "Mallory"})
        assert answered.status_code == 403, route
        assert "nothing can be changed" in words_of(answered)
    assert state() == before


def test_it_ends_by_itself(people: Cast, northwinds: Northwinds) -> None:
    browser = looking(people)
    assert PRIYA in words_of(get(browser, "/", at("Tue 12:29:59")))
    assert get(browser, "/", at("Tue 12:30")).url == "/desk/"
    assert Viewing.objects.get().ends_at == at("Tue 12:30")


def test_it_ends_when_she_says_so(people: Cast, northwinds: Northwinds) -> None:
    browser = looking(people)
    assert post(browser, "/manager/viewing/end/", {}, at("Tue 12:05")).url == "/manager/partners/NWIT/people/"
    assert Viewing.objects.get().ended_at == at("Tue 12:05")
    assert get(browser, "/desk/", at("Tue 12:06")).status_code == 200
    # Once more, as a double click does.
    assert post(browser, "/manager/viewing/end/", {}, at("Tue 12:06")).status_code == 302


@pytest.mark.parametrize("who", ["ann", "priya"])
def test_it_ends_with_her_office_and_with_the_contacts_account(people: Cast, northwinds: Northwinds, who: str) -> None:
    browser = looking(people)
    User.objects.filter(pk=people.ann.pk).update(staff_role="manager" if who == "ann" else "administrator")
    User.objects.filter(pk=people.priya.pk).update(is_active=who != "priya")
    assert get(browser, "/", NOON).url == "/desk/"


def test_how_she_logs_in_stays_her_own(people: Cast, northwinds: Northwinds) -> None:
    browser = looking(people)
    assert "Ann Lindqvist" in words_of(get(browser, "/accounts/sessions/", NOON))
    assert post(browser, "/accounts/logout/", {}, NOON).status_code == 302
    assert get(browser, "/", NOON).url == "/accounts/login/?next=/"


def test_the_companys_administrators_read_who_looked_and_why(people: Cast, northwinds: Northwinds) -> None:
    events = CaseEvent.objects.count()
    looking(people)
    said = words_of(get(browser_of(people.priya, NOON), "/company/NWIT/", NOON))
    assert "Ann Lindqvist saw what Priya Raman sees: She reports a missing button." in said
    assert "She reports a missing button." in words_of(
        get(browser_of(people.ruth, NOON), "/manager/partners/NWIT/people/", NOON)
    )
    assert "missing button" not in words_of(get(browser_of(people.omar, NOON), "/company/NWIT/", NOON))
    # No case was touched.
    assert CaseEvent.objects.count() == events


def test_each_company_reads_which_of_its_pages_were_seen_and_no_others(people: Cast, northwinds: Northwinds) -> None:
    Membership.objects.create(user=people.priya, partner=people.harbor)
    logged_case(people.zoe, at("Tue 9:00"))
    people.zoe.memberships.update(role="administrator")
    browser = looking(people)
    for address in ("/", "/cases/NWIT-1/", "/cases/BHMS-1/", "/cases/BHMS-1/", "/cases/NWIT-999/", "/desk/"):
        get(browser, address, NOON)
    browser.post("/cases/NWIT-1/reply/", {"body": "Hello"})
    assert "saw what" not in html_of(get(browser_of(people.omar, NOON), "/company/NWIT/", NOON))
    people.omar.memberships.update(role="administrator")
    northwind = html_of(get(browser_of(people.omar, NOON), "/company/NWIT/", NOON))
    harbor = html_of(get(browser_of(people.zoe, NOON), "/company/BHMS/", NOON))
    assert re.findall("<code>([^<]+)</code>", northwind) == ["/", "/cases/NWIT-1/"]
    assert re.findall("<code>([^<]+)</code>", harbor) == ["/", "/cases/BHMS-1/"]
    # Why is told to the company that it was about.
    words = words_of(get(browser_of(people.zoe, NOON), "/company/BHMS/", NOON))
    assert "Ann Lindqvist saw what Priya Raman sees: for another company that they write for" in words
    assert "missing button" not in words


def test_it_ends_when_the_contact_leaves_the_company(people: Cast, northwinds: Northwinds) -> None:
    Membership.objects.create(user=people.priya, partner=people.harbor)
    browser = looking(people)
    people.priya.memberships.filter(partner=people.northwind).update(is_active=False)
    assert get(browser, "/", NOON).url == "/desk/"


def test_a_second_look_ends_the_first(people: Cast, northwinds: Northwinds) -> None:
    looking(people)
    looking(people, person=people.omar)
    first, second = Viewing.objects.order_by("pk")
    assert (first.ended_at, second.ended_at) == (NOON, None)


def test_nobody_looks_without_a_reason(people: Cast, northwinds: Northwinds) -> None:
    browser = browser_of(people.ann, NOON)
    assert get(browser, page_of(people.priya), NOON).status_code == 200
    answered = post(browser, page_of(people.priya), {"because": " "}, NOON)
    assert answered.status_code == 422
    assert "Say why" in beside(answered, "because")


def test_a_manager_finds_no_such_page_and_no_such_button(people: Cast, northwinds: Northwinds) -> None:
    browser = browser_of(people.ruth, NOON)
    assert get(browser, page_of(people.priya), NOON).status_code == 404
    assert post(browser, page_of(people.priya), {"because": "x"}, NOON).status_code == 404
    assert "See what they see" not in words_of(get(browser, "/manager/partners/NWIT/people/", NOON))
    seen_by_ann = words_of(get(browser_of(people.ann, NOON), "/manager/partners/NWIT/people/", NOON))
    assert "See what they see Priya Raman" in seen_by_ann


@pytest.mark.parametrize(
    ("by", "changed", "sentence"),
    [
        ("ruth", {}, "Only an administrator may see"),
        ("ann", {"because": " "}, "Say why"),
        ("ann", {"membership_id": "omar"}, "cannot log in as a contact"),
    ],
)
def test_what_a_look_needs(people: Cast, by: str, changed: dict[str, Any], sentence: str) -> None:
    people.omar.memberships.update(is_active=False)
    asked: dict[str, Any] = {"membership_id": "priya", "because": "She asks."} | changed
    asked["membership_id"] = getattr(people, asked["membership_id"]).memberships.get().pk
    with pytest.raises(RuleBroken, match=sentence):
        actions.begin_viewing(**asked, partner_id=people.northwind.pk, actor=getattr(people, by), now=NOON)
