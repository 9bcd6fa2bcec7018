"""The main job as people do it: a contact logs a case in Chromium, the desk answers, the mails arrive, silence ends it.

One walk, used on every backend and on a clean clone. It speaks to the installation from outside: pages, mails, and
`manage.py` for what only time can bring.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.smtp_sink import ReceivedMail, SmtpSink

PASSWORD = "probax-demo-2026"
PRIYA, ZOE = "priya@northwind.example", "zoe@blueharbor.example"
LENA, RUTH = "lena@probax.example", "ruth@probax.example"
TITLE = "Nightly jobs stop on every tenant"

# The rest of a case's life by the product's own actions and sweeps, with a moved clock: two Severity 1 cases that
# nobody answers, and one that waits on a contact who says no word for three weeks.
LEFT_ALONE = """
from datetime import timedelta
from django.utils import timezone
from cases import actions
from cases.models import User, WaitingEpisode
from notifications import sweeps
now = timezone.now()
priya, lena = User.objects.get(email="priya@northwind.example"), User.objects.get(email="lena@probax.example")
def log(title, at):
    return actions.submit_case(
        partner_id=priya.memberships.get().partner_id, severity=1, charges_accepted=True, actor=priya, now=at,
        details=actions.CaseDetails(title=title, explanation="Nothing runs.", effect="All customers.",
            contact_email=priya.email, technical_resource="Priya, +61 2 5550 0100"))
log("SOON", now - timedelta(minutes=50))
log("LATE", now - timedelta(minutes=70))
asked = now - timedelta(days=21)
silent = log("SILENT", asked)
actions.reply_as_specialist(case_id=silent.pk, body="Which version is it?", then_wait=True, actor=lena, now=asked)
for attempt in (1, 2):
    episode = WaitingEpisode.objects.get(case=silent)
    at = episode.next_reminder_at
    sweeps.keep_contact_attempts(now=at)
    sweeps.dispatch_events(now=at)
    sweeps.send_outbox(clock=lambda: at)
    sweeps.keep_contact_attempts(now=at)
