"""The app that keeps time."""

from django.apps import AppConfig


class SlaConfig(AppConfig):
    """Desks, hours, holidays and the policy's targets."""

    name = "sla"
    verbose_name = "Hours and policy"
