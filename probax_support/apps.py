"""The project itself, as Django knows it: its commands and its checks."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Commands and checks of the whole installation."""

    name = "probax_support"

    def ready(self) -> None:
        """Load the checks, which register themselves and know models, so they have to wait for those."""
        import probax_support.checks  # noqa: F401, PLC0415
