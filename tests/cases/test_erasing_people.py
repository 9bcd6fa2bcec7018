"""An erased person is named nowhere any more; what they did stays on a record that holds."""

import json
import re
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import translation

from cases import actions, verification
from cases.models import (
    AccountChange,
    ApiToken,
    Case,
    Erasure,
    EventKind,
    IncomingMail,
    MailAddress,
    Message,
    Partner,
    PhoneNumber,
    RosterShift,
    StaffRole,
    User,
)
from cases.protection import Level, level_of
from cases.rules import RuleBroken
from notifications import sweeps
from notifications.models import AlertChannel, MailState, OutgoingMail, Webhook
from sla.models import HolidayChange, HoursChange, PolicyVersion
from tests import builders
from tests.builders import Cast, all_at_once, answer, at, call, close, fresh, last_event, logged_case, say, upload
from tests.cases.pages import browser_of, get, post
from tests.inbox.post import deliver, letter

NOW = at("Wed 9:00")
PHONE = "+61 8 9555 0134"
ROOT = Path(settings.MEDIA_ROOT)


@pytest.fixture
def case(people: Cast) -> Case:
    """A closed case of Priya's: she is named wherever somebody can be."""
    User.objects.filter(pk=people.priya.pk).update(phone=PHONE)
    people.priya.refresh_from_db()
    name, address = people.priya.name, people.priya.email
    case = logged_case(people.priya, at("Mon 9:00"), explanation=f"Ask {name}, {address} or {PHONE}.")
    say(case, people.omar, at("Mon 9:10"), f"As Priya\n Raman says, and {name.upper()} knows.")
    answer(case, people.lena, at("Mon 10:00"), f"Dear {name}, thank you.")
    call(case, people.lena, at("Mon 11:00"))
    actions.reply_as_contact(
        case_id=case.pk,
        body="The log of this morning, with every line of it.",
        uploads=[upload(f"{name}.log", "x" * 50)],
        actor=people.priya,
        now=at("Mon 12:00"),
    )
    actions.change_contact(
        case_id=case.pk, contact_id=people.omar.pk, expected_id=people.priya.pk, actor=people.lena, now=at("Mon 12:30")
    )
    actions.write_note(case_id=case.pk, body=f"{name} is friendly.", actor=people.lena, now=at("Mon 13:00"))
    actions.keep_draft(fields={"title": f"For {name}"}, submission_key=None, actor=people.omar, now=at("Mon 14:00"))
    deliver(letter(people.priya, "Another thing", f"It is slow, says {name}.", Cc=f"{name} <{address}>"), "Tue 9:00")
    for open_case in Case.objects.open():
        answer(open_case, people.lena, at("Tue 9:30"))
        close(open_case, people.lena, at("Tue 10:00"))
    sweeps.dispatch_events(now=at("Tue 10:30"))
    return fresh(case)


def erase(people: Cast, person: User | None = None, **given: Any) -> User:
    chosen = person or people.priya
    said: dict[str, Any] = {"address": chosen.email, "words_too": False, "actor": people.ann, "now": NOW} | given
    return actions.erase_person(person_id=chosen.pk, **said)


def everything_kept() -> str:
    rows = [model._default_manager.values() for model in apps.get_models()]
    return json.dumps([list(each) for each in rows], default=str, ensure_ascii=False)


def named_in(text: str) -> list[str]:
    return re.findall(r"priya\W+raman|priya\.raman|9555 ?0134", text, re.IGNORECASE)


