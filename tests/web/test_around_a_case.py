"""Merging, linking, watching, removing secrets and macros, as pages show them to either side."""

import pytest

from cases import actions
from cases.lifecycle import Status
from cases.models import Case, Macro, Membership, Watcher
from tests.builders import Cast, at, fresh, logged_case, say, upload
from tests.cases.pages import beside, browser_of, forms_of, get, html_of, post, typed_in, words_of

pytestmark = pytest.mark.clause("P9.3", "P9.6")

NOON = at("Tue 12:00")
DESK, PORTAL = "/desk/cases/NWIT-1/", "/cases/NWIT-1/"


@pytest.fixture
def twin(people: Cast, case: Case) -> Case:
    return logged_case(people.omar, at("Tue 9:30"), title="Restores crawl")


def test_a_case_is_handed_to_others_than_its_contact(people: Cast, case: Case) -> None:
    for person, address in ((people.lena, DESK), (people.priya, PORTAL)):
        form = get(browser_of(person, NOON), address, NOON).context["contact_form"]
        assert [name for key, name in form["person"].field.choices if key] == ["Omar Haddad"]
    people.omar.memberships.update(is_active=False)
    page = get(browser_of(people.priya, NOON), PORTAL, NOON)
    assert "Hand the case to a colleague" not in words_of(page)


# --- Merge and link -------------------------------------------------------------------------------------------------


def test_a_merged_case_shows_where_it_goes_on_and_a_reply_lands_there(people: Cast, twin: Case) -> None:
    lena, priya = browser_of(people.lena, NOON), browser_of(people.priya, NOON)
    assert post(lena, f"{DESK}merge/", {"other": "NWIT-2"}, NOON).status_code == 302
    page = get(priya, PORTAL, NOON)
    assert "We work on it together with NWIT-2" in words_of(page)
    said = typed_in(page, "/cases/NWIT-2/reply/") | {"body": "Still slow."}
    assert post(priya, "/cases/NWIT-2/reply/", said, NOON).status_code == 302
    assert twin.messages.get().body == "Still slow."
    # An old page of the merged case, or a client that knows only that one.
    old = typed_in(page, "/cases/NWIT-2/reply/") | {
        "body": "And again.",
        "submission_key": "6f1a8a3e-6a3f-4f8e-9d52-0a1b2c3d4e5f",
    }
    assert post(priya, f"{PORTAL}reply/", old, NOON).status_code == 302
    assert twin.messages.count() == 2
    assert "NWIT-1" in words_of(get(lena, "/desk/cases/NWIT-2/", NOON))


def test_a_wrong_reference_is_told_beside_the_field(people: Cast, case: Case) -> None:
    logged_case(people.zoe, at("Tue 9:00"))
    browser = browser_of(people.lena, NOON)
    for address in ("merge", "link"):
        path = "links" if address == "link" else address
        refused = post(browser, f"{DESK}{path}/", {"other": "BHMS-1"}, NOON)
        assert refused.status_code == 422
        assert "no other case with that reference" in beside(refused, f"{address}_other")
    assert fresh(case).status == Status.NEW


def test_links_stand_on_both_pages_and_are_taken_away(people: Cast, twin: Case) -> None:
    lena = browser_of(people.lena, NOON)
    assert post(lena, f"{DESK}links/", {"other": "NWIT-2"}, NOON).status_code == 302
    assert "Restores crawl" in words_of(get(browser_of(people.priya, NOON), PORTAL, NOON))
    assert f"{DESK}links/NWIT-2/off/" in forms_of(get(lena, DESK, NOON))
    assert post(lena, f"{DESK}links/NWIT-2/off/", {}, NOON).status_code == 302
    again = post(lena, f"{DESK}links/NWIT-2/off/", {}, NOON)
    assert again.status_code == 422
    assert "not linked any more" in words_of(again)


def test_a_limited_contact_reads_of_no_colleagues_linked_case(people: Cast, twin: Case) -> None:
    actions.link_cases(case_id=twin.pk, other="NWIT-1", actor=people.lena, now=NOON)
    Membership.objects.filter(user=people.priya).update(sees_all_cases=False)
    page = html_of(get(browser_of(people.priya, NOON), PORTAL, NOON))
    assert "NWIT-2" not in page
    assert "Restores crawl" not in page


# --- Watching -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "page"), [("priya", PORTAL), ("lena", DESK)])
def test_either_side_adds_and_takes_off_a_colleague(people: Cast, case: Case, name: str, page: str) -> None:
    browser = browser_of(getattr(people, name), NOON)
    assert post(browser, f"{page}watchers/", {"person": people.omar.pk}, NOON).status_code == 302
    shown = get(browser, page, NOON)
    assert f"{page}watchers/{people.omar.pk}/off/" in forms_of(shown)
    assert post(browser, f"{page}watchers/{people.omar.pk}/off/", {}, NOON).status_code == 302
    assert not Watcher.objects.exists()


def test_nobody_of_another_partner_is_offered_or_taken(people: Cast, case: Case) -> None:
    for name, page in (("priya", PORTAL), ("lena", DESK)):
        browser = browser_of(getattr(people, name), NOON)
        assert "Zoe Keller" not in html_of(get(browser, page, NOON))
        for address in ("watchers/", "contact/"):
            refused = post(browser, f"{page}{address}", {"person": people.zoe.pk}, NOON)
            assert refused.status_code == 422
            assert "Zoe" not in words_of(refused)
    assert not Watcher.objects.exists()


