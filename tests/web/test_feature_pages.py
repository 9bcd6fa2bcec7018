"""Feature requests in a browser (P10.1): from the case, in the list, as a file; and what a contact sees of them."""

import csv
from typing import Any

import pytest
from django.test import Client

from cases import actions
from cases.models import Case, FeatureRequest
from cases.web.exports import BYTE_ORDER_MARK
from tests.builders import Cast, at, fresh, logged_case
from tests.cases.pages import beside, browser_of, get, html_of, post, read, typed_in, words_of
from tests.cases.test_features import PORTAL, lodge, merge

pytestmark = pytest.mark.clause("P10.1")

NOON = at("Tue 12:00")
DESK = "/desk/cases/NWIT-1/"
LIST = "/desk/features/"


@pytest.fixture
def case(people: Cast) -> Case:
    return logged_case(people.priya, at("Tue 9:00"), title="Export as PDF")


def typed(browser: Client, **changed: str) -> dict[str, str]:
    """Return the form of the case's page, filled in."""
    form = typed_in(get(browser, DESK, NOON), f"{DESK}feature/")
    return form | {"function": "Export a report as PDF."} | changed


# --- From the case ----------------------------------------------------------------------------------------------


def test_a_case_is_lodged_and_closed_with_one_form(browser: Client, case: Case) -> None:
    form = typed(browser)
    assert (form["title"], form["then_close"]) == ("Export as PDF", "on")
    assert post(browser, f"{DESK}feature/", form, NOON).url == DESK
    assert not fresh(case).is_open
    page = get(browser, DESK, NOON)
    assert "lodged this as a feature request: “Export as PDF”" in words_of(page)
    assert f"{DESK}feature/" not in html_of(page)


@pytest.mark.clause("P9.7")
def test_a_refused_form_keeps_what_was_typed_and_says_what_is_missing(browser: Client, case: Case) -> None:
    answered = post(browser, f"{DESK}feature/", typed(browser, function="", words="Dear Priya"), NOON)
    assert answered.status_code == 422
    assert beside(answered, "function") == "Error: Say what the product should do."
    assert "Dear Priya" in html_of(answered)
    wrong = post(browser, f"{DESK}feature/", typed(browser, ideas_url="javascript:alert(1)"), NOON)
    assert "begins with https://" in beside(wrong, "ideas_url")
    assert fresh(case).is_open


def test_a_second_specialist_reads_who_was_first_and_keeps_the_words(people: Cast, browser: Client, case: Case) -> None:
    form = typed(browser, words="My long explanation")
    lodge(case, people, by="max")
    answered = post(browser, f"{DESK}feature/", form, NOON)
    assert "lodged this case already" in words_of(answered)
    assert "My long explanation" in html_of(answered)


@pytest.mark.parametrize("form", ["number", "address"])
def test_a_case_is_counted_for_a_request_by_number_or_address(
    people: Cast, browser: Client, case: Case, form: str
) -> None:
    feature = lodge(logged_case(people.zoe, at("Tue 9:00")), people)
    named = str(feature.pk) if form == "number" else f"https://support.probax.example/desk/features/{feature.pk}/"
    assert post(browser, f"{DESK}feature/link/", {"feature": named}, NOON).url == DESK
    assert case.feature_link.request == feature
    wrong = post(browser, f"{DESK}feature/link/", {"feature": "the PDF one"}, NOON)
    assert "no number of a request" in beside(wrong, "feature")


def test_the_contact_sees_title_state_and_address_and_no_word_more(people: Cast, case: Case) -> None:
    feature = lodge(logged_case(people.zoe, at("Tue 9:00"), title="Harbor Dental needs it"), people, ideas_url=PORTAL)
    actions.link_feature_request(case_id=case.pk, feature_id=feature.pk, actor=people.lena, now=at("Tue 11:00"))
    page = get(browser_of(people.priya, NOON), "/cases/NWIT-1/", NOON)
    assert "lodged with the product team as “Reports as PDF”" in words_of(page)
    assert f'href="{PORTAL}" rel="noopener noreferrer"' in html_of(page)
    for secret in ("Blue Harbor", "BHMS", "Harbor Dental", "Customers ask for it", "Export a report"):
        assert secret not in html_of(page)


def test_a_merged_request_leads_the_contact_to_the_one_that_goes_on(people: Cast, case: Case) -> None:
    first = lodge(case, people)
    second = lodge(logged_case(people.zoe, at("Tue 9:00")), people, title="Reports, printed", ideas_url=PORTAL)
    merge(first, second, people)
    page = get(browser_of(people.priya, NOON), "/cases/NWIT-1/", NOON)
    assert PORTAL in html_of(page)
    assert "as “Reports, printed”" in words_of(page)


# --- The list -----------------------------------------------------------------------------------------------------


def titles(page: Any) -> list[str]:
    return [row.title for row in page.context["page"].rows]


