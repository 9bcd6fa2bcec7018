"""The refusal that every rule and action raises."""

from django.utils.functional import Promise


class RuleBroken(Exception):
    """A request that the policy or the state of a case does not allow.

    `code` is for machines. `message` is for the person who asked: what happened, and what to do next.
    """

    def __init__(self, code: str, message: str | Promise) -> None:
        super().__init__(code)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return str(self.message)
