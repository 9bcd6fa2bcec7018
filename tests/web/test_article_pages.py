"""The knowledge base in a browser (P1.4): searched, read, judged, written; offered and linked where it helps."""

from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from cases.models import Article, ArticleOpened, ArticleVote, MissedSearch, ProductArea
from tests.builders import Cast, at, logged_case
from tests.cases.pages import clock_at, get, html_of, nothing_is_written, post, typed_in, words_of
from tests.cases.test_articles import published, write

pytestmark = pytest.mark.clause("P1.4")

NOON = at("Tue 12:00")
SLUG = "agent-stops-with-error-1603"


def titles(page: Any) -> list[str]:
    return [row.title for row in page.context["rows"]]


# --- Readers --------------------------------------------------------------------------------------------------------


def test_partners_read_what_is_published_and_staff_drafts_too(people: Cast, priya: Client, lena: Client) -> None:
    published(people.lena)
    write(people.lena, "A draft", "Not yet.", "Not yet.")
    assert titles(get(priya, "/articles/", NOON)) == ["Agent stops with error 1603"]
    assert get(priya, "/articles/a-draft/", NOON).status_code == 404
    assert "seen by staff alone" in words_of(get(lena, "/articles/a-draft/", NOON))
    assert get(Client(), f"/articles/{SLUG}/", NOON).status_code == 302
    assert "<strong>6.2</strong>" in html_of(get(priya, f"/articles/{SLUG}/", NOON))


def test_the_list_is_narrowed_by_area_and_searched(people: Cast, priya: Client) -> None:
    area = ProductArea.objects.create(name="Agent")
    write(people.lena, article=published(people.lena), expected=1, areas=(area.pk,))
    published(people.lena, "Licences", "Counting.", "Seats.")
    assert titles(get(priya, f"/articles/?area={area.pk}", NOON)) == ["Agent stops with error 1603"]
    assert titles(get(priya, "/articles/?q=seats", NOON)) == ["Licences"]
    for nonsense in ("area=x", "area=99999999999999999999"):
        assert get(priya, f"/articles/?{nonsense}", NOON).status_code == 200


def test_what_was_looked_for_in_vain_is_told_to_the_authors_by_a_button(priya: Client, lena: Client) -> None:
    with clock_at(NOON), nothing_is_written():
        page = priya.get("/articles/?q=tape+library")
    assert "No article about this yet" in words_of(page)
    assert post(priya, "/articles/missed/", typed_in(page, "/articles/missed/"), NOON).status_code == 302
    with clock_at(NOON):
        answered = priya.post("/articles/missed/", {"words": "Tape library"}, headers={"HX-Request": "true"})
    assert words_of(answered) == "The authors will see that an article about this is missing."
    assert MissedSearch.objects.get().times == 2
    assert "tape library 2" in words_of(get(lena, "/desk/articles/", NOON))


def test_a_reader_says_whether_it_helped_and_may_change_it(people: Cast, priya: Client, lena: Client) -> None:
    published(people.lena)
    address = f"/articles/{SLUG}/"
    assert post(priya, f"{address}vote/", {"helped": "no", "word": "Which <menu>?"}, NOON).url == address
    page = get(priya, address, NOON)
    assert typed_in(page, f"{address}vote/") == {"helped": "no", "word": "Which <menu>?"}
    assert "Change my answer" in words_of(page)
    post(priya, f"{address}vote/", {"helped": "yes", "word": "Found it."}, NOON)
    assert ArticleVote.objects.get().helped is True
    assert "Found it." in words_of(get(lena, f"/desk/articles/{SLUG}/", NOON))
    refused = post(priya, f"{address}vote/", {"word": "x"}, NOON)
    assert (refused.status_code, "Choose yes or no." in words_of(refused)) == (422, True)


# --- Offered while a case is typed ----------------------------------------------------------------------------------


def test_articles_are_offered_while_somebody_types_and_nothing_is_kept(people: Cast, priya: Client) -> None:
    published(people.lena)
    with clock_at(NOON), nothing_is_written():
        answered = priya.post("/articles/offered/", {"title": "Agent stops", "explanation": "since Monday\0"})
    assert f'href="/articles/{SLUG}/" target="_blank"' in html_of(answered)
    assert html_of(post(priya, "/articles/offered/", {"title": "x"}, NOON)).strip() == ""
    for number in range(8):
        published(people.lena, f"Agent {number}", "Agent.", "Agent.")
    assert html_of(post(priya, "/articles/offered/", {"title": "agent"}, NOON)).count("<li") == 5


def test_without_script_they_stand_in_the_refused_form_beside_a_link_to_all(people: Cast, priya: Client) -> None:
    published(people.lena)
    page = get(priya, "/cases/new/", NOON)
    assert 'href="/articles/" target="_blank"' in html_of(page)
    assert "Perhaps one of these" not in html_of(page)
    refused = post(priya, "/cases/new/", typed_in(page) | {"title": "The agent stops"}, NOON)
    assert refused.status_code == 422
    assert "Perhaps one of these answers it" in words_of(refused)


def test_an_offered_article_that_was_opened_is_counted_once_per_form(people: Cast, priya: Client) -> None:
    article, key = published(people.lena), str(uuid4())
    for _again in range(2):
        assert post(priya, f"/articles/{SLUG}/opened/", {"submission_key": key}, NOON).status_code == 204
    assert post(priya, f"/articles/{SLUG}/opened/", {"submission_key": "x"}, NOON).status_code == 422
    assert ArticleOpened.objects.get().article == article


