"""Demo people and cases, made by the same actions as real ones, with a moved clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from cases import actions, demo_mail, demo_office, demo_plans
from cases.models import Case, Membership, MembershipRole, Partner, Plan, ProductArea, Site, StaffRole, User
from cases.rules import AttemptOutcome, Outcome
from sla.models import Desk

PASSWORD = "probax-demo-2026"  # noqa: S105


@dataclass(frozen=True)
class Login:
    """A person who may log in to the demo."""

    role: object
    name: str
    email: str


LOGINS = [
    Login(_("Partner administrator of Northwind IT, Sydney"), "Priya Raman", "priya@northwind.example"),
    Login(_("Contact of Northwind IT, Perth"), "Omar Haddad", "omar@northwind.example"),
    Login(_("Contact of Blue Harbor MSP, New York"), "Zoe Keller", "zoe@blueharbor.example"),
    Login(_("Specialist, Australia"), "Lena Fischer", "lena@probax.example"),
    Login(_("Specialist, United States"), "Max Ortega", "max@probax.example"),
    Login(_("Manager"), "Ruth Adeyemi", "ruth@probax.example"),
    Login(_("Administrator"), "Ann Lindqvist", "ann@probax.example"),
]

AREAS = [
    ("Probax Scout", True, ""),
    ("MSP Backup Portal", True, ""),
    ("Veeam, through Probax Scout", True, ""),
    (
        "Veeam, not through Probax Scout",
        False,
        (
            "Installing, configuring and upgrading Veeam outside Probax Scout is out of scope. "
            "Write to sales@probax.io for help with it."
        ),
    ),
    (
        "Planning, design, training",
        False,
        (
            "Planning, design, implementation and training are out of scope. Your sales representative helps: "
            "sales@probax.io."
        ),
    ),
]

# Whom a closing as out of scope leads to (P1.4, P9.8).
REFERRALS = {
    "Veeam, not through Probax Scout": (
        "Veeam's own support helps with Veeam that runs outside Probax Scout. To run it through Probax Scout, "
        "write to sales@probax.io."
    ),
    "Planning, design, training": "Write to your sales representative: sales@probax.io.",
}


def load(now: datetime) -> None:
    """Load the demo into an empty database that has its policy. The cases' times lie before `now`."""
    _cases(load_people(now), now)


def load_people(now: datetime) -> dict[str, User]:
    """Load the demo's people, partners and texts without any case. Returns the people by first name."""
    Site.objects.get_or_create(pk=1, defaults={"name": "Probax Support", "set_up_at": now})
    for position, (name, in_scope, hint) in enumerate(AREAS):
        referral = REFERRALS.get(name, "")
        ProductArea.objects.create(name=name, in_scope=in_scope, scope_hint=hint, referral=referral, position=position)
    people = _people()
    _partners(people, now)
    return people


def _people() -> dict[str, User]:
    zones = {"priya": "Australia/Sydney", "omar": "Australia/Perth", "zoe": "America/New_York"}
    zones |= {
        "lena": "Australia/Sydney",
        "max": "America/New_York",
        "ruth": "Australia/Sydney",
        "ann": "Australia/Sydney",
    }
    roles = {"lena": StaffRole.SPECIALIST, "max": StaffRole.SPECIALIST}
    roles |= {"ruth": StaffRole.MANAGER, "ann": StaffRole.ADMINISTRATOR}
    desks = {"lena": Desk.objects.get(code="au"), "max": Desk.objects.get(code="us")}
    people = {}
    phones = {"priya": "+61 2 5550 0100", "omar": "+61 8 5550 0123", "zoe": "+1 212 555 0100"}
    for login in LOGINS:
        key = login.email.partition("@")[0]
        people[key] = User.objects.create_user(
            login.email,
            PASSWORD,
            name=login.name,
            zone=zones[key],
            staff_role=roles.get(key, ""),
            desk=desks.get(key),
            phone=phones.get(key, ""),
        )
    return people


def _partners(people: dict[str, User], now: datetime) -> None:
    northwind = Partner.objects.create(name="Northwind IT", code="NWIT", home_desk=Desk.objects.get(code="au"))
    harbor = Partner.objects.create(
        name="Blue Harbor MSP",
        code="BHMS",
        home_desk=Desk.objects.get(code="us"),
        plan=Plan.TRIAL,
        trial_ends_at=now + timedelta(days=9),
    )
    Membership.objects.create(user=people["priya"], partner=northwind, role=MembershipRole.ADMINISTRATOR)
    Membership.objects.create(user=people["omar"], partner=northwind)
    Membership.objects.create(user=people["zoe"], partner=harbor, role=MembershipRole.ADMINISTRATOR)


@dataclass(frozen=True)
class _Story:
    """A demo case: who logged it how long ago, and what they wrote."""

    contact: str
    ago: timedelta
    severity: int
    title: str
    explanation: str
    effect: str
    resource: str = ""


