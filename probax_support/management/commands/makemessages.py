"""`makemessages`, which also knows the name that we give to lazy translation beside the eager `_`."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """Django's own, with one more keyword."""

    xgettext_options = [
        *makemessages.Command.xgettext_options,
        "--keyword=_lazy",
    ]
