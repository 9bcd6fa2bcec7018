"""Answers that are given often, kept by managers for everybody at the desk."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases import rules
from cases.actions import _request
from cases.models import Macro, User
from cases.rules import RuleBroken


@transaction.atomic(durable=True)
def keep_macro(
    *, macro_id: int | None, name: str, body: str, expected_at: datetime | None, actor: User, now: datetime
) -> Macro:
    """Make a macro, or change one as the page showed it.

    Raises:
        RuleBroken: it has an unknown place in braces, its name is taken, or somebody changed or deleted it meanwhile.
    """
    _require_manager(actor)
    unknown = rules.unknown_placeholders(body)
    if unknown:
        raise RuleBroken(
            "placeholder_unknown",
            _("Nothing can be filled in for %(names)s. Known are: %(known)s.")
            % {
                "names": ", ".join(f"{{{one}}}" for one in unknown),
                "known": ", ".join(f"{{{one}}}" for one in rules.PLACEHOLDERS),
            },
        )
    macros = Macro.objects.select_for_update()
    macro = Macro() if macro_id is None else macros.filter(pk=macro_id).first()
    if macro is None or (macro_id is not None and macro.changed_at != expected_at):
        raise RuleBroken(
            "macro_changed_meanwhile",
            _("Somebody changed or deleted this macro meanwhile. Your text is here; open the list to see theirs."),
        )
    if Macro.objects.filter(name__iexact=name.strip()).exclude(pk=macro.pk).exists():
        raise RuleBroken("macro_name_taken", _("Another macro has this name. Choose one that tells them apart."))
    macro.name, macro.body, macro.changed_at, macro.changed_by = name.strip(), body, now, actor
    macro.save()
    _request.leave_receipt(None, made=macro.pk, now=now)
    return macro


@transaction.atomic(durable=True)
def delete_macro(*, macro_id: int, actor: User, now: datetime) -> None:
    """Delete a macro that stood there by `now`. What was written with it stays as it is."""
    _require_manager(actor)
    Macro.objects.filter(pk=macro_id, changed_at__lte=now).delete()


def _require_manager(actor: User) -> None:
    if not actor.manages:
        raise RuleBroken("manager_only", _("Only a manager can do this. Nothing was changed."))
