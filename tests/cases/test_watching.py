"""Who hears of a case: watchers inside the partner, staff, and the colleague whose case it is."""

from collections.abc import Callable

import pytest

from cases import actions
from cases.models import Case, EventKind, Membership, User
from cases.rules import RuleBroken
from tests import builders
from tests.builders import Cast, all_at_once, at, contact, events_of, fresh, last_event, logged_case

pytestmark = pytest.mark.clause("P9.3")

NOON = at("Tue 12:00")


def watch(case: Case, who: User, by: User) -> Case:
    return actions.add_watcher(case_id=case.pk, user_id=who.pk, actor=by, now=NOON)


def watchers(case: Case) -> set[str]:
    return {watcher.user.name for watcher in case.watchers.all()}


@pytest.mark.parametrize(
    ("who", "by", "public"),
    [("omar", "priya", True), ("omar", "omar", True), ("omar", "lena", True), ("max", "max", False)],
)
def test_colleagues_and_staff_watch(people: Cast, case: Case, who: str, by: str, public: bool) -> None:
    watch(case, getattr(people, who), getattr(people, by))
    assert watchers(case) == {getattr(people, who).name}
    event = last_event(case)
    assert (event.kind, event.public) == (EventKind.WATCHER_ADDED, public)


def test_watching_twice_is_once(people: Cast, case: Case) -> None:
    for _time in range(2):
        watch(case, people.omar, people.priya)
    assert events_of(case).count(EventKind.WATCHER_ADDED) == 1


@pytest.mark.parametrize("by", ["priya", "lena", "ann"])
def test_nobody_of_another_partner_ever_watches(people: Cast, case: Case, by: str) -> None:
    with pytest.raises(RuleBroken, match="cannot see the case") as refused:
        watch(case, people.zoe, getattr(people, by))
    assert "Blue Harbor" not in str(refused.value)
    assert watchers(case) == set()


def test_a_limited_colleague_does_not_watch(people: Cast, case: Case) -> None:
    limited = contact("Nia Park", people.northwind, sees_all_cases=False)
    with pytest.raises(RuleBroken, match="cannot see the case"):
        watch(case, limited, people.priya)


def test_a_contact_puts_no_staff_on_the_case(people: Cast, case: Case) -> None:
    with pytest.raises(RuleBroken, match="cannot see the case"):
        watch(case, people.max, people.priya)


def test_somebody_who_left_or_never_was_does_not_watch(people: Cast, case: Case) -> None:
    User.objects.filter(pk=people.omar.pk).update(is_active=False)
    for user_id in (people.omar.pk, 987654):
        with pytest.raises(RuleBroken, match="cannot see the case"):
            actions.add_watcher(case_id=case.pk, user_id=user_id, actor=people.priya, now=NOON)


def test_the_contact_need_not_watch(people: Cast, case: Case) -> None:
    with pytest.raises(RuleBroken, match="hears of everything anyway"):
        watch(case, people.priya, people.lena)


def test_another_partner_changes_nothing(people: Cast, case: Case) -> None:
    watch(case, people.omar, people.priya)
    acts: list[Callable[[], object]] = [
        lambda: watch(case, people.zoe, people.zoe),
        lambda: actions.remove_watcher(case_id=case.pk, user_id=people.omar.pk, actor=people.zoe, now=NOON),
        lambda: actions.change_contact(
            case_id=case.pk, contact_id=people.zoe.pk, expected_id=people.priya.pk, actor=people.zoe, now=NOON
        ),
    ]
    for act in acts:
        with pytest.raises(Case.DoesNotExist):
            act()
    assert watchers(case) == {"Omar Haddad"}


@pytest.mark.parametrize("by", ["priya", "omar", "lena"])
def test_either_side_takes_a_watcher_off(people: Cast, case: Case, by: str) -> None:
    watch(case, people.omar, people.priya)
    for _time in range(2):
        actions.remove_watcher(case_id=case.pk, user_id=people.omar.pk, actor=getattr(people, by), now=NOON)
    assert watchers(case) == set()
    assert events_of(case).count(EventKind.WATCHER_REMOVED) == 1


