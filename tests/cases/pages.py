"""A page as a browser has it: its forms with what stands in their fields, its links, what it says."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client

from cases.models import User

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER", "TRUNCATE")


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Let the doors read `moment` from the clock."""
    with time_machine.travel(moment, tick=False):
        yield


def browser_of(person: User, moment: datetime) -> Client:
    """Return a browser in which `person` logged in at `moment`."""
    browser = Client()
    with clock_at(moment):
        browser.force_login(person, backend="cases.web.accounts.PersonBackend")
        # As allauth notes each login.
        key = browser.cookies[settings.SESSION_COOKIE_NAME].value
        UserSession.objects.create(user=person, session_key=key, ip="127.0.0.1", user_agent="A browser")
    return browser


@contextmanager
def nothing_is_written() -> Iterator[None]:
    """Fail on any statement that writes."""

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        writes = sql.lstrip().upper().startswith(WRITES) or "planned_write" in sql
        assert not writes, f"this wrote: {sql}"
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield


def get(browser: Client, address: str, when: datetime, **headers: Any) -> Any:
    """Open a page at a moment."""
    with clock_at(when):
        return browser.get(address, **headers)


def post(browser: Client, address: str, said: dict[str, Any], when: datetime) -> Any:
    """Send a form at a moment."""
    with clock_at(when):
        return browser.post(address, said)


def read(response: Any) -> bytes:
    """Read an answer to its end, as a browser does; a file is closed by it."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def html_of(response: HttpResponseBase) -> str:
    """Return the text of a page."""
    return str(response.content.decode())  # type: ignore[attr-defined]


def words_of(response: HttpResponseBase) -> str:
    """Return what a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", html_of(response)).split())


def links_of(response: HttpResponseBase) -> list[str]:
    """Return where the links of a page lead, in their order."""
    return [html.unescape(address) for address in re.findall(r'<a [^>]*href="([^"]*)"', html_of(response))]


def forms_of(response: HttpResponseBase) -> dict[str, dict[str, str]]:
    """Return the forms of a page by their address ("" is the page's own), each with what a browser would send."""
    reader = _Reader()
    reader.feed(html_of(response))
    return reader.forms


def typed_in(response: HttpResponseBase, action: str = "") -> dict[str, str]:
    """Return what stands in the fields of one form, without the tokens of the page."""
    form = forms_of(response)[action]
    return {name: value for name, value in form.items() if name != "csrfmiddlewaretoken"}


def beside(response: HttpResponseBase, field: str) -> str:
    """Return the message that stands beside a field; empty if there is none."""
    found = re.search(rf'id="[^"]*{field}_error"[^>]*>(.*?)</div>', html_of(response), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


class _Reader(HTMLParser):
    """Collects what a browser would send from each form."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self._form: dict[str, str] = {}
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value") or ""
        if tag == "form":
            self._form = self.forms.setdefault(found.get("action") or "", {})
        elif tag == "input" and name and self._is_sent(found):
            self._form[name] = value or ("on" if found.get("type") == "checkbox" else "")
        elif tag == "textarea":
            self._area = name
            self._form[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in found or self._select not in self._form):
            self._form[self._select] = value

    def _is_sent(self, found: dict[str, str | None]) -> bool:
        kind = found.get("type") or "text"
        return kind not in ("file", "submit", "button") and (kind not in ("radio", "checkbox") or "checked" in found)

    def handle_data(self, data: str) -> None:
        if self._area:
            self._form[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # A browser drops the first line break of a text area.
            self._form[self._area] = self._form[self._area].removeprefix("\n")
            self._area = ""
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._form = {}
