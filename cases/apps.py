"""The room of partners and cases, as Django knows it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """Partners, people and cases."""

    name = "cases"
    verbose_name = _("Support cases")
