"""Cases through the API: the same actions, the same doors, one act for one key."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cases.models import Case, Channel, KeptRequest, Message, Partner, Plan, Scope
from tests import builders
from tests.api.machine import Machine
from tests.api.operations import NEW
from tests.api.world import NOON
from tests.builders import Cast, at, deadline_of, fresh, logged_case, text_file

# --- Logging --------------------------------------------------------------------------------------------------------


@pytest.mark.clause("P1.2", "P2.1", "P5.1")
def test_a_case_is_logged_with_its_promise(people: Cast, priyas: Machine) -> None:
    answered = priyas.post("cases/", NEW)
    assert answered.status_code == 201
    body = answered.json()
    assert (body["reference"], body["status"], body["severity"], body["channel"]) == ("NWIT-1", "new", 2, "api")
    assert answered["ETag"] == '"NWIT-1-1"'
    logged = Case.objects.get(reference="NWIT-1")
    assert logged.channel == Channel.API
    assert deadline_of(logged).due_at == at("Tue 15:00")
    (promise,) = priyas.get("cases/NWIT-1/deadlines/").json()["results"]
    assert promise["due_at"] == "2026-11-24T04:00:00Z"
    assert promise["explanation"]["within_seconds"] == 3 * 3600


def test_what_is_missing_is_named_and_nothing_is_logged(people: Cast, priyas: Machine) -> None:
    answered = priyas.post("cases/", NEW | {"title": "", "severity": 7})
    assert (answered.status_code, answered["Content-Type"]) == (422, "application/problem+json")
    assert set(answered.json()["errors"]) == {"title", "severity"}
    assert not Case.objects.exists()


@pytest.mark.clause("P2.6")
def test_a_rule_is_told_by_code_and_sentence(people: Cast, priyas: Machine) -> None:
    body = priyas.post("cases/", NEW | {"severity": 1}).json()
    assert body["code"] == "technical_resource_missing"
    assert "name the person" in body["detail"]


def test_nobody_logs_for_a_partner_they_do_not_write_for(people: Cast, priyas: Machine) -> None:
    answered = priyas.post("cases/", NEW | {"partner": "BHMS"})
    assert (answered.status_code, answered.json()["code"]) == (422, "partner_unknown")


def test_a_product_area_that_there_is_not_is_told(people: Cast, priyas: Machine) -> None:
    answered = priyas.post("cases/", NEW | {"product_area": "Tapes"})
    assert (answered.status_code, answered.json()["code"]) == (422, "area_unknown")


@pytest.mark.clause("P1.2", "P2.5")
def test_staff_log_a_case_for_whoever_is_on_the_phone(people: Cast, lenas: Machine) -> None:
    said = NEW | {"contact": people.priya.email, "helped": True}
    body = lenas.post("cases/", said, Idempotency_Key="call-1").json()
    assert (body["channel"], body["contact"]["name"]) == ("phone", "Priya Raman")
    logged = Case.objects.get(reference=body["reference"])
    assert (logged.logged_by, logged.first_response_at) == (people.lena, NOON)
    assert lenas.post("cases/", said, Idempotency_Key="call-1").json() == body
    for nobody in ({"contact": people.zoe.email}, {"contact": "nobody@nwit.example"}, {}):
        assert lenas.post("cases/", NEW | nobody).status_code == 404
    assert Case.objects.count() == 1


@pytest.mark.clause("P1.1")
def test_the_request_of_a_lapsed_partner_is_kept_whole(people: Cast, priyas: Machine) -> None:
    Partner.objects.update(plan=Plan.LAPSED)
    answers = [priyas.post("cases/", NEW, Idempotency_Key="k-4") for _time in range(2)]
    kept = KeptRequest.objects.get()
    assert (kept.contact, kept.severity) == (people.priya, 2)
    for answered in answers:
        assert (answered.status_code, answered.json()["kept_request"]) == (202, kept.pk)
        assert "sales@probax.io" in answered.json()["detail"]
    assert not Case.objects.exists()


# --- Reading --------------------------------------------------------------------------------------------------------


def test_a_partner_reads_its_own_cases_alone(people: Cast, case: Case, priyas: Machine) -> None:
    zoes = Machine(people.zoe, NOON)
    assert [row["reference"] for row in priyas.get("cases/").json()["results"]] == ["NWIT-1"]
    assert zoes.get("cases/").json()["results"] == []
    for place in ("", "messages/", "events/", "files/", "deadlines/"):
        assert priyas.get(f"cases/NWIT-1/{place}").status_code == 200
        assert zoes.get(f"cases/NWIT-1/{place}").json() == zoes.get(f"cases/NWIT-999/{place}").json()
        assert zoes.get(f"cases/NWIT-1/{place}").status_code == 404
    for place in ("messages/", "calls/", "closings/"):
        said = {"body": "x", "outcome": "fix", "explanation": "x"}
        assert zoes.post(f"cases/NWIT-1/{place}", said).status_code in (404, 422)
    assert fresh(case).last_event_number == 1


def test_filters_take_known_values_and_refuse_others(people: Cast, case: Case, priyas: Machine) -> None:
    def found(query: str) -> list[str]:
        return [row["reference"] for row in priyas.get(f"cases/?{query}").json()["results"]]

    assert found("status=open_cases&severity=3&partner=NWIT&q=slow") == ["NWIT-1"]
    assert found("desk=au&assignee=nobody&channel=portal&changed_since=2026-11-23T00:00:00Z") == ["NWIT-1"]
    assert found("status=closed") == found("severity=2") == found("partner=BHMS") == []
    for query in ("severity=9", "status=gone", "changed_since=yesterday", "limit=0", "limit=many", "cursor=x"):
        refused = priyas.get(f"cases/?{query}")
        assert (refused.status_code, set(refused.json()["errors"])) == (422, {query.partition("=")[0]}), query


def test_pages_go_on_by_key(people: Cast, priyas: Machine) -> None:
    for minute in range(5):
        logged_case(people.priya, at(f"Tue 9:0{minute}"))
    first = priyas.get("cases/?limit=3").json()
    second = priyas.get("cases/" + first["next"].partition("/cases/")[2]).json()
    read = [row["reference"] for row in first["results"] + second["results"]]
    assert read == ["NWIT-5", "NWIT-4", "NWIT-3", "NWIT-2", "NWIT-1"]


def test_notes_and_what_staff_do_among_themselves_stay_with_staff(
    people: Cast, case: Case, priyas: Machine, lenas: Machine
) -> None:
    assert lenas.post("cases/NWIT-1/messages/", {"body": "Look at the log.", "kind": "note"}).status_code == 201
    assert priyas.get("cases/NWIT-1/messages/").json()["results"] == []
    assert [row["kind"] for row in lenas.get("cases/NWIT-1/messages/").json()["results"]] == ["note"]
    kinds = [row["kind"] for row in priyas.get("cases/NWIT-1/events/").json()["results"]]
    assert kinds == ["case_logged"]


def test_a_contact_reads_a_reply_once_it_can_no_longer_be_taken_back(
    people: Cast, case: Case, priyas: Machine, lenas: Machine
) -> None:
    lenas.post("cases/NWIT-1/messages/", {"body": "Sent too soon."})
    assert len(lenas.get("cases/NWIT-1/messages/").json()["results"]) == 1
    assert priyas.get("cases/NWIT-1/messages/").json()["results"] == []
    priyas.now += timedelta(seconds=11)
    assert [row["body"] for row in priyas.get("cases/NWIT-1/messages/").json()["results"]] == ["Sent too soon."]


def test_the_number_of_queries_does_not_grow_with_the_rows(
    people: Cast, priyas: Machine, django_assert_max_num_queries: Any
) -> None:
    for minute in range(9):
        logged_case(people.priya, at(f"Tue 9:0{minute}"))
    with django_assert_max_num_queries(5):
        assert len(priyas.get("cases/").json()["results"]) == 9


# --- Acting ---------------------------------------------------------------------------------------------------------


@pytest.mark.clause("P2.5")
def test_a_reply_by_staff_stops_the_clock(people: Cast, case: Case, lenas: Machine) -> None:
    answered = lenas.post("cases/NWIT-1/messages/", {"body": "We found it.", "then_wait": True})
    assert (answered.status_code, answered.json()["status"]) == (201, "waiting")
    assert fresh(case).first_response_at == NOON
    assert deadline_of(case).kind != "first_response" or deadline_of(case).kept is True


@pytest.mark.clause("P9.1")
def test_calls_are_staffs_to_log(people: Cast, case: Case, priyas: Machine, lenas: Machine) -> None:
    refused = priyas.post("cases/NWIT-1/calls/", {"outcome": "reached"})
    assert (refused.status_code, refused.json()["code"]) == (403, "staff_only")
    assert lenas.post("cases/NWIT-1/calls/", {"outcome": "reached"}).status_code == 201
    assert fresh(case).first_response_at == NOON


@pytest.mark.clause("P9.6", "P9.7")
def test_a_closed_case_takes_no_word(people: Cast, case: Case, priyas: Machine, lenas: Machine) -> None:
    said = {"outcome": "fix", "explanation": "The update fixed it.", "detail": "Agent 6.2"}
    assert lenas.post("cases/NWIT-1/closings/", said).json()["status"] == "closed"
    refused = priyas.post("cases/NWIT-1/messages/", {"body": "Not yet."})
    assert (refused.status_code, refused.json()["code"]) == (422, "case_closed")


def test_files_go_in_and_come_out(people: Cast, case: Case, priyas: Machine) -> None:
    sent = priyas.send_file("cases/NWIT-1/files/", {"file": text_file(), "body": "The log."})
    assert sent.status_code == 201
    (row,) = priyas.get("cases/NWIT-1/files/").json()["results"]
    got = priyas.get(f"files/{row['id']}/")
    assert b"".join(got.streaming_content) == b"error 1603"
    assert "attachment" in got["Content-Disposition"]
    assert Machine(people.zoe, NOON).get(f"files/{row['id']}/").status_code == 404


def test_a_file_of_a_refused_kind_is_named(people: Cast, case: Case, priyas: Machine) -> None:
    refused = priyas.send_file("cases/NWIT-1/files/", {"file": text_file("setup.exe"), "body": "This."})
    assert (refused.status_code, refused.json()["code"]) == (422, "file_refused")
    assert "setup.exe" in refused.json()["detail"]


def test_a_request_for_files_without_one_is_told(people: Cast, case: Case, priyas: Machine) -> None:
    refused = priyas.send_file("cases/NWIT-1/files/", {"body": "The log."})
    assert (refused.status_code, refused.json()["code"]) == (422, "file_missing")


# --- As it was read ---------------------------------------------------------------------------------------------------


def test_an_act_on_a_case_that_changed_is_refused(people: Cast, case: Case, lenas: Machine) -> None:
    tag = lenas.get("cases/NWIT-1/")["ETag"]
    builders.say(case, people.priya, at("Tue 11:59"))
    refused = lenas.post("cases/NWIT-1/messages/", {"body": "Which version?"}, If_Match=tag)
    assert (refused.status_code, refused.json()["code"]) == (412, "changed_meanwhile")
    tag = lenas.get("cases/NWIT-1/")["ETag"]
    assert lenas.post("cases/NWIT-1/messages/", {"body": "Thank you."}, If_Match=tag).status_code == 201


def test_an_act_on_two_cases_is_done_on_the_one_that_was_read(people: Cast, case: Case, lenas: Machine) -> None:
    builders.say(case, people.priya, at("Tue 9:30"))
    logged_case(people.priya, at("Tue 10:00"))
    tag = lenas.get("cases/NWIT-2/")["ETag"]
    of_the_other = lenas.post("cases/NWIT-2/merges/", {"into": "NWIT-1"}, If_Match=lenas.get("cases/NWIT-1/")["ETag"])
    assert (of_the_other.status_code, of_the_other.json()["code"]) == (412, "changed_meanwhile")
    assert lenas.post("cases/NWIT-2/merges/", {"into": "NWIT-1"}, If_Match=tag).status_code == 201


def test_a_case_that_did_not_change_is_not_sent_again(people: Cast, case: Case, lenas: Machine) -> None:
    tag = lenas.get("cases/NWIT-1/")["ETag"]
    assert lenas.get("cases/NWIT-1/", If_None_Match=tag).status_code == 304


# --- Tokens -----------------------------------------------------------------------------------------------------------


def test_without_a_token_nothing_is_told(people: Cast, case: Case) -> None:
    for text in (None, "Bearer nonsense", "Bearer probax_" + "0" * 64):
        answered = Client().get("/api/v1/cases/", headers={} if text is None else {"Authorization": text})
        assert (answered.status_code, answered["WWW-Authenticate"]) == (401, "Bearer")


def test_a_token_does_what_its_scopes_say(people: Cast, case: Case) -> None:
    reader = Machine(people.priya, NOON, scopes=(Scope.CASES_READ,))
    assert reader.get("cases/").status_code == 200
    assert reader.post("cases/NWIT-1/messages/", {"body": "Hello"}).status_code == 403
    assert not Message.objects.exists()


def test_a_closed_account_has_no_token(people: Cast, priyas: Machine) -> None:
    type(people.priya).objects.filter(pk=people.priya.pk).update(is_active=False)
    assert priyas.get("cases/").status_code == 401


def test_a_token_ends_with_its_time(people: Cast, priyas: Machine) -> None:
    priyas.now = at("Wed 24 Nov 2027 12:00:01")
    assert priyas.get("cases/").status_code == 401


def test_rates_are_told(people: Cast, priyas: Machine) -> None:
    answered = priyas.get("cases/")
    assert answered["RateLimit-Policy"] == "600;w=60"
    assert "remaining=599" in answered["RateLimit"]


# --- What would be promised -------------------------------------------------------------------------------------------


@pytest.mark.clause("P2.1")
def test_a_quote_says_when_a_reply_would_be_due(people: Cast, priyas: Machine) -> None:
    quote = priyas.get("due/?partner=NWIT&severity=2").json()
    assert (quote["due_at"], quote["desk"]) == ("2026-11-24T04:00:00Z", "au")
    assert priyas.get("due/?partner=BHMS&severity=2").status_code == 422
    assert set(priyas.get("due/?partner=NWIT&severity=5").json()["errors"]) == {"severity"}
