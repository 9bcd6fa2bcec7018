"""Every column has a level of protection, `docs/data.md` shows it, and what a level demands is so."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account import app_settings as of_accounts
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount import app_settings as of_sign_on
from django.apps import apps
from django.contrib.auth.hashers import identify_hasher, is_password_usable
from django.db.models import Model
from pytest_django import Settings
from rest_framework.serializers import ModelSerializer

from cases import contact_columns, personal_data, protection
from cases.models import Dispatch, Invitation, Survey, User
from cases.protection import DEMANDS, INTERNAL, PERSONAL, SECRET, Kept, Level, level_of
from notifications import sweeps
from tests.api.administering import INVITED
from tests.api.operations import HOOK
from tests.api.world import World
from tests.builders import at, cast, close, logged_case
from tests.severities import propose

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "data.md"
PAGER = "AbCdEfGhIjKlMnOp"
# A personal column that is in no export of its person, and why.
NOT_EXPORTED = {
    "cases.contactattempt": "the number rung is the contact's, and in their own rows",
    "sla.holidaychange": "a manager's name beside what they decided",
    "sla.hourschange": "a manager's name beside what they decided",
    "sla.policyversion": "a manager's name beside what they decided",
}


def columns() -> Iterator[tuple[type[Model], str]]:
    """Yield every column that is kept, but the numbers of rows."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.name != "id":
                yield model, field.name


# --- The list -------------------------------------------------------------------------------------------------------


def test_every_column_has_its_level_on_the_page(tmp_path: Path) -> None:
    """A column that comes new fails here until somebody looked at where it belongs."""
    written = PAGE.read_text() if PAGE.exists() else ""
    head = written.partition("| level | ")[0]
    now = tmp_path / PAGE.name
    now.write_text(f"{head}{levels_as_table()}\n{secrets_as_table()}\n{columns_as_table()}")
    assert written == now.read_text(), f"look at what is new, then keep {now} as {PAGE}"


def levels_as_table() -> str:
    rows = "".join(
        f"| **{level}** | {said.holds} | {said.kept} | {said.read_by} | {said.told} | {said.logged} | {said.ends} |\n"
        for level, said in DEMANDS.items()
    )
    heads = "level", "what is of it", "how it is kept", "who reads it", "machines and exports", "logs", "how long"
    return f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}\n{rows}"


def secrets_as_table() -> str:
    rows = "".join(
        f"| `{table}` | `{column}` | {kept} |\n"
        for table, kept_as in SECRET.items()
        for column, kept in kept_as.items()
    )
    return f"## How each secret is kept\n\n| table | column | how |\n| --- | --- | --- |\n{rows}"


def columns_as_table() -> str:
    found: dict[tuple[str, Level], list[str]] = {}
    for model, column in columns():
        table = model._meta.label_lower
        found.setdefault((table, level_of(table, column)), []).append(f"`{column}`")
    order = list(Level)
    rows = "".join(
        f"| `{table}` | {level} | {' '.join(found[table, level])} |\n"
        for table, level in sorted(found, key=lambda one: (one[0], order.index(one[1])))
    )
    return f"## Table by table\n\n| table | level | columns |\n| --- | --- | --- |\n{rows}"


def test_what_is_listed_is_there_and_says_what_every_level_demands() -> None:
    known = {(model._meta.label_lower, column) for model, column in columns()}
    listed = {(table, column) for said in (PERSONAL, INTERNAL) for table in said for column in said[table].split()}
    listed |= {(table, column) for table, kept in SECRET.items() for column in kept}
    assert not listed - known
    assert not set(protection._LEVEL_OF_OTHERS) - {table for table, _column in known}
    assert not set(protection._LEVEL_OF_OTHERS) & set(contact_columns.TOLD), "their columns say it themselves"
    assert list(DEMANDS) == list(Level)


