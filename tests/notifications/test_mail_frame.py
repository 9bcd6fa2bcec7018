"""A mail in its frame, in a real browser: shown, harmless, and its links lead out."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, ConsoleMessage
from pytest_django.live_server_helper import LiveServer

from notifications.models import OutgoingMail
from tests.notifications.office import TUESDAY_9, mail, open_office, tell


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_mail_is_shown_in_its_frame_and_its_links_open_beside_the_page(
    live_server: LiveServer, chromium: Browser
) -> None:
    office = open_office()
    case = office.log()
    office.close(case, TUESDAY_9)
    tell(TUESDAY_9)
    closed = mail("case_closed")
    body = closed.body_html.replace(settings.SITE_URL, live_server.url)
    OutgoingMail.objects.filter(pk=closed.pk).update(body_html=body + "<script>document.title = 'owned'</script>")
    client = Client()
    client.force_login(office.lena, backend="django.contrib.auth.backends.ModelBackend")
    context = chromium.new_context()
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("console", listen)
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
