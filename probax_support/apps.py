"""The project itself, as Django knows it: its commands and its checks."""

from django.apps import AppConfig

import probax_support.checks  # noqa: F401 - the checks register themselves


class ProjectConfig(AppConfig):
    """Commands and checks of the whole installation."""

    name = "probax_support"
