"""A mail in its frame, in a real browser: shown, harmless, and its links lead out."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from cases.models import User
from notifications.models import OutgoingMail
from tests.notifications.office import TUESDAY_9, Office, mail, open_office, tell


def closing_with_a_script(office: Office, site_url: str) -> OutgoingMail:
    """Return a closing mail into whose HTML somebody slipped a script."""
    office.close(office.log(), TUESDAY_9)
    tell(TUESDAY_9)
    closed = mail("case_closed")
    body = closed.body_html.replace(settings.SITE_URL, site_url) + "<script>document.title = 'owned'</script>"
    OutgoingMail.objects.filter(pk=closed.pk).update(body_html=body)
    return closed


def session_of(person: User, site_url: str) -> Any:
    """Log a person in and return their session for a browser."""
    client = Client()
    client.force_login(person, backend="cases.web.accounts.PersonBackend")
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": site_url}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend")
def test_a_mail_is_shown_in_its_frame_and_its_links_open_beside_the_page(
    live_server: LiveServer, chromium: Browser
) -> None:
    office = open_office()
    closed = closing_with_a_script(office, live_server.url)
    context = chromium.new_context()
    context.add_cookies([session_of(office.lena, live_server.url)])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(live_server.url + reverse("desk_mail", args=[closed.pk]))
    frame = page.frame_locator("iframe")
    assert frame.get_by_text("Software update or fix").is_visible()
    colour = frame.get_by_role("link", name="Answer three questions").evaluate(
        "it => getComputedStyle(it).backgroundColor"
    )
    assert colour == "rgb(10, 90, 83)", "the mail's own styles apply"
    with context.expect_page() as opened:
        frame.get_by_role("link", name="Answer three questions").click()
    survey = opened.value
    survey.wait_for_load_state()
    assert "/survey/" in survey.url
    assert survey.get_by_role("button").count() > 0
    assert page.title() != "owned"
    # The one complaint is about the script that was slipped in.
    assert all("script" in complaint for complaint in complaints), complaints
    context.close()
