"""What is owed by mail: each thing, the event that makes it, the mail that tells it, and whom it reaches. One table."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from cases import actions
from cases.models import Case, EventKind, KeptRequest, NoticeKind, Partner, Plan, Survey
from notifications import sweeps
from notifications.models import MailKind, MailState, OutgoingMail
from tests import builders
from tests.builders import at, details
from tests.cases.test_plans import add, plan
from tests.diagnostics import ask_for_logs, asked_consent, investigate
from tests.inbox import hostile
from tests.inbox.post import deliver
from tests.notifications.office import Office, post, tell, tick
from tests.severities import decline, propose


@dataclass(frozen=True)
class Owed:
    """`happens` brings it about with the mails before it already written; `to` are the first names of its readers."""

    happens: Callable[[Office], object]
    event: EventKind | NoticeKind | None
    mail: MailKind
    to: str


def a_case(office: Office, *, owned: bool = True, severity: int = 3) -> Case:
    """Log a case on Tuesday at nine, Lena's unless nobody took it."""
    case = office.log(severity=severity)
    if owned:
        office.take(case, "Tue 09:05")
    return case


def answered(office: Office, *, owned: bool = True) -> Case:
    case = a_case(office, owned=owned, severity=2)
    builders.answer(case, office.lena, at("Tue 10:00"))
    post("Tue 10:01")
    return case


def clock(when: str) -> None:
    """Let the timetable look at promises and milestones."""
    sweeps.warn_and_breach(now=at(when))
    sweeps.remind_of_milestones(now=at(when))


def waiting(office: Office, *until: str) -> Case:
    case = a_case(office)
    office.ask(case, "Tue 09:30")
    post("Tue 09:31")
    for when in until:
        tick(when)
    return case


def called_twice(office: Office) -> None:
    case = waiting(office)
    builders.call(case, office.lena, at("Wed 25 Nov 09:00"), "no_answer")
    builders.call(case, office.lena, at("Thu 26 Nov 09:00"), "no_answer")


def severity_1_at_night(office: Office) -> None:
    office.log("Tue 20:00", severity=1)


def rung_again(office: Office) -> None:
    severity_1_at_night(office)
    sweeps.alert_on_call(now=at("Tue 20:10"))


def proposed(office: Office) -> Case:
    return propose(a_case(office), office.lena, 2, at("Tue 10:00"))


def scored(office: Office, satisfaction: int) -> None:
    office.close(a_case(office), "Tue 10:00")
    actions.answer_survey(
        survey_id=Survey.objects.get().pk, handling=1, professionalism=1, satisfaction=satisfaction, comment="",
        actor=office.priya, now=at("Tue 12:00"),
    )  # fmt: skip


def unanswered_survey(office: Office) -> None:
    office.close(a_case(office), "Tue 10:00")
    sweeps.remind_of_surveys(now=at("Wed 2 Dec 10:00"))


def a_manager_is_asked(office: Office) -> None:
    actions.ask_for_manager(case_id=a_case(office).pk, words="Nobody calls.", actor=office.priya, now=at("Tue 10:00"))


def a_manager_is_late(office: Office) -> None:
    a_manager_is_asked(office)
    clock("Wed 17:00")


def milestone(office: Office, when: str) -> None:
    add(plan(a_case(office), office.lena), "Build the fix", office.max, office.lena)
    clock(when)


def charges(office: Office, verdict: str) -> None:
    case = office.log("Tue 20:00", severity=1)
    office.close(case, "Tue 21:00")
    actions.judge_charges(case_id=case.pk, verdict=verdict, reason="It was up.", actor=office.lena, now=at("Tue 22:00"))


def charges_waived(office: Office) -> None:
    charges(office, "never_qualified")
    review = Case.objects.get().charge_review
    actions.decide_charges(
        review_id=review.pk, decision="waive", reason="Good will.", actor=office.ruth, now=at("Wed 9:00")
    )


def a_trial_ends(office: Office) -> None:
    Partner.objects.filter(pk=office.northwind.pk).update(plan=Plan.TRIAL, trial_ends_at=at("Fri 12:00"))
    sweeps.tell_of_trials(now=at("Tue 12:00"))


def a_request_is_kept(office: Office) -> None:
    Partner.objects.update(plan=Plan.LAPSED)
    request = actions.submit_or_keep(
        partner_id=office.northwind.pk, details=details(), severity=2, actor=office.omar, now=at("Tue 10:00")
    )
    assert isinstance(request, KeptRequest)