@pytest.fixture
def three(people: Cast) -> dict[str, FeatureRequest]:
    """Two standing requests, one of both partners, and one merged."""
    pdf = lodge(logged_case(people.priya, at("Tue 9:00")), people)
    print_ = lodge(logged_case(people.zoe, at("Tue 9:10")), people, title="Print it", function="Paper.")
    dark = lodge(logged_case(people.zoe, at("Tue 9:20")), people, title="=Dark", function="Colours.", use_case="Night")
    merge(print_, pdf, people)
    actions.set_feature_state(
        feature_id=dark.pk, state="planned", expected="lodged", actor=people.max, now=at("Tue 11:00")
    )
    return {"pdf": pdf, "print": print_, "dark": dark}


def test_the_list_folds_merged_requests_and_counts_partners(browser: Client, three: dict[str, FeatureRequest]) -> None:
    page = get(browser, LIST, NOON)
    rows = {row.title: (row.partners, row.cases) for row in page.context["page"].rows}
    assert rows == {"Reports as PDF": (2, 2), "=Dark": (1, 1)}
    by_partner = {row["partner__code"]: (row["requests"], row["cases"]) for row in page.context["by_partner"]}
    assert by_partner == {"NWIT": (1, 1), "BHMS": (2, 2)}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("q=pdf", ["Reports as PDF"]),
        # A word of a merged request finds the one that goes on.
        ("q=paper", ["Reports as PDF"]),
        ("q=night", ["=Dark"]),
        ("q=nothing+like+it", []),
        ("state=planned", ["=Dark"]),
        ("state=nonsense", []),
        ("partner=NWIT", ["Reports as PDF"]),
        ("order=pk&title__contains=x", ["=Dark", "Reports as PDF"]),
        ("after=99999999999999999999_x", ["=Dark", "Reports as PDF"]),
    ],
)
def test_search_and_filters(browser: Client, three: dict[str, FeatureRequest], query: str, wanted: list[str]) -> None:
    assert titles(get(browser, f"{LIST}?{query}", NOON)) == wanted


def test_an_empty_list_says_what_to_do(browser: Client) -> None:
    assert "lodge it from the case" in words_of(get(browser, LIST, NOON))
    assert "Try fewer words" in words_of(get(browser, f"{LIST}?q=x", NOON))


def test_the_file_holds_the_same_rows_and_no_formula(browser: Client, three: dict[str, FeatureRequest]) -> None:
    text = read(get(browser, f"{LIST}export/?state=planned", NOON)).decode().removeprefix(BYTE_ORDER_MARK)
    headings, row = csv.reader(text.splitlines())
    named = dict(zip(headings, row, strict=True))
    assert (named["Title"], named["State"], named["Partners"], named["Cases"]) == ("'=Dark", "Planned", "1", "1")


def test_the_list_goes_on_by_the_key_of_its_last_row(
    people: Cast, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.web.lists.ROWS", 2)
    for number in range(5):
        lodge(logged_case(people.zoe, at("Tue 9:00")), people, title=f"wish {number}")
    seen, query = [], ""
    while True:
        page = get(browser, f"{LIST}?{query}", NOON)
        seen += titles(page)
        query = page.context["page"].next_query
        if not query:
            break
    assert seen == [f"wish {number}" for number in (4, 3, 2, 1, 0)]


# --- The page of a request ----------------------------------------------------------------------------------------


def test_a_request_shows_its_cases_and_its_history(browser: Client, three: dict[str, FeatureRequest]) -> None:
    page = words_of(get(browser, f"{LIST}{three['pdf'].pk}/", NOON))
    for said in ("NWIT-1", "BHMS-1", "lodged as “Print it”", "Merged into it Print it", "2 cases, partners: 2"):
        assert said in page
    assert "It goes on as Reports as PDF" in words_of(get(browser, f"{LIST}{three['print'].pk}/", NOON))
    assert get(browser, f"{LIST}999/", NOON).status_code == 404


def test_state_address_and_merging_are_done_there(browser: Client, three: dict[str, FeatureRequest]) -> None:
    address = f"{LIST}{three['dark'].pk}/"
    for form, changed in (("state", {"state": "released"}), ("address", {"address": PORTAL})):
        said = typed_in(get(browser, address, NOON), f"{address}{form}/") | changed
        assert post(browser, f"{address}{form}/", said, NOON).url == address
    three["dark"].refresh_from_db()
    assert (three["dark"].state, three["dark"].ideas_url) == ("released", PORTAL)
    into = f"{LIST}{three['pdf'].pk}/"
    assert post(browser, f"{address}merge/", {"into": three["pdf"].pk}, NOON).url == into
    stale = post(browser, f"{address}merge/", {"into": three["pdf"].pk}, NOON)
    assert (stale.status_code, "was merged into another request" in words_of(stale)) == (422, True)


def test_a_wrong_address_is_said_beside_its_field(browser: Client, three: dict[str, FeatureRequest]) -> None:
    address = f"{LIST}{three['dark'].pk}/"
    answered = post(browser, f"{address}address/", {"address": "ftp://x", "expected": ""}, NOON)
    assert (answered.status_code, "begins with https://" in words_of(answered)) == (422, True)


def test_partners_have_no_such_pages(people: Cast, three: dict[str, FeatureRequest]) -> None:
    browser = browser_of(people.zoe, NOON)
    for address in (LIST, f"{LIST}export/", f"{LIST}{three['pdf'].pk}/"):
        assert get(browser, address, NOON).status_code == 404
