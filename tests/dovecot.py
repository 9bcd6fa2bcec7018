"""A real IMAP server, Dovecot, on loopback with one mailbox in a temporary folder, and a wire to it that can be cut."""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from imap_tools import MailBoxUnencrypted

from tests.servers import Process, free_port, temporary_folder

MISSING = "Dovecot is not installed: apt-get install dovecot-imapd"
USER, PASSWORD = "care@probax.io", "secret"
CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
ssl = {tls}
disable_plaintext_auth = no
default_login_user = {login}
default_internal_user = {internal}
default_internal_group = {group}
first_valid_uid = 1
mail_location = maildir:{folder}/mail
mail_fsync = never
imap_capability = {capability}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
PRIVATE = """
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
"""
# Whoever logs in may read, mark as read, and put in; no mark of ours, no move, no new folder.
READ_ONLY = """
mail_plugins = acl
plugin {{
  acl = vfile:{folder}/rights
}}
"""
# What Dovecot offers once somebody is logged in, as far as a test may take something away.
OFFERED = ("IMAP4rev1", "LITERAL+", "UIDPLUS", "IDLE", "MOVE", "SPECIAL-USE")


class Dovecot:
    """The mailbox of `USER`, the mails in it, and the server in front of it."""

    def __init__(self, *, without: str = "", read_only: bool = False, tls: bool = False) -> None:
        """Prepare it; `without` is a word such as MOVE or IDLE that it then does not offer.

        With `tls` it has a certificate that it made itself, and a second port for those who begin with TLS.
        """
        program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if program is None:
            pytest.skip(MISSING)
        self._program = program
        root = os.geteuid() == 0
        self._owner = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
        self.folder = temporary_folder(None)
        self.folder.chmod(0o755)
        self.port = free_port()
        self.tls_port = free_port() if tls else 0
        self.certificate = self.folder / "certificate.pem"
        if tls:
            make_certificate(self.certificate, self.folder / "key.pem")
        self._process: Process | None = None
        own = self._owner.pw_name
        configuration = CONFIGURATION.format(
            folder=self.folder,
            login="dovenull" if root else own,
            internal="dovecot" if root else own,
            group=("dovecot" if root else grp.getgrgid(self._owner.pw_gid).gr_name),
            capability=" ".join(word for word in OFFERED if word != without),
            password=PASSWORD,
            uid=self._owner.pw_uid,
            gid=self._owner.pw_gid,
            port=self.port,
            tls="yes" if tls else "no",
            tls_port=self.tls_port,
        )
        if tls:
            configuration += PRIVATE.format(folder=self.folder)
        if read_only:
            configuration += READ_ONLY.format(folder=self.folder)
            (self.folder / "rights").write_text("* owner lrsi\n* anyone lrsi\n")
        (self.folder / "dovecot.conf").write_text(configuration)
        self.mail = self.folder / "mail"
        for path in (self.mail, self.folder / "home", *(self.mail / part for part in ("new", "cur", "tmp"))):
            path.mkdir(parents=True)
            os.chown(path, self._owner.pw_uid, self._owner.pw_gid)

    @property
    def url(self) -> str:
        """The address of the mailbox, for MAILBOX_URL."""
        return mailbox_url(self.port)

    def start(self) -> None:
        """Start the server, in the foreground."""
        # The process gets a folder of its own to delete: the mails outlive a restart.
        own = temporary_folder(None)
        command = [self._program, "-F", "-c", str(self.folder / "dovecot.conf")]
        self._process = Process(command, folder=own, stop_signal=signal.SIGTERM)
        self._process.wait_until(self._answers, what="Dovecot")

    def stop(self) -> None:
        """End the server and its children at once, as a machine that loses power; the mails stay."""
        if self._process is not None:
            os.killpg(self._process.child.pid, signal.SIGKILL)
            self._process.stop()
            self._process = None

    def start_anew(self) -> None:
        """Stop it, and start it once its children have let go of the port."""
        self.stop()
        ends_at = time.monotonic() + 30
        while time.monotonic() < ends_at:
            with suppress(OSError), socket.create_server(("127.0.0.1", self.port)):
                break
            time.sleep(0.02)
        self.start()

    def throw_away(self) -> None:
        """Stop the server and delete the mails."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def deliver(self, raw: bytes, received_at: datetime | None = None) -> None:
        """Let a mail come in. Dovecot itself puts it there, so that whoever waits is told at once."""
        self.deliver_all([raw], received_at)

    def deliver_all(self, raws: Sequence[bytes], received_at: datetime | None = None) -> None:
        """Let mails come in, one after the other."""
        with MailBoxUnencrypted("127.0.0.1", self.port).login(USER, PASSWORD, initial_folder=None) as box:
            for raw in raws:
                box.append(raw, "INBOX", dt=received_at or datetime.now(UTC))

    def unmarked(self) -> list[str]:
        """Return the files of the inbox that carry no mark of ours, without asking the server.

        A mail that is marked and was not moved, as the line was cut in between, stays there.
        """
        names = [mail.name for part in ("new", "cur") for mail in (self.mail / part).iterdir()]
        return [name for name in names if not any(letter.islower() for letter in name.partition(":2,")[2])]

    def renumber(self) -> None:
        """Change UIDVALIDITY: the server forgets its numbers, as after a restore, and every mail gets another one."""
        for folder in (self.mail, self.mail / ".Stored"):
            for known in folder.glob("dovecot*"):
                known.unlink()
        self.start_anew()

    def bring_back(self) -> list[Path]:
        """Put what was moved away into the inbox again, unmarked, as a server restored from a backup has it."""
        mails = list((self.mail / ".Stored").glob("*/*,*"))
        return [mail.replace(self.mail / "new" / mail.name.partition(":")[0]) for mail in mails]

    def mark(self, subject: str, flag: str) -> None:
        """Mark a mail of the inbox by hand."""
        with MailBoxUnencrypted("127.0.0.1", self.port).login(USER, PASSWORD) as box:
            (uid,) = [mail.uid for mail in box.fetch(mark_seen=False) if mail.subject == subject and mail.uid]
            box.client.uid("STORE", uid, "+FLAGS", f"({flag})")

    def inbox(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the subjects of the inbox, each with its flags."""
        return self._in("INBOX")

    def stored(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the same of what was moved away."""
        return self._in("Stored")

    def _in(self, folder: str) -> list[tuple[str, tuple[str, ...]]]:
        with MailBoxUnencrypted("127.0.0.1", self.port).login(USER, PASSWORD) as box:
            if not box.folder.exists(folder):
                return []
            box.folder.set(folder, readonly=True)
            return sorted(
                (mail.subject, tuple(flag for flag in mail.flags if flag != r"\Recent"))
                for mail in box.fetch(mark_seen=False, headers_only=True)
            )

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
            return b"OK" in line.recv(200)
        return False


def make_certificate(certificate: Path, key: Path) -> None:
    """Make a certificate of this machine that vouches for itself."""
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run([*command, *subject, "-keyout", key, "-out", certificate], check=True, capture_output=True)


def mailbox_url(port: int, scheme: str = "imap") -> str:
    """Return the mailbox behind a port of this machine, for MAILBOX_URL."""
    return f"{scheme}://care%40probax.io:{PASSWORD}@127.0.0.1:{port}"


@contextmanager
def dovecot(*, without: str = "", read_only: bool = False, tls: bool = False) -> Iterator[Dovecot]:
    """Run a mailbox for as long as the block lasts."""
    server = Dovecot(without=without, read_only=read_only, tls=tls)
    try:
        server.start()
        yield server
    finally:
        server.throw_away()


class Wire:
    """A line to a server on loopback. It can be cut at a word, or go dead: open, and silent for ever."""

    def __init__(self, port: int) -> None:
        self.to = port
        # Cut when the client says something that holds these bytes: before the server hears it, or once it has done
        # what it was told and before the client knows.
        self.cut_at = b""
        self.is_heard = False
        # How often that is let pass before, and how often the line was cut so far.
        self.spares = 0
        self.cuts = 0
        # Open, and nothing comes through any more.
        self.dead = False
        # Whether the next answer to IDLE is held back until a mail is told of, so that both come in one piece.
        self.joins = False
        self._held: bytes | None = None
        self._answered = threading.Event()
        self._mute = False
        self.connections = 0
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection at once."""
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open = []

    def close(self) -> None:
        """Take the wire away."""
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(("127.0.0.1", self.to)) as server:
            self._open += [client, server]
            back = threading.Thread(target=self._carry, args=(server, client, False), daemon=True)
            back.start()
            self._carry(client, server, True)
            back.join()

    def _carry(self, source: socket.socket, target: socket.socket, from_client: bool) -> None:
        with suppress(OSError):
            while said := source.recv(65_536):
                if from_client and self._is_cut_at(said):
                    self._mute = self.is_heard
                    if self.is_heard:
                        self._answered.clear()
                        target.sendall(said)
                        self._answered.wait(10)
                    self.cut()
                    self.cuts += 1
                    self._mute = False
                elif self._mute and not from_client:
                    self._answered.set()
                elif not self.dead:
                    target.sendall(self._joined(said, from_client))
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _is_cut_at(self, said: bytes) -> bool:
        if not self.cut_at or self.cut_at not in said:
            return False
        self.spares -= 1
        return self.spares < 0

    def _joined(self, said: bytes, from_client: bool) -> bytes:
        """Return what is passed on now."""
        if from_client:
            self._held = b"" if self.joins and b" IDLE" in said else self._held
        elif self._held is not None:
            self._held += said
            if b"EXISTS" not in self._held:
                return b""
            said, self._held, self.joins = self._held, None, False
        return said
