"""Workarounds and action plans on the pages of both sides, and the desk's page of milestones due (P2.6, P9.7)."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Case, Milestone
from tests import builders
from tests.builders import Cast, at, fresh
from tests.cases.pages import beside, forms_of, get, post, typed_in, words_of
from tests.cases.test_plans import FRIDAY, add, plan, set_state
from tests.cases.test_workarounds import ease

pytestmark = pytest.mark.clause("P9.7")

NOON = at("Tue 12:00")
DESK, PAGE = "/desk/cases/NWIT-1/", "/cases/NWIT-1/"


def send(browser: Client, page: str, form: str, **said: Any) -> Any:
    """Fill in one form of a page and send it."""
    return post(browser, f"{page}{form}/", typed_in(get(browser, page, NOON), f"{page}{form}/") | said, NOON)


# --- Workarounds ----------------------------------------------------------------------------------------------------


@pytest.mark.clause("P2.6", "P9.7")
def test_a_workaround_goes_on_record_and_the_contact_says_whether_it_holds(
    case: Case, lena: Client, priya: Client
) -> None:
    refused = send(lena, DESK, "workaround", words=" ")
    assert refused.status_code == 422
    assert "Say what the workaround is" in beside(refused, "words")
    assert send(lena, DESK, "workaround", words="Use the second repository.").url == DESK
    page = words_of(get(priya, PAGE, NOON))
    assert "Workaround in place" in page
    assert "Use the second repository." in page
    assert send(priya, PAGE, "workaround/holds").url == PAGE
    assert "Priya Raman says that it holds" in words_of(get(lena, DESK, NOON))
    refused = send(priya, PAGE, "workaround/failed", failure="")
    assert "Say what still fails" in beside(refused, "failure")
    assert send(priya, PAGE, "workaround/failed", failure="It stops.").url == PAGE
    assert "does not hold: It stops." in words_of(get(lena, DESK, NOON))
    assert fresh(case).is_open


@pytest.mark.parametrize(("form", "said"), [("workaround", {"words": "Use B."}), ("plan", {"summary": "Use B."})])
def test_either_leads_to_the_proposal_of_a_lower_severity(
    case: Case, lena: Client, form: str, said: dict[str, str]
) -> None:
    answer = send(lena, DESK, form, then_propose="on", **said)
    assert answer.url == f"{DESK}?open=severity&reason=Use+B.#severity"
    shown = get(lena, answer.url.partition("#")[0], NOON)
    assert typed_in(shown, f"{DESK}severity/")["reason"] == "Use B."


def test_the_links_beside_the_closing_open_their_form_without_script(case: Case, lena: Client) -> None:
    for key in ("workaround", "plan"):
        page = get(lena, f"{DESK}?open={key}", NOON).content.decode()
        assert f'id="{key}" open>' in page


# --- Plans ----------------------------------------------------------------------------------------------------------


def test_a_plan_grows_on_the_desk_and_the_contact_follows_it(
    people: Cast, case: Case, lena: Client, priya: Client
) -> None:
    assert send(lena, DESK, "plan", summary="Move to the new agent.").url == DESK
    first = {"title": "Free some disk", "owner": people.priya.pk, "due_on": "2026-11-26"}
    assert send(lena, DESK, "milestone", **first).url == DESK
    disk = Milestone.objects.get()
    second = {"title": "Install", "owner": people.lena.pk, "due_on": "2026-11-27", "after": disk.pk}
    assert send(lena, DESK, "milestone", **second).url == DESK
    page = words_of(get(priya, PAGE, NOON))
    assert "Action plan Move to the new agent." in page
    assert "Install Planned Lena Fischer (Support) by Fri 17:00 Sydney Waits for: “Free some disk”" in page
    # The contact has buttons for what is theirs, and for nothing else.
    assert forms_of(get(priya, PAGE, NOON))[f"{PAGE}milestone/state/"]["milestone"] == str(disk.pk)
    assert "Drop" not in page
    said = {"milestone": disk.pk, "expected": "planned", "state": "done"}
    assert post(priya, f"{PAGE}milestone/state/", said, NOON).status_code == 302
    assert "Free some disk Done" in words_of(get(lena, DESK, NOON))


def test_what_is_refused_is_said_and_kept(people: Cast, case: Case, lena: Client) -> None:
    plan(case, people.lena)
    install = {"title": "Install", "owner": people.lena.pk, "due_on": "2026-11-28"}
    refused = send(lena, DESK, "milestone", **install)
    assert "closed on Sat 28 Nov 2026. The next open day is Mon 30 Nov 2026" in beside(refused, "due_on")
    assert typed_in(refused, f"{DESK}milestone/")["title"] == "Install"
    one = add(case, "One", people.lena, people.lena)
    two = add(case, "Two", people.lena, people.lena, after=[one.pk])
    said = {"milestone": two.pk, "expected": "planned", "state": "done"}
    refused = post(lena, f"{DESK}milestone/state/", said, NOON)
    assert "“Two” waits for “One”" in words_of(refused)
    refused = post(lena, f"{DESK}milestone/waits/", {"milestone": one.pk, "after": [two.pk]}, NOON)
    assert "“One” → “Two” → “One”" in words_of(refused)
    moved = {"milestone": one.pk, "expected": "2026-11-27", "due_on": "2026-11-30", "reason": ""}
    refused = post(lena, f"{DESK}milestone/day/", moved, NOON)
    assert "Say why. The other side reads it." in words_of(refused)
    assert post(lena, f"{DESK}milestone/day/", moved | {"reason": "A part."}, NOON).status_code == 302
    assert "another day (A part.)" in words_of(get(lena, DESK, NOON))
    assert send(lena, DESK, "plan/end", reason="A release fixes it.").url == DESK
    assert "Ended" in words_of(get(lena, DESK, NOON))


def test_somebody_without_the_case_owns_no_milestone(people: Cast, case: Case, lena: Client) -> None:
    plan(case, people.lena)
    page = get(lena, DESK, NOON).content.decode()
    assert f'<option value="{people.omar.pk}">' in page
    assert f'<option value="{people.zoe.pk}">' not in page


# --- Plans due ------------------------------------------------------------------------------------------------------


def titles(browser: Client, query: str, when: str = "Tue 12:00") -> list[str]:
    page = get(browser, f"/desk/plans/?{query}", at(when))
    return [step.milestone.title for step in page.context["steps"]]


def test_milestones_due_stand_on_a_page_by_their_day(people: Cast, case: Case, lena: Client) -> None:
    plan(case, people.lena)
    assert "Nothing is due" in words_of(get(lena, "/desk/plans/", NOON))
    add(case, "Fix", people.lena, people.lena, due_on=FRIDAY)
    add(case, "Test", people.priya, people.lena, due_on=FRIDAY.replace(day=26))
    add(case, "Later", people.max, people.lena, due_on=FRIDAY.replace(month=12, day=14))
    set_state(add(case, "Measured", people.lena, people.lena), "done", people.lena, "Tue 11:00")
    assert titles(lena, "") == ["Test", "Fix"]
    assert titles(lena, "ahead=month") == ["Test", "Fix", "Later"]
    assert titles(lena, "ahead=all&who=mine") == ["Fix"]
    assert titles(lena, "side=contact") == ["Test"]
    assert titles(lena, "desk=us") == []
    assert titles(lena, "ahead=nonsense&side=x") == ["Test", "Fix"]
    assert "1 h late" in words_of(get(lena, "/desk/plans/", at("Thu 18:00")))
    builders.close(case, people.lena, at("Tue 13:00"))
    assert titles(lena, "ahead=all", "Tue 14:00") == []


def test_a_case_with_a_workaround_and_an_ended_plan_reads_well_when_closed(
    people: Cast, case: Case, lena: Client, priya: Client
) -> None:
    plan(case, people.lena)
    add(case, "Fix", people.lena, people.lena)
    ease(case, people.lena, "Tue 10:30")
    builders.close(case, people.lena, at("Tue 11:00"))
    for browser, page in ((lena, DESK), (priya, PAGE)):
        shown = get(browser, page, NOON)
        assert shown.status_code == 200
        assert "Fix Planned" in words_of(shown)
        assert not any("milestone" in action or "workaround" in action for action in forms_of(shown))


def test_long_plans_ask_the_database_no_more_often(people: Cast, case: Case, lena: Client, priya: Client) -> None:
    plan(case, people.lena)

    def queries() -> dict[str, int]:
        counted = {}
        for browser, page in ((lena, DESK), (priya, PAGE), (lena, "/desk/plans/")):
            get(browser, page, NOON)
            with CaptureQueriesContext(connection) as asked:
                get(browser, page, NOON)
            counted[page] = len(asked)
        return counted

    def more(number: int) -> None:
        owner = [people.lena, people.priya, people.omar, people.max][number % 4]
        add(case, f"Step {number}", owner, people.lena, after=list(Milestone.objects.values_list("pk", flat=True)))

    for number in range(3):
        more(number)
    few = queries()
    for number in range(3, 8):
        more(number)
    assert queries() == few
