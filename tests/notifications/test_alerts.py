"""Alerts by chat, SMS and pager: whoever is told by mail is rung too. A real server takes what the library sends."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from cases import actions as case_actions
from cases.models import User
from cases.rules import RuleBroken
from notifications import actions, health, heartbeat, outbox, receivers, services, sweeps
from notifications.actions import ChannelDetails
from notifications.alerts import ByService
from notifications.models import AlertChannel, AlertKind, MailState, OutgoingAlert, OutgoingMail, Team
from tests.builders import at
from tests.http_sink import HttpSink
from tests.notifications.office import TUESDAY_9, Office, begun, open_office, post, send, tell, tick
from tests.notifications.test_two_at_once import at_once
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.usefixtures("inside_is_allowed")

NIGHT = "Tue 24 Nov 23:00"
KEY = "AbCdEfGhIjKlMnOp"


@pytest.fixture
def chat() -> Iterator[HttpSink]:
    """A chat of our own, on this machine."""
    sink = HttpSink()
    yield sink
    sink.close()


def channel(
    chat: HttpSink, owner: User, *kinds: AlertKind, team: str = "", desk_id: int | None = None, key: str = KEY
) -> AlertChannel:
    details = ChannelDetails("chat", f"gotify://127.0.0.1:{chat.port}/{key}", kinds, team=team, desk_id=desk_id)
    return actions.add_channel(details=details, actor=owner, now=at("Mon 9:00"))


def ring(when: str) -> int:
    return sweeps.send_alerts(clock=lambda: at(when))


def heard(chat: HttpSink) -> list[dict[str, Any]]:
    return [request.json for request in chat.received]


# --- Who is rung --------------------------------------------------------------------------------------------------


@pytest.mark.clause("P4.1")
def test_a_severity_1_at_night_rings_whoever_is_told_by_mail(office: Office, chat: HttpSink) -> None:
    channel(chat, office.lena, AlertKind.ON_CALL)
    channel(chat, office.max, AlertKind.ON_CALL)
    case = office.log(NIGHT, severity=1)
    tell(NIGHT)
    mailed = set(OutgoingMail.objects.filter(kind="on_call_alert").values_list("recipient__name", flat=True))
    rung = set(OutgoingAlert.objects.values_list("receiver__person__name", flat=True))
    assert rung == mailed & {"Lena Fischer", "Max Ortega"}
    assert "Lena Fischer" in rung
    ring(NIGHT)
    [message] = heard(chat)
    assert message["title"] == f"[{case.reference}] ON CALL, round 1: Severity 1, {case.title}"
    assert f"/desk/cases/{case.reference}/" in message["message"]
    assert "Severity 1, Northwind IT" in message["message"]


@pytest.mark.clause("P4.1")
def test_each_round_rings_until_somebody_takes_the_alert(office: Office, chat: HttpSink) -> None:
    channel(chat, office.lena, AlertKind.ON_CALL)
    case = office.log(NIGHT, severity=1)
    for when in (NIGHT, "Tue 24 Nov 23:10"):
        sweeps.alert_on_call(now=at(when))
        tell(when)
        ring(when)
    assert len(chat.received) == 2
    sweeps.alert_on_call(now=at("Tue 24 Nov 23:20"))
    tell("Tue 24 Nov 23:20")
    case_actions.take_alert(case_id=case.pk, actor=office.lena, now=at("Tue 24 Nov 23:21"))
    ring("Tue 24 Nov 23:21")
    assert len(chat.received) == 2
    assert OutgoingAlert.objects.latest("pk").last_error == "Somebody took the alert, or it ended, before it left."


def test_a_team_is_rung_once_for_an_event_however_many_are_told(office: Office, chat: HttpSink) -> None:
    channel(chat, office.ruth, AlertKind.MISSED, AlertKind.AT_RISK, team=Team.DESK, desk_id=office.lena.desk_id)
    channel(chat, office.ruth, AlertKind.MISSED, team=Team.DESK, desk_id=office.max.desk_id)
    channel(chat, office.ruth, AlertKind.MISSED, team=Team.MANAGERS)
    office.log()
    tick("Tue 24 Nov 16:00")
    told = OutgoingMail.objects.filter(kind="promise_missed").count()
    assert told > 1
    rung = OutgoingAlert.objects.filter(kind=AlertKind.MISSED)
    assert sorted(rung.values_list("receiver__team", "receiver__desk__code")) == [("desk", "au"), ("managers", None)]
    tell("Tue 24 Nov 16:00")
    assert rung.count() == 2


def test_an_alert_tells_the_due_time_in_the_zone_of_the_desk(office: Office, chat: HttpSink) -> None:
    office.ruth.zone = "Europe/Berlin"
    office.ruth.save()
    channel(chat, office.ruth, AlertKind.MISSED)
    case = office.log()
    tick("Tue 24 Nov 16:00")
    assert OutgoingAlert.objects.get().title == (
        f"[{case.reference}] Missed, reply was due Tue 24 Nov, 15:00 Sydney: {case.title}"
    )


@pytest.mark.clause("P9.2")
@pytest.mark.clause("P9.4")
def test_overdue_updates_and_requests_for_a_manager_ring(office: Office, chat: HttpSink) -> None:
    channel(chat, office.ruth, AlertKind.MANAGER_ASKED, AlertKind.UPDATE_OVERDUE)
    case = office.log()
    office.reply(case, "Tue 24 Nov 10:00")
    case_actions.ask_for_manager(case_id=case.pk, words="Please call me.", actor=office.priya, now=at("Tue 10:30"))
    tell("Tue 24 Nov 10:30")
    overdue = case.deadlines.get(kind="update", ended_at=None).due_at + timedelta(minutes=1)
    sweeps.warn_and_breach(now=overdue)
    sweeps.dispatch_events(now=overdue)
    kinds = list(OutgoingAlert.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == [AlertKind.MANAGER_ASKED, AlertKind.UPDATE_OVERDUE]


@pytest.mark.clause("P11.2")
def test_a_channel_rings_only_for_what_it_takes(office: Office, chat: HttpSink) -> None:
    channel(chat, office.ruth, AlertKind.LOW_SCORE)
    office.log()
    tick("Tue 24 Nov 16:00")
    assert not OutgoingAlert.objects.exists()


def test_whoever_left_is_rung_no_more(office: Office, chat: HttpSink) -> None:
    channel(chat, office.lena, AlertKind.ON_CALL)
    office.log(NIGHT, severity=1)
    tell(NIGHT)
    User.objects.filter(pk=office.lena.pk).update(is_active=False)
    ring(NIGHT)
    assert chat.received == []
    assert OutgoingAlert.objects.get().last_error == "The owner of the channel works here no more."


def test_a_mail_that_was_given_up_rings_managers_once_an_hour(
    office: Office, chat: HttpSink, mail_by_smtp: SmtpSink
) -> None:
    channel(chat, office.ann, AlertKind.MAIL_GIVEN_UP)
    channel(chat, office.ruth, AlertKind.MAIL_GIVEN_UP, team=Team.MANAGERS)
    channel(chat, office.lena, AlertKind.MAIL_GIVEN_UP)
    mail_by_smtp.refusal = "550 no such thing"
    for _ in range(2):
        office.log()
    post(TUESDAY_9)
    assert OutgoingMail.objects.filter(state=MailState.GAVE_UP).count() == 2
    ring(TUESDAY_9)
    assert len(chat.received) == 2
    assert "550 no such thing" in heard(chat)[0]["message"]


# --- Services that fail -------------------------------------------------------------------------------------------


def test_a_channel_that_fails_is_tried_again_given_up_and_shown(office: Office, chat: HttpSink) -> None:
    kept = channel(chat, office.lena, AlertKind.ON_CALL)
    office.log(NIGHT, severity=1)
    tell(NIGHT)
    chat.status = 500
    now = at(NIGHT)
    for _ in range(len(outbox.RETRY_AFTER) + 1):
        sweeps.send_alerts(clock=lambda: now)  # noqa: B023 - called at once
        now += timedelta(hours=25)
    alert = OutgoingAlert.objects.get()
    assert (alert.state, alert.tries) == (MailState.GAVE_UP, len(outbox.RETRY_AFTER))
    assert "500" in alert.last_error
    kept.refresh_from_db()
    assert kept.failing_since == at(NIGHT)
    assert health.given_up(of=OutgoingAlert) == 1
    last = heartbeat.last(heartbeat.ALERTS)
    assert last is not None
    assert (last.done, last.failed) == (0, len(outbox.RETRY_AFTER) + 1)
    chat.status = 200
    assert outbox.send_again(alert.pk, of=OutgoingAlert, now=now)
    sweeps.send_alerts(clock=lambda: now)
    fares = AlertChannel.objects.get()
    assert (fares.failing_since, fares.last_error, fares.last_ok_at) == (None, "", now)


def test_one_chat_that_fails_holds_up_no_other_and_no_mail(office: Office, mail_by_smtp: SmtpSink) -> None:
    good, bad = HttpSink(), HttpSink()
    bad.status = 503
    channel(bad, office.lena, AlertKind.ON_CALL)
    channel(good, office.lena, AlertKind.ON_CALL)
    for _ in range(3):
        office.log(NIGHT, severity=1)
    tell(NIGHT)
    ring(NIGHT)
    # One try finds the bad one out; the rest waits with it.
    assert (len(good.received), len(bad.received)) == (3, 1)
    assert send(NIGHT) > 0
    good.close()
    bad.close()


def test_a_sender_that_died_rings_again_and_says_so(office: Office, chat: HttpSink) -> None:
    channel(chat, office.lena, AlertKind.ON_CALL)
    office.log(NIGHT, severity=1)
    tell(NIGHT)
    begun(OutgoingAlert.objects.get(), NIGHT)
    assert ring("Tue 24 Nov 23:01") == 0
    assert ring("Tue 24 Nov 23:03") == 1
    alert = OutgoingAlert.objects.get()
    assert (alert.state, alert.attempt, alert.ambiguous) == (MailState.SENT, 2, True)


def test_an_alert_that_nobody_sends_grows_old(office: Office, chat: HttpSink) -> None:
    channel(chat, office.lena, AlertKind.ON_CALL)
    office.log(NIGHT, severity=1)
    tell(NIGHT)
    OutgoingMail.objects.all().delete()
    assert health.oldest_due(at("Tue 24 Nov 23:05")) == timedelta(minutes=5)


def test_a_chat_that_never_answers_is_left_after_a_few_seconds(
    office: Office, chat: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "ANSWER_SECONDS", 0.2)
    channel(chat, office.lena, AlertKind.ON_CALL)
    office.log(NIGHT, severity=1)
    tell(NIGHT)
    chat.hangs = True
    assert ring(NIGHT) == 1
    alert = OutgoingAlert.objects.get()
    # It may have rung; only the answer was lost.
    assert (alert.state, alert.ambiguous) == (MailState.QUEUED, True)


# --- Addresses are secrets ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "syslog://",
        "dbus://",
        "windows://",
        "json://127.0.0.1/",
        "mailto://user:pass@example.com",
        "schan://x",
        "slack://",
        "nothing",
        "",
    ],
)
def test_what_is_no_service_is_refused(office: Office, address: str) -> None:
    details = ChannelDetails("x", address, [AlertKind.ON_CALL])
    with pytest.raises(RuleBroken) as refused:
        actions.add_channel(details=details, actor=office.lena, now=at("Mon 9:00"))
    assert refused.value.code == "channel_address"


def test_no_alert_is_sent_into_the_own_network(office: Office, chat: HttpSink, settings: Settings) -> None:
    kept = channel(chat, office.lena, AlertKind.ON_CALL)
    settings.REACH_PRIVATE_NETWORK = False
    with pytest.raises(RuleBroken, match="no such host outside the own network"):
        channel(chat, office.lena, AlertKind.ON_CALL)
    # What was allowed once is asked anew when it leaves.
    alert = actions.try_channel(channel_id=kept.pk, actor=office.lena, now=at("Mon 9:00"))
    ring("Mon 9:00")
    alert.refresh_from_db()
    assert (chat.received, alert.state) == ([], MailState.QUEUED)
    assert "own network" in alert.last_error


def test_only_services_that_are_listed_are_told(office: Office, chat: HttpSink, settings: Settings) -> None:
    kept = channel(chat, office.lena, AlertKind.ON_CALL)
    slack = ChannelDetails("chat", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/", [AlertKind.ON_CALL])
    settings.OUTGOING_HOSTS = ["slack"]
    actions.add_channel(details=slack, actor=office.lena, now=at("Mon 9:00"))
    # What was listed once is asked anew when it leaves.
    alert = actions.try_channel(channel_id=kept.pk, actor=office.lena, now=at("Mon 9:00"))
    ring("Mon 9:00")
    alert.refresh_from_db()
    assert (chat.received, alert.state) == ([], MailState.QUEUED)
    assert "has not listed it" in alert.last_error
    settings.OUTGOING_HOSTS = ["127.0.0.1"]
    with pytest.raises(RuleBroken, match="Nothing is sent to slack"):
        actions.add_channel(details=slack, actor=office.max, now=at("Mon 9:00"))


def test_the_address_is_neither_stored_nor_told_in_the_clear(
    office: Office, chat: HttpSink, caplog: pytest.LogCaptureFixture
) -> None:
    kept = channel(chat, office.lena, AlertKind.ON_CALL)
    chat.status, chat.answer = 401, f"no such key {KEY}".encode()
    with caplog.at_level(logging.DEBUG):
        actions.try_channel(channel_id=kept.pk, actor=office.lena, now=at("Mon 9:00"))
        ring("Mon 9:00")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notifications_alertchannel")
        stored = str(cursor.fetchall())
        cursor.execute("SELECT * FROM notifications_outgoingalert")
        stored += str(cursor.fetchall())
    assert KEY not in stored
    assert KEY not in caplog.text
    assert kept.shown.startswith("gotify://127.0.0.1")
    actions.remove_channel(channel_id=kept.pk, actor=office.lena, now=at("Mon 9:01"))
    assert AlertChannel.objects.get().address == ""


def test_words_of_a_service_lose_every_part_of_the_address() -> None:
    said = services.without_secrets("refused: TOKEN-12345 at T1JJ3T3L2", "slack://T1JJ3T3L2/TOKEN-12345/x")
    assert said == "refused: … at …"


# --- Rules --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"name": " "}, "channel_name_missing"),
        ({"kinds": []}, "channel_kinds_missing"),
        ({"kinds": ["test"]}, "channel_kinds_missing"),
        ({"team": Team.ON_CALL, "kinds": [AlertKind.LOW_SCORE]}, "channel_kinds_on_call"),
        ({"team": Team.MANAGERS, "desk_id": 1}, "channel_of_managers"),
    ],
)
def test_a_channel_that_makes_no_sense_is_refused(
    office: Office, chat: HttpSink, said: dict[str, Any], code: str
) -> None:
    whole = {"name": "x", "address": f"gotify://127.0.0.1:{chat.port}/{KEY}", "kinds": [AlertKind.ON_CALL], **said}
    with pytest.raises(RuleBroken) as refused:
        actions.add_channel(details=ChannelDetails(**whole), actor=office.ruth, now=at("Mon 9:00"))
    assert refused.value.code == code


def test_only_managers_add_channels_of_a_team(office: Office, chat: HttpSink) -> None:
    for person in (office.lena, office.priya):
        with pytest.raises(RuleBroken) as refused:
            channel(chat, person, AlertKind.ON_CALL, team=Team.DESK)
        assert refused.value.code == "channel_not_theirs"


def test_somebody_elses_channel_is_not_there(office: Office, chat: HttpSink) -> None:
    kept = channel(chat, office.lena, AlertKind.ON_CALL)
    for person in (office.max, office.ruth):
        with pytest.raises(AlertChannel.DoesNotExist):
            actions.try_channel(channel_id=kept.pk, actor=person, now=at("Mon 9:00"))


def test_a_channel_that_is_off_is_not_tried_and_rings_for_nothing(office: Office, chat: HttpSink) -> None:
    kept = channel(chat, office.lena, AlertKind.ON_CALL)
    off = ChannelDetails("chat", "", [AlertKind.ON_CALL], is_active=False)
    actions.change_channel(channel_id=kept.pk, details=off, actor=office.lena, now=at("Mon 9:00"))
    with pytest.raises(RuleBroken) as refused:
        actions.try_channel(channel_id=kept.pk, actor=office.lena, now=at("Mon 9:00"))
    assert refused.value.code == "channel_is_off"
    office.log(NIGHT, severity=1)
    tell(NIGHT)
    assert not OutgoingAlert.objects.exists()


def test_nobody_keeps_more_than_twenty_channels(office: Office, chat: HttpSink) -> None:
    one = channel(chat, office.lena, AlertKind.ON_CALL)
    AlertChannel.objects.bulk_create(
        AlertChannel(name="x", person=office.lena, made_by=office.lena, made_at=one.made_at) for _ in range(19)
    )
    with pytest.raises(RuleBroken) as refused:
        channel(chat, office.lena, AlertKind.ON_CALL)
    assert refused.value.code == "too_many_channels"


@pytest.mark.django_db(transaction=True)
def test_two_senders_ring_once(chat: HttpSink) -> None:
    office = open_office()
    channel(chat, office.lena, AlertKind.ON_CALL)
    for _ in range(6):
        office.log(NIGHT, severity=1)
    tell(NIGHT)
    at_once(lambda: ring(NIGHT), lambda: ring(NIGHT))
    ring(NIGHT)
    assert len(chat.received) == 6
    assert set(OutgoingAlert.objects.values_list("state", "attempt")) == {(MailState.SENT, 1)}


def test_a_test_alert_is_sent_at_once(office: Office, chat: HttpSink) -> None:
    kept = channel(chat, office.lena, AlertKind.ON_CALL)
    alert = actions.try_channel(channel_id=kept.pk, actor=office.lena, now=at("Mon 9:00"))
    assert receivers.send_now(alert, ByService(), now=at("Mon 9:00")).state == MailState.SENT
    assert heard(chat)[0]["title"] == "Test from the support portal"
