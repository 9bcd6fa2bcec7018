"""What the overviews of the pages show, through the API: accounts, days, months, plans, forecasts, calendars to be."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest

from cases.models import ProductArea
from tests.api.machine import Machine
from tests.api.operations import ACTS
from tests.api.world import NOON, World
from tests.builders import at
from tests.cases.pages import read

REPLY = {"body": "We found it."}


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


def test_what_is_kept_about_a_person_is_sent_to_them_and_to_administrators(world: World) -> None:
    world.case()
    of_priya = f"persons/{world.people.priya.pk}/data/"
    for reader, address in ((world.priya, "account/data/"), (world.ann, of_priya)):
        archive = ZipFile(BytesIO(read(reader.get(address))))
        assert any(b"NWIT-1" in archive.read(name) for name in archive.namelist())
    assert world.ruth.get(of_priya).status_code == 404
    assert Machine(world.people.priya, NOON, scopes=("cases:read",)).get("account/data/").status_code == 403


def test_all_of_a_partner_is_sent_to_whoever_leads_it(world: World) -> None:
    world.case()
    for leader in (world.priya, world.ruth):
        answered = leader.get("partners/NWIT/data/")
        archive = ZipFile(BytesIO(read(answered)))
        assert [case["reference"] for case in json.loads(archive.read("cases.json"))] == ["NWIT-1"]
    for other in (world.zoe, world.lena, Machine(world.people.omar, NOON)):
        assert other.get("partners/NWIT/data/").status_code == 404
    busy = [world.priya.get("partners/NWIT/data/") for _time in range(3)]
    assert [answered.status_code for answered in busy] == [200, 200, 429]
    assert busy[2]["Retry-After"] == "61"
    assert all(read(answered) for answered in busy)


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
    for reader in (world.priya, world.ruth):
        month = reader.get("partners/NWIT/months/2026-11/").json()
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


@pytest.mark.clause("P2.1")
def test_a_manager_replays_the_history_under_another_target(world: World) -> None:
    world.after(world.lena, world.case(), "messages/", REPLY)
    as_it_was = world.ruth.get("reports/what-if/?since=2026-11-23").json()
    assert (as_it_was["supposed"], as_it_was["moved"]) == ([], [])
    told = world.ruth.get("reports/what-if/?since=2026-11-23&within-3=0.5&partner=NWIT").json()
    assert (told["all"]["kept"], told["all"]["missed_then"], told["all"]["desk"]) == (1, 1, None)
    assert [(cell["desk"], cell["severity"], cell["lost"]) for cell in told["cells"]] == [("au", 3, 1)]
    [moved] = told["moved"]
    assert (moved["case"], moved["was"], moved["becomes"]) == ("NWIT-1", "kept", "missed")
    wrong = world.ruth.get("reports/what-if/?within-3=0&opens-au=soon").json()
    assert set(wrong["errors"]) >= {"within-3", "opens-au"}


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


@pytest.mark.clause("P2.1", "P1.4")
def test_what_a_case_may_be_logged_as_is_told_to_everybody(world: World) -> None:
    severities = world.priya.get("severities/").json()["results"]
    assert (severities[0]["severity"], severities[0]["respond_within_minutes"]) == (1, 60)
    assert len(severities) == 4
    ProductArea.objects.create(name="Training", in_scope=False, referral="Ask your account manager.")
    [area] = world.priya.get("product-areas/").json()["results"]
    assert (area["name"], area["in_scope"], area["referral"]) == ("Training", False, "Ask your account manager.")


@pytest.mark.clause("P9.5")
def test_what_comes_next_in_a_case_that_waits_is_told_and_why_it_is_held_to_staff_alone(world: World) -> None:
    case = world.after(world.lena, world.case(), "messages/", {"body": "Which version?", "then_wait": True})
    [waits] = world.priya.get(f"{case}waits/").json()["results"]
    assert (waits["ended_at"], waits["closes_at"], waits["held_at"]) == (None, None, None)
    assert waits["next_reminder_at"] is not None
    world.after(world.lena, case, "holds/", {"reason": "They are ill."})
    said = [machine.get(f"{case}waits/").json()["results"][0]["hold_reason"] for machine in (world.lena, world.priya)]
    assert said == ["They are ill.", ""]


@pytest.mark.clause("P2.6", "P4.1", "P4.2")
def test_a_night_of_severity_1_is_read_as_its_page_shows_it(world: World) -> None:
    case = world.case(severity=1, when=at("Mon 23:00"))
    world.after(world.priya, case, "resource-absences/", {"reason": "Asleep."})
    [absence] = world.lena.get(f"{case}resource-absences/").json()["results"]
    assert (absence["reason"], absence["ended_at"]) == ("Asleep.", None)
    [rings] = world.lena.get("on-call-alerts/").json()["results"]
    assert (rings["case"], rings["taken_by"]) == ("NWIT-1", None)
    world.after(world.lena, case, "alerts-taken/")
    assert world.lena.get("on-call-alerts/").json()["results"] == []
    [taken] = world.lena.get(f"{case}alerts-taken/").json()["results"]
    assert taken["taken_by"]["name"] == "Lena Fischer"
    assert world.priya.get(f"{case}alerts-taken/").status_code == 404
    world.after(world.priya, case, "closings/", {"outcome": "solved_by_contact", "explanation": "It works."})
    world.after(world.lena, case, "charge-verdicts/", {"verdict": "impact_reduced"})
    [verdict] = world.lena.get(f"{case}charge-verdicts/").json()["results"]
    assert (verdict["verdict"], verdict["decision"]) == ("impact_reduced", "")
