"""Pages by key: what comes behind the last row read, never a number of rows to skip."""

from typing import Any

from django.core.exceptions import ValidationError as WrongValue
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from cases.api.views import ApiView


class Pages(CursorPagination):
    """Pages whose size the reader may choose."""

    page_size_query_param = "limit"
    max_page_size: int = 200

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """Return the rows of one page.

        Raises:
            ValidationError: `cursor` is none of ours, or `limit` no number of rows.
        """
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, WrongValue) as wrong:
            raise ValidationError({"cursor": [_("Take `cursor` from `next` or `previous` of a page.")]}) from wrong

    def get_page_size(self, request: Request) -> int:
        """Return how many rows a page has."""
        asked = request.query_params.get("limit")
        if asked is None:
            return self.page_size or self.max_page_size
        if not (asked.isascii() and asked.isdigit() and len(asked) < 6 and 1 <= int(asked) <= self.max_page_size):
            raise ValidationError({"limit": [_("Write a number from 1 to %(most)s.") % {"most": self.max_page_size}]})
        return int(asked)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Return what the description says of `cursor` and `limit`."""
        cursor, limit = super().get_schema_operation_parameters(view)
        cursor["description"] = "Where to go on: from `next` or `previous` of a page."
        limit["description"] = f"Rows on a page; left out: {self.page_size}."
        limit["schema"] |= {"minimum": 1, "maximum": self.max_page_size}
        return [cursor, limit]


class NewestFirst(Pages):
    """Cases by their last change, newest first."""

    page_size = 50
    ordering = ("-last_event_at", "-id")


class LatestFirst(Pages):
    """Rows by when they were made, the latest first."""

    page_size = 50
    ordering = ("-id",)


class InOrder(Pages):
    """What happened in a case, oldest first."""

    page_size = 100
    max_page_size = 500
    ordering = ("id",)


class ListView(ApiView):
    """An address that lists rows, page by page."""

    pagination_class: type[Pages] = InOrder

    def page(self, request: Request, rows: QuerySet[Any], serializer: type[Serializer[Any]]) -> Response:
        """Answer with one page of the rows."""
        pages = self.pagination_class()
        found = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(serializer(found, many=True, context={"request": request}).data)