# --- Secret ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def secrets(db: None, settings: Settings) -> set[str]:
    """Everything that lets somebody in or opens something, made once as people make it; told to whoever made it."""
    settings.REACH_PRIVATE_NETWORK = True
    world = World(cast())
    people = world.people
    people.lena.set_password("a long sentence of lena's")
    people.lena.save()
    hook = world.priya.post("webhooks/", HOOK).json()
    again = world.priya.post(f"webhooks/{hook['id']}/secret/").json()["secret"]
    feed = world.lena.post("roster-feeds/", {"desk": None}).json()
    channel = {"name": "phone", "address": f"gotify://127.0.0.1:9/{PAGER}", "kinds": ["on_call"]}
    assert world.lena.post("alert-channels/", channel).status_code == 201
    world.priya.post("partners/NWIT/invitations/", INVITED)
    made = {Invitation.objects.get().secret}
    case = logged_case(people.priya, at("Tue 9:00"), severity=2)
    propose(case, people.lena, 3, at("Tue 9:30"))
    close(logged_case(people.priya, at("Tue 9:00")), people.lena, at("Tue 10:00"))
    for told in Dispatch.objects.exclude(secrets={}):
        made |= {str(secret) for secret in told.secrets.values()}
    seed = TOTP.activate(people.lena, "JBSWY3DPEHPK3PXP").instance
    assert seed.user == people.lena
    codes = RecoveryCodes.activate(people.lena).get_unused_codes()
    sweeps.dispatch_events(now=at("Tue 12:00"))
    assert Survey.objects.exists()
    assert len(made) >= 3
    feed_key = re.split(r"/", feed["address"].rstrip("/"))[-1].removesuffix(".ics")
    return {
        *made,
        *codes,
        hook["secret"],
        again,
        feed_key,
        world.priya.text,
        "a long sentence of lena's",
        "JBSWY3DPEHPK3PXP",
        PAGER,
    }


def test_no_secret_stands_in_the_clear_but_in_the_mail_that_carries_it(secrets: set[str]) -> None:
    # A link is mailed: the mail stays as it was sent, and whoever else reads it finds the key blanked.
    mails = apps.get_model("notifications", "outgoingmail")
    kept = json.dumps(
        [list(model._default_manager.values()) for model in apps.get_models() if model is not mails], default=str
    )
    assert not [secret for secret in secrets if re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", kept)]


def test_each_secret_is_kept_as_its_column_says(secrets: set[str]) -> None:
    seen = set()
    for table, kept_as in SECRET.items():
        for row in apps.get_model(table)._default_manager.values(*kept_as):
            for column, kept in kept_as.items():
                if row[column]:
                    seen.add(kept)
                    assert is_kept(row[column], kept), (table, column)
    assert seen >= {Kept.DIGEST, Kept.SEALED, Kept.BEGINNING}
    # What would fill the others is off.
    assert not of_sign_on.STORE_TOKENS
    assert of_accounts.EMAIL_CONFIRMATION_HMAC


def is_kept(value: Any, kept: Kept) -> bool:
    """Whether a value looks as something that is kept so."""
    if kept is Kept.DIGEST:
        return re.fullmatch(r"[0-9a-f]{64,128}", value) is not None or is_hashed(value)
    if kept is Kept.SEALED:
        sealed = [value] if isinstance(value, str) else [value[key] for key in ("secret", "seed") if key in value]
        # The first byte of a Fernet token is its version.
        return bool(sealed) and all(base64.urlsafe_b64decode(one)[0] == 0x80 for one in sealed)
    return kept not in (Kept.UNTIL_MAILED, Kept.UNUSED)


def is_hashed(password: str) -> bool:
    return not is_password_usable(password) or bool(identify_hasher(password).algorithm)


def test_no_answer_of_the_api_and_no_export_has_a_field_for_a_secret() -> None:
    found = [serializer for serializer in below(ModelSerializer) if hasattr(serializer, "Meta")]
    assert len(found) > 40
    for serializer in found:
        table = serializer.Meta.model._meta.label_lower
        sources = {field.source for field in serializer().fields.values()}
        told_once = {"secret"} if serializer.__name__ == "WithSecretSerializer" else set()
        assert not (sources & set(SECRET.get(table, {}))) - told_once, serializer
    for model, column in columns():
        if level_of(model._meta.label_lower, column) is Level.SECRET:
            assert column not in {
                field.name for field in personal_data._open_fields(model(), User(staff_role="manager"))
            }


def below(parent: type[Any]) -> Iterator[type[Any]]:
    for child in parent.__subclasses__():
        yield child
        yield from below(child)


# --- Personal -------------------------------------------------------------------------------------------------------


def test_what_is_personal_is_in_the_export_of_its_person() -> None:
    for table, said in PERSONAL.items():
        model = apps.get_model(table)
        leads = (
            model is User
            or model in personal_data._ADDRESS_IN
            or any(field.related_model is User for field in model._meta.concrete_fields)
        )
        told = contact_columns.columns_told(table)
        # Of staff everything is told; of a contact what is on the list.
        assert table in NOT_EXPORTED or (leads and (not told or set(said.split()) <= told)), table
    assert set(NOT_EXPORTED) <= set(PERSONAL)
