"""How Django knows this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Mail that goes out."""

    name = "notifications"
    verbose_name = _("Outgoing mail")

    def ready(self) -> None:
        """Have the worker woken after each act, instead of at its next tick."""
        # Models and Celery can only be imported once every app is there.
        from cases import actions  # noqa: PLC0415
        from cases.inbox import storing  # noqa: PLC0415
        from notifications import forgetting, redaction, tasks  # noqa: PLC0415

        actions.erase_with(redaction.erase)
        actions.forget_with(forgetting.forget)
        actions.wake_on_commit(tasks.bell.ring)
        storing.wake_when_brought(tasks.inbound_bell.ring)
