"""The daily digest: one mail on each business morning of its reader, and none when there is nothing to say."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from cases.models import User
from notifications import outbox
from notifications.digests import lines, news
from notifications.letters import Letter
from notifications.models import How, MailKind, MailState, MailTimes, OutgoingMail
from notifications.preferences import choosing

# A first digest, or one after a long time, tells of so much at most.
LONGEST_LOOK_BACK = timedelta(days=7)


def begin_for_staff(*, now: datetime) -> int:
    """Have digests made for staff who never chose anything: they get one unless they turn it off.

    Returns for how many.
    """
    new = User.objects.filter(is_active=True, mail_times=None).exclude(staff_role="").select_related("desk")
    people = list(new.order_by("pk")[:100])
    for person in people:
        choosing.keep_times(person, now)
    return len(people)


@transaction.atomic(durable=True)
def make(*, person_id: int, now: datetime) -> OutgoingMail | None:
    """Make the digest of a person that is due, and set when the next one is. None when it was made, or says nothing.

    What the person wants in the digest is taken out of the outbox and becomes its lines.
    """
    times = MailTimes.objects.select_for_update().filter(person=person_id, digest_due_at__lte=now).first()
    if times is None:
        return None
    person = User.objects.select_related("desk").get(pk=person_id)
    since = max(times.digest_told_until or now - timedelta(days=1), now - LONGEST_LOOK_BACK)
    due_at, times.digest_due_at = times.digest_due_at, choosing.next_digest(person, times.digest_at, now)
    times.digest_told_until = now
    times.save(update_fields=["digest_due_at", "digest_told_until"])
    if not person.is_active:
        return None
    held = OutgoingMail.objects.select_for_update(of=("self",)).filter(recipient=person, state=MailState.HELD)
    mails = list(held.select_related("case", "event", "recipient").order_by("pk"))
    kept, told = lines.gathered(mails, now)
    letter = _letter(person, told, since, now, due_at)
    if letter is None:
        return None
    outbox.enqueue([letter], now=now)
    mail = OutgoingMail.objects.get(key=letter.key)
    lines.bundle(kept, mail)
    return mail


def _letter(person: User, told: list[lines.Line], since: datetime, now: datetime, due_at: datetime) -> Letter | None:
    wanted = choosing.how(MailKind.DAILY_DIGEST, person) != How.NEVER
    found = {}
    if wanted:
        found = news.for_staff(person, now) if person.works_here else news.for_contact(person, since, now)
    if not told and news.is_empty(found):
        return None
    day = now.astimezone(ZoneInfo(person.zone)).date()
    content = {**found, "lines": told, "day": day}
    return Letter(MailKind.DAILY_DIGEST, person, content=content, about=f"digest.{due_at:%Y%m%dT%H%M%S}")
