"""Feature requests (P10.1): lodged from a case, linked, merged, and what becomes of them."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases import lifecycle, rules
from cases.actions import _promises, _record, _request, closing
from cases.lifecycle import Trigger
from cases.models import (
    Case,
    EventKind,
    FeatureChange,
    FeatureChangeKind,
    FeatureRequest,
    FeatureRequestCase,
    FeatureState,
    User,
)
from cases.rules import Outcome, RuleBroken


@dataclass(frozen=True)
class FeatureDetails:
    """What a feature request says (P10.1). Its title is read by every partner that asks for it."""

    title: str
    function: str
    use_case: str
    application: str = ""
    ideas_url: str = ""


@transaction.atomic(durable=True)
def lodge_feature_request(
    *, case_id: int, details: FeatureDetails, then_close: bool = False, words: str = "", actor: User, now: datetime
) -> FeatureRequest:
    """Turn a case into a feature request, and close it as one if `then_close`, with `words` for the contact.

    Raises:
        RuleBroken: the case asks for a feature already, is closed and was to be closed, or something is missing.
    """
    _record.require_staff(actor)
    case = _locked_without_request(case_id, then_close=then_close, actor=actor)
    rules.require_what_a_feature_request_needs(details.title, details.function, details.use_case)
    rules.require_ideas_address(details.ideas_url)
    feature = FeatureRequest.objects.create(
        title=details.title.strip(),
        function=details.function,
        application=details.application,
        use_case=details.use_case,
        ideas_url=details.ideas_url,
        lodged_at=now,
        lodged_by=actor,
    )
    _note(feature, FeatureChangeKind.LODGED, case.reference, actor=actor, now=now)
    _link(case, feature, then_close=then_close, words=words, new=True, actor=actor, now=now)
    return feature


@transaction.atomic(durable=True)
def link_feature_request(
    *, case_id: int, feature_id: int, then_close: bool = False, words: str = "", actor: User, now: datetime
) -> FeatureRequest:
    """Count a case for a request that exists; for a merged one, for the request that goes on in its place.

    Raises:
        RuleBroken: the case asks for a feature already, is closed and was to be closed, or there is no such request.
    """
    _record.require_staff(actor)
    case = _locked_without_request(case_id, then_close=then_close, actor=actor)
    feature = _standing(feature_id)
    _note(feature, FeatureChangeKind.LINKED, case.reference, actor=actor, now=now)
    _link(case, feature, then_close=then_close, words=words, new=False, actor=actor, now=now)
    return feature


@transaction.atomic(durable=True)
def merge_feature_requests(*, feature_id: int, into_id: int, actor: User, now: datetime) -> FeatureRequest:
    """Fold a request into another one: its cases count there from now on, and so do those folded into it before.

    Raises:
        RuleBroken: it is the same request, or one of the two was merged meanwhile.
    """
    _record.require_staff(actor)
    if feature_id == into_id:
        raise RuleBroken("feature_same", _("A request cannot be merged into itself. Nothing was changed."))
    found = {row.pk: row for row in _locked([feature_id, into_id])}
    feature, into = found.get(feature_id), found.get(into_id)
    if feature is None or into is None:
        raise _no_such_request()
    for row in (feature, into):
        if row.merged_into_id is not None:
            raise RuleBroken(
                "feature_merged",
                _("“%(title)s” was merged into another request meanwhile. Nothing was changed.") % {"title": row.title},
            )
    FeatureRequest.objects.filter(merged_into=feature).update(merged_into=into)
    FeatureRequestCase.objects.filter(request=feature).update(request=into)
    feature.merged_into = into
    feature.save(update_fields=["merged_into"])
    _note(feature, FeatureChangeKind.MERGED_AWAY, into.title, actor=actor, now=now)
    _note(into, FeatureChangeKind.MERGED, feature.title, actor=actor, now=now)
    _request.leave_receipt(None, made=into.pk, now=now)
    return into


@transaction.atomic(durable=True)
def set_feature_state(*, feature_id: int, state: str, expected: str, actor: User, now: datetime) -> FeatureRequest:
    """Say where a request stands. `expected` is what the page showed: a colleague's word is not lost unseen."""
    _record.require_staff(actor)
    feature = _standing(feature_id)
    if state not in FeatureState.values:
        raise RuleBroken("feature_state_unknown", _("Choose one of the states listed. Nothing was changed."))
    if feature.state == state:
        return feature
    if feature.state != expected:
        raise _changed_meanwhile(FeatureState(feature.state).label)
    feature.state = state
    feature.save(update_fields=["state"])
    _note(feature, FeatureChangeKind.STATE_SET, str(FeatureState(state).label), actor=actor, now=now)
    _request.leave_receipt(None, made=feature.pk, now=now)
    return feature


