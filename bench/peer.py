"""The peer, django-helpdesk, in an environment of its own, with as many tickets as we have cases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

from bench import texts
from bench.cluster import Cluster

HERE = Path(__file__).resolve().parent
DAYS = 1000


class Peer:
    """Its programs, its databases, its pages."""

    def __init__(self, folder: Path, cluster: Cluster, mail_url: str, trusts: Path | None = None) -> None:
        self.folder = folder / "peer"
        self.cluster = cluster
        self.mail_url = mail_url
        # What vouches for the mail server, beside what the system trusts.
        self.trusts = trusts
        self.python = self.folder / "venv" / "bin" / "python"

    def install(self) -> None:
        """Make its environment from the lock file, once."""
        done = self.folder / "installed"
        lock = HERE / "requirements-peer.txt"
        if done.exists() and done.read_text() == lock.read_text():
            return
        subprocess.run([sys.executable, "-m", "venv", "--clear", self.folder / "venv"], check=True)
        command = [self.python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        done.write_text(lock.read_text())

    def environment(self, database: str) -> dict[str, str]:
        """Return what its programs are told."""
        trust = {"SSL_CERT_FILE": str(self.trusts)} if self.trusts else {}
        return {
            **trust,
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(HERE),
            "DJANGO_SETTINGS_MODULE": "peer_settings",
            "PEER_DATABASE_URL": self.cluster.url(database),
            "PEER_EMAIL_URL": self.mail_url,
            "PEER_FOLDER": str(self.folder),
        }

    def run(self, database: str, *command: str | Path) -> str:
        """Run one of its programs and return what it printed."""
        done = subprocess.run(
            [self.python, *command], env=self.environment(database), cwd=self.folder, check=True, stdout=subprocess.PIPE
        )
        return done.stdout.decode()

    def fill(self, database: str, number: int) -> None:
        """Make tickets with three follow-ups each: the texts of our cases and messages, four in ten open."""
        self.run(database, "-m", "django", "migrate", "--verbosity", "0")
        self.sessions(database)
        with self.cluster.cursor(database) as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET synchronous_commit = off")
            texts.copy_into(cursor)
            cursor.execute(TICKETS, {"many": number})
            cursor.execute(FOLLOW_UPS, {"many": number})
            for table in ("helpdesk_ticket", "helpdesk_followup"):
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            cursor.execute("VACUUM ANALYZE")

    def sessions(self, database: str) -> dict[str, Any]:
        """Return sessions of people who are logged in."""
        return dict(json.loads(self.run(database, HERE / "peer_setup.py")))

    def web_command(self, port: int) -> list[str]:
        """Return the command that serves it, as ours is served."""
        options = ["--workers", "2", "--threads", "8", "--worker-class", "gthread", "--keep-alive", "75"]
        place = ["--bind", f"127.0.0.1:{port}", "--timeout", "600", "--no-control-socket"]
        return [str(self.python), "-m", "gunicorn", *options, *place, "django.core.wsgi:get_wsgi_application()"]


def rows_address(words: str = "") -> str:
    """Return the address its list page asks for its rows: 50 open ones by age, or those that hold words."""
    query: dict[str, Any] = {"filtering": {}, "filtering_null": {}, "sorting": "created", "sortreverse": False}
    query["search_string"] = words
    if not words:
        query["filtering"] = {"status__in": [1, 2]}
    coded = b64encode(json.dumps(query).encode()).decode()
    return f"/datatables_ticket_list/{coded}?draw=1&start=0&length=50"


# `k` is the number of a ticket.
TICKETS = f"""
    INSERT INTO helpdesk_ticket (title, queue_id, created, modified, submitter_email, assigned_to_id, status, on_hold,
        description, resolution, priority, secret_key)
    SELECT t.title, 1 + k %% 4, at, at + interval '5 hours',
        'contact.' || k %% greatest(%(many)s / 500, 20) || '@bench.example',
        CASE WHEN k %% 25 = 0 THEN NULL ELSE (SELECT min(id) FROM auth_user) + k %% 20 END,
        CASE WHEN k * 37 %% 100 < 40 THEN 1 ELSE 4 END, false, t.body, '', 2 + k %% 3, md5(k::text)
    FROM generate_series(1::bigint, %(many)s) k
    CROSS JOIN LATERAL (
        SELECT now() - interval '3 days' - interval '1 day' * ((k * 7919) %% 1000003) / 1000003.0 * {DAYS} AS at
    ) moment
    JOIN bench_texts t ON t.n = (k * 31) %% {texts.TEXTS} ORDER BY k
"""
FOLLOW_UPS = f"""
    INSERT INTO helpdesk_followup (ticket_id, date, title, comment, public, user_id)
    SELECT k.id, k.created + interval '1 hour' * which, 'Comment', t.body || CASE WHEN which = 1
        AND k.id %% greatest(%(many)s / {texts.RARE_TIMES}, 1) = 1 THEN ' {texts.RARE}' ELSE '' END,
        true, CASE WHEN which = 2 THEN NULL ELSE (SELECT min(id) FROM auth_user) + k.id %% 20 END
    FROM helpdesk_ticket k CROSS JOIN generate_series(1, 3) which
    JOIN bench_texts t ON t.n = (k.id * 31 + which * 7) %% {texts.TEXTS} ORDER BY k.id
"""
