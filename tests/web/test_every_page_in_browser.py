"""Every kind of page in Chromium, as each role: readable by everybody, quiet on the console, no wider than a phone."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.portal import Portal
from tests.web.crawl import address_of, kind_of
from tests.web.looking import DESKTOP, PHONE, page_of, what_is_wrong
from tests.web.test_every_page import ROLES

pytestmark = [pytest.mark.browser, pytest.mark.portal]

# What is folded away is a state of the page too.
UNFOLD = "() => document.querySelectorAll('main details').forEach(one => { one.open = true })"
LINKS = "() => [...document.querySelectorAll('a[href]:not([download])')].map(a => a.href)"


def test_every_kind_of_page_can_be_read_by_everybody(serve: Callable[..., Portal], chromium: Browser) -> None:
    portal = serve(DEMO="True")
    portal.manage("load_demo")
    wrongs: list[str] = []
    # What one of a workplace was shown is not looked at again as another.
    seen: dict[str, set[str]] = {"staff": set(), "partner": set()}
    for role, email in ROLES.items():
        side = "staff" if email.endswith("@probax.example") else "partner"
        first = ["/", "/design/"] if role == "specialist" else ["/"]
        # Colours that still change are none to judge by.
        with page_of(chromium, portal, email, complaints=wrongs, reduced_motion="reduce") as page:
            for address in walk(page, portal, first, seen[side]):
                wrongs += [f"{role}, {address}: {wrong}" for wrong in by_night_and_by_day(page)]
    assert len(seen["staff"]) > 40
    assert len(seen["partner"]) > 12
    assert not wrongs, "\n".join(wrongs)


def walk(page: Page, portal: Portal, first: list[str], seen: set[str]) -> Iterator[str]:
    """Open `first` and one page of each kind that links lead to and that is not yet in `seen`."""
    waiting = list(first)
    seen.update(map(kind_of, first))
    while waiting:
        address = waiting.pop(0)
        if not opens(page, portal.url + address):
            continue
        yield address
        for link in page.evaluate(LINKS) if leads_on(address) else []:
            found = address_of(link, of_page=page.url)
            if found and kind_of(found) not in seen:
                seen.add(kind_of(found))
                waiting.append(found)


def leads_on(address: str) -> bool:
    """Return whether the links of a page are the reader's: the design's are made up, a mail's are its recipient's."""
    return address != "/design/" and re.match(r"/desk/mail/\d", address) is None


def opens(page: Page, address: str) -> bool:
    """Go to an address; return whether it is a page and not a file."""
    try:
        answer = page.goto(address)
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        return False
    assert answer is not None
    return answer.headers.get("content-type", "").startswith("text/html")


def by_night_and_by_day(page: Page) -> list[str]:
    """Return what is wrong with a page as it is now, by night on a phone and by day on a desk."""
    page.evaluate(UNFOLD)
    wrongs = []
    for size, scheme in ((PHONE, "dark"), (DESKTOP, "light")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        wrongs += [f"{scheme}, {wrong}" for wrong in what_is_wrong(page)]
    return wrongs
