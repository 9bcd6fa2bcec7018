"""Measure messages in and out, each beside a peer in the same run: how many a second, and how soon.

    .venv/bin/python bench/messages.py [out] [in] [soon] [breaches] [sweep]

It starts PostgreSQL and Redis of its own, and a mail server in a process of its own. Rates are medians of rounds that
take turns, so that what else the machine does hits all alike. "CPU" is the processor time of whoever is measured.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import resource
import smtplib
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# First: it points Django's settings to servers of this run.
from tests.environment import BACKEND  # isort: skip

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection
from django.utils import timezone

from cases.inbox import handling, storing
from cases.models import Case, CaseEvent, Deadline, IncomingMail, User
from notifications import sweeps
from notifications.models import OutgoingMail
from tests import builders
from tests.backends import EmbeddedBackend
from tests.faults.copies import copy_rows
from tests.faults.site import PEOPLE, WAITING
from tests.inbox.post import letter
from tests.portal import Portal, prepared, running
from tests.smtp_sink import SmtpSink

ROOT = Path(__file__).resolve().parent.parent
SINK = """
import sys
from tests.smtp_sink import SmtpSink
sink = SmtpSink()
sink.start()
print(sink.port, flush=True)
sys.stdin.read()
sink.stop()
"""
SENDER = """
import resource, sys
import django
django.setup()
from django.utils import timezone
from notifications import sweeps
from notifications.models import OutgoingMail
sizes = []
while OutgoingMail.objects.filter(state="queued").exists():
    sweeps.send_outbox(clock=timezone.now)
    sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
used = resource.getrusage(resource.RUSAGE_SELF)
print(sizes[0], sizes[-1], used.ru_utime + used.ru_stime)
"""
ROUNDS = 3
MAILS = "notifications_outgoingmail"
FIRST_COPY = 10_000_000


def main() -> None:
    """Measure what was asked for, or all of it."""
    questions: dict[str, Callable[[], None]] = {
        "out": out,
        "in": into,
        "soon": soon,
        "breaches": breaches,
        "sweep": sweep,
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", nargs="*", choices=[*questions, []], help="what to measure; all when left out")
    asked = parser.parse_args().questions or list(questions)
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.machine()}, {os.cpu_count()} cores")
    print(f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}")
    BACKEND.start()
    prepared(BACKEND, "portal")
    for name in asked:
        questions[name]()


# --- Out ----------------------------------------------------------------------------------------------------------


def out(*, mails: int = 1000) -> None:
    """Mails a second over one kept connection, beside smtplib's bare loop and Django's connection for each mail."""
    _people_and_a_mail()
    with _mail_server() as port:
        rates: dict[str, list[float]] = {"outbox": [], "smtplib, one connection": [], "Django, one for each mail": []}
        for _ in range(ROUNDS):
            _queue(mails)
            rates["outbox"].append(_rate(mails, lambda: sweeps.send_outbox(clock=timezone.now)))
            rates["smtplib, one connection"].append(_rate(mails, lambda: _bare_loop(port, mails)))
            rates["Django, one for each mail"].append(_rate(mails // 4, lambda: _django_loop(port, mails // 4)))
    _tell("mails a second out, one sender", rates)


def _bare_loop(port: int, mails: int) -> None:
    mail = OutgoingMail.objects.filter(state="sent").first()
    assert mail is not None
    raw = _message(mail).message().as_bytes(linesep="\r\n")
    with smtplib.SMTP("127.0.0.1", port) as server:
        for _ in range(mails):
            server.sendmail("care@probax.io", [mail.to_address], raw)


def _django_loop(port: int, mails: int) -> None:
    backend = "django.core.mail.backends.smtp.EmailBackend"
    for mail in OutgoingMail.objects.filter(state="sent")[:mails]:
        message = _message(mail)
        message.connection = get_connection(backend, host="127.0.0.1", port=port, use_tls=False)
        message.send()


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(mail.subject, mail.body_text, "care@probax.io", [mail.to_address])
    message.attach_alternative(mail.body_html, "text/html")
    return message


# --- In -----------------------------------------------------------------------------------------------------------


def into(*, mails: int = 300) -> None:
    """Mails a second in, kept and handled, beside Python's own parsing of them."""
    _people_and_a_mail()
    priya = User.objects.get(email="priya.raman@nwit.example")
    rates: dict[str, list[float]] = {"kept and handled": [], "parsed by email.parser alone": []}
    for turn in range(ROUNDS):
        raws = [
            letter(priya, f"Restores are slow {turn} {number}", Message_ID=f"<{turn}-{number}@x>").as_bytes()
            for number in range(mails)
        ]
        rates["kept and handled"].append(_rate(mails, lambda raws=raws: _take_in(raws)))
        rates["parsed by email.parser alone"].append(_rate(mails, lambda raws=raws: [_parsed(raw) for raw in raws]))
    print(f"  {Case.objects.count()} cases, fates: {set(IncomingMail.objects.values_list('fate', flat=True))}")
    _tell("mails a second in, one reader", rates)


