"""The project: settings, addresses, the Celery app and its timetable."""

from probax_support.celery import app as celery_app

__all__ = ["celery_app"]
