"""What a person chose, and what follows for a letter: now, later, in the digest, or never."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core import signing
from django.urls import reverse
from django_stubs_ext import StrOrPromise

from cases import promises
from cases.models import Partner, User
from cases.rules import ROUND_THE_CLOCK_SEVERITY
from notifications.models import FOR_CONTACTS, How, MailChoice, MailKind, MailTimes
from notifications.once import once
from notifications.preferences import hours
from notifications.preferences.kinds import ALWAYS, OPTIONAL, at_first, offered_to
from sla.models import Desk

# What a link of a mail is signed for, and nothing else.
PURPOSE = "turn off a kind of mail"
LINK_GOOD_FOR = timedelta(days=180)
FIRST_DIGEST_AT = time(8)


@dataclass(frozen=True)
class Quiet:
    """Quiet hours: from when, until when, and the weekdays on which they begin."""

    begins: time
    ends: time
    days: frozenset[int]


def how(kind: MailKind, person: User) -> How:
    """Return how a person gets a kind of mail."""
    if kind not in OPTIONAL:
        return How.NOW
    chosen = _choices_of(person).get(kind)
    return at_first(kind, person) if chosen is None else How(chosen)


def chosen_by(person: User) -> dict[MailKind, How]:
    """Return how a person gets each kind of mail that they may choose about."""
    chosen = _choices_of(person)
    return {kind: How(chosen.get(kind, at_first(kind, person))) for kind in offered_to(person)}


def always_sent_to(person: User) -> dict[MailKind, StrOrPromise]:
    """Return the kinds of mail that a person cannot turn off, each with the reason why."""
    return {kind: why for kind, why in ALWAYS.items() if person.works_here == (kind not in FOR_CONTACTS)}


def may_leave_at(kind: MailKind, person: User, at: datetime) -> datetime:
    """Return `at`, or the end of the quiet hours that hold then. What nobody may turn off does not wait."""
    if kind not in OPTIONAL:
        return at
    times = _times_of(person)
    if times is None or times.quiet_from is None or times.quiet_until is None:
        return at
    end = hours.end_of_quiet(at, ZoneInfo(person.zone), times.quiet_from, times.quiet_until, times.quiet_days)
    return at if end is None else end


@once
def _choices_of(person: User) -> dict[str, str]:
    return dict(MailChoice.objects.filter(person=person).values_list("kind", "how"))


@once
def _times_of(person: User) -> MailTimes | None:
    return MailTimes.objects.filter(person=person).first()


def waits_for_nothing(severity: int | None) -> bool:
    """Return whether a mail about a case of this severity goes at once, whatever its reader chose but never."""
    return severity == ROUND_THE_CLOCK_SEVERITY


def keep_times(person: User, now: datetime) -> None:
    """Give a person their row of times, if they have none: from then on digests are looked at."""
    due_at = next_digest(person, FIRST_DIGEST_AT, now)
    MailTimes.objects.get_or_create(person=person, defaults={"digest_at": FIRST_DIGEST_AT, "digest_due_at": due_at})


def next_digest(person: User, at: time, now: datetime) -> datetime:
    """Return when the next digest of a person is made: at that hour of their zone, on their desk's business days."""
    return hours.next_at(now, ZoneInfo(person.zone), at, lambda day: _works_on(_desk_of(person), day))


def _desk_of(person: User) -> Desk | None:
    if person.works_here:
        return person.desk
    partner = Partner.objects.filter(memberships__user=person, memberships__is_active=True).order_by("pk").first()
    return None if partner is None else partner.home_desk


def _works_on(desk: Desk | None, day: date) -> bool:
    return day.weekday() < 5 if desk is None else promises.home_hours(desk).is_business_day(day)


# --- The link that turns a kind off -----------------------------------------------------------------------------------


def link_to_turn_off(kind: MailKind, person: User | None) -> str:
    """Return the path that turns off a kind of mail for a person; empty where that may not be."""
    if person is None or kind not in OPTIONAL or How.NEVER not in OPTIONAL[kind].ways:
        return ""
    return reverse("mail_turn_off", kwargs={"token": signing.dumps([person.pk, kind], salt=PURPOSE)})


def of_link(token: str) -> tuple[int, MailKind] | None:
    """Return the person and the kind of a link; None if we never signed it for this, or too long ago."""
    try:
        person_id, kind = signing.loads(token, salt=PURPOSE, max_age=LINK_GOOD_FOR)
        return int(person_id), MailKind(kind)
    except (signing.BadSignature, ValueError, TypeError):
        return None
