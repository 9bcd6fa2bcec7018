"""A passkey in Chromium: added once, and from then on enough to log in, as it is two factors in one."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests import builders

PASSWORD = "a long secret of mine"
PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(transactional_db: None, chromium: Browser, live_server: LiveServer, settings: Settings) -> Iterator[Page]:
    """A browser with a device that keeps passkeys, on a site where staff need a second factor."""
    settings.STAFF_NEED_SECOND_FACTOR = settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    lena = builders.cast().lena
    lena.set_password(PASSWORD)
    lena.save()
    with closing(chromium.new_context(base_url=live_server.url)) as opened:
        page = opened.new_page()
        device = opened.new_cdp_session(page)
        device.send("WebAuthn.enable")
        device.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
        yield page


def test_a_passkey_is_added_and_logs_its_person_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("lena.fischer@probax.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/accounts/2fa/")
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_url("**/webauthn/add/")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url(lambda address: "webauthn/add" not in address)
    page.goto("/desk/")
    assert page.url.endswith("/desk/")

    page.context.clear_cookies()
    page.goto("/accounts/login/?next=/desk/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    # The address of the login ends like this, too.
    page.wait_for_url(lambda address: "login" not in address)
    assert page.url.endswith("/desk/")
