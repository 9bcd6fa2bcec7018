"""My day: what is mine next, and what waits for a word of mine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from cases.case_search import ids_of
from cases.models import Case, Deadline, DeadlineKind, Message, MessageKind, User
from cases.querysets import CaseQuerySet
from cases.web.request import PortalRequest, desk_page

# Nobody does more in a week; what is further down is in the queue.
SHOWN = 60
# Of the cases that somebody has, those that are looked into for what is due; each has a promise or two.
NEAREST = 3 * SHOWN
MENTIONED_WITHIN = timedelta(days=14)


@dataclass(frozen=True)
class Part:
    """A part of the day, such as "Today", with what is due in it."""

    key: str
    name: Promise
    deadlines: list[Deadline]


@dataclass(frozen=True)
class MyDay:
    """What somebody promised, the next first, and the cases and notes in which others wait for a word of theirs."""

    due: list[Deadline]
    waiting: list[Case]
    to_agree: list[Case]
    closing: list[Case]
    mentions: list[Message]


@desk_page
@require_GET
def my_day(request: PortalRequest) -> HttpResponse:
    """Show what the reader promised, the next first, and who waits for a word of theirs."""
    found = my_day_of(request.user, request.now)
    context = vars(found) | {"parts": parts_of(found.due, request.now)}
    return render(request, "cases/desk/my_day.html", context | {"anything": any(context.values())})


def my_day_of(user: User, now: datetime) -> MyDay:
    """Return the day of a member of staff."""
    mine = Case.objects.visible_to(user).open().assigned_to(user)
    return MyDay(
        due=_due(user),
        waiting=_waiting_for_a_word(mine),
        to_agree=list(mine.severity_to_agree().with_people().in_queue_order()[:SHOWN]),
        closing=list(mine.closing_soon().with_people().with_closes_at().in_queue_order()[:SHOWN]),
        mentions=_mentions(user, now),
    )


def parts_of(deadlines: Sequence[Deadline], now: datetime) -> list[Part]:
    """Put promises into the parts of the reader's day; a part without any is left out."""
    today = timezone.get_current_timezone()
    day = now.astimezone(today).date()
    late = [one for one in deadlines if one.due_at < now]
    coming = [one for one in deadlines if one.due_at >= now]
    days = {one.pk: one.due_at.astimezone(today).date() for one in coming}
    parts = [
        Part("late", _("Late"), late),
        Part("today", _("Today"), [one for one in coming if days[one.pk] == day]),
        Part("tomorrow", _("Tomorrow"), [one for one in coming if days[one.pk] == day + timedelta(days=1)]),
        Part("later", _("Later"), [one for one in coming if days[one.pk] > day + timedelta(days=1)]),
    ]
    return [part for part in parts if part.deadlines]


def _due(user: User) -> list[Deadline]:
    """Return the open promises of one's cases and one's own milestones; managers answer for themselves."""
    visible = Case.objects.visible_to(user).open()
    # What is due first lies in the cases that are due first.
    nearest = visible.assigned_to(user).in_queue_order().values("pk")[:NEAREST]
    of_cases = Deadline.objects.open().filter(case__in=nearest, milestone=None)
    of_plans = Deadline.objects.open().filter(milestone__owner=user, case__in=visible)
    found = Deadline.objects.filter(pk__in=ids_of(of_cases.values("pk"), of_plans.values("pk")))
    if not user.manages:
        found = found.exclude(kind=DeadlineKind.MANAGER_ANSWER)
    found = found.select_related("case__partner", "milestone").defer("explanation")
    return list(found.order_by("due_at", "pk")[:SHOWN])


def _waiting_for_a_word(mine: CaseQuerySet) -> list[Case]:
    """Return one's cases in which the contact spoke last."""
    said = Message.objects.filter(case=OuterRef("pk"), kind=MessageKind.REPLY, taken_back_at=None)
    last = Subquery(said.order_by("-said_at", "-pk").values("by_staff")[:1])
    return list(mine.alias(ours=last).filter(ours=False).with_people().order_by("last_event_at")[:SHOWN])


def _mentions(user: User, now: datetime) -> list[Message]:
    recent = Message.objects.filter(mentioned=user, said_at__gt=now - MENTIONED_WITHIN)
    visible = recent.filter(case__in=Case.objects.visible_to(user))
    return list(visible.select_related("case", "author").order_by("-said_at", "-pk")[:SHOWN])