def test_a_contact_takes_no_staff_off(people: Cast, case: Case) -> None:
    watch(case, people.max, people.max)
    actions.remove_watcher(case_id=case.pk, user_id=people.max.pk, actor=people.priya, now=NOON)
    assert watchers(case) == {"Max Ortega"}


def test_whoever_lost_sight_of_the_case_can_still_stop(people: Cast, case: Case) -> None:
    watch(case, people.omar, people.priya)
    Membership.objects.filter(user=people.omar).update(is_active=False)
    for _time in range(2):
        actions.stop_watching(case_id=case.pk, actor=people.omar, now=NOON)
    assert watchers(case) == set()


# --- The contact ----------------------------------------------------------------------------------------------------


def change(case: Case, to: User, by: User, expected: User) -> Case:
    return actions.change_contact(case_id=case.pk, contact_id=to.pk, expected_id=expected.pk, actor=by, now=NOON)


@pytest.mark.parametrize("by", ["priya", "lena"])
def test_a_case_is_handed_to_a_colleague(people: Cast, case: Case, by: str) -> None:
    watch(case, people.omar, people.priya)
    User.objects.filter(pk=people.omar.pk).update(phone="+61 8 5550 0199")
    change(case, people.omar, getattr(people, by), people.priya)
    assert (fresh(case).contact, fresh(case).contact_email) == (people.omar, people.omar.email)
    assert fresh(case).contact_phone == "+61 8 5550 0199"
    assert watchers(case) == set()
    event = last_event(case)
    assert (event.kind, event.whole["name"], event.whole["name_before"]) == (
        EventKind.CONTACT_CHANGED,
        "Omar Haddad",
        "Priya Raman",
    )


def test_a_colleague_who_is_neither_contact_nor_administrator_hands_nothing_on(people: Cast, case: Case) -> None:
    with pytest.raises(RuleBroken, match="Only the contact, an administrator of your company, or support"):
        change(case, people.omar, people.omar, people.priya)


@pytest.mark.parametrize("name", ["zoe", "lena"])
def test_nobody_who_does_not_write_for_the_partner_becomes_its_contact(people: Cast, case: Case, name: str) -> None:
    with pytest.raises(RuleBroken, match="does not write for this company"):
        change(case, getattr(people, name), people.lena, people.priya)


def test_the_same_contact_again_changes_nothing(people: Cast, case: Case) -> None:
    change(case, people.priya, people.lena, people.priya)
    assert EventKind.CONTACT_CHANGED not in events_of(case)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_the_contact_at_once_one_is_told_who_it_is() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"))
    nia = contact("Nia Park", people.northwind)
    answers = all_at_once(
        [
            lambda: change(case, people.omar, people.lena, people.priya),
            lambda: change(case, nia, people.max, people.priya),
        ]
    )
    (refused,) = [given for given in answers if isinstance(given, Exception)]
    assert isinstance(refused, RuleBroken)
    assert refused.code == "contact_changed_meanwhile"
    assert str(fresh(case).contact) in str(refused)


@pytest.mark.django_db(transaction=True)
def test_many_clicks_at_once_make_one_watcher_and_take_one_off() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"))
    answers = all_at_once([lambda: watch(case, people.omar, people.priya)] * 4)
    assert [given for given in answers if isinstance(given, Exception)] == []
    answers = all_at_once([lambda: actions.stop_watching(case_id=case.pk, actor=people.omar, now=NOON)] * 4)
    assert [given for given in answers if isinstance(given, Exception)] == []
    happened = events_of(case)
    assert happened.count(EventKind.WATCHER_ADDED) == happened.count(EventKind.WATCHER_REMOVED) == 1
