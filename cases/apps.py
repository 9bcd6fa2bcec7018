"""The room of partners and cases, as Django knows it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """Partners, people and cases."""

    name = "cases"
    verbose_name = _("Support cases")

    def ready(self) -> None:
        """Answer what sla's commands ask about promises."""
        # Models can only be imported once every app is there.
        from cases.reports import for_commands  # noqa: PLC0415
        from sla import explained, moves  # noqa: PLC0415

        moves.affected_by.append(for_commands.would_move)
        explained.finders.append(for_commands.deadlines_of)