def levels_that_name_them() -> set[Level]:
    return {
        level_of(model._meta.label_lower, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if named_in(json.dumps(list(model._default_manager.values_list(field.attname)), default=str))
    }


def records_hold() -> bool:
    return all(checked.broken_at is None for checked in verification.check())


# --- Named nowhere --------------------------------------------------------------------------------------------------


def test_no_table_and_no_raw_mail_names_them_any_more(
    people: Cast, case: Case, django_capture_on_commit_callbacks: Any
) -> None:
    raw = ROOT / str(IncomingMail.objects.get().raw.name)
    assert len(named_in(everything_kept())) > 20
    assert not {Level.PUBLIC, Level.SECRET} & levels_that_name_them()
    assert named_in(raw.read_text())
    with django_capture_on_commit_callbacks(execute=True):
        erase(people)
    kept = everything_kept()
    assert named_in(kept) == []
    assert "a former contact is friendly" in kept
    assert not raw.exists()
    assert records_hold()


def test_others_keep_their_names_and_their_cases_of_other_companies(people: Cast, case: Case) -> None:
    namesake = logged_case(people.zoe, at("Tue 9:00"), explanation="Priya Raman of another company called.")
    erase(people)
    assert fresh(namesake).explanation == "Priya Raman of another company called."
    assert Partner.objects.get(pk=people.northwind.pk).name == "Northwind IT"
    assert "Omar Haddad" in everything_kept()


def test_a_number_that_a_colleague_answers_too_goes_on_being_theirs(people: Cast, case: Case) -> None:
    User.objects.filter(pk=people.omar.pk).update(phone=PHONE)
    erase(people)
    assert PHONE in fresh(case).explanation
    assert "Priya" not in fresh(case).explanation


def test_a_case_goes_on_having_begun_with_whoever_wrote_it(people: Cast, case: Case) -> None:
    address = f"/desk/cases/{case.reference}/"
    browser = browser_of(people.lena, NOW)
    assert get(browser, address, NOW).context["story"][0].who == "Priya Raman"
    erase(people)
    assert get(browser, address, NOW).context["story"][0].who == "a former contact"


def test_pages_call_them_a_former_contact_in_the_readers_language(people: Cast, case: Case) -> None:
    erase(people)
    page = get(browser_of(people.lena, NOW), f"/desk/cases/{case.reference}/", NOW).content.decode()
    assert "a former contact" in page
    assert named_in(page) == []
    person = User.objects.get(pk=people.priya.pk)
    with translation.override("es"):
        assert str(person) == translation.gettext("a former contact")


def test_what_they_wrote_stays_unless_it_is_to_go(people: Cast, case: Case) -> None:
    said = "The log of this morning, with every line of it."
    erase(people)
    assert said in everything_kept()
    assert case.attachments.get().name == "a former contact.log"


def test_what_they_wrote_and_sent_goes_where_others_quote_it_too(
    people: Cast, case: Case, django_capture_on_commit_callbacks: Any
) -> None:
    said = "The log of this morning, with every line of it."
    file = ROOT / str(case.attachments.get().file.name)
    answer_mail = OutgoingMail.objects.filter(body_text__contains=said)
    assert answer_mail.exists()
    with django_capture_on_commit_callbacks(execute=True):
        erase(people, words_too=True)
    kept = everything_kept()
    assert said not in kept
    assert "It is slow" not in kept
    assert set(Message.objects.filter(author=people.priya).values_list("body", flat=True)) == {"[removed]"}
    assert not case.attachments.exists()
    assert not file.exists()
    assert records_hold()


def test_the_record_says_that_a_name_was_removed_by_whom_and_from_where(people: Cast, case: Case) -> None:
    erase(people)
    event = last_event(case)
    assert (event.kind, event.actor, event.public) == (EventKind.PERSON_ERASED, people.ann, False)
    assert event.facts["person"] == people.priya.pk
    kept = Erasure.objects.get()
    assert (kept.person_id, kept.by, kept.at, kept.words_too) == (people.priya.pk, people.ann, NOW, False)
    assert {"case", "message", "mail", "incoming mail", "event"} <= set(kept.places)


def test_other_names_of_theirs_go_too(people: Cast, case: Case) -> None:
    answer_to_nobody = builders.logged_case(people.omar, at("Tue 9:00"), explanation="Pri knows. Private matters.")
    close(answer_to_nobody, people.lena, at("Tue 9:30"))
    erase(people, also_known_as=["Pri", " "])
    assert fresh(answer_to_nobody).explanation == "a former contact knows. Private matters."


# --- The account ----------------------------------------------------------------------------------------------------


def test_every_way_in_ends_and_nothing_is_kept_for_them(people: Cast, case: Case) -> None:
    person = people.priya
    browser = browser_of(person, at("Tue 12:00"))
    assert get(browser, "/cases/", at("Tue 12:00")).status_code == 200
    _row, token = actions.make_token(
        name="x", scopes=["cases:read"], lives_for=timedelta(days=9), actor=person, now=at("Tue 12:00")
    )
    Authenticator.objects.create(user=person, type="totp", data={"secret": "x"})
    PhoneNumber.objects.create(user=person, number="+61895550134", added_by=person, added_at=NOW)
    MailAddress.objects.create(address=person.email, code="5.1.1", bounced_at=NOW)
    sweeps.dispatch_events(now=NOW)
    erase(people)
    assert get(browser, "/cases/", NOW).status_code == 302
    assert Client().get("/api/v1/cases/", headers={"authorization": f"Bearer {token}"}).status_code == 401
    for model in (ApiToken, Authenticator, PhoneNumber, MailAddress, UserSession):
        assert not model._default_manager.exists(), model
    assert not OutgoingMail.objects.filter(
        recipient=person, state__in=(MailState.QUEUED, MailState.HELD, MailState.IN_FLIGHT)
    ).exists()


def test_from_where_they_changed_their_account_is_not_kept(people: Cast) -> None:
    changed = partial(actions.note_account_change, change=AccountChange.PASSWORD_CHANGED, actor=people.priya, now=NOW)
    changed(network="203.0.113.7")
    sweeps.dispatch_events(now=NOW)
    changed(network="203.0.113.8")
    assert "network address 203.0.113.7" in OutgoingMail.objects.get().body_text
    erase(people)
    assert re.findall(r"203\.0\.113\.\d", everything_kept()) == []


def test_nobody_is_made_of_an_erased_person_again(people: Cast, case: Case) -> None:
    erase(people)
    address = f"/admin/cases/user/{people.priya.pk}/change/"
    browser = browser_of(people.ann, NOW)
    assert 'name="_save"' not in get(browser, address, NOW).content.decode()
    assert post(browser, address, {"name": "Priya Raman", "is_active": "on"}, NOW).status_code == 403
    member = people.priya.memberships.get()
    with pytest.raises(RuleBroken, match="This person was erased"):
        actions.reactivate_colleague(membership_id=member.pk, partner_id=member.partner_id, actor=people.ann, now=NOW)
    assert not User.objects.get(pk=people.priya.pk).is_active
    assert "erased.invalid" not in get(browser, "/manager/partners/NWIT/people/", NOW).content.decode()


def test_the_address_is_free_for_a_new_account(people: Cast, case: Case) -> None:
    address = people.priya.email
    erase(people)
    again = User.objects.create_user(address, name="Priya Raman")
    assert again.pk != people.priya.pk
    assert not Case.objects.visible_to(again).exists()


def test_a_former_colleague_keeps_their_role_on_the_record_and_loses_their_channels(people: Cast, case: Case) -> None:
    channel = AlertChannel.objects.create(
        person=people.lena, made_by=people.lena, made_at=NOW, name="Lena's phone", service="x", shown="x", address="x"
    )
    Webhook.objects.create(made_by=people.lena, made_at=NOW, name="Lena Fischer's system", url="https://x.example/")
    desk, name = people.lena.desk, "Lena Fischer"
    assert desk is not None
    said: dict[str, Any] = {"desk": desk, "reason": f"{name} said so.", "changed_by_name": name, "changed_at": NOW}
    HolidayChange.objects.create(on=NOW.date(), closed=True, **said)
    HoursChange.objects.create(
        since=NOW.date(), hours=[], changed_by_id=people.lena.pk, taken_back_at=NOW, taken_back_by_name=name, **said
    )
    PolicyVersion.objects.update(published_by_id=people.lena.pk, published_by_name=name)
    erase(people, people.lena)
    assert not re.search("lena.fischer", everything_kept(), re.IGNORECASE)
    assert str(User.objects.get(pk=people.lena.pk)) == "a former colleague"
    channel.refresh_from_db()
    assert (channel.is_told, channel.address) == (False, "")
    assert records_hold()


# --- What is refused ------------------------------------------------------------------------------------------------


def refused(people: Cast, person: User | None = None, **given: Any) -> str:
    before = everything_kept()
    with pytest.raises(RuleBroken) as refusal:
        erase(people, person, **given)
    assert everything_kept() == before
    return refusal.value.code


def test_what_stands_against_it_is_told_and_nothing_changes(people: Cast, case: Case) -> None:
    assert refused(people, actor=people.ruth) == "administrators_only"
    assert refused(people, address="priya@elsewhere.example") == "address_differs"
    assert refused(people, people.ann) == "last_administrator"
    assert refused(people, people.lena, words_too=True) == "words_of_staff"
    logged_case(people.omar, at("Tue 15:00"))
    assert refused(people, people.omar) == "person_has_cases"
    assert people.lena.desk is not None
    RosterShift.objects.create(
        desk=people.lena.desk, person=people.lena, kind="on_call", starts_at=NOW, ends_at=NOW + timedelta(days=1)
    )
    assert refused(people, people.lena) == "person_on_roster"
    address = people.priya.email
    erase(people)
    assert refused(people, address=address) == "person_erased"


def test_an_administrator_who_is_not_the_last_may_be_erased(people: Cast, case: Case) -> None:
    other = builders.staff("Ben Okafor", StaffRole.ADMINISTRATOR)
    erase(people, people.ann, actor=other)
    assert not User.objects.get(pk=people.ann.pk).is_active


# --- Two at once ----------------------------------------------------------------------------------------------------


def closed_case(people: Cast) -> Case:
    return close(logged_case(people.priya, at("Mon 9:00")), people.lena, at("Mon 10:00"))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_erase_a_person_at_once_one_is_told_that_it_was_done() -> None:
    people = builders.cast()
    closed_case(people)
    answers = all_at_once([lambda: erase(people), lambda: erase(people)])
    (refusal,) = [given for given in answers if isinstance(given, RuleBroken)]
    assert refusal.code == "person_erased"
    assert Erasure.objects.count() == 1
    assert records_hold()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_whoever_acts_with_them_at_that_moment_goes_first(transactional_db: None) -> None:
    people = builders.cast()
    case = close(
        logged_case(people.priya, at("Mon 9:00"), explanation="Ask Priya Raman."), people.lena, at("Mon 10:00")
    )
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)
        # Whoever holds the case will name Priya's account in what they write: each would wait for the other.
        (refusal,) = all_at_once([lambda: erase(people)])
        assert User.objects.select_for_update(nowait=True).get(pk=people.priya.pk).erased_at is None
    assert isinstance(refusal, RuleBroken)
    assert refusal.code == "person_in_other_hands"
    assert not Erasure.objects.exists()
    erase(people)
    assert named_in(everything_kept()) == []
    assert records_hold()


@pytest.mark.django_db(transaction=True)
def test_a_case_that_they_log_at_that_moment_keeps_them_or_is_not_logged() -> None:
    people = builders.cast()
    closed_case(people)
    erased, logged = all_at_once([lambda: erase(people), lambda: logged_case(people.priya, NOW)])
    if isinstance(erased, RuleBroken):
        assert erased.code == "person_has_cases"
        assert isinstance(logged, Case)
    else:
        assert isinstance(logged, Partner.DoesNotExist)
        assert named_in(everything_kept()) == []
    assert records_hold()
