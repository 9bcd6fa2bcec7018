"""A backup is worth what comes back from it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.backends import Backend
from tests.portal import ROOT, clean_environment, manage, prepared

pytestmark = pytest.mark.portal

FILL = """
from django.utils import timezone
from cases import actions, demo
from cases.models import User
from tests.builders import upload
now = timezone.now()
demo.load_people(now)
priya = User.objects.get(email="priya@northwind.example")
case = actions.submit_case(
    partner_id=priya.memberships.get().partner_id, severity=3, actor=priya, now=now,
    details=actions.CaseDetails(title="Jobs abort", explanation="It stops.", effect="One customer.",
        contact_email=priya.email))
actions.reply_as_contact(case_id=case.pk, body="Here.", uploads=[upload()], actor=priya, now=now)
"""
ROWS = "from probax_support.backup import rows; import json; print(json.dumps(rows()))"
# A page as a browser gets it, with the file that is on it.
WALK = """
from django.test import Client
from cases.models import Case, User
case = Case.objects.get()
browser = Client()
browser.force_login(case.contact, backend="cases.web.accounts.PersonBackend")
page = browser.get(f"/cases/{case.reference}/", headers={"host": "127.0.0.1"})
file = browser.get(f"/files/{case.attachments.get().pk}/", headers={"host": "127.0.0.1"})
print(page.status_code, case.title in page.content.decode(), file.status_code, sum(map(len, file)) > 0)
"""


class Installation:
    """An installation that is not running."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = {**clean_environment(), **environment, "DEMO": "True"}
        self.data = Path(environment["DATA_DIR"])

    def manage(self, *arguments: str) -> str:
        return manage(self.environment, *arguments)

    def shell(self, program: str) -> str:
        return self.manage("shell", "--no-imports", "-v", "0", "-c", program).strip()

    def refused(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stdout
        return done.stderr.strip()


@pytest.fixture(scope="module")
def template(backend: Backend) -> dict[str, str]:
    return prepared(backend, "backed-up")


@pytest.fixture(scope="module")
def filled(template: dict[str, str]) -> Installation:
    """An installation with people, a case and a file."""
    installation = Installation(template)
    (installation.data / "mail").mkdir(exist_ok=True)
    (installation.data / "mail" / "email_url").write_text("smtp://127.0.0.1:9")
    installation.shell(FILL)
    return installation


@pytest.fixture(scope="module")
def backup(filled: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backups") / "tuesday"
    assert "Keep it private" in filled.manage("backup", str(folder))
    return folder


@pytest.fixture
def empty(backend: Backend, request: pytest.FixtureRequest) -> Installation:
    """A new machine: an empty database, an empty folder."""
    return Installation(backend.fresh(f"new-{abs(hash(request.node.name)) % 10**6}"))


@pytest.fixture
def damaged(backup: Path, tmp_path: Path) -> Callable[[], Path]:
    def copy() -> Path:
        subprocess.run(["cp", "-r", str(backup), str(tmp_path / "copy")], check=True)
        return tmp_path / "copy"

    return copy


def test_what_is_restored_is_what_was_backed_up(filled: Installation, backup: Path, empty: Installation) -> None:
    assert "is restored" in empty.manage("restore", str(backup))
    empty.manage("migrate", "--verbosity", "0")
    empty.manage("collectstatic", "--no-input", "--verbosity", "0")
    assert json.loads(empty.shell(ROWS)) == json.loads(filled.shell(ROWS))
    assert empty.shell(WALK).endswith("200 True 200 True")
    assert (empty.data / "mail" / "email_url").read_text() == "smtp://127.0.0.1:9"


def test_a_backup_is_private_and_names_what_it_holds(backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    manifest = json.loads((backup / "manifest.json").read_text())
    assert "database" in manifest["checksums"]
    assert not [name for name in manifest["checksums"] if name.startswith(("files/static", "files/broker"))]


def test_a_full_installation_is_not_replaced_unasked(filled: Installation, backup: Path) -> None:
    before = filled.shell(ROWS)
    assert "add --force" in filled.refused("restore", str(backup))
    (filled.data / "files" / "later.txt").write_text("Not in the backup.")
    assert "is restored" in filled.manage("restore", str(backup), "--force")
    assert filled.shell(ROWS) == before
    assert not (filled.data / "files" / "later.txt").exists()


def test_a_folder_that_is_there_is_left_alone(filled: Installation, backup: Path) -> None:
    assert "is there already" in filled.refused("backup", str(backup))


@pytest.mark.parametrize("harm", ["changed", "missing", "added", "unfinished"])
def test_a_damaged_backup_changes_nothing(empty: Installation, damaged: Callable[[], Path], harm: str) -> None:
    folder = damaged()
    if harm == "changed":
        (folder / "database").write_bytes((folder / "database").read_bytes()[:-1] + b"?")
    elif harm == "missing":
        (folder / "files" / "mail" / "email_url").unlink()
    elif harm == "added":
        (folder / "files" / "more").touch()
    else:
        (folder / "manifest.json").unlink()
    said = empty.refused("restore", str(folder))
    assert ("The backup is damaged" in said) is (harm != "unfinished"), said
    assert "manifest" in said or "database" in said or "email_url" in said
    assert "Traceback" not in said


def test_a_backup_of_another_kind_or_a_newer_version_is_refused(
    empty: Installation, damaged: Callable[[], Path]
) -> None:
    folder = damaged()
    manifest = json.loads((folder / "manifest.json").read_text())
    newer = manifest | {"migrations": [*manifest["migrations"], "cases.9999_later"]}
    (folder / "manifest.json").write_text(json.dumps(newer))
    assert "cases.9999_later" in empty.refused("restore", str(folder))
    (folder / "manifest.json").write_text(json.dumps(manifest | {"engine": "oracle"}))
    assert "backup of oracle" in empty.refused("restore", str(folder))


def test_a_backup_can_be_looked_over_without_restoring_it(filled: Installation, backup: Path) -> None:
    assert "is whole" in filled.manage("restore", str(backup), "--verify")
