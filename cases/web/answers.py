"""How a broken rule becomes a sentence beside a field."""

from uuid import uuid4

from django import forms
from django.http import Http404

from cases.models import Case, User
from cases.rules import RuleBroken

# Where the sentence of a rule belongs; the others stand on top of the form.
FIELD_OF_RULE = {
    "technical_resource_missing": "technical_resource",
    "charges_not_accepted": "accept_charges",
    "outcome_detail_missing": "detail",
    "explanation_missing": "explanation",
    "message_empty": "body",
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


def case_or_404(reference: str, user: User) -> Case:
    """Return the case if `user` may know of it. No such case and somebody else's are the same 404."""
    found = (
        Case.objects.visible_to(user)
        .with_people()
        .select_related("product_area", "follow_up_of", "policy")
        .filter(reference=reference)
        .first()
    )
    if found is None:
        raise Http404
    return found
