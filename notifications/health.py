"""Whether anything still runs: the age of the oldest thing that should have been done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from cases.counting import Counted
from cases.models import (
    AccountNotice,
    Deadline,
    Dispatch,
    IncomingMail,
    MailFate,
    Milestone,
    Notice,
    OnCallAlert,
    RecordDifference,
    SignOnRefusal,
    Survey,
    User,
    WaitingEpisode,
)
from cases.models.incoming import TO_SORT
from cases.often import LastFound, moment_of
from notifications.models import (
    MailState,
    MailTimes,
    Outgoing,
    OutgoingAlert,
    OutgoingMail,
    StuckEvent,
    WebhookDelivery,
)
from sla.written_once import WrittenOnce

# Numbers that only say whether somebody should look are counted no further.
COUNTED = 99


def oldest_due(now: datetime) -> timedelta:
    """Return for how long the oldest due row has waited; zero when nothing is due. One query.

    An event that is stuck, or a mail that waits for its next try, is no sign that nothing runs; both are counted apart.
    """
    return _longest(_asked(_due_since(now)), now)


def oldest_outgoing(now: datetime, of: type[Outgoing]) -> timedelta:
    """Return for how long the oldest row that should leave has waited; zero when none should."""
    return _longest(_asked(_leaving_since(now, of)), now)


def given_up(limit: int = COUNTED, *, of: type[Outgoing] = OutgoingMail) -> int:
    """Return how many mails, or rows `of` another kind, were given up and wait for a look, counted up to `limit`."""
    return _given_up(of, limit).count()


def stuck() -> int:
    """Return how many events could not be turned into mails."""
    return StuckEvent.objects.count()


def record_differences() -> int:
    """Return how often the record is not what was written, as far as nobody has said why, up to `COUNTED`."""
    return _record_differences()[:COUNTED].count()


@dataclass(frozen=True)
class Signs:
    """What the pages of staff say about the work behind them."""

    oldest_due: timedelta = timedelta(0)
    mails_given_up: int = 0
    alerts_given_up: int = 0
    to_sort: int = 0
    record_differences: int = 0
    sign_on_refusals: int = 0


_first_due: LastFound[datetime | None] = LastFound()


def signs(now: datetime) -> Signs:
    """Return for how long the oldest due row has waited, and what waits for somebody to look. One query.

    What is due is looked for once a moment, as pages speak of minutes. What people put right themselves is counted now.
    """
    counts: list[int] = []

    def look() -> datetime | None:
        due = _due_since(now)
        found = _asked([*due, *_to_look_at()])
        counts.extend(found[len(due) :])
        return min(filter(None, found[: len(due)]), default=None)

    first_due = _first_due.of(moment_of(now), look)
    return Signs(_longest([first_due], now), *(counts or _COUNTS.first() or ()))


def _to_look_at() -> list[Subquery]:
    return [
        Counted(_given_up(OutgoingMail)),
        Counted(_given_up(OutgoingAlert)),
        Counted(IncomingMail.objects.filter(fate__in=TO_SORT).values("pk")[:COUNTED]),
        Counted(_record_differences().values("pk")[:COUNTED]),
        Counted(SignOnRefusal.objects.filter(look=None).values("pk")[:COUNTED]),
    ]


_COUNTS = WrittenOnce(lambda: _beside_anybody(*_to_look_at()))


def _untold() -> QuerySet[Dispatch]:
    """Return what happened and nobody was told of, but what is stuck. No join: it would walk through every event."""
    return Dispatch.objects.exclude(Exists(StuckEvent.objects.filter(event=OuterRef("event_id"))))


def _due_since(now: datetime) -> list[Subquery]:
    """Return since when the first row of each kind has been due, each by one step in an index."""
    waiting = WaitingEpisode.objects.filter(ended_at=None)
    return [
        *(since for of in (OutgoingMail, OutgoingAlert, WebhookDelivery) for since in _leaving_since(now, of)),
        Subquery(_untold().order_by("pk").values("event__at")[:1]),
        _first(Deadline.objects.to_warn(now), "warn_at"),
        _first(Deadline.objects.to_breach(now), "due_at"),
        _first(waiting.filter(next_reminder_at__lte=now), "next_reminder_at"),
        _first(waiting.filter(closes_at__lte=now), "closes_at"),
        Subquery(Notice.objects.filter(told_at=None).order_by("pk").values("at")[:1]),
        Subquery(AccountNotice.objects.order_by("pk").values("at")[:1]),
        _first(OnCallAlert.objects.filter(ended_at=None, next_round_at__lte=now), "next_round_at"),
        _first(Milestone.objects.filter(next_reminder_at__lte=now), "next_reminder_at"),
        _first(Survey.objects.filter(remind_at__lte=now), "remind_at"),
        _first(IncomingMail.objects.filter(fate=MailFate.WAITING, received_at__lte=now), "received_at"),
        _first(MailTimes.objects.filter(digest_due_at__lte=now), "digest_due_at"),
    ]


def _leaving_since(now: datetime, of: type[Outgoing]) -> list[Subquery]:
    rows = of._default_manager
    return [
        _first(rows.filter(state=MailState.QUEUED, due_at__lte=now), "due_at"),
        _first(rows.filter(state=MailState.IN_FLIGHT, lease_until__lte=now), "lease_until"),
    ]


def _given_up(of: type[Outgoing], limit: int = COUNTED) -> QuerySet[Any, Any]:
    return of._default_manager.filter(state=MailState.GAVE_UP).values("pk")[:limit]


def _record_differences() -> QuerySet[RecordDifference]:
    return RecordDifference.objects.filter(looked_at=None)


def _first(rows: QuerySet[Any], column: str) -> Subquery:
    return Subquery(rows.order_by(column).values(column)[:1])


def _asked(values: Sequence[Subquery]) -> tuple[Any, ...]:
    """Return each value, all in one query; nothing before there are people, when nothing can be due."""
    return _beside_anybody(*values).first() or ()


def _beside_anybody(*values: Subquery) -> QuerySet[Any, Any]:
    """Return a read of values that belong to no row; a query needs one to stand on."""
    return User.objects.order_by("pk").values_list(*values)[:1]


def _longest(since: Iterable[datetime | None], now: datetime) -> timedelta:
    return max((now - at for at in since if at is not None and at < now), default=timedelta(0))
