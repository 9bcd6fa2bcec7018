"""What staff see of progress updates and of closings to come, and what contacts do not (P9.2, P9.5)."""

import pytest
from django.test import Client

from cases.models import Case
from tests.builders import Cast, answer, at, logged_case, reminded_twice
from tests.cases.pages import browser_of, get, words_of

NOON = at("Tue 12:00")


@pytest.fixture
def untold(people: Cast) -> Case:
    """A case whose contact should have heard from us on Monday at 13:00."""
    case = logged_case(people.priya, at("Mon 9:00"), severity=2, title="untold")
    return answer(case, people.lena, at("Mon 10:00"))


def titles(browser: Client, view: str, when: str) -> list[str]:
    page = get(browser, f"/desk/?view={view}", at(when))
    return [case.title for case in page.context["page"].rows]


@pytest.mark.clause("P9.2")
def test_overdue_updates_stand_out_in_a_view_of_their_own(people: Cast, untold: Case) -> None:
    browser = browser_of(people.lena, NOON)
    assert titles(browser, "updates-overdue", "Mon 12:59") == []
    assert titles(browser, "updates-overdue", "Tue 12:00") == ["untold"]
    # It is our own target, so nothing is breached.
    assert titles(browser, "breached", "Tue 12:00") == []
    page = words_of(get(browser, "/desk/?view=updates-overdue", NOON))
    assert "23 h late progress update" in page


@pytest.mark.clause("P9.2")
def test_the_specialist_reads_when_the_contact_hears_from_us_next(people: Cast, untold: Case) -> None:
    page = words_of(get(browser_of(people.lena, NOON), "/desk/cases/NWIT-1/", at("Mon 11:00")))
    assert "Next update in 2 h" in page
    assert "This is a progress update" in page


@pytest.mark.clause("P9.2")
@pytest.mark.parametrize("address", ["/", "/cases/NWIT-1/"])
def test_a_contact_reads_nothing_of_it(people: Cast, untold: Case, address: str) -> None:
    page = words_of(get(browser_of(people.priya, NOON), address, NOON)).lower()
    assert "progress update" not in page
    assert "next update" not in page
    assert "late" not in page.replace("later", "").replace("template", "").replace("related", "")


@pytest.mark.clause("P9.5")
def test_a_silent_case_stands_in_closing_soon_with_its_moment(people: Cast) -> None:
    reminded_twice(logged_case(people.priya, at("Tue 9:00"), title="silent"), people.lena)
    browser = browser_of(people.lena, NOON)
    assert titles(browser, "closing-soon", "Mon 30 Nov 12:00") == ["silent"]
    page = words_of(get(browser, "/desk/?view=closing-soon", at("Mon 30 Nov 12:00")))
    assert "closes in 29 h" in page
