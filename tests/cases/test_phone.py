"""Phone numbers, callers and whom to connect to (P6.1); cases and calls by phone (P1.2, P9.1)."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from cases import actions, callers, rules
from cases.callers import Candidate, Rank
from cases.lifecycle import Status
from cases.models import (
    Case,
    Channel,
    KeptRequest,
    Membership,
    Partner,
    PhoneNumber,
    Plan,
    ProductArea,
    StaffRole,
    User,
)
from cases.rules import CHARGE_WORDS, AttemptOutcome, RuleBroken
from tests import builders
from tests.builders import Cast, all_at_once, answer, ask, at, close, details, fresh, last_event, logged_case

pytestmark = pytest.mark.clause("P6.1")
TEN = at("Tue 10:00")
NUMBER = "+61855500123"


# --- Numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.clause("P6.2")
@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("+61 (02) 7251 7900", "US", "+61272517900"),
        ("02 7251 7900", "AU", "+61272517900"),
        ("(02) 7251-7900", "AU", "+61272517900"),
        ("+1 (332) 249-5510", "AU", "+13322495510"),
        ("(888) 8-PROBAX", "US", "+18888776229"),
        ("1300-PROBAX", "AU", "+611300776229"),
        ("332.249.5510", "US", "+13322495510"),
        ("hello", "AU", None),
        ("12", "AU", None),
        ("", "AU", None),
    ],
)
def test_a_number_in_any_form(typed: str, country: str, number: str | None) -> None:
    assert rules.e164(typed, country) == number


def test_what_is_no_number_is_kept_as_typed_and_known_by_it() -> None:
    assert rules.phone_as_kept(" ask at the desk ", "AU") == "ask at the desk"
    assert rules.is_e164("ask at the desk") is False
    assert rules.is_e164("+61272517900") is True
    assert rules.phone_as_shown("+61272517900") == "+61 2 7251 7900"
    assert rules.phone_as_shown("ask at the desk") == "ask at the desk"


def test_a_number_without_its_country_is_read_in_each() -> None:
    assert rules.phone_readings("02 7251 7900", ["AU", "US"]) == ["+61272517900"]
    assert rules.phone_readings("+61 2 7251 7900", ["US", "AU"]) == ["+61272517900"]


def test_a_cases_number_is_kept_in_one_form(people: Cast) -> None:
    assert logged_case(people.priya, TEN, contact_phone="02 7251 7900").contact_phone == "+61272517900"
    assert logged_case(people.priya, TEN, contact_phone="ask for Omar").contact_phone == "ask for Omar"


# --- Who is calling -------------------------------------------------------------------------------------------------


def names(found: callers.Found) -> list[str]:
    return [caller.contact.name for caller in found.callers]


@pytest.mark.parametrize("typed", ["08 5550 0123", "+61 8 5550 0123", "(08) 55500123", NUMBER])
def test_a_caller_is_found_by_the_number_in_any_form(people: Cast, typed: str) -> None:
    actions.add_number(typed=NUMBER, contact_id=people.omar.pk, partner_id=None, actor=people.lena, now=TEN)
    assert names(callers.look_up(typed, TEN, at=people.lena.desk)) == ["Omar Haddad"]


def test_a_caller_is_found_by_a_cases_number_and_by_their_own(people: Cast) -> None:
    logged_case(people.priya, TEN, contact_phone="08 5550 0123")
    User.objects.filter(pk=people.zoe.pk).update(phone="+13322495511")
    assert names(callers.look_up(NUMBER, TEN, at=people.max.desk)) == ["Priya Raman"]
    assert names(callers.look_up("(332) 249-5511", TEN, at=people.max.desk)) == ["Zoe Keller"]


def test_several_share_a_number(people: Cast) -> None:
    for person in (people.priya, people.omar):
        actions.add_number(typed=NUMBER, contact_id=person.pk, partner_id=None, actor=people.lena, now=TEN)
    assert names(callers.look_up(NUMBER, TEN, at=None)) == ["Omar Haddad", "Priya Raman"]


def test_the_number_of_an_office_names_the_partner(people: Cast) -> None:
    actions.add_number(typed=NUMBER, contact_id=None, partner_id=people.northwind.pk, actor=people.lena, now=TEN)
    found = callers.look_up(NUMBER, TEN, at=None)
    assert (names(found), found.partners) == ([], [people.northwind])


def test_staff_and_those_who_left_are_no_callers(people: Cast) -> None:
    User.objects.filter(pk__in=[people.lena.pk, people.omar.pk]).update(phone=NUMBER)
    people.omar.memberships.update(is_active=False)
    assert names(callers.look_up(NUMBER, TEN, at=None)) == []


def test_what_a_caller_has(people: Cast) -> None:
    User.objects.filter(pk=people.priya.pk).update(phone=NUMBER)
    mine = logged_case(people.priya, TEN)
    colleagues = logged_case(people.omar, TEN)
    first, last = (logged_case(people.priya, TEN) for _number in range(2))
    close(first, people.lena, at("Tue 11:00"))
    close(last, people.lena, at("Tue 12:00"))
    Partner.objects.filter(pk=people.northwind.pk).update(plan=Plan.LAPSED)
    (caller,) = callers.look_up(NUMBER, at("Tue 13:00"), at=None).callers
    assert caller.open_cases == [mine, colleagues]
    assert (caller.last_closed, caller.entitled) == (last, False)


def test_a_limited_caller_is_shown_their_own_cases_alone(people: Cast) -> None:
    User.objects.filter(pk=people.omar.pk).update(phone=NUMBER)
    people.omar.memberships.update(sees_all_cases=False)
    logged_case(people.priya, TEN)
    (caller,) = callers.look_up(NUMBER, TEN, at=None).callers
    assert caller.open_cases == []


def test_search_finds_people_and_companies(people: Cast) -> None:
    assert [caller.contact for caller in callers.search("northwind omar", TEN)] == [people.omar]
    assert callers.search("nobody", TEN) == []


# --- Whom to connect to ---------------------------------------------------------------------------------------------


def hire(name: str, people: Cast) -> User:
    return builders.staff(name, StaffRole.SPECIALIST, desk=people.lena.desk)


def take(case: Case, who: User) -> Case:
    return actions.assign_case(case_id=case.pk, assignee_id=who.pk, expected_id=None, actor=who, now=TEN)


def connect(people: Cast, when: datetime = TEN) -> list[Candidate]:
    User.objects.filter(pk=people.priya.pk).update(phone=NUMBER)
    (caller,) = callers.look_up(NUMBER, when, at=None).callers
    return caller.connect_to


def test_the_best_is_named_first_with_the_reason(people: Cast) -> None:
    noor, ivan, kim = (hire(name, people) for name in ("Noor Aziz", "Ivan Petrov", "Kim Sato"))
    area = ProductArea.objects.create(name="Scout")
    actions.set_skills(person_id=ivan.pk, area_ids=[area.pk], actor=people.ruth, now=TEN)
    take(logged_case(people.priya, TEN, product_area_id=area.pk), noor)
    take(earlier := logged_case(people.priya, TEN), people.lena)
    close(earlier, people.lena, at("Tue 10:30"))
    found = connect(people, at("Tue 11:00"))
    assert [(one.person, one.rank) for one in found] == [
        (noor, Rank.OWNS),
        (people.lena, Rank.HELPED),
        (ivan, Rank.KNOWS),
        (kim, Rank.ON_SHIFT),
    ]
    assert found[0].reasons[0] == "owns NWIT-1, which is open"
    assert found[1].reasons[0] == "helped before, with NWIT-2, closed 24 Nov"
    assert found[2].reasons[0] == "knows Scout"
    assert found[3].reasons == ["is on shift"]


def test_of_those_on_shift_the_least_load_comes_first(people: Cast) -> None:
    noor = hire("Noor Aziz", people)
    take(logged_case(people.zoe, TEN), people.lena)
    assert [(one.person, one.load) for one in connect(people)] == [(noor, 0), (people.lena, 1)]


def test_an_owner_who_is_not_there_comes_last_and_it_is_said(people: Cast) -> None:
    noor = hire("Noor Aziz", people)
    take(logged_case(people.priya, TEN), noor)
    assert people.lena.desk is not None
    actions.add_shift(
        desk_id=people.lena.desk.pk,
        kind="shift",
        person_id=people.lena.pk,
        starts_at=at("Tue 8:00"),
        ends_at=at("Tue 17:00"),
        actor=people.ruth,
        now=at("Tue 8:00"),
    )
    found = connect(people)
    assert [(one.person, one.rank) for one in found] == [(people.lena, Rank.ON_SHIFT), (noor, Rank.AWAY)]
    assert found[1].reasons == ["owns NWIT-1, which is open", "is not there now"]


def test_at_night_whoever_is_on_call(people: Cast) -> None:
    noor = hire("Noor Aziz", people)
    assert people.lena.desk is not None
    actions.add_shift(
        desk_id=people.lena.desk.pk,
        kind="on_call",
        person_id=noor.pk,
        starts_at=at("Tue 17:00"),
        ends_at=at("Wed 8:00"),
        actor=people.ruth,
        now=at("Tue 8:00"),
    )
    assert [(one.person, one.reasons) for one in connect(people, at("Tue 23:00"))] == [(noor, ["is on call"])]


# --- Numbers and contacts that a call brings ------------------------------------------------------------------------


def test_a_number_twice_is_one(people: Cast) -> None:
    for _again in range(2):
        actions.add_number(typed=NUMBER, contact_id=people.omar.pk, partner_id=None, actor=people.lena, now=TEN)
    assert PhoneNumber.objects.get().added_by == people.lena


def test_what_is_no_number_is_refused(people: Cast) -> None:
    with pytest.raises(RuleBroken, match=r"This is no phone number. Write it with its country"):
        actions.add_number(typed="12", contact_id=people.omar.pk, partner_id=None, actor=people.lena, now=TEN)
    with pytest.raises(RuleBroken, match=r"Only support staff can do this."):
        actions.add_number(typed=NUMBER, contact_id=people.omar.pk, partner_id=None, actor=people.priya, now=TEN)


def add(people: Cast, **more: Any) -> User:
    said: dict[str, Any] = {
        "name": "Ada Lind",
        "email": "ada@nwit.example",
        "typed": NUMBER,
        "partner_id": people.northwind.pk,
    }
    return actions.add_contact(actor=people.lena, now=TEN, **said | more)


def test_a_new_contact_is_added_with_the_number(people: Cast) -> None:
    ada = add(people)
    assert (ada.memberships.get().partner, ada.has_usable_password()) == (people.northwind, False)
    assert names(callers.look_up(NUMBER, TEN, at=None)) == ["Ada Lind"]
    assert add(people) == ada


def test_somebody_of_another_partner_writes_for_both(people: Cast) -> None:
    assert add(people, email=people.zoe.email) == people.zoe
    assert people.zoe.memberships.count() == 2


def test_contacts_that_are_refused(people: Cast) -> None:
    for changed, said in (
        ({"email": people.lena.email}, "This address belongs to one of our own people. Nobody was added."),
        ({"email": "x"}, "This is no email address. Ask for one"),
        ({"name": " "}, "Give the person's name. Nobody was added."),
        ({"typed": "12"}, "This is no phone number."),
    ):
        with pytest.raises(RuleBroken, match=said):
            add(people, **changed)
    people.omar.memberships.update(is_active=False)
    with pytest.raises(RuleBroken, match=r"This person no longer writes for the partner."):
        add(people, email=people.omar.email)
    User.objects.filter(pk=people.zoe.pk).update(is_active=False)
    with pytest.raises(RuleBroken, match=r"This person's account is closed."):
        add(people, email=people.zoe.email)
    assert Membership.objects.count() == 3


# --- A case by phone ------------------------------------------------------------------------------------------------


def by_phone(people: Cast, when: datetime = TEN, *, severity: int = 3, **more: Any) -> Case | KeptRequest:
    said: dict[str, Any] = {"partner_id": people.northwind.pk, "contact_id": people.omar.pk, "details": details()}
    return actions.log_case_by_phone(severity=severity, actor=people.lena, now=when, **said | more)


def phoned(people: Cast, *given: Any, **more: Any) -> Case:
    case = by_phone(people, *given, **more)
    assert isinstance(case, Case)
    return case


@pytest.mark.clause("P1.2")
def test_a_case_by_phone_is_the_callers_and_says_who_took_it(people: Cast) -> None:
    case = phoned(people)
    assert (case.channel, case.contact, case.logged_by) == (Channel.PHONE, people.omar, people.lena)
    assert case.attempts.get().incoming is True
    assert (fresh(case).first_response_at, fresh(case).status) == (None, Status.NEW)


@pytest.mark.clause("P2.5")
def test_whoever_spoke_about_the_problem_gave_the_first_reply(people: Cast) -> None:
    case = phoned(people, helped=True)
    assert (fresh(case).first_response_at, fresh(case).status) == (TEN, Status.OPEN)
    assert case.deadlines.get(kind="first_response").kept is True


@pytest.mark.clause("P4.2")
def test_after_hours_the_spoken_acceptance_is_kept_with_who_heard_it(people: Cast) -> None:
    night = at("Tue 23:00")
    named: dict[str, Any] = {"severity": 1, "details": details(technical_resource="Omar")}
    with pytest.raises(RuleBroken, match=r"Read the words on charges to the caller and tick that they accept them."):
        by_phone(people, night, **named)
    case = phoned(people, night, charges_heard=True, **named)
    assert (case.charge_words, case.charges_accepted_at) == (str(CHARGE_WORDS), night)
    assert case.charges_heard_by == people.lena


@pytest.mark.clause("P2.6")
def test_a_severity_1_by_phone_asks_for_the_technical_resource(people: Cast) -> None:
    with pytest.raises(RuleBroken, match=r"For Severity 1, ask who can work with us around the clock"):
        by_phone(people, severity=1)


@pytest.mark.clause("P1.1")
def test_a_lapsed_partners_call_is_kept_with_who_took_it(people: Cast) -> None:
    Partner.objects.update(plan=Plan.LAPSED)
    kept = by_phone(people)
    assert isinstance(kept, KeptRequest)
    assert (kept.channel, kept.contact, kept.taken_by) == ("phone", people.omar, people.lena)


def test_the_same_form_twice_is_one_case(people: Cast) -> None:
    key = uuid4()
    assert by_phone(people, submission_key=key) == by_phone(people, submission_key=key)
    assert Case.objects.count() == 1


def test_only_staff_log_for_others_and_only_for_a_contact_of_the_partner(people: Cast) -> None:
    with pytest.raises(RuleBroken, match=r"Only support staff can do this."):
        actions.log_case_by_phone(
            partner_id=people.northwind.pk,
            contact_id=people.omar.pk,
            details=details(),
            severity=3,
            actor=people.priya,
            now=TEN,
        )
    with pytest.raises(User.DoesNotExist):
        by_phone(people, contact_id=people.zoe.pk)


@pytest.mark.django_db(transaction=True)
def test_the_same_call_from_many_threads_is_one_case() -> None:
    people = builders.cast()
    key = uuid4()
    answers = all_at_once([partial(by_phone, people, submission_key=key)] * 4)
    assert {given.reference for given in answers if isinstance(given, Case)} == {"NWIT-1"}
    assert Case.objects.count() == 1


# --- Calls ----------------------------------------------------------------------------------------------------------


def log_call(case: Case, by: User, made_at: str, logged_at: str, **more: Any) -> Case:
    said = {"outcome": AttemptOutcome.REACHED, "note": "Spoke."} | more
    return actions.log_call(case_id=case.pk, made_at=at(made_at), actor=by, now=at(logged_at), **said)


@pytest.mark.clause("P9.1", "P2.5")
def test_a_call_by_the_contact_is_a_word_and_a_first_reply(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    log_call(case, people.lena, "Tue 10:00", "Tue 10:00", incoming=True)
    assert fresh(case).first_response_at == TEN
    ask(case, people.lena, at("Tue 10:10"))
    log_call(case, people.lena, "Tue 10:20", "Tue 10:20", incoming=True)
    assert not case.episodes.filter(ended_at=None).exists()
    assert last_event(case).facts["incoming"] is True


@pytest.mark.clause("P9.1", "P2.5")
def test_the_clock_stops_at_a_call_that_was_logged_after_a_later_reply(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    answer(case, people.lena, at("Tue 15:10"))
    assert case.deadlines.get(kind="first_response").kept is False
    log_call(case, people.lena, "Tue 14:50", "Tue 15:20")
    assert fresh(case).first_response_at == at("Tue 14:50")
    assert case.deadlines.get(kind="first_response").kept is True
    facts = last_event(case).facts
    # Both times are on the record.
    assert (facts["first_response"], datetime.fromisoformat(facts["before"])) == (True, at("Tue 15:10"))
    assert case.attempts.get().made_at == at("Tue 14:50")
    assert case.attempts.get().logged_at == at("Tue 15:20")


@pytest.mark.clause("P9.1")
def test_a_call_after_the_reply_changes_no_verdict(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    answer(case, people.lena, at("Tue 14:00"))
    log_call(case, people.lena, "Tue 14:30", "Tue 14:40")
    assert fresh(case).first_response_at == at("Tue 14:00")
    assert last_event(case).facts["first_response"] is False
