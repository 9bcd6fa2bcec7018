"""Every key that a contact ever gets, by the door it comes through: what the desk thinks is not among them.

`what_contacts_read.txt` is the list. A key that comes new fails here until somebody looked at it and put it there.
"""

import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db import transaction
from pytest_django import Settings

from cases import actions, contact_columns, personal_data
from cases.models import User
from cases.protection import Level, level_of
from notifications import sweeps
from notifications.models import Webhook, WebhookDelivery
from tests import builders
from tests.api.machine import Machine
from tests.api.operations import ACTS, HOOK
from tests.api.test_operations import named_operations
from tests.api.world import NOON, World
from tests.builders import at, call, logged_case, upload
from tests.cases.pages import browser_of, post, read
from tests.inbox.post import deliver, letter
from tests.severities import change

LIST = Path(__file__).with_name("what_contacts_read.txt")
# Words of the desk: of assignees, notes, thoughts, warnings, sorting.
INNER = ("next_due_at", "sorted_why", "sorted_by", "triage", "warn_at", "warned_at", "charge_verdict", "is_provisional")
# Where contacts act, and where what is done is theirs to read.
OF_CONTACTS = ("cases/", "partners/", "webhooks/", "articles/", "mail-preferences/")
# Tables that name staff alone, or hold what the desk thinks.
NOT_TOLD = """
    admin.logentry cases.actionplan cases.article cases.articleversion cases.caselink cases.chargereview
    cases.contactattempt cases.deadline cases.desksettings cases.diagnosticrequest cases.featurechange
    cases.importedcase cases.investigation cases.macro cases.managerrequest cases.oncallalert cases.partnerchange
    cases.policydraft cases.presence cases.recorddifference cases.resourceabsence cases.rosterfeed cases.rostershift
    cases.rosterswap cases.rotation cases.rotationplace cases.savedview cases.signonlook cases.skill cases.staffchange
    cases.survey cases.waitingepisode notifications.alertchannel notifications.warningstep
    """


@pytest.fixture
def world(db: None, settings: Settings) -> World:
    """Everybody with a token, a webhook, and a case of which much is told."""
    settings.REACH_PRIVATE_NETWORK = True
    world = World(builders.cast())
    for _made in (world.priya, world.lena, world.ruth, world.ann, world.zoe, world.article):
        pass
    world.priya.post("webhooks/", HOOK)
    case = logged_case(world.people.priya, at("Tue 9:00"))
    actions.reply_as_contact(
        case_id=case.pk, body="Here.", uploads=[upload()], actor=world.people.priya, now=at("Tue 9:30")
    )
    call(case, world.people.lena, at("Tue 10:00"))
    change(case, world.people.priya, world.people.lena, 2, at("Tue 10:30"))
    return world


def test_no_contact_reads_a_key_that_nobody_looked_at(world: World, tmp_path: Path) -> None:
    found: dict[str, set[str]] = defaultdict(set)
    readings = named_operations("get")
    for name, path in named_operations("post").items():
        if not path.removeprefix("/api/v1/").startswith(OF_CONTACTS):
            continue
        # What was done for one is not in the way of the next.
        before = transaction.savepoint()
        act = ACTS[name](world)
        answered = act.send()
        if act.by in (world.priya, world.zoe) and answered.content:
            found["acts"] |= set(keys_in(answered.json()))
        for reading, of in readings.items():
            for address in addresses_of(of, act.address):
                found[reading] |= keys_told(world.priya, address)
        transaction.savepoint_rollback(before)
    for name, path in readings.items():
        found[name] |= keys_told(world.priya, filled(path, "NWIT-1"))
    found["quote_deadline"] = keys_told(world.priya, "due/?partner=NWIT&severity=2")
    found["offer_articles"] = keys_told(world.priya, "articles/offered/?title=restores")
    found["webhook"] = set(keys_of_webhooks())
    found["company's file"] = set(keys_of_export(world.people.priya, "/company/NWIT/export/"))
    told = "".join(f"{name}: {' '.join(sorted(keys))}\n" for name, keys in sorted(found.items()) if keys)
    now = tmp_path / LIST.name
    now.write_text(told)
    assert told == LIST.read_text(), f"look at what is new, then keep {now} as {LIST}"
    assert not [key for key in INNER if key in told.replace(".", " ").split()]


