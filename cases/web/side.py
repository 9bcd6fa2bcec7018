"""What stands beside the conversation: what is going on comes first; what one could begin waits in one list of acts."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """One noun's part of a case's page.

    It is busy while a value named in `busy` says that something is going on, or one of its `forms` was refused.
    """

    template: str
    busy: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()

    def is_busy(self, context: dict[str, Any], refused: set[str]) -> bool:
        """Return whether the part stands by itself, not among what one could begin."""
        return any(context.get(name) for name in self.busy) or not refused.isdisjoint(self.forms)


DIAGNOSTICS = ("diagnostics_form", "investigation_form", "follow_up_form", "not_needed_form", "end_investigation_form")
SESSIONS = ("session_form", "spoken_form", "session_result_form", "begin_session_form", "session_answer_form")
CONSENTS = ("consent_form", "cloud_action_form", "without_consent_form", "consent_answer_form", "withdraw_form")
PLANS = ("workaround_form", "workaround_failed_form", "plan_form", "milestone_form", "end_plan_form")
LINKS = ("link_form", "unlink_form", "merge_form")
FEATURES = ("feature_form", "feature_link_form")
MANAGERS = ("manager_form", "manager_answer_form")

# In the order in which they stand.
DESK = [
    Part("cases/desk/side/diagnostics.html", ("diagnostics", "investigation"), DIAGNOSTICS),
    Part("cases/desk/side/sessions.html", ("sessions",), SESSIONS),
    Part("cases/desk/side/consents.html", ("consent", "cloud_actions"), CONSENTS),
    Part("cases/desk/side/plans.html", (), PLANS),
    Part("cases/desk/side/files.html", ("case_files", "unfinished"), ("files_form",)),
    Part("cases/desk/side/manager_requests.html", ("manager_requests",), MANAGERS),
    Part("cases/desk/side/features.html", ("feature",), FEATURES),
    Part("cases/desk/side/links.html", ("merged_cases", "linked_cases", "goes_on_in"), LINKS),
    Part("cases/desk/side/redaction.html", (), ("redact_form",)),
]
PARTNER = [
    Part("cases/side/files.html", ("case_files", "unfinished"), ("files_form",)),
    Part("cases/side/manager_requests.html", ("manager_requests",), MANAGERS),
    Part("cases/side/redaction.html", (), ("redact_form",)),
]


def parts_of(parts: list[Part], context: dict[str, Any], refused: set[str]) -> dict[str, list[str]]:
    """Return the templates of what is going on, and of what one could begin."""
    busy = [part.template for part in parts if part.is_busy(context, refused)]
    return {"going_on": busy, "to_begin": [part.template for part in parts if part.template not in busy]}
