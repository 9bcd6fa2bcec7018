"""Surveys (P11.1)."""

from datetime import timedelta

SURVEY_OPEN_FOR = timedelta(days=30)
