"""What stands around cases, through the API: articles, words of consent, feeds, views of the queue, people."""

import pytest
from django.test import Client

from cases.models import User, Watcher
from tests.api.arranging import ARTICLE, TEXT, VIEW, left_alone
from tests.api.operations import ACTS
from tests.api.world import NOON, World
from tests.builders import at
from tests.cases.pages import clock_at


@pytest.mark.clause("P1.4")
def test_an_article_is_written_published_and_taken_back_by_staff(world: World) -> None:
    assert world.priya.post("articles/", ARTICLE).status_code == 404
    written = ACTS["write_article"](world).send().json()
    article = f"articles/{written['slug']}/"
    assert world.priya.get(article).status_code == 404
    assert world.lena.put(article, ARTICLE | {"summary": "Disks.", "expected_version": 1}).json()["version"] == 2
    late = world.lena.post(f"{article}publication/", {"expected_version": 1})
    assert (late.status_code, late.json()["code"]) == (422, "article_changed")
    assert world.lena.post(f"{article}publication/", {"expected_version": 2}).status_code == 201
    assert world.priya.get(article).json()["summary"] == "Disks."
    versions = world.lena.get(f"{article}versions/").json()["results"]
    assert [(row["number"], row["summary"]) for row in versions] == [(1, "Why they are slow."), (2, "Disks.")]
    world.priya.post(f"{article}votes/", {"helped": False, "word": "Which disk?"})
    assert [row["word"] for row in world.lena.get(f"{article}votes/").json()["results"]] == ["Which disk?"]
    assert world.priya.get(f"{article}votes/").status_code == 404
    assert world.lena.delete(f"{article}publication/").status_code == 204
    assert world.priya.get(article).status_code == 404


@pytest.mark.clause("P12.1")
def test_new_words_of_consent_are_put_in_force_as_they_were_read(world: World) -> None:
    first = ACTS["publish_consent_text"](world).send().json()
    assert (first["version"], first["words"]) == (2, TEXT["words"])
    late = world.ruth.post("consent-texts/", TEXT | {"words": "You pay nothing."})
    assert late.json()["code"] == "words_published_meanwhile"
    assert [row["version"] for row in world.ruth.get("consent-texts/").json()["results"]] == [2, 1]


@pytest.mark.clause("P12.1")
def test_a_manager_looks_at_work_without_consent(world: World) -> None:
    act = ACTS["see_work_without_consent"](world)
    [before] = world.ruth.get("work-without-consent/").json()["results"]
    assert (before["because"], before["seen_by"]) == ("It burned.", None)
    assert act.send().json()["seen_by"]["name"] == "Ruth Adeyemi"


@pytest.mark.clause("P1.4")
def test_articles_that_fit_what_is_typed_are_offered(world: World) -> None:
    assert world.article.slug == "restores"
    said = world.priya.get("articles/offered/?title=Our+restores+fail&explanation=A+disk").json()
    assert said == {"articles": [{"slug": "restores", "title": "Restores", "summary": "Why they are slow."}]}
    assert world.priya.get("articles/offered/?title=Licences").json() == {"articles": []}
    world.lena.delete("articles/restores/publication/")
    assert world.priya.get("articles/offered/?title=restores").json() == {"articles": []}


@pytest.mark.clause("P3.2")
def test_promises_that_were_left_alone_move_as_they_were_looked_at(world: World) -> None:
    said = left_alone(world)
    [shown] = world.ruth.get("promises-left-alone/").json()["moving"]
    assert (shown["partner"], shown["due_at"], shown["new_due_at"]) == (
        "NWIT",
        "2026-11-24T23:00:00Z",
        "2026-11-25T23:00:00Z",
    )
    # What was not looked at stays.
    assert world.ruth.post("promises-left-alone/", said | {"promises": []}).json() == {"moved": 0}
    assert world.ruth.post("promises-left-alone/", said).json() == {"moved": 1}
    assert world.ruth.get("promises-left-alone/").json()["moving"] == []
    [moved] = [row for row in world.priya.get("cases/NWIT-1/deadlines/").json()["results"] if not row["ended_as"]]
    assert moved["due_at"] == shown["new_due_at"]


@pytest.mark.clause("P6.1")
def test_a_callers_number_is_kept_with_them_or_with_their_office(world: World) -> None:
    kept = ACTS["add_callers_number"](world).send().json()
    assert (kept["number"], kept["contact"], kept["partner"]) == ("+61255500177", world.people.omar.email, None)
    office = world.lena.post("callers/numbers/", {"number": "+61 2 5550 0178", "partner": "NWIT"}).json()
    assert (office["contact"], office["partner"]) == (None, "NWIT")
    found = world.lena.get("callers/?number=%2B61255500177").json()["callers"]
    assert [caller["name"] for caller in found] == ["Omar Haddad"]
    assert set(world.lena.post("callers/numbers/", {"number": "+61 2 5550 0179"}).json()["errors"]) == {"contact"}
    stranger = {"number": "+61 2 5550 0179", "contact": world.people.max.email}
    assert world.lena.post("callers/numbers/", stranger).status_code == 404


