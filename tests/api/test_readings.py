"""What machines read and do beside cases' conversation: each noun through its own addresses, as each reader may."""

from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from icalendar import Calendar

from cases.models import ApiToken, Receipt, RosterKind, RosterShift, Survey
from sla.models import Desk
from tests.api.operations import FEATURE, NEW, WORDS
from tests.api.world import NOON, World
from tests.builders import at
from tests.cases.pages import clock_at


@pytest.mark.clause("P12.1")
def test_work_in_a_cloud_begins_with_the_contacts_consent(world: World) -> None:
    case = world.case()
    begin = {"action": "Restart the virtual machine."}
    refused = world.lena.post(f"{case}cloud-actions/", begin)
    assert (refused.status_code, refused.json()["code"]) == (422, "consent_never_asked")
    consent = world.asked("consents/", begin, case=case)
    assert world.lena.post(f"{consent}answer/", {"given": True}).json()["code"] == "contacts_only"
    assert world.priya.post(f"{consent}answer/", {"given": True}).status_code == 201
    [shown] = world.priya.get(f"{case}consents/").json()["results"]
    assert (shown["given"], shown["answered_by"]["name"], shown["version"]) == (True, "Priya Raman", 1)
    assert world.lena.post(f"{case}cloud-actions/", begin).status_code == 201


@pytest.mark.clause("P12.1")
def test_why_work_was_done_without_consent_is_read_by_staff(world: World) -> None:
    case = world.case()
    said = {"action": "Restarted it.", "without_consent_because": "It burned."}
    assert world.lena.post(f"{case}cloud-actions/", said).status_code == 201
    seen = [machine.get(f"{case}cloud-actions/").json()["results"][0] for machine in (world.lena, world.priya)]
    assert [row["without_consent_because"] for row in seen] == ["It burned.", ""]
    assert all(row["consent"] is None for row in seen)


@pytest.mark.clause("P9.7")
def test_a_milestone_of_ours_is_a_promise_that_is_kept_when_it_is_done(world: World) -> None:
    plan = world.asked("plans/", {"summary": "Move to new disks."})
    case = plan.partition("plans/")[0]
    said = {"title": "Order", "side": "staff", "owner": world.people.lena.email, "due_on": "2026-11-26"}
    world.after(world.lena, plan, "milestones/", said)
    [shown] = world.priya.get(f"{case}plans/").json()["results"]
    [milestone] = shown["milestones"]
    assert (milestone["due_at"], milestone["state"]) == ("2026-11-26T06:00:00Z", "planned")
    done = world.lena.post(f"{case}milestones/{milestone['id']}/states/", {"state": "done"})
    assert done.status_code == 201
    promises = world.priya.get(f"{case}deadlines/").json()["results"]
    assert [row["kept"] for row in promises if row["kind"] == "milestone"] == [True]


def test_a_contact_speaks_for_their_own_milestones_alone(world: World) -> None:
    plan = world.asked("plans/", {"summary": "Move to new disks."})
    case = plan.partition("plans/")[0]
    for side, owner in (("staff", world.people.lena), ("contact", world.people.priya)):
        said = {"title": side, "side": side, "owner": owner.email, "due_on": "2026-11-26"}
        world.after(world.lena, plan, "milestones/", said)
    ours, theirs = world.priya.get(f"{case}plans/").json()["results"][0]["milestones"]
    answers = [world.priya.post(f"{case}milestones/{row['id']}/states/", {"state": "done"}) for row in (ours, theirs)]
    assert [answered.status_code for answered in answers] == [422, 201]
    assert answers[0].json()["code"] == "milestone_not_yours"


@pytest.mark.clause("P10.1")
def test_wishes_are_counted_by_partner_and_seen_by_whoever_asked(world: World) -> None:
    first, second = world.case(), world.case()
    world.after(world.lena, first, "feature-requests/", FEATURE)
    [shown] = world.priya.get(f"{first}feature-requests/").json()["results"]
    assert (shown["title"], shown["state"]) == ("Restore to tape", "lodged")
    world.after(world.lena, second, "feature-requests/", {"feature": shown["id"], "then_close": True})
    [counted] = world.lena.get("feature-requests/?q=tape&state=lodged&partner=NWIT").json()["results"]
    assert (counted["partners"], counted["cases"]) == (1, 2)
    assert world.priya.get(second).json()["status"] == "closed"
    assert world.lena.get("feature-requests/?partner=BHMS").json()["results"] == []


@pytest.mark.clause("P11.1", "P11.2")
def test_a_contact_rates_their_own_case_once_and_managers_read_it(world: World) -> None:
    said = {"outcome": "fix", "explanation": "The update fixed it.", "detail": "Agent 6.2"}
    case = world.after(world.lena, world.case(), "closings/", said)
    scores = {"handling": 2, "professionalism": 3, "satisfaction": 1, "comment": "Slow."}
    assert world.priya.post(f"{case}survey-answers/", scores).status_code == 201
    assert world.priya.post(f"{case}survey-answers/", scores).json()["code"] == "survey_over"
    [shown] = world.ruth.get("surveys/?survey=to-follow-up&partner=NWIT").json()["results"]
    assert (shown["satisfaction"], shown["comment"], shown["outcome"]) == (1, "Slow.", "fix")
    assert world.ruth.post(f"surveys/{shown['id']}/follow-ups/", {"words": "I called."}).status_code == 201
    assert world.ruth.get("surveys/?survey=to-follow-up").json()["results"] == []
    assert Survey.objects.get().follow_up == "I called."


