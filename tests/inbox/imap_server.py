"""A mailbox on loopback with as much IMAP as it takes to fetch mails, mark them and move them, and to do it badly."""

import re
import socketserver
import threading
from datetime import datetime

from tests.servers import free_port


class Kept:
    """A mail on the server."""

    def __init__(self, uid: int, raw: bytes, received_at: datetime) -> None:
        self.uid, self.raw, self.received_at = uid, raw, received_at
        self.flags: set[str] = set()


class ImapServer:
    """The mailbox of `user`. Its switches make it a bad one."""

    user, password = "care@probax.io", "secret"

    def __init__(self) -> None:
        self.inbox: list[Kept] = []
        self.moved: list[Kept] = []
        self.folders = {"INBOX"}
        self.log: list[str] = []
        self.keeps_keywords = True
        self.moves = True
        # Hang up at the first command that begins so.
        self.hangs_up_at = ""
        self.port = free_port()
        self._server = _Server(("127.0.0.1", self.port), _Conversation)
        self._server.mailbox = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)

    def add(self, raw: bytes, received_at: datetime) -> None:
        """Let a mail come in."""
        uid = max([0, *(mail.uid for mail in [*self.inbox, *self.moved])]) + 1
        self.inbox.append(Kept(uid, raw, received_at))

    def renumber(self) -> None:
        """Change UIDVALIDITY: every mail gets another number, and the server forgets its marks."""
        self.inbox = [Kept(mail.uid + 1000, mail.raw, mail.received_at) for mail in [*self.inbox, *self.moved]]
        self.moved = []

    def by_uid(self, uid: str) -> Kept:
        """Return one mail."""
        return next(mail for mail in self.inbox if mail.uid == int(uid))


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    mailbox: ImapServer


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.say("* OK ready")
        for line in self.rfile:
            tag, _, rest = line.decode().strip().partition(" ")
            box = self.server.mailbox
            box.log.append(rest)
            if box.hangs_up_at and rest.startswith(box.hangs_up_at):
                return
            self.answer(tag, rest)
            if rest == "LOGOUT":
                return

    def answer(self, tag: str, asked: str) -> None:
        box = self.server.mailbox
        word, _, rest = asked.partition(" ")
        if word == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1" + (" MOVE" if box.moves else ""))
        elif word == "LOGIN" and rest != f'"{box.user}" "{box.password}"':
            self.say(f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials")
            return
        elif word == "SELECT":
            self.say(f"* {len(box.inbox)} EXISTS\r\n* OK [UIDVALIDITY 1]")
        elif word == "CREATE":
            box.folders.add(rest.strip('"'))
        elif word == "UID" and not self.act(rest):
            self.say(f"{tag} NO [TRYCREATE] cannot")
            return
        self.say(f"{tag} OK done")

    def act(self, asked: str) -> bool:
        """Do one command by UID; return whether it was done."""
        box = self.server.mailbox
        word, _, rest = asked.partition(" ")
        if word == "SEARCH":
            unwanted = re.findall(r"UNKEYWORD (\S+)", rest)
            found = [str(mail.uid) for mail in box.inbox if not mail.flags & {*unwanted, r"\Deleted"}]
            self.say(f"* SEARCH {' '.join(found)}".rstrip())
            return True
        uid, _, rest = rest.partition(" ")
        mail = box.by_uid(uid)
        if word == "FETCH":
            when = mail.received_at.strftime("%d-%b-%Y %H:%M:%S %z")
            self.wfile.write(f'* 1 FETCH (UID {uid} INTERNALDATE "{when}" BODY[]<0> {{{len(mail.raw)}}}\r\n'.encode())
            self.wfile.write(mail.raw + b")\r\n")
        elif word == "STORE":
            kept = set(re.findall(r"[\\\w]+", rest.partition("(")[2]))
            mail.flags |= kept if box.keeps_keywords else kept & {r"\Deleted"}
        elif word in ("MOVE", "COPY"):
            if rest.strip('"') not in box.folders:
                return False
            box.moved.append(mail)
            box.inbox.remove(mail)
        return True

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())