def test_a_colleague_watches_by_themselves_and_no_contact_sees_staff_who_watch(people: Cast, case: Case) -> None:
    omar, max_ = browser_of(people.omar, NOON), browser_of(people.max, NOON)
    assert post(omar, f"{PORTAL}watchers/me/", {}, NOON).status_code == 302
    assert post(max_, f"{DESK}watchers/me/", {}, NOON).status_code == 302
    page = html_of(get(omar, PORTAL, NOON))
    assert "Max Ortega" not in page
    assert f"{PORTAL}watchers/me/" not in page


def test_a_case_is_handed_to_a_colleague_on_its_page(people: Cast, case: Case) -> None:
    browser = browser_of(people.priya, NOON)
    said = typed_in(get(browser, PORTAL, NOON), f"{PORTAL}contact/") | {"person": people.omar.pk}
    assert post(browser, f"{PORTAL}contact/", said, NOON).status_code == 302
    assert fresh(case).contact == people.omar
    # The same old page again.
    stale = post(browser, f"{PORTAL}contact/", said | {"person": people.priya.pk}, NOON)
    assert stale.status_code == 422
    assert "Somebody else changed the contact meanwhile" in words_of(stale)


# --- Secrets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "page"), [("priya", PORTAL), ("lena", DESK)])
def test_a_secret_is_removed_on_the_page(people: Cast, case: Case, name: str, page: str) -> None:
    say(case, people.priya, at("Tue 10:00"), "The password is hunter2.")
    browser = browser_of(getattr(people, name), NOON)
    said = {"secret": "hunter2", "reason": "Pasted by mistake"}
    assert post(browser, f"{page}redact/", said, NOON).status_code == 302
    for reader, address in ((people.priya, PORTAL), (people.lena, DESK)):
        shown = get(browser_of(reader, NOON), address, NOON)
        assert "hunter2" not in html_of(shown)
        assert "removed a secret: Pasted by mistake" in words_of(shown)


def test_a_file_is_removed_on_the_page(people: Cast, case: Case) -> None:
    actions.reply_as_contact(
        case_id=case.pk, body="Here.", uploads=[upload("keys.txt")], actor=people.priya, now=at("Tue 10:00")
    )
    said = {"file": case.attachments.get().pk, "reason": "A key"}
    assert post(browser_of(people.lena, NOON), f"{DESK}redact/", said, NOON).status_code == 302
    assert "keys.txt" not in html_of(get(browser_of(people.priya, NOON), PORTAL, NOON))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"reason": "Why"}, "Give either the exact text or a file"),
        ({"secret": "hunter2"}, "Say why it is removed"),
        ({"secret": "nowhere at all", "reason": "Why"}, "stands nowhere in this case"),
    ],
)
def test_what_cannot_be_removed_is_told(people: Cast, case: Case, said: dict[str, str], words: str) -> None:
    refused = post(browser_of(people.lena, NOON), f"{DESK}redact/", said, NOON)
    assert refused.status_code == 422
    assert words in words_of(refused)


# --- Macros and mentions --------------------------------------------------------------------------------------------


def test_a_macro_fills_the_composer_without_script(people: Cast, case: Case) -> None:
    ruth, lena = browser_of(people.ruth, NOON), browser_of(people.lena, NOON)
    body = "Hello {contact}, {reference} is with {specialist}. Reply by {due}."
    assert post(ruth, "/manager/macros/", {"name": "Hello", "body": body}, NOON).status_code == 302
    macro = Macro.objects.get()
    page = get(lena, f"{DESK}?macro={macro.pk}", NOON)
    assert typed_in(page, f"{DESK}reply/")["body"] == (
        "Hello Priya Raman, NWIT-1 is with Lena Fischer. Reply by Tue 24 Nov, 15:00 Sydney."
    )
    assert typed_in(get(lena, f"{DESK}?macro=999", NOON), f"{DESK}reply/")["body"] == ""


def test_a_macro_is_changed_and_deleted_on_its_page(people: Cast) -> None:
    ruth = browser_of(people.ruth, NOON)
    post(ruth, "/manager/macros/", {"name": "Hello", "body": "Hello {contact}"}, NOON)
    address = f"/manager/macros/{Macro.objects.get().pk}/"
    said = typed_in(get(ruth, address, NOON)) | {"body": "Hi {contact}"}
    assert post(ruth, address, said, at("Tue 12:01")).status_code == 302
    assert post(ruth, address, said | {"body": "Stale"}, at("Tue 12:02")).status_code == 422
    wrong = post(ruth, "/manager/macros/", {"name": "Bad", "body": "Hi {contract}"}, NOON)
    assert "{contract}" in beside(wrong, "body")
    assert post(ruth, f"{address}delete/", {}, at("Tue 12:03")).status_code == 302
    assert get(ruth, address, NOON).status_code == 404


def test_a_name_that_means_nobody_is_told(people: Cast, case: Case) -> None:
    lena = browser_of(people.lena, NOON)
    said = typed_in(get(lena, DESK, NOON), f"{DESK}note/") | {"body": "@max and @nobody, look."}
    done = post(lena, f"{DESK}note/", said, NOON)
    assert "Nobody was told for @nobody" in words_of(get(lena, done.url, NOON))


def test_zoe_reaches_none_of_it(people: Cast, case: Case) -> None:
    zoe = browser_of(people.zoe, NOON)
    for address in (
        "watchers/",
        "watchers/me/",
        f"watchers/{people.omar.pk}/off/",
        "contact/",
        "redact/",
        "closing/back/",
    ):
        mine = post(zoe, f"{PORTAL}{address}", {}, NOON)
        none = post(zoe, f"/cases/NWIT-999/{address}", {}, NOON)
        assert (mine.status_code, none.status_code) == (404, 404), address
        assert post(zoe, f"{DESK}{address}", {}, NOON).status_code == 404
