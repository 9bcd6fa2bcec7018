"""People at their browsers, and the ledger of what they meant to say and what was acknowledged."""

from __future__ import annotations

import hashlib
import http.client
import random
import re
import threading
import time
import uuid
from collections import Counter
from typing import Any, ClassVar

from bench import clients
from bench.cluster import Cluster

# How long somebody sends the same form again before they give up.
PATIENCE = 600.0
NO_ANSWER = 0
CASE = re.compile(r"^/cases/([A-Z0-9]+-\d+)/")
LINK = re.compile(r'href="/(?:desk/)?cases/([A-Z0-9]+-\d+)/')


class Line:
    """One browser's connection; it notes how long answers took and what was no answer."""

    def __init__(self, port: int, session: str) -> None:
        self.port = port
        self.cookie = {"Cookie": f"sessionid={session}; csrftoken={clients.CSRF}"}
        self.seconds: list[tuple[str, float]] = []
        self.wrong: Counter[str] = Counter()
        self.opened_anew = 0
        self._connection: http.client.HTTPConnection | None = None

    def get(self, kind: str, address: str) -> str:
        """Open a page. Returns what it says; nothing where no page came."""
        status, _where, text = self._ask(kind, "GET", address)
        if status not in (http.HTTPStatus.OK, NO_ANSWER):
            self.wrong[f"{kind}: {status}"] += 1
        return text if status == http.HTTPStatus.OK else ""

    def post(self, kind: str, address: str, said: dict[str, str], file: tuple[str, bytes] | None = None) -> str:
        """Send a form. Returns where the answer leads; nothing where it was refused, or no answer came."""
        mark = uuid.uuid4().hex
        fields = {**said, "csrfmiddlewaretoken": clients.CSRF}
        parts = [_part(mark, f'name="{name}"', value.encode()) for name, value in fields.items()]
        if file is not None:
            parts.append(_part(mark, f'name="files"; filename="{file[0]}"\r\nContent-Type: text/plain', file[1]))
        body = b"".join([*parts, f"--{mark}--\r\n".encode()])
        status, where, _text = self._ask(kind, "POST", address, body, f"multipart/form-data; boundary={mark}")
        if status not in (http.HTTPStatus.FOUND, NO_ANSWER):
            self.wrong[f"{kind}: {status}"] += 1
        return where if status == http.HTTPStatus.FOUND else ""

    def _ask(self, kind: str, method: str, address: str, body: bytes | None = None, content: str = "") -> Any:
        headers = self.cookie | ({"Content-Type": content} if content else {})
        began, kept = time.monotonic(), self._connection is not None
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=clients.PATIENCE)
            self._connection.request(method, address, body, headers)
            answer = self._connection.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as trouble:
            self._connection = None
            if kept and isinstance(trouble, ConnectionError):
                # It was closed meanwhile, for want of anything said or with its worker: browsers open another.
                self.opened_anew += 1
                return self._ask(kind, method, address, body, content)
            self.wrong[f"{kind}: {type(trouble).__name__} after {time.monotonic() - began:.0f} s"] += 1
            return NO_ANSWER, "", ""
        self.seconds.append((kind, time.monotonic() - began))
        return answer.status, answer.headers.get("Location", ""), text


def _part(mark: str, name: str, value: bytes) -> bytes:
    return f"--{mark}\r\nContent-Disposition: form-data; {name}\r\n\r\n".encode() + value + b"\r\n"


class Person:
    """A partner, a specialist or a manager, by dice."""

    def __init__(self, name: str, kind: str, line: Line, ledger: Ledger, dice: random.Random, *, partner: str) -> None:
        self.name, self.kind, self.line, self.ledger, self.dice, self.partner = name, kind, line, ledger, dice, partner

    def work(self, *, until: float, pause: float) -> None:
        """Do one thing after another, with pauses."""
        time.sleep(self.dice.random() * pause)
        while time.monotonic() < until:
            getattr(self, f"_one_of_{self.kind}")()
            time.sleep(self.dice.random() * 2 * pause)

    def submit_many(self, count: int) -> None:
        """Log one case after another."""
        for _ in range(count):
            self.submit()

    def submit(self) -> None:
        """Log a case with a file, by one form, until it is acknowledged."""
        title, file = self.ledger.intend_case(self.name)
        said = {
            "submission_key": str(uuid.uuid4()),
            "partner": self.partner,
            "title": title,
            "explanation": f"What happens in {title}.",
            "effect": "One customer's file server is down.",
            "severity": str(self.dice.choice([2, 3, 4])),
            "contact_email": "contact@bench.example",
            "preferred_method": "either",
        }
        ends_at = time.monotonic() + PATIENCE
        while time.monotonic() < ends_at:
            found = CASE.match(self.line.post("submit", "/cases/new/", said, ("agent.log", file)))
            if found is not None:
                self.ledger.acknowledge_case(title, found[1])
                return
            time.sleep(0.1)

    def _one_of_contacts(self) -> None:
        choice = self.dice.random()
        if choice < 0.1:
            self.line.get("form", "/cases/new/")
            self.submit()
            return
        page = self.line.get("home", "/")
        case = self._case_on(page)
        page = self.line.get("case, partner", f"/cases/{case}/") if case and choice < 0.6 else ""
        # A closed case takes no reply.
        if choice < 0.25 and f"/cases/{case}/reply/" in page:
            self._reply("reply, partner", f"/cases/{case}/reply/")

    def _one_of_specialists(self) -> None:
        case = self._case_on(self.line.get("queue", "/desk/"))
        if case:
            self.line.get("case", f"/desk/cases/{case}/")
            if self.dice.random() < 0.3:
                self._reply("reply", f"/desk/cases/{case}/reply/")
        if self.dice.random() < 0.2:
            self.line.get("search", "/desk/?q=backup")

    def _one_of_managers(self) -> None:
        self.line.get("manager", "/manager/")

    def _case_on(self, page: str) -> str:
        found = LINK.findall(page)
        return self.dice.choice(found) if found else ""

    def _reply(self, kind: str, address: str) -> None:
        said = {"submission_key": str(uuid.uuid4()), "body": self.ledger.intend_word(self.name)}
        if self.line.post(kind, address, said):
            self.ledger.acknowledge_word(said["body"])