def test_a_contact_does_not_rate_for_a_colleague(world: World) -> None:
    said = {"outcome": "fix", "explanation": "The update fixed it.", "detail": "Agent 6.2"}
    case = world.after(world.lena, world.case(), "closings/", said)
    scores = {"handling": 2, "professionalism": 3, "satisfaction": 1}
    omars = type(world.priya)(world.people.omar, NOON)
    assert omars.post(f"{case}survey-answers/", scores).status_code == 404


def test_who_of_us_watches_is_told_to_staff_alone(world: World) -> None:
    case = world.case()
    for email in (world.people.omar.email, world.people.max.email):
        assert world.lena.post(f"{case}watchers/", {"email": email}).status_code == 201
    seen = [machine.get(f"{case}watchers/").json()["results"] for machine in (world.lena, world.priya)]
    assert [[row["person"]["name"] for row in rows] for rows in seen] == [
        ["Omar Haddad", "Max Ortega"],
        ["Omar Haddad"],
    ]
    assert world.priya.delete(f"{case}watchers/{seen[0][1]['id']}/").status_code == 404
    assert world.priya.delete(f"{case}watchers/{seen[0][0]['id']}/").status_code == 204


def test_what_changes_nothing_is_answered_alike_later(world: World) -> None:
    """It leaves a receipt too: asked again after things changed, it is still the same request."""
    workaround = world.asked("workarounds/", {"words": "Restart the agent."})
    world.priya.post(f"{workaround}confirmation/")
    first = world.priya.post(f"{workaround}confirmation/", Idempotency_Key="k")
    world.priya.post(f"{workaround}failure/", {"failure": "It stops again."})
    again = world.priya.post(f"{workaround}confirmation/", Idempotency_Key="k")
    assert (again.status_code, again.json()) == (201, first.json())
    assert world.priya.post(f"{workaround}confirmation/").json()["code"] == "workaround_gone"


def test_an_owner_that_changed_meanwhile_is_told(world: World) -> None:
    case, max_ = world.case(), world.people.max.email
    assert world.lena.post(f"{case}assignments/", {"assignee": max_, "expected": None}).json()["assignee"] == {
        "name": "Max Ortega",
        "works_here": True,
    }
    late = world.lena.post(f"{case}assignments/", {"assignee": world.people.lena.email, "expected": None})
    assert (late.status_code, late.json()["code"]) == (422, "assigned_meanwhile")
    assert world.lena.post(f"{case}assignments/", {"assignee": None}).json()["assignee"] is None


@pytest.mark.clause("P9.7")
def test_how_a_case_ended_is_read_with_what_its_outcome_needs(world: World) -> None:
    said = {"outcome": "fix", "explanation": "The update fixed it.", "detail": "Agent 6.2"}
    case = world.after(world.lena, world.case(), "closings/", said)
    world.after(world.lena, case, "closings/taking-back/")
    [shown] = world.priya.get(f"{case}closings/").json()["results"]
    assert {name: shown[name] for name in said} == said
    assert (shown["closed_by"]["name"], shown["taken_back_at"]) == ("Lena Fischer", "2026-11-24T01:00:00Z")


def test_a_pasted_secret_is_removed_from_the_answers_that_are_kept_too(world: World) -> None:
    said = NEW | {"explanation": "The password is hunter2."}
    case = f"cases/{world.priya.post('cases/', said, Idempotency_Key='k').json()['reference']}/"
    assert Receipt.objects.filter(answer__icontains="hunter2").exists()
    refused = world.priya.post(f"{case}redactions/", {"reason": "A password."})
    assert refused.json()["code"] == "secret_or_file"
    world.after(world.priya, case, "redactions/", {"secret": "hunter2", "reason": "A password."})
    assert "hunter2" not in str(world.priya.get(case).json())
    [trace] = world.priya.get(f"{case}redactions/").json()["results"]
    assert (trace["by"]["name"], trace["reason"]) == ("Priya Raman", "A password.")
    assert not Receipt.objects.filter(answer__icontains="hunter2").exists()


# --- Beside cases -----------------------------------------------------------------------------------------------------


@pytest.mark.clause("P3.1", "P3.2")
def test_a_desks_year_says_when_it_is_open_and_why_not(world: World) -> None:
    [hours] = [row for row in world.priya.get("desks/").json()["results"] if row["code"] == "au"]
    assert hours["shifts"] == [{"weekdays": [0, 1, 2, 3, 4], "starts_at": "08:00", "ends_at": "17:00"}]
    year = world.priya.get("desks/au/calendar/?year=2026").json()
    assert {"on": "2026-01-26", "state": "holiday", "name": "Australia Day"} in year["days"]
    assert "2026-01-27" in year["open_on"]
    assert "2026-01-26" not in year["open_on"]
    assert len(year["open_on"]) == year["open_days"]
    assert world.priya.get("desks/xx/calendar/").status_code == 404
    assert world.priya.get("desks/au/calendar/?year=1").status_code == 422


