"""Who may know of what: `visible_to` is the only door from a person to a case."""

from typing import Any

import pytest

from cases import actions
from cases.models import Attachment, Case, Membership, User
from cases.rules import RuleBroken
from tests.builders import Cast, answer, at, contact, logged_case, say, upload


@pytest.fixture
def cases(people: Cast) -> dict[str, Case]:
    """One case each of Priya and Omar (Northwind) and of Zoe (Blue Harbor)."""
    return {name: logged_case(getattr(people, name), at("Tue 9:00")) for name in ("priya", "omar", "zoe")}


def seen_by(person: User) -> set[str]:
    """Return what a person may see, asked for them alone and for everybody at once."""
    seen = dict(Case.objects.visible_to(person).values_list("pk", "reference"))
    pairs = Case.objects.all().seen_by(list(User.objects.all()))
    assert set(seen) == {case for case, user in pairs if user == person.pk}
    return set(seen.values())


def change(person: User, **membership: Any) -> None:
    Membership.objects.filter(user=person).update(**membership)


ALL = {"NWIT-1", "NWIT-2", "BHMS-1"}


@pytest.mark.usefixtures("cases")
@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("priya", {"NWIT-1", "NWIT-2"}),
        ("omar", {"NWIT-1", "NWIT-2"}),
        ("zoe", {"BHMS-1"}),
        ("lena", ALL),
        ("max", ALL),
        ("ruth", ALL),
        ("ann", ALL),
    ],
)
def test_contacts_see_their_companys_cases_and_staff_see_all(people: Cast, name: str, seen: set[str]) -> None:
    assert seen_by(getattr(people, name)) == seen


@pytest.mark.usefixtures("cases")
def test_a_limited_contact_sees_their_own_cases_only(people: Cast) -> None:
    change(people.omar, sees_all_cases=False)
    assert seen_by(people.omar) == {"NWIT-2"}
    assert seen_by(people.priya) == {"NWIT-1", "NWIT-2"}


@pytest.mark.usefixtures("cases")
def test_whoever_left_sees_nothing_not_even_their_own(people: Cast) -> None:
    change(people.omar, is_active=False)
    assert seen_by(people.omar) == set()


@pytest.mark.usefixtures("cases")
def test_whoever_writes_for_two_partners_sees_both_and_each_case_once(people: Cast) -> None:
    Membership.objects.create(user=people.omar, partner=people.harbor)
    assert seen_by(people.omar) == ALL
    assert Case.objects.visible_to(people.omar).count() == 3


@pytest.mark.usefixtures("cases")
def test_a_limit_at_one_partner_is_no_limit_at_the_other(people: Cast) -> None:
    Membership.objects.create(user=people.omar, partner=people.harbor)
    Membership.objects.filter(user=people.omar, partner=people.northwind).update(sees_all_cases=False)
    assert seen_by(people.omar) == {"NWIT-2", "BHMS-1"}


@pytest.mark.usefixtures("cases")
def test_seeing_all_at_one_partner_opens_nothing_at_the_other(people: Cast) -> None:
    # The colleague's membership and one's own must not be mixed up.
    Membership.objects.create(user=people.omar, partner=people.harbor, sees_all_cases=False)
    assert seen_by(people.omar) == {"NWIT-1", "NWIT-2"}
    Membership.objects.filter(user=people.omar, partner=people.northwind).update(is_active=False)
    assert seen_by(people.omar) == set()


@pytest.mark.usefixtures("cases")
def test_a_case_logged_for_a_partner_one_has_left_is_gone_even_with_another_membership(people: Cast) -> None:
    Membership.objects.create(user=people.omar, partner=people.harbor)
    Membership.objects.filter(user=people.omar, partner=people.northwind).update(is_active=False)
    assert seen_by(people.omar) == {"BHMS-1"}


@pytest.mark.usefixtures("cases")
def test_somebody_without_a_partner_sees_nothing(people: Cast) -> None:
    stranger = User.objects.create_user("stranger@example.com", name="Stranger")
    assert seen_by(stranger) == set()


@pytest.mark.usefixtures("cases")
def test_staff_who_left_see_nothing(people: Cast) -> None:
    people.lena.is_active = False
    people.lena.save()
    assert seen_by(people.lena) == set()


