"""Requests that act, and the people and cases that they are tried on."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from cases import actions
from cases.models import Article
from tests.api.machine import Machine
from tests.builders import Cast, at, logged_case, text_file

NINE, NOON = at("Tue 9:00"), at("Tue 12:00")


@dataclass(frozen=True)
class Act:
    """A request that acts: whose token, the address, the body. With `files` it goes as a form."""

    by: Machine
    address: str
    said: Any = None
    files: bool = False
    method: str = "post"

    def send(self, *, by: Machine | None = None, address: str = "", more: Any = None, **headers: str) -> Any:
        """Send it, perhaps as somebody else, to another address, or with more in its body."""
        machine, address = by or self.by, address or self.address
        if self.files:
            return machine.send_file(address, {"file": text_file(), **self.said, **(more or {})}, **headers)
        if self.method == "post":
            return machine.post(address, {**(self.said or {}), **(more or {})}, **headers)
        return machine.delete(address) if self.method == "delete" else machine.put(address, self.said)


class World:
    """The cast with their tokens, and cases of Priya's as they are needed. It is Tuesday noon."""

    def __init__(self, people: Cast) -> None:
        self.people = people

    @cached_property
    def priya(self) -> Machine:
        """The contact, an administrator of her company."""
        return Machine(self.people.priya, NOON)

    @cached_property
    def lena(self) -> Machine:
        """The specialist."""
        return Machine(self.people.lena, NOON)

    @cached_property
    def ruth(self) -> Machine:
        """The manager."""
        return Machine(self.people.ruth, NOON)

    @cached_property
    def ann(self) -> Machine:
        """The administrator of the portal."""
        return Machine(self.people.ann, NOON)

    @cached_property
    def zoe(self) -> Machine:
        """Somebody else's contact."""
        machine = Machine(self.people.zoe, NOON)
        # The first request notes that her token was used.
        machine.get("cases/")
        return machine

    @cached_property
    def article(self) -> Article:
        """A published article."""
        text = actions.ArticleText(title="Restores", summary="Why they are slow.", body="Look at the disk.")
        lena = self.people.lena
        made = actions.write_article(article_id=None, text=text, expected_version=0, actor=lena, now=NOON)
        return actions.publish_article(article_id=made.pk, expected_version=1, actor=lena, now=NOON)

    def case(self, *, severity: int = 3, when: datetime = NINE) -> str:
        """Log a case and return where it stands."""
        return f"cases/{logged_case(self.people.priya, when, severity=severity).reference}/"

    def after(self, by: Machine, case: str, noun: str, said: Any = None) -> str:
        """Act on a case first, and return where it stands."""
        answered = by.post(f"{case}{noun}", said)
        assert answered.status_code == 201, (noun, answered.json())
        return case

    def row(self, case: str, noun: str) -> str:
        """Return where the newest row of a noun stands."""
        return f"{case}{noun}{self.lena.get(f'{case}{noun}').json()['results'][-1]['id']}/"

    def asked(self, noun: str, said: Any, *, by: Machine | None = None, case: str = "") -> str:
        """Make a row of a noun on a case, and return where it stands."""
        return self.row(self.after(by or self.lena, case or self.case(), noun, said), noun)