@pytest.mark.clause("P3.2")
def test_calendar_programs_read_the_days_off(world: World) -> None:
    with clock_at(NOON):
        # They send no token.
        answered = Client().get("/api/v1/desks/au/calendar.ics")
    assert answered["Content-Type"].startswith("text/calendar")
    read: Any = Calendar.from_ical(answered.content)
    days = {event["dtstart"].dt: str(event["summary"]) for event in read.walk("VEVENT")}
    assert "Australia Day" in days[date(2026, 1, 26)]
    assert any(day.year == 2027 for day in days)


def test_nobody_becomes_somebody_else_by_saying_for_whom_they_ask(world: World) -> None:
    with clock_at(NOON):
        said = [
            Client(REMOTE_ADDR="10.3.3.3").get("/api/v1/desks/au/calendar.ics", headers={"X-Forwarded-For": claimed})
            for claimed in ("192.0.2.1", "192.0.2.2")
        ]
    left = [int(answered["RateLimit"].split("remaining=")[1].split(",")[0]) for answered in said]
    assert left[1] == left[0] - 1


@pytest.mark.clause("P4.1")
def test_staff_are_told_who_is_there(world: World) -> None:
    RosterShift.objects.create(
        desk=Desk.objects.get(code="us"),
        kind=RosterKind.ON_CALL,
        person=world.people.max,
        starts_at=at("Mon 9:00"),
        ends_at=at("Fri 9:00"),
    )
    told = {row["desk"]: row for row in world.lena.get("on-call/").json()["desks"]}
    assert (told["au"]["is_open"], told["au"]["on_shift"]["because"]) == (True, "specialists")
    assert (told["us"]["is_open"], told["us"]["on_shift"]) == (False, None)
    assert [one["name"] for one in told["us"]["on_call"]["people"]] == ["Max Ortega"]
    assert told["us"]["on_call"]["because"] == "rostered"


@pytest.mark.clause("P2.1")
def test_managers_read_how_promises_were_kept(world: World) -> None:
    world.after(world.lena, world.case(), "messages/", {"body": "We found it."})
    world.case(severity=2)
    now = world.ruth.get("reports/now/").json()
    assert {row["desk"]: row["by_severity"] for row in now["open"]}["au"] == [0, 1, 1, 0]
    assert now["counts"]["unassigned"] == 2
    told = world.ruth.get("reports/over-time/?since=2026-11-23&until=2026-11-24&partner=NWIT").json()
    assert (told["first_responses"]["kept"], told["first_responses"]["share"]) == (1, 100)
    assert told["logged"]["cases"] == 2
    assert [(row["key"], row["kept"]) for row in told["by_partner"]] == [("NWIT", 1)]
    wrong = world.ruth.get("reports/over-time/?since=2026-11-24&until=2026-11-23")
    assert set(wrong.json()["errors"]) == {"until"}


@pytest.mark.clause("P1.4")
def test_articles_are_found_and_voted_on(world: World) -> None:
    slug = world.article.slug
    assert [row["slug"] for row in world.zoe.get("articles/?q=restores").json()["results"]] == [slug]
    assert world.zoe.get("articles/?q=printers").json()["results"] == []
    assert world.zoe.get(f"articles/{slug}/").json()["body"] == "Look at the disk."
    for helped in (True, False):
        assert world.zoe.post(f"articles/{slug}/votes/", {"helped": helped}).json()["helped"] is helped


def test_reminders_and_calls_are_read_as_attempts(world: World) -> None:
    case = world.after(world.lena, world.case(), "messages/", {"body": "Which version?", "then_wait": True})
    world.after(world.lena, case, "calls/", {"outcome": "left_message", "note": "Rang."})
    world.after(world.lena, case, "holds/", WORDS)
    seen = [machine.get(f"{case}contact-attempts/").json()["results"][0] for machine in (world.lena, world.priya)]
    assert [row["note"] for row in seen] == ["Rang.", ""]
    assert (seen[1]["method"], seen[1]["outcome"]) == ("call", "left_message")


# --- Rates ------------------------------------------------------------------------------------------------------------


def test_beyond_its_rate_a_token_is_told_when_to_go_on(world: World) -> None:
    world.priya.get("cases/")
    token = ApiToken.objects.get(user=world.people.priya)
    # As many as another process counted in this minute.
    cache.set(f"api:{token.pk}", [NOON.timestamp() - 20] * 600, 60)
    answered = world.priya.get("cases/")
    assert (answered.status_code, answered["Content-Type"]) == (429, "application/problem+json")
    assert answered["Retry-After"] == "41"
    assert "remaining=0" in answered["RateLimit"]
    assert world.lena.get("cases/").status_code == 200
