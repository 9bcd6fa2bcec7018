"""Something of Northwind's behind every address there is, and the table of addresses itself."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from cases import actions
from cases.inbox import handling, storing
from cases.models import Case, Dispatch, IncomingMail, RecordDifference, Survey
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
from sla import store
from sla.models import Desk
from tests.builders import Cast, answer, ask, at, close, logged_case, upload


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


def names_in(route: str) -> list[str]:
    """Return the names of what an address is filled in with."""
    return re.findall(r"<(?:\w+:)?(\w+)>", route)


ROUTES = sorted(routes(get_resolver().url_patterns))
# Secrets that let in whoever has them, tokens of one person, and what belongs to no partner: articles, mail providers.
NOT_OF_A_PARTNER = {"token", "feed_token", "digest", "slug", "number", "provider", "name"}
# Addresses of something that belongs to one partner. Whatever comes new is one, until it is named above.
OF_A_PARTNER = [route for route in ROUTES if set(names_in(route)) - NOT_OF_A_PARTNER]


@dataclass(frozen=True)
class Northwinds:
    """What Northwind has, by the names that addresses use for it; and what nobody has."""

    existing: dict[str, Any]
    missing: dict[str, Any]

    def address(self, route: str, **others: str) -> str:
        """Return the address of what Northwind has; `others` stand in for some of it."""
        return self._filled(route, self.existing | others)

    def nowhere(self, route: str, **others: str) -> str:
        """Return the same address of what nobody has."""
        return self._filled(route, self.missing | others)

    def _filled(self, route: str, values: dict[str, Any]) -> str:
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)


def everything_of(people: Cast) -> Northwinds:
    """Return a case of Priya's with a reply, a note, a file and mails; a closed one with a survey; and one of Zoe's."""
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
    missing |= {"invitation_id": 999_999, "macro_id": 999_999, "name": "mailgun", "desk_code": "nowhere"}
    existing["mail_in_id"], missing["mail_in_id"] = a_mail(), 999_999
    existing["provider"], missing["provider"] = "postmark", "pigeon"
    existing |= {"code": "NWIT", "policy_id": case.policy_id, "request_id": 1, "feed_token": "x" * 32}
    missing |= {"code": "XX", "policy_id": 999_999, "request_id": 999_999, "feed_token": "x" * 32}
    existing |= of_the_library(people, case)
    missing |= {"slug": "none", "number": 999_999, "feature_id": 999_999, "survey_id": 999_999}
    existing |= {"digest": a_token(people), "review_id": 1, "number_id": an_office_number(people)}
    missing |= {"digest": "0" * 128, "review_id": 999_999, "number_id": 999_999}
    existing |= {"upload_id": an_upload(people, case), "difference_id": a_difference(case)}
    existing["view_id"] = actions.save_view(
        name="Bad ones", query="severity=2", shared=True, actor=people.lena, now=at("Tue 11:00")
    ).pk
    missing |= {"upload_id": UUID(int=1), "difference_id": 999_999, "view_id": 999_999}
    existing |= {"action_id": work_without_consent(people, case)} | a_sign_on(people)
    existing["channel_id"] = existing["alert_id"] = an_alert(people)
    missing |= dict.fromkeys(("channel_id", "alert_id", "action_id", "sign_on_id", "refusal_id"), 999_999)
    existing |= {"name": "mailgun", "desk_code": "au", "person_id": people.max.pk, "change_id": hours_to_come(people)}
    existing["webhook_id"] = existing["delivery_id"] = a_delivery(people)
    missing |= {"webhook_id": 999_999, "delivery_id": 999_999, "change_id": 999_999, "person_id": 999_999}
    return Northwinds(existing, missing)


def a_difference(case: Case) -> int:
    """Return a difference that a night found in the record of a case."""
    found = {"why": "the event is missing", "found_at": at("Tue 10:00"), "last_found_at": at("Tue 10:00")}
    return RecordDifference.objects.create(case=case, event_number=1, **found).pk


def a_sign_on(people: Cast) -> dict[str, int]:
    """Return the account at the provider that Priya signs in by, and another one that was not let in as her."""
    said: dict[str, Any] = {"issuer": "https://id.example", "addresses": [people.priya.email], "now": at("Tue 10:00")}
    for subject in ("1", "2"):
        actions.sign_on(subject=subject, **said)
    return {"sign_on_id": people.priya.sign_ons.get().pk, "refusal_id": people.priya.sign_on_refusals.get().pk}


def hours_to_come(people: Cast) -> int:
    """Return hours of the American desk that are published for Thursday."""
    desk = Desk.objects.get(code="us")
    hours = [store.Hours(range(5), time(9), time(17))]
    return actions.publish_hours(
        desk_id=desk.pk,
        hours=hours,
        since=at("Thu 9:00").date(),
        reason="Later trains",
        expected_revision=desk.revision,
        actor=people.ruth,
        now=at("Tue 10:30"),
    ).pk


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
    """Return every row of everything, but of who is logged in."""
    rows = {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in apps.get_models()}
    return {label: kept for label, kept in rows.items() if label != "sessions.Session"}
