"""The queue's tools: search with its hits, orders, columns, filters, saved views, and what changed meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cases import actions
from cases.models import Case, DeskSettings, SavedView
from cases.web.queue import ROWS
from tests.builders import Cast, answer, at, close, logged_case, say, upload
from tests.cases.pages import beside, browser_of, get, html_of, post, words_of

NOON = at("Tue 12:00")
QUEUE = "/desk/"


@pytest.fixture
def browser(people: Cast) -> Client:
    return browser_of(people.lena, NOON)


@pytest.fixture
def three(people: Cast) -> list[Case]:
    """Three cases, the least severe logged first and changed last."""
    cases = [
        logged_case(people.priya, at("Tue 9:00"), severity=4, title="calm"),
        logged_case(people.omar, at("Tue 9:10"), severity=2, title="soon"),
        logged_case(people.zoe, at("Tue 9:20"), severity=3, title="other"),
    ]
    say(cases[0], people.priya, at("Tue 10:00"), body="It says <b>error 1603</b> on BK-02 again & again.")
    return cases


def titles(response: Any) -> list[str]:
    return [case.title for case in response.context["page"].rows]


# --- Search -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("three")
def test_a_hit_is_shown_with_its_surroundings_and_marked(browser: Client) -> None:
    page = html_of(get(browser, f"{QUEUE}?q=error-1603", NOON))
    assert "It says &lt;b&gt;<mark>error 1603</mark>&lt;/b&gt; on BK-02 again &amp; again." in page
    assert "Priya Raman:" in page
    assert "<mark>calm</mark>" in html_of(get(browser, f"{QUEUE}?q=calm", NOON))
    assert "<mark>Northwind</mark> IT" in html_of(get(browser, f"{QUEUE}?q=northwind", NOON))


def test_long_texts_are_cut_at_words_around_the_hit(people: Cast, browser: Client) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    say(case, people.priya, at("Tue 9:30"), body="before " * 40 + "needle " + "after " * 40)
    found = words_of(get(browser, f"{QUEUE}?q=needle", NOON))
    assert "… before before before before needle after" in found
    assert "after …" in found


def test_files_notes_and_people_say_where_the_word_stands(people: Cast, browser: Client) -> None:
    case = logged_case(people.omar, at("Tue 9:00"))
    actions.write_note(
        case_id=case.pk, body="Patch it.", uploads=[upload("veeam.log")], actor=people.lena, now=at("Tue 9:30")
    )
    for word, said in {
        "veeam": "File: veeam .log",
        "patch": "Note of Lena Fischer: Patch",
        "omar": "Contact: Omar",
    }.items():
        assert said in words_of(get(browser, f"{QUEUE}?q={word}", NOON)), word


@pytest.mark.usefixtures("three")
def test_the_list_of_all_cases_shows_hits_too(browser: Client) -> None:
    assert "<mark>error 1603</mark>" in html_of(get(browser, "/desk/cases/?q=error-1603", NOON))


def test_a_case_number_leads_there_whatever_the_view(people: Cast, browser: Client) -> None:
    case = logged_case(people.priya, at("Tue 9:00"), title="long ago")
    close(case, people.lena, at("Tue 10:00"))
    page = get(browser, f"{QUEUE}?q=nwit-1", NOON)
    assert titles(page) == []
    assert "Open NWIT-1: long ago" in words_of(page)
    assert "/desk/cases/?q=nwit-1" in html_of(page)
    assert "Open NWIT" not in words_of(get(browser, f"{QUEUE}?q=nwit-2", NOON))


# --- Order and columns --------------------------------------------------------------------------------------------

ORDERED = {
    "promise": ["soon", "other", "calm"],
    "severity": ["soon", "other", "calm"],
    "newest": ["other", "soon", "calm"],
    "oldest": ["calm", "soon", "other"],
    "changed": ["calm", "other", "soon"],
}


@pytest.mark.usefixtures("three")
def test_rows_stand_in_the_order_that_an_address_asks_for(browser: Client) -> None:
    promised = titles(get(browser, QUEUE, NOON))
    for order, shown in ORDERED.items():
        expected = promised if order == "promise" else shown
        assert titles(get(browser, f"{QUEUE}?order={order}", NOON)) == expected, order
    assert titles(get(browser, f"{QUEUE}?order=partner__name", NOON)) == promised


@pytest.mark.parametrize("order", sorted(ORDERED))
def test_each_order_goes_on_by_key_without_a_gap(
    people: Cast, browser: Client, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.web.queue.ROWS", 3)
    cases = [
        logged_case(people.priya, at("Tue 8:00") + timedelta(minutes=n // 2), severity=2 + n % 2) for n in range(8)
    ]
    for case in cases[:3]:
        answer(case, people.lena, at("Tue 11:00"))
    whole: list[int] = []
    address = f"{QUEUE}?order={order}"
    while address:
        page = get(browser, address, NOON).context["page"]
        whole += [case.pk for case in page.rows]
        address = f"{QUEUE}?{page.next_query}" if page.next_query else ""
    assert sorted(whole) == sorted(case.pk for case in cases)
    monkeypatch.setattr("cases.web.queue.ROWS", 50)
    assert whole == [case.pk for case in get(browser, f"{QUEUE}?order={order}", NOON).context["page"].rows]


@pytest.mark.usefixtures("three")
def test_columns_and_order_are_kept_for_each_person(people: Cast, browser: Client) -> None:
    said = {"columns": ["contact", "logged"], "order": "newest", "query": "view=open&q=&order=oldest&severity=4"}
    answered = post(browser, "/desk/look/", said, NOON)
    assert answered.url == "/desk/?view=open&severity=4"
    page = get(browser, QUEUE, NOON)
    assert titles(page) == ["other", "soon", "calm"]
    assert "Omar Haddad" in words_of(page)
    assert "Blue Harbor MSP" not in words_of(page)
    assert "Omar Haddad" not in words_of(get(browser_of(people.max, NOON), QUEUE, NOON))


def test_no_other_column_or_order_is_kept(browser: Client) -> None:
    for said in ({"columns": ["password"], "order": "newest"}, {"columns": [], "order": "contact__password"}):
        assert post(browser, "/desk/look/", said, NOON).status_code == 404
    assert not DeskSettings.objects.exists()


# --- Filters and saved views --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("three")
def test_filters_by_owner_and_area(people: Cast, browser: Client) -> None:
    post(browser, "/desk/cases/NWIT-1/take/", {}, NOON)
    assert titles(get(browser, f"{QUEUE}?owner={people.lena.pk}", NOON)) == ["calm"]
    assert set(titles(get(browser, f"{QUEUE}?owner=nobody", NOON))) == {"soon", "other"}
    for query in ("owner=x", "area=x", "area=1", f"owner={'9' * 30}"):
        assert titles(get(browser, f"{QUEUE}?{query}", NOON)) == [], query
    assert "Owner: Lena Fischer" in words_of(get(browser, f"{QUEUE}?owner={people.lena.pk}", NOON))


def test_the_filters_are_a_page_and_a_part_of_the_queue(browser: Client) -> None:
    assert "Filter the queue" in words_of(get(browser, "/desk/filters/?severity=2", NOON))
    part = html_of(get(browser, "/desk/filters/?severity=2", NOON, headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert '<option value="2" selected>' in part


def save(browser: Client, name: str, query: str = "view=open&severity=2", **more: str) -> Any:
    return post(browser, "/desk/views/save/", {"name": name, "query": query} | more, NOON)


@pytest.mark.usefixtures("three")
def test_a_saved_view_stands_above_the_queue_with_its_count(people: Cast, browser: Client) -> None:
    assert save(browser, "Bad ones").url == "/desk/?view=open&severity=2"
    page = get(browser, f"{QUEUE}?view=open&severity=2", NOON)
    (tab,) = page.context["named"]
    assert (tab.name, tab.count, tab.current) == ("Bad ones", "1", True)
    assert not any(tab.current for tab in page.context["tabs"])
    # A colleague sees it once it is shared, and may not change it.
    max_ = browser_of(people.max, NOON)
    assert get(max_, QUEUE, NOON).context["named"] == []
    view = SavedView.objects.get()
    post(browser, f"/desk/views/{view.pk}/change/", {"name": "Worse ones", "shared": "on"}, NOON)
    assert [tab.name for tab in get(max_, QUEUE, NOON).context["named"]] == ["Worse ones"]
    for act in ("change", "move", "delete"):
        assert post(max_, f"/desk/views/{view.pk}/{act}/", {"name": "Mine"}, NOON).status_code == 404
    assert SavedView.objects.get().name == "Worse ones"


def test_a_saved_search_stands_there_without_a_count(browser: Client) -> None:
    save(browser, "Disks", "q=disk")
    (tab,) = get(browser, QUEUE, NOON).context["named"]
    assert (tab.name, tab.count) == ("Disks", "")


def test_a_name_is_given_once_and_what_was_typed_stays(browser: Client) -> None:
    save(browser, "Mine")
    again = save(browser, " mine ", "q=disk")
    assert again.status_code == 422
    assert "You have a view of this name." in beside(again, "name")
    assert 'value="q=disk"' in html_of(again)
    assert "Give the view a name." in beside(save(browser, ""), "name")
    assert SavedView.objects.count() == 1


def test_views_are_named_anew_moved_and_deleted(browser: Client) -> None:
    for name in ("one", "two", "three"):
        save(browser, name)
    one, _two, three = SavedView.objects.order_by("position")

    def names() -> list[str]:
        return [tab.name for tab in get(browser, QUEUE, NOON).context["named"]]

    post(browser, f"/desk/views/{three.pk}/move/", {"to": "earlier"}, NOON)
    assert names() == ["one", "three", "two"]
    post(browser, f"/desk/views/{one.pk}/move/", {"to": "later"}, NOON)
    assert names() == ["three", "one", "two"]
    post(browser, f"/desk/views/{three.pk}/move/", {"to": "earlier"}, NOON)
    assert names() == ["three", "one", "two"]
    refused = post(browser, f"/desk/views/{one.pk}/change/", {"name": "TWO"}, NOON)
    assert "You have a view of this name." in beside(refused, "name")
    post(browser, f"/desk/views/{one.pk}/delete/", {}, NOON)
    assert names() == ["three", "two"]
    assert "Move up" in words_of(get(browser, "/desk/views/", NOON))


def test_views_are_not_without_end(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.actions.desk_work.MOST_VIEWS", 1)
    save(browser, "one")
    assert "You have very many views." in words_of(save(browser, "two"))


# --- What changed -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("three")
def test_the_queue_says_what_changed_and_stays_as_it_is(people: Cast, browser: Client, three: list[Case]) -> None:
    def shown(query: str = "") -> str:
        rows = get(browser, f"{QUEUE}?{query}", NOON).context["page"].rows
        return ",".join(f"{case.pk}-{case.last_event_number}" for case in rows)

    before = shown()
    assert get(browser, f"/desk/changes/?shown={before}", NOON).status_code == 204
    answer(three[1], people.max, NOON)
    close(three[2], people.max, NOON)
    logged_case(people.zoe, NOON, title="new")
    news = get(browser, f"/desk/changes/?shown={before}", NOON)
    assert news.json() == {"count": 3, "words": "3 changes, show them"}
    # What does not concern this view is no news of it.
    calm = shown("severity=4")
    say(three[1], people.omar, NOON)
    assert get(browser, f"/desk/changes/?severity=4&shown={calm}", NOON).status_code == 204
    assert get(browser, "/desk/changes/?shown=x-1,1,-,%F0-2", NOON).status_code == 200


def test_a_page_further_down_knows_its_own_news(people: Cast, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.web.queue.ROWS", 2)
    monkeypatch.setattr("cases.web.queue_pages.ROWS", 2)
    cases = [logged_case(people.priya, at("Tue 9:00") + timedelta(minutes=n)) for n in range(4)]
    first = get(browser, QUEUE, NOON).context["page"]
    assert len(first.rows) < ROWS
    second = get(browser, f"{QUEUE}?{first.next_query}", NOON)
    shown = ",".join(f"{case.pk}-{case.last_event_number}" for case in second.context["page"].rows)
    address = f"{second.context['changes_url']}&shown={shown}"
    assert get(browser, address, NOON).status_code == 204
    say(cases[0], people.priya, NOON)
    assert get(browser, address, NOON).status_code == 204
    say(cases[3], people.priya, NOON)
    assert get(browser, address, NOON).json()["count"] == 1
