"""Every address there is, tried by everybody. Built from the table of addresses, so a new page is tried too."""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from cases import actions
from cases.inbox import handling, storing
from cases.models import Case, Dispatch, IncomingMail, Survey, User
from notifications import sweeps
from notifications.models import (
    AlertChannel,
    AlertKind,
    MailState,
    OutgoingAlert,
    OutgoingMail,
    Webhook,
    WebhookDelivery,
)
from tests import builders
from tests.builders import Cast, answer, ask, at, close, logged_case, upload
from tests.cases.pages import browser_of, clock_at, get, nothing_is_written, post, read

NOON = at("Tue 12:00")

# Pages by whom they are for. The rest of an address says which one.
WORKPLACES = {
    "cases": "contacts",
    "desk": "staff",
    "manager": "managers",
    "files": "everybody with an account",
    "articles": "everybody with an account",
    "account": "everybody with an account",
    "company": "contacts",
    "invitations": "everybody",
    "watching": "everybody",
    "mail": "everybody",
    "": "everybody",
    # Mail servers bring mail there; without a signature nothing is taken.
    "inbound": "everybody",
    "survey": "everybody",
    "contact": "everybody",
    "design": "staff",
    "roster": "everybody",
    "talk-to-a-manager": "contacts",
    "severity": "everybody",
    "setup": "everybody",
    "language": "everybody",
}
STAFF = ("lena", "max", "ruth", "ann")
CONTACTS = ("priya", "omar", "zoe")
MANAGERS = ("ruth", "ann")
ENTERS = {
    "contacts": CONTACTS,
    "staff": STAFF,
    "managers": MANAGERS,
    "everybody with an account": (*CONTACTS, *STAFF),
    "everybody": (*CONTACTS, *STAFF),
}
# Taking a file off one's draft answers the same whatever is asked for: back to the form.
NOT_THERE = {"cases/new/draft/files/<int:attachment_id>/": (302, 405)}


# --- The table of addresses -----------------------------------------------------------------------------------------


