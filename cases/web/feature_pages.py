"""The desk's list of feature requests and the page of one; what a specialist does with them (P10.1)."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import actions
from cases.models import Case, FeatureRequest, FeatureRequestCase, FeatureState, Partner
from cases.querysets import FeatureRequestQuerySet
from cases.rules import RuleBroken
from cases.web import lists
from cases.web.answers import put_beside
from cases.web.case_pages import act_on_case
from cases.web.exports import csv_answer
from cases.web.features import FeatureForm, FeatureLinkForm, FeatureMergeForm, FeatureStateForm, IdeasAddressForm
from cases.web.request import PortalRequest, desk_page

FILTERS = ("state", "partner")
BY_PARTNER = 20
CASES_SHOWN = 200


@desk_page
@require_POST
def lodge(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Turn a case into a feature request, and close it with one if that was asked for."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        names = ("title", "function", "application", "use_case", "ideas_url")
        actions.lodge_feature_request(
            case_id=found.pk,
            details=actions.FeatureDetails(**{name: checked[name] for name in names}),
            then_close=checked["then_close"],
            words=checked["words"],
            actor=request.user,
            now=request.now,
        )

    done = _("The feature request is lodged. The contact sees it on the case.")
    return act_on_case(request, reference, FeatureForm(request.POST), "feature_form", act, done)


@desk_page
@require_POST
def link(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Count a case for a request that exists."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.link_feature_request(
            case_id=found.pk,
            feature_id=checked["feature"],
            then_close=checked["then_close"],
            words=checked["words"],
            actor=request.user,
            now=request.now,
        )

    done = _("The case counts for this request. The contact sees it on the case.")
    return act_on_case(request, reference, FeatureLinkForm(request.POST), "feature_link_form", act, done)


# --- The desk's list and pages ----------------------------------------------------------------------------------------


@desk_page
@require_GET
def features(request: PortalRequest) -> HttpResponse:
    """List what partners wish for, newest first, counted by partner."""
    words, filters = lists.words_in(request), lists.filters_in(request, FILTERS)
    found = _found(words, filters).with_counts()
    page = lists.page_of(request, found, order="lodged_at", words=words, filters=filters)
    asking = Partner.objects.filter(pk__in=FeatureRequestCase.objects.values("partner")).order_by("name")
    context = {
        "page": page,
        "choices": [
            lists.Choice("state", _("State"), filters.get("state", ""), FeatureState.choices),
            lists.Choice("partner", _("Partner"), filters.get("partner", ""), list(asking.values_list("code", "name"))),
        ],
        "export_url": f"{reverse('desk_features_export')}?{page.first_query}",
        "by_partner": _by_partner(),
    }
    return render(request, "cases/desk/features.html", context)


@desk_page
@require_GET
def export(request: PortalRequest) -> HttpResponseBase:
    """Send the same list as a file."""
    found = _found(lists.words_in(request), lists.filters_in(request, FILTERS)).with_counts().newest_first()
    headings = [
        _("Number"), _("Title"), _("State"), _("Partners"), _("Cases"), _("Function"), _("Application"), _("Use case"),
        _("Ideas Portal"), _("Lodged"), _("Lodged by"),
    ]  # fmt: skip
    rows = (
        [
            row.pk, row.title, row.get_state_display(), row.partners, row.cases, row.function, row.application,
            row.use_case, row.ideas_url, row.lodged_at, row.lodged_by,
        ]
        for row in found.select_related("lodged_by").iterator(chunk_size=500)
    )  # fmt: skip
    return csv_answer("feature-requests", headings, rows)


@desk_page
@require_GET
def feature(request: PortalRequest, feature_id: int) -> HttpResponse:
    """Show a request with its cases, its partners and what happened to it."""
    return _feature_page(request, feature_id)


@desk_page
@require_POST
def feature_state(request: PortalRequest, feature_id: int) -> HttpResponseBase:
    """Say where a request stands."""

    def act(checked: dict[str, Any]) -> FeatureRequest:
        return actions.set_feature_state(feature_id=feature_id, **checked, actor=request.user, now=request.now)

    return _act_on_feature(request, feature_id, FeatureStateForm(request.POST), "state_form", act)


@desk_page
@require_POST
def feature_address(request: PortalRequest, feature_id: int) -> HttpResponseBase:
    """Set where a request stands in the Ideas Portal."""

    def act(checked: dict[str, Any]) -> FeatureRequest:
        return actions.set_ideas_address(feature_id=feature_id, **checked, actor=request.user, now=request.now)

    return _act_on_feature(request, feature_id, IdeasAddressForm(request.POST), "address_form", act)


@desk_page
@require_POST
def feature_merge(request: PortalRequest, feature_id: int) -> HttpResponseBase:
    """Fold a request into another one."""

    def act(checked: dict[str, Any]) -> FeatureRequest:
        return actions.merge_feature_requests(
            feature_id=feature_id, into_id=checked["into"], actor=request.user, now=request.now
        )

    return _act_on_feature(request, feature_id, FeatureMergeForm(request.POST), "merge_form", act)


def _found(words: str, filters: dict[str, str]) -> FeatureRequestQuerySet:
    found = FeatureRequest.objects.standing()
    if words:
        found = found.matching(words)
    if "state" in filters:
        found = found.filter(state=filters["state"])
    if "partner" in filters:
        asked = FeatureRequestCase.objects.filter(partner__code=filters["partner"])
        found = found.filter(pk__in=asked.values("request"))
    return found


def _by_partner() -> list[Any]:
    """Return who asks for the most: requests and cases of each partner."""
    rows = FeatureRequestCase.objects.values("partner__code", "partner__name")
    counted = rows.annotate(requests=Count("request", distinct=True), cases=Count("pk"))
    return list(counted.order_by("-requests", "partner__name")[:BY_PARTNER])


def _feature_page(request: PortalRequest, feature_id: int, *, status: int = 200, **given: Any) -> HttpResponse:
    found = FeatureRequest.objects.select_related("merged_into", "lodged_by").filter(pk=feature_id).first()
    if found is None:
        raise Http404
    links = FeatureRequestCase.objects.filter(request=found, case__in=Case.objects.visible_to(request.user))
    context = {
        "feature": found,
        "links": list(
            links.select_related("case__partner", "case__contact", "lodged_as").order_by("-linked_at")[:CASES_SHOWN]
        ),
        "partners": links.values("partner").distinct().count(),
        "folded": list(found.merged.order_by("title")),
        "changes": list(found.changes.select_related("by").order_by("pk")),
        "state_form": FeatureStateForm(initial={"state": found.state, "expected": found.state}),
        "address_form": IdeasAddressForm(initial={"address": found.ideas_url, "expected": found.ideas_url}),
        "merge_form": FeatureMergeForm(),
    }
    return render(request, "cases/desk/feature.html", context | given, status=status)


def _act_on_feature(
    request: PortalRequest,
    feature_id: int,
    form: forms.Form,
    name: str,
    act: Callable[[dict[str, Any]], FeatureRequest],
) -> HttpResponseBase:
    if not FeatureRequest.objects.filter(pk=feature_id).exists():
        raise Http404
    if form.is_valid():
        try:
            now_at = act(form.cleaned_data)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("The request is changed."))
            return redirect("desk_feature", feature_id=now_at.pk)
    return _feature_page(request, feature_id, status=422, **{name: form})
