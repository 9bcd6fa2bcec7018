"""Reads that compose. `visible_to` is the only door from a person to a case: every read for a person starts there."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self, cast

from django.db import connections
from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Func,
    Model,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.expressions import RawSQL
from django.db.models.lookups import IsNull

from cases import case_search
from cases.lifecycle import WAITING_ON_THE_CONTACT, Status
from cases.rules import TAKE_REPLY_BACK_WITHIN, phone_readings
from cases.written_parts import OfThisRow
from sla.models import Desk
from sla.written_once import PlannedOnce

if TYPE_CHECKING:
    # The linter does not see the names in the bases below.
    from cases.models.cases import Case, Closing
    from cases.models.conversation import Attachment, Message  # noqa: F401
    from cases.models.deadlines import Deadline
    from cases.models.features import FeatureRequest  # noqa: F401
    from cases.models.people import User


# Targets that staff set themselves (P9.2): no contact reads of them, and they count in no share of promises kept.
INTERNAL_KINDS = frozenset({"update"})
_LIKE_A_PHONE_NUMBER = re.compile(r"\s*\+?[\d\s().\-/]{6,30}")
# What a case itself says, in the order in which PostgreSQL has it indexed.
ASKED_COLUMNS = (
    "reference", "title", "explanation", "effect", "error_messages", "steps_to_reproduce", "known_workarounds",
)  # fmt: skip
# What a row of a list shows of the case itself, and of a person.
ROW = (
    "reference", "title", "severity", "status", "logged_at", "closed_at", "next_due_at", "last_event_at",
    "last_event_number",
)  # fmt: skip
PERSON = ("name", "email", "erased_at")
# What stands in what is written once for a term that is looked for, and for since when replies have left.
TERM, SETTLED = ("standin",), datetime(1, 1, 2, tzinfo=UTC)
# The way from a case to the people of its partner.
MEMBER = "partner__memberships__user"


def _visible_to(user: "User", path: str = "") -> Q:
    """Return the one rule of who may know of a case; `path` leads from the filtered rows to it, such as `case__`."""
    if user.works_here:
        return Q()
    return Q(**{f"{path}{MEMBER}": user}) & _as_member(user, path)


def _as_member(user: "User | F", path: str = "") -> Q:
    """Return what the member of a case's partner who is being matched may know of: all cases, or their own."""
    return Q(**{f"{path}partner__memberships__is_active": True}) & (
        Q(**{f"{path}partner__memberships__sees_all_cases": True}) | Q(**{f"{path}contact": user})
    )


