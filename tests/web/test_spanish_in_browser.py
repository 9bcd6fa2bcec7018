"""Spanish in Chromium: chosen before logging in, kept on the account, and no page too narrow for its longer words."""

from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.portal import Portal

pytestmark = [pytest.mark.browser, pytest.mark.portal]

PHONE = {"width": 360, "height": 740}
PASSWORD = "probax-demo-2026"
PAGES = {
    "priya@northwind.example": ["/", "/cases/new/", "/cases/NWIT-2/", "/company/NWIT/", "/articles/", "/account/"],
    "ruth@probax.example": [
        "/desk/",
        "/desk/cases/NWIT-2/",
        "/manager/",
        "/manager/over-time/",
        "/manager/what-if/",
        "/manager/calendar/",
    ],
}


@pytest.fixture
def portal(serve: Callable[..., Portal]) -> Portal:
    """The product with its demo."""
    started = serve(DEMO="True")
    started.manage("load_demo")
    return started


def log_in(page: Page, portal: Portal, email: str) -> None:
    """Choose Spanish at the foot of the page, and log in."""
    page.goto(f"{portal.url}/accounts/login/?next=/account/")
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Iniciar sesión")
    page.get_by_label("Correo", exact=True).fill(email)
    page.get_by_label("Contraseña", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Iniciar sesión", exact=True).click()
    page.wait_for_url("**/account/")


def too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def test_spanish_is_chosen_kept_and_fits_a_phone(portal: Portal, chromium: Browser) -> None:
    wide = []
    for email, addresses in PAGES.items():
        with closing(chromium.new_context(viewport=PHONE, locale="en-AU")) as context:  # type: ignore[arg-type]
            page = context.new_page()
            log_in(page, portal, email)
            page.locator("select[name=language]").select_option("es")
            page.locator("form[action$='/account/change/'] button[type=submit]").click()
            expect(page.locator("html")).to_have_attribute("lang", "es")
            for address in addresses:
                page.goto(f"{portal.url}{address}")
                expect(page.locator("html")).to_have_attribute("lang", "es")
                wide += [address] if too_wide(page) else []
    assert wide == []
