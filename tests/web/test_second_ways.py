"""The second way to the same object: every form that Zoe has, sent with what is Northwind's in place of her own."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.apps import apps
from django.db.models import Model, Q
from django.test import Client
from django.urls import resolve

from cases import actions
from cases.models import Case, Membership, MembershipRole, Partner, User
from notifications.models import Webhook
from tests import builders
from tests.builders import Cast, answer, at, logged_case, say, upload
from tests.cases.pages import browser_of, clock_at, forms_of, links_of, read
from tests.web.crawl import NOT_WALKED, address_of, kind_of
from tests.web.northwinds import OF_A_PARTNER, Northwinds, names_in

NOON = at("Tue 12:00")
# What no answer to Zoe may hold. The references and numbers that she sends may come back; these words she never typed.
WORDS_OF_NORTHWIND = re.compile(r"Northwind|Priya|Omar|Raman|Haddad")
OF_A_KIND = 2
AN_ID = re.compile(r"\d+|[A-Z]+-\d+|[A-Z]{2,6}|[0-9a-f-]{36}|")


@pytest.fixture
def people(db: None) -> Cast:
    people = builders.cast()
    people.zoe.memberships.update(role=MembershipRole.ADMINISTRATOR)
    return people


def give_zoe_something_of_everything(people: Cast) -> None:
    zoe = people.zoe
    mine: dict[str, Any] = {"partner_id": people.harbor.pk, "actor": zoe, "now": at("Tue 10:00")}
    case = logged_case(zoe, at("Tue 9:00"))
    answer(case, people.max, at("Tue 9:30"))
    say(case, zoe, at("Tue 9:40"))
    actions.attach_to_draft(upload=upload(), actor=zoe, now=at("Tue 9:50"))
    actions.add_office_number(typed="+1 212 555 0142", label="Desk", **mine)
    actions.invite_colleague(email="new@bhms.example", role="contact", sees_all_cases=True, language="en", **mine)
    colleague = User.objects.create_user("nia@bhms.example", name="Nia Torres")
    Membership.objects.create(user=colleague, partner=people.harbor)
    Webhook.objects.create(
        name="ours", partner=people.harbor, made_by=zoe, made_at=at("Tue 10:00"), url="https://127.0.0.1/"
    )


def forms_of_hers(browser: Client) -> dict[str, tuple[str, dict[str, str]]]:
    """Walk every kind of page from the first on; return one form of each address, with what stands in it."""
    waiting, known, kinds = ["/"], {"/"}, Counter[str]()
    forms: dict[str, tuple[str, dict[str, str]]] = {}
    while waiting:
        address = waiting.pop(0)
        with clock_at(NOON):
            page: Any = browser.get(address)
        if page.status_code in (301, 302):
            links = [page.url]
        elif page.headers["Content-Type"].startswith("text/html"):
            links = links_of(page)
            for action, fields in forms_of(page).items():
                path = urlsplit(action).path or urlsplit(address).path
                if not NOT_WALKED.search(path):
                    forms.setdefault(resolve(path).route, (path, fields))
        else:
            read(page)
            continue
        for link in links:
            found = address_of(link, of_page=address)
            if found and found not in known and kinds[kind_of(found)] < OF_A_KIND:
                known.add(found)
                kinds[kind_of(found)] += 1
                waiting.append(found)
    return forms


def theirs(northwinds: Northwinds, people: Cast) -> list[str]:
    """Return what Northwind's things are called, by number or otherwise."""
    found = [northwinds.existing[name] for name in ("reference", "code", "attachment_id", "user_id", "membership_id")]
    return [*dict.fromkeys(map(str, [*found, people.northwind.pk]))]


def bent(
    path: str, route: str, fields: dict[str, str], northwinds: Northwinds, names: list[str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield a form with one thing of Northwind's in it: in its address, or in one of its fields."""
    if route in OF_A_PARTNER and "digest" not in names_in(route):
        yield northwinds.address(route), fields
    for field, value in fields.items():
        if field != "csrfmiddlewaretoken" and AN_ID.fullmatch(value):
            for name in names:
                yield path, fields | {field: name}


def rows_of_northwind(people: Cast) -> dict[str, list[dict[str, Any]]]:
    """Return every row that is Northwind's, or one of its people's."""
    whose = {Partner: "", Case: "__partner", User: "__memberships__partner"}

    def is_theirs(model: type[Model]) -> Q:
        ways = Q(pk=people.northwind.pk) if model is Partner else Q(pk__in=[])
        for field in model._meta.get_fields():
            if field.concrete and field.many_to_one and field.related_model in whose:
                ways |= Q(**{f"{field.name}{whose[field.related_model]}": people.northwind})
        return ways

    return {
        model._meta.label: list(model._default_manager.filter(is_theirs(model)).distinct().order_by("pk").values())
        for model in apps.get_models()
    }


@pytest.mark.slow
def test_no_form_of_zoes_reaches_what_is_northwinds(people: Cast, northwinds: Northwinds) -> None:
    give_zoe_something_of_everything(people)
    browser = browser_of(people.zoe, NOON)
    forms = forms_of_hers(browser)
    assert len(forms) > 25
    names = theirs(northwinds, people)
    before = rows_of_northwind(people)
    assert sum(map(len, before.values())) > 30
    sent = 0
    for route, (path, fields) in forms.items():
        for address, said in bent(path, route, fields, northwinds, names):
            with clock_at(NOON):
                answered: Any = browser.post(address, said)
                if answered.status_code == 405:
                    answered = browser.get(f"{address}?{urlencode(said)}")
            assert not WORDS_OF_NORTHWIND.search(read(answered).decode()), (route, said)
            sent += 1
    assert sent > 150
    assert rows_of_northwind(people) == before
