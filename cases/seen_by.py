"""Reads of one case for one person, by SQL that is written once for staff and once for contacts."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from cases.models import Case, StaffRole, User
from cases.querysets import CaseQuerySet
from sla.written_once import WrittenOnce

T = TypeVar("T")
# Stands for whoever reads.
READER = 30_000


class SeenBy(Generic[T]):
    """A read of cases that a person may know of. `read` narrows them by the stand-ins of `places` (`WrittenOnce`)."""

    def __init__(self, read: Callable[[CaseQuerySet], QuerySet[Any, T]], **places: Any) -> None:
        staff, contact = User(pk=READER, staff_role=StaffRole.SPECIALIST), User(pk=READER)
        self._for_staff = WrittenOnce(lambda: read(Case.objects.visible_to(staff)), **places)
        self._for_contacts = WrittenOnce(lambda: read(Case.objects.visible_to(contact)), reader=READER, **places)

    def first(self, reader: User | None, **of: Any) -> T | None:
        """Return the first row that `reader` may know of, if there is any. Nobody is the timetable, which knows all."""
        read, who = self._for(reader)
        return read.first(**who, **of)

    def first_behind(self, lock: WrittenOnce[Any], reader: User | None, **of: Any) -> T | None:
        """Return it as it is once `lock` is there (`WrittenOnce.first_behind`)."""
        read, who = self._for(reader)
        return read.first_behind(lock, **who, **of)

    def _for(self, reader: User | None) -> tuple[WrittenOnce[T], dict[str, int]]:
        if reader is None or reader.works_here:
            return self._for_staff, {}
        return self._for_contacts, {"reader": reader.pk}
