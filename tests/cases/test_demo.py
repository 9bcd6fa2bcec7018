"""The demo: whole whenever it is loaded, and made by the same actions as real cases."""

from datetime import timedelta

import pytest

from cases import demo, verification
from cases.models import Case, CaseEvent, Deadline, User
from tests import builders
from tests.builders import at


@pytest.mark.django_db
@pytest.mark.parametrize(
    "when", ["Tue 12:00", "Sat 3:00", "Mon 26 Jan 9:00", "Sun 5 Apr 2:30", "Fri 1 Jan 2027 0:00:01"]
)
def test_the_demo_loads_at_any_hour_and_nothing_lies_ahead(when: str) -> None:
    builders.policy()
    demo.load(at(when))
    assert Case.objects.count() >= 6
    assert not CaseEvent.objects.filter(at__gt=at(when)).exists()
    for case in Case.objects.all():
        numbers = list(case.events.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, case.last_event_number + 1))
    assert not [checked for checked in verification.check() if checked.broken_at or checked.unbound]
    # Something is still to be answered, or the queue would show nothing of itself.
    assert Deadline.objects.open().filter(due_at__gt=at(when) - timedelta(days=1)).exists()


@pytest.mark.django_db
def test_everybody_of_the_demo_logs_in_with_the_password_shown() -> None:
    builders.policy()
    demo.load(at("Tue 12:00"))
    for login in demo.LOGINS:
        assert User.objects.get(email=login.email).check_password(demo.PASSWORD)