episode = WaitingEpisode.objects.get(case=silent)
sweeps.close_silent_cases(now=episode.closes_at)
"""
SOON, LATE, SILENT = "Left alone for 50 minutes", "Left alone for 70 minutes", "Waits for a word"
LEFT_ALONE = LEFT_ALONE.replace("SOON", SOON).replace("LATE", LATE).replace("SILENT", SILENT)


class MainJob:
    """The people of the journey, each in a browser of their own, and what they do."""

    def __init__(self, chromium: Browser, url: str, smtp: SmtpSink) -> None:
        self.chromium = chromium
        self.url = url
        self.smtp = smtp
        self.pictures = Path(os.environ["PICTURES"]) if os.environ.get("PICTURES") else None

    def log_in(self, email: str) -> Page:
        """Open a browser for a person and log in."""
        page = self.chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.goto(f"{self.url}/accounts/login/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("navigation").first).to_be_visible()
        return page

    def log_case(self, page: Page) -> str:
        """Log a case as Priya: first with a mistake, which costs nothing typed; then right, with a double click."""
        page.goto(f"{self.url}/cases/new/")
        page.get_by_label("What happens?").fill("Since 22:00 every job fails with “service not reachable”.")
        page.get_by_label("What does it affect?").fill("No backup of 31 customers ran last night.")
        page.locator("input[name=severity][value='1']").check()
        page.get_by_label("Technical resource").fill("Priya Raman, +61 2 5550 0100")
        charges = page.locator("input[name=accept_charges]")
        if charges.count():
            charges.check()
        self.keep_picture(page, "log-a-case")
        page.get_by_role("button", name="Send the case").click()
        expect(page.get_by_text("Give the case a title.").first).to_be_visible()
        expect(page.get_by_label("What happens?")).to_have_value(re.compile("service not reachable"))
        page.get_by_label("Title").fill(TITLE)
        page.get_by_role("button", name="Send the case").dblclick()
        page.wait_for_url(re.compile(r"/cases/NWIT-\d+/$"))
        expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
        return page.url.rstrip("/").rsplit("/", 1)[-1]

    def see_the_promise(self, page: Page) -> None:
        """See when a reply is due, and why then."""
        expect(page.get_by_text("First reply due")).to_be_visible()
        page.get_by_text("Why this time?").click()
        expect(page.locator("svg.sla-strip")).to_be_visible()
        self.keep_picture(page, "case-of-a-partner")

    def answer_as_specialist(self, page: Page, reference: str) -> None:
        """Find the case in the queue, take it, answer; the clock stops."""
        page.goto(f"{self.url}/desk/?partner=NWIT&severity=1")
        row = page.get_by_role("row").filter(has_text=reference)
        expect(row).to_be_visible()
        self.keep_picture(page, "queue", path="/desk/")
        page.goto(f"{self.url}/desk/?partner=NWIT&severity=1")
        # While the desk is closed, an alert above every page leads to the case and offers to take it, too.
        page.locator("main").get_by_role("link", name=TITLE).click()
        page.locator("section[aria-labelledby=owner-title]").get_by_role("button", name="Take it").click()
        expect(page.get_by_text("The case is yours.")).to_be_visible()
        page.get_by_role("tab", name="Internal note").click()
        page.locator("#note textarea").fill("Same as last month: the service account's password ran out.")
        page.get_by_role("button", name="Keep the note").click()
        expect(page.get_by_text("The note is kept.")).to_be_visible()
        self.keep_picture(page, "case-at-the-desk")
        page.get_by_role("tab", name="Reply").click()
        page.locator("#reply textarea").fill(
            "Hello Priya, the service account's password has run out. Please renew it."
        )
        page.get_by_role("button", name="Send reply").click()
        expect(page.get_by_text("Your reply is on its way.")).to_be_visible()
        expect(page.get_by_text("First reply due")).to_have_count(0)

    def mail(self, to: str, *words: str) -> ReceivedMail:
        """Wait for the mail to `to` that has all of `words` in its subject or text."""
        return self.smtp.wait_for(
            lambda mail: mail.recipient == to and all(word in mail.subject + mail.text for word in words), seconds=45
        )

    def walk(self) -> None:
        """Walk the whole road."""
        priya = self.log_in(PRIYA)
        reference = self.log_case(priya)
        self.see_the_promise(priya)
        assert reference in self.mail(PRIYA, f"{reference}").subject

        zoe = self.log_in(ZOE)
        for address in (f"/cases/{reference}/", "/cases/NWIT-9999/", f"/desk/cases/{reference}/", "/manager/"):
            answer = zoe.goto(f"{self.url}{address}")
            assert answer is not None
            assert answer.status == 404, address

        lena = self.log_in(LENA)
        self.answer_as_specialist(lena, reference)
        assert "password has run out" in self.mail(PRIYA, "password has run out").text
        priya.reload()
        expect(priya.get_by_text("password has run out")).to_be_visible()
        expect(priya.get_by_text("Same as last month")).to_have_count(0)
        priya.get_by_label("Your reply").fill("Renewed, jobs run again. Thank you!")
        priya.get_by_role("button", name="Send reply").click()
        expect(priya.get_by_text("Your reply is with us.")).to_be_visible()
        self.mail(LENA, "jobs run again")
        self.nothing_went_twice()

    @staticmethod
    def leave_alone(manage: Callable[..., str]) -> None:
        """Let time pass over cases that nobody answers. No worker may run: two clocks at once would be one too many."""
        manage("shell", "-v", "0", "-c", LEFT_ALONE)

    def see_what_silence_brought(self) -> None:
        """See a warning, a breach, the closing after two reminders, the survey and its answer."""
        for who in (LENA, RUTH):
            self.mail(who, "At risk, reply by", SOON)
            self.mail(who, "Missed, reply was due", LATE)
        for words in ("We need your answer", "without your answer"):
            self.mail(PRIYA, words, SILENT)
        closure = self.mail(PRIYA, "Closed", SILENT)
        survey = re.search(rf"{self.url}/survey/\S+", closure.text)
        assert survey is not None
        page = self.chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.goto(survey[0])
        for question in ("handling", "professionalism", "satisfaction"):
            page.locator(f"input[name={question}][value='4']").check()
        page.get_by_label("Anything else we should know?").fill("We were on holiday.")
        page.get_by_role("button", name=re.compile("Send")).click()
        expect(page.get_by_text("Thank you").first).to_be_visible()
        ruth = self.log_in(RUTH)
        ruth.goto(f"{self.url}/manager/")
        expect(ruth.get_by_text("We were on holiday.")).to_be_visible()
        expect(ruth.get_by_text(closure.subject.split("]")[0].strip("[")).first).to_be_visible()
        self.keep_picture(ruth, "manager-now")
        self.keep_picture(ruth, "mail", path="/desk/mail/")
        self.nothing_went_twice()

    def nothing_went_twice(self) -> None:
        """Compare what the server received: each Message-ID came to each recipient once."""
        seen = [(mail.recipient, mail.message_id) for mail in self.smtp.received]
        assert len(seen) == len(set(seen))

    def keep_picture(self, page: Page, name: str, *, path: str = "") -> None:
        """Take a picture for the README, where PICTURES names the folder for them."""
        if self.pictures is None:
            return
        if path:
            page.goto(f"{self.url}{path}")
        page.screenshot(path=self.pictures / f"{name}.png")
