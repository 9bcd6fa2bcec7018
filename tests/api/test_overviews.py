"""What the overviews of the pages show, through the API: accounts, days, months, plans, forecasts, calendars to be."""

import pytest

from tests import builders
from tests.api.machine import Machine
from tests.api.operations import ACTS
from tests.api.world import NOON, World
from tests.builders import at

REPLY = {"body": "We found it."}


@pytest.fixture
def world(db: None) -> World:
    return World(builders.cast())


def test_a_token_says_whose_it_is_and_what_it_may_do(world: World) -> None:
    reader = Machine(world.people.priya, NOON, scopes=("cases:read",))
    told = reader.get("account/").json()
    assert (told["email"], told["role"], told["token"]["scopes"]) == (world.people.priya.email, "", ["cases:read"])
    assert told["partners"] == [{"partner": "NWIT", "role": "administrator", "sees_all_cases": True}]
    assert world.lena.get("account/").json()["role"] == "specialist"
    changed = ACTS["change_account"](world).send().json()
    assert (changed["name"], changed["zone"]) == ("Priya R.", "Europe/Madrid")
    wrong = world.priya.put("account/", {"name": "Priya", "zone": "Mars/Base", "language": "en"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "zone_unknown")


def test_my_day_says_what_is_due_and_who_waits_for_a_word(world: World) -> None:
    case = world.after(world.lena, world.case(), "assignments/", {"assignee": world.people.lena.email})
    day = world.lena.get("my-day/").json()
    assert [(row["case"], row["kind"]) for row in day["due"]] == [("NWIT-1", "first_response")]
    world.after(world.lena, case, "messages/", REPLY)
    world.after(world.priya, case, "messages/", {"body": "It stops again."})
    assert [row["reference"] for row in world.lena.get("my-day/").json()["waiting"]] == ["NWIT-1"]
    assert world.ruth.get("my-day/").json()["waiting"] == []


@pytest.mark.clause("P9.7")
def test_milestones_to_come_are_listed_of_all_plans(world: World) -> None:
    act = ACTS["set_milestone_state"](world)
    [shown] = world.ruth.get("milestones/?side=staff&desk=au").json()["results"]
    assert (shown["case"], shown["title"], shown["due_on"]) == ("NWIT-1", "Order disks", "2026-11-26")
    assert world.ruth.get(f"milestones/?owner={world.people.max.email}").json()["results"] == []
    assert world.ruth.get("milestones/?due_before=2026-11-25T00:00:00Z").json()["results"] == []
    world.lena.post(act.address, {"state": "done"})
    assert world.ruth.get("milestones/").json()["results"] == []


@pytest.mark.clause("P11.2")
def test_a_month_is_read_by_managers_and_the_companys_administrators(world: World) -> None:
    world.after(world.lena, world.case(), "messages/", REPLY)
    world.case(severity=2, when=at("Tue 11:00"))
    month = world.priya.get("partners/NWIT/months/2026-11/").json()
    assert month == world.ruth.get("partners/NWIT/months/2026-11/").json()
    assert (month["kept"], month["share"], month["logged"]["cases"]) == (1, 100, 2)
    assert [row["case"] for row in month["first_replies"]] == ["NWIT-1"]
    omar = Machine(world.people.omar, NOON)
    answers = [omar.get("partners/NWIT/months/2026-11/"), world.lena.get("partners/NWIT/months/2026-11/")]
    answers += [world.ruth.get(f"partners/NWIT/months/{month}/") for month in ("2026-12", "2026-13", "soon")]
    assert {answered.status_code for answered in answers} == {404}


@pytest.mark.clause("P2.1")
def test_managers_read_what_is_owed_and_what_waits_for_their_decision(world: World) -> None:
    world.case()
    now = world.ruth.get("reports/now/").json()
    assert (now["counts"]["charges_to_decide"], now["surveys"]["answers"], now["breaking"]) == (0, 0, [])
    told = {row["desk"]: row for row in world.ruth.get("reports/forecast/").json()["desks"]}
    assert (told["au"]["owed"], told["au"]["enough"], told["au"]["expected"]) == (1, False, [])


@pytest.mark.clause("P3.2")
def test_a_manager_looks_what_a_closed_day_would_move(world: World) -> None:
    world.case(severity=4, when=at("Tue 11:00"))
    preview = "desks/au/changed-days/preview/"
    [move] = world.ruth.get(f"{preview}?on=2026-11-25&closed=true").json()["moving"]
    assert (move["case"], move["new_due_at"]) == ("NWIT-1", "2026-11-25T23:00:00Z")
    again = world.ruth.get(f"{preview}?on=2026-11-25&closed=false")
    assert (again.status_code, again.json()["code"]) == (422, "day_open_already")
    assert world.lena.get(f"{preview}?on=2026-11-25&closed=true").status_code == 404
    assert world.ruth.get("desks/au/changed-days/").json()["results"] == []


@pytest.mark.clause("P6.2", "P13.1")
def test_anybody_reads_how_to_reach_us(world: World) -> None:
    lines = world.priya.get("contact/").json()["lines"]
    assert ("Australia", "+61272517900") in [(line["region"], line["number"]) for line in lines]


def test_a_companys_administrators_read_what_was_changed_about_its_people(world: World) -> None:
    ACTS["change_colleague"](world).send()
    [change] = world.priya.get("partners/NWIT/changes/").json()["results"]
    assert (change["colleague"]["name"], change["changed_by"]["name"]) == ("Omar Haddad", "Priya Raman")
    assert change["after"]["role"] == "administrator"
    assert world.priya.get("partners/NWIT/viewed-pages/").json()["results"] == []
    assert world.lena.get("partners/NWIT/changes/").status_code == 404
