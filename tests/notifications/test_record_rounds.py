"""Each night the record of every case is looked through, and what is not what was written alarms administrators."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from cases import actions, verification
from cases.models import Case, RecordDifference, RecordRound
from cases.rules import RuleBroken
from notifications import sweeps
from notifications.models import MailKind, OutgoingMail
from tests.builders import all_at_once, at, behind_the_back
from tests.cases.pages import browser_of, clock_at, get, post, words_of
from tests.cases.test_event_chain import as_of_before
from tests.notifications.office import Office, open_office

# Ten in the morning of UTC.
NIGHT = at("Tue 21:00")


def alter(case: Case) -> None:
    """Hide what the contact said, as whoever owns the database could."""
    with behind_the_back():
        case.events.filter(number=1).update(public=False)


def a_difference(office: Office) -> RecordDifference:
    """Have a night find one."""
    case = office.log()
    alter(case)
    sweeps.check_the_record(now=NIGHT)
    return RecordDifference.objects.get(case=case)


def test_a_night_looks_at_every_case_once_and_the_next_night_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(5):
        office.log()
    # Two cases a page, and one page a tick: the round goes on where it stopped.
    monkeypatch.setattr(sweeps, "PAGE", 2)
    monkeypatch.setattr(sweeps, "MOST_CHECKED", 1)
    looked = [sweeps.check_the_record(now=NIGHT + minute * timedelta(minutes=1)) for minute in range(5)]
    assert looked == [2, 2, 1, 0, 0]
    tonight = RecordRound.objects.get()
    assert (tonight.cases, tonight.events, tonight.differences) == (5, 5, 0)
    assert tonight.ended_at == NIGHT + timedelta(minutes=2)
    assert sweeps.check_the_record(now=NIGHT + timedelta(hours=23)) == 0
    assert sweeps.check_the_record(now=NIGHT + timedelta(hours=24)) == 2
    assert RecordRound.objects.count() == 2


def test_a_round_that_lasts_longer_than_a_night_is_finished_before_another_begins(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps, "PAGE", 1)
    monkeypatch.setattr(sweeps, "MOST_CHECKED", 1)
    office.log()
    office.log()
    sweeps.check_the_record(now=NIGHT)
    sweeps.check_the_record(now=NIGHT + timedelta(days=1))
    assert RecordRound.objects.get().cases == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_look_at_each_case_once() -> None:
    office = open_office()
    for _number in range(6):
        office.log()
    all_at_once([lambda: sweeps.check_the_record(now=NIGHT)] * 3)
    assert RecordRound.objects.get().cases == 6


def test_events_of_before_the_chain_are_bound_without_a_hand(office: Office) -> None:
    case = office.log()
    office.log()
    as_of_before(case)
    assert [one.unbound for one in verification.check()] == [1, 0]
    sweeps.check_the_record(now=NIGHT)
    assert RecordRound.objects.get().bound == 1
    assert [(one.unbound, one.broken_at) for one in verification.check()] == [(0, None), (0, None)]


def test_a_difference_is_kept_and_told_to_each_administrator_once(office: Office) -> None:
    found = a_difference(office)
    assert (found.event_number, found.found_at) == (1, NIGHT)
    mail = OutgoingMail.objects.get(kind=MailKind.RECORD_DIFFERS)
    assert mail.to_address == office.ann.email
    assert "The record of 1 case is not what was written" in mail.subject
    assert f"{found.case.reference}, event 1: the event, or what came before it, was altered" in mail.body_text
    sweeps.check_the_record(now=NIGHT + timedelta(days=1))
    found.refresh_from_db()
    assert found.last_found_at == NIGHT + timedelta(days=1)
    assert OutgoingMail.objects.filter(kind=MailKind.RECORD_DIFFERS).count() == 1, "the same difference, told already"
    alter(office.log())
    sweeps.check_the_record(now=NIGHT + timedelta(days=2))
    assert OutgoingMail.objects.filter(kind=MailKind.RECORD_DIFFERS).count() == 2


def test_the_alarm_stands_on_pages_at_readyz_and_in_the_metrics_until_somebody_says_what_it_was(
    office: Office, settings: Settings
) -> None:
    settings.METRICS_TOKEN = ""
    found = a_difference(office)
    ann, ruth = browser_of(office.ann, NIGHT), browser_of(office.ruth, NIGHT)
    assert "The record of a case is not what was written." in words_of(get(ann, "/manager/", NIGHT))
    assert "is not what was written" not in words_of(get(ruth, "/manager/", NIGHT))
    assert said_by_probes() == (200, False, "portal_record_differences 1.0")
    listed = words_of(get(ann, "/manager/record/", NIGHT))
    assert f"{found.case.reference}, event 1" in listed
    assert "nobody yet" in listed
    address = f"/manager/record/{found.pk}/"
    refused = post(ann, f"{address}settle/", {"note": "  "}, NIGHT)
    assert refused.status_code == 422
    assert "Say what you found." in words_of(refused)
    assert post(ann, f"{address}settle/", {"note": "A restore of one table."}, NIGHT).status_code == 302
    assert "A restore of one table." in words_of(get(ann, address, NIGHT))
    again = post(ann, f"{address}settle/", {"note": "Something else."}, NIGHT)
    assert "Somebody looked into this before you. Their words are kept." in words_of(again)
    assert "is not what was written." not in words_of(get(ann, "/manager/", NIGHT))
    assert said_by_probes() == (200, True, "portal_record_differences 0.0")


def said_by_probes() -> tuple[int, bool, str]:
    """Return how /readyz answers, whether the record holds by it, and what the metrics count."""
    with clock_at(NIGHT):
        ready, numbers = Client().get("/readyz"), Client().get("/metrics").content.decode()
    [line] = [line for line in numbers.splitlines() if line.startswith("portal_record_differences ")]
    return ready.status_code, json.loads(ready.content)["parts"]["record"]["ok"], line


def test_managers_do_not_end_such_an_alarm(office: Office) -> None:
    found = a_difference(office)
    assert get(browser_of(office.ruth, NIGHT), "/manager/record/", NIGHT).status_code == 404
    with pytest.raises(RuleBroken, match="Only administrators look into the record"):
        actions.settle_difference(difference_id=found.pk, note="Nothing.", actor=office.ruth, now=NIGHT)


def test_where_nothing_was_found_the_page_says_so(office: Office) -> None:
    ann = browser_of(office.ann, NIGHT)
    page = words_of(get(ann, "/manager/record/", NIGHT))
    assert "The record holds" in page
    assert "The first round begins" in page
