"""A company may ask a second factor of everybody who writes for it: its administrators choose, on the record."""

import pytest

from cases.models import Membership, PartnerChange
from tests import builders
from tests.api.machine import Machine
from tests.builders import Cast, at, logged_case
from tests.cases.pages import browser_of, get, post, words_of
from tests.web.test_second_factor import PASSWORD, log_in, with_app

NOON = at("Tue 12:00")
CHOOSE = "/company/NWIT/second-factor/"


@pytest.fixture
def people(db: None) -> Cast:
    people = builders.cast()
    for person in (people.priya, people.omar, people.zoe):
        person.set_password(PASSWORD)
        person.save()
    logged_case(people.priya, at("Tue 9:00"))
    return people


def test_whoever_has_none_is_led_to_set_one_up_and_goes_on(people: Cast) -> None:
    omar, _answered = log_in(people.omar)
    assert get(omar, "/cases/NWIT-1/", NOON).status_code == 200
    assert post(browser_of(people.priya, NOON), CHOOSE, {"needed": "on"}, NOON).url == "/company/NWIT/"
    for address in ("/", "/cases/NWIT-1/", "/company/NWIT/", "/account/"):
        assert get(omar, address, NOON).url == "/accounts/2fa/", address
    assert "Your company asks for a second factor." in words_of(get(omar, "/accounts/2fa/", NOON))
    with_app(omar)
    assert get(omar, "/cases/NWIT-1/", NOON).status_code == 200
    # The next login asks for it.
    _again, answered = log_in(people.omar)
    assert answered.url.startswith("/accounts/2fa/authenticate/")


def test_other_companies_and_tokens_are_not_asked(people: Cast) -> None:
    machine = Machine(people.omar, NOON)
    post(browser_of(people.priya, NOON), CHOOSE, {"needed": "on"}, NOON)
    assert machine.get("cases/NWIT-1/").status_code == 200
    assert get(log_in(people.zoe)[0], "/", NOON).status_code == 200
    # Who writes for both companies is asked all the same.
    Membership.objects.create(user=people.zoe, partner=people.northwind)
    assert get(log_in(people.zoe)[0], "/", NOON).url == "/accounts/2fa/"
    Membership.objects.filter(user=people.zoe, partner=people.northwind).update(is_active=False)
    assert get(log_in(people.zoe)[0], "/", NOON).status_code == 200


def test_the_page_says_who_chose_and_who_has_none(people: Cast) -> None:
    ruth = browser_of(people.ruth, NOON)
    page = "/manager/partners/NWIT/people/"
    assert "Without one so far: Priya Raman, Omar Haddad" in words_of(get(ruth, page, NOON))
    for _twice in range(2):
        assert post(ruth, f"{page}second-factor/", {"needed": "on"}, NOON).url == page
    with_app(log_in(people.omar)[0])
    told = words_of(get(ruth, page, NOON))
    assert "Chosen by Ruth Adeyemi" in told
    assert "Without one so far: Priya Raman " in told
    assert PartnerChange.objects.get().changed == {"needs_second_factor": [False, True]}
    assert "Needs a second factor" in words_of(get(ruth, "/manager/partners/NWIT/", NOON))
    post(ruth, f"{page}second-factor/", {}, NOON)
    assert get(log_in(people.priya)[0], "/", NOON).status_code == 200
    assert PartnerChange.objects.count() == 2


def test_a_colleague_who_leads_nobody_chooses_nothing(people: Cast) -> None:
    answered = post(browser_of(people.omar, NOON), CHOOSE, {"needed": "on"}, NOON)
    assert answered.status_code == 422
    people.northwind.refresh_from_db()
    assert not people.northwind.needs_second_factor
    assert "Ask everybody for one" not in words_of(answered)
    refused = Machine(people.omar, NOON).put("partners/NWIT/second-factor/", {"needed": True})
    assert refused.status_code == 404


def test_the_api_has_the_same_switch(people: Cast) -> None:
    machine = Machine(people.priya, NOON)
    answered = machine.put("partners/NWIT/second-factor/", {"needed": True})
    assert (answered.status_code, answered.json()["needs_second_factor"]) == (200, True)
    assert machine.get("partners/NWIT/").json()["needs_second_factor"]
