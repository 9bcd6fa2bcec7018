"""The queue's pages: the list, what changed in it meanwhile, its look, filters, and the views that people saved."""

import re
from dataclasses import replace
from functools import lru_cache
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_POST

from cases import actions
from cases.models import Case, SavedView, User
from cases.presence import who_looks_at
from cases.rules import RuleBroken
from cases.web import lists
from cases.web.answers import put_beside
from cases.web.charges import to_say_about_charges
from cases.web.filters import chips_of, choices_of
from cases.web.queue import ROWS, Around, Asked, QueuePage, around, page_of, settings_of, tabs_of, views_for
from cases.web.queue_cells import COLUMNS, headings_of, rows_of
from cases.web.queue_order import ORDERS
from cases.web.request import PortalRequest, desk_page

# What a specialist still has to say of charges, at most so many at a time, the oldest first.
TO_SAY = 20
USUAL_COLUMNS = ["when", "severity", "reference", "partner", "state", "owner"]


class LookForm(forms.Form):
    """How somebody likes the queue."""

    order = forms.ChoiceField(label=_lazy("Order"), choices=[(order.key, order.name) for order in ORDERS])
    columns = forms.MultipleChoiceField(
        label=_lazy("Columns"), choices=COLUMNS, required=False, widget=forms.CheckboxSelectMultiple
    )
    # Where the person was.
    query = forms.CharField(required=False, max_length=600, widget=forms.HiddenInput)


class ViewForm(forms.Form):
    """A look at the queue with a name."""

    name = forms.CharField(
        label=_lazy("Name"), max_length=40, error_messages={"required": _lazy("Give the view a name.")}
    )
    shared = forms.BooleanField(label=_lazy("Show it to the whole desk"), required=False)
    query = forms.CharField(required=False, max_length=600, widget=forms.HiddenInput)


@desk_page
@require_GET
def queue(request: PortalRequest) -> HttpResponse:
    """Show the queue, the next promise on top unless somebody likes it otherwise."""
    here = around(request.user, request.now)
    columns = here.settings.columns or USUAL_COLUMNS
    page = page_of(request, here.settings, columns)
    context = _rows_of(request, page, here, columns)
    if request.htmx and request.htmx.target != "queue":
        return render(request, "cases/desk/queue.html#rows", context)
    tabs, named = tabs_of(request, page, here, _views_for(request.user) if here.has_views else [])
    to_say = to_say_about_charges(request.user).select_related("case").order_by("asked_at", "pk")
    context |= {"tabs": tabs, "named": named, "chips": chips_of(page.asked.filters)}
    context |= {"to_say": list(to_say[:TO_SAY]) if here.has_charges else []}
    return render(request, "cases/desk/queue.html", context)


@desk_page
@require_GET
def changes(request: PortalRequest) -> HttpResponseBase:
    """Say how many rows of a page are no longer as it shows them. One query, and nothing is drawn."""
    asked = Asked.read(request.GET)
    order = asked.ordering(settings_of(request.user))
    cases = order.beyond(asked.cases(request.user, request.now), request.GET.get("after", ""))
    now = set(order.ordered(cases).values_list("pk", "last_event_number")[:ROWS])
    shown = {tuple(map(int, row.split("-"))) for row in request.GET.get("shown", "").split(",") if _is_row(row)}
    count = len({row[0] for row in now ^ shown})
    words = ngettext("%(count)s change, show it", "%(count)s changes, show them", count) % {"count": count}
    return JsonResponse({"count": count, "words": words}) if count else HttpResponse(status=204)


def _is_row(row: str) -> bool:
    number, _dash, event = row.partition("-")
    return lists.id_in(number) is not None and lists.id_in(event) is not None


@desk_page
@require_POST
def look(request: PortalRequest) -> HttpResponseBase:
    """Keep columns and order, and show the queue so."""
    form = LookForm(request.POST)
    if not form.is_valid():
        raise Http404
    said = form.cleaned_data
    actions.keep_queue_look(columns=said["columns"], order=said["order"], actor=request.user, now=request.now)
    return _to_queue(replace(Asked.read(QueryDict(said["query"])), order="").query)


@desk_page
@require_GET
def narrow(request: PortalRequest) -> HttpResponse:
    """Offer the filters of the queue: beside it, or on a page of their own."""
    asked = Asked.read(request.GET)
    context = {"asked": asked, "choices": choices_of(asked.filters)}
    template = "cases/desk/queue_filters.html#filters" if request.htmx else "cases/desk/queue_filters.html"
    return render(request, template, context)


@desk_page
@require_GET
def views(request: PortalRequest) -> HttpResponse:
    """List the views that somebody saved, to name, share, move and delete them."""
    return _views_page(request)


