"""Cases that belong together: merged ones go on as one, linked ones point to each other."""

from datetime import datetime
from functools import partial

import pytest

from cases import actions
from cases.lifecycle import Status
from cases.models import Case, CaseLink, Closing, EventKind, Membership, Survey, User
from cases.rules import Outcome, RuleBroken
from tests import builders
from tests.builders import (
    Cast,
    all_at_once,
    answer,
    ask,
    at,
    close,
    contact,
    deadline_of,
    events_of,
    fresh,
    last_event,
    logged_case,
    say,
)

pytestmark = pytest.mark.clause("P9.5", "P9.6")

MERGED_AT = at("Tue 11:00")


@pytest.fixture
def twins(people: Cast) -> tuple[Case, Case]:
    """NWIT-1 by Priya, NWIT-2 by Omar, about the same thing."""
    return logged_case(people.priya, at("Tue 9:00")), logged_case(people.omar, at("Tue 9:30"))


def merge(case: Case, into: str, by: User, when: datetime = MERGED_AT) -> Case:
    return actions.merge_case(case_id=case.pk, into=into, actor=by, now=when)


def link(case: Case, other: str, by: User) -> Case:
    return actions.link_cases(case_id=case.pk, other=other, actor=by, now=MERGED_AT)


# --- Merging --------------------------------------------------------------------------------------------------------


def test_a_merged_case_is_closed_and_points_to_the_one_that_goes_on(people: Cast, twins: tuple[Case, Case]) -> None:
    one, two = twins
    assert merge(one, " nwit-2 ", people.lena) == two
    assert (fresh(one).status, fresh(one).merged_into) == (Status.CLOSED, two)
    closing = one.closings.get()
    assert (closing.outcome, closing.closed_by) == (Outcome.MERGED, people.lena)
    assert "NWIT-2" in closing.explanation
    assert fresh(two).status == Status.NEW
    event = last_event(two)
    assert (event.kind, event.facts["reference"], event.public) == (EventKind.CASE_MERGED, "NWIT-1", True)


def test_nobody_is_asked_about_a_merged_case(people: Cast, twins: tuple[Case, Case]) -> None:
    merge(twins[0], "NWIT-2", people.lena)
    assert not Survey.objects.exists()


def test_its_open_promise_ends_with_it_and_counts_nowhere(people: Cast, twins: tuple[Case, Case]) -> None:
    merge(twins[0], "NWIT-2", people.lena)
    ended = deadline_of(twins[0])
    assert (ended.ended_as, ended.kept) == ("case_ended", None)
    assert fresh(twins[0]).first_response_at is None
    assert not twins[0].deadlines.open().exists()
    assert deadline_of(twins[1]).ended_at is None


def test_a_missed_one_stays_missed(people: Cast, twins: tuple[Case, Case]) -> None:
    merge(twins[0], "NWIT-2", people.lena, at("Tue 15:30"))
    assert deadline_of(twins[0]).kept is False


def test_its_waiting_ends(people: Cast, twins: tuple[Case, Case]) -> None:
    ask(twins[0], people.lena, at("Tue 10:00"))
    merge(twins[0], "NWIT-2", people.lena)
    assert not twins[0].episodes.filter(ended_at=None).exists()


def test_what_its_contact_writes_is_read_in_the_other_case(people: Cast, twins: tuple[Case, Case]) -> None:
    merge(twins[0], "NWIT-2", people.lena)
    assert say(twins[0], people.priya, at("Tue 12:00")) == twins[1]
    assert twins[1].messages.get().author == people.priya
    assert not twins[0].messages.exists()


def test_so_it_is_through_several_merges(people: Cast, twins: tuple[Case, Case]) -> None:
    three = logged_case(people.priya, at("Tue 9:40"))
    merge(twins[0], "NWIT-2", people.lena)
    merge(twins[1], "NWIT-3", people.lena)
    assert say(twins[0], people.priya, at("Tue 12:00")) == three


