"""A mail server as providers run them: a process of its own that asks for TLS and a login, and keeps nothing.

It answers at once: no disk, no network and no queue stand behind it. So what it costs is the least that one can cost.
"""

# ruff: noqa: E402 - the project is put on the path before anything of it is imported

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from aiosmtpd.smtp import SMTP, AuthResult

from tests.dovecot import make_certificate
from tests.servers import Process, free_port, temporary_folder

USER, PASSWORD = "care", "only-for-measuring"


@contextmanager
def mail_server() -> Iterator[tuple[str, Path]]:
    """Run it for as long as the block lasts. Yields its address as a URL, and the certificate that vouches for it."""
    folder, port = temporary_folder(None), free_port()
    certificate, key = folder / "mail.crt", folder / "mail.key"
    make_certificate(certificate, key)
    command = [sys.executable, __file__, str(port), str(certificate), str(key)]
    process = Process(command, folder=folder, stop_signal=signal.SIGTERM)

    def answers() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            return line.recv(3) == b"220"
        return False

    process.wait_until(answers, what="The mail server")
    try:
        yield f"smtp://{USER}:{PASSWORD}@127.0.0.1:{port}", certificate
    finally:
        process.stop()


class Taker:
    """Takes every mail."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a message."""
        return "250 OK"


async def serve(port: int, certificate: str, key: str) -> None:
    """Serve until the process ends."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    known = (USER.encode(), PASSWORD.encode())

    def session() -> SMTP:
        return SMTP(
            Taker(),
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=lambda *asked: AuthResult(success=(asked[-1].login, asked[-1].password) == known),
        )

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), *sys.argv[2:]))