class CaseQuerySet(QuerySet["Case"]):
    """Cases, narrowed step by step."""

    def visible_to(self, user: "User") -> Self:
        """Keep what `user` may know of: staff see all; a contact sees a partner's cases, or their own if limited."""
        return self.filter(_visible_to(user))

    def seen_by(self, people: Sequence["User"]) -> set[tuple[int, int]]:
        """Return which of these cases each person may know of, as keys of case and person: `visible_to` for many."""
        staff = [user.pk for user in people if user.works_here]
        others = [user.pk for user in people if not user.works_here]
        members = self.filter(Q(**{f"{MEMBER}__in": others}) & _as_member(F(MEMBER)))
        pairs = set(members.values_list("pk", MEMBER)) if others else set()
        return pairs | {(case, user) for case in self.values_list("pk", flat=True) for user in staff}

    def open(self) -> Self:
        """Keep the cases that go on."""
        return self.exclude(status=Status.CLOSED)

    def closed(self) -> Self:
        """Keep the cases that ended."""
        return self.filter(status=Status.CLOSED)

    def waiting_on(self, person: "User") -> Self:
        """Keep the open cases that a person is the contact or the owner of: nobody leaves these behind."""
        return self.open().filter(Q(contact=person) | Q(assignee=person))

    def assigned_to(self, user: "User") -> Self:
        """Keep the cases of one specialist."""
        return self.filter(assignee=user)

    def unassigned(self) -> Self:
        """Keep the cases that nobody has taken."""
        return self.filter(assignee=None)

    def waiting(self) -> Self:
        """Keep the cases that wait on their contact."""
        return self.filter(status__in=WAITING_ON_THE_CONTACT)

    def severity_to_agree(self) -> Self:
        """Keep the open cases whose contact proposed another severity and waits for an answer (P2.3)."""
        return self.open().filter(severity_proposals__decision="", severity_proposals__side="contact")

    def of_severity(self, severity: int) -> Self:
        """Keep the cases of one severity in force."""
        return self.filter(severity=severity)

    def at_risk(self, now: datetime) -> Self:
        """Keep open cases with an open promise that is past its warning and not yet due (P2.1)."""
        at_risk = self._deadlines().promises().filter(warn_at__lte=now, due_at__gte=now)
        return self.open()._one_of(at_risk.values("case"))

    def breached(self, now: datetime) -> Self:
        """Keep open cases with an open promise that is past its due time."""
        # The warning comes before the due time, so it narrows nothing: it leads to the index of promises at risk.
        late = self._deadlines().promises().filter(warn_at__lt=now, due_at__lt=now)
        return self.open().filter(next_due_at__lt=now)._one_of(late.values("case"))

    def updates_overdue(self, now: datetime) -> Self:
        """Keep open cases whose contact should have heard from us by now (P9.2)."""
        # A join, not a list of ids: a case has one such deadline, so the count stops where it may.
        late = Q(deadlines__ended_at=None, deadlines__kind="update", deadlines__due_at__lt=now)
        return self.open().filter(late, next_due_at__lt=now)

    def closing_soon(self) -> Self:
        """Keep cases that silence closes on the next business day (P9.5): both attempts were made."""
        return self.open().filter(episodes__ended_at=None, episodes__closes_at__isnull=False)

    def matching(self, words: str, reader: "User", now: datetime) -> Self:
        """Keep the cases in which `reader` may find each of `words`: in what was asked, said or sent, or in a name.

        Words that are a telephone number also find the cases of whoever has it, however it is written.

        A rare term is looked up, and its cases are picked. For a common one the cases are gone through in their order
        until there are enough: its list would be most of the table.
        """
        terms = case_search.terms_in(words)
        found = self if terms else self.none()
        common = case_search.common_among_messages(terms) if terms else set()
        for term in terms:
            found = found._holding(term, reader, now, common=term in common)
        if not _LIKE_A_PHONE_NUMBER.fullmatch(words):
            return found
        numbers = phone_readings(words, list(Desk.objects.values_list("country", flat=True)))
        return self._one_of(case_search.ids_of(found.values("pk"), *self._reached_at(numbers, reader)))

    def _holding(self, term: case_search.Term, reader: "User", now: datetime, *, common: bool) -> Self:
        """Keep the cases that hold a term. What asks for that is written once, and becomes a part of this."""
        asked = {"settled": now - TAKE_REPLY_BACK_WITHIN, **case_search.sent_for([term])}
        if common:
            return self.filter(OfThisRow(_whether_held(self.model, staff=reader.works_here).within(**asked)))
        return self._one_of(_named_by_indexes(self.model, staff=reader.works_here).within(**asked))

    def _ids(self, term: case_search.Term, *, staff: bool, now: datetime) -> QuerySet[Any, Any]:
        """Return the ids of the cases that hold a term, as the indexes of words name them."""
        cases = self.model._default_manager.all()
        beside = [
            case_search.holding(rows, columns, [term]).values("case") for rows, columns in self._beside(staff, now)
        ]
        own = case_search.holding(cases, ASKED_COLUMNS, [term]).values("pk")
        return case_search.ids_of(own, *beside, *(cases.filter(named).values("pk") for named in self._named(term)))

    def _held(self, term: case_search.Term, *, staff: bool, now: datetime) -> QuerySet[Any, Any]:
        """Return whether each case holds a term, read case by case."""
        found = reduce(or_, self._named(term), case_search.holds_here(ASKED_COLUMNS, [term]))
        for rows, columns in self._beside(staff, now):
            # One row of each case, and no EXISTS: PostgreSQL would turn that into the list that is to be spared.
            first = rows.filter(case_search.holds_here(columns, [term]), case=OuterRef("pk")).values("pk")[:1]
            found |= Q(IsNull(Subquery(first), False))
        return self.values_list(ExpressionWrapper(found, output_field=BooleanField()))

    def _beside(self, staff: bool, now: datetime) -> list[tuple[QuerySet[Any], Sequence[str]]]:
        """Return what stands beside the cases' own words, with the columns in which words are looked for."""
        messages = cast("MessageQuerySet", self._related("messages"))
        files = cast("AttachmentQuerySet", self._related("attachments")).filter(case__isnull=False)
        if not staff:
            messages, files = messages.open_to_contacts(now), files.open_to_contacts(now)
        return [(messages, ["body"]), (files, ["name"]), (self._related("brought_over"), ["external_id"])]

    def _named(self, term: case_search.Term) -> list[Q]:
        """Return whether a case is of a partner whose name holds a term, and of such a contact."""
        partners = case_search.holding(self._related("partner"), ["name"], [term])
        people = case_search.holding(self._related("contact"), ["name", "email"], [term])
        return [Q(partner__in=partners.values("pk")), Q(contact__in=people.values("pk"))]

    def _reached_at(self, numbers: Sequence[str], reader: "User") -> list[QuerySet[Any, Any]]:
        """Return the cases whose contact is reached at one of these; for staff also by what is known of people."""
        cases = self.model._default_manager.all()
        by_case = cases.filter(contact_phone__in=numbers).values("pk")
        if not reader.works_here:
            return [by_case]
        known = Q(phone__in=numbers) | Q(phone_numbers__number__in=numbers)
        people = self._related("contact").filter(known).values("pk")
        offices = self._related("partner").filter(phone_numbers__number__in=numbers).values("pk")
        by_person = cases.filter(contact__in=people).values("pk")
        return [by_case, by_person, cases.filter(partner__in=offices).values("pk")]

    def _related(self, name: str) -> QuerySet[Any]:
        """Return every row of the model behind a field."""
        model = cast("type[Model]", self.model._meta.get_field(name).related_model)
        return model._default_manager.all()

    def in_queue_order(self) -> Self:
        """Order by the next promise, cases without one last, then by age."""
        return self.order_by(F("next_due_at").asc(nulls_last=True), "id")

    def newest_first(self) -> Self:
        """Order by the last thing that happened, newest first."""
        return self.order_by("-last_event_at", "-id")

    def with_people(self) -> Self:
        """Load what a row of a list shows, in the same query."""
        return self.select_related("partner", "contact", "assignee", "desk")

    def as_rows(self) -> Self:
        """Load no more than a row of a list shows: case, partner, owner, and the desk for its clock."""
        owner = [f"assignee__{name}" for name in PERSON]
        return self.select_related("partner", "assignee", "desk").only(*ROW, "partner__name", "desk__zone", *owner)

    def with_next_promise(self, reader: "User") -> Self:
        """Load each case's `next_promise`, in one more query."""
        return self.prefetch_related(self.next_promise(reader))

    def next_promise(self, reader: "User") -> "Prefetch[Any]":
        """Return what loads each case's open deadlines that `reader` may know of as `next_promise`, the earliest first.

        How each was reckoned is left where it is.
        """
        deadlines = self._deadlines() if reader.works_here else self._deadlines().promises()
        shown = deadlines.only("case", "kind", "severity", "warn_at", "due_at", "ended_at").order_by("due_at")
        return Prefetch("deadlines", shown, to_attr="next_promise")

    def with_closes_at(self) -> Self:
        """Add as `closes_at` when silence closes each case, from its open episode; the database keeps one at most."""
        open_episode = FilteredRelation("episodes", condition=Q(episodes__ended_at=None))
        return self.annotate(open_episode=open_episode, closes_at=F("open_episode__closes_at"))

    def _one_of(self, ids: QuerySet[Any, Any] | RawSQL) -> Self:
        """Keep the cases whose id a read returns.

        PostgreSQL is made to begin with that read: it takes its rows for more than they are, and would read every case.
        """
        if connections[self.db].vendor != "postgresql":
            return self.filter(pk__in=ids)
        any_of = {"template": "%(expressions)s)", "arg_joiner": " = ANY (ARRAY"}
        read = ids if isinstance(ids, RawSQL) else Subquery(ids)
        return self.filter(Func(F("pk"), read, output_field=BooleanField(), **any_of))

    def _deadlines(self) -> "DeadlineQuerySet":
        """Return every open deadline."""
        model = cast("type[Deadline]", self.model._meta.get_field("deadlines").related_model)
        return model.objects.open()

    def with_closing(self, standing: "QuerySet[Closing]") -> Self:
        """Load each case's closing in force, out of `standing`, as `standing_closing` in one more query."""
        return self.prefetch_related(Prefetch("closings", queryset=standing, to_attr="standing_closing"))