def test_the_contact_watches_the_case_that_goes_on(people: Cast, twins: tuple[Case, Case]) -> None:
    actions.add_watcher(case_id=twins[0].pk, user_id=people.max.pk, actor=people.max, now=at("Tue 10:00"))
    merge(twins[0], "NWIT-2", people.lena)
    assert {watcher.user for watcher in twins[1].watchers.all()} == {people.priya, people.max}


def test_a_merge_by_mistake_is_taken_back_within_the_minute(people: Cast, twins: tuple[Case, Case]) -> None:
    merge(twins[0], "NWIT-2", people.lena)
    actions.take_closing_back(case_id=twins[0].pk, actor=people.lena, now=at("Tue 11:00:30"))
    assert (fresh(twins[0]).status, fresh(twins[0]).merged_into) == (Status.NEW, None)
    assert say(twins[0], people.priya, at("Tue 12:00")) == twins[0]


@pytest.mark.parametrize("into", ["BHMS-1", "NWIT-1", "NWIT-99", "", "nonsense"])
def test_what_is_no_other_case_of_this_partner_is_as_if_it_were_not(
    people: Cast, twins: tuple[Case, Case], into: str
) -> None:
    logged_case(people.zoe, at("Tue 9:00"))
    with pytest.raises(RuleBroken) as refused:
        merge(twins[0], into, people.lena)
    assert str(refused.value) == ("This partner has no other case with that reference. Check it; nothing was changed.")
    assert fresh(twins[0]).status == Status.NEW


def test_nothing_is_merged_into_a_closed_case(people: Cast, twins: tuple[Case, Case]) -> None:
    close(twins[1], people.lena, at("Tue 10:00"))
    with pytest.raises(RuleBroken, match="NWIT-2 is closed"):
        merge(twins[0], "NWIT-2", people.lena)


def test_a_closed_case_is_not_merged(people: Cast, twins: tuple[Case, Case]) -> None:
    close(twins[0], people.lena, at("Tue 10:00"))
    with pytest.raises(RuleBroken, match="closed cases stay closed"):
        merge(twins[0], "NWIT-2", people.lena)


def test_nothing_is_merged_out_of_its_contacts_sight(people: Cast, twins: tuple[Case, Case]) -> None:
    Membership.objects.filter(user=people.priya).update(sees_all_cases=False)
    with pytest.raises(RuleBroken, match="may not see NWIT-2"):
        merge(twins[0], "NWIT-2", people.lena)


def test_a_limited_contact_reads_of_no_colleagues_case_that_was_merged_into_theirs(
    people: Cast, twins: tuple[Case, Case]
) -> None:
    Membership.objects.filter(user=people.omar).update(sees_all_cases=False)
    merge(twins[0], "NWIT-2", people.lena)
    assert last_event(twins[1]).public is False


def test_a_colleague_who_may_not_see_where_it_goes_on_is_told_it_is_closed(
    people: Cast, twins: tuple[Case, Case]
) -> None:
    limited = contact("Nia Park", people.northwind, sees_all_cases=False)
    actions.change_contact(
        case_id=twins[0].pk,
        contact_id=limited.pk,
        expected_id=people.priya.pk,
        actor=people.lena,
        now=at("Tue 9:50"),
    )
    Membership.objects.filter(user=limited).update(sees_all_cases=True)
    merge(twins[0], "NWIT-2", people.lena)
    Membership.objects.filter(user=limited).update(sees_all_cases=False)
    with pytest.raises(RuleBroken, match="closed cases stay closed"):
        say(twins[0], limited, at("Tue 12:00"))


def test_contacts_merge_and_link_nothing(people: Cast, twins: tuple[Case, Case]) -> None:
    for act in (merge, link):
        with pytest.raises(RuleBroken, match="Only support staff"):
            act(twins[0], "NWIT-2", people.priya)
    with pytest.raises(RuleBroken, match="Only support staff"):
        actions.unlink_cases(case_id=twins[0].pk, other="NWIT-2", actor=people.priya, now=MERGED_AT)


# --- Links ----------------------------------------------------------------------------------------------------------