@pytest.mark.usefixtures("cases")
def test_what_is_asked_further_stays_within_what_may_be_seen(people: Cast) -> None:
    visible = Case.objects.visible_to(people.zoe)
    narrowed = [
        visible.open(),
        visible.matching("NWIT", people.zoe, at("Fri 9:00")),
        visible.matching("restores", people.zoe, at("Fri 9:00")),
        visible.unassigned(),
        visible.breached(at("Fri 9:00")),
        visible.at_risk(at("Tue 13:30")),
        visible.in_queue_order(),
    ]
    for cases in narrowed:
        assert set(cases.values_list("reference", flat=True)) <= {"BHMS-1"}


# --- Actions reach a case through the same door ---------------------------------------------------------------------


def test_no_action_of_a_contact_reaches_another_partners_case(people: Cast, cases: dict[str, Case]) -> None:
    theirs = cases["priya"].pk
    with pytest.raises(Case.DoesNotExist):
        actions.reply_as_contact(case_id=theirs, body="Hello", actor=people.zoe, now=at("Tue 10:00"))
    with pytest.raises(Case.DoesNotExist):
        actions.close_case(
            case_id=theirs, outcome="solved_by_contact", explanation="x", actor=people.zoe, now=at("Tue 10:00")
        )


def test_no_action_of_staff_is_open_to_a_contact(people: Cast, cases: dict[str, Case]) -> None:
    own, when = cases["priya"].pk, at("Tue 10:00")
    with pytest.raises(RuleBroken):
        actions.write_note(case_id=own, body="x", actor=people.priya, now=when)
    with pytest.raises(RuleBroken):
        actions.reply_as_specialist(case_id=own, body="x", actor=people.priya, now=when)
    with pytest.raises(RuleBroken):
        actions.assign_case(case_id=own, assignee_id=people.lena.pk, expected_id=None, actor=people.priya, now=when)
    with pytest.raises(RuleBroken):
        actions.log_call(case_id=own, outcome="reached", note="", made_at=when, actor=people.priya, now=when)


# --- Files ----------------------------------------------------------------------------------------------------------


def files_seen_by(person: User) -> set[str]:
    return set(Attachment.objects.visible_to(person).values_list("name", flat=True))


@pytest.fixture
def files(people: Cast, cases: dict[str, Case]) -> None:
    """A file of Priya's case, of her reply, of Lena's reply, of Lena's note, and of Omar's draft."""
    case, when = cases["priya"], at("Tue 10:00")
    actions.attach_to_draft(upload=upload("case.log"), actor=people.priya, now=at("Tue 9:30"))
    logged_case(people.priya, at("Tue 9:31"))
    actions.reply_as_contact(case_id=case.pk, body="Here.", uploads=[upload("word.log")], actor=people.priya, now=when)
    actions.reply_as_specialist(
        case_id=case.pk, body="Here.", uploads=[upload("reply.log")], actor=people.lena, now=when
    )
    actions.write_note(case_id=case.pk, body="Here.", uploads=[upload("note.log")], actor=people.lena, now=when)
    actions.attach_to_draft(upload=upload("draft.log"), actor=people.omar, now=when)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("priya", {"case.log", "word.log", "reply.log"}),
        ("omar", {"case.log", "word.log", "reply.log", "draft.log"}),
        ("zoe", set()),
        ("lena", {"case.log", "word.log", "reply.log", "note.log"}),
    ],
)
def test_files_are_seen_with_their_case_without_notes_and_others_drafts(
    people: Cast, name: str, seen: set[str]
) -> None:
    assert files_seen_by(getattr(people, name)) == seen


@pytest.mark.usefixtures("files")
def test_a_limited_contact_sees_no_files_of_colleagues(people: Cast) -> None:
    change(people.omar, sees_all_cases=False)
    assert files_seen_by(people.omar) == {"draft.log"}


def test_a_new_colleague_sees_what_was_there_before_them(people: Cast, cases: dict[str, Case]) -> None:
    answer(cases["priya"], people.lena, at("Tue 10:00"))
    newcomer = contact("Nia Roberts", people.northwind)
    assert seen_by(newcomer) == {"NWIT-1", "NWIT-2"}
    say(cases["priya"], newcomer, at("Tue 11:00"))
