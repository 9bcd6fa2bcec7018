"""How people are told, through the API: own mails, warnings, channels of alerts, and what was given up."""

import pytest
from pytest_django import Settings

from notifications.models import AlertChannel, How, MailChoice, MailKind, OutgoingMail
from tests import builders
from tests.api.machine import Machine
from tests.api.operations import ACTS
from tests.api.sorting import given_up
from tests.api.telling import CHANNEL, MAILS
from tests.api.world import NOON, World


@pytest.fixture
def world(db: None, settings: Settings) -> World:
    # Channels of the tests stand on this machine.
    settings.REACH_PRIVATE_NETWORK = True
    return World(builders.cast())


def test_each_chooses_their_own_mails_and_none_that_is_promised(world: World) -> None:
    first = world.priya.get("mail-preferences/").json()
    assert (first["digest_at"], first["quiet"]) == ("08:00", None)
    assert "case_received" in [row["kind"] for row in first["always"]]
    chosen = world.priya.put("mail-preferences/", MAILS).json()
    assert (chosen["digest_at"], chosen["quiet"]) == ("07:30", MAILS["quiet"])
    how = {row["kind"]: row["how"] for row in chosen["choices"]}
    assert how == {row["kind"]: row["how"] for row in first["choices"]} | {"watched_reply": "digest"}
    promised = MAILS | {"choices": [{"kind": "case_received", "how": "never"}]}
    assert world.priya.put("mail-preferences/", promised).json()["code"] == "mail_not_optional"
    none = world.priya.put("mail-preferences/", {"digest_at": "08:00", "quiet": None, "choices": []}).json()
    assert none["quiet"] is None
    [kept] = MailChoice.objects.all()
    assert (kept.person, kept.kind, kept.how) == (world.people.priya, MailKind.WATCHED_REPLY, How.DIGEST)


@pytest.mark.clause("P2.1")
def test_managers_change_whom_a_promise_warns_and_what_is_left_out_stays(world: World) -> None:
    assert world.lena.put("warnings/", {}).status_code == 404
    before = world.ruth.get("warnings/").json()
    after = ACTS["change_warnings"](world).send().json()
    assert after == world.ruth.get("warnings/").json()
    told = {row["moment"]: row for row in after["steps"]}
    assert (told["at_risk"]["tells"], told["at_risk"]["changed_by"]["name"]) == (["owner", "shift"], "Ruth Adeyemi")
    assert [told[row["moment"]] for row in before["steps"] if row["moment"] != "at_risk"] == [
        row for row in before["steps"] if row["moment"] != "at_risk"
    ]
    assert [row["warn_at_percent"] for row in after["shares"]][2] == 50


def test_a_channel_is_added_and_its_address_never_told(world: World) -> None:
    added = ACTS["add_alert_channel"](world).send(Idempotency_Key="k").json()
    assert (added["team"], added["service"], added["kinds"]) == ("", "Gotify", ["on_call"])
    assert "AbCdEfGhIjKlMnOp" not in str(added)
    channel = f"alert-channels/{added['id']}/"
    kept = AlertChannel.objects.get().address
    changed = world.lena.put(channel, {"name": "pager", "kinds": ["missed"], "is_active": False}).json()
    assert (changed["name"], changed["is_active"]) == ("pager", False)
    assert AlertChannel.objects.get().address == kept
    assert world.lena.post(f"{channel}test/").json()["code"] == "channel_is_off"
    # Lena's own is hers alone; what belongs to a team is every manager's.
    assert world.ruth.get(channel).status_code == 404
    assert world.lena.post("alert-channels/", CHANNEL | {"team": "desk"}).json()["code"] == "channel_not_theirs"
    teams = world.ruth.post("alert-channels/", CHANNEL | {"team": "desk", "desk": "au"}).json()
    assert (teams["team"], teams["desk"]) == ("desk", "au")
    assert [row["id"] for row in world.ruth.get("alert-channels/").json()["results"]] == [teams["id"]]
    assert [row["id"] for row in world.lena.get("alert-channels/").json()["results"]] == [added["id"]]


def test_an_alert_that_was_given_up_rings_again_once(world: World) -> None:
    act = ACTS["ring_again"](world)
    assert (act.send().json()["state"], act.send().json()["code"]) == ("queued", "alert_rang")
    [rang] = world.lena.get(act.address.removesuffix(f"{act.address.split('/')[3]}/again/")).json()["results"]
    assert rang["kind"] == "test"


def test_all_mails_that_were_given_up_are_sent_again(world: World) -> None:
    address = given_up(world)
    assert world.priya.post("mails/again/").status_code == 404
    assert [world.lena.post("mails/again/").json() for _time in range(2)] == [{"queued": 1}, {"queued": 0}]
    assert world.lena.get(address).json()["state"] == "queued"


def test_a_mail_is_read_without_the_links_that_act(world: World) -> None:
    address = given_up(world)
    link = "https://support.example.com/severity/AbCdEfGhIjKlMnOpQrSt/"
    OutgoingMail.objects.update(body_text=f"Severity 2 is proposed. {link}")
    assert world.priya.get(address).status_code == 404
    read = world.lena.get(address).json()
    assert "Severity 2 is proposed." in read["body_text"]
    assert "AbCdEfGh" not in read["body_text"]


def test_channels_are_beyond_a_token_that_works_on_cases(world: World) -> None:
    working = Machine(world.people.lena, NOON, scopes=("cases:read", "cases:write"))
    assert working.get("alert-channels/").status_code == 403
    assert working.post("alert-channels/", CHANNEL).status_code == 403