def routes(patterns: Sequence[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """Yield our own addresses; Django's admin and allauth's pages have their tests below, the API in tests/api."""
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if route.startswith(("admin/", "accounts/", "api/")):
            continue
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from routes(entry.url_patterns, route)


ROUTES = sorted(routes(get_resolver().url_patterns))
# Addresses of something that belongs to one partner.
OF_A_PARTNER = [route for route in ROUTES if re.search("<.*(reference|attachment_id|mail_id)>", route)]


def workplace_of(route: str) -> str:
    return WORKPLACES[route.partition("/")[0]]


def test_every_address_belongs_to_a_workplace() -> None:
    assert {route.partition("/")[0] for route in ROUTES} <= set(WORKPLACES)
    assert len(OF_A_PARTNER) >= 12


# --- Something of Priya's behind every address ----------------------------------------------------------------------


@dataclass(frozen=True)
class Northwinds:
    """What Northwind has, by the names that addresses use for it; and what nobody has."""

    existing: dict[str, Any]
    missing: dict[str, Any]

    def address(self, route: str) -> str:
        return self._filled(route, self.existing)

    def nowhere(self, route: str) -> str:
        return self._filled(route, self.missing)

    def _filled(self, route: str, values: dict[str, Any]) -> str:
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)


@pytest.fixture
def people(db: None) -> Cast:
    return builders.cast()


def an_upload(people: Cast, case: Case) -> UUID:
    """Return a file of Priya's on its way."""
    now = at("Tue 10:30")
    return actions.begin_upload(case_id=case.pk, name="a.log", size=9, actor=people.priya, now=now).pk


def of_the_library(people: Cast, case: Case) -> dict[str, Any]:
    """Return a published article and its version, and the feature request and the survey of Northwind's."""
    now = at("Tue 10:30")
    wish = actions.FeatureDetails(title="Reports as PDF", function="x", use_case="y")
    feature = actions.lodge_feature_request(case_id=case.pk, details=wish, actor=people.lena, now=now)
    text = actions.ArticleText("Slow restores", "Why.", "Look at the network.")
    article = actions.write_article(article_id=None, text=text, actor=people.lena, now=now)
    actions.publish_article(article_id=article.pk, expected_version=1, actor=people.lena, now=now)
    survey = Survey.objects.latest("pk")
    return {"slug": article.slug, "number": 1, "feature_id": feature.pk, "survey_id": survey.pk}


def work_without_consent(people: Cast, case: Case) -> int:
    """Return work in Northwind's cloud that managers look at."""
    now = at("Tue 10:30")
    return actions.record_cloud_action_without_consent(
        case_id=case.pk, action="x", because="y", done_at=now, actor=people.lena, now=now
    ).pk


@pytest.fixture
def northwinds(people: Cast) -> Northwinds:
    """A case of Priya's with a reply, a note, a file and mails; a closed one with a survey; and a case of Zoe's."""
    case = logged_case(people.priya, at("Tue 9:00"))
    actions.reply_as_contact(case_id=case.pk, body="Here.", uploads=[upload()], actor=people.priya, now=at("Tue 9:30"))
    answer(case, people.lena, at("Tue 10:00"))
    ask(case, people.lena, at("Tue 10:30"))
    close(logged_case(people.priya, at("Mon 9:00")), people.lena, at("Mon 12:00"))
    logged_case(people.zoe, at("Tue 9:00"))
    token = Dispatch.objects.exclude(secrets={}).get().secrets["survey_token"]
    sweeps.dispatch_events(now=at("Tue 11:00"))
    existing = {
        "reference": case.reference,
        "attachment_id": case.attachments.get().pk,
        "mail_id": OutgoingMail.objects.filter(case=case).latest("pk").pk,
        "token": token,
        "user_id": people.omar.pk,
        "other": "NWIT-2",
        "message_id": case.messages.get(by_staff=True, said_at=at("Tue 10:00")).pk,
        "membership_id": people.omar.memberships.get().pk,
        "invitation_id": 1,
        "macro_id": 1,
    }
    missing = {"reference": "NWIT-999", "attachment_id": 999_999, "mail_id": 999_999, "token": "x" * 32}
    missing |= {"user_id": 999_999, "other": "NWIT-998", "message_id": 999_999, "membership_id": 999_999}
    missing |= {"invitation_id": 999_999, "macro_id": 999_999}
    existing["mail_in_id"], missing["mail_in_id"] = a_mail(), 999_999
    existing["provider"], missing["provider"] = "postmark", "pigeon"
    existing |= {"code": "NWIT", "policy_id": case.policy_id, "request_id": 1, "feed_token": "x" * 32}
    missing |= {"code": "XX", "policy_id": 999_999, "request_id": 999_999, "feed_token": "x" * 32}
    existing |= of_the_library(people, case)
    missing |= {"slug": "none", "number": 999_999, "feature_id": 999_999, "survey_id": 999_999}
    existing |= {"digest": a_token(people), "review_id": 1, "number_id": an_office_number(people)}
    missing |= {"digest": "0" * 128, "review_id": 999_999, "number_id": 999_999}
    existing["upload_id"], missing["upload_id"] = an_upload(people, case), UUID(int=1)
    existing["view_id"] = actions.save_view(
        name="Bad ones", query="severity=2", shared=True, actor=people.lena, now=at("Tue 11:00")
    ).pk
    missing["view_id"] = 999_999
    existing["action_id"], missing["action_id"] = work_without_consent(people, case), 999_999
    existing["channel_id"] = existing["alert_id"] = an_alert(people)
    missing |= {"channel_id": 999_999, "alert_id": 999_999}
    existing["name"] = missing["name"] = "mailgun"
    existing["webhook_id"] = existing["delivery_id"] = a_delivery(people)
    missing |= {"webhook_id": 999_999, "delivery_id": 999_999}
    return Northwinds(existing, missing)


def a_token(people: Cast) -> str:
    """Return a token of Priya's."""
    token, _text = actions.make_token(
        name="x", scopes=["cases:read"], lives_for=timedelta(days=1), actor=people.priya, now=at("Tue 11:00")
    )
    return str(token.pk)


def an_alert(people: Cast) -> int:
    """Return a channel of Lena's, and an alert that rang on it, under one number."""
    now = at("Tue 11:00")
    channel = AlertChannel.objects.create(
        pk=71, name="chat", person=people.lena, made_by=people.lena, made_at=now, kinds=[AlertKind.ON_CALL]
    )
    sent = {"state": MailState.SENT, "sent_at": now, "made_at": now, "due_at": now}
    OutgoingAlert.objects.create(pk=71, key="x", receiver=channel, kind=AlertKind.TEST, **sent)
    return channel.pk


def a_delivery(people: Cast) -> int:
    """Return a webhook of Northwind's, and a test that was sent to it, under one number."""
    now = at("Tue 11:00")
    hook = Webhook.objects.create(
        pk=72, name="tickets", partner=people.northwind, made_by=people.priya, made_at=now, url="https://127.0.0.1/"
    )
    sent = {"state": MailState.SENT, "sent_at": now, "made_at": now, "due_at": now}
    WebhookDelivery.objects.create(pk=72, key="x", receiver=hook, kind="test", body="{}", **sent)
    return hook.pk


def an_office_number(people: Cast) -> int:
    said: dict[str, Any] = {"typed": "02 5550 0199", "label": "Reception", "partner_id": people.northwind.pk}
    return actions.add_office_number(**said, actor=people.priya, now=at("Tue 9:00")).pk


def a_mail() -> int:
    """Return a mail that came in for Priya's case."""
    raw = b"From: priya.raman@nwit.example\nSubject: Re: [NWIT-1]\nMessage-ID: <a@b>\n\nIt is 6.1.\n"
    storing.store(raw, source="test", received_at=at("Tue 11:00"), now=at("Tue 11:00"))
    handling.handle_waiting(lambda: at("Tue 11:00"), limit=1)
    return IncomingMail.objects.get().pk


def state() -> dict[str, Any]:
    """Return how many rows there are of everything, and how far the record of each case goes."""
    counts = {model._meta.label: model._default_manager.count() for model in apps.get_models()}
    counts.pop("sessions.Session")
    return counts | dict(Case.objects.values_list("reference", "last_event_number"))


# Every address is asked for both ways.
ASKED: list[Callable[[Client, str], Any]] = [
    lambda browser, address: get(browser, address, NOON),
    lambda browser, address: post(browser, address, {}, NOON),
]


# --- Another partner ------------------------------------------------------------------------------------------------


def test_zoe_learns_nothing_of_priyas(people: Cast, northwinds: Northwinds) -> None:
    browser = browser_of(people.zoe, NOON)
    before = state()
    for route, asked in itertools.product(OF_A_PARTNER, ASKED):
        theirs, nothing = asked(browser, northwinds.address(route)), asked(browser, northwinds.nowhere(route))
        assert theirs.status_code in NOT_THERE.get(route, (404, 405)), route
        # The same page as for what does not exist.
        assert theirs.status_code == nothing.status_code, route
        assert without_addresses(theirs) == without_addresses(nothing), route
    assert state() == before


def without_addresses(response: Any) -> str:
    """Return a page without the address it was asked for by, which it may repeat, and without its tokens."""
    return re.sub(r"NWIT-\d+|\d+|csrf\S+|value=\"\S+\"", "", response.content.decode())


def test_somebody_who_left_the_partner_learns_nothing_any_more(people: Cast, northwinds: Northwinds) -> None:
    browser = browser_of(people.omar, NOON)
    people.omar.memberships.update(is_active=False)
    for route, asked in itertools.product(OF_A_PARTNER, ASKED):
        answered = asked(browser, northwinds.address(route))
        assert answered.status_code in NOT_THERE.get(route, (404, 405)), route


def test_a_limited_contact_learns_nothing_of_a_colleagues(people: Cast, northwinds: Northwinds) -> None:
    browser = browser_of(people.omar, NOON)
    people.omar.memberships.update(sees_all_cases=False)
    for route, asked in itertools.product(OF_A_PARTNER, ASKED):
        answered = asked(browser, northwinds.address(route))
        assert answered.status_code in NOT_THERE.get(route, (404, 405)), route


# --- Nobody, and the wrong workplace --------------------------------------------------------------------------------


def test_whoever_is_not_logged_in_is_led_to_the_login(northwinds: Northwinds) -> None:
    before = state()
    closed = [route for route in ROUTES if workplace_of(route) != "everybody"]
    for route, asked in itertools.product(closed, ASKED):
        address = northwinds.address(route)
        answered = asked(Client(), address)
        assert answered.status_code == 302, route
        assert answered.url == f"/accounts/login/?next={address}"
    assert state() == before


def test_the_first_page_leads_to_the_login(people: Cast) -> None:
    assert get(Client(), "/", NOON).url == "/accounts/login/?next=/"


@pytest.mark.slow
@pytest.mark.parametrize("name", [*CONTACTS, *STAFF])
def test_the_wrong_workplace_is_not_there(people: Cast, northwinds: Northwinds, name: str) -> None:
    browser = browser_of(getattr(people, name), NOON)
    before = state()
    wrong = [route for route in ROUTES if name not in ENTERS[workplace_of(route)]]
    assert bool(wrong) is True
    for route, asked in itertools.product(wrong, ASKED):
        assert asked(browser, northwinds.address(route)).status_code in (404, 405), route
    assert state() == before


def test_a_person_whose_account_was_closed_is_out_at_once(people: Cast, northwinds: Northwinds) -> None:
    browsers = {name: browser_of(getattr(people, name), NOON) for name in ("priya", "lena")}
    User.objects.update(is_active=False)
    for name, address in (("priya", "/cases/NWIT-1/"), ("lena", "/desk/cases/NWIT-1/")):
        assert get(browsers[name], address, NOON).url == f"/accounts/login/?next={address}"


# --- Looking changes nothing ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_looking_writes_nothing(people: Cast, northwinds: Northwinds) -> None:
    # House law 10: GET never writes.
    browsers = {name: browser_of(getattr(people, name), NOON) for name in ("priya", "lena", "ruth", "ann")}
    browsers["nobody"] = Client()
    looked = set()
    for route, (name, browser) in itertools.product(ROUTES, browsers.items()):
        with clock_at(NOON), nothing_is_written():
            answered = browser.get(northwinds.address(route))
        assert answered.status_code in (200, 302, 404, 405, 422), (route, name)
        read(answered)
        if answered.status_code == 200:
            looked.add(route)
    assert looked >= PAGES


# Some of the pages there are to look at; the other addresses are for forms, or lead elsewhere.
PAGES = {
    "",
    "cases/new/",
    "cases/<str:reference>/",
    "desk/",
    "desk/cases/<str:reference>/",
    "desk/mail/",
    "desk/mail/<int:mail_id>/",
    "files/<int:attachment_id>/",
    "manager/",
    "survey/<str:token>/",
}


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/"])
def test_looking_at_the_login_writes_nothing(people: Cast, address: str) -> None:
    with clock_at(NOON), nothing_is_written():
        assert Client().get(address).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("name", ["priya", "lena", "ruth"])
def test_a_form_from_another_site_changes_nothing(people: Cast, northwinds: Northwinds, name: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    with clock_at(NOON):
        strict.force_login(getattr(people, name), backend="django.contrib.auth.backends.ModelBackend")
        before = state()
        for route in ROUTES:
            answered = strict.post(northwinds.address(route), {"body": "Hello", "outcome": "fix", "explanation": "x"})
            assert answered.status_code in (403, 404), route
    assert state() == before


# --- What anybody may open ------------------------------------------------------------------------------------------


def test_nobody_signs_up_alone(people: Cast) -> None:
    before = User.objects.count()
    said = {"email": "stranger@example.com", "password1": "a long secret of mine"}
    post(Client(), "/accounts/signup/", said, NOON)
    assert User.objects.count() == before


def test_nobody_changes_the_address_that_their_mail_goes_to(people: Cast) -> None:
    browser = browser_of(people.priya, NOON)
    assert get(browser, "/accounts/email/", NOON).status_code == 404
    assert post(browser, "/accounts/email/", {"email": "x@example.com", "action_add": ""}, NOON).status_code == 404


def test_there_is_one_login_with_one_limit_on_wrong_passwords(people: Cast) -> None:
    assert get(Client(), "/admin/login/?next=/admin/", NOON).url == "/accounts/login/?next=/admin/"
    assert post(Client(), "/admin/login/", {"username": "ann.lindqvist@probax.example"}, NOON).status_code == 302
    assert get(Client(), "/admin/", NOON).status_code == 302
    assert get(browser_of(people.ann, NOON), "/admin/", NOON).status_code == 200


@pytest.mark.clause("P11.1")
def test_a_survey_link_tells_nothing_but_its_own_case(people: Cast, northwinds: Northwinds) -> None:
    response = get(Client(), northwinds.address("survey/<str:token>/"), NOON)
    assert response.status_code == 200
    assert "NWIT-1" not in response.content.decode()
    assert get(Client(), northwinds.nowhere("survey/<str:token>/"), NOON).status_code == 404
    assert Survey.objects.get().answered_at is None
