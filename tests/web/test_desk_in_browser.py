"""The desk in Chromium: by keyboard alone, two people at one case, and without script."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.backends import Backend
from tests.portal import Portal, running

pytestmark = [pytest.mark.browser, pytest.mark.portal]

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
# What a page keeps or asks for by itself comes when it comes.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def portal(backend: Backend, portal_template: dict[str, str]) -> Iterator[Portal]:
    """The product with its demo, one for all: each test works at cases of its own."""
    with running(backend.fresh("desk-in-browser", portal_template), DEMO="True") as started:
        started.manage("load_demo")
        yield started


@contextmanager
def page_of(browser: Browser, portal: Portal, name: str, address: str, **context: object) -> Iterator[Page]:
    """A browser in which somebody of the staff is logged in, with nothing wrong in its console."""
    with closing(browser.new_context(**context)) as opened:  # type: ignore[arg-type]
        page = opened.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if is_wrong(message) else None)
        page.goto(f"{portal.url}/accounts/login/?next={address}")
        page.get_by_label("Email").fill(f"{name}@probax.example")
        page.get_by_label("Password", exact=True).fill("probax-demo-2026")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"**{address}")
        yield page
        assert wrong == []


def is_wrong(message: ConsoleMessage) -> bool:
    """Return whether a browser complains; that a form was refused is no complaint."""
    return message.type == "error" and "422" not in message.text


def look_at(page: Page) -> None:
    found = Axe().run(page, options=WCAG).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing is cut off at the side"


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_the_desk_is_worked_by_keyboard_alone(portal: Portal, chromium: Browser) -> None:
    with page_of(chromium, portal, "lena", "/desk/", viewport=DESKTOP) as page:
        press(page, "?")
        expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
        look_at(page)
        press(page, "Escape", "j", "j", "k", "j")
        second = page.locator("[data-list] tbody tr").nth(1)
        expect(second.locator(".queue__title a")).to_be_focused()
        # Two are chosen and get a note.
        press(page, "x", "j", "x")
        expect(page.get_by_text("2 chosen")).to_be_visible()
        look_at(page)
        press(page, "i")
        page.wait_for_url("**/desk/bulk/**")
        page.get_by_role("textbox", name="Internal note").focus()
        # Keys are letters while somebody types.
        page.keyboard.type("jj ask r")
        look_at(page)
        press(page, "Tab", "Enter")
        expect(page.get_by_text("2 cases are done.")).to_be_visible()
        look_at(page)


def test_search_leads_by_keyboard_from_case_to_case_and_back(portal: Portal, chromium: Browser) -> None:
    with page_of(chromium, portal, "lena", "/desk/my-day/", viewport=DESKTOP) as page:
        press(page, "g", "q")
        page.wait_for_url("**/desk/")
        press(page, "/")
        page.keyboard.type("backup")
        expect(page.locator("[data-list] mark").first).to_be_visible()
        look_at(page)
        # From case to case, an answer, and back to what was looked for.
        press(page, "Escape")
        expect(page.get_by_role("searchbox")).to_have_value("backup")
        press(page, "j", "Enter")
        page.wait_for_url("**/desk/cases/**")
        first = page.locator("h1").inner_text()
        press(page, "n")
        expect(page.locator("h1")).not_to_have_text(first)
        write_and_leave(page)
        press(page, "p")
        expect(page.locator("h1")).to_have_text(first)
        press(page, "n")
        expect(page.get_by_role("textbox", name="Your reply")).to_have_value("We restart it now.")
        press(page, "u")
        page.wait_for_url("**/desk/?*q=backup*")


def write_and_leave(page: Page) -> None:
    """Begin a reply and a note by keyboard, and send neither."""
    press(page, "r")
    expect(page.get_by_role("textbox", name="Your reply")).to_be_focused()
    page.keyboard.type("We restart it now.")
    expect(page.get_by_text("Draft kept")).to_be_visible()
    look_at(page)
    press(page, "Escape", "i")
    page.keyboard.type("@ma")
    press(page, "Enter")
    expect(page.get_by_role("textbox", name="Internal note")).to_have_value("@max.ortega ")
    press(page, "Escape")


def test_two_at_one_case_know_of_each_other(portal: Portal, chromium: Browser) -> None:
    case, reply = "/desk/cases/NWIT-2/", "Your reply"
    with (
        page_of(chromium, portal, "lena", case) as lena,
        page_of(chromium, portal, "max", case, viewport=PHONE) as other,
    ):
        other.get_by_role("textbox", name=reply).fill("I have it.")
        expect(other.get_by_text("Lena Fischer is looking at this case.")).to_be_visible()
        lena.get_by_role("textbox", name=reply).fill("I know this one.")
        expect(lena.get_by_text("Max Ortega is writing.")).to_be_visible()
        look_at(other)
        other.get_by_role("button", name="Send reply").click()
        expect(other.get_by_text("Your reply is on its way.")).to_be_visible()
        lena.get_by_role("button", name="Send reply").click()
        expect(lena.get_by_role("alert").get_by_text("Max Ortega wrote meanwhile.")).to_be_visible()
        expect(lena.get_by_role("textbox", name=reply)).to_have_value("I know this one.")
        lena.get_by_role("button", name="Send reply").click()
        expect(lena.get_by_text("Your reply is on its way.")).to_be_visible()


def test_the_queue_announces_changes_and_moves_nothing(portal: Portal, chromium: Browser) -> None:
    with page_of(chromium, portal, "lena", "/desk/") as lena, page_of(chromium, portal, "max", "/desk/") as other:
        rows = lena.locator("[data-row]").evaluate_all("rows => rows.map((row) => row.dataset.row)")
        other.goto(f"{portal.url}/desk/cases/NWIT-3/")
        other.get_by_role("button", name="Take it", exact=True).last.click()
        expect(other.get_by_text("The case is yours.")).to_be_visible()
        lena.locator("#pick-NWIT-4").check()
        # Coming back to the page asks at once.
        lena.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        news = lena.get_by_role("button", name="1 change, show it")
        expect(news).to_be_visible()
        assert lena.locator("[data-row]").evaluate_all("rows => rows.map((row) => row.dataset.row)") == rows
        look_at(lena)
        news.click()
        expect(lena.locator("tr", has_text="NWIT-3").locator(".queue__who")).to_have_text(re.compile("Max Ortega"))
        expect(lena.locator("#pick-NWIT-4")).to_be_checked()
        expect(news).to_be_hidden()


def test_without_script_everything_is_a_form(portal: Portal, chromium: Browser) -> None:
    with page_of(chromium, portal, "max", "/desk/", java_script_enabled=False) as page:
        page.get_by_label("Search").fill("backup")
        page.get_by_role("button", name="Search").click()
        page.locator("summary", has_text="Save this view").click()
        page.get_by_label("Name").fill("Backups")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("link", name="Backups")).to_have_attribute("aria-current", "page")
        page.locator("summary", has_text="Filter").click()
        page.get_by_role("link", name="Choose filters").click()
        page.get_by_label("Severity").select_option("3")
        page.get_by_role("button", name="Show").click()
        page.get_by_label("Choose NWIT-2").check()
        page.get_by_role("button", name="Assign", exact=True).click()
        page.get_by_label("Assigned to").select_option(label="Max Ortega")
        page.get_by_role("button", name="Assign them").click()
        page.get_by_role("link", name="Agent on SQL-04").click()
        page.get_by_role("textbox", name="Your reply").fill("Half a sen")
        page.get_by_role("button", name="Keep as a draft").first.click()
        expect(page.get_by_role("textbox", name="Your reply")).to_have_value("Half a sen")


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")])
def test_everybody_can_read_the_desk(portal: Portal, chromium: Browser, size: dict[str, int], scheme: str) -> None:
    addresses = ["/desk/my-day/", "/desk/?q=backup&severity=3", "/desk/filters/", "/desk/views/", "/desk/cases/NWIT-2/"]
    addresses += ["/account/", "/desk/bulk/?act=reply&case=NWIT-2&case=NWIT-3", "/desk/cases/?q=backup"]
    with page_of(chromium, portal, "lena", "/desk/", viewport=size, color_scheme=scheme) as page:
        page.locator("summary", has_text="Columns and order").click()
        look_at(page)
        for address in addresses:
            page.goto(portal.url + address)
            look_at(page)
