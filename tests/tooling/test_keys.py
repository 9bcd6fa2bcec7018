"""`docs/keys.md` knows every secret and every place that does cryptography; a change of the key loses nothing."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from pytest_django import Settings

from cases import protection, vault, watching
from cases.inbox import marks
from cases.protection import Kept
from cases.web.accounts import SecondFactorAdapter
from notifications import alerts, webhooks
from notifications.models import AlertChannel, MailKind, Webhook
from notifications.preferences import choosing
from probax_support.management.commands import reseal_secrets
from tests.api.operations import HOOK
from tests.api.telling import CHANNEL
from tests.api.world import NOON, World
from tests.builders import cast
from tests.cases.pages import browser_of, get
from tests.portal import ROOT, clean_environment

PAGE = (ROOT / "docs" / "keys.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
SEED = "JBSWY3DPEHPK3PXP"
CRYPTOGRAPHY = (
    r"^\s*(?:import|from) (?:hashlib|hmac|secrets|jwt|cryptography\b|django\.utils\.crypto)"
    r"|\bimport\b.*\b(?:signing|vault)\b"
)


# --- The page ---------------------------------------------------------------------------------------------------------


def test_every_setting_that_holds_a_secret_is_on_the_page() -> None:
    names = re.findall(r"^\| `([A-Z_]+)` \|", OPERATIONS.partition("## Settings")[2], re.MULTILINE)
    secret = {name for name in names if re.search(r"KEY|SECRET|TOKEN|(DATABASE|REDIS|CACHE|EMAIL|MAILBOX)_URL", name)}
    assert len(secret) > 9
    assert not [name for name in secret if f"`{name}`" not in PAGE]


def test_every_secret_that_is_made_is_on_the_page() -> None:
    kept = {table for table, columns in protection.SECRET.items() if set(columns.values()) != {Kept.UNUSED}}
    assert not [table for table in kept if f"`{table}`" not in PAGE]


def test_every_place_that_does_cryptography_is_on_the_page() -> None:
    listed = re.findall(r"`([\w/]+\.py)`", PAGE.partition("## Where the code does it")[2])
    assert sorted(listed) == sorted(doing_cryptography())


def doing_cryptography() -> Iterator[str]:
    for room in ("cases", "notifications", "probax_support", "sla"):
        for path in (ROOT / room).rglob("*.py"):
            if "migrations" not in path.parts and re.search(CRYPTOGRAPHY, path.read_text(), re.MULTILINE):
                yield str(path.relative_to(ROOT))


# --- Another key ------------------------------------------------------------------------------------------------------


@pytest.fixture
def world(db: None, settings: Settings) -> World:
    """Something of everything that the key signs or encrypts."""
    settings.REACH_PRIVATE_NETWORK = True
    world = World(cast())
    world.priya.post("webhooks/", HOOK)
    world.priya.post(f"webhooks/{Webhook.objects.get().pk}/secret/")
    world.lena.post("alert-channels/", CHANNEL)
    TOTP.activate(world.people.lena, SEED)
    RecoveryCodes.activate(world.people.lena)
    return world


def opened() -> list[Any]:
    """Return every secret of the vault."""
    hook, channel, adapter = Webhook.objects.get(), AlertChannel.objects.get(), SecondFactorAdapter()
    app, codes = (Authenticator.objects.get(type=kind).data for kind in ("totp", "recovery_codes"))
    return [
        vault.opened(webhooks.PURPOSE, hook.secret),
        vault.opened(webhooks.PURPOSE, hook.old_secret),
        vault.opened(alerts.PURPOSE, channel.address),
        adapter.decrypt(app["secret"]),
        adapter.decrypt(codes["seed"]),
    ]


def change_key(settings: Settings) -> None:
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key " * 8


def test_after_a_change_of_the_key_all_of_before_holds(world: World, settings: Settings) -> None:
    people, browser = world.people, browser_of(world.people.priya, NOON)
    named = marks.message_id(7, people.priya.email, "probax.io")
    reply, mark = marks.reply_address("NWIT-1", 7, people.priya.email, "care@probax.io"), marks.mark(named)
    stop = watching.token_to_stop(7, people.priya.pk)
    off = choosing.link_to_turn_off(MailKind.FILES_ADDED, people.priya)
    told = opened()
    change_key(settings)
    assert opened() == told
    assert get(browser, "/cases/", NOON).status_code == 200
    assert world.priya.get("account/").status_code == 200
    assert (marks.case_of_mail(named), marks.went_to(named, people.priya.email)) == (7, True)
    reference = marks.reference_in(reply.partition("<")[2].rstrip(">") or reply)
    assert reference is not None
    assert marks.is_reply_address_of(7, people.priya.email, reference[1])
    assert marks.is_marked(named, mark)
    assert watching.watcher_of(stop) == (7, people.priya.pk)
    assert get(browser, off, NOON).status_code == 200


def test_what_is_encrypted_anew_needs_the_old_key_no_more(
    world: World, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    told = opened()
    change_key(settings)
    call_command("reseal_secrets")
    assert "4 rows are encrypted with the key of today." in capsys.readouterr().out
    settings.SECRET_KEY_FALLBACKS = []
    assert opened() == told
    # With a key that is lost it says so.
    settings.SECRET_KEY = "a third key " * 8
    with pytest.raises(CommandError, match="4 rows were encrypted with a key that is not there"):
        call_command("reseal_secrets")


def test_every_column_that_is_encrypted_can_be_encrypted_anew() -> None:
    sealed = {table for table, columns in protection.SECRET.items() if Kept.SEALED in columns.values()}
    assert set(reseal_secrets.PURPOSES) == sealed


@pytest.mark.slow
@pytest.mark.parametrize("by_file", [False, True])
def test_older_keys_come_from_the_environment_or_a_file(tmp_path: Path, *, by_file: bool) -> None:
    file = tmp_path / "keys"
    file.write_text("first,second")
    given = {"SECRET_KEY_FALLBACKS_FILE": str(file)} if by_file else {"SECRET_KEY_FALLBACKS": "first,second"}
    program = "import django; django.setup(); from django.conf import settings; print(settings.SECRET_KEY_FALLBACKS)"
    environment = clean_environment() | {"DJANGO_SETTINGS_MODULE": "probax_support.settings", "DATA_DIR": "/nowhere"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, env=environment | given, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['first', 'second']"
