"""Diagnostics and large files in Chromium: progress, a dropped connection, wide and narrow, readable by everybody."""

import os
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.portal import Portal

pytestmark = [pytest.mark.browser, pytest.mark.portal, pytest.mark.clause("P7.1", "P12.1")]

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
MOMENTS = """
from datetime import timedelta
from django.utils import timezone
from cases import actions
from cases.models import Case, User
now = timezone.now()
lena = User.objects.get(email="lena@probax.example")
case = Case.objects.filter(contact__email="priya@northwind.example").exclude(status="closed").latest("pk")
actions.ask_for_session(case_id=case.pk, purpose="Look at the services on FS-01.", actor=lena, now=now)
actions.ask_for_cloud_consent(case_id=case.pk, action="Copy 40 GB out of your bucket.", actor=lena, now=now)
actions.ask_for_diagnostics(
    case_id=case.pk, wanted="The agent's log of FS-01 and a memory dump.", wanted_by=now + timedelta(days=1),
    actor=lena, now=now)
print(case.reference)
"""


@pytest.fixture
def portal(serve: Callable[..., Portal]) -> Portal:
    """The product with its demo."""
    started = serve(DEMO="True")
    started.manage("load_demo")
    return started


@pytest.fixture
def reference(portal: Portal) -> str:
    """The case in which everything is asked of Priya."""
    return portal.manage("shell", "--no-imports", "-c", MOMENTS).strip().splitlines()[-1]


def log_in(page: Page, portal: Portal, email: str, address: str) -> None:
    page.goto(f"{portal.url}/accounts/login/?next={address}")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill("probax-demo-2026")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"**{address}")


def look_at(page: Page, name: str) -> None:
    """Check what everybody needs, and keep a picture where one is asked for."""
    if folder := os.environ.get("PICTURES_DIR"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
    found = Axe().run(page, options=WCAG).response["violations"]
    assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing is cut off at the side"


def test_everybody_can_read_both_sides(portal: Portal, reference: str, chromium: Browser) -> None:
    sides = [("priya@northwind.example", f"/cases/{reference}/"), ("lena@probax.example", f"/desk/cases/{reference}/")]
    sides.append(("ruth@probax.example", "/manager/consents/"))
    for email, address in sides:
        for size, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
            with closing(chromium.new_context(viewport=size, color_scheme=scheme)) as context:  # type: ignore[arg-type]
                page = context.new_page()
                log_in(page, portal, email, address)
                for fold in page.locator(".side details.fold > summary").all():
                    fold.click()
                look_at(page, f"{email.partition('@')[0]}-{scheme}")


def test_a_large_file_goes_on_after_the_connection_dropped(
    portal: Portal, reference: str, chromium: Browser, tmp_path: Path
) -> None:
    log = tmp_path / "agent.log"
    log.write_bytes(b"error 1603 on BK-02\n" * 600_000)
    dropped: list[str] = []

    def drop_once(route: Route) -> None:
        if route.request.method == "PATCH" and route.request.headers["upload-offset"] != "0" and not dropped:
            dropped.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    with closing(chromium.new_context()) as context:
        page = context.new_page()
        log_in(page, portal, "priya@northwind.example", f"/cases/{reference}/")
        page.route("**/uploads/**", drop_once)
        page.locator("#add-files summary", has_text="Add large files").click()
        page.locator("#add-files input[type=file]").set_input_files(log)
        page.get_by_role("button", name="Add the files").click()
        expect(page.get_by_text("The file is part of the case.")).to_be_visible(timeout=60_000)
        assert dropped
        expect(page.get_by_text("added a file: agent.log")).to_be_visible()
        expect(page.get_by_text("We need diagnostics from you")).to_have_count(0)


def test_a_contact_sees_how_far_a_large_file_is(
    portal: Portal, reference: str, chromium: Browser, tmp_path: Path
) -> None:
    log = tmp_path / "agent.log"
    log.write_bytes(b"error 1603 on BK-02\n" * 600_000)
    held: list[Route] = []

    def hold_the_second_piece(route: Route) -> None:
        if route.request.method == "PATCH" and route.request.headers["upload-offset"] != "0" and not held:
            held.append(route)
        else:
            route.continue_()

    with closing(chromium.new_context(viewport=DESKTOP)) as context:  # type: ignore[arg-type]
        page = context.new_page()
        log_in(page, portal, "priya@northwind.example", f"/cases/{reference}/")
        bar, words = page.locator("#add-files progress"), page.locator("#add-files [data-upload-words]")
        page.locator("#add-files summary", has_text="Add large files").click()
        expect(bar).to_be_hidden()
        page.locator("#add-files input[type=file]").set_input_files(log)
        page.route("**/uploads/**", hold_the_second_piece)
        page.get_by_role("button", name="Add the files").click()
        expect(words).to_have_text(re.compile(r"agent\.log: 4.+MB of 12.MB"))
        expect(words).not_to_contain_text("0 B of")
        assert 0 < float(bar.evaluate("bar => bar.value")) < 100
        expect(page.get_by_role("button", name="Add the files")).to_be_disabled()
        look_at(page, "upload")
        held[0].continue_()
        expect(page.get_by_text("The file is part of the case.")).to_be_visible(timeout=60_000)
        expect(page.get_by_text("added a file: agent.log")).to_be_visible()


def test_a_program_is_refused_in_words_and_an_upload_is_cancelled(
    portal: Portal, reference: str, chromium: Browser, tmp_path: Path
) -> None:
    (tmp_path / "setup.exe").write_bytes(b"MZ" * 100)
    (tmp_path / "slow.log").write_bytes(b"error 1603\n" * 1_200_000)
    with closing(chromium.new_context()) as context:
        page = context.new_page()
        log_in(page, portal, "priya@northwind.example", f"/cases/{reference}/")
        page.locator("#add-files summary", has_text="Add large files").click()
        page.locator("#add-files input[type=file]").set_input_files(tmp_path / "setup.exe")
        page.get_by_role("button", name="Add the files").click()
        expect(page.locator("[data-upload-words]")).to_contain_text("of a kind that is not accepted")
        page.locator("#add-files input[type=file]").set_input_files(tmp_path / "slow.log")
        page.route(
            "**/uploads/**", lambda route: route.abort() if route.request.method == "PATCH" else route.continue_()
        )
        page.get_by_role("button", name="Add the files").click()
        expect(page.locator("[data-upload-words]")).to_contain_text("The connection dropped. It goes on by itself")
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator("[data-upload-words]")).to_have_text("Cancelled.")
        page.reload()
        expect(page.get_by_text("Choose the same file again")).to_have_count(0)
