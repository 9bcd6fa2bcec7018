"""Who works here, in which role and at which desk: changed on the record, by whom it is theirs to say."""

from functools import partial

import pytest
from django.test import Client

from cases import actions
from cases.models import StaffChange, User
from cases.rules import RuleBroken
from sla.models import Desk
from tests import builders
from tests.builders import Cast, at
from tests.cases.pages import browser_of, get, html_of, post, typed_in, words_of

NOON = at("Tue 12:00")


def page_of(person: User) -> str:
    return f"/manager/policy/people/{person.pk}/"


def give(browser: Client, person: User, **changed: str) -> str:
    """Send the form of somebody with changes, and return what the next page says."""
    form = typed_in(get(browser, page_of(person), NOON)) | changed
    answer = post(browser, page_of(person), form, NOON)
    return words_of(get(browser, answer.headers["Location"], NOON) if answer.status_code == 302 else answer)


def test_an_administrator_gives_a_role_and_it_stands_on_the_record(people: Cast) -> None:
    browser = browser_of(people.ann, NOON)
    us = Desk.objects.get(code="us")
    assert "Role and desk of Lena Fischer are as you said" in give(
        browser, people.lena, role="manager", desk=str(us.pk)
    )
    # The same again, as of a double click, is no second change.
    give(browser, people.lena)
    change = StaffChange.objects.get()
    assert (change.role_before, change.role, change.changed_by, change.changed_at) == (
        "specialist",
        "manager",
        people.ann,
        NOON,
    )
    assert "Specialist → Manager Australia → United States Ann Lindqvist" in words_of(
        get(browser, page_of(people.lena), NOON)
    )
    assert get(browser_of(User.objects.get(pk=people.lena.pk), NOON), "/manager/", NOON).status_code == 200


def test_a_manager_says_who_works_at_which_desk_and_gives_no_role(people: Cast) -> None:
    browser = browser_of(people.ruth, NOON)
    assert "Roles are given by administrators" in words_of(get(browser, page_of(people.max), NOON))
    give(browser, people.max, desk="", role="administrator")
    found = User.objects.get(pk=people.max.pk)
    assert (found.staff_role, found.desk) == ("specialist", None)
    with pytest.raises(RuleBroken, match="Roles are given by administrators"):
        change(people.max, people.ruth, role="manager")


def change(person: User, actor: User, *, role: str, shown: str = "specialist") -> User:
    return actions.change_staff(
        person_id=person.pk, role=role, desk_id=person.desk_id, expected_role=shown, actor=actor, now=NOON
    )


def test_somebody_is_left_to_administer(people: Cast) -> None:
    assert "Nobody else administers this portal" in give(browser_of(people.ann, NOON), people.ann, role="manager")
    change(people.ruth, people.ann, role="administrator", shown="manager")
    assert change(people.ann, people.ann, role="manager", shown="administrator").staff_role == "manager"


def test_a_role_that_changed_meanwhile_is_looked_at_again(people: Cast) -> None:
    change(people.lena, people.ann, role="manager")
    with pytest.raises(RuleBroken, match="Somebody gave this person another role meanwhile"):
        change(people.lena, people.ann, role="administrator")


def test_contacts_have_no_role_and_specialists_give_none(people: Cast) -> None:
    browser = browser_of(people.ann, NOON)
    assert get(browser, page_of(people.priya), NOON).status_code == 404
    with pytest.raises(User.DoesNotExist):
        change(people.priya, people.ann, role="manager")
    with pytest.raises(RuleBroken, match="Only managers say who works at which desk"):
        change(people.max, people.lena, role="manager")
    assert get(browser_of(people.lena, NOON), page_of(people.max), NOON).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_step_back_at_once_one_stays() -> None:
    people = builders.cast()
    change(people.ruth, people.ann, role="administrator", shown="manager")
    both = [User.objects.get(pk=one.pk) for one in (people.ann, people.ruth)]
    builders.all_at_once([partial(change, one, one, role="manager", shown="administrator") for one in both])
    assert User.objects.filter(staff_role="administrator").count() == 1


def test_the_page_leads_to_each(people: Cast) -> None:
    page = html_of(get(browser_of(people.ann, NOON), "/manager/policy/", NOON))
    assert all(page_of(one) in page for one in (people.lena, people.max, people.ruth, people.ann))


def test_the_menu_of_ones_name_leads_administrators_alone_to_administration(people: Cast) -> None:
    led = {
        one: 'href="/admin/"' in html_of(get(browser_of(one, NOON), "/account/", NOON))
        for one in (people.ann, people.ruth, people.priya)
    }
    assert led == {people.ann: True, people.ruth: False, people.priya: False}