def keys_in(told: Any, before: str = "") -> Iterator[str]:
    """Yield the keys that hold something, each with those above it."""
    if isinstance(told, list):
        for one in told:
            yield from keys_in(one, before)
    elif isinstance(told, dict):
        for key, value in told.items():
            if value not in (None, "", [], {}):
                yield f"{before}{key}"
                yield from keys_in(value, f"{before}{key}.")


def keys_told(machine: Machine, address: str) -> set[str]:
    answered = machine.get(address)
    is_told = answered.status_code == 200 and answered["Content-Type"] == "application/json"
    text = read(answered)
    return set(keys_in(json.loads(text))) if is_told else set()


def filled(path: str, reference: str) -> str:
    values = {"reference": reference, "partner": "NWIT", "code": "au", "slug": "restores"}
    path = path.removeprefix("/api/v1/")
    if "{webhook_id}" in path:
        # Numbers go on from test to test: Northwind's webhook need not be the first.
        values["webhook_id"] = str(Webhook.objects.earliest("pk").pk)
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], "1"), path)


def addresses_of(path: str, acted_at: str) -> Iterator[str]:
    """Yield where an operation reads what was acted on: the rows of its noun."""
    reference = acted_at.split("/")[1] if acted_at.startswith("cases/NWIT-") else "none"
    address = filled(path, reference)
    if address.count("/") > 2 and acted_at.startswith(address):
        yield address


def keys_of_webhooks() -> Iterator[str]:
    sweeps.dispatch_events(now=at("Tue 12:30"))
    for body in WebhookDelivery.objects.filter(receiver__partner__code="NWIT").values_list("body", flat=True):
        yield from keys_in(json.loads(body))


def keys_of_export(person: User, address: str) -> Iterator[str]:
    answered = post(browser_of(person, NOON), address, {}, NOON)
    archive = ZipFile(io.BytesIO(read(answered)))
    for name in archive.namelist():
        if name.endswith(".json") and not name.startswith("files/"):
            yield from keys_in(json.loads(archive.read(name)), f"{name.removesuffix('.json')}.")


# --- One's own data ---------------------------------------------------------------------------------------------------


def test_each_table_that_names_people_is_told_or_not_by_decision() -> None:
    naming = {
        model._meta.label_lower: {field.name for field in model._meta.concrete_fields}
        for model in apps.get_models()
        if model is User
        or model in personal_data._ADDRESS_IN
        or any(field.related_model is User for field in model._meta.concrete_fields)
    }
    assert set(naming) == set(contact_columns.TOLD) | set(NOT_TOLD.split())
    assert not set(contact_columns.TOLD) & set(NOT_TOLD.split())
    for table in contact_columns.TOLD:
        columns = contact_columns.columns_told(table)
        assert columns <= naming[table], (table, columns - naming[table])
        assert not columns & set(INNER), table
        assert {level_of(table, column) for column in columns} <= {Level.PARTNER, Level.PERSONAL}, table


def test_what_the_desk_thinks_is_internal() -> None:
    of_inner = {
        level_of(model._meta.label_lower, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name in INNER
    }
    assert of_inner == {Level.INTERNAL}


def test_a_contacts_own_data_says_nothing_of_what_the_desk_thinks(db: None) -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"))
    actions.redact_text(case_id=case.pk, secret="400 GB", reason="No.", actor=people.priya, now=at("Tue 9:30"))
    mail = deliver(letter(people.priya, "Re: thanks", "Nothing."), at("Tue 10:00"))
    type(mail).objects.filter(pk=mail.pk).update(sorted_by=people.lena, sorted_why="She asks too often.")
    told = set(keys_of_export(people.priya, "/account/data/export/"))
    assert {"cases.case.reference", "cases.incomingmail.said", "cases.redaction.reason"} <= told
    assert not [key for key in told if key.endswith((*INNER, "places", "facts"))]
