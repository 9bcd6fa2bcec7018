"""Numbers for Prometheus.

Requests are counted by the web processes, together in files where PROMETHEUS_MULTIPROC_DIR says so (`web_server.py`).
Everything else is read from the database at each scrape, so that every web process tells the same, and no worker has to
be asked. Whatever grows with the table is counted along an index and only up to `MANY`.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.models import QuerySet
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from cases.models import Case, Deadline, Dispatch, IncomingMail, MailFate, RecordRound
from cases.models.incoming import TO_SORT
from notifications import health as work
from notifications import heartbeat
from notifications.models import Heartbeat, MailState, OutgoingAlert, OutgoingMail, WebhookDelivery
from probax_support import health

# More than this is told as this: nobody acts otherwise on 1,001 than on 100,000.
MANY = 1_000
# A mail that was tried so often, over twenty minutes, meets more than a busy server.
REFUSED_TIMES = 4
# Promises at risk are looked for among so many that are due next.
NEXT_DUE = 5_000
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_of_this_process = CollectorRegistry()
REQUESTS = Counter(
    "portal_requests", "Requests that were answered.", ["view", "method", "status"], registry=_of_this_process
)
SECONDS = Histogram(
    "portal_request_seconds", "How long requests took.", ["view"], buckets=BUCKETS, registry=_of_this_process
)
LEAK_CHECKS = Counter(
    "portal_password_leak_checks", "New passwords of which it was asked whether they leaked.", ["result"],
    registry=_of_this_process,
)  # fmt: skip


def known_method(method: str) -> str:
    """Return the method, or OTHER: a stranger does not make up labels."""
    return method if method in METHODS else "OTHER"


def count_request(*, view: str, method: str, status: int, seconds: float) -> None:
    """Count a request and what it took."""
    REQUESTS.labels(view, known_method(method), str(status)).inc()
    SECONDS.labels(view).observe(seconds)


def exposition(now: datetime) -> bytes:
    """Return every number as Prometheus reads it."""
    requests = _of_this_process
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        requests = CollectorRegistry()
        MultiProcessCollector(requests)  # type: ignore[no-untyped-call]
    installation = CollectorRegistry()
    installation.register(Installation(now))
    return generate_latest(requests) + generate_latest(installation)


class Installation(Collector):
    """What the database, the broker and the disk say at one moment."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def describe(self) -> list[Metric]:
        """Promise nothing in advance, so that registering asks no question."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield every number. Where the database does not answer, that is what is told."""
        yield from self._parts()
        yield from self._broker()
        yield from self._disk()
        try:
            with health.reading_briefly():
                found = [*self._work(), *self._mails(), *self._sweeps(), *self._record(), *self._promises()]
        except DatabaseError:
            found = []
        yield from found

    def _parts(self) -> Iterator[Metric]:
        parts = GaugeMetricFamily("portal_part_ok", "1 where a part of /readyz holds, else 0.", labels=["part"])
        for part in health.readiness(self._now):
            parts.add_metric([part.name.partition(":")[0]], float(part.holds))
        yield _least(parts)

    def _broker(self) -> Iterator[Metric]:
        try:
            length = health.queue_length()
        except health.BrokerGone:
            return
        yield GaugeMetricFamily("portal_queue_length", "Wake-ups that no worker has taken yet.", float(length))

    def _disk(self) -> Iterator[Metric]:
        disk = shutil.disk_usage(settings.DATA_DIR)
        yield GaugeMetricFamily("portal_disk_free_bytes", "What is left for DATA_DIR.", float(disk.free))
        yield GaugeMetricFamily("portal_disk_size_bytes", "What the disk of DATA_DIR holds in all.", float(disk.total))

    def _work(self) -> Iterator[Metric]:
        oldest = work.oldest_due(self._now).total_seconds()
        yield GaugeMetricFamily("portal_oldest_due_seconds", "For how long the oldest due thing has waited.", oldest)
        waiting = _up_to_many(Dispatch.objects.order_by("pk"))
        yield GaugeMetricFamily("portal_events_waiting", f"Events not yet told, up to {MANY}.", waiting)
        yield GaugeMetricFamily("portal_events_stuck", "Events that no mail could be made of.", float(work.stuck()))
        apart = health.clock_difference(self._now).total_seconds()
        yield GaugeMetricFamily("portal_clock_difference_seconds", "Web clock less the database's clock.", apart)

    def _mails(self) -> Iterator[Metric]:
        mails = GaugeMetricFamily("portal_outbox_mails", f"Mails by state, up to {MANY}.", labels=["state"])
        for state in (MailState.IN_FLIGHT, MailState.GAVE_UP):
            mails.add_metric([state], _up_to_many(OutgoingMail.objects.filter(state=state).order_by("-pk")))
        queued = OutgoingMail.objects.filter(state=MailState.QUEUED).order_by("pk")
        tries = list(queued.values_list("tries", flat=True)[:MANY])
        mails.add_metric([MailState.QUEUED], float(len(tries)))
        # Those that wait for a server which takes connections and no mail: they are neither due nor given up.
        mails.add_metric(["refused"], float(sum(number >= REFUSED_TIMES for number in tries)))
        yield mails
        others = GaugeMetricFamily(
            "portal_outbox_others", f"Alerts and webhook deliveries by state, up to {MANY}.", labels=["what", "state"]
        )
        for what, of in (("alerts", OutgoingAlert), ("deliveries", WebhookDelivery)):
            for state in (MailState.QUEUED, MailState.IN_FLIGHT, MailState.GAVE_UP):
                others.add_metric([what, state], _up_to_many(of._default_manager.filter(state=state).order_by("-pk")))
        yield others
        oldest = work.oldest_outgoing(self._now, OutgoingMail).total_seconds()
        yield GaugeMetricFamily("portal_outbox_oldest_due_seconds", "For how long the oldest due mail waited.", oldest)
        incoming = GaugeMetricFamily("portal_incoming_mails", f"Mail that came in, up to {MANY}.", labels=["fate"])
        waiting = IncomingMail.objects.filter(fate=MailFate.WAITING)
        incoming.add_metric(["waiting"], _up_to_many(waiting.order_by("received_at")))
        # One index holds them both.
        to_sort = IncomingMail.objects.filter(fate__in=TO_SORT).order_by("-received_at")
        incoming.add_metric(["to_sort"], _up_to_many(to_sort))
        yield incoming
        down = GaugeMetricFamily("portal_mail_server_down_seconds", "Since when it is not reached.", labels=["server"])
        for name in (heartbeat.MAIL_SERVER, heartbeat.MAILBOX):
            last = heartbeat.last(name)
            since = last.trouble_since if last is not None else None
            down.add_metric([name], (self._now - since).total_seconds() if since is not None else 0.0)
        yield down

    def _sweeps(self) -> Iterator[Metric]:
        age = GaugeMetricFamily("portal_sweep_age_seconds", "Since a sweep last ran.", labels=["sweep"])
        every = GaugeMetricFamily("portal_sweep_interval_seconds", "How often a sweep should run.", labels=["sweep"])
        done = CounterMetricFamily("portal_sweep_done", "What a sweep did, ever.", labels=["sweep"])
        beats = Heartbeat.objects.in_bulk()
        for name, interval in health.timetable().items():
            every.add_metric([name], interval.total_seconds())
            beat = beats.get(name)
            if beat is not None:
                age.add_metric([name], (self._now - beat.at).total_seconds())
                done.add_metric([name], float(beat.done))
        sender = beats.get(heartbeat.SENDER)
        mails = CounterMetricFamily("portal_mails", "Mails that went, and tries that failed, ever.", labels=["result"])
        mails.add_metric(["sent"], float(sender.done) if sender else 0.0)
        mails.add_metric(["failed"], float(sender.failed) if sender else 0.0)
        yield from (age, every, done, mails)

    def _record(self) -> Iterator[Metric]:
        differences = float(work.record_differences())
        yield GaugeMetricFamily("portal_record_differences", "Where the record is not what was written.", differences)
        rounds = RecordRound.objects.order_by("-pk")
        whole = rounds.exclude(ended_at=None).first() or rounds.last()
        age = (self._now - whole.began_at).total_seconds() if whole is not None else 0.0
        yield GaugeMetricFamily("portal_record_checked_seconds", "Since the last whole check of it began.", age)

    def _promises(self) -> Iterator[Metric]:
        overdue = Case.objects.open().filter(next_due_at__lt=self._now).order_by("next_due_at")
        yield GaugeMetricFamily(
            "portal_cases_overdue", f"Open cases with a missed promise, up to {MANY}.", _up_to_many(overdue)
        )
        soon = due_within_the_hour(self._now)
        yield GaugeMetricFamily(
            "portal_promises_due_soon", f"Promises due within the hour, up to {MANY}.", _up_to_many(soon)
        )
        due_next = Deadline.objects.not_yet_due(self._now).order_by("due_at").values_list("warn_at")[:NEXT_DUE]
        at_risk = sum(warn_at <= self._now for (warn_at,) in due_next)
        yield GaugeMetricFamily(
            "portal_promises_at_risk", f"Promises past their warning, among the next {NEXT_DUE}.", float(at_risk)
        )


def due_within_the_hour(now: datetime) -> "QuerySet[Deadline]":
    """Return the promises that fall due within the hour."""
    return Deadline.objects.not_yet_due(now).filter(due_at__lte=now + timedelta(hours=1)).order_by("due_at")


def _up_to_many(rows: "QuerySet[Any]") -> float:
    return float(len(rows.values_list("pk")[:MANY]))


def _least(family: GaugeMetricFamily) -> GaugeMetricFamily:
    """Keep one sample of each part: the sweeps are one part here, and it holds if each of them does."""
    least: dict[str, float] = {}
    for sample in family.samples:
        least[sample.labels["part"]] = min(sample.value, least.get(sample.labels["part"], 1.0))
    family.samples = []
    for part, value in least.items():
        family.add_metric([part], value)
    return family
