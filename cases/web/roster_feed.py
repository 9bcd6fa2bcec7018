"""A roster for calendar programs (RFC 5545), read at a secret address."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from cases import actions, promises
from cases.models import RosterFeed, RosterKind, RosterShift
from cases.web.request import Reading

PAST, AHEAD = timedelta(days=28), timedelta(days=120)


@require_safe
def feed(request: Reading, feed_token: str) -> HttpResponse:
    """Return the roster behind a secret address; a revoked one, or one whose owner left, is not there."""
    found = (
        RosterFeed.objects.select_related("owner", "desk")
        .filter(token_hash=actions.hash_of_feed(feed_token), revoked_at=None)
        .first()
    )
    if found is None or not found.owner.works_here:
        raise Http404
    answer = HttpResponse(_calendar(found, request.now).to_ical(), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="roster.ics"'
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _calendar(found: RosterFeed, now: datetime) -> Calendar:
    written = Calendar()
    written.add("prodid", "-//Probax Support//Roster//EN")
    written.add("version", "2.0")
    name = _("Roster of %(name)s") % {"name": found.owner if found.desk is None else found.desk}
    written.add("x-wr-calname", name)
    rows = RosterShift.objects.filter(removed_at=None, ends_at__gt=now - PAST, starts_at__lt=now + AHEAD)
    rows = rows.filter(person=found.owner) if found.desk is None else rows.filter(desk=found.desk)
    for row in rows.select_related("person", "desk").order_by("starts_at", "pk"):
        for event in _events(row, now):
            written.add_component(event)
    return written


def _events(row: RosterShift, now: datetime) -> Iterator[Event]:
    """Yield an on-call turn as one event, a shift as one for each time that the desk is open in it: no holidays."""
    stretches = [(row.starts_at, row.ends_at)]
    if row.kind == RosterKind.SHIFT:
        stretches = list(promises.home_hours(row.desk).intervals(row.starts_at, row.ends_at))
    for starts_at, ends_at in stretches:
        event = Event()
        event.add("uid", f"roster-{row.pk}-{starts_at:%Y%m%dT%H%M}@probax.support")
        event.add("dtstamp", now)
        event.add("dtstart", starts_at)
        event.add("dtend", ends_at)
        event.add("summary", f"{row.get_kind_display()}: {row.person} ({row.desk})")
        yield event
