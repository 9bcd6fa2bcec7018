"""What looks after people, the roster and the rules through the API: by whom, and with which token."""

import pytest

from cases.models import IncomingMail, Invitation, Membership, Partner, Scope
from tests.api.administering import DAY, INVITED, PARTNER, POLICY, SHIFT
from tests.api.machine import Machine
from tests.api.operations import ACTS
from tests.api.world import NOON, World


def test_a_token_that_works_on_cases_looks_after_nobody(world: World) -> None:
    for_cases = Machine(world.people.priya, NOON, scopes=(Scope.CASES_READ, Scope.CASES_WRITE))
    assert for_cases.post("partners/NWIT/invitations/", INVITED).status_code == 403
    assert for_cases.get("partners/NWIT/people/").status_code == 403
    assert not Invitation.objects.exists()


def test_an_administrator_invites_and_the_answer_holds_no_link(world: World) -> None:
    invited = world.priya.post("partners/NWIT/invitations/", INVITED).json()
    assert (invited["email"], invited["language"], invited["role"]) == ("new@nwit.example", "es", "contact")
    assert Invitation.objects.get().secret not in str(invited)
    assert world.priya.delete(f"partners/NWIT/invitations/{invited['id']}/").status_code == 204
    [listed] = world.priya.get("partners/NWIT/invitations/").json()["results"]
    assert listed["withdrawn_at"] is not None


def test_a_colleague_who_looks_after_nobody_reads_names_alone(world: World) -> None:
    omar = Machine(world.people.omar, NOON)
    rows = omar.get("partners/NWIT/people/").json()["results"]
    assert {(row["name"], row["email"]) for row in rows} == {("Priya Raman", ""), ("Omar Haddad", "")}
    assert omar.post("partners/NWIT/invitations/", INVITED).status_code == 404
    assert omar.get("partners/NWIT/invitations/").status_code == 404
    assert [row["code"] for row in omar.get("partners/").json()["results"]] == ["NWIT"]


def test_the_last_administrator_of_a_company_stays(world: World) -> None:
    own = world.people.priya.memberships.get()
    refused = world.priya.post(f"partners/NWIT/people/{own.pk}/deactivation/")
    assert (refused.status_code, refused.json()["code"]) == (422, "last_administrator")
    assert Membership.objects.get(pk=own.pk).is_active


@pytest.mark.clause("P1.1")
def test_a_manager_changes_a_partner_as_it_was_read(world: World) -> None:
    assert world.lena.put("partners/NWIT/", PARTNER).status_code == 404
    read = world.ruth.get("partners/NWIT/").json()
    changed = world.ruth.put("partners/NWIT/", PARTNER | {"plan": "lapsed", "version": read["version"]})
    assert (changed.status_code, changed.json()["plan"]) == (200, "lapsed")
    late = world.ruth.put("partners/NWIT/", PARTNER | {"version": changed.json()["version"] + 1})
    assert late.json()["code"] == "partner_changed_meanwhile"
    assert Partner.objects.get(code="NWIT").plan == "lapsed"


@pytest.mark.clause("P6.1")
def test_a_specialist_gives_their_own_shift_away_and_no_colleagues(world: World) -> None:
    lenas = ACTS["swap_shift"](world)
    taken = lenas.send()
    assert (taken.status_code, taken.json()["email"]) == (201, world.people.max.email)
    back = world.lena.post(lenas.address, {"takes": world.people.lena.email, "reason": "I am well."})
    assert (back.status_code, back.json()["code"]) == (422, "not_your_shift")
    [listed] = world.lena.get("shifts/?kind=on_call&desk=au").json()["results"]
    assert listed["person"]["name"] == "Max Ortega"


def test_a_stranger_is_in_no_roster(world: World) -> None:
    for whose in (world.people.priya.email, "nobody@nowhere.example"):
        refused = world.ruth.post("shifts/", SHIFT | {"person": whose})
        assert (refused.status_code, refused.json()["code"]) == (422, "roster_staff_only")


@pytest.mark.clause("P3.2")
def test_a_manager_closes_a_day_as_the_calendar_was_read(world: World) -> None:
    closed = world.ruth.post("desks/au/changed-days/", DAY).json()
    assert (closed["on"], closed["changed_by"]) == ("2026-12-01", "Ruth Adeyemi")
    days = world.lena.get("desks/au/calendar/?year=2026").json()["days"]
    assert {"on": "2026-12-01", "state": "closure", "name": "We move."} in days
    late = world.ruth.post("desks/au/changed-days/", DAY | {"on": "2026-12-02", "revision": closed["revision"] - 1})
    assert late.json()["code"] == "calendar_changed_meanwhile"


@pytest.mark.clause("P2.1")
def test_a_version_says_what_it_changes_and_keeps_the_rest(world: World) -> None:
    before = {row["severity"]: row for row in world.ruth.get("policies/").json()["results"][0]["targets"]}
    made = world.ruth.post("policies/", POLICY).json()
    after = {row["severity"]: row for row in made["targets"]}
    assert after == before | {2: before[2] | {"respond_within_minutes": 90}}
    assert world.ruth.delete(f"policies/{made['id']}/").status_code == 204
    assert len(world.ruth.get("policies/").json()["results"]) == 1


def test_a_role_is_given_by_an_administrator(world: World) -> None:
    lena = f"staff/{world.people.lena.pk}/"
    refused = world.ruth.put(lena, {"role": "manager", "desk": "au"})
    assert (refused.status_code, refused.json()["code"]) == (422, "administrators_only")
    assert world.ruth.put(lena, {"role": "specialist", "desk": "us"}).json()["desk"] == "us"
    assert world.ann.put(lena, {"role": "manager", "desk": "us"}).json()["role"] == "manager"


@pytest.mark.clause("P1.2")
def test_a_mail_becomes_a_case_of_its_sender_once(world: World) -> None:
    act = ACTS["make_case_of_mail"](world)
    [waiting] = world.lena.get("incoming-mails/").json()["results"]
    assert (waiting["from_address"], waiting["fate"], waiting["case"]) == ("nina@nwit.example", "tray", None)
    made = act.send().json()
    assert (made["channel"], made["contact"]["name"], made["severity"]) == ("email", "Nina New", 3)
    assert act.send().json()["code"] == "mail_sorted_meanwhile"
    assert world.lena.get("incoming-mails/").json()["results"] == []
    [sorted_] = world.lena.get("incoming-mails/?fate=new_case").json()["results"]
    assert (sorted_["case"], sorted_["sorted_by"]["name"]) == (made["reference"], "Lena Fischer")


def test_a_mail_that_came_in_is_sent_as_it_came_to_staff_alone(world: World) -> None:
    mail = ACTS["dismiss_mail"](world).address.removesuffix("dismissal/")
    original = world.lena.get(f"{mail}original/")
    assert (original.status_code, original["Content-Type"]) == (200, "application/octet-stream")
    assert original["Content-Disposition"].startswith("attachment")
    assert b"Subject: Restores fail" in original.content
    assert world.priya.get(f"{mail}original/").status_code == 404
    IncomingMail.objects.update(raw="")
    assert world.lena.get(f"{mail}original/").status_code == 404


def test_a_mail_that_was_given_up_is_sent_again_once(world: World) -> None:
    act = ACTS["send_mail_again"](world)
    assert [row["state"] for row in world.lena.get("mails/?state=gave_up").json()["results"]] == ["gave_up"]
    again = act.send()
    assert (again.status_code, again.json()["state"]) == (202, "queued")
    assert act.send().json()["code"] == "mail_was_sent"
