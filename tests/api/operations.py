"""A request for every operation of the API that acts, each on a case of its own. A new operation needs one here."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

from cases import actions
from cases.models import Case, Partner, Plan, Triage
from notifications.models import MailState, WebhookDelivery
from tests.api.administering import ADMINISTERING
from tests.api.arranging import ARRANGING
from tests.api.sorting import SORTING
from tests.api.telling import TELLING
from tests.api.world import NOON, Act, World
from tests.builders import at

NEW = {
    "partner": "NWIT",
    "title": "Restores are slow",
    "explanation": "3 MB/s",
    "effect": "A file server is down.",
    "severity": 2,
}
WORDS = {"reason": "It is needed."}
HOOK = {"partner": "NWIT", "name": "tickets", "url": "http://127.0.0.1:9/hook"}


def _of(address: str) -> str:
    """Return the case that an address begins with."""
    return "/".join(address.split("/")[:2]) + "/"


def _proposal(w: World) -> str:
    return w.asked("severity-proposals/", {"severity": 2, **WORDS}, by=w.priya)


def _workaround(w: World) -> str:
    return w.asked("workarounds/", {"words": "Restart the agent."})


def _plan(w: World) -> str:
    return w.asked("plans/", {"summary": "Move to new disks."})


def _milestone(w: World, title: str = "Order disks") -> str:
    plan = _plan(w)
    said = {"title": title, "side": "staff", "owner": w.people.lena.email, "due_on": "2026-11-26"}
    w.after(w.lena, plan, "milestones/", said)
    [shown] = w.lena.get(f"{_of(plan)}plans/").json()["results"]
    return f"{_of(plan)}milestones/{shown['milestones'][0]['id']}/"


def _consent(w: World) -> str:
    return w.asked("consents/", {"action": "Restart the virtual machine."})


def _session(w: World) -> str:
    return w.asked("sessions/", {"purpose": "To look at the restore together."})


def _agreed_session(w: World) -> str:
    return w.after(w.priya, _session(w), "answer/", {"consents": True})


def _investigation(w: World) -> str:
    return w.asked("investigations/", {"follow_up_at": (NOON + timedelta(days=1)).isoformat()})


def _feature(w: World, title: str = "Restore to tape") -> str:
    said = {"title": title, "function": "Writes to tape.", "use_case": "Archives."}
    case = w.after(w.lena, w.case(), "feature-requests/", said)
    return f"feature-requests/{w.lena.get(f'{case}feature-requests/').json()['results'][0]['id']}/"


def _closed(w: World, **changed: Any) -> str:
    said = {"outcome": "fix", "explanation": "The update fixed it.", "detail": "Agent 6.2", **changed}
    return w.after(w.lena, w.case(), "closings/", said)


def _low_survey(w: World) -> str:
    scores = {"handling": 1, "professionalism": 2, "satisfaction": 1}
    w.after(w.priya, _closed(w), "survey-answers/", scores)
    return f"surveys/{w.ruth.get('surveys/').json()['results'][0]['id']}/"


def _arrived(w: World) -> str:
    """Return where a large file stands that is whole."""
    case, priya = w.case(), w.people.priya
    by: dict[str, Any] = {"actor": priya, "now": NOON}
    found = Case.objects.get(reference=case.split("/")[1])
    begun = actions.begin_upload(case_id=found.pk, name="trace.log", size=5, **by)
    actions.keep_piece(upload_id=begun.pk, offset=0, piece=BytesIO(b"12345"), length=5, **by)
    return f"{case}uploads/{begun.pk}/"


def _waiting(w: World) -> str:
    return w.after(w.lena, w.case(), "messages/", {"body": "Which version is it?", "then_wait": True})


def _at_night(w: World) -> str:
    return w.case(severity=1, when=at("Mon 23:00"))


def _webhook(w: World) -> str:
    return f"webhooks/{w.priya.post('webhooks/', HOOK).json()['id']}/"


def _stuck_delivery(w: World) -> str:
    hook = _webhook(w)
    tried = w.priya.post(f"{hook}test/").json()["id"]
    WebhookDelivery.objects.filter(pk=tried).update(state=MailState.GAVE_UP)
    return f"{hook}deliveries/{tried}/"


def _kept(w: World) -> str:
    Partner.objects.update(plan=Plan.LAPSED)
    kept = w.priya.post("cases/", NEW).json()["kept_request"]
    Partner.objects.update(plan=Plan.PAID)
    return f"kept-requests/{kept}/"


def _never_qualified(w: World) -> str:
    case = w.after(w.priya, _at_night(w), "closings/", {"outcome": "solved_by_contact", "explanation": "x"})
    w.after(w.lena, case, "charge-verdicts/", {"verdict": "never_qualified", **WORDS})
    return f"charges/{w.ruth.get('charges/').json()['results'][0]['id']}/"


LATER = {"follow_up_at": (NOON + timedelta(days=2)).isoformat(), "reason": "The log is long."}
WANTED = {"wanted": "The agent's log.", "wanted_by": (NOON + timedelta(days=1)).isoformat()}
FEATURE = {"title": "Restore to tape", "function": "Writes to tape.", "use_case": "Archives."}
SCORES = {"handling": 5, "professionalism": 4, "satisfaction": 5}

# By the name of the operation.
ACTS: dict[str, Callable[[World], Act]] = {
    "log_case": lambda w: Act(w.priya, "cases/", NEW),
    "say": lambda w: Act(w.priya, f"{w.case()}messages/", {"body": "It is version 6.1."}),
    "take_reply_back": lambda w: Act(w.lena, f"{w.asked('messages/', {'body': 'Oops.'})}taking-back/"),
    "add_file": lambda w: Act(w.priya, f"{w.case()}files/", {"body": "The log."}, files=True),
    "finish_upload": lambda w: Act(w.priya, f"{_arrived(w)}finishing/"),
    "log_call": lambda w: Act(w.lena, f"{w.case()}calls/", {"outcome": "reached"}),
    "close_case": lambda w: Act(
        w.priya, f"{w.case()}closings/", {"outcome": "solved_by_contact", "explanation": "It works again."}
    ),
    "take_closing_back": lambda w: Act(w.lena, f"{_closed(w)}closings/taking-back/"),
    "hold_closing": lambda w: Act(w.lena, f"{_waiting(w)}holds/", WORDS),
    "release_closing": lambda w: Act(w.lena, f"{w.after(w.lena, _waiting(w), 'holds/', WORDS)}releases/"),
    "assign_case": lambda w: Act(w.lena, f"{w.case()}assignments/", {"assignee": w.people.lena.email}),
    "hand_case_over": lambda w: Act(w.priya, f"{w.case()}handovers/", {"contact": w.people.omar.email}),
    "add_watcher": lambda w: Act(w.priya, f"{w.case()}watchers/", {"email": w.people.omar.email}),
    "remove_watcher": lambda w: Act(
        w.priya, w.asked("watchers/", {"email": w.people.omar.email}, by=w.priya), method="delete"
    ),
    "propose_severity": lambda w: Act(w.priya, f"{w.case()}severity-proposals/", {"severity": 2, **WORDS}),
    "agree_to_severity": lambda w: Act(w.lena, f"{_proposal(w)}agreement/"),
    "decline_severity": lambda w: Act(w.lena, f"{_proposal(w)}refusal/", WORDS),
    "withdraw_severity_proposal": lambda w: Act(w.priya, f"{_proposal(w)}withdrawal/"),
    "name_technical_resource": lambda w: Act(
        w.priya, f"{_at_night(w)}technical-resources/", {"technical_resource": "Zed, +61 2 5550 0100"}
    ),
    "mark_resource_away": lambda w: Act(w.priya, f"{_at_night(w)}resource-absences/", WORDS),
    "mark_resource_back": lambda w: Act(
        w.priya, f"{w.after(w.priya, _at_night(w), 'resource-absences/', WORDS)}resource-returns/"
    ),
    "take_alert": lambda w: Act(w.lena, f"{_at_night(w)}alerts-taken/"),
    "judge_charges": lambda w: Act(
        w.lena,
        f"{w.after(w.priya, _at_night(w), 'closings/', {'outcome': 'solved_by_contact', 'explanation': 'x'})}"
        "charge-verdicts/",
        {"verdict": "impact_reduced"},
    ),
    "redact": lambda w: Act(w.priya, f"{w.case()}redactions/", {"secret": "400 GB", **WORDS}),
    "decide_charges": lambda w: Act(w.ruth, f"{_never_qualified(w)}decisions/", {"decision": "waive", **WORDS}),
    "log_kept_request": lambda w: Act(w.lena, f"{_kept(w)}logging/"),
    "decline_kept_request": lambda w: Act(w.lena, f"{_kept(w)}refusal/", {"word": "Renew your plan."}),
    "record_workaround": lambda w: Act(w.lena, f"{w.case()}workarounds/", {"words": "Restart the agent."}),
    "confirm_workaround": lambda w: Act(w.priya, f"{_workaround(w)}confirmation/"),
    "report_workaround_failure": lambda w: Act(w.priya, f"{_workaround(w)}failure/", {"failure": "It stops again."}),
    "make_plan": lambda w: Act(w.lena, f"{w.case()}plans/", {"summary": "Move to new disks."}),
    "end_plan": lambda w: Act(w.lena, f"{_plan(w)}ending/", WORDS),
    "add_milestone": lambda w: Act(
        w.lena,
        f"{_plan(w)}milestones/",
        {"title": "Order", "side": "contact", "owner": w.people.priya.email, "due_on": "2026-11-27"},
    ),
    "set_milestone_state": lambda w: Act(w.lena, f"{_milestone(w)}states/", {"state": "started"}),
    "move_milestone": lambda w: Act(w.lena, f"{_milestone(w)}days/", {"due_on": "2026-11-27", **WORDS}),
    "set_milestone_waits": lambda w: Act(w.lena, *_second_of_two(w)),
    "ask_for_consent": lambda w: Act(w.lena, f"{w.case()}consents/", {"action": "Restart the virtual machine."}),
    "answer_consent": lambda w: Act(w.priya, f"{_consent(w)}answer/", {"given": True}),
    "withdraw_consent": lambda w: Act(
        w.priya, f"{w.after(w.priya, _consent(w), 'answer/', {'given': True})}withdrawal/"
    ),
    "begin_cloud_action": lambda w: Act(
        w.lena,
        f"{_of(w.after(w.priya, _consent(w), 'answer/', {'given': True}))}cloud-actions/",
        {"action": "Restarted it."},
    ),
    "ask_for_diagnostics": lambda w: Act(w.lena, f"{w.case()}diagnostics/", WANTED),
    "dismiss_diagnostics": lambda w: Act(w.lena, f"{w.asked('diagnostics/', WANTED)}dismissal/"),
    "begin_investigation": lambda w: Act(w.lena, f"{w.case()}investigations/", {"follow_up_at": LATER["follow_up_at"]}),
    "end_investigation": lambda w: Act(w.lena, f"{_investigation(w)}ending/"),
    "move_follow_up": lambda w: Act(w.lena, f"{_of(_investigation(w))}follow-ups/", LATER),
    "ask_for_session": lambda w: Act(w.lena, f"{w.case()}sessions/", {"purpose": "To look together."}),
    "answer_session": lambda w: Act(w.priya, f"{_session(w)}answer/", {"consents": True}),
    "record_spoken_consent": lambda w: Act(w.lena, f"{_session(w)}spoken-consent/", {"said_by": w.people.priya.email}),
    "begin_session": lambda w: Act(w.lena, f"{_agreed_session(w)}beginning/"),
    "end_session": lambda w: Act(
        w.lena, f"{w.after(w.lena, _agreed_session(w), 'beginning/')}ending/", {"result": "It restores."}
    ),
    "lodge_feature_request": lambda w: Act(w.lena, f"{w.case()}feature-requests/", FEATURE),
    "set_feature_state": lambda w: Act(w.lena, f"{_feature(w)}states/", {"state": "planned"}),
    "set_ideas_address": lambda w: Act(
        w.lena, f"{_feature(w)}ideas-address/", {"address": "https://ideas.example.com/7"}, method="put"
    ),
    "merge_feature_requests": lambda w: Act(
        w.lena, f"{_feature(w)}merges/", {"into": int(_feature(w, "Tapes").split("/")[1])}
    ),
    "ask_for_manager": lambda w: Act(w.priya, f"{w.case()}manager-requests/", {"words": "It takes too long."}),
    "answer_manager_request": lambda w: Act(
        w.ruth, f"{w.asked('manager-requests/', {'words': 'Call me.'}, by=w.priya)}answer/", {"answer": "I shall."}
    ),
    "ask_manager_about_something_else": lambda w: Act(
        w.priya, "manager-requests/", {"partner": "NWIT", "words": "About our plan."}
    ),
    "answer_survey": lambda w: Act(w.priya, f"{_closed(w)}survey-answers/", SCORES),
    "follow_up_survey": lambda w: Act(w.ruth, f"{_low_survey(w)}follow-ups/", {"words": "I called them."}),
    "link_cases": lambda w: Act(w.lena, f"{w.case()}links/", {"other": w.case().split("/")[1]}),
    "unlink_cases": lambda w: Act(w.lena, w.asked("links/", {"other": w.case().split("/")[1]}), method="delete"),
    "merge_case": lambda w: Act(w.lena, f"{w.case()}merges/", {"into": w.case().split("/")[1]}),
    "vote_on_article": lambda w: Act(w.zoe, f"articles/{w.article.slug}/votes/", {"helped": True}),
    "add_webhook": lambda w: Act(w.priya, "webhooks/", HOOK),
    "change_webhook": lambda w: Act(w.priya, _webhook(w), HOOK | {"name": "other"}, method="put"),
    "remove_webhook": lambda w: Act(w.priya, _webhook(w), method="delete"),
    "replace_webhook_secret": lambda w: Act(w.priya, f"{_webhook(w)}secret/"),
    "try_webhook": lambda w: Act(w.priya, f"{_webhook(w)}test/"),
    "send_webhook_delivery_again": lambda w: Act(w.priya, f"{_stuck_delivery(w)}again/"),
    "confirm_follow_up": lambda w: Act(w.lena, f"{_provisional(w)}follow-up-confirmations/"),
    "dismiss_as_thanks": lambda w: Act(w.lena, f"{_provisional(w)}thanks/"),
    "settle_triage": lambda w: Act(w.lena, f"{_unclear(w)}triage/"),
    **ADMINISTERING,
    **SORTING,
    **TELLING,
    **ARRANGING,
}


def _provisional(w: World) -> str:
    """Return where a case stands that may be thanks alone."""
    case = w.case()
    Case.objects.filter(reference=case.split("/")[1]).update(is_provisional=True)
    return case


def _unclear(w: World) -> str:
    """Return where a case stands whose mail named no severity."""
    case = w.case()
    Case.objects.filter(reference=case.split("/")[1]).update(triage=Triage.NO_SEVERITY)
    return case


def _second_of_two(w: World) -> tuple[str, dict[str, list[int]]]:
    """Return where the second milestone of a plan says what it waits for, and that it waits for the first."""
    first = _milestone(w)
    case = Case.objects.get(reference=first.split("/")[1])
    plan = f"cases/{case.reference}/plans/{case.plans.get().pk}/"
    said = {"title": "Build in", "side": "staff", "owner": w.people.lena.email, "due_on": "2026-11-27"}
    w.after(w.lena, plan, "milestones/", said)
    one, two = case.plans.get().milestones.order_by("pk").values_list("pk", flat=True)
    return f"cases/{case.reference}/milestones/{two}/waits/", {"after": [one]}
