"""Feature requests (P10.1): lodged from a case in one act, linked, merged, and never doubled."""

from collections.abc import Callable
from functools import partial

import pytest

from cases import actions
from cases.lifecycle import Status
from cases.models import Case, EventKind, FeatureRequest, FeatureRequestCase, FeatureState
from cases.rules import Outcome, RuleBroken
from tests import builders
from tests.builders import Cast, all_at_once, at, close, events_of, fresh, last_event, logged_case

pytestmark = pytest.mark.clause("P10.1")

PORTAL = "https://ideas.probax.example/ideas/42"


@pytest.fixture
def case(people: Cast) -> Case:
    """Priya's, logged on Tuesday at 9:00."""
    return logged_case(people.priya, at("Tue 9:00"), title="Export as PDF")


def wish(**changed: str) -> actions.FeatureDetails:
    said = {"title": "Reports as PDF", "function": "Export a report as PDF.", "use_case": "Customers ask for it."}
    return actions.FeatureDetails(**said | changed)


def lodge(case: Case, people: Cast, *, by: str = "lena", close: bool = False, **changed: str) -> FeatureRequest:
    actor = getattr(people, by)
    return actions.lodge_feature_request(
        case_id=case.pk, details=wish(**changed), then_close=close, actor=actor, now=at("Tue 10:00")
    )


def link(case: Case, feature: FeatureRequest, people: Cast, *, close: bool = False) -> FeatureRequest:
    return actions.link_feature_request(
        case_id=case.pk, feature_id=feature.pk, then_close=close, actor=people.max, now=at("Tue 11:00")
    )


def merge(feature: FeatureRequest, into: FeatureRequest, people: Cast) -> FeatureRequest:
    return actions.merge_feature_requests(feature_id=feature.pk, into_id=into.pk, actor=people.max, now=at("Tue 12:00"))


# --- From a case --------------------------------------------------------------------------------------------------


def test_a_case_becomes_a_request_and_goes_on(people: Cast, case: Case) -> None:
    feature = lodge(case, people, application="Portal", ideas_url=PORTAL)
    assert (feature.state, feature.application, feature.ideas_url) == (FeatureState.LODGED, "Portal", PORTAL)
    found = FeatureRequestCase.objects.get()
    assert (found.case, found.partner, found.request, found.lodged_as) == (case, people.northwind, feature, feature)
    assert fresh(case).is_open
    said = last_event(case)
    assert (said.kind, said.public) == (EventKind.FEATURE_REQUEST_LODGED, True)
    assert said.whole == {"feature": feature.pk, "title": "Reports as PDF", "new": True}


@pytest.mark.clause("P9.7")
def test_one_act_lodges_and_closes_with_the_referral(people: Cast, case: Case) -> None:
    lodge(case, people, close=True)
    closing = case.closings.get()
    assert (fresh(case).status, closing.outcome) == (Status.CLOSED, Outcome.FEATURE_REQUEST)
    assert "feature request for the product team" in closing.explanation
    assert "product team" in closing.detail
    assert events_of(case)[-2:] == [EventKind.FEATURE_REQUEST_LODGED, EventKind.CASE_CLOSED]


@pytest.mark.clause("P2.5")
def test_the_closing_words_are_a_first_response(people: Cast, case: Case) -> None:
    lodge(case, people, close=True)
    assert fresh(case).first_response_at == at("Tue 10:00")


def test_the_portals_address_is_where_the_request_goes(people: Cast, case: Case) -> None:
    lodge(case, people, close=True, ideas_url=PORTAL)
    assert case.closings.get().detail == PORTAL


def test_a_closed_case_may_be_lodged_afterwards(people: Cast, case: Case) -> None:
    close(case, people.lena, at("Tue 9:30"))
    lodge(case, people)
    assert FeatureRequestCase.objects.get().case == case


def test_what_is_closed_is_not_closed_again_and_nothing_is_lodged(people: Cast, case: Case) -> None:
    close(case, people.lena, at("Tue 9:30"))
    with pytest.raises(RuleBroken, match="stay closed") as refused:
        lodge(case, people, close=True)
    assert refused.value.code == "case_closed"
    assert not FeatureRequest.objects.exists()


def test_a_case_asks_for_one_feature_and_says_who_lodged_it(people: Cast, case: Case) -> None:
    lodge(case, people)
    with pytest.raises(RuleBroken, match="Lena Fischer lodged this case already: “Reports as PDF”") as refused:
        lodge(case, people, by="max")
    assert refused.value.code == "feature_lodged_already"
    assert FeatureRequest.objects.count() == 1