@pytest.mark.clause("P6.1")
def test_the_address_of_a_feed_is_told_to_its_request_alone_and_works_until_it_is_revoked(world: World) -> None:
    act = ACTS["make_roster_feed"](world)
    made = act.send(Idempotency_Key="k").json()
    assert act.send(Idempotency_Key="k").json() == made
    [listed] = world.lena.get("roster-feeds/").json()["results"]
    assert (listed["desk"], set(made) - set(listed)) == ("au", {"address"})
    assert _reads(made["address"]) == 200
    another = act.send().json()
    assert (_reads(made["address"]), _reads(another["address"])) == (404, 200)
    assert world.ruth.delete(f"roster-feeds/{another['id']}/").status_code == 404
    assert world.lena.delete(f"roster-feeds/{another['id']}/").status_code == 204
    assert _reads(another["address"]) == 404


def _reads(address: str) -> int:
    with clock_at(NOON):
        return Client().get(address).status_code


def test_the_queue_is_read_page_by_page_as_a_saved_view_shows_it(world: World) -> None:
    for severity, when in ((3, "Tue 9:00"), (2, "Tue 9:10"), (3, "Tue 9:20")):
        world.case(severity=severity, when=at(when))
    first = world.lena.get("queue/?view=unassigned&limit=2").json()
    assert [row["reference"] for row in first["results"]] == ["NWIT-2", "NWIT-1"]
    assert first["results"][0]["next_due_at"] is not None
    second = world.lena.get(first["next"].partition("/api/v1/")[2]).json()
    assert ([row["reference"] for row in second["results"]], second["next"]) == (["NWIT-3"], None)
    saved = ACTS["save_view"](world).send().json()
    assert (saved["name"], saved["look"]) == ("Ours", VIEW["look"])
    shown = world.ruth.get(f"queue/?saved={saved['id']}&order=newest").json()
    assert [row["reference"] for row in shown["results"]] == ["NWIT-3", "NWIT-1"]
    assert set(world.lena.get("queue/?after=x").json()["errors"]) == {"after"}
    assert world.lena.get("queue/?owner=nobody&area=Nothing").json()["results"] == []
    assert world.lena.get(f"queue/?owner={world.people.max.email}").json()["results"] == []
    assert world.lena.get("queue/?view=closed").json()["results"] == []


def test_a_view_is_moved_shared_and_deleted_by_its_owner_alone(world: World) -> None:
    act = ACTS["move_view"](world)
    second = act.address.removesuffix("moves/")
    assert [row["name"] for row in _views(world)] == ["Ours", "Others"]
    act.send()
    assert [row["name"] for row in _views(world)] == ["Others", "Ours"]
    assert world.ruth.put(second, {"name": "Mine"}).status_code == 404
    assert len(world.ruth.get("saved-views/").json()["results"]) == 2
    assert world.lena.put(second, {"name": "Theirs"}).json()["shared"] is False
    assert [row["name"] for row in world.ruth.get("saved-views/").json()["results"]] == ["Ours"]
    looks_for = {"q": "ж" * 100, "desk": "ж" * 16}
    refused = world.lena.post("saved-views/", {"name": "Long", "look": looks_for})
    assert (refused.status_code, refused.json()["code"]) == (422, "view_too_long")
    assert world.lena.delete(second).status_code == 204


def _views(world: World) -> list[dict[str, object]]:
    found = world.lena.get("saved-views/").json()["results"]
    return sorted(found, key=lambda view: view["position"])


def test_whoever_may_not_see_a_case_any_more_stops_watching_it(world: World) -> None:
    case = world.case()
    Watcher.objects.create(
        case=world.people.priya.cases_logged.get(), user=world.people.zoe, added_by=world.people.lena, added_at=NOON
    )
    assert world.zoe.get(case).status_code == 404
    assert [row["case"] for row in world.zoe.get("watched-cases/").json()["results"]] == ["NWIT-1"]
    assert world.zoe.delete(f"watched-{case}").status_code == 204
    assert world.zoe.delete(f"watched-{case}").status_code == 404


def test_a_person_is_erased_by_an_administrator_who_writes_their_address_again(world: World) -> None:
    act, omar = ACTS["erase_person"](world), world.people.omar
    assert act.send(by=world.ruth).status_code == 404
    assert world.ruth.get("persons/").status_code == 404
    assert [row["id"] for row in world.ann.get("persons/?q=omar").json()["results"]] == [omar.pk]
    wrong = world.ann.post(act.address, {"address": "somebody@nwit.example"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "address_differs")
    erased = act.send().json()
    assert (erased["person"], erased["words_too"]) == (omar.pk, True)
    assert User.objects.get(pk=omar.pk).name == "a former contact"
    assert world.ann.get("persons/?q=omar").json()["results"] == []
