"""Somebody lost every second factor: they begin anew once an administrator said how they made sure who asks."""

from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client

from cases import actions
from cases.models import AccountNotice, FactorRemoval, User
from cases.rules import RuleBroken
from tests import builders
from tests.api.machine import Machine
from tests.builders import Cast, at
from tests.cases.pages import beside, browser_of, get, post, words_of
from tests.notifications.office import post as send_mails
from tests.smtp_sink import SmtpSink
from tests.web.test_new_password import mail_in

NOON = at("Tue 12:00")
PASSWORD = "a long secret of mine"
MADE_SURE = "Called back on 02 9000 1000; Priya knows of it."


@pytest.fixture
def people(db: None) -> Cast:
    cache.clear()
    people = builders.cast()
    for person in (people.ann, people.omar):
        person.set_password(PASSWORD)
        person.save()
    return people


def give_factors(person: User) -> None:
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)


def proved(person: User, address: str) -> Client:
    """Return the browser of somebody who typed their password once more, asked for at an address."""
    browser = Client()
    post(browser, "/accounts/login/", {"login": person.email, "password": PASSWORD}, NOON)
    asked = post(browser, address, {}, NOON)
    assert asked.url == f"/accounts/reauthenticate/?{urlencode({'next': address})}"
    post(browser, asked.url, {"password": PASSWORD}, NOON)
    return browser


@pytest.mark.django_db(transaction=True)
def test_they_begin_anew_with_their_mail_address_and_are_told(people: Cast, mail_by_smtp: SmtpSink) -> None:
    give_factors(people.omar)
    User.objects.filter(pk=people.omar.pk).update(language="es")
    elsewhere = browser_of(people.omar, NOON)
    page, address = f"/manager/persons/{people.omar.pk}/", f"/manager/persons/{people.omar.pk}/lost-factors/"
    ann = proved(people.ann, address)
    assert "Authenticator" in words_of(get(ann, address, NOON))
    assert "Say how you made sure" in beside(post(ann, address, {"made_sure": " "}, NOON), "made_sure")
    assert Authenticator.objects.count() == 2
    assert post(ann, address, {"made_sure": MADE_SURE}, NOON).url == page
    # From here on the mail is owed, whatever becomes of the process.
    assert AccountNotice.objects.get().person == people.omar
    assert not Authenticator.objects.exists()
    assert get(elsewhere, "/", NOON).status_code == 302
    # A password that somebody else may know opens nothing any more.
    said = {"login": people.omar.email, "password": PASSWORD}
    assert post(Client(), "/accounts/login/", said, NOON).status_code == 200
    send_mails("Tue 12:00")
    mail = mail_in(mail_by_smtp)
    assert mail.recipient == people.omar.email
    assert "http://127.0.0.1:8000/accounts/password/reset/" in mail.text
    shown = words_of(get(ann, page, NOON))
    assert "Removed by Ann Lindqvist," in shown
    assert MADE_SURE in shown
    assert "nothing to remove" in words_of(get(ann, address, NOON))


@pytest.mark.django_db(transaction=True)
def test_what_machines_come_in_by_ends_with_them(people: Cast, mail_by_smtp: SmtpSink) -> None:
    give_factors(people.lena)
    machine, others = Machine(people.lena, NOON), Machine(people.max, NOON)
    own = actions.make_feed(desk_id=None, actor=people.lena, now=NOON)
    address = f"/manager/persons/{people.lena.pk}/lost-factors/"
    ann = proved(people.ann, address)
    assert "API tokens: 1. Roster feeds: 1. These end as well" in words_of(get(ann, address, NOON))
    post(ann, address, {"made_sure": MADE_SURE}, NOON)
    assert machine.get("cases/").status_code == 401
    assert others.get("cases/").status_code == 200
    assert get(Client(), f"/roster/{own}.ics", NOON).status_code == 404
    send_mails("Tue 12:00")
    assert "API tokens: 1. Roster feeds: 1. Make new ones" in mail_in(mail_by_smtp).text
    shown = words_of(get(ann, f"/manager/persons/{people.lena.pk}/", NOON))
    assert "API tokens that ended with them: 1. Roster feeds: 1." in shown


def test_without_a_reason_by_others_for_oneself_and_for_nothing_it_is_refused(people: Cast) -> None:
    give_factors(people.omar)
    for code, actor, person, made_sure in [
        ("administrators_only", people.ruth, people.omar, MADE_SURE),
        ("factors_of_ones_own", people.ann, people.ann, MADE_SURE),
        ("made_sure_missing", people.ann, people.omar, " "),
        ("factors_missing", people.ann, people.priya, MADE_SURE),
    ]:
        with pytest.raises(RuleBroken) as refused:
            actions.remove_lost_factors(person_id=person.pk, made_sure=made_sure, actor=actor, now=NOON)
        assert refused.value.code == code
    assert Authenticator.objects.count() == 2
    assert not FactorRemoval.objects.exists()


def test_what_the_page_cannot_do_is_said_on_it(people: Cast) -> None:
    address = f"/manager/persons/{people.ann.pk}/lost-factors/"
    refused = post(proved(people.ann, address), address, {"made_sure": MADE_SURE}, NOON)
    assert "Remove your own on the page of your account" in words_of(refused)


def test_the_administration_shows_and_deletes_no_factor_and_no_session(people: Cast) -> None:
    ann = browser_of(people.ann, NOON)
    for kind in ("mfa/authenticator", "usersessions/usersession"):
        assert get(ann, f"/admin/{kind}/", NOON).status_code == 404