@cache
def _named_by_indexes(model: "type[Case]", *, staff: bool) -> PlannedOnce:
    return _planned(CaseQuerySet(model)._ids(TERM, staff=staff, now=SETTLED + TAKE_REPLY_BACK_WITHIN))


@cache
def _whether_held(model: "type[Case]", *, staff: bool) -> PlannedOnce:
    this_row = CaseQuerySet(model).filter(pk=OfThisRow.KEY)
    asked = this_row._held(TERM, staff=staff, now=SETTLED + TAKE_REPLY_BACK_WITHIN)
    # By another name than that of the cases which are gone through.
    asked.query.change_aliases({model._meta.db_table: "one_case"})
    return _planned(asked)


def _planned(read: QuerySet[Any, Any]) -> PlannedOnce:
    places = {"settled": SETTLED, **case_search.sent_for([TERM])}
    return PlannedOnce(*read.query.sql_with_params(), places)


class DeadlineQuerySet(QuerySet["Deadline"]):
    """Promises, narrowed step by step."""

    def open(self) -> Self:
        """Keep the promises that still stand."""
        return self.filter(ended_at=None)

    def promises(self) -> Self:
        """Keep what was promised to the contact, without what staff set themselves."""
        return self.exclude(kind__in=INTERNAL_KINDS)

    def not_yet_due(self, now: datetime) -> Self:
        """Keep open promises that can still be kept at `now`; their breach is not on the record."""
        return self.open().filter(breached_at=None, due_at__gte=now)

    def to_warn(self, now: datetime) -> Self:
        """Keep open promises past their warning that nobody was warned of."""
        return self.open().filter(warned_at=None, warn_at__lte=now)

    def to_breach(self, now: datetime) -> Self:
        """Keep open promises past due whose breach is not on the record. The due second itself is in time."""
        return self.open().filter(breached_at=None, due_at__lt=now)


