"""Nobody changes the record of a case: the database refuses it, and where it could not, the chain shows it."""

import json
import time
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from cases import actions, chain, verification
from cases.models import Case, CaseEvent, EventKind, EventWords
from cases.web.sentences import sentence_of
from tests import builders
from tests.builders import (
    Cast,
    all_at_once,
    answer,
    at,
    behind_the_back,
    fresh,
    in_rounds,
    last_event,
    logged_case,
    say,
)

NUMBERS = [1, 2, 3, 4, 5]


@pytest.fixture
def case(people: Cast) -> Case:
    """A case of five events, of which the second holds a name."""
    return five_events(people)


def five_events(people: Cast) -> Case:
    case = logged_case(people.priya, at("Mon 9:00"))
    actions.assign_case(
        case_id=case.pk, assignee_id=people.lena.pk, expected_id=None, actor=people.max, now=at("Mon 9:30")
    )
    answer(case, people.lena, at("Mon 10:00"))
    say(case, people.omar, at("Mon 11:00"))
    note(case, people, "Mon 12:00")
    return case


def note(case: Case, people: Cast, when: str) -> None:
    actions.write_note(case_id=case.pk, body="Odd.", actor=people.max, now=at(when))


def verdict_of(case: Case) -> verification.Checked:
    (checked,) = verification.check(case.reference)
    return checked


def holds(case: Case) -> bool:
    return verdict_of(case).broken_at is None


# --- What the record holds ------------------------------------------------------------------------------------------


def test_each_event_is_bound_to_the_one_before(case: Case) -> None:
    assert list(case.events.order_by("number").values_list("number", flat=True)) == NUMBERS
    assert verdict_of(case) == verification.Checked(case.pk, case.reference, events=5, unbound=0, broken_at=None)
    assert (fresh(case).chained_to, fresh(case).chain_digest) == (5, last_event(case).digest)


def test_an_event_names_people_by_key_and_keeps_their_words_beside_it(people: Cast, case: Case) -> None:
    event = case.events.get(number=2)
    assert event.facts == {"assignee": people.lena.pk}
    assert event.wording.words == {"name": "Lena Fischer"}
    assert sentence_of(event) == "gave the case to Lena Fischer"


@pytest.mark.parametrize(
    ("fact", "is_words"),
    [
        ({"deadline": 7}, False),
        ({"mentioned": [1, 2]}, False),
        ({"due_at": "2026-11-28T09:00:00+00:00"}, False),
        ({"waited": {"episode": 3, "reminds_at": None}}, False),
        ({"name": "Priya Nair"}, True),
        ({"names": ["priya.log"]}, True),
        ({"whatever comes later": "Priya"}, True),
    ],
    ids=str,
)
def test_what_is_not_known_as_a_code_is_words(fact: dict[str, object], is_words: bool) -> None:
    assert chain.parted(fact) == (({}, fact) if is_words else (fact, {}))


def test_a_name_cannot_be_tried_out_from_its_digest() -> None:
    words = {"name": "Priya Nair"}
    assert chain.digest_of_words(words, chain.new_salt()) != chain.digest_of_words(words, chain.new_salt())


# --- What the database refuses --------------------------------------------------------------------------------------