class Ledger:
    """What was meant, what was acknowledged, and what the database and the mail server hold of it."""

    # Counts that are no fault: how much there was, and mails that went twice and say that they may have.
    MAY_BE: ClassVar = {
        "cases acknowledged",
        "words acknowledged",
        "mails that left",
        "mails that say they may be double",
    }

    def __init__(self, run: str) -> None:
        self.run = run
        self.files: dict[str, bytes] = {}
        self.cases: dict[str, str] = {}
        self.words: set[str] = set()
        self.meant: set[str] = set()
        self._lock = threading.Lock()

    @property
    def done(self) -> int:
        """How many cases were acknowledged."""
        return len(self.cases)

    def intend_case(self, name: str) -> tuple[str, bytes]:
        """Note a case that is about to be sent. Returns its title and its file."""
        with self._lock:
            title = f"{self.run} case {len(self.files)}"
            self.files[title] = f"{title} of {name}\n".encode() * 50
        return title, self.files[title]

    def acknowledge_case(self, title: str, reference: str) -> None:
        """Note what was answered."""
        self.cases[title] = reference

    def intend_word(self, name: str) -> str:
        """Note a word that is about to be said."""
        with self._lock:
            word = f"{self.run} word {len(self.meant)} of {name}"
            self.meant.add(word)
        return word

    def acknowledge_word(self, word: str) -> None:
        """Note that it was taken."""
        self.words.add(word)

    def judge(self, cluster: Cluster, database: str, taken: list[tuple[str, str]]) -> dict[str, int]:
        """Put all of it side by side, by SQL that shares no code with the product. Returns the counts."""
        like = [f"{self.run}%"]
        with cluster.cursor(database) as cursor:
            cursor.execute(CASES, like)
            cases = cursor.fetchall()
            cursor.execute("SELECT body FROM cases_message WHERE body LIKE %s", like)
            words = Counter(body for (body,) in cursor.fetchall())
            cursor.execute(MAILS, like)
            mails = cursor.fetchall()
        titles = Counter(row[0] for row in cases)
        hashes = {title: hashlib.sha256(file).hexdigest() for title, file in self.files.items()}
        arrived = Counter(taken)
        sent = [(message_id, address, unsure) for message_id, address, state, unsure in mails if state == "sent"]
        twice = [unsure for message_id, address, unsure in sent if arrived[message_id, address] > 1]
        return {
            "cases acknowledged": len(self.cases),
            "words acknowledged": len(self.words),
            "mails that left": len(sent),
            "mails that may be double": sum(twice),
            "cases that nobody got an answer for": len(self.files) - len(self.cases),
            "cases lost": sum(titles[title] == 0 for title in self.cases),
            "cases doubled": sum(times > 1 for times in titles.values()),
            "cases under another number": sum(self.cases.get(row[0], row[1]) != row[1] for row in cases),
            "cases half made": sum(row[2:5] != (1, 1, 1) for row in cases),
            "cases with another file": sum(row[5] != [hashes[row[0]]] for row in cases),
            "words lost": sum(words[word] == 0 for word in self.words),
            "words doubled": sum(times > 1 for times in words.values()),
            "cases whose contact was not told": sum(row[6] == 0 for row in cases),
            "mails that did not leave": len(mails) - len(sent),
            "mails lost": sum(arrived[message_id, address] == 0 for message_id, address, _ in sent),
            "mails doubled without a word": len(twice) - sum(twice),
        }


# A case with how many it has of: its first event, its promise, its own receipt by mail; and its files.
CASES = """
    SELECT c.title, c.reference,
        (SELECT count(*) FROM cases_caseevent e WHERE e.case_id = c.id AND e.kind = 'case_logged' AND e.number = 1),
        (SELECT count(*) FROM cases_deadline d WHERE d.case_id = c.id AND d.kind = 'first_response'),
        (SELECT count(DISTINCT a.sha256) FROM cases_attachment a WHERE a.case_id = c.id),
        (SELECT array_agg(a.sha256) FROM cases_attachment a WHERE a.case_id = c.id),
        (SELECT count(*) FROM notifications_outgoingmail o WHERE o.case_id = c.id AND o.kind = 'case_received')
    FROM cases_case c WHERE c.title LIKE %s
"""
MAILS = """
    SELECT o.message_id, o.to_address, o.state, o.ambiguous FROM notifications_outgoingmail o
    JOIN cases_case c ON c.id = o.case_id WHERE c.title LIKE %s AND o.state <> 'held'
"""
