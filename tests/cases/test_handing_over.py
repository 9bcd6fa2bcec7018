"""Handing a case over with a note, mentions in notes, and macros."""

from datetime import datetime

import pytest

from cases import actions, rules
from cases.models import Case, Macro, MessageKind, StaffRole, User
from cases.rules import RuleBroken
from tests import builders
from tests.builders import Cast, all_at_once, at, last_event, logged_case, staff

pytestmark = pytest.mark.clause("P9.2", "P6.1")

NOON = at("Tue 12:00")


def give(case: Case, to: User, by: User, note: str = "") -> Case:
    return actions.assign_case(case_id=case.pk, assignee_id=to.pk, expected_id=None, note=note, actor=by, now=NOON)


def note(case: Case, by: User, body: str) -> set[str]:
    actions.write_note(case_id=case.pk, body=body, actor=by, now=NOON)
    return {person.name for person in case.messages.latest("pk").mentioned.all()}


def test_the_note_of_a_handover_is_kept_for_staff(people: Cast, case: Case) -> None:
    give(case, people.max, people.lena, "Priya expects a call at 14:00.")
    kept = case.messages.get()
    assert (kept.kind, kept.body) == (MessageKind.NOTE, "Priya expects a call at 14:00.")
    event = last_event(case)
    assert (event.whole["note"], event.whole["name"]) == (kept.pk, "Max Ortega")


def test_without_a_note_none_is_written(people: Cast, case: Case) -> None:
    give(case, people.max, people.lena, " ")
    assert not case.messages.exists()
    assert "note" not in last_event(case).whole


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        ("@max please look.", {"Max Ortega"}),
        ("Ask @Max.Ortega, or @ruth.", {"Max Ortega", "Ruth Adeyemi"}),
        ("@maxortega!", {"Max Ortega"}),
        ("@max @MAX @max.ortega", {"Max Ortega"}),
        ("write to it@max.example", set()),
        ("@nobody @priya", set()),
        ("@lena that is me", set()),
    ],
)
def test_a_note_names_staff(people: Cast, case: Case, body: str, meant: set[str]) -> None:
    assert note(case, people.lena, body) == meant


def test_a_name_that_several_have_means_nobody(people: Cast, case: Case) -> None:
    staff("Max Weber", StaffRole.SPECIALIST)
    assert note(case, people.lena, "@max or @max.weber") == {"Max Weber"}
    assert rules.people_meant(["max"], {1: {"max"}, 2: {"max"}}) == (set(), ["max"])


def test_people_who_left_are_not_meant(people: Cast, case: Case) -> None:
    User.objects.filter(pk=people.max.pk).update(is_active=False)
    assert note(case, people.lena, "@max") == set()


# --- Macros ---------------------------------------------------------------------------------------------------------


def keep(
    by: User,
    name: str = "Greeting",
    body: str = "Hello {contact},",
    macro: Macro | None = None,
    seen: datetime | None = None,
) -> Macro:
    return actions.keep_macro(
        macro_id=None if macro is None else macro.pk,
        name=name,
        body=body,
        expected_at=seen or (None if macro is None else macro.changed_at),
        actor=by,
        now=NOON if macro is None else at("Tue 13:00"),
    )


def test_a_macro_with_a_place_that_nothing_fills_is_refused(people: Cast) -> None:
    with pytest.raises(RuleBroken, match=r"Nothing can be filled in for \{weather\}"):
        keep(people.ruth, body="Fine {weather} today.")


def test_a_manager_keeps_changes_and_deletes_macros(people: Cast) -> None:
    macro = keep(people.ruth)
    changed = keep(people.ruth, body="Hi {contact}, this is {specialist}.", macro=macro)
    assert (changed.pk, changed.changed_at) == (macro.pk, at("Tue 13:00"))
    for _time in range(2):
        actions.delete_macro(macro_id=macro.pk, actor=people.ann, now=at("Tue 14:00"))
    assert not Macro.objects.exists()


def test_unknown_places_are_refused_by_name(people: Cast) -> None:
    with pytest.raises(RuleBroken, match=r"\{contract\}, \{dew\}"):
        keep(people.ruth, body="{contract} {contact} {dew}")
    assert not Macro.objects.exists()


def test_braces_that_are_no_places_stay(people: Cast) -> None:
    body = 'Set { "a": 1 } and {} for {contact}.'
    assert keep(people.ruth, body=body).body == body
    assert rules.filled(body, {"contact": "{due}"}) == 'Set { "a": 1 } and {} for {due}.'


def test_a_name_is_given_once(people: Cast) -> None:
    keep(people.ruth)
    with pytest.raises(RuleBroken, match="Another macro has this name"):
        keep(people.ruth, name=" greeting ")


def test_a_stale_page_overwrites_nothing(people: Cast) -> None:
    macro = keep(people.ruth)
    keep(people.ann, body="By Ann.", macro=macro)
    with pytest.raises(RuleBroken, match="Somebody changed or deleted this macro"):
        keep(people.ruth, body="By Ruth.", macro=macro, seen=NOON)
    assert Macro.objects.get().body == "By Ann."


@pytest.mark.parametrize("name", ["lena", "priya"])
def test_only_managers_keep_macros(people: Cast, name: str) -> None:
    with pytest.raises(RuleBroken, match="Only a manager"):
        keep(getattr(people, name))
    with pytest.raises(RuleBroken, match="Only a manager"):
        actions.delete_macro(macro_id=1, actor=getattr(people, name), now=NOON)


@pytest.mark.django_db(transaction=True)
def test_of_two_managers_who_change_a_macro_at_once_one_is_told() -> None:
    people = builders.cast()
    macro = keep(people.ruth)
    answers = all_at_once(
        [lambda: keep(people.ruth, body="By Ruth.", macro=macro), lambda: keep(people.ann, body="By Ann.", macro=macro)]
    )
    (refused,) = [given for given in answers if isinstance(given, Exception)]
    assert isinstance(refused, RuleBroken)
    assert refused.code == "macro_changed_meanwhile"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_hand_a_case_over_at_once_one_note_is_kept() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"))
    answers = all_at_once(
        [
            lambda: give(case, people.max, people.lena, "To Max."),
            lambda: give(case, people.lena, people.ruth, "To Lena."),
        ]
    )
    (refused,) = [given for given in answers if isinstance(given, Exception)]
    assert isinstance(refused, RuleBroken)
    assert refused.code == "assigned_meanwhile"
    assert case.messages.count() == 1