def _log(people: dict[str, User], story: _Story, now: datetime) -> Case:
    contact = people[story.contact]
    membership = contact.memberships.get()
    return actions.submit_case(
        partner_id=membership.partner_id,
        details=actions.CaseDetails(
            title=story.title,
            explanation=story.explanation,
            effect=story.effect,
            contact_email=contact.email,
            contact_phone=contact.phone,
            technical_resource=story.resource,
        ),
        severity=story.severity,
        charges_accepted=bool(story.resource),
        actor=contact,
        now=now - story.ago,
    )


def _cases(people: dict[str, User], now: datetime) -> None:
    _tell_solved(people, now)
    _tell_disappointed(people, now)
    _tell_waiting(people, now)
    _tell_diagnostics(people, now)
    fresh = {story.contact: _log(people, story, now) for story in _FRESH}
    _tell_severities(people, fresh, now)
    _tell_library(people["lena"], now)
    demo_office.load_roster(people, now)
    demo_office.ask_for_manager(Case.objects.get(title=_FRESH[2].title), now)
    demo_mail.load_mail(now)
    demo_plans.load_plan(people, Case.objects.get(title=_FRESH[2].title), now)


def _tell_solved(people: dict[str, User], now: datetime) -> None:
    lena, case, then = people["lena"], _log(people, _SOLVED, now), now - _SOLVED.ago
    _take(case, lena, then + timedelta(minutes=20))
    actions.reply_as_specialist(
        case_id=case.pk,
        body="Hello Priya, thank you for the log. The agent on BK-02 runs version 6.1, which misses a fix for this. "
        "Version 6.2 has it. Could you update that agent and tell me how tonight's job goes?",
        actor=lena,
        now=then + timedelta(minutes=50),
    )
    actions.reply_as_contact(
        case_id=case.pk,
        body="Updated, and the job ran clean last night.",
        actor=people["priya"],
        now=then + timedelta(days=1),
    )
    _close(
        case,
        Outcome.FIX,
        "The agent update to 6.2 fixed the aborted jobs on BK-02.",
        "Agent 6.2",
        lena,
        then + timedelta(days=1, hours=1),
    )
    _answer(case, (5, 5, 5), "Quick and to the point.", people["priya"], then + timedelta(days=1, hours=3))


def _tell_disappointed(people: dict[str, User], now: datetime) -> None:
    specialist, case, then = people["max"], _log(people, _DISAPPOINTED, now), now - _DISAPPOINTED.ago
    _take(case, specialist, then + timedelta(hours=99))
    actions.reply_as_specialist(
        case_id=case.pk,
        body="Hello Zoe, sorry for the wait. The report counts a tenant twice when it was renamed. "
        "Saving the report's filter once more mends it; the release after next makes that needless.",
        actor=specialist,
        now=then + timedelta(hours=100),
    )
    words = "Saving the report's filter once more after a rename counts each tenant once."
    _close(
        case, Outcome.WORKAROUND, words, "Save the filter again after a rename.", specialist, then + timedelta(days=1)
    )
    _answer(case, (2, 4, 2), "Right answer, but days late.", people["zoe"], then + timedelta(days=6))


def _tell_waiting(people: dict[str, User], now: datetime) -> None:
    specialist, case, then = people["max"], _log(people, _WAITING, now), now - _WAITING.ago
    _take(case, specialist, then + timedelta(minutes=25))
    actions.log_call(
        case_id=case.pk,
        outcome=AttemptOutcome.NO_ANSWER,
        note="Rang twice, no voicemail.",
        made_at=then + timedelta(minutes=30),
        actor=specialist,
        now=then + timedelta(minutes=32),
    )
    actions.reply_as_specialist(
        case_id=case.pk,
        body="Hello Zoe, which retention do your customers' jobs have now? A screenshot of one job is enough.",
        then_wait=True,
        actor=specialist,
        now=then + timedelta(minutes=40),
    )


def _tell_diagnostics(people: dict[str, User], now: datetime) -> None:
    """Let a case wait for a log and a dump, and for consent to copy them out of a cloud (P7.1, P12.1)."""
    lena, case, then = people["lena"], _log(people, _DIAGNOSTICS, now), now - _DIAGNOSTICS.ago
    _take(case, lena, then + timedelta(minutes=30))
    actions.ask_for_cloud_consent(
        case_id=case.pk,
        action="Copy about 2 GB of snapshot metadata out of the bucket “harness-eu” to our lab.",
        actor=lena,
        now=then + timedelta(minutes=50),
    )
    actions.ask_for_diagnostics(
        case_id=case.pk,
        wanted="The agent's log of last night from SQL-04, and the memory dump that it wrote at 02:10.",
        wanted_by=now + timedelta(days=1),
        actor=lena,
        now=then + timedelta(minutes=55),
    )


