"""The policy's questions, asked without a database."""

from datetime import date, timedelta

import pytest

from cases import rules
from cases.rules import AttemptOutcome, Outcome, RuleBroken
from tests.builders import at
from tests.engine.desks import au

MOMENT = timedelta(microseconds=1)


# --- P1.1, P2.6, P4.2: logging --------------------------------------------------------------------------------------


@pytest.mark.clause("P1.1")
@pytest.mark.parametrize(
    ("plan", "trial_ends", "entitled"),
    [
        ("paid", None, True),
        ("paid", "Mon 9:00", True),
        ("trial", "Tue 10:00:01", True),
        ("trial", "Tue 10:00", False),
        ("trial", None, False),
        ("lapsed", None, False),
        ("lapsed", "Fri 9:00", False),
    ],
)
def test_a_paid_plan_or_a_running_trial_may_raise_cases(plan: str, trial_ends: str | None, entitled: bool) -> None:
    ends_at = None if trial_ends is None else at(trial_ends)
    assert rules.is_entitled(plan, ends_at, at("Tue 10:00")) is entitled


@pytest.mark.clause("P2.6")
@pytest.mark.parametrize(("severity", "needed"), [(1, True), (2, False), (3, False), (4, False)])
def test_only_severity_1_needs_a_technical_resource(severity: int, needed: bool) -> None:
    assert rules.needs_technical_resource(severity) is needed


@pytest.mark.clause("P4.2")
@pytest.mark.parametrize("severity", [1, 2, 3, 4])
@pytest.mark.parametrize("desk_is_open", [True, False])
def test_only_severity_1_outside_hours_may_cost(severity: int, desk_is_open: bool) -> None:
    assert rules.needs_charge_acceptance(severity, desk_is_open) is (severity == 1 and not desk_is_open)


# --- P2.5: calls ----------------------------------------------------------------------------------------------------


@pytest.mark.clause("P2.5")
@pytest.mark.parametrize("outcome", AttemptOutcome)
def test_only_a_conversation_reaches_the_contact(outcome: AttemptOutcome) -> None:
    assert rules.call_reached_the_contact(outcome) is (outcome is AttemptOutcome.REACHED)


@pytest.mark.parametrize(
    ("made", "by_specialist", "by_manager"),
    [
        ("Tue 10:00", True, True),
        ("Tue 9:00", True, True),
        ("Tue 8:59:59", False, True),
        ("Mon 9:00", False, True),
        ("Tue 10:00:01", False, False),
    ],
)
def test_a_call_is_backdated_by_an_hour_at_most_further_by_a_manager(
    made: str, by_specialist: bool, by_manager: bool
) -> None:
    now = at("Tue 10:00")
    assert rules.may_log_call_made_at(at(made), now, by_manager=False) is by_specialist
    assert rules.may_log_call_made_at(at(made), now, by_manager=True) is by_manager


# --- P9.5: silence --------------------------------------------------------------------------------------------------


def test_an_attempt_counts_on_its_business_day() -> None:
    assert rules.counting_date(au, at("Tue 10:00"), []) == date(2026, 11, 24)


def test_an_attempt_in_the_evening_counts_on_the_desks_own_date() -> None:
    # 23:30 in Sydney is the afternoon before in London and the next day nowhere.
    assert rules.counting_date(au, at("Tue 23:30"), []) == date(2026, 11, 24)


def test_two_attempts_on_one_day_are_one() -> None:
    assert rules.counting_date(au, at("Tue 16:00"), [date(2026, 11, 24)]) is None


@pytest.mark.parametrize("closed", ["Sat 10:00", "Sun 10:00", "Mon 26 Jan 2026 10:00", "Mon 28 Dec 2026 10:00"])
def test_an_attempt_on_a_day_without_opening_is_none(closed: str) -> None:
    assert rules.counting_date(au, at(closed), []) is None


def test_a_third_attempt_is_not_needed() -> None:
    assert rules.counting_date(au, at("Thu 10:00"), [date(2026, 11, 23), date(2026, 11, 24)]) is None


