"""Words of the company count for nothing in a password, wherever one is chosen."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from cases.models import ProductArea, Site, User
from tests import builders
from tests.builders import Cast, at
from tests.cases.pages import beside, browser_of, post, words_of
from tests.web.test_company import CHOSEN, invited

NOON = at("Tue 12:00")
OLD = "a long secret of mine"
SAID = "It contains a word of your company or ours"


@pytest.fixture
def people(db: None) -> Cast:
    return builders.cast()


def refused(password: str, person: User) -> str:
    """Return why a password is refused to somebody, or nothing."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("Northwind-2026", "northwind"),
        ("n0rthw1nd!2026!", "northwind"),
        ("northwindit99", "northwindit"),
        ("NWITnwitNWIT1", "nwit"),
        ("probaxpassword1", "probax"),
        ("supportPortal7", "portal, support"),
        ("SydneySydney12", "sydney"),
        ("tasmanDevils9", "tasman"),
        ("kookaburra77", "kookaburra"),
        ("blueheron2026", "blueheron"),
        ("raman12345678", "raman"),
    ],
)
def test_a_password_built_of_such_words_is_refused(people: Cast, settings: Settings, password: str, word: str) -> None:
    settings.PASSWORD_WORDS = ["Tasman", "Blue Heron"]
    Site.objects.update_or_create(pk=1, defaults={"name": "Sydney Care", "mail_from": "Care <care@example.com>"})
    ProductArea.objects.create(name="Kookaburra")
    assert f"{SAID} ({word})" in refused(password, people.priya)


@pytest.mark.parametrize(
    "password", [OLD, "correct horse northwind battery", "blue harbour 2026 sails", "sIlly rabbits"]
)
def test_one_that_holds_a_word_and_enough_besides_passes(people: Cast, password: str) -> None:
    assert refused(password, people.priya) == ""


def test_the_words_of_other_companies_are_nobodys_business(people: Cast) -> None:
    assert refused("blueharbor2026", people.priya) == ""
    assert SAID in refused("blueharbor2026", people.zoe)
    # Who left a company is free of its words again.
    people.zoe.memberships.update(is_active=False)
    assert refused("blueharbor2026", people.zoe) == ""


def test_it_is_said_where_a_password_is_changed(people: Cast) -> None:
    people.omar.set_password(OLD)
    people.omar.save()
    browser = Client()
    post(browser, "/accounts/login/", {"login": people.omar.email, "password": OLD}, NOON)
    said = {"oldpassword": OLD, "password1": "northwind2026", "password2": "northwind2026"}
    assert SAID in words_of(post(browser, "/accounts/password/change/", said, NOON))


def test_it_is_said_to_whoever_was_invited_before_they_have_an_account(people: Cast) -> None:
    address = invited(people, "nia@elsewhere.example")
    for password in ("northwind2026", "elsewhere2026"):
        assert SAID in beside(post(Client(), address, CHOSEN | {"password": password}, NOON), "password")
    assert not User.objects.filter(email="nia@elsewhere.example").exists()


def test_it_is_said_to_administrators_who_add_a_person(people: Cast) -> None:
    person = {"email": "kit@probax.example", "name": "Kit Moss", "zone": "UTC", "staff_role": "", "desk": ""}
    password = {"usable_password": "true", "password1": "probax-2026-", "password2": "probax-2026-"}
    no_company = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    answered = post(browser_of(people.ann, NOON), "/admin/cases/user/add/", person | password | no_company, NOON)
    assert SAID in words_of(answered)
    assert not User.objects.filter(email="kit@probax.example").exists()


def test_it_is_said_at_the_command_line(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda **_asked: "probax2026now")
    with pytest.raises(CommandError, match="Aborting"):
        call_command("changepassword", people.priya.email)
