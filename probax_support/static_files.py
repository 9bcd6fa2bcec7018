"""Collects static files when they have changed since the last time; a start that changes nothing is not held up."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_if_changed() -> bool:
    """Collect static files unless those that stand there come from the same sources. Tell whether it was needed."""
    root = Path(settings.STATIC_ROOT)
    stamp = root / ".collected-from"
    sources = fingerprint()
    if stamp.exists() and stamp.read_text() == sources:
        return False
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=root.exists(), verbosity=0)
    stamp.write_text(sources)
    return True


def fingerprint() -> str:
    """Return a hash of the name, size and date of each source file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            known = Path(storage.path(name)).stat()
            digest.update(f"{name} {known.st_size} {known.st_mtime_ns}\n".encode())
    return digest.hexdigest()