@pytest.mark.parametrize("missing", ["title", "function", "use_case"])
def test_a_request_without_what_it_needs_is_refused(people: Cast, case: Case, missing: str) -> None:
    with pytest.raises(RuleBroken, match="Nothing was lodged") as refused:
        lodge(case, people, close=True, **{missing: " "})
    assert refused.value.code == "feature_incomplete"
    assert fresh(case).is_open


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "http://ideas.example/1", "https://me:secret@ideas.example/", "https:///x"]
)
def test_an_address_that_is_none_is_refused(people: Cast, case: Case, address: str) -> None:
    with pytest.raises(RuleBroken, match="https://") as refused:
        lodge(case, people, ideas_url=address)
    assert refused.value.code == "ideas_address_wrong"


def test_a_contact_lodges_nothing(people: Cast, case: Case) -> None:
    feature = lodge(case, people)
    now = at("Tue 12:00")
    tries: list[Callable[[], object]] = [
        lambda: lodge(case, people, by="priya"),
        lambda: actions.link_feature_request(case_id=case.pk, feature_id=feature.pk, actor=people.priya, now=now),
        lambda: actions.merge_feature_requests(feature_id=1, into_id=2, actor=people.priya, now=now),
        lambda: actions.set_feature_state(
            feature_id=feature.pk, state="planned", expected="lodged", actor=people.priya, now=now
        ),
        lambda: actions.set_ideas_address(
            feature_id=feature.pk, address=PORTAL, expected="", actor=people.priya, now=now
        ),
    ]
    for one_try in tries:
        with pytest.raises(RuleBroken) as refused:
            one_try()
        assert refused.value.code == "staff_only"


# --- Counting and merging -------------------------------------------------------------------------------------------


def counts(feature: FeatureRequest) -> tuple[int, int]:
    """Return the partners and the cases that a request counts."""
    found = FeatureRequest.objects.with_counts().get(pk=feature.pk)
    return found.partners, found.cases


def test_a_request_counts_partners_once_and_every_case(people: Cast, case: Case) -> None:
    feature = lodge(case, people)
    for contact in (people.omar, people.zoe):
        link(logged_case(contact, at("Tue 9:30")), feature, people)
    assert counts(feature) == (2, 3)


def test_a_merged_request_counts_where_it_goes_on_and_forgets_nothing(people: Cast, case: Case) -> None:
    first = lodge(case, people)
    second = lodge(logged_case(people.zoe, at("Tue 9:30")), people, title="PDF reports, please")
    third = lodge(logged_case(people.omar, at("Tue 9:40")), people, title="Print reports")
    merge(second, first, people)
    merge(first, third, people)
    assert counts(third) == (2, 3)
    assert list(FeatureRequest.objects.standing()) == [third]
    # No chain: whoever follows an old address needs one step.
    assert {row.merged_into_id for row in (FeatureRequest.objects.filter(pk__in=[first.pk, second.pk]))} == {third.pk}
    assert FeatureRequestCase.objects.get(case=case).lodged_as == first


def test_what_is_done_to_a_merged_request_is_done_to_the_one_that_goes_on(people: Cast, case: Case) -> None:
    first, second = lodge(case, people), lodge(logged_case(people.zoe, at("Tue 9:30")), people)
    merge(first, second, people)
    later = logged_case(people.omar, at("Tue 9:50"))
    assert link(later, first, people) == second
    actions.set_feature_state(
        feature_id=first.pk, state="planned", expected="lodged", actor=people.lena, now=at("Tue 13:00")
    )
    assert FeatureRequest.objects.get(pk=second.pk).state == FeatureState.PLANNED


def test_a_request_is_not_merged_into_itself_or_into_none(people: Cast, case: Case) -> None:
    feature = lodge(case, people)
    with pytest.raises(RuleBroken, match="into itself") as refused:
        merge(feature, feature, people)
    assert refused.value.code == "feature_same"
    with pytest.raises(RuleBroken, match="no such feature request") as refused:
        actions.merge_feature_requests(feature_id=feature.pk, into_id=999, actor=people.lena, now=at("Tue 12:00"))
    assert refused.value.code == "feature_missing"


def test_a_request_that_was_merged_is_not_merged_again(people: Cast, case: Case) -> None:
    first, second = lodge(case, people), lodge(logged_case(people.zoe, at("Tue 9:30")), people)
    merge(first, second, people)
    for feature, into in ((first, second), (second, first)):
        with pytest.raises(RuleBroken, match="was merged into another request meanwhile") as refused:
            merge(feature, into, people)
        assert refused.value.code == "feature_merged"


def test_linking_to_a_request_that_is_none_is_refused(people: Cast, case: Case) -> None:
    with pytest.raises(RuleBroken, match="Look it up again"):
        actions.link_feature_request(case_id=case.pk, feature_id=999, actor=people.lena, now=at("Tue 12:00"))


def test_linking_may_close_the_case_too(people: Cast, case: Case) -> None:
    feature = lodge(logged_case(people.zoe, at("Tue 9:30")), people)
    link(case, feature, people, close=True)
    assert case.closings.get().outcome == Outcome.FEATURE_REQUEST
    assert last_event(logged_case(people.priya, at("Tue 9:50"))).kind == EventKind.CASE_LOGGED


