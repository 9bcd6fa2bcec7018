"""SQL that is written once finds, writes and changes what Django's own would, for whatever values it is asked."""

import re
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import NotSupportedError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from cases.models import Case, Membership
from sla.models import Target
from sla.written_once import PlannedOnce, WrittenOnce
from tests.builders import Cast, at, logged_case

PLACES: dict[str, Any] = {"person": 30_001, "key": UUID(int=30_002), "when": at("Mon 0:01"), "on": date(1, 1, 2)}


def columns_of(row: models.Model) -> dict[str, Any]:
    return {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}


def test_a_read_is_written_once_and_finds_what_belongs_to_each_value(people: Cast) -> None:
    members = WrittenOnce(
        lambda: (
            Membership.objects.filter(user=PLACES["person"])
            .select_related("partner__home_desk", "user")
            .annotate(is_first=models.Exists(Case.objects.filter(contact=PLACES["person"])))
            .order_by("pk")
        ),
        **PLACES,
    )
    logged_case(people.priya, at("Mon 9:00"))
    for person in (people.priya, people.zoe, people.priya):
        own = Membership.objects.select_related("partner__home_desk").get(user=person)
        with CaptureQueriesContext(connection) as asked:
            [found] = members.all(person=person.pk)
            assert (found.user, found.partner.home_desk) == (person, own.partner.home_desk)
        assert len(asked) == 1
        assert columns_of(found) == columns_of(own)
        assert columns_of(found.partner) == columns_of(own.partner)
        assert found.is_first is (person == people.priya)


def test_keys_times_and_dates_are_asked_for_as_the_database_keeps_them(people: Cast) -> None:
    key = uuid4()
    case = logged_case(people.priya, at("Mon 9:00"))
    Case.objects.filter(pk=case.pk).update(submission_key=key)
    by_key = WrittenOnce(lambda: Case.objects.filter(submission_key=PLACES["key"]).values_list("pk"), **PLACES)
    before = WrittenOnce(lambda: Case.objects.filter(logged_at__lt=PLACES["when"]).values_list("pk"), **PLACES)
    on = WrittenOnce(lambda: Target.objects.filter(policy__effective_on__lte=PLACES["on"]), **PLACES)
    assert [by_key.first(key=one) for one in (key, uuid4(), None)] == [(case.pk,), None, None]
    assert [before.first(when=at(when)) for when in ("Mon 9:00", "Mon 9:01")] == [None, (case.pk,)]
    assert (on.all(on=date(1999, 1, 1)), len(on.all(on=date(2999, 1, 1)))) == ([], Target.objects.count())


def test_a_read_is_given_each_of_its_places_and_no_other(people: Cast) -> None:
    cases = WrittenOnce(lambda: Case.objects.filter(contact=PLACES["person"]), **PLACES)
    for wrong in ({}, {"person": people.priya.pk, "key": uuid4()}, {"key": uuid4()}):
        with pytest.raises(TypeError, match="person"):
            cases.all(**wrong)


@pytest.mark.django_db(transaction=True)
def test_a_read_goes_on_when_a_migration_changed_a_column_beside_it() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps no plans.")
    kept = PlannedOnce("SELECT word FROM some_words WHERE word <> %s", ["standin"], {"other": "standin"})
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE some_words AS SELECT 'Agent'::varchar(9) AS word")
        assert kept.rows(other="x") == [("Agent",)]
        cursor.execute("ALTER TABLE some_words ALTER COLUMN word TYPE text")
        assert kept.rows(other="x") == [("Agent",)]
        cursor.execute("ALTER TABLE some_words ALTER COLUMN word TYPE varchar(8)")
        # What was begun is over, as the database ends it; the next one is not.
        with pytest.raises(NotSupportedError), transaction.atomic():
            kept.rows(other="x")
        assert kept.rows(other="x") == [("Agent",)]
        cursor.execute("DROP TABLE some_words")
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE statement LIKE '%some_words%'")
        names = [name for (name,) in cursor.fetchall()]
    assert len(names) == len(set(names)) == 3
    # No two processes give the same one to different questions.
    assert all(re.fullmatch("planned_once_[0-9a-f]{32}", name) for name in names)
