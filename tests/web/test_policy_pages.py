"""Versions of the policy: written, looked at, published for a day to come, taken back; promises that were made stay."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from cases import actions
from cases.models import Case
from cases.rules import RuleBroken
from sla.models import PolicyVersion
from tests.builders import Cast, at, deadline_of, logged_case
from tests.cases.pages import beside, browser_of, get, html_of, nothing_is_written, post, typed_in, words_of

pytestmark = pytest.mark.clause("P2.1")

PAGE, NEW, NOON = "/manager/policy/", "/manager/policy/new/", at("Tue 12:00")


@pytest.fixture
def browser(people: Cast) -> Client:
    return browser_of(people.ruth, NOON)


def written(browser: Client, **changed: str) -> dict[str, str]:
    """Return the form as it comes, for January, with changes."""
    form = typed_in(get(browser, NEW, NOON))
    return form | {"name": "1 January 2027", "effective_on": "2027-01-01"} | changed


def publish(browser: Client, when: Any = NOON, **changed: str) -> Any:
    return post(browser, NEW, written(browser, step="publish", **changed), when)


def test_what_a_version_changes_is_shown_before_it_is_published(people: Cast, browser: Client) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    asked = written(browser, within_2="2", warn_4="60", step="preview")
    with nothing_is_written():
        page = post(browser, NEW, asked, NOON)
    changed = [(level, what, was, becomes) for level, what, was, becomes in page.context["changed"]]
    assert changed == [(2, "First reply within", "3 h", "2 h"), (4, "Warn after", "75 %", "60 %")]
    words = words_of(page)
    assert "1 case that is open keeps its promises as they were made." in words
    assert "/manager/what-if/?within-2=2" in html_of(page)
    assert not PolicyVersion.objects.filter(name="1 January 2027").exists()
    # One can go back, with everything typed, or publish from here.
    hidden = typed_in(page, NEW)
    back = post(browser, NEW, hidden | {"step": "edit"}, NOON)
    assert typed_in(back)["within_2"] == "2"
    assert post(browser, NEW, hidden | {"step": "publish"}, NOON).status_code == 302
    assert "is published" in words_of(get(browser, PAGE, NOON))


def test_cases_from_its_day_on_are_promised_by_it_and_others_are_not(people: Cast, browser: Client) -> None:
    before = logged_case(people.priya, at("Tue 9:00"), severity=2)
    due = deadline_of(before).due_at
    publish(browser, within_2="2", effective_on="2026-11-26")
    version = PolicyVersion.objects.get(name="1 January 2027")
    assert (version.published_by_name, version.published_at) == (str(people.ruth), NOON)
    same = logged_case(people.priya, at("Wed 9:00"), severity=2)
    # From 00:00 UTC of Thursday, which is 11:00 in Sydney.
    earlier, later = (logged_case(people.priya, at(f"Thu {clock}"), severity=2) for clock in ("10:59", "11:00"))
    assert [case.policy == version for case in (same, earlier, later)] == [False, False, True]
    assert deadline_of(later).due_at - later.logged_at == timedelta(hours=2)
    assert deadline_of(Case.objects.get(pk=before.pk)).due_at == due
    words = words_of(get(browser, PAGE, at("Fri 9:00")))
    assert "1 January 2027 in force" in words
    assert "4 December 2023 past" in words


def test_the_same_form_twice_publishes_once(browser: Client) -> None:
    assert publish(browser).status_code == publish(browser).status_code == 302
    assert PolicyVersion.objects.filter(name="1 January 2027").count() == 1
    assert PolicyVersion.objects.get(name="1 January 2027").targets.count() == 4


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"effective_on": "2026-11-24"}, "effective_on", "A version is in force from a day to come"),
        ({"name": "4 December 2023"}, "name", "Another version has this name"),
        ({"within_2": "0"}, "within_2", "greater than or equal to 0.05"),
        ({"examples_3": ""}, "examples_3", "Partners choose by the examples"),
        ({"effective_on": "soon"}, "effective_on", "This is no date"),
    ],
)
def test_what_cannot_be_published_is_said_beside_its_field_and_kept(
    browser: Client, changed: dict[str, str], field: str, sentence: str
) -> None:
    page = publish(browser, **changed)
    assert page.status_code == 422
    assert sentence in beside(page, field)
    assert typed_in(page)["definition_1"]
    assert PolicyVersion.objects.count() == 1


def test_two_versions_cannot_begin_on_one_day(people: Cast, browser: Client) -> None:
    publish(browser)
    page = publish(browser, name="Another one")
    assert "Another version begins on this day" in beside(page, "effective_on")


def test_a_version_is_taken_back_until_its_day(people: Cast, browser: Client) -> None:
    publish(browser)
    version = PolicyVersion.objects.get(name="1 January 2027")
    address = f"{PAGE}{version.pk}/withdraw/"
    assert address in html_of(get(browser, PAGE, NOON))
    for _click in range(2):
        assert post(browser, address, {}, NOON).status_code == 302
    assert "no case ever had it" in words_of(get(browser, PAGE, NOON))
    assert not PolicyVersion.objects.filter(pk=version.pk).exists()
    in_force = PolicyVersion.objects.get()
    post(browser, f"{PAGE}{in_force.pk}/withdraw/", {}, NOON)
    assert "cases have their promises by it" in words_of(get(browser, PAGE, NOON))
    assert PolicyVersion.objects.count() == 1


def test_only_managers_change_the_policy(people: Cast) -> None:
    with pytest.raises(RuleBroken, match="Only managers can change the policy"):
        actions.withdraw_policy(policy_id=1, actor=people.lena, now=NOON)
    with pytest.raises(RuleBroken, match="Only managers can change the policy"):
        actions.publish_policy(
            name="x", effective_on=date(2027, 1, 1), source="", targets=[], actor=people.lena, now=NOON
        )
    assert get(browser_of(people.lena, NOON), PAGE, NOON).status_code == 404


def test_desks_and_staff_stand_on_the_page(people: Cast, browser: Client) -> None:
    words = words_of(get(browser, PAGE, NOON))
    assert "Australia Sydney Mon-Fri 08:00-17:00" in words
    assert f"{people.lena} {people.lena.email} Specialist Australia none noted" in words


def test_a_draft_is_kept_right_or_wrong_until_it_is_published_or_thrown_away(people: Cast, browser: Client) -> None:
    half = written(browser, within_2="soon", effective_on="", step="keep")
    assert post(browser, NEW, half, NOON).status_code == 302
    # Tomorrow it goes on where it was left; for others nothing is there.
    tomorrow = at("Wed 9:00")
    assert "You have a draft of a new version" in words_of(get(browser, PAGE, tomorrow))
    assert typed_in(get(browser, NEW, tomorrow))["within_2"] == "soon"
    others = browser_of(people.ann, NOON)
    assert typed_in(get(others, NEW, tomorrow))["within_2"] == "3"
    assert publish(browser, within_2="2").status_code == 302
    assert "You have a draft" not in words_of(get(browser, PAGE, tomorrow))
    post(browser, NEW, written(browser, step="keep"), NOON)
    post(browser, f"{PAGE}draft/discard/", {}, NOON)
    assert typed_in(get(browser, NEW, tomorrow))["within_2"] == "3"


def test_only_managers_keep_a_draft_of_the_policy(people: Cast) -> None:
    with pytest.raises(RuleBroken, match="Only managers can change the policy"):
        actions.keep_policy_draft(fields={}, actor=people.lena, now=NOON)
