"""Set-up as a person does it: in Chromium, against the running product, and the mails that leave afterwards."""

from collections.abc import Callable
from contextlib import closing

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.imap_mailbox import ImapMailbox
from tests.portal import Portal
from tests.smtp_sink import SmtpSink

pytestmark = [pytest.mark.browser, pytest.mark.portal]

# A contact of a new partner logs a case, so that the worker has a mail to send.
A_CASE = """
from django.utils import timezone
from cases import actions
from cases.models import Membership, Partner, User
from sla.models import Desk
zoe = User.objects.create_user("zoe@blueharbor.example", name="Zoe")
partner = Partner.objects.create(name="Blue Harbor", code="BLUE", home_desk=Desk.objects.first())
Membership.objects.create(user=zoe, partner=partner)
details = actions.CaseDetails(title="Slow", explanation="Slow.", effect="Us.", contact_email=zoe.email)
actions.submit_case(partner_id=partner.pk, severity=3, details=details, actor=zoe, now=timezone.now())
"""


@pytest.fixture
def portal(serve: Callable[..., Portal]) -> Portal:
    """The product with nobody in it and no mail server."""
    # The second factor has its own tests; here the way leads on to the administration.
    return serve(EMAIL_URL="", STAFF_NEED_SECOND_FACTOR="False")


def fill(page: Page, smtp: SmtpSink, mailbox: ImapMailbox) -> None:
    typed = {
        "Your name": "Ada Byron",
        "Your mail address": "ada@example.com",
        "Your password": "correct horse battery",
        "Sender of mails": "Care <care@example.com>",
        "Mail server": "127.0.0.1",
        "Mailbox server (IMAP)": "127.0.0.1",
        "User of the mailbox": mailbox.user,
        "Password of the mailbox": mailbox.password,
    }
    for label, value in typed.items():
        page.get_by_label(label, exact=True).fill(value)
    for port, number in (("#id_smtp_port", smtp.port), ("#id_imap_port", mailbox.port)):
        page.locator(port).fill(str(number))
    for security in ("#id_smtp_security", "#id_imap_security"):
        page.locator(security).select_option("none")


def test_a_fresh_installation_is_set_up_and_its_worker_sends_without_a_restart(
    portal: Portal, chromium: Browser, smtp: SmtpSink, mailbox: ImapMailbox
) -> None:
    with closing(chromium.new_context(timezone_id="Australia/Perth")) as context:
        page = context.new_page()
        page.goto(portal.url)
        expect(page.get_by_role("heading", name="Set up the portal")).to_be_visible()
        expect(page.get_by_label("Your time zone")).to_have_value("Australia/Perth")
        assert not Axe().run(page).response["violations"]
        fill(page, smtp, mailbox)
        page.get_by_role("button", name="Send a test message").click()
        expect(page.get_by_text("took a message to ada@example.com.")).to_be_visible(timeout=20_000)
        expect(page.get_by_text("the message to care@example.com came in after")).to_be_in_viewport()
        expect(page.get_by_label("Your password", exact=True)).to_have_value("correct horse battery")
        assert not Axe().run(page).response["violations"]
        page.get_by_role("button", name="Set up", exact=True).last.click()
        expect(page.get_by_text("is set up, and you are its administrator.")).to_be_visible()
        page.get_by_role("status").get_by_role("link", name="Administration").click()
        expect(page).to_have_url(f"{portal.url}/admin/")
        assert page.goto(f"{portal.url}/setup/").status == 404  # type: ignore[union-attr] # a page answers
    portal.manage("shell", "-v", "0", "-c", A_CASE)
    got = smtp.wait_for(lambda letter: letter.recipient == "zoe@blueharbor.example")
    assert got.message["From"] == "Care <care@example.com>"


def test_without_script_the_same_can_be_done_and_no_password_is_typed_twice(
    portal: Portal, chromium: Browser, smtp: SmtpSink, mailbox: ImapMailbox
) -> None:
    with closing(chromium.new_context(java_script_enabled=False)) as context:
        page = context.new_page()
        page.goto(portal.url)
        fill(page, smtp, mailbox)
        page.get_by_role("button", name="Send a test message").click()
        expect(page.get_by_text("the message to care@example.com came in after")).to_be_visible(timeout=20_000)
        expect(page.get_by_label("Your password", exact=True)).to_have_value("")
        page.get_by_label("Your time zone").select_option("Australia/Perth")
        page.get_by_label("Name of the site").press("Enter")
        expect(page.get_by_text("is set up, and you are its administrator.")).to_be_visible()
    assert (
        (portal.data_dir / "mail" / "mailbox_url").read_text().startswith("imap://care%40example.com:mailbox%20secret@")
    )