# --- What becomes of it ---------------------------------------------------------------------------------------------


def test_state_and_address_are_set_and_stand_in_the_history(people: Cast, case: Case) -> None:
    feature = lodge(case, people)
    now = at("Tue 13:00")
    actions.set_feature_state(feature_id=feature.pk, state="planned", expected="lodged", actor=people.max, now=now)
    actions.set_ideas_address(feature_id=feature.pk, address=PORTAL, expected="", actor=people.max, now=now)
    feature.refresh_from_db()
    assert (feature.state, feature.ideas_url) == ("planned", PORTAL)
    told = [(change.kind, change.words, change.by) for change in feature.changes.order_by("pk")]
    assert told == [
        ("lodged", "NWIT-1", people.lena),
        ("state_set", "Planned", people.max),
        ("address_set", PORTAL, people.max),
    ]


def test_a_stale_page_overwrites_nothing(people: Cast, case: Case) -> None:
    feature = lodge(case, people, ideas_url=PORTAL)
    now = at("Tue 13:00")
    actions.set_feature_state(feature_id=feature.pk, state="planned", expected="lodged", actor=people.max, now=now)
    with pytest.raises(RuleBroken, match="to “Planned”") as refused:
        actions.set_feature_state(
            feature_id=feature.pk, state="declined", expected="lodged", actor=people.lena, now=now
        )
    assert refused.value.code == "feature_changed"
    with pytest.raises(RuleBroken, match=f"to “{PORTAL}”"):
        actions.set_ideas_address(feature_id=feature.pk, address="", expected="", actor=people.lena, now=now)
    # Who wanted what it is already is not told off.
    actions.set_feature_state(feature_id=feature.pk, state="planned", expected="lodged", actor=people.lena, now=now)
    actions.set_ideas_address(feature_id=feature.pk, address=PORTAL, expected="", actor=people.lena, now=now)


def test_a_state_that_is_none_is_refused(people: Cast, case: Case) -> None:
    feature = lodge(case, people)
    with pytest.raises(RuleBroken, match="states listed"):
        actions.set_feature_state(
            feature_id=feature.pk, state="maybe", expected="lodged", actor=people.lena, now=at("Tue 13:00")
        )


# --- At the same moment ---------------------------------------------------------------------------------------------


def refusals(answers: list[FeatureRequest | Exception]) -> list[str]:
    """Return the codes of those who were refused; anything else that went wrong is raised."""
    for answer in answers:
        if isinstance(answer, Exception) and not isinstance(answer, RuleBroken):
            raise answer
    return [answer.code for answer in answers if isinstance(answer, RuleBroken)]


@pytest.mark.django_db(transaction=True)
def test_two_who_lodge_one_case_lodge_it_once() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"))
    answers = all_at_once([partial(lodge, case, people, by=by, close=True) for by in ("lena", "max")])
    assert refusals(answers) == ["feature_lodged_already"]
    assert (FeatureRequest.objects.count(), case.closings.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_who_link_one_case_link_it_once() -> None:
    people = builders.cast()
    feature = lodge(logged_case(people.zoe, at("Tue 9:00")), people)
    case = logged_case(people.priya, at("Tue 9:00"))
    assert refusals(all_at_once([partial(link, case, feature, people)] * 2)) == ["feature_lodged_already"]
    assert counts(feature) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_crosswise_leave_one_standing() -> None:
    people = builders.cast()
    first = lodge(logged_case(people.priya, at("Tue 9:00")), people)
    second = lodge(logged_case(people.zoe, at("Tue 9:00")), people)
    answers = all_at_once([partial(merge, first, second, people), partial(merge, second, first, people)])
    assert refusals(answers) == ["feature_merged"]
    (standing,) = FeatureRequest.objects.standing()
    assert counts(standing) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_set_a_state_the_second_is_told() -> None:
    people = builders.cast()
    feature = lodge(logged_case(people.priya, at("Tue 9:00")), people)
    answers = all_at_once(
        [
            partial(
                actions.set_feature_state,
                feature_id=feature.pk,
                state=state,
                expected="lodged",
                actor=people.lena,
                now=at("Tue 10:00"),
            )
            for state in ("planned", "declined")
        ]
    )
    assert refusals(answers) == ["feature_changed"]
    assert feature.changes.filter(kind="state_set").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_set_an_address_the_second_is_told() -> None:
    people = builders.cast()
    feature = lodge(logged_case(people.priya, at("Tue 9:00")), people)
    answers = all_at_once(
        [
            partial(
                actions.set_ideas_address,
                feature_id=feature.pk,
                address=f"{PORTAL}/{number}",
                expected="",
                actor=people.lena,
                now=at("Tue 10:00"),
            )
            for number in (1, 2)
        ]
    )
    assert refusals(answers) == ["feature_changed"]
