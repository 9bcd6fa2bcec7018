"""The partner's portal in Chromium: by keyboard alone to the desk and back, without script, and far from the desk."""

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.backends import Backend
from tests.journeys.main_job import LENA, PRIYA, ZOE
from tests.portal import Portal, running
from tests.web.looking import DESKTOP, PHONE, page_of, what_is_wrong

pytestmark = [pytest.mark.browser, pytest.mark.portal]

OMAR = "omar@northwind.example"
# What a page keeps or asks for by itself comes when it comes.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def portal(backend: Backend, portal_template: dict[str, str]) -> Iterator[Portal]:
    """The product with its demo, one for all: each test works at cases of its own."""
    with running(backend.fresh("portal-in-browser", portal_template), DEMO="True") as started:
        started.manage("load_demo")
        yield started


def tab_to(there: Locator) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(60):
        there.page.keyboard.press("Tab")
        if there.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"The Tab key does not lead to {there}")


def type_into(field: Locator, words: str) -> None:
    tab_to(field)
    field.page.keyboard.type(words)


def press_on(there: Locator) -> None:
    tab_to(there)
    there.page.keyboard.press("Enter")


def test_a_case_is_logged_answered_and_closed_by_keyboard_alone(portal: Portal, chromium: Browser) -> None:
    with (
        page_of(chromium, portal, OMAR, viewport=DESKTOP) as omar,
        page_of(chromium, portal, LENA, "/desk/", viewport=DESKTOP) as lena,
    ):
        log_case_by_keyboard(omar)
        reply_by_keyboard(omar)
        answer_by_keyboard(lena)
        close_by_keyboard(omar)


def log_case_by_keyboard(page: Page) -> None:
    press_on(page.get_by_role("link", name="Log a case").first)
    page.wait_for_url("**/cases/new/")
    type_into(page.get_by_label("Title"), "Tape library is offline")
    tab_to(page.get_by_role("radio").first)
    # A radio group is one stop of the Tab key; arrows choose in it.
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    type_into(page.get_by_label("What happens?"), "The library answers no command since noon.")
    type_into(page.get_by_label("What does it affect?"), "No copy leaves the house.")
    press_on(page.get_by_role("button", name="Send the case"))
    page.wait_for_url(re.compile(r"/cases/NWIT-\d+/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Tape library is offline")
    expect(page.locator(".case-head")).to_contain_text("Severity 3")
    assert what_is_wrong(page) == []


def answer_by_keyboard(page: Page) -> None:
    """Find the case in the queue, go to it with the key that means a reply, and send one."""
    page.keyboard.press("/")
    page.keyboard.type("Tape library")
    page.keyboard.press("Enter")
    expect(page.locator("[data-list] tbody tr")).to_have_count(1)
    for key in ("Escape", "j", "r"):
        page.keyboard.press(key)
    expect(page.get_by_role("textbox", name="Your reply")).to_be_focused()
    expect(page.get_by_text("It beeps, too.")).to_be_visible()
    page.keyboard.type("Please power it off and on again.")
    press_on(page.get_by_role("button", name="Send reply"))
    expect(page.get_by_text("Your reply is on its way.")).to_be_visible()
    assert what_is_wrong(page) == []


def reply_by_keyboard(page: Page) -> None:
    type_into(page.get_by_label("Your reply"), "It beeps, too.")
    press_on(page.get_by_role("button", name="Send reply"))
    expect(page.get_by_text("Your reply is with us.")).to_be_visible()
    assert what_is_wrong(page) == []


def close_by_keyboard(page: Page) -> None:
    press_on(page.locator("summary", has_text="It is solved"))
    type_into(page.get_by_label("What solved it?"), "It was powered off and on.")
    press_on(page.get_by_role("button", name="Close the case"))
    expect(page.get_by_role("heading", name="This case is closed")).to_be_visible()
    assert what_is_wrong(page) == []


def test_without_script_a_case_is_logged_answered_and_closed(portal: Portal, chromium: Browser) -> None:
    with page_of(chromium, portal, PRIYA, "/cases/new/", viewport=PHONE, java_script_enabled=False) as page:
        page.get_by_label("What happens?").fill("The mail of last night's jobs is empty.")
        page.get_by_label("What does it affect?").fill("We look at each job by hand.")
        page.get_by_role("radio").nth(3).check()
        page.get_by_role("button", name="Send the case").click()
        expect(page.get_by_text("Give the case a title.").first).to_be_visible()
        expect(page.get_by_label("What happens?")).to_have_value("The mail of last night's jobs is empty.")
        page.get_by_label("Title").fill("Mail of last night is empty")
        page.get_by_role("button", name="Send the case").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Mail of last night is empty")
        page.get_by_text("Why this time?").click()
        expect(page.locator("svg.sla-strip")).to_be_visible()
        page.get_by_label("Your reply").fill("It has a subject, by the way.")
        page.get_by_role("button", name="Send reply").click()
        expect(page.get_by_text("It has a subject, by the way.")).to_be_visible()
        page.locator("summary", has_text="It is solved").click()
        page.get_by_label("What solved it?").fill("The template was empty.")
        page.get_by_role("button", name="Close the case").click()
        expect(page.get_by_role("heading", name="This case is closed")).to_be_visible()


def test_a_reader_in_perth_reads_times_of_a_new_york_desk_in_both_zones(portal: Portal, chromium: Browser) -> None:
    with page_of(chromium, portal, ZOE, "/account/", viewport=PHONE, timezone_id="Asia/Tokyo") as page:
        page.get_by_label("Time zone").select_option("Australia/Perth")
        page.get_by_role("button", name="Save", exact=True).first.click()
        page.goto(f"{portal.url}/cases/new/")
        page.get_by_label("Title").fill("Two reports disagree")
        page.get_by_label("What happens?").fill("One counts 31 tenants, the other 30.")
        page.get_by_label("What does it affect?").fill("The invoice.")
        page.get_by_role("radio").nth(2).check()
        # The card promised, at the desk's clock too, what the case then keeps.
        card = page.locator(".sev-card").nth(2)
        assert_in_both_zones(card.locator("time"), card.locator(".sev-card__due"))
        page.get_by_role("button", name="Send the case").click()
        page.wait_for_url(re.compile(r"/cases/BHMS-\d+/"))
        promise = page.get_by_label("Promise")
        due = promise.locator("time.when").first
        assert_in_both_zones(due, promise)
        assert what_is_wrong(page) == []
        page.goto(portal.url)
        expect(page.get_by_text("Times are shown in your zone, Perth.")).to_be_visible()


def assert_in_both_zones(instant: Locator, around: Locator) -> None:
    """Compare what is written with the instant itself, which stands in the page for machines."""
    at = datetime.fromisoformat(instant.get_attribute("datetime") or "")
    perth, new_york = (f"{at.astimezone(ZoneInfo(zone)):%H:%M}" for zone in ("Australia/Perth", "America/New_York"))
    expect(instant).to_have_text(re.compile(rf"{perth} Perth$"))
    expect(around).to_contain_text(f"{new_york} New York")
