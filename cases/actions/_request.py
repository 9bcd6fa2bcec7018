"""What a machine's request asks of an act beside its arguments: a receipt, and that the case is as it was read.

Both belong into the act's own transaction, so `_record` takes them up where it locks the case and writes the event.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case, Receipt, User
from cases.rules import RuleBroken
from sla.written_rows import New, write

# A receipt answers this long; then its key may be used anew.
RECEIPTS_KEPT = timedelta(hours=24)


@dataclass
class Asked:
    """A request on its way into an act. Each wish is taken up once, by the first case that the act locks or records."""

    actor: User
    key: str = ""
    fingerprint: str = ""
    # The case that the caller has read, by reference, and the number of its last event then.
    read: tuple[str, int] | None = None


_asked: ContextVar[Asked | None] = ContextVar("asked", default=None)


@contextmanager
def asked_with(asked: Asked) -> Iterator[None]:
    """Carry the wishes of a request into the one act that is called inside."""
    token = _asked.set(asked)
    try:
        yield
    finally:
        _asked.reset(token)


def require_as_read(case: Case) -> None:
    """Refuse when the case changed after the caller read it.

    Raises:
        RuleBroken: with the code `changed_meanwhile`.
    """
    asked = _asked.get()
    # An act may lock other cases too, such as the one that goes on after a merge.
    if asked is None or asked.read is None or asked.read[0] != case.reference:
        return
    expected, asked.read = asked.read[1], None
    if case.last_event_number != expected:
        raise RuleBroken(
            "changed_meanwhile",
            _("The case changed after you read it. Nothing was done. Read it again, then decide."),
        )


def leave_receipt(case: Case | None, *, made: int | None = None, now: datetime) -> None:
    """Write the receipt of the request that this act answers, if it carried a key.

    What happens to a case leaves one when it is recorded. An act beside cases calls this inside its transaction, with
    the id of the row that its answer tells of.
    """
    write(*receipts(case, made=made, now=now))


def receipts(case: Case | None, *, made: int | None = None, now: datetime) -> list[New]:
    """Return the receipt that is to be written with this act, if its request carried a key."""
    asked = _asked.get()
    if asked is None or not asked.key:
        return []
    key, asked.key = asked.key, ""
    return [New(Receipt(actor=asked.actor, key=key, fingerprint=asked.fingerprint, case=case, made=made, made_at=now))]


@transaction.atomic(durable=True)
def forget_receipts(*, actor: None = None, now: datetime) -> int:
    """Throw away the receipts that answer nothing any more, with what they hold of cases. Returns how many."""
    forgotten, _rows = Receipt.objects.filter(made_at__lt=now - RECEIPTS_KEPT).delete()
    return forgotten