@pytest.mark.parametrize(
    ("last_day", "due"),
    [
        (date(2026, 11, 24), "Thu 10:00"),
        (date(2026, 11, 26), "Mon 30 Nov 10:00"),
        # Australia Day is no business day; nor is the weekend before it.
        (date(2026, 1, 22), "Tue 27 Jan 10:00"),
        # Clocks go forward on Sunday 4 October 2026; ten stays ten.
        (date(2026, 10, 2), "Tue 6 Oct 10:00"),
    ],
)
def test_a_reminder_is_due_two_business_days_later_at_ten(last_day: date, due: str) -> None:
    when = rules.reminder_due_at(au, last_day, 2, at("Tue 10:00").time())
    assert when == at(due)


@pytest.mark.parametrize(
    ("second_attempt", "closes"),
    [
        (date(2026, 11, 24), "Wed 17:00"),
        (date(2026, 11, 27), "Mon 30 Nov 17:00"),
        (date(2026, 1, 23), "Tue 27 Jan 17:00"),
        (date(2026, 12, 24), "Tue 29 Dec 17:00"),
    ],
)
def test_silence_closes_at_the_end_of_the_next_business_day(second_attempt: date, closes: str) -> None:
    assert rules.silent_closing_at(au, second_attempt) == at(closes)


@pytest.mark.parametrize(("seconds", "in_time"), [(0, True), (1, True), (60, True), (61, False)])
def test_a_word_within_the_minute_takes_a_silent_closing_back(seconds: int, in_time: bool) -> None:
    closed_at, said_at = at("Tue 17:00"), at("Tue 17:00") + timedelta(seconds=seconds)
    assert rules.word_takes_closing_back(Outcome.NO_CONTACT, closed_at, said_at) is in_time


def test_the_minute_ends_to_the_microsecond() -> None:
    closed_at = at("Tue 17:00")
    assert not rules.word_takes_closing_back(Outcome.NO_CONTACT, closed_at, closed_at + timedelta(seconds=60) + MOMENT)


@pytest.mark.clause("P9.6")
@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.NO_CONTACT])
def test_a_word_takes_back_no_closing_that_a_person_made(outcome: Outcome) -> None:
    # Closed is closed.
    assert not rules.word_takes_closing_back(outcome, at("Tue 17:00"), at("Tue 17:00"))


# --- P9.7: outcomes -------------------------------------------------------------------------------------------------


NEEDS_MORE = {
    Outcome.FIX: ("release_missing", "Name the release or the fix that solves it"),
    Outcome.WORKAROUND: ("workaround_missing", "Write down the workaround"),
    Outcome.ENVIRONMENT: ("referral_missing", "Say whom the contact can turn to instead"),
    Outcome.FEATURE_REQUEST: ("destination_missing", "Say where the request goes"),
}


@pytest.mark.clause("P9.7")
@pytest.mark.parametrize("outcome", NEEDS_MORE)
@pytest.mark.parametrize("detail", ["", " \n\t"])
def test_an_outcome_lacks_what_it_needs(outcome: Outcome, detail: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        rules.require_what_the_outcome_needs(outcome, detail, "Your proxy blocks it.")
    code, sentence = NEEDS_MORE[outcome]
    assert refused.value.code == code
    assert str(refused.value).startswith(sentence)


@pytest.mark.clause("P9.7")
@pytest.mark.parametrize("notice", ["", " \n"])
def test_what_is_out_of_scope_says_why(notice: str) -> None:
    with pytest.raises(RuleBroken, match="Say why this is out of scope") as refused:
        rules.require_what_the_outcome_needs(Outcome.ENVIRONMENT, "Your network team", notice)
    assert refused.value.code == "notice_missing"


@pytest.mark.parametrize("outcome", NEEDS_MORE)
def test_an_outcome_has_what_it_needs(outcome: Outcome) -> None:
    rules.require_what_the_outcome_needs(outcome, "Agent 6.2", "Your proxy blocks it.")


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome not in NEEDS_MORE])
def test_the_other_outcomes_need_nothing_more(outcome: Outcome) -> None:
    rules.require_what_the_outcome_needs(outcome, "", "")


def test_a_specialist_never_chooses_no_contact() -> None:
    assert set(rules.SPECIALISTS_OUTCOMES) == set(Outcome) - {Outcome.NO_CONTACT, Outcome.MERGED}
