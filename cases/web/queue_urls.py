"""Addresses of the queue, what one does with it, and one's own day."""

from django.urls import path

from cases.web import bulk, my_day
from cases.web import queue_pages as pages

queue_pages = [
    path("desk/", pages.queue, name="desk_queue"),
    path("desk/changes/", pages.changes, name="desk_changes"),
    path("desk/my-day/", my_day.my_day, name="desk_my_day"),
    path("desk/bulk/", bulk.bulk, name="desk_bulk"),
    path("desk/look/", pages.look, name="desk_look"),
    path("desk/filters/", pages.narrow, name="desk_filters"),
    path("desk/views/", pages.views, name="desk_views"),
    path("desk/views/save/", pages.view_save, name="desk_view_save"),
    path("desk/views/<int:view_id>/change/", pages.view_change, name="desk_view_change"),
    path("desk/views/<int:view_id>/move/", pages.view_move, name="desk_view_move"),
    path("desk/views/<int:view_id>/delete/", pages.view_delete, name="desk_view_delete"),
]
