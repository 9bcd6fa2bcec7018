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

    job = MainJob(chromium, portal.url, smtp)
    job.walk()
    # Killed, not asked to stop: nothing may be lost by it.
    portal.kill_worker()
    job.leave_alone(portal.manage)
    portal.start_worker()
    job.see_what_silence_brought()