def _tell_severities(people: dict[str, User], fresh: dict[str, Case], now: datetime) -> None:
    """Let either side wait for the other's word on a severity."""
    actions.propose_severity(
        case_id=fresh["priya"].pk,
        severity=3,
        reason="The restore runs and will be through by tonight; the other servers restore at full speed.",
        actor=people["lena"],
        now=now - timedelta(minutes=15),
    )
    actions.propose_severity(
        case_id=fresh["zoe"].pk,
        severity=2,
        reason="Since this morning the alerts of two tenants do not arrive at all.",
        actor=people["zoe"],
        now=now - timedelta(minutes=25),
    )


def _tell_library(lena: User, now: datetime) -> None:
    """Publish two articles, and lodge the wish behind Zoe's question as a feature request."""
    then = now - timedelta(days=20)
    for title, summary, body in _ARTICLES:
        text = actions.ArticleText(title, summary, body)
        article = actions.write_article(article_id=None, text=text, actor=lena, now=then)
        actions.publish_article(article_id=article.pk, expected_version=1, actor=lena, now=then)
    wish = actions.FeatureDetails(
        title="Change the retention of many jobs at once",
        function="Choose jobs in the list and set one retention for all of them.",
        use_case="Forty jobs by hand cost a partner an afternoon a month.",
    )
    asked = Case.objects.get(title=_WAITING.title)
    actions.lodge_feature_request(case_id=asked.pk, details=wish, actor=lena, now=now - timedelta(hours=20))


def _take(case: Case, specialist: User, now: datetime) -> None:
    actions.assign_case(case_id=case.pk, assignee_id=specialist.pk, expected_id=None, actor=specialist, now=now)


def _close(case: Case, outcome: Outcome, words: str, detail: str, specialist: User, now: datetime) -> None:
    actions.close_case(
        case_id=case.pk,
        outcome=outcome,
        explanation=words,
        detail=detail,
        actor=specialist,
        now=now,
    )


def _answer(case: Case, scores: tuple[int, int, int], comment: str, contact: User, now: datetime) -> None:
    handling, professionalism, satisfaction = scores
    actions.answer_survey(
        survey_id=case.closings.get().survey.pk,
        handling=handling,
        professionalism=professionalism,
        satisfaction=satisfaction,
        comment=comment,
        actor=contact,
        now=now,
    )


_SOLVED = _Story(
    "priya",
    timedelta(days=6),
    2,
    "Jobs on BK-02 abort after ten minutes",
    "Since Monday every job on BK-02 stops after about ten minutes with error 1603.",
    "Backups of three customers are not running. Restores still work.",
)
_DISAPPOINTED = _Story(
    "zoe",
    timedelta(days=16),
    3,
    "Monthly report counts a tenant twice",
    "The report of October lists Harbor Dental two times with the same jobs.",
    "Our invoice to that customer would be wrong.",
)
_WAITING = _Story(
    "zoe",
    timedelta(hours=30),
    4,
    "How do I change the retention of many jobs at once?",
    "We moved to 60 days and have about forty jobs.",
    "No outage. It costs us an afternoon a month.",
)
_DIAGNOSTICS = _Story(
    "priya",
    timedelta(hours=5),
    3,
    "Agent on SQL-04 stops in the night",
    "The agent on SQL-04 ends at about 02:10 each night and writes a memory dump. Jobs after that do not start.",
    "One customer's database has no backup since Sunday.",
)
_FRESH = [
    _Story(
        "zoe",
        timedelta(hours=3),
        3,
        "Monitoring mails arrive twice",
        "Each alert from the portal reaches our mailbox two times, a minute apart.",
        "Our on-call colleague is woken twice. Backups run.",
    ),
    _Story(
        "omar",
        timedelta(hours=2),
        3,
        "Portal shows yesterday's job state",
        "The list of jobs is a day behind for one tenant. Reloading does not help.",
        "We cannot tell the customer whether last night's backup ran.",
    ),
    _Story(
        "priya",
        timedelta(minutes=40),
        2,
        "Restore of a file server is very slow",
        "A restore of 400 GB runs at 3 MB/s; last month it ran at 90 MB/s.",
        "A customer's file server is down until the restore ends.",
    ),
    _Story(
        "omar",
        # Less than a round of its alert ago, so that nothing is overdue when the worker starts.
        timedelta(minutes=8),
        1,
        "No backup job starts on any tenant",
        "Since the update every job fails at once with “service not reachable”.",
        "All monitoring, backups and schedules of 31 customers are stopped.",
        resource="Omar Haddad, +61 8 5550 0123, at the console",
    ),
]
_ARTICLES = [
    (
        "Jobs stop with error 1603",
        "An agent older than 6.2 misses a fix; an update ends it.",
        "1. Open **Agents** and look at the version.\n2. Update what is older than 6.2.\n3. Start one job by hand.",
    ),
    (
        "A restore is slower than usual",
        "Where the time goes, and what to send us if it stays slow.",
        "Look at the network first, then at the load of the target. Send us the job's log if both are calm.",
    ),
]
