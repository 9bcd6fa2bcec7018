"""A partner's month: every promise that was kept or missed, with its explanation, and what else happened (P2.1)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from cases.models import INTERNAL_KINDS, Deadline, DeadlineKind, Partner
from cases.querysets import CaseQuerySet
from cases.reports import surveys as survey_reports
from cases.reports.over_time import Number, days_of, outcomes, share_of, volume
from cases.reports.selection import Period, other_verdicts_in, verdicts_in
from cases.reports.surveys import Scores

# Promises beside the first reply that a contact may read of.
OTHERS = tuple(kind for kind in DeadlineKind.values if kind not in {DeadlineKind.FIRST_RESPONSE, *INTERNAL_KINDS})


@dataclass(frozen=True)
class PartnerMonth:
    """What a month came to. Days are those of the partner's home desk."""

    partner: Partner
    period: Period
    first_replies: list[Deadline]
    others: list[Deadline]
    logged: Number
    # How cases ended, those outcomes alone that were there.
    ended: list[Number]
    open_at_the_end: int
    scores: Scores

    @property
    def kept(self) -> int:
        """How many first replies were in time."""
        return sum(each.kept is True for each in self.first_replies)

    @property
    def missed(self) -> int:
        """How many first replies were late, or are owed."""
        return len(self.first_replies) - self.kept

    @property
    def share(self) -> int | None:
        """Return the percentage of first replies in time."""
        return share_of(self.kept, self.missed)

    @property
    def promises(self) -> int:
        """How many promises are listed."""
        return len(self.first_replies) + len(self.others)

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened and nothing was open."""
        numbers = (self.promises, self.logged.cases, len(self.ended), self.open_at_the_end, self.scores.answered)
        return not any(numbers)


def month_of(partner: Partner, first: date) -> Period:
    """Return the month that begins on this day, in the days of the partner's home desk."""
    return Period(first, days_of(first)[-1], ZoneInfo(partner.home_desk.zone))


def last_month(partner: Partner, now: datetime) -> date:
    """Return the first day of the last whole month."""
    today = now.astimezone(ZoneInfo(partner.home_desk.zone)).date()
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def partner_month(partner: Partner, cases: CaseQuerySet, first: date, now: datetime) -> PartnerMonth:
    """Return a month of those of a partner's cases that the reader may see."""
    period, cases = month_of(partner, first), cases.filter(partner=partner)
    end = min(period.until, now)
    going_on = cases.filter(logged_at__lt=end, dismissed_at=None).exclude(closed_at__lt=end)
    return PartnerMonth(
        partner=partner,
        period=period,
        first_replies=_told(verdicts_in(period, DeadlineKind.FIRST_RESPONSE, now), cases),
        others=_told(other_verdicts_in(period, OTHERS, now), cases),
        logged=volume(cases, period),
        ended=[each for each in outcomes(cases, period) if each.cases],
        open_at_the_end=going_on.count(),
        scores=survey_reports.scores(survey_reports.narrowed(cases, period, {})),
    )


def _told(found: QuerySet[Deadline], cases: CaseQuerySet) -> list[Deadline]:
    """Return the promises with what their rows show, the first due first."""
    rows = found.filter(case__in=cases).select_related("case", "named_by", "milestone")
    return list(rows.order_by("due_at", "pk"))