def refused(statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_refuses_to_alter_or_delete_an_event(case: Case) -> None:
    refused("UPDATE cases_caseevent SET public = NOT public WHERE number = 2")
    refused("UPDATE cases_caseevent SET digest = ''")
    refused("DELETE FROM cases_caseevent WHERE number = 5")
    assert holds(case)


@pytest.mark.postgres
def test_the_database_refuses_to_empty_the_record(case: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    refused("TRUNCATE cases_caseevent CASCADE")


# --- What the chain shows -------------------------------------------------------------------------------------------


def alter_facts(case: Case) -> None:
    case.events.filter(number=2).update(facts={"assignee": 1})


def alter_time(case: Case) -> None:
    case.events.filter(number=3).update(at=at("Mon 9:59"))


def hide(case: Case) -> None:
    case.events.filter(number=4).update(public=False)


def alter_words(case: Case) -> None:
    EventWords.objects.filter(event__case=case, event__number=2).update(words={"name": "Max Ortega"})


def delete_words(case: Case) -> None:
    EventWords.objects.filter(event__case=case, event__number=2).delete()


def delete(case: Case, number: int) -> None:
    event = case.events.get(number=number)
    event.dispatch.delete()
    event.delete()


def swap(case: Case) -> None:
    first, second = case.events.get(number=3), case.events.get(number=4)
    case.events.filter(pk=first.pk).update(number=99)
    case.events.filter(pk=second.pk).update(number=3)
    case.events.filter(pk=first.pk).update(number=4)


def put_in(case: Case) -> None:
    """Add an event as the product would, but from outside, without saying so to the case."""
    last = last_event(case)
    last.pk, last.number = None, 6
    last.save(force_insert=True)
    Case.objects.filter(pk=case.pk).update(last_event_number=6, chained_to=6)


def cut_and_say_so(case: Case) -> None:
    """Delete the newest and lower the case's numbers, but not the digest."""
    delete(case, 5)
    Case.objects.filter(pk=case.pk).update(last_event_number=4, chained_to=4)


def unbind(case: Case) -> None:
    case.events.filter(number=2).update(digest="", facts={})


@pytest.mark.parametrize(
    ("tamper", "broken_at"),
    [
        (alter_facts, 2),
        (alter_time, 3),
        (hide, 4),
        (alter_words, 2),
        (delete_words, 2),
        (lambda case: delete(case, 3), 3),
        (lambda case: delete(case, 5), 5),
        (swap, 3),
        (put_in, 6),
        (cut_and_say_so, 4),
        (unbind, 2),
    ],
    ids=["facts", "time", "hidden", "words", "no words", "one gone", "last gone", "swap", "put in", "cut", "unbound"],
)
def test_tampering_is_found_where_it_begins(case: Case, tamper: Callable[[Case], None], broken_at: int) -> None:
    with behind_the_back():
        tamper(case)
    assert verdict_of(case).broken_at == broken_at


def test_the_command_tells_the_first_broken_event_of_each_case(
    people: Cast, case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = logged_case(people.omar, at("Tue 9:00"))
    call_command("verify_events")
    assert capsys.readouterr().out == "The record holds: 2 cases, 6 events.\n"
    with behind_the_back():
        case.events.filter(number__gt=2).update(side="staff", actor=people.ann)
    with pytest.raises(CommandError, match="The record of 1 of 2 cases is not what was written"):
        call_command("verify_events")
    assert capsys.readouterr().out == f"{case.reference}, event 3: the event, or what came before it, was altered.\n"
    call_command("verify_events", "--case", whole.reference.lower())
    assert "1 cases, 1 events" in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no case NWIT-99"):
        call_command("verify_events", "--case", "NWIT-99")


# --- What is removed lawfully ---------------------------------------------------------------------------------------


def test_a_removed_secret_leaves_a_record_that_holds_and_says_which_words_changed(people: Cast, case: Case) -> None:
    actions.redact_text(case_id=case.pk, secret="Fischer", reason="As asked.", actor=people.ann, now=at("Mon 13:00"))
    removal = last_event(case)
    assert removal.facts["rewritten"].keys() == {"2"}
    assert sentence_of(case.events.get(number=2)) == "gave the case to Lena [removed]"
    assert "Fischer" not in json.dumps(list(case.events.values("facts")))
    assert holds(case)
    alter_words(case)
    assert verdict_of(case).broken_at == 2


# --- What an older version wrote ------------------------------------------------------------------------------------


def as_of_before(case: Case) -> None:
    """Make the events what they were before there was a chain: words and all in their facts."""
    with behind_the_back():
        for event in case.events.select_related("wording"):
            case.events.filter(pk=event.pk).update(facts=event.whole, words_digest="", digest="")
        EventWords.objects.all().delete()
        Case.objects.filter(pk=case.pk).update(chained_to=0, chain_digest="")


def test_events_of_before_the_chain_are_bound_once_and_by_one_command(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    as_of_before(case)
    assert sentence_of(case.events.get(number=2)) == "gave the case to Lena Fischer"
    call_command("verify_events")
    assert "5 events of an older version are not bound yet: run manage.py chain_events." in capsys.readouterr().out
    call_command("chain_events")
    assert capsys.readouterr().out == "Bound 5 events of 1 cases to their chains.\n"
    assert verdict_of(case) == verification.Checked(case.pk, case.reference, events=5, unbound=0, broken_at=None)
    assert case.events.get(number=2).wording.words == {"name": "Lena Fischer"}
    call_command("chain_events")
    assert capsys.readouterr().out == ""


def test_the_next_act_binds_what_an_older_version_left(people: Cast, case: Case) -> None:
    as_of_before(case)
    note(case, people, "Tue 9:00")
    assert verdict_of(case) == verification.Checked(case.pk, case.reference, events=6, unbound=0, broken_at=None)


# --- At once, and broken off ----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_acts_at_once_make_one_chain() -> None:
    people = builders.cast()
    case = five_events(people)
    all_at_once([lambda: note(case, people, "Tue 9:00") for _ in range(4)])
    assert verdict_of(case) == verification.Checked(case.pk, case.reference, events=9, unbound=0, broken_at=None)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_act_whose_connection_is_killed_leaves_neither_gap_nor_link() -> None:
    people = builders.cast()
    case = five_events(people)

    def lock() -> None:
        # An act writes its event, then waits here for the row that tells of it.
        connection.set_autocommit(False)
        connection.cursor().execute("LOCK TABLE cases_dispatch IN EXCLUSIVE MODE")

    def kill() -> None:
        stuck = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
        with connection.cursor() as cursor:
            cursor.execute(stuck, ["cases_dispatch"])
            while not cursor.fetchone():
                time.sleep(0.02)
                cursor.execute(stuck, ["cases_dispatch"])

    begun, (killed, failed) = in_rounds([lock, kill], [lambda: None, lambda: note(case, people, "Tue 9:00")])
    assert (*begun, killed) == (None, None, None)
    assert isinstance(failed, Exception)
    assert holds(case)
    note(case, people, "Tue 9:30")
    assert verdict_of(case) == verification.Checked(case.pk, case.reference, events=6, unbound=0, broken_at=None)
    assert CaseEvent.objects.get(case=case, number=6).kind == EventKind.NOTE_WRITTEN
