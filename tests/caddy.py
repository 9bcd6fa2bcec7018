"""The proxy of docker-compose.yml in front of a portal here: the real Caddy with `deploy/Caddyfile`."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.portal import ROOT
from tests.servers import end_with_parent, free_port

MISSING = "Caddy is not installed: apt-get install caddy"
# What a rehearsal has instead: a certificate of its own making, and ports that need no rights.
REHEARSED = "{{\n\tlocal_certs\n\tskip_install_trust\n\tadmin off\n\thttp_port {http}\n\thttps_port {https}\n"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes


class Caddy:
    """Caddy as configured for production, for one host, in front of what answers at `upstream`."""

    def __init__(self, folder: Path, *, host: str, upstream: int, static: Path) -> None:
        program = shutil.which("caddy")
        if program is None:
            pytest.skip(MISSING)
        self.host, self._program, self._folder = host, program, folder
        self.http_port, self.https_port = free_port(), free_port()
        places = {"web:8000": f"127.0.0.1:{upstream}", "/srv/static": str(static)}
        configured = (ROOT / "deploy" / "Caddyfile").read_text()
        for place, here in places.items():
            assert place in configured
            configured = configured.replace(place, here)
        folder.mkdir()
        rehearsed = REHEARSED.format(http=self.http_port, https=self.https_port)
        # Its options go on with ours.
        (folder / "Caddyfile").write_text(configured.replace("{\n", rehearsed, 1))

    def start(self) -> None:
        """Start it, and wait until it speaks TLS."""
        command = [self._program, "run", "--config", str(self._folder / "Caddyfile"), "--adapter", "caddyfile"]
        data = str(self._folder)
        environment = {"HOME": data, "XDG_DATA_HOME": data, "XDG_CONFIG_HOME": data, "PATH": os.environ["PATH"]}
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                command,
                env={**environment, "SITE_ADDRESS": f"https://{self.host}"},
                stdout=log,
                stderr=log,
                preexec_fn=end_with_parent,
            )
        until = time.monotonic() + 30
        while True:
            with suppress(OSError):
                self.ask("/metrics")
                return
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < until, self.log()
            time.sleep(0.05)

    def stop(self) -> None:
        """End it and wait for its end."""
        self._process.terminate()
        self._process.wait(timeout=30)

    def log(self) -> str:
        """Return what it said."""
        return (self._folder / "log").read_text(errors="replace")

    def ask(self, path: str, **headers: str) -> Answer:
        """Ask over TLS, trusting nobody but this Caddy."""
        root = self._folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        trusted = ssl.create_default_context(cafile=root)
        plain = socket.create_connection(("127.0.0.1", self.https_port), timeout=60)
        return self._ask(trusted.wrap_socket(plain, server_hostname=self.host), path, headers)

    def shake_hands(self, *, at_most: ssl.TLSVersion) -> tuple[str, str]:
        """Return the version of TLS and the cipher suite that both agree on, for whoever knows no newer version.

        Raises:
            ssl.SSLError: they agree on none.
        """
        anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
        # Also what OpenSSL itself would not propose any more.
        anybody.set_ciphers("ALL:@SECLEVEL=0")
        anybody.minimum_version, anybody.maximum_version = ssl.TLSVersion.TLSv1, at_most
        with (
            socket.create_connection(("127.0.0.1", self.https_port), timeout=60) as plain,
            anybody.wrap_socket(plain, server_hostname=self.host) as line,
        ):
            return line.version() or "", (line.cipher() or ("",))[0]

    def ask_plainly(self, path: str) -> Answer:
        """Ask without TLS."""
        return self._ask(socket.create_connection(("127.0.0.1", self.http_port), timeout=60), path, {})

    def _ask(self, line: socket.socket, path: str, headers: dict[str, str]) -> Answer:
        with closing(HTTPConnection(self.host)) as connection:
            connection.sock = line
            connection.request("GET", path, headers=headers)
            told = connection.getresponse()
            return Answer(told.status, told.headers, told.read())
