"""A partner's own people: invited, let in, sent away and back, given sight and charge."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from cases import actions
from cases.models import Case, Invitation, Membership, MembershipChange, MembershipRole, StaffRole, User
from cases.rules import RuleBroken
from tests import builders
from tests.builders import Cast, all_at_once, at, logged_case

pytestmark = pytest.mark.clause("P1.1")

NOON = at("Tue 12:00")
GOOD = "a long secret of mine"


def invite(people: Cast, email: str = "nia@nwit.example", by: str = "priya", **more: object) -> Invitation:
    said = {"role": MembershipRole.CONTACT, "sees_all_cases": True, "language": "en"} | more
    return actions.invite_colleague(
        partner_id=people.northwind.pk,
        email=email,
        actor=getattr(people, by),
        now=NOON,
        **said,  # type: ignore[arg-type]
    )


def accept(invitation: Invitation, when: object = NOON, name: str = "Nia Park", password: str = GOOD) -> User:
    return actions.accept_invitation(
        token=invitation.secret,
        name=name,
        password=password,
        zone="Australia/Perth",
        language="es",
        now=when,  # type: ignore[arg-type]
    )


def member(person: User, people: Cast) -> Membership:
    return Membership.objects.get(user=person, partner=people.northwind)


# --- Invitations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["priya", "ruth"])
def test_whoever_was_invited_gets_an_account_and_sees_what_was_chosen(people: Cast, by: str) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    person = accept(invite(people, "  Nia@NWIT.example ", by=by, sees_all_cases=False))
    assert (person.email, person.name, person.zone) == ("nia@nwit.example", "Nia Park", "Australia/Perth")
    assert person.language == "es"
    assert person.check_password(GOOD)
    assert (member(person, people).role, member(person, people).sees_all_cases) == ("contact", False)
    assert not Case.objects.visible_to(person).exists()


def test_the_link_is_kept_as_a_hash_and_works_once(people: Cast) -> None:
    invitation = invite(people)
    assert invitation.secret not in invitation.token_hash
    accept(invitation)
    with pytest.raises(RuleBroken, match="over or was used already"):
        accept(invitation)
    assert Invitation.objects.get().secret == ""


def test_the_link_ends_after_seven_days(people: Cast) -> None:
    invitation = invite(people)
    with pytest.raises(RuleBroken, match="over or was used already"):
        accept(invitation, NOON + timedelta(days=7))
    assert accept(invitation, NOON + timedelta(days=7, seconds=-1)).is_active


def test_a_newer_invitation_takes_the_place_of_the_one_before(people: Cast) -> None:
    older, newer = invite(people), invite(people)
    with pytest.raises(RuleBroken, match="over or was used already"):
        accept(older)
    accept(newer)


def test_an_invitation_is_taken_back(people: Cast) -> None:
    invitation = invite(people)
    for _time in range(2):
        actions.withdraw_invitation(
            invitation_id=invitation.pk, partner_id=people.northwind.pk, actor=people.priya, now=NOON
        )
    with pytest.raises(RuleBroken, match="over or was used already"):
        accept(invitation)


def test_one_that_was_accepted_is_not(people: Cast) -> None:
    invitation = invite(people)
    accept(invitation)
    with pytest.raises(RuleBroken, match="was accepted already"):
        actions.withdraw_invitation(
            invitation_id=invitation.pk, partner_id=people.northwind.pk, actor=people.priya, now=NOON
        )


@pytest.mark.parametrize("name", ["omar", "zoe", "lena"])
def test_only_whoever_leads_the_company_invites(people: Cast, name: str) -> None:
    with pytest.raises(RuleBroken, match="Only an administrator of your company"):
        invite(people, by=name)
    assert not Invitation.objects.exists()


def test_a_colleague_is_not_invited_again(people: Cast) -> None:
    with pytest.raises(RuleBroken, match="Omar Haddad writes for this company already"):
        invite(people, people.omar.email)


def test_a_colleague_who_was_deactivated_is_let_in_again_instead(people: Cast) -> None:
    deactivate(people, people.omar)
    with pytest.raises(RuleBroken, match="Let them in again"):
        invite(people, people.omar.email)


@pytest.mark.parametrize("password", ["short", "12345678901", "password"])
def test_an_easy_password_makes_no_account(people: Cast, password: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        accept(invite(people), password=password)
    assert refused.value.code == "password_too_easy"
    assert not User.objects.filter(email="nia@nwit.example").exists()


# --- People who have an account -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["zoe", "lena"])
def test_somebody_elses_person_is_invited_like_anybody(people: Cast, name: str) -> None:
    invitation = invite(people, getattr(people, name).email)
    assert invitation.is_open(NOON)
    with pytest.raises(RuleBroken, match="Log in with it"):
        accept(invitation)


def test_they_join_with_the_account_they_have_and_keep_what_they_had(people: Cast) -> None:
    invitation = invite(people, people.zoe.email)
    joined = actions.join_by_invitation(token=invitation.secret, actor=people.zoe, now=NOON)
    assert joined.partner == people.northwind
    assert {each.partner for each in people.zoe.memberships.filter(is_active=True)} == {people.northwind, people.harbor}


@pytest.mark.parametrize("name", ["omar", "lena"])
def test_nobody_joins_with_another_address(people: Cast, name: str) -> None:
    invitation = invite(people, people.zoe.email)
    with pytest.raises(RuleBroken, match="sent to another address"):
        actions.join_by_invitation(token=invitation.secret, actor=getattr(people, name), now=NOON)


def test_staff_do_not_become_contacts(people: Cast) -> None:
    invitation = invite(people, people.lena.email)
    with pytest.raises(RuleBroken, match="sent to another address"):
        actions.join_by_invitation(token=invitation.secret, actor=people.lena, now=NOON)


# --- Away and back --------------------------------------------------------------------------------------------------


def deactivate(people: Cast, who: User, by: str = "priya") -> Membership:
    return actions.deactivate_colleague(
        membership_id=member(who, people).pk, partner_id=people.northwind.pk, actor=getattr(people, by), now=NOON
    )


def change(people: Cast, who: User, role: str, by: str = "priya", *, sees_all: bool = True) -> Membership:
    return actions.change_colleague(
        membership_id=member(who, people).pk,
        partner_id=people.northwind.pk,
        role=role,
        sees_all_cases=sees_all,
        actor=getattr(people, by),
        now=NOON,
    )


def test_whoever_is_deactivated_is_out_and_their_cases_stay(people: Cast) -> None:
    case = logged_case(people.omar, at("Tue 9:00"))
    deactivate(people, people.omar)
    assert not User.objects.get(pk=people.omar.pk).is_active
    assert not Case.objects.visible_to(people.omar).exists()
    assert Case.objects.visible_to(people.priya).get() == case
    assert case.is_open
    actions.reactivate_colleague(
        membership_id=member(people.omar, people).pk, partner_id=people.northwind.pk, actor=people.priya, now=NOON
    )
    assert User.objects.get(pk=people.omar.pk).is_active
    assert MembershipChange.objects.count() == 2


def test_a_company_lets_nobody_in_who_became_one_of_ours(people: Cast) -> None:
    deactivate(people, people.omar)
    User.objects.filter(pk=people.omar.pk).update(staff_role=StaffRole.MANAGER)
    with pytest.raises(RuleBroken, match="is one of our own people now"):
        actions.reactivate_colleague(
            membership_id=member(people.omar, people).pk, partner_id=people.northwind.pk, actor=people.priya, now=NOON
        )
    assert not User.objects.get(pk=people.omar.pk).is_active


def test_whoever_writes_for_another_partner_too_keeps_that(people: Cast) -> None:
    Membership.objects.create(user=people.zoe, partner=people.northwind)
    case = logged_case(people.priya, at("Tue 9:00"))
    deactivate(people, people.zoe)
    assert User.objects.get(pk=people.zoe.pk).is_active
    assert not Case.objects.visible_to(people.zoe).filter(pk=case.pk).exists()


def test_deactivated_twice_is_once(people: Cast) -> None:
    for _time in range(2):
        deactivate(people, people.omar)
    assert MembershipChange.objects.count() == 1


def test_sight_and_charge_are_chosen(people: Cast) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    change(people, people.omar, "contact", sees_all=False)
    assert not Case.objects.visible_to(people.omar).exists()
    change(people, people.omar, "administrator")
    assert Case.objects.visible_to(people.omar).exists()
    invite(people, by="omar")


@pytest.mark.parametrize("by", ["priya", "ruth"])
def test_the_last_administrator_stays_one(people: Cast, by: str) -> None:
    acts: list[Callable[[], object]] = [
        lambda: deactivate(people, people.priya, by),
        lambda: change(people, people.priya, "contact", by),
    ]
    for act in acts:
        with pytest.raises(RuleBroken, match="Priya Raman is the only administrator"):
            act()
    change(people, people.omar, "administrator", by)
    deactivate(people, people.priya, by)


def test_somebody_who_is_out_is_not_changed(people: Cast) -> None:
    deactivate(people, people.omar)
    with pytest.raises(RuleBroken, match="was deactivated"):
        change(people, people.omar, "administrator")


@pytest.mark.parametrize("name", ["omar", "zoe", "lena"])
def test_nobody_else_changes_anybody(people: Cast, name: str) -> None:
    acts: list[Callable[[], object]] = [
        lambda: deactivate(people, people.priya, name),
        lambda: change(people, people.omar, "administrator", name),
        lambda: actions.reactivate_colleague(
            membership_id=member(people.omar, people).pk,
            partner_id=people.northwind.pk,
            actor=getattr(people, name),
            now=NOON,
        ),
        lambda: actions.withdraw_invitation(
            invitation_id=1, partner_id=people.northwind.pk, actor=getattr(people, name), now=NOON
        ),
    ]
    for act in acts:
        with pytest.raises(RuleBroken, match="Only an administrator of your company"):
            act()


def test_nobody_reaches_another_companys_people_through_their_own(people: Cast) -> None:
    theirs = people.zoe.memberships.get()
    with pytest.raises(Membership.DoesNotExist):
        actions.deactivate_colleague(
            membership_id=theirs.pk, partner_id=people.northwind.pk, actor=people.priya, now=NOON
        )


# --- Two at once ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_send_each_other_away_at_once_leave_one() -> None:
    people = builders.cast()
    change(people, people.omar, "administrator")
    answers = all_at_once(
        [lambda: deactivate(people, people.omar, "priya"), lambda: deactivate(people, people.priya, "omar")]
    )
    (refused,) = [given for given in answers if isinstance(given, Exception)]
    assert isinstance(refused, RuleBroken)
    assert refused.code in ("not_in_charge", "last_administrator")
    assert Membership.objects.filter(partner=people.northwind, role="administrator", is_active=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_link_opened_twice_at_once_makes_one_account() -> None:
    people = builders.cast()
    invitation = invite(people)
    answers = all_at_once([lambda: accept(invitation)] * 3)
    refused = [given for given in answers if isinstance(given, Exception)]
    assert len(refused) == 2
    assert all(isinstance(given, RuleBroken) for given in refused), refused
    assert User.objects.filter(email="nia@nwit.example").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_invitation_by_two_at_once_leaves_one_that_works() -> None:
    people = builders.cast()
    answers = all_at_once([lambda: invite(people), lambda: invite(people, by="ruth")])
    assert [given for given in answers if isinstance(given, Exception)] == []
    assert Invitation.objects.filter(withdrawn_at=None).count() == 1
