"""A walk through the product as a person: every page that links lead to, one of each kind."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

# Of pages with the same name this many are opened, each with other words in its address.
OF_A_KIND = 6
FOR_MACHINES = ("script", "style", "code", "pre")
SPOKEN = ("title", "aria-label", "alt", "placeholder")
# A way out, Django's administration and the API's description, which have their tests, and what takes seconds to print.
NOT_WALKED = re.compile(r"^/(accounts/logout|admin|api)/|[./]pdf\b")


@dataclass(frozen=True)
class Opened:
    """A page as it came: its address, what it took, and what it says."""

    address: str
    status: int
    queries: int
    size: int
    page: "Page | None"


class Page(HTMLParser):
    """The outline of a page, and what it says, text by text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.texts: list[str] = []
        self.headings = 0
        self.language = self.title = ""
        self._in_title = False
        self._for_machines = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.headings += tag == "h1"
        # A drawing has a title too; the page's comes first.
        self._in_title = tag == "title" and not self.title
        if tag == "html":
            self.language = found.get("lang") or ""
        self._for_machines += tag in FOR_MACHINES
        self.texts += [value for name, value in attrs if value and name in SPOKEN]
        if tag == "a":
            self.links.append(found.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        self._for_machines -= tag in FOR_MACHINES

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data.strip()
        if not self._for_machines and data.strip():
            self.texts.append(" ".join(data.split()))


def walk(browser: Client, home: str = "/") -> Iterator[Opened]:
    """Open `home` and whatever it leads to, breadth first."""
    waiting, known, kinds = [home], {home}, Counter[str]()
    while waiting:
        address = waiting.pop(0)
        opened, links = _open(browser, address)
        yield opened
        for link in links:
            found = address_of(link, of_page=address)
            if found and found not in known:
                known.add(found)
                kinds[kind_of(found)] += 1
                if kinds[kind_of(found)] <= OF_A_KIND:
                    waiting.append(found)


def _open(browser: Client, address: str) -> tuple[Opened, list[str]]:
    with CaptureQueriesContext(connection) as asked:
        response: Any = browser.get(address)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    is_page = response.headers.get("Content-Type", "").startswith("text/html") and response.status_code == 200
    page = Page(body.decode()) if is_page else None
    links = [response.headers["Location"]] if response.status_code in (301, 302) else page.links if page else []
    return Opened(address, response.status_code, len(asked), len(body), page), links


def address_of(link: str, *, of_page: str) -> str:
    """Return where a link leads, without host and fragment; empty for a way out of what is walked."""
    there, here = urlsplit(urldefrag(urljoin(of_page, link))[0]), urlsplit(of_page)
    if (there.scheme, there.netloc) != (here.scheme, here.netloc) or NOT_WALKED.search(there.path):
        return ""
    return f"{there.path}?{there.query}" if there.query else there.path


def kind_of(address: str) -> str:
    """Return the pattern that an address follows."""
    return resolve(urlsplit(address).path).route