def _take_in(raws: list[bytes]) -> None:
    for raw in raws:
        storing.store(raw, source="bench", received_at=timezone.now(), now=timezone.now())
    for mail_id in handling.waiting(timezone.now(), limit=len(raws)):
        handling.handle(mail_id, now=timezone.now())


def _parsed(raw: bytes) -> list[str]:
    message = message_from_bytes(raw, policy=policy.default)
    return [str(part.get_content()) for part in message.walk() if part.get_content_type() == "text/plain"]


# --- How soon -----------------------------------------------------------------------------------------------------


def soon(*, cases: int = 60) -> None:
    """From the event to the mail server's 250, with Redis and on the built-in default."""
    for name, backend in (("PostgreSQL and Redis", BACKEND), ("SQLite and files", EmbeddedBackend())):
        sink = SmtpSink()
        sink.start()
        extra = {"EMAIL_URL": sink.url, "DEMO": "True"}
        with running(prepared(backend, "soon") | extra) as portal:
            token = portal.manage("shell", "-v", "0", "-c", PEOPLE).rpartition("token ")[2].strip()
            for number in range(cases):
                _submit(portal, token, number)
                time.sleep(0.3 + number % 7 / 10)
            waits = _waits(portal, sink, cases)
        sink.stop()
        p95 = waits[int(len(waits) * 0.95)]
        print(f"event to SMTP, {name}: median {statistics.median(waits):.2f} s, p95 {p95:.2f} s, of {len(waits)}")


def _submit(portal: Portal, token: str, number: int) -> None:
    said = {"partner": "NWIT", "title": f"Case {number}", "explanation": "It stops.", "effect": "One.", "severity": 3}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{portal.url}/api/v1/cases/", json.dumps(said).encode(), headers)
    urllib.request.urlopen(request, timeout=60).close()


def _waits(portal: Portal, sink: SmtpSink, cases: int) -> list[float]:
    ends_at = time.monotonic() + 60
    while len(sink.received) < cases and time.monotonic() < ends_at:
        time.sleep(0.1)
    question = (
        "from cases.models import CaseEvent\n"
        "for event in CaseEvent.objects.filter(kind='case_logged').select_related('case'):\n"
        "    print(event.case.reference, event.at.isoformat())"
    )
    told = dict(line.split() for line in portal.manage("shell", "-v", "0", "-c", question).splitlines() if "-" in line)
    waits = []
    for mail in sink.received:
        reference = next((word.strip(":[]()") for word in mail.subject.split() if word.strip(":[]()") in told), None)
        if reference is not None:
            waits.append((mail.at - datetime.fromisoformat(told[reference])).total_seconds())
    return sorted(waits)


# --- Many at once -------------------------------------------------------------------------------------------------


def breaches(*, cases: int = 10_000) -> None:
    """So many promises missed in one minute: put on the record, written, and sent by two senders."""
    _people_and_a_mail()
    _copy_cases(cases, due="now() - interval '1 second' * mod(n, 60)")
    before = _cpu()
    recorded = _seconds(lambda: _until_nothing(lambda: sweeps.warn_and_breach(now=timezone.now())))
    told = _seconds(lambda: _until_nothing(lambda: sweeps.dispatch_events(now=timezone.now())))
    mails = OutgoingMail.objects.filter(state="queued").count()
    print(f"{cases} breaches: on the record in {recorded:.0f} s, {mails} mails written in {told:.0f} s by one worker,")
    print(f"  of it {_cpu() - before:.0f} s CPU; memory at most {_memory()} MB")
    with _mail_server() as port:
        began = time.monotonic()
        senders = [_start_sender(port) for _ in range(2)]
        said = [sender.communicate()[0].split() for sender in senders]
        seconds = time.monotonic() - began
    sizes = ", ".join(f"{first} MB at first, {last} MB at last, {float(cpu):.0f} s CPU" for first, last, cpu in said)
    print(f"  {mails} mails by two senders: {seconds:.0f} s with their start, {mails / seconds:.0f} a second; {sizes}")