def a_mail_too_deep(office: Office) -> None:
    deliver(hostile.nested(30), "Tue 10:00")


def unowned_at(when: str) -> Callable[[Office], None]:
    def happens(office: Office) -> None:
        a_case(office, owned=False)
        clock(when)

    return happens


def owned_at(when: str) -> Callable[[Office], None]:
    def happens(office: Office) -> None:
        a_case(office)
        clock(when)

    return happens


def update_at(when: str, *, owned: bool = True) -> Callable[[Office], None]:
    def happens(office: Office) -> None:
        answered(office, owned=owned)
        clock(when)

    return happens


def a_morning_comes(office: Office) -> None:
    sweeps.send_digests(now=at("Mon 12:00"))
    a_case(office)
    sweeps.send_digests(now=at("Wed 08:00"))


def a_mail_is_given_up(office: Office) -> None:
    a_case(office)
    tell("Tue 10:00")
    OutgoingMail.objects.update(state=MailState.GAVE_UP)
    sweeps.tell_of_given_up(now=at("Tue 10:00"))


OWED = {
    "acknowledgement": Owed(a_case, EventKind.CASE_LOGGED, MailKind.CASE_RECEIVED, "priya"),
    "reply": Owed(answered, EventKind.SPECIALIST_REPLIED, MailKind.SPECIALIST_REPLIED, "priya"),
    "severity proposal": Owed(proposed, EventKind.SEVERITY_PROPOSED, MailKind.SEVERITY_PROPOSED, "priya"),
    "severity decision": Owed(
        lambda office: decline(proposed(office), office.priya, at("Tue 11:00")),
        EventKind.SEVERITY_DECLINED, MailKind.SEVERITY_DECLINED, "lena",
    ),
    "warning at 75 %": Owed(owned_at("Tue 13:30"), EventKind.PROMISE_AT_RISK, MailKind.PROMISE_AT_RISK, "lena ruth"),
    "warning at 75 %, nobody assigned": Owed(
        unowned_at("Tue 13:30"), EventKind.PROMISE_AT_RISK, MailKind.PROMISE_AT_RISK, "lena ruth"
    ),
    "breach": Owed(owned_at("Tue 15:00:01"), EventKind.PROMISE_MISSED, MailKind.PROMISE_MISSED, "lena ruth"),
    "breach, nobody assigned": Owed(
        unowned_at("Tue 15:00:01"), EventKind.PROMISE_MISSED, MailKind.PROMISE_MISSED, "lena ruth"
    ),
    "severity 1 logged": Owed(
        lambda office: office.log(severity=1), EventKind.CASE_LOGGED, MailKind.SEVERITY_1_LOGGED, "lena ruth"
    ),
    "after-hours severity 1": Owed(
        severity_1_at_night, EventKind.ON_CALL_ALERTED, MailKind.ON_CALL_ALERT, "lena ruth"
    ),
    "after-hours severity 1, until taken": Owed(
        rung_again, EventKind.ON_CALL_ALERTED, MailKind.ON_CALL_ALERT, "lena lena ruth ruth"
    ),
    "update due": Owed(update_at("Tue 12:15"), EventKind.PROMISE_AT_RISK, MailKind.PROMISE_AT_RISK, "lena"),
    "update due, nobody assigned": Owed(
        update_at("Tue 12:15", owned=False), EventKind.PROMISE_AT_RISK, MailKind.PROMISE_AT_RISK, "lena ruth"
    ),
    "update overdue": Owed(
        update_at("Tue 13:00:01"), EventKind.PROMISE_MISSED, MailKind.PROMISE_MISSED, "lena ruth"
    ),
    "reminder one": Owed(
        lambda office: waiting(office, "Thu 10:00"), EventKind.REMINDER_MADE, MailKind.REMINDER_ONE, "priya"
    ),
    "reminder two": Owed(
        lambda office: waiting(office, "Thu 10:00", "Mon 30 Nov 10:00"),
        EventKind.REMINDER_MADE, MailKind.REMINDER_TWO, "priya",
    ),
    "closing notice": Owed(
        called_twice, EventKind.CALL_LOGGED, MailKind.CLOSING_ANNOUNCED, "priya",
    ),
    "closure with survey and follow-up links": Owed(
        lambda office: office.close(a_case(office), "Tue 10:00"), EventKind.CASE_CLOSED, MailKind.CASE_CLOSED, "priya"
    ),
    "survey reminder": Owed(unanswered_survey, EventKind.SURVEY_REMINDED, MailKind.SURVEY_REMINDER, "priya"),
    "low score": Owed(lambda office: scored(office, 1), EventKind.SURVEY_ANSWERED, MailKind.LOW_SCORE, "ruth"),
    "talk to a manager": Owed(a_manager_is_asked, EventKind.MANAGER_ASKED, MailKind.MANAGER_ASKED, "ruth"),
    "talk to a manager, to the contact": Owed(
        a_manager_is_asked, EventKind.MANAGER_ASKED, MailKind.MANAGER_REQUEST_RECEIVED, "priya"
    ),
    "a manager who does not answer": Owed(
        a_manager_is_late, EventKind.PROMISE_MISSED, MailKind.PROMISE_MISSED, "ann lena ruth ruth"
    ),
    "milestone due": Owed(
        lambda office: milestone(office, "Fri 8:00"), EventKind.PROMISE_AT_RISK, MailKind.MILESTONE_DUE, "max"
    ),
    "milestone overdue": Owed(
        lambda office: milestone(office, "Fri 17:00:01"),
        EventKind.PROMISE_MISSED, MailKind.MILESTONE_OVERDUE, "max ruth",
    ),
    "diagnostics asked for": Owed(
        lambda office: ask_for_logs(a_case(office), office.lena, "Tue 10:00"),
        EventKind.DIAGNOSTICS_ASKED, MailKind.DIAGNOSTICS_ASKED, "priya",
    ),
    "diagnostics promised": Owed(
        lambda office: investigate(a_case(office), office.lena, "Tue 10:00"),
        EventKind.INVESTIGATION_BEGAN, MailKind.FOLLOW_UP_PROMISED, "priya",
    ),
    "consent to cloud cost": Owed(
        lambda office: asked_consent(a_case(office), office.lena, "Tue 10:00"),
        EventKind.CONSENT_ASKED, MailKind.CONSENT_ASKED, "priya",
    ),
    "charge to decide": Owed(
        lambda office: charges(office, "never_qualified"), EventKind.CHARGES_JUDGED, MailKind.CHARGE_TO_DECIDE, "ruth"
    ),
    "charge decision": Owed(charges_waived, EventKind.CHARGES_DECIDED, MailKind.CHARGE_DECIDED, "priya"),
    "trial ending": Owed(a_trial_ends, NoticeKind.TRIAL_ENDING, MailKind.TRIAL_ENDING, "ann priya ruth"),
    "request kept": Owed(a_request_is_kept, NoticeKind.REQUEST_KEPT, MailKind.REQUEST_KEPT, "omar"),
    "mail put aside": Owed(a_mail_too_deep, NoticeKind.MAIL_PUT_ASIDE, MailKind.MAIL_PUT_ASIDE, "priya"),
    "daily digest": Owed(a_morning_comes, None, MailKind.DAILY_DIGEST, "ann lena ruth"),
    "mail given up": Owed(a_mail_is_given_up, None, MailKind.MAILS_GIVEN_UP, "ann"),
    "request that waits": Owed(a_request_is_kept, NoticeKind.REQUEST_KEPT, MailKind.REQUEST_WAITING, "ruth"),
}  # fmt: skip


@pytest.mark.clause("P1.1", "P2.3", "P4.1", "P7.1", "P9.2", "P9.3", "P9.4", "P9.5", "P9.7", "P11.1", "P11.2", "P12.1")
@pytest.mark.parametrize("name", OWED)
def test_what_is_owed_reaches_whom_it_is_owed_to(office: Office, name: str) -> None:
    owed = OWED[name]
    owed.happens(office)
    tell("Mon 14 Dec 10:00")
    sent = OutgoingMail.objects.filter(kind=owed.mail).select_related("recipient", "event")
    assert " ".join(sorted(mail.recipient.name.split()[0].lower() for mail in sent if mail.recipient)) == owed.to
    for mail in sent:
        assert mail.event is None or mail.event.kind == owed.event
        assert {"In-Reply-To", "References", "List-Id", "Auto-Submitted"} <= set(mail.headers)