@transaction.atomic(durable=True)
def set_ideas_address(*, feature_id: int, address: str, expected: str, actor: User, now: datetime) -> FeatureRequest:
    """Set or clear where a request stands in the Ideas Portal; contacts see it on their cases at once."""
    _record.require_staff(actor)
    feature = _standing(feature_id)
    rules.require_ideas_address(address)
    if feature.ideas_url == address:
        return feature
    if feature.ideas_url != expected:
        raise _changed_meanwhile(feature.ideas_url or _("nothing"))
    feature.ideas_url = address
    feature.save(update_fields=["ideas_url"])
    _note(feature, FeatureChangeKind.ADDRESS_SET, address, actor=actor, now=now)
    _request.leave_receipt(None, made=feature.pk, now=now)
    return feature


def _locked_without_request(case_id: int, *, then_close: bool, actor: User) -> Case:
    case = _record.locked(case_id, actor=actor)
    link = FeatureRequestCase.objects.filter(case=case).select_related("request", "linked_by").first()
    if link is not None:
        raise RuleBroken(
            "feature_lodged_already",
            _("%(name)s lodged this case already: “%(title)s”. Nothing was done twice.")
            % {"name": link.linked_by, "title": link.request.title},
        )
    if then_close:
        lifecycle.require_open(case.status)
    return case


def _link(
    case: Case, feature: FeatureRequest, *, then_close: bool, words: str, new: bool, actor: User, now: datetime
) -> None:
    FeatureRequestCase.objects.create(
        case=case, lodged_as=feature, request=feature, partner=case.partner, linked_at=now, linked_by=actor
    )
    facts = {"feature": feature.pk, "title": feature.title, "new": new}
    _record.record(case, EventKind.FEATURE_REQUEST_LODGED, actor=actor, now=now, public=True, facts=facts)
    if then_close:
        _promises.respond_first(case, at=now)
        closing.end_case(
            case,
            Trigger.CLOSE,
            Outcome.FEATURE_REQUEST,
            explanation=words.strip() or str(rules.FEATURE_WORDS),
            detail=feature.ideas_url or str(rules.FEATURE_GOES_TO),
            evidence=[],
            actor=actor,
            now=now,
        )


def _standing(feature_id: int) -> FeatureRequest:
    """Lock a request, or the one that goes on in its place. Merging never makes a chain, so one step is enough."""
    feature = next(iter(_locked([feature_id])), None)
    if feature is not None and feature.merged_into_id is not None:
        feature = next(iter(_locked([feature.merged_into_id])), None)
    if feature is None or feature.merged_into_id is not None:
        raise _no_such_request()
    return feature


def _locked(ids: list[int]) -> list[FeatureRequest]:
    """Lock requests in the order of their ids, so that two who merge crosswise do not wait for each other."""
    return list(FeatureRequest.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))


def _note(feature: FeatureRequest, kind: FeatureChangeKind, words: str, *, actor: User, now: datetime) -> None:
    FeatureChange.objects.create(request=feature, kind=kind, words=words[:300], at=now, by=actor)


def _no_such_request() -> RuleBroken:
    return RuleBroken("feature_missing", _("There is no such feature request any more. Look it up again."))


def _changed_meanwhile(now_is: object) -> RuleBroken:
    return RuleBroken(
        "feature_changed",
        _("A colleague changed this meanwhile, to “%(now_is)s”. Nothing was changed; look again.") % {"now_is": now_is},
    )