def test_a_link_stands_on_both_records_and_goes_from_both(people: Cast, twins: tuple[Case, Case]) -> None:
    link(twins[1], "NWIT-1", people.lena)
    for case, other in (twins, reversed(twins)):
        event = last_event(case)
        assert (event.kind, event.facts["reference"]) == (EventKind.CASES_LINKED, other.reference)
    actions.unlink_cases(case_id=twins[0].pk, other="NWIT-2", actor=people.max, now=at("Tue 12:00"))
    assert not CaseLink.objects.exists()
    assert [last_event(case).kind for case in twins] == [EventKind.CASES_UNLINKED] * 2


def test_closed_cases_are_linked_too(people: Cast, twins: tuple[Case, Case]) -> None:
    close(twins[0], people.lena, at("Tue 10:00"))
    link(twins[0], "NWIT-2", people.lena)
    assert CaseLink.objects.count() == 1


def test_linked_twice_is_refused_with_a_sentence(people: Cast, twins: tuple[Case, Case]) -> None:
    link(twins[0], "NWIT-2", people.lena)
    with pytest.raises(RuleBroken, match="This case and NWIT-1 are linked already"):
        link(twins[1], "NWIT-1", people.lena)


def test_what_is_not_linked_is_not_unlinked(people: Cast, twins: tuple[Case, Case]) -> None:
    with pytest.raises(RuleBroken, match="not linked any more"):
        actions.unlink_cases(case_id=twins[0].pk, other="NWIT-2", actor=people.lena, now=MERGED_AT)


def test_cases_of_two_partners_are_never_linked(people: Cast, twins: tuple[Case, Case]) -> None:
    logged_case(people.zoe, at("Tue 9:00"))
    with pytest.raises(RuleBroken, match="no other case with that reference"):
        link(twins[0], "BHMS-1", people.lena)


# --- Two at once ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_cases_merged_into_each_other_at_once_leave_one_that_goes_on() -> None:
    people = builders.cast()
    for _round in range(5):
        one, two = logged_case(people.priya, at("Tue 9:00")), logged_case(people.omar, at("Tue 9:30"))
        answers = all_at_once(
            [
                partial(merge, one, two.reference, people.lena),
                partial(merge, two, one.reference, people.max),
            ]
        )
        (refused,) = [given for given in answers if isinstance(given, Exception)]
        assert isinstance(refused, RuleBroken), refused
        assert sorted([fresh(one).status, fresh(two).status]) == [Status.CLOSED, Status.NEW]


@pytest.mark.django_db(transaction=True)
def test_a_word_and_a_merge_at_once_lose_no_word() -> None:
    people = builders.cast()
    for _round in range(5):
        one, two = logged_case(people.priya, at("Tue 9:00")), logged_case(people.priya, at("Tue 9:30"))
        answers = all_at_once(
            [
                partial(merge, one, two.reference, people.lena),
                partial(say, one, people.priya, MERGED_AT),
            ]
        )
        refused = [given for given in answers if isinstance(given, Exception)]
        assert all(isinstance(given, RuleBroken) and given.code == "merged_meanwhile" for given in refused), refused
        said = one.messages.count() + two.messages.count()
        assert said == 1 - len(refused)
        assert Closing.objects.filter(case=one).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_link_made_by_two_at_once_is_one() -> None:
    people = builders.cast()
    one, two = logged_case(people.priya, at("Tue 9:00")), logged_case(people.priya, at("Tue 9:30"))
    answers = all_at_once([lambda: link(one, two.reference, people.lena), lambda: link(two, one.reference, people.max)])
    (refused,) = [given for given in answers if isinstance(given, Exception)]
    assert isinstance(refused, RuleBroken)
    assert refused.code == "linked_already"
    assert events_of(one).count(EventKind.CASES_LINKED) == 1


def test_an_answer_to_the_case_that_goes_on_counts_once(people: Cast, twins: tuple[Case, Case]) -> None:
    merge(twins[0], "NWIT-2", people.lena)
    answer(twins[1], people.lena, at("Tue 12:00"))
    kept = [promise.kept for case in twins for promise in case.deadlines.filter(kind="first_response")]
    assert kept == [None, True]
