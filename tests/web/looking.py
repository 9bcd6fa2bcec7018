"""What is wrong with a page that a browser shows: to axe, on a phone, in its console."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.journeys.main_job import PASSWORD
from tests.portal import Portal

PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
# WCAG 2.2 at level AA; the size of what is tapped is not looked at unless asked for.
WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"


@contextmanager
def page_of(
    browser: Browser,
    portal: Portal,
    email: str,
    address: str = "/",
    *,
    complaints: list[str] | None = None,
    **context: object,
) -> Iterator[Page]:
    """A browser in which somebody of the demo is logged in. At its end its console must be clean.

    With `complaints`, what the console says goes there instead, each with its page.
    """
    wrong: list[str] = [] if complaints is None else complaints
    with closing(browser.new_context(**context)) as opened:  # type: ignore[arg-type]
        page = opened.new_page()
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: wrong.append(f"{page.url}: {said.text} ({said.location['url']})") if is_wrong(said) else None,
        )
        page.goto(f"{portal.url}/accounts/login/?next={address}")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{portal.url}{address}" if address != "/" else lambda there: "/accounts/login/" not in there)
        yield page
    assert complaints is not None or wrong == []


def is_wrong(message: ConsoleMessage) -> bool:
    """Return whether a browser complains, of its content policy too; that a form was refused is no complaint."""
    return message.type == "error" and "422" not in message.text


def what_is_wrong(page: Page) -> list[str]:
    """Return what axe finds, and whether the page is wider than its window."""
    wider = page.evaluate(OVERFLOW)
    found = Axe().run(page, options=WCAG).response["violations"]
    return ([f"is {wider} px wider than its window"] if wider > 0 else []) + [
        f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"][:3]
    ]
