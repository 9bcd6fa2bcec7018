"""A case to which everything happened that can happen to a case."""

from collections.abc import Callable
from functools import partial
from typing import Any

from cases import actions
from cases.lifecycle import Side
from cases.models import Case, IncomingMail, MessageKind
from tests import builders
from tests.builders import Cast, at, logged_case
from tests.diagnostics import agreed_session, ask_for_logs, given_consent, investigate

MONDAY = at("Mon 14:00")


def fullest_case(people: Cast) -> Case:
    """Log a case on Monday that becomes Sev 1 at night, and have a row of every noun of it by Tuesday noon."""
    older = logged_case(people.omar, MONDAY, title="Older")
    case = logged_case(people.priya, MONDAY)
    _becomes_severity_1_at_night(case, people)
    by_contact: Callable[..., dict[str, Any]] = partial(dict, case_id=case.pk, actor=people.priya)
    by_us: Callable[..., dict[str, Any]] = partial(dict, case_id=case.pk, actor=people.lena)
    _others_of_it(case, older, people)
    came: dict[str, Any] = dict.fromkeys(("received_at", "stored_at", "handled_at"), at("Tue 9:00"))
    IncomingMail.objects.create(case=case, fate="reply", size=1, sha256="0" * 64, **came)
    actions.reply_as_contact(**by_contact(body="See.", uploads=[builders.upload()], now=at("Tue 9:01")))
    actions.begin_upload(**by_contact(name="dump.zip", size=10, now=at("Tue 9:02")))
    actions.begin_upload(**by_us(name="ours.zip", size=10, now=at("Tue 9:02")))
    actions.ask_for_manager(**by_contact(words="It takes long.", now=at("Tue 9:03")))
    actions.add_watcher(**by_contact(user_id=people.omar.pk, now=at("Tue 9:04")))
    actions.mark_resource_away(**by_contact(reason="Asleep.", now=at("Tue 9:05")))
    builders.call(case, people.lena, at("Tue 9:20"), "no_answer")
    actions.write_note(**by_us(body="Odd.", uploads=[], now=at("Tue 9:21")))
    actions.record_workaround(**by_us(words="Restore from the copy.", now=at("Tue 9:40")))
    _plans(case, people)
    agreed_session(case, people.lena, "Tue 10:00", people.priya)
    given_consent(case, people.lena, "Tue 10:10", people.priya)
    actions.begin_cloud_action(**by_us(action="Copy 40 GB.", now=at("Tue 10:20")))
    ask_for_logs(case, people.lena, "Tue 10:30")
    investigate(case, people.lena, "Tue 10:40")
    actions.keep_word_draft(**by_us(kind=MessageKind.REPLY, body="Nearly", now=at("Tue 11:59")))
    actions.note_presence(case_id=case.pk, writing=True, actor=people.max, now=at("Tue 11:59"))
    # Our first word ended the alert of the night.
    case.alerts.update(ended_at=None)
    return builders.fresh(case)


def _others_of_it(case: Case, older: Case, people: Cast) -> None:
    newer, merged = (logged_case(people.omar, MONDAY, title=title) for title in ("Newer", "The same"))
    for other in (older, newer):
        actions.link_cases(case_id=case.pk, other=other.reference, actor=people.lena, now=at("Tue 9:00"))
    actions.merge_case(case_id=merged.pk, into=case.reference, actor=people.lena, now=at("Tue 9:00"))
    actions.submit_case(
        partner_id=people.northwind.pk,
        details=builders.details(title="Again"),
        severity=3,
        follow_up_of=case.reference,
        actor=people.priya,
        now=at("Tue 9:00"),
    )


def _becomes_severity_1_at_night(case: Case, people: Cast) -> None:
    actions.propose_severity(
        case_id=case.pk, severity=1, reason="It is.", technical_resource="Omar", actor=people.lena, now=at("Mon 16:00")
    )
    actions.agree_to_severity(
        proposal_id=case.severity_proposals.get().pk,
        technical_resource="Omar",
        charges_accepted=True,
        actor=people.priya,
        now=at("Mon 23:00"),
    )


def _plans(case: Case, people: Cast) -> None:
    for summary in ("The first plan", "The plan"):
        actions.make_plan(case_id=case.pk, summary=summary, actor=people.lena, now=at("Tue 9:50"))
        plan = case.plans.latest("pk")
        for title in ("Copy", "Check"):
            actions.add_milestone(
                case_id=case.pk,
                title=title,
                side=Side.STAFF,
                owner_id=people.lena.pk,
                due_on=at("Thu 9:00").date(),
                after=[one.pk for one in plan.milestones.all()],
                actor=people.lena,
                now=at("Tue 9:51"),
            )
        if summary == "The first plan":
            actions.end_plan(case_id=case.pk, reason="Another one.", actor=people.lena, now=at("Tue 9:52"))
