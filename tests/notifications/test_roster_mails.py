"""Nobody assigned at 75 %: the specialists on shift hear of it, then all the desk's (P2.1)."""

import pytest

from cases import actions
from cases.models import RosterKind, StaffRole
from notifications.models import MailKind
from tests.builders import at, staff
from tests.notifications.office import Office, kinds_to, tick


@pytest.mark.clause("P2.1", "P6.1")
@pytest.mark.parametrize("rostered", [True, False])
def test_who_is_on_shift_is_warned_of_a_case_that_nobody_has(office: Office, rostered: bool) -> None:
    noor = staff("Noor Aziz", StaffRole.SPECIALIST, desk=office.lena.desk)
    if rostered:
        assert office.lena.desk is not None
        actions.add_shift(
            desk_id=office.lena.desk.pk,
            kind=RosterKind.SHIFT,
            person_id=noor.pk,
            starts_at=at("Tue 8:00"),
            ends_at=at("Tue 17:00"),
            actor=office.ruth,
            now=at("Tue 8:30"),
        )
    office.log()
    tick("Tue 13:30")
    assert MailKind.PROMISE_AT_RISK in kinds_to(noor)
    assert MailKind.PROMISE_AT_RISK in kinds_to(office.ruth)
    assert (MailKind.PROMISE_AT_RISK in kinds_to(office.lena)) is not rostered