_OPEN_TO_CONTACTS = Q(message=None) | (~Q(message__kind="note") & Q(message__taken_back_at=None))


def _settled(now: datetime) -> Q:
    return Q(message=None) | Q(message__by_staff=False) | Q(message__said_at__lt=now - TAKE_REPLY_BACK_WITHIN)


class AttachmentQuerySet(QuerySet["Attachment"]):
    """Files, narrowed to those a person may fetch."""

    def visible_to(self, user: "User") -> Self:
        """Keep files of visible cases, without those of internal notes for contacts, and files of one's own draft."""
        of_cases = Q(case__isnull=False) & _visible_to(user, "case__")
        if not user.works_here:
            of_cases &= _OPEN_TO_CONTACTS
        # A request that waits for a decision is staff's business, and its contact's.
        of_requests = Q(kept_request__isnull=False) if user.works_here else Q(kept_request__contact=user)
        return self.filter(of_cases | Q(draft__user=user) | of_requests)

    def of_a_visible_case(self, user: "User") -> Self:
        """Keep what `user` may fetch of the files of a case that they were found to know of."""
        return self if user.works_here else self.filter(_OPEN_TO_CONTACTS)

    def readable_by(self, user: "User", now: datetime) -> Self:
        """Keep what `user` may fetch at `now`: contacts no file of a reply that can still be taken back."""
        seen = self.visible_to(user)
        return seen if user.works_here else seen.filter(_settled(now))

    def readable_in_visible_cases(self, user: "User", now: datetime) -> Self:
        """Keep what `user` may fetch at `now` of the files of cases that they were found to know of."""
        return self.filter(case__isnull=False) if user.works_here else self.open_to_contacts(now)

    def open_to_contacts(self, now: datetime) -> Self:
        """Keep the files of cases that belong to no internal note, and to no reply that was or can be taken back."""
        return self.filter(_OPEN_TO_CONTACTS, _settled(now), case__isnull=False)


class MessageQuerySet(QuerySet["Message"]):
    """Messages of a case that somebody may see, narrowed to those they may read."""

    def readable_by(self, user: "User", now: datetime) -> Self:
        """Keep what `user` may read at `now`: staff everything."""
        return self if user.works_here else self.open_to_contacts(now)

    def open_to_contacts(self, now: datetime) -> Self:
        """Keep no notes, and no reply of ours while it can still be taken back, nor one that was."""
        settled = Q(by_staff=False) | Q(said_at__lt=now - TAKE_REPLY_BACK_WITHIN)
        return self.filter(settled, taken_back_at=None).exclude(kind="note")


class FeatureRequestQuerySet(QuerySet["FeatureRequest"]):
    """Feature requests, narrowed step by step. They are for staff; a contact reads of one through their case."""

    def standing(self) -> Self:
        """Keep the requests that were merged into no other."""
        return self.filter(merged_into=None)

    def matching(self, words: str) -> Self:
        """Keep the requests that have every one of `words`, in themselves or in one that was merged into them."""
        found = self
        for word in words.split():
            here = Q(title__icontains=word) | Q(function__icontains=word) | Q(use_case__icontains=word)
            here |= Q(application__icontains=word)
            folded = self.model._default_manager.filter(here).exclude(merged_into=None).values("merged_into")
            found = found.filter(here | Q(pk__in=folded))
        return found

    def with_counts(self) -> Self:
        """Count each request's partners as `partners` and its cases as `cases`, merged ones included."""
        return self.annotate(partners=Count("links__partner", distinct=True), cases=Count("links", distinct=True))

    def newest_first(self) -> Self:
        """Order by when they were lodged, newest first."""
        return self.order_by("-lodged_at", "-id")
