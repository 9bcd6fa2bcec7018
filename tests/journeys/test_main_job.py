"""The main job from a click to the mailbox, with the product's own processes and a real Chromium."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.journeys.main_job import MainJob
from tests.portal import Portal
from tests.smtp_sink import SmtpSink


@pytest.mark.browser
@pytest.mark.portal
def test_a_case_goes_from_the_form_to_the_mailbox_and_on_to_the_survey(
    serve: Callable[..., Portal], chromium: Browser, smtp: SmtpSink
) -> None:
    portal = serve(DEMO="True")
    portal.manage("load_demo")

    def manage_while_stopped(*arguments: str) -> str:
        """The worker is killed, not asked to stop: nothing may be lost by it."""
        portal.kill_worker()
        printed = portal.manage(*arguments)
        portal.start_worker()
        return printed

    MainJob(chromium, portal.url, smtp, manage_while_stopped).walk()
