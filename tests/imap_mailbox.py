"""A mailbox on loopback that speaks as much IMAP as a program needs to log in and to look for a mail by its subject.

What is in it is what an `SmtpSink` received for one address.
"""

import re
import socketserver
import threading

from tests.servers import free_port
from tests.smtp_sink import SmtpSink


class ImapMailbox:
    """The mailbox of `user`. It holds nothing back unless `delivers` is False; `log` is what it was asked."""

    def __init__(self, sink: SmtpSink, *, user: str, password: str) -> None:
        self.sink = sink
        self.user = user
        self.password = password
        self.delivers = True
        self.log: list[str] = []
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

    def found(self, words: str) -> str:
        """Return the numbers of the mails whose subject holds `words`."""
        if not self.delivers:
            return ""
        mails = [mail for mail in self.sink.received if mail.recipient.casefold() == self.user]
        return " ".join(str(number) for number, mail in enumerate(mails, 1) if words in mail.subject)


def unquoted(line: str) -> list[str]:
    """Return the strings of a line, each in quotes where a backslash keeps the next letter as it is."""
    return [re.sub(r"\\(.)", r"\1", text) for text in re.findall(r'"((?:[^"\\]|\\.)*)"', line)]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    mailbox: ImapMailbox


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.say("* OK ready")
        for line in self.rfile:
            tag, _, rest = line.decode().strip().partition(" ")
            self.server.mailbox.log.append(rest)
            self.answer(tag, rest)
            if rest == "LOGOUT":
                return

    def answer(self, tag: str, asked: str) -> None:
        mailbox = self.server.mailbox
        word, _, rest = asked.partition(" ")
        if word == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        elif word == "LOGIN" and unquoted(rest) != [mailbox.user, mailbox.password]:
            self.say(f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials")
            return
        elif word == "EXAMINE":
            self.say("* 0 EXISTS")
        elif word == "SEARCH":
            wanted = re.search('SUBJECT "([^"]+)"', rest)
            assert wanted is not None
            self.say(f"* SEARCH {mailbox.found(wanted[1])}".rstrip())
        self.say(f"{tag} OK done")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())
