"""What if: the real history under other hours, holidays or targets. For managers alone; nothing changes."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.periods import period_in
from cases.api.reports import OverTimeFilters
from cases.api.views import ApiView, asked_of, for_managers, moment, person
from cases.models import Case
from cases.reports import what_if as reports
from cases.reports.assumption import rules
from cases.reports.selection import LEVELS, narrowed
from cases.web.what_if_forms import LONGEST_HOURS, WhatIfForm, in_words
from sla import store

# Of the promises that would have moved; the counts are of all.
MOST_MOVED = 500
VERDICTS = {reports.KEPT: "kept", reports.MISSED: "missed", reports.UNDECIDED: "undecided"}
WITHIN = [
    OpenApiParameter(
        f"within-{level}",
        {"type": "number", "minimum": 0.05, "maximum": LONGEST_HOURS},
        description=f"Hours within which Severity {level} is answered.",
    )
    for level in LEVELS
]
SUPPOSED = [
    *WITHIN,
    OpenApiParameter("sun", str, enum=["everybody", "nobody"], description="For whom every desk's hours count."),
    OpenApiParameter("sev1", str, enum=["desk"], description="Severity 1 counts in the hours of the desk."),
]


class CellSerializer(serializers.Serializer[reports.Cell]):
    """First-response promises on the record, and as they would have been."""

    desk = serializers.SerializerMethodField()
    severity = serializers.SerializerMethodField()
    kept = serializers.IntegerField()
    missed = serializers.IntegerField()
    kept_then = serializers.IntegerField()
    missed_then = serializers.IntegerField()
    lost = serializers.IntegerField(help_text="Missed then, and not on the record.")
    won = serializers.IntegerField(help_text="Missed on the record, and not then.")

    def get_desk(self, cell: reports.Cell) -> str | None:
        """Return the code of the desk; null for all of them."""
        codes: dict[int, str] = self.context["codes"]
        return codes.get(cell.desk)

    def get_severity(self, cell: reports.Cell) -> int | None:
        """Return the severity; null for all of them."""
        return cell.severity or None


class OtherVerdictSerializer(serializers.Serializer[reports.Moved]):
    """A promise with another verdict."""

    case = serializers.CharField(source="deadline.case.reference")
    severity = serializers.IntegerField(source="deadline.severity")
    due_at = serializers.DateTimeField(source="deadline.due_at")
    would_be_due_at = serializers.DateTimeField()
    was = serializers.SerializerMethodField()
    becomes = serializers.SerializerMethodField()

    def get_was(self, moved: reports.Moved) -> str:
        """Return kept, missed or undecided: on the record."""
        return VERDICTS[moved.was]

    def get_becomes(self, moved: reports.Moved) -> str:
        """Return kept, missed or undecided: as it would be."""
        return VERDICTS[moved.becomes]


class WhatIfSerializer(serializers.Serializer[Any]):
    """The history once more, as everybody answered, under other rules."""

    since = serializers.DateField()
    until = serializers.DateField()
    supposed = serializers.ListField(child=serializers.CharField(), help_text="What was supposed, in words.")
    all = CellSerializer()
    cells = CellSerializer(many=True, help_text="By desk and severity.")
    moved = OtherVerdictSerializer(many=True, help_text=f"The first logged first, {MOST_MOVED} at most.")


class WhatIf(ApiView):
    """The history under other rules."""

    @extend_schema(operation_id="read_what_if", parameters=[OverTimeFilters, *SUPPOSED], responses=WhatIfSerializer)
    def get(self, request: Request) -> Response:
        """Replay the history of a period under other targets, hours or holidays. For managers alone.

        What is supposed stands in the query as in the address of the page *What if*. For a desk, such as `au`:
        `days-au` (0 is Monday, once for each day) with `opens-au` and `closes-au`, `holidays-au=none`, and `closed-au`
        (dates with commas between them).
        """
        for_managers(request)
        asked, in_force, now = asked_of(OverTimeFilters, request), rules(), moment(request)
        form = WhatIfForm(request.query_params, in_force.desks, store.targets(store.policy_in_force(now)), now)
        if not form.is_valid():
            raise ValidationError({name: list(map(str, found)) for name, found in form.errors.items()})
        period = period_in(request, asked)
        filters: dict[str, str] = {name: asked[name] for name in ("desk", "partner") if name in asked}
        cases = narrowed(Case.objects.visible_to(person(request)), filters)
        after = in_force.supposed(form.assumption())
        done = reports.replay(reports.history(cases, period, now), cases, in_force.as_they_are(), after)
        told = {
            "since": period.first,
            "until": period.last,
            "supposed": in_words(form.assumption(), form.desks, form.targets, now),
            "all": reports.all_of(done),
            "cells": reports.cells(done),
            "moved": reports.moved(done, reports.moved_rows(done, "")[:MOST_MOVED]),
        }
        codes = {desk.pk: desk.code for desk in in_force.desks}
        return Response(WhatIfSerializer(told, context={"codes": codes}).data)