@desk_page
@require_POST
def view_save(request: PortalRequest) -> HttpResponseBase:
    """Keep what is looked at under a name."""
    form = ViewForm(request.POST)
    if form.is_valid():
        query = Asked.read(QueryDict(form.cleaned_data["query"])).query
        try:
            said = {"name": form.cleaned_data["name"], "shared": form.cleaned_data["shared"]}
            actions.save_view(**said, query=query, actor=request.user, now=request.now)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("The view is saved. You find it above the queue."))
            return _to_queue(query)
    return _views_page(request, status=422, view_form=form)


@desk_page
@require_POST
def view_change(request: PortalRequest, view_id: int) -> HttpResponseBase:
    """Name one's own view anew, or share it."""
    _own_or_404(request, view_id)
    form = ViewForm(request.POST)
    if form.is_valid():
        said = {"name": form.cleaned_data["name"], "shared": form.cleaned_data["shared"]}
        try:
            actions.change_view(view_id=view_id, **said, actor=request.user, now=request.now)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("The view is changed."))
            return redirect("desk_views")
    return _views_page(request, status=422, refused=(view_id, form))


@desk_page
@require_POST
def view_move(request: PortalRequest, view_id: int) -> HttpResponseBase:
    """Move one's own view by one place."""
    _own_or_404(request, view_id)
    earlier = request.POST.get("to") != "later"
    actions.move_view(view_id=view_id, earlier=earlier, actor=request.user, now=request.now)
    return redirect("desk_views")


@desk_page
@require_POST
def view_delete(request: PortalRequest, view_id: int) -> HttpResponseBase:
    """Delete one's own view."""
    found = _own_or_404(request, view_id)
    actions.delete_view(view_id=view_id, actor=request.user, now=request.now)
    messages.success(request, _("The view “%(name)s” is deleted. Its cases stay as they are.") % {"name": found.name})
    return redirect("desk_views")


def _own_or_404(request: PortalRequest, view_id: int) -> SavedView:
    found = SavedView.objects.filter(owner=request.user, pk=view_id).first()
    if found is None:
        raise Http404
    return found


def _views_for(user: User) -> list[SavedView]:
    """Return one's own views in their order, then what colleagues share."""
    found = views_for(user).select_related("owner")
    return sorted(found, key=lambda view: (view.owner_id != user.pk, view.owner.name, view.position, view.pk))


def _rows_of(request: PortalRequest, page: QueuePage, here: Around, columns: list[str]) -> dict[str, object]:
    after, zone = request.GET.get("after", ""), timezone.get_current_timezone_name()
    looking = who_looks_at(page.rows, request.user, request.now) if here.has_company else {}
    return {
        "headings": headings_of(page, columns, zone),
        "rows": rows_of(page, columns, looking, request.now, zone),
        "page": page,
        "columns": columns,
        "exact": _named(page.asked.words, request.user),
        "look_fields": _look_fields(get_language(), here.settings.order or ORDERS[0].key, tuple(columns)),
        "view_fields": _view_fields(get_language()),
        "here": f"{page.asked.query}{'&' + urlencode({'after': after}) if after else ''}",
        "changes_url": f"{reverse('desk_changes')}?{page.asked.query}&{urlencode({'after': after})}",
    }


@lru_cache(maxsize=256)
def _look_fields(_language: str | None, order: str, columns: tuple[str, ...]) -> SafeString:
    return _drawn(LookForm(auto_id="look_%s", initial={"order": order, "columns": columns}))


@lru_cache(maxsize=8)
def _view_fields(_language: str | None) -> SafeString:
    return _drawn(ViewForm(auto_id="save_%s"))


def _drawn(form: forms.Form) -> SafeString:
    """Draw the fields of an empty form, which takes longer than the rows of a page."""
    fields = (render_to_string("components/field.html", {"field": field}) for field in form.visible_fields())
    return SafeString("".join(fields))


def _named(words: str, reader: User) -> Case | None:
    """Return the case whose number was typed, whatever view it belongs in."""
    if not re.fullmatch(r"\s*[A-Za-z][A-Za-z0-9]*-\d+\s*", words):
        return None
    return Case.objects.visible_to(reader).filter(reference=words.strip().upper()).first()


def _views_page(
    request: PortalRequest, *, status: int = 200, refused: tuple[int, ViewForm] | None = None, **given: forms.Form
) -> HttpResponse:
    own = SavedView.objects.filter(owner=request.user).order_by("position", "pk")
    rows = [(view, ViewForm(initial={"name": view.name, "shared": view.shared})) for view in own]
    if refused is not None:
        rows = [(view, refused[1] if view.pk == refused[0] else form) for view, form in rows]
    for view, form in rows:
        form.auto_id = f"view-{view.pk}-%s"
    return render(request, "cases/desk/views.html", {"rows": rows} | given, status=status)


def _to_queue(query: str) -> HttpResponseBase:
    return redirect(f"{reverse('desk_queue')}?{query}")