@pytest.mark.clause("P9.8")
def test_the_scope_of_each_area_is_said_on_the_form_before_anything_is_sent(priya: Client) -> None:
    ProductArea.objects.create(name="Veeam, not via Scout", in_scope=False, scope_hint="Veeam itself is out of scope.")
    ProductArea.objects.create(name="Planning", in_scope=False, scope_hint="Planning is what sales helps with.")
    for page in (get(priya, "/cases/new/", NOON), post(priya, "/cases/new/", {}, NOON)):
        # Without script all of them; with it, that of the chosen area.
        assert "Veeam itself is out of scope." in words_of(page)
        assert "Planning is what sales helps with." in words_of(page)
        assert 'data-shown-for="product_area:' in html_of(page)


# --- In a reply -----------------------------------------------------------------------------------------------------


def test_a_specialist_finds_addresses_to_put_into_a_reply(people: Cast, lena: Client) -> None:
    published(people.lena)
    write(people.lena, "Agent draft", "Not yet.", "Not yet.")
    logged_case(people.priya, at("Tue 9:00"))
    assert "/desk/articles/insert/" in html_of(get(lena, "/desk/cases/NWIT-1/", NOON))
    page = get(lena, "/desk/articles/insert/?q=agent", NOON)
    assert f"{settings.SITE_URL}/articles/{SLUG}/" in words_of(page)
    assert "Agent draft" not in html_of(page)
    with clock_at(NOON):
        part = lena.get("/desk/articles/insert/?q=agent", headers={"HX-Request": "true"})
    assert "<html" not in html_of(part)
    assert f'data-insert="Agent stops with error 1603: {settings.SITE_URL}/articles/{SLUG}/"' in html_of(part)
    assert "No published article fits" in words_of(get(lena, "/desk/articles/insert/?q=tape", NOON))


# --- Authors --------------------------------------------------------------------------------------------------------


def said(**changed: str) -> dict[str, str]:
    return {"title": "Slow restores", "summary": "Why.", "body": "Look at the **network**."} | changed


def test_an_article_is_written_looked_at_and_published(people: Cast, lena: Client, priya: Client) -> None:
    with clock_at(NOON), nothing_is_written():
        preview = lena.post("/desk/articles/new/", said(preview="1", title=""))
    assert "Look at the <strong>network</strong>." in html_of(preview)
    assert post(lena, "/desk/articles/new/", said(), NOON).url == "/desk/articles/slow-restores/"
    page = get(lena, "/desk/articles/slow-restores/", NOON)
    publish = "/desk/articles/slow-restores/publish/"
    post(lena, publish, typed_in(page, publish), NOON)
    assert get(priya, "/articles/slow-restores/", NOON).status_code == 200
    post(lena, publish, {"take": "back"}, NOON)
    assert get(priya, "/articles/slow-restores/", NOON).status_code == 404


def test_a_refused_article_keeps_every_word(people: Cast, lena: Client) -> None:
    refused = post(lena, "/desk/articles/new/", said(title=""), NOON)
    assert (refused.status_code, typed_in(refused)["body"]) == (422, "Look at the **network**.")
    published(people.lena)
    taken = post(lena, "/desk/articles/new/", said(title="Agent stops with error 1603"), NOON)
    assert "an article of this title already" in words_of(taken)


def test_a_stale_page_writes_over_nothing_and_publishes_nothing(people: Cast, lena: Client) -> None:
    article = write(people.lena)
    form = typed_in(get(lena, f"/desk/articles/{SLUG}/", NOON))
    write(people.max, body="By Max.", article=article, expected=1)
    refused = post(lena, f"/desk/articles/{SLUG}/", form | {"body": "By Lena."}, NOON)
    assert "saved version 2 meanwhile" in words_of(refused)
    assert typed_in(refused)["body"] == "By Lena."
    answered = post(lena, f"/desk/articles/{SLUG}/publish/", {"expected_version": "1"}, NOON)
    assert answered.status_code == 302
    assert not Article.objects.published().exists()


def test_every_version_can_be_read_again(people: Cast, lena: Client) -> None:
    write(people.max, body="New.", article=write(people.lena), expected=1)
    assert "Update the agent to" in words_of(get(lena, f"/desk/articles/{SLUG}/versions/1/", NOON))
    assert get(lena, f"/desk/articles/{SLUG}/versions/9/", NOON).status_code == 404
    assert get(lena, "/desk/articles/none/", NOON).status_code == 404


@pytest.mark.parametrize(
    ("query", "wanted"), [("state=draft", 1), ("state=published", 1), ("state=x", 0), ("q=agent", 1), ("", 2)]
)
def test_the_desks_list_is_narrowed(people: Cast, lena: Client, query: str, wanted: int) -> None:
    published(people.lena)
    write(people.lena, "A draft", "Not yet.", "Not yet.")
    assert len(get(lena, f"/desk/articles/?{query}", NOON).context["rows"]) == wanted


def test_empty_shelves_say_what_to_do(priya: Client, lena: Client) -> None:
    assert "will stand here" in words_of(get(priya, "/articles/", NOON))
    assert "Write an article" in words_of(get(lena, "/desk/articles/", NOON))


def test_contacts_have_no_authors_pages(people: Cast, priya: Client) -> None:
    published(people.lena)
    for address in ("", "new/", "insert/", f"{SLUG}/", f"{SLUG}/versions/1/"):
        assert get(priya, f"/desk/articles/{address}", NOON).status_code == 404
    assert post(priya, "/desk/articles/new/", said(), NOON).status_code == 404
    assert Article.objects.count() == 1