def sweep(*, deadlines: int = 1_000_000, due: int = 10_000) -> None:
    """A sweep over many open deadlines of which few are due, beside the same sweep over those few alone."""
    _people_and_a_mail()
    seconds = {}
    _copy_cases(due, due="now() - interval '1 second'")
    seconds[due] = _seconds(lambda: _until_nothing(lambda: sweeps.warn_and_breach(now=timezone.now())))
    later = f"now() + interval '1 day' + interval '1 second' * mod(n, {30 * 86400})"
    filled = _seconds(lambda: _copy_cases(deadlines - due, due=later, first=2 * FIRST_COPY))
    _copy_cases(due, due="now() - interval '1 second'", first=3 * FIRST_COPY)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE cases_deadline")
    found = _seconds(lambda: list(Deadline.objects.to_breach(timezone.now()).order_by("due_at", "pk")[:200]))
    seconds[deadlines] = _seconds(lambda: _until_nothing(lambda: sweeps.warn_and_breach(now=timezone.now())))
    ratio = seconds[deadlines] / seconds[due]
    print(f"sweep of {due} due: alone {seconds[due]:.0f} s, among {deadlines} open {seconds[deadlines]:.0f} s", end="")
    print(f" ({ratio:.2f} times); a page of 200 is found in {found * 1000:.1f} ms; filled in {filled:.0f} s")


def _copy_cases(count: int, *, due: str, first: int = FIRST_COPY) -> None:
    identity = f"{first} + n"
    case = {
        "id": identity,
        "reference": f"'B' || ({identity})",
        "submission_key": "gen_random_uuid()",
        "logged_at": "now() - interval '9 days'",
        "next_due_at": due,
    }
    deadline = {
        "case_id": identity,
        "started_at": "now() - interval '9 days'",
        "warn_at": "now() - interval '8 days'",
        "warned_at": "now() - interval '8 days'",
        "due_at": due,
        "breached_at": "NULL",
        "ended_at": "NULL",
        "ended_as": "''",
        "kept": "NULL",
    }
    original = Case.objects.filter(pk__lt=FIRST_COPY).latest("pk")
    with connection.cursor() as cursor:
        copy_rows(cursor, "cases_case", count, case, like=f"id = {original.pk}")
        own = f"case_id = {original.pk} AND kind = 'first_response'"
        copy_rows(cursor, "cases_deadline", count, deadline, like=own)


# --- Common -------------------------------------------------------------------------------------------------------


def _people_and_a_mail() -> None:
    """See to it that there is a cast, a case, and the mail about it."""
    if not CaseEvent.objects.exists():
        builders.logged_case(builders.cast().priya, timezone.now())
        sweeps.dispatch_events(now=timezone.now())
        OutgoingMail.objects.update(state="sent", sent_at=timezone.now())


def _queue(mails: int) -> None:
    with connection.cursor() as cursor:
        mark = f"-{time.monotonic_ns()}-"
        own = WAITING | {"key": f"m.id || '{mark}' || n", "message_id": f"'<' || m.id || '{mark}' || n || '@x>'"}
        copy_rows(cursor, MAILS, mails, own, like=f"id = (SELECT min(id) FROM {MAILS})")


@contextlib.contextmanager
def _mail_server() -> Iterator[int]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    sink = subprocess.Popen(
        [sys.executable, "-c", SINK], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert sink.stdout is not None
    port = int(sink.stdout.readline())
    settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
    yield port
    sink.communicate("")


def _start_sender(port: int) -> subprocess.Popen[str]:
    name = connection.settings_dict["NAME"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    environment["DATABASE_URL"] = BACKEND.environment["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    return subprocess.Popen([sys.executable, "-c", SENDER], env=environment, stdout=subprocess.PIPE, text=True)


def _until_nothing(step: Callable[[], int]) -> None:
    while step():
        pass


def _seconds(work: Callable[[], Any]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _rate(count: int, work: Callable[[], Any]) -> float:
    return count / _seconds(work)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _tell(what: str, rates: dict[str, list[float]]) -> None:
    """Print the median rate of each, and ours over the others' as the median of the rounds."""
    (ours, mine), *others = rates.items()
    print(f"{what}: {ours} {statistics.median(mine):.0f}")
    for name, theirs in others:
        ratio = statistics.median(a / b for a, b in zip(mine, theirs, strict=True))
        print(f"  {name} {statistics.median(theirs):.0f}; ours is {ratio:.2f} of it")


if __name__ == "__main__":
    main()
