"""At a case: who else is there, what happened meanwhile, drafts, parts of the story, and the neighbours in the list."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client

from cases import actions
from cases.models import Case, Message, Presence, WordDraft
from tests.builders import Cast, answer, at, logged_case, say, upload
from tests.cases.pages import beside, browser_of, clock_at, get, html_of, post, typed_in, words_of

NOON = at("Tue 12:00")
DESK = "/desk/cases/NWIT-1/"


@pytest.fixture
def max_(people: Cast) -> Client:
    return browser_of(people.max, NOON)


# --- Presence -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("case")
def test_colleagues_see_who_is_looking_and_who_writes(lena: Client, max_: Client) -> None:
    assert post(max_, f"{DESK}presence/", {"writing": "no"}, NOON).json() == {"here": "", "news": ""}
    assert "Max Ortega is looking at this case." in words_of(get(lena, DESK, NOON))
    assert (
        post(lena, f"{DESK}presence/", {"writing": "yes"}, NOON).json()["here"] == "Max Ortega is looking at this case."
    )
    assert post(max_, f"{DESK}presence/", {"writing": "yes"}, NOON).json()["here"] == "Lena Fischer is writing."
    assert "Max Ortega is writing" in words_of(get(lena, "/desk/", NOON))


@pytest.mark.usefixtures("case")
def test_presence_expires_by_itself_and_goes_with_whoever_leaves(lena: Client, max_: Client) -> None:
    post(max_, f"{DESK}presence/", {}, NOON)
    assert "Max Ortega is looking" not in words_of(get(lena, DESK, NOON + timedelta(minutes=1)))
    post(max_, f"{DESK}presence/", {}, NOON)
    post(max_, f"{DESK}presence/", {"leaving": "yes"}, NOON)
    assert not Presence.objects.exists()
    # Who never said good-bye is forgotten with the next who comes.
    post(max_, f"{DESK}presence/", {}, NOON)
    post(lena, f"{DESK}presence/", {}, NOON + timedelta(hours=2))
    assert [one.user.name for one in Presence.objects.all()] == ["Lena Fischer"]


def test_the_page_hears_what_happened_meanwhile(people: Cast, case: Case, lena: Client) -> None:
    def news(read: object) -> str:
        return str(post(lena, f"{DESK}presence/", {"read": read}, NOON).json()["news"])

    read = case.last_event_number
    assert news(read) == ""
    say(case, people.priya, NOON)
    answer(case, people.lena, NOON)
    assert news(read) == "1 thing happened here meanwhile."
    assert news("x") == news(99) == ""


def test_presence_of_a_case_that_is_not_there(lena: Client) -> None:
    for act in ("presence/", "draft/"):
        assert post(lena, f"/desk/cases/NWIT-99/{act}", {}, NOON).status_code == 404


# --- Somebody answered meanwhile ----------------------------------------------------------------------------------


def test_a_reply_to_what_nobody_read_is_held_back_with_its_words(people: Cast, case: Case, lena: Client) -> None:
    said = typed_in(get(lena, DESK, NOON), f"{DESK}reply/") | {"body": "Restart it."}
    answer(case, people.max, NOON, body="Do not restart it.")
    refused = post(lena, f"{DESK}reply/", said, NOON)
    assert refused.status_code == 422
    assert "Max Ortega wrote meanwhile. Read it above, then send your reply again" in beside(
        refused, "body"
    ) + words_of(refused)
    assert "Do not restart it." in words_of(refused)
    again = typed_in(refused, f"{DESK}reply/")
    assert again["body"] == "Restart it."
    assert post(lena, f"{DESK}reply/", again, NOON).status_code == 302
    assert Message.objects.count() == 2


def test_ones_own_words_and_notes_hold_nothing_back(people: Cast, case: Case, lena: Client) -> None:
    said = typed_in(get(lena, DESK, NOON), f"{DESK}reply/") | {"body": "Restart it."}
    answer(case, people.lena, NOON)
    actions.write_note(case_id=case.pk, body="Odd.", actor=people.max, now=NOON)
    assert post(lena, f"{DESK}reply/", said, NOON).status_code == 302


# --- Drafts -------------------------------------------------------------------------------------------------------


def keep(browser: Client, kind: str, body: str, **more: str) -> Any:
    return post(browser, f"{DESK}draft/", {"kind": kind, "body": body} | more, NOON)


@pytest.mark.usefixtures("case")
def test_what_is_typed_is_kept_for_whoever_types_it(lena: Client, max_: Client) -> None:
    assert keep(lena, "reply", "Hello Pri", quietly="yes").status_code == 204
    assert keep(lena, "reply", "Hello Priya", quietly="yes").status_code == 204
    assert "Your draft is kept." in words_of(get(lena, keep(lena, "note", "Odd.").url, NOON))
    page = get(lena, DESK, NOON)
    assert typed_in(page, f"{DESK}reply/")["body"] == "Hello Priya"
    assert typed_in(page, f"{DESK}note/")["body"] == "Odd."
    assert "Draft of 12:00" in words_of(page)
    assert typed_in(get(max_, DESK, NOON), f"{DESK}reply/")["body"] == ""


@pytest.mark.usefixtures("case")
def test_a_draft_goes_when_it_is_sent_or_emptied(lena: Client) -> None:
    keep(lena, "reply", "Hello")
    keep(lena, "note", "Odd.")
    post(lena, f"{DESK}reply/", {"body": "Hello Priya", "submission_key": str(uuid4())}, NOON)
    assert [draft.kind for draft in WordDraft.objects.all()] == ["note"]
    keep(lena, "note", "  ")
    assert not WordDraft.objects.exists()


@pytest.mark.usefixtures("case")
def test_a_draft_of_another_kind_or_without_end_is_refused(lena: Client) -> None:
    assert keep(lena, "letter", "Hello").status_code == 422
    assert keep(lena, "reply", "x" * 20_001).status_code == 422
    assert not WordDraft.objects.exists()


def test_a_macro_and_a_reply_taken_back_go_before_a_draft(people: Cast, case: Case, lena: Client) -> None:
    keep(lena, "reply", "Half a sen")
    macro = actions.keep_macro(
        macro_id=None, name="Greet", body="Hello {contact}.", expected_at=None, actor=people.ruth, now=NOON
    )
    assert typed_in(get(lena, f"{DESK}?macro={macro.pk}", NOON), f"{DESK}reply/")["body"] == "Hello Priya Raman."


def test_a_removed_secret_goes_from_drafts_too(people: Cast, case: Case, lena: Client) -> None:
    keep(lena, "note", "Their password is hunter22.")
    actions.redact_text(case_id=case.pk, secret="hunter22", reason="x", actor=people.lena, now=NOON)
    assert "hunter22" not in WordDraft.objects.get().body


# --- Parts of the story -------------------------------------------------------------------------------------------


def test_the_story_is_read_whole_or_in_parts(people: Cast, case: Case, lena: Client) -> None:
    answer(case, people.lena, NOON)
    actions.write_note(case_id=case.pk, body="Odd.", uploads=[upload()], actor=people.max, now=NOON)
    post(lena, f"{DESK}take/", {}, NOON)
    kinds = {"conversation": ["opening", "reply"], "notes": ["note"], "files": ["note"], "promises": []}
    for show, shown in kinds.items():
        page = get(lena, f"{DESK}?show={show}", NOON)
        assert [entry.kind for entry in page.context["shown"]] == shown, show
        assert [one.key for one in page.context["shows"] if one.current] == [show]
    assert "Nothing of this kind yet." in words_of(get(lena, f"{DESK}?show=promises", NOON))
    for other in ("", "?show=nonsense"):
        page = get(lena, DESK + other, NOON)
        assert page.context["shown"] == page.context["story"]


# --- The neighbours -----------------------------------------------------------------------------------------------


@pytest.fixture
def four(people: Cast) -> list[Case]:
    return [logged_case(people.priya, at("Tue 9:00") + timedelta(minutes=n), title=f"case {n}") for n in range(4)]


def links_of(page: Any) -> dict[str, str]:
    found = re.findall(r'<a data-key="([upn])"[^>]*? href="([^"]*)"', html_of(page))
    return {key: address.replace("&amp;", "&") for key, address in found}


@pytest.mark.usefixtures("four")
def test_one_walks_from_case_to_case_along_the_list(lena: Client) -> None:
    queue = get(lena, "/desk/?q=case&order=newest", NOON)
    address = re.findall(r'id="case-NWIT-4" href="([^"]*)"', html_of(queue))[0].replace("&amp;", "&")
    walked = []
    while address:
        page = get(lena, address, NOON)
        walked.append(page.context["case"].reference)
        assert links_of(page)["u"] == "/desk/?view=open&q=case&order=newest"
        address = links_of(page).get("n", "")
    assert walked == ["NWIT-4", "NWIT-3", "NWIT-2", "NWIT-1"]
    page = get(lena, links_of(page)["p"], NOON)
    assert page.context["case"].reference == "NWIT-2"


@pytest.mark.usefixtures("four")
def test_an_answer_moves_the_case_and_not_the_reader(lena: Client) -> None:
    address = re.findall(r'id="case-NWIT-2" href="([^"]*)"', html_of(get(lena, "/desk/", NOON)))[0].replace(
        "&amp;", "&"
    )
    said = {"body": "Done.", "submission_key": str(uuid4())}
    with clock_at(NOON):
        answered: Any = lena.post("/desk/cases/NWIT-2/reply/", said, headers={"Referer": f"http://testserver{address}"})
        refused = lena.post("/desk/cases/NWIT-2/note/", {}, headers={"Referer": f"http://testserver{address}"})
    assert links_of(get(lena, answered.url, NOON))["n"].startswith("/desk/cases/NWIT-3/")
    assert links_of(refused)["p"].startswith("/desk/cases/NWIT-1/")


@pytest.mark.usefixtures("four")
def test_an_address_that_makes_no_sense_leads_to_a_case_without_neighbours(lena: Client) -> None:
    for place in ({}, {"list": "view=open"}, {"list": "view=open", "at": "x"}, {"list": "%00", "at": "1_2_3"}):
        assert links_of(get(lena, f"/desk/cases/NWIT-1/?{urlencode(place)}", NOON)) == {}
    closed = urlencode({"list": "view=closed", "at": f"1_{NOON.isoformat()}"})
    assert set(links_of(get(lena, f"/desk/cases/NWIT-1/?{closed}", NOON))) == {"u"}
