"""The form that closes a case: each outcome asks for what it needs by its own name (P9.7, P9.8, P1.4)."""

from typing import Any

import pytest
from django.test import Client

from cases.lifecycle import Status
from cases.models import Case, ProductArea
from cases.rules import Outcome
from tests.builders import Cast, at, fresh, logged_case
from tests.cases.pages import beside, browser_of, get, post, typed_in, words_of

pytestmark = pytest.mark.clause("P9.7")

NOON = at("Tue 12:00")
DESK = "/desk/cases/NWIT-1/"


@pytest.fixture
def browser(people: Cast) -> Client:
    return browser_of(people.lena, NOON)


def ending(browser: Client, **said: Any) -> dict[str, Any]:
    """Return the form as the page has it, filled in."""
    return typed_in(get(browser, DESK, NOON), f"{DESK}close/") | {"explanation": "We found the cause."} | said


NEEDS = [
    (Outcome.FIX, "release", "Agent 6.2", "Name the release or the fix"),
    (Outcome.WORKAROUND, "workaround", "Restart the agent at 5:00.", "Write down the workaround"),
    (Outcome.ENVIRONMENT, "referral", "Your network team.", "Say whom the contact can turn to"),
    (Outcome.FEATURE_REQUEST, "destination", "The Ideas Portal.", "Say where the request goes"),
]


@pytest.mark.parametrize(("outcome", "field", "words", "sentence"), NEEDS)
def test_each_outcome_asks_for_what_it_needs_in_its_own_field(
    browser: Client, case: Case, outcome: Outcome, field: str, words: str, sentence: str
) -> None:
    refused = post(browser, f"{DESK}close/", ending(browser, outcome=outcome, **{field: "  "}), NOON)
    assert refused.status_code == 422
    assert beside(refused, field).endswith("Nothing was closed.")
    assert sentence in beside(refused, field)
    assert fresh(case).is_open
    said = typed_in(refused, f"{DESK}close/") | {field: words}
    assert said["explanation"] == "We found the cause."
    assert post(browser, f"{DESK}close/", said, NOON).status_code == 302
    closing = case.closings.get()
    assert (closing.outcome, closing.detail) == (outcome, words)
    # What belongs to the other outcomes is not read.
    assert bool(closing.notice) is (outcome == Outcome.ENVIRONMENT)


def test_what_is_out_of_scope_says_why_and_the_contact_reads_it(people: Cast, browser: Client, case: Case) -> None:
    refused = post(browser, f"{DESK}close/", ending(browser, outcome="environment", notice=""), NOON)
    assert "Say why this is out of scope" in beside(refused, "notice")
    post(browser, f"{DESK}close/", ending(browser, outcome="environment", notice="Your proxy cuts it."), NOON)
    page = words_of(get(browser_of(people.priya, NOON), "/cases/NWIT-1/", NOON))
    assert "Out of scope Your proxy cuts it." in page
    assert "Whom to turn to instead" in page


@pytest.mark.clause("P9.8", "P1.4")
@pytest.mark.parametrize(
    ("in_scope", "hint", "referral", "suggested"),
    [
        (False, "Veeam outside Scout is out of scope.", "Veeam's own support helps.", "Veeam's own support helps."),
        (False, "Training is out of scope.", "", "Your sales representative helps"),
        (True, "", "", ""),
    ],
)
def test_the_product_area_suggests_the_notice_and_the_referral(
    people: Cast, browser: Client, in_scope: bool, hint: str, referral: str, suggested: str
) -> None:
    area = ProductArea.objects.create(name="An area", in_scope=in_scope, scope_hint=hint, referral=referral)
    case = logged_case(people.priya, at("Tue 9:00"), product_area_id=area.pk)
    form = ending(browser)
    assert form["elsewhere"].startswith(suggested)
    assert bool(form["elsewhere"]) is not in_scope
    assert form["referral"].startswith(suggested or "Your sales representative helps")
    assert form["notice"].startswith(hint or "What we found is specific to your environment")
    assert form["outcome"] == ("fix" if in_scope else "not_a_request")
    assert post(browser, f"{DESK}close/", form | {"outcome": "not_a_request"}, NOON).status_code == 302
    assert case.closings.get().detail == form["elsewhere"]
    assert fresh(case).status == Status.CLOSED


def test_what_does_not_close_leads_to_its_own_form(browser: Client, case: Case) -> None:
    page = get(browser, DESK, NOON).content.decode()
    for key in ("workaround", "plan"):
        assert f'href="{DESK}?open={key}#{key}"' in page
        assert f'<option value="{"action_plan" if key == "plan" else "temporary"}"' not in page
