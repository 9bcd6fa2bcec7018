"""Rows that are written at once are what Django would have written one by one."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from cases.models import Case, CaseEvent, Deadline, Dispatch, EventWords, Membership, Message, Milestone
from sla.written_rows import Changed, New, insert, reserve, update, write
from tests.builders import Cast, at, logged_case, say


def columns_of(row: models.Model) -> dict[str, Any]:
    return {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}


@pytest.mark.parametrize("model", [Message, Deadline])
def test_a_new_row_and_its_changes_are_written_as_django_writes_them(people: Cast, model: type[models.Model]) -> None:
    case = say(
        logged_case(people.priya, at("Mon 9:00")), people.priya, at("Mon 9:10"), "100 % of 'it' \\ is %s, \u2603."
    )
    row: Any = model._default_manager.get(case=case)
    said = {**columns_of(row), "id": None} | (ENDED if model is Deadline else {})
    ours, djangos = insert(model(**said)), model(**said)
    djangos.save(force_insert=True)
    assert len({row.pk, ours.pk, djangos.pk}) == len((row, ours, djangos))
    assert kept(ours) == kept(djangos) == {**columns_of(djangos), "id": None}
    changed = {"warned_at": at("Tue 9:00"), "explanation": {"a": [1, "%s"]}} if model is Deadline else {"body": "%s"}
    for one in (ours, djangos):
        vars(one).update(changed)
    update(ours, *changed)
    djangos.save(update_fields=changed)
    assert kept(ours) == kept(djangos)


ENDED = {"ended_at": at("Mon 9:30"), "ended_as": "done"}


def kept(row: models.Model) -> dict[str, Any]:
    return {**columns_of(type(row)._default_manager.get(pk=row.pk)), "id": None}


def test_a_row_that_is_gone_is_not_changed_in_silence(people: Cast) -> None:
    case = say(logged_case(people.priya, at("Mon 9:00")), people.priya, at("Mon 9:10"))
    message = case.messages.get()
    Message.objects.filter(pk=message.pk).delete()
    with pytest.raises(DatabaseError, match="not there any more"):
        update(message, "body")


def event_of(case: Case, number: int) -> CaseEvent:
    return CaseEvent(
        case=case, number=number, kind="reply", at=at("Mon 9:20"), side="clock", public=False, facts={"a": "%s"}
    )


def test_rows_that_name_each_other_are_written_at_once(people: Cast) -> None:
    case = logged_case(people.priya, at("Mon 9:00"))
    first, second = event_of(case, 8), event_of(case, 9)
    words = EventWords(event=second, salt="s", words={"body": "Ça, 100 %"})
    dispatch = Dispatch(event=first, secrets={})
    case.title = "Slower"
    with CaptureQueriesContext(connection) as asked:
        write(New(first), New(second), New(words), Changed(case, ("title",)), New(dispatch))
    assert len(asked) == (1 if connection.vendor == "postgresql" else 5)
    assert Dispatch.objects.get(pk=first.pk).event == CaseEvent.objects.get(case=case, number=8)
    assert EventWords.objects.get(event__number=9).words == {"body": "Ça, 100 %"}
    assert (words.event_id, dispatch.event_id) == (second.pk, first.pk)
    assert Case.objects.get(pk=case.pk).title == "Slower"
    for row in (first, second, words, dispatch):
        assert not row._state.adding
        assert columns_of(row) == columns_of(type(row)._default_manager.get(pk=row.pk))


def test_what_does_not_belong_to_the_record_is_written_whole_or_not_at_all(people: Cast) -> None:
    case = logged_case(people.priya, at("Mon 9:00"))
    events = CaseEvent.objects.count()
    with pytest.raises(IntegrityError), transaction.atomic():
        write(New(event_of(case, 8)), New(event_of(case, 1)))
    gone = Message(pk=2**40, body="Nobody wrote this.")
    with pytest.raises(DatabaseError, match="not there any more"), transaction.atomic():
        write(New(event_of(case, 8)), Changed(gone, ("body",)))
    assert CaseEvent.objects.count() == events
    write()


def test_a_key_is_known_before_its_row_is_written(people: Cast) -> None:
    case = logged_case(people.priya, at("Mon 9:00"))
    member, event = (reserve(Membership)[0], event_of(case, 8))
    (event.pk,) = reserve(CaseEvent)
    assert member > max(Membership.objects.values_list("pk", flat=True))
    assert event.pk > max(CaseEvent.objects.values_list("pk", flat=True))
    write(New(event))
    assert CaseEvent.objects.get(case=case, number=8).pk == event.pk
    assert insert(event_of(case, 9)).pk > event.pk


def test_what_django_refuses_or_reads_anew_is_not_written_as_it_was_given(people: Cast) -> None:
    case = say(logged_case(people.priya, at("Mon 9:00")), people.priya, at("Mon 9:10"), "Here.")
    said, promised = columns_of(case.messages.get()) | {"id": None}, columns_of(case.deadlines.get()) | {"id": None}
    del promised["milestone_id"]
    # A key as text is the same key: SQLite would keep it with its dashes, and let it in twice.
    key = uuid4()
    insert(Message(**said | {"submission_key": str(key)}))
    assert Message.objects.filter(submission_key=key).count() == 1
    # A row that has no key yet, and none that is written along: Django would not forget it in silence.
    ended = {"ended_at": at("Mon 9:30"), "ended_as": "done"}
    with pytest.raises(ValueError, match="unsaved related object"):
        insert(Deadline(**promised | ended, milestone=Milestone(title="Copy")))
