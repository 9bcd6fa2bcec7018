"""Forms of one class share their fields, and nobody sees what another form was filled with."""

import re

from cases.models import Membership, User
from tests.builders import Cast, at, new_partner
from tests.cases.pages import browser_of, clock_at, html_of

NOON = at("Tue 12:00")
REFUSED = {"title": "", "explanation": "Mine alone", "severity": "3"}


def companies(page: str) -> set[str]:
    """Return the names of the companies that a form offers."""
    [choices] = re.findall(r'<select[^>]*name="partner".*?</select>', page, re.S)
    return {name.strip() for name in re.findall(r"<option[^>]*>([^<]*)</option>", choices)}


def test_each_form_offers_the_companies_of_its_reader(people: Cast) -> None:
    own: dict[User, set[str]] = {}
    for number, person in enumerate((people.priya, people.zoe)):
        Membership.objects.create(user=person, partner=new_partner(number)[0])
        own[person] = set(person.memberships.values_list("partner__name", flat=True))
    assert not own[people.priya] & own[people.zoe]
    browsers = {person: browser_of(person, NOON) for person in own}
    with clock_at(NOON):
        for _ in range(2):
            for person, browser in browsers.items():
                assert companies(html_of(browser.get("/cases/new/"))) == own[person]
                partner = str(person.memberships.values_list("partner", flat=True)[0])
                refused = browser.post("/cases/new/", {**REFUSED, "partner": partner, "explanation": person.name})
                assert refused.status_code == 422
                assert companies(html_of(refused)) == own[person]
                others = [one.name for one in own if one != person]
                assert not any(name in html_of(refused) for name in others)


def test_what_one_sends_with_files_changes_nobody_elses_form(people: Cast) -> None:
    priya, zoe = browser_of(people.priya, NOON), browser_of(people.zoe, NOON)
    with clock_at(NOON):
        before = file_inputs(html_of(zoe.get("/cases/new/")))
        priya.post("/cases/new/", {**REFUSED, "files-clear": "on"})
        assert file_inputs(html_of(zoe.get("/cases/new/"))) == before != []


def file_inputs(page: str) -> list[str]:
    """Return how a page draws its fields for files."""
    return re.findall(r'<input[^>]*type="file"[^>]*>', page)
