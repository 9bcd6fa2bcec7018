"""A database with every migration applied, kept between runs: replaying them took longer than most of the tests.

It is kept under a hash of all that could change it, so a changed migration makes a new one. Whoever starts from it
still runs `migrate`, which then finds nothing to do.
"""

import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path

from django.apps import apps

from tests.backends import Backend

ROOT = Path(__file__).resolve().parent.parent
# Beside what pytest keeps.
KEPT = ROOT / ".pytest_cache" / "databases"
# Each changed migration leaves an older one behind; so many of them stay.
MOST = 6


def load(backend: Backend, name: str) -> bool:
    """Fill the empty database `name` from what is kept. False where nothing fits."""
    kept = _place(backend)
    return kept.exists() and backend.copy_in(name, kept)


def keep(backend: Backend, name: str) -> None:
    """Keep a copy of the database `name`, to which everything was applied just now."""
    kept = _place(backend)
    kept.parent.mkdir(parents=True, exist_ok=True)
    being_written = kept.with_suffix(f".{backend.data_dir.name}")
    if backend.copy_out(name, being_written):
        being_written.replace(kept)
    # Runs beside this one keep theirs and tidy up at the same moment.
    with suppress(FileNotFoundError):
        for old in sorted(kept.parent.iterdir(), key=lambda file: file.stat().st_mtime)[:-MOST]:
            old.unlink(missing_ok=True)


@cache
def _digest() -> str:
    """Return the hash as it was when the run began: what is kept was made from those files."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for app in apps.get_app_configs():
        for migration in sorted(Path(app.path, "migrations").glob("*.py")):
            digest.update(migration.name.encode() + migration.read_bytes())
    return digest.hexdigest()[:20]


def _place(backend: Backend) -> Path:
    return KEPT / f"{backend.name}-{_digest()}"
