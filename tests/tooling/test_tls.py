"""The lines to PostgreSQL and Redis are encrypted as their addresses say, and lead to nobody else."""

import datetime as dt
import ipaddress
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psycopg2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.backends import Backend
from tests.caddy import Caddy
from tests.portal import ROOT, clean_environment
from tests.servers import free_port, postgres_programs, start_postgres

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

IS_ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
ASK_POSTGRES = f"""
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("{IS_ENCRYPTED}")
    print(cursor.fetchone()[0])
from probax_support import backup
print(backup._run("psql", "--tuples-only", "--no-align", "--command", "{IS_ENCRYPTED}").strip())
"""
ASK_REDIS = """
from django.conf import settings
from django.core.cache import caches
from probax_support import celery, health
print(health._redis(settings.REDIS_URL).ping())
with celery.app.connection_for_write() as line:
    print(line.ensure_connection(max_retries=1, timeout=5).default_channel.client.ping())
cache = caches["default"]
cache.set("tls", "kept", 60)
print(cache.get("tls"), "elsewhere" if cache.asked_again_at else "there")
"""


def certificate(folder: Path, name: str) -> Path:
    """Write a key and a certificate for this machine, signed by itself; return where both stand."""
    key, here = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(here, here, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("ours"), "ours")


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("strangers"), "strangers")


def said_by(program: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run a few lines as a process of the portal."""
    lines = f"import django; django.setup()\n{program}"
    environment = clean_environment() | {"DJANGO_SETTINGS_MODULE": "probax_support.settings", "DATA_DIR": "/nowhere"}
    return subprocess.run(
        [sys.executable, "-c", lines],
        cwd=ROOT,
        env=environment | settings,
        capture_output=True,
        text=True,
        check=False,
    )


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgres(ours: Path) -> Iterator[tuple[str, Path]]:
    """A server of its own that speaks TLS, and where its programs are."""
    address = f"postgres://postgres@127.0.0.1:{free_port()}/postgres"
    process = start_postgres(address)
    cluster = process.folder / "cluster"
    for name in ("server.crt", "server.key"):
        (cluster / name).write_bytes(ours.read_bytes())
        (cluster / name).chmod(0o600)
        os.chown(cluster / name, cluster.stat().st_uid, cluster.stat().st_gid)
    with closing(psycopg2.connect(address)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("ALTER SYSTEM SET ssl = on")
            cursor.execute("SELECT pg_reload_conf()")
    yield address, postgres_programs(process.folder, process.user)
    process.stop()


def test_the_database_is_spoken_to_over_tls_and_known_by_its_certificate(
    postgres: tuple[str, Path], ours: Path, strangers: Path
) -> None:
    address, programs = postgres
    path = {"PATH": f"{programs}:/usr/bin:/bin"}
    told = said_by(ASK_POSTGRES, DATABASE_URL=f"{address}?sslmode=verify-full&sslrootcert={ours}", **path)
    assert told.stdout.split() == ["True", "t"], told.stderr
    refused = said_by(ASK_POSTGRES, DATABASE_URL=f"{address}?sslmode=verify-full&sslrootcert={strangers}", **path)
    assert "certificate verify failed" in refused.stderr
    assert not refused.stdout


# --- Redis ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def redis_address(backend: Backend, ours: Path) -> Iterator[str]:
    """Where a Redis answers over TLS: as Redis comes here without, somebody stands in front."""
    behind = backend.fresh("tls")["REDIS_URL"].removeprefix("redis://")
    host, _, port = behind.partition("/")[0].partition(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ours)
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=let_in, args=(door, context, (host, int(port))), daemon=True).start()
        yield f"rediss://127.0.0.1:{door.getsockname()[1]}/{behind.partition('/')[2]}"


def let_in(door: socket.socket, context: ssl.SSLContext, behind: tuple[str, int]) -> None:
    with suppress(OSError):
        while True:
            came, _from = door.accept()
            threading.Thread(target=lead, args=(came, context, behind), daemon=True).start()


def lead(came: socket.socket, context: ssl.SSLContext, behind: tuple[str, int]) -> None:
    with suppress(OSError), context.wrap_socket(came, server_side=True) as safe, socket.create_connection(behind) as on:
        threading.Thread(target=carry, args=(on, safe), daemon=True).start()
        carry(safe, on)


def carry(here: socket.socket, there: socket.socket) -> None:
    with suppress(OSError):
        while part := here.recv(65536):
            there.sendall(part)


def test_redis_is_spoken_to_over_tls_and_known_by_its_certificate(
    redis_address: str, ours: Path, strangers: Path
) -> None:
    told = said_by(ASK_REDIS, REDIS_URL=f"{redis_address}?ssl_cert_reqs=required&ssl_ca_certs={ours}")
    assert told.stdout.split() == ["True", "True", "kept", "there"], told.stderr
    refused = said_by(ASK_REDIS, REDIS_URL=f"{redis_address}?ssl_cert_reqs=required&ssl_ca_certs={strangers}")
    assert "certificate verify failed" in refused.stderr
    assert not refused.stdout


# --- Browsers ---------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
def test_browsers_are_spoken_to_by_the_newest_tls_and_by_none_before_1_2(tmp_path: Path) -> None:
    proxy = Caddy(tmp_path / "caddy", host="support.example.com", upstream=free_port(), static=tmp_path)
    proxy.start()
    try:
        assert proxy.shake_hands(at_most=ssl.TLSVersion.TLSv1_3)[0] == "TLSv1.3"
        version, suite = proxy.shake_hands(at_most=ssl.TLSVersion.TLSv1_2)
        # A key that is made for this line alone, and a cipher that notices changes.
        assert version == "TLSv1.2"
        assert suite.startswith("ECDHE-")
        assert suite.endswith(("GCM-SHA256", "GCM-SHA384", "POLY1305"))
        with pytest.raises(ssl.SSLError):
            proxy.shake_hands(at_most=ssl.TLSVersion.TLSv1_1)
    finally:
        proxy.stop()
