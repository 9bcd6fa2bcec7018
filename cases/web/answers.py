"""How a broken rule becomes a sentence beside a field."""

from uuid import uuid4

from django import forms
from django.http import Http404

from cases.models import Case, User
from cases.rules import RuleBroken
from cases.seen_by import SeenBy

_REFERENCE = "a case"
_CASE = SeenBy(lambda cases: cases.filter(reference=_REFERENCE), reference=_REFERENCE)


# Where the sentence of a rule belongs; the others stand on top of the form.
FIELD_OF_RULE = {
    "hold_reason_missing": "reason",
    "no_such_case": "other",
    "address_differs": "address",
    "record_note_missing": "note",
    "secret_too_short": "secret",
    "secret_nowhere": "secret",
    "secret_not_yours": "secret",
    "file_gone": "file",
    "file_not_yours": "file",
    "placeholder_unknown": "body",
    "macro_name_taken": "name",
    "view_name_taken": "name",
    "member_already": "email",
    "member_inactive": "email",
    "password_too_easy": "password",
    "merge_into_closed": "other",
    "merge_hidden_from_contact": "other",
    "linked_already": "other",
    "watcher_may_not_see": "person",
    "contact_hears_anyway": "person",
    "contact_no_colleague": "person",
    "wanted_by_past": "wanted_by",
    "follow_up_time": "follow_up_at",
    "follow_up_reason_missing": "reason",
    "session_result_missing": "result",
    "cloud_reason_missing": "because",
    "cloud_time": "done_at",
    "words_missing": "words",
    "not_a_contact": "said_by",
    "name_missing": "name",
    "zone_unknown": "zone",
    "token_name_missing": "name",
    "token_name_taken": "name",
    "channel_name_missing": "name",
    "webhook_name_missing": "name",
    "webhook_url": "url",
    "webhook_kinds": "kinds",
    "channel_address": "address",
    "channel_kinds_missing": "kinds",
    "channel_kinds_on_call": "kinds",
    "channel_of_managers": "desk",
    "viewing_reason_missing": "because",
    "token_scopes_missing": "scopes",
    "technical_resource_missing": "technical_resource",
    "charges_not_accepted": "accept_charges",
    "release_missing": "release",
    "workaround_missing": "workaround",
    "notice_missing": "notice",
    "referral_missing": "referral",
    "destination_missing": "destination",
    "workaround_words_missing": "words",
    "workaround_time_wrong": "in_place_at",
    "failure_missing": "failure",
    "plan_summary_missing": "summary",
    "milestone_title_missing": "title",
    "milestone_owner_wrong": "owner",
    "milestone_on_closed_day": "due_on",
    "milestone_in_the_past": "due_on",
    "milestone_reason_missing": "reason",
    "milestones_in_a_circle": "after",
    "milestone_waits": "state",
    "explanation_missing": "explanation",
    "message_empty": "body",
    "reason_missing": "reason",
    "word_missing": "word",
    "number_wrong": "number",
    "address_is_ours": "email",
    "account_closed": "email",
    "left_the_partner": "email",
    "email_wrong": "email",
    "answer_missing": "answer",
    "ideas_address_wrong": "ideas_url",
    "follow_up_missing": "what_was_done",
    "severity_reason_missing": "reason",
    "severity_is_that": "severity",
    "charge_verdict_missing": "charge_verdict",
    "charge_reason_missing": "charge_reason",
    "charge_decision_missing": "decision",
    "charge_decision_reason_missing": "reason",
    "call_before_case": "made_at",
    "call_in_future": "made_at",
    "call_too_long_ago": "made_at",
}


def put_beside(form: forms.Form, broken: RuleBroken) -> None:
    """Attach a broken rule's sentence to the field it is about."""
    field = FIELD_OF_RULE.get(broken.code)
    form.add_error(field if field in form.fields else None, str(broken.message))


def new_key() -> dict[str, str]:
    """Return the hidden key that makes a form sent twice one act."""
    return {"submission_key": str(uuid4())}


def case_to_act_on(reference: str, user: User) -> Case:
    """Return the case alone, for a form that becomes an act, which reads what it needs itself; otherwise the 404."""
    # Nobody's text holds NUL, and the database takes none.
    found = _CASE.first(user, reference=reference.replace("\0", ""))
    if found is None:
        raise Http404
    return found


def case_or_404(reference: str, user: User) -> Case:
    """Return the case if `user` may know of it. No such case and somebody else's are the same 404."""
    found = (
        Case.objects.visible_to(user)
        .with_people()
        .select_related("product_area", "follow_up_of", "policy", "feature_link__request")
        .filter(reference=reference)
        .first()
    )
    if found is None:
        raise Http404
    return found
