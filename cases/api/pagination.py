"""Pages by key: what comes behind the last row read, never a number of rows to skip."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """Cases by their last change, newest first."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = ("-last_event_at", "-id")


class InOrder(CursorPagination):
    """What happened in a case, oldest first."""

    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 500
    ordering = ("id",)
