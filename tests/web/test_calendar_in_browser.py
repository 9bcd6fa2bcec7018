"""The manager's calendar in Chromium: with and without script, wide and narrow, and readable by everybody."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.portal import Portal

pytestmark = [pytest.mark.browser, pytest.mark.portal]

# WCAG 2.2 at level AA; the size of what is tapped is not looked at unless asked for.
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 800}


@pytest.fixture
def portal(serve: Callable[..., Portal]) -> Portal:
    """The product with its demo."""
    started = serve(DEMO="True")
    started.manage("load_demo")
    return started


def next_tuesday() -> date:
    """Return a day that is open at both desks, some weeks ahead: the second Tuesday of the coming August."""
    today = datetime.now(UTC).date()
    august = date(today.year + (today.month > 7), 8, 8)
    return august + timedelta(days=(1 - august.weekday()) % 7)


def log_in(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/accounts/login/?next=/manager/calendar/")
    page.get_by_label("Email").fill("ruth@probax.example")
    page.get_by_label("Password", exact=True).fill("probax-demo-2026")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Calendar")


def ask_for(page: Page, day: date) -> None:
    """Fill the form on the calendar and go to the preview."""
    page.get_by_text("Close or open a day").click()
    page.get_by_label("Desk").select_option("au")
    page.get_by_label("Day", exact=True).fill(day.isoformat())
    page.get_by_label("Why?").fill("Office move")
    page.get_by_role("button", name="See what it would move").click()


def assert_readable(page: Page) -> None:
    found = Axe().run(page, options=WCAG).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing is cut off at the side"


def test_everybody_can_read_it(portal: Portal, chromium: Browser) -> None:
    # Between them these have every colour and every layout.
    for size, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
        with closing(chromium.new_context(viewport=size, color_scheme=scheme)) as context:  # type: ignore[arg-type]
            page = context.new_page()
            log_in(page, portal)
            assert_readable(page)
            assert_focus_names_the_day(page)
            ask_for(page, next_tuesday())
            assert_readable(page)


def assert_focus_names_the_day(page: Page) -> None:
    day = page.locator(".month a.mark").first
    hidden = day.locator(".tip").bounding_box()
    day.focus()
    shown = day.locator(".tip").bounding_box()
    assert hidden is not None
    assert shown is not None
    assert hidden["width"] <= 1 < 100 < shown["width"]


def test_a_day_is_closed_once_however_often_the_button_is_pressed(portal: Portal, chromium: Browser) -> None:
    for script, day in ((True, next_tuesday()), (False, next_tuesday() + timedelta(days=7))):
        with closing(chromium.new_context(viewport=DESKTOP, java_script_enabled=script)) as context:  # type: ignore[arg-type]
            page = context.new_page()
            log_in(page, portal)
            ask_for(page, day)
            expect(page.get_by_role("heading", level=1)).to_contain_text("Close the Australia desk on Tuesday")
            expect(page.get_by_text("No open promise would move")).to_be_visible()
            page.get_by_role("button", name="Change the day").dblclick()
            expect(page.get_by_text("The Australia desk is closed on Tue")).to_be_visible()
            expect(page.locator(f"#au-{day.isoformat()}")).to_contain_text("Closed by a manager · Ruth Adeyemi")
    changes = portal.manage("shell", "-v", "0", "-c", "from sla.models import *; print(HolidayChange.objects.count())")
    assert changes.strip() == "2"
