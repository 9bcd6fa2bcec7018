"""What staff arrange for their own work: views of the queue, its look, presence at a case, drafts of messages.

None of it is part of a case's record: nothing is recorded, and nobody is told.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cases.actions import _record, _request
from cases.models import Case, DeskSettings, Presence, SavedView, User, WordDraft
from cases.rules import RuleBroken

MOST_VIEWS = 30
LONGEST_VIEW = 600
# Of presences that expired, each one goes with the next that is noted in its case.
FORGOTTEN_AFTER = timedelta(hours=1)


@transaction.atomic(durable=True)
def keep_queue_look(*, columns: Sequence[str], order: str, actor: User, now: datetime) -> DeskSettings:
    """Keep which columns a person wants in the queue, and in which order its rows stand unless an address says."""
    _record.require_staff(actor)
    chosen = {"columns": list(columns), "order": order}
    return DeskSettings.objects.update_or_create(user=actor, defaults=chosen)[0]


@transaction.atomic(durable=True)
def save_view(*, name: str, query: str, shared: bool, actor: User, now: datetime) -> SavedView:
    """Keep a look at the queue under a name, behind the person's others.

    Raises:
        RuleBroken: the person has a view of this name, or too many; or it asks for more than is kept.
    """
    _record.require_staff(actor)
    if len(query) > LONGEST_VIEW:
        raise RuleBroken("view_too_long", _("This view looks for too many words. Take fewer. Nothing was saved."))
    # One person's views change one after the other.
    User.objects.select_for_update().get(pk=actor.pk)
    own = SavedView.objects.filter(owner=actor)
    _require_new_name(name, own.values_list("name", flat=True))
    if own.count() >= MOST_VIEWS:
        raise RuleBroken("too_many_views", _("You have very many views. Delete one first. Nothing was saved."))
    last = own.aggregate(last=Max("position"))["last"] or 0
    view = SavedView.objects.create(owner=actor, name=name.strip(), query=query, shared=shared, position=last + 1)
    _request.leave_receipt(None, made=view.pk, now=now)
    return view


@transaction.atomic(durable=True)
def change_view(*, view_id: int, name: str, shared: bool, actor: User, now: datetime) -> None:
    """Name one's own view anew, and share it or no longer.

    Raises:
        RuleBroken: another view of the person has this name.
    """
    User.objects.select_for_update().get(pk=actor.pk)
    own = SavedView.objects.filter(owner=actor)
    _require_new_name(name, own.exclude(pk=view_id).values_list("name", flat=True))
    own.filter(pk=view_id).update(name=name.strip(), shared=shared)


@transaction.atomic(durable=True)
def move_view(*, view_id: int, earlier: bool, actor: User, now: datetime) -> None:
    """Let one's own view change places with its neighbour; at the end of the row nothing happens."""
    User.objects.select_for_update().get(pk=actor.pk)
    _request.leave_receipt(None, made=view_id, now=now)
    views = list(SavedView.objects.filter(owner=actor).order_by("position", "pk"))
    here = next((number for number, view in enumerate(views) if view.pk == view_id), None)
    there = None if here is None else here + (-1 if earlier else 1)
    if here is None or there is None or not 0 <= there < len(views):
        return
    views[here], views[there] = views[there], views[here]
    for number, view in enumerate(views, start=1):
        view.position = number
    SavedView.objects.bulk_update(views, ["position"])


@transaction.atomic(durable=True)
def delete_view(*, view_id: int, actor: User, now: datetime) -> None:
    """Delete one's own view. The cases in it stay as they are."""
    SavedView.objects.filter(owner=actor, pk=view_id).delete()


@transaction.atomic(durable=True)
def note_presence(*, case_id: int, writing: bool, actor: User, now: datetime) -> None:
    """Note that somebody of the staff has a case open, and whether they are writing."""
    _record.require_staff(actor)
    here = Presence.objects.filter(case_id=case_id)
    here.filter(seen_at__lt=now - FORGOTTEN_AFTER).delete()
    Presence.objects.update_or_create(case_id=case_id, user=actor, defaults={"writing": writing, "seen_at": now})


@transaction.atomic(durable=True)
def leave_case(*, case_id: int, actor: User, now: datetime) -> None:
    """Forget that somebody has a case open."""
    Presence.objects.filter(case_id=case_id, user=actor, seen_at__lte=now).delete()


@transaction.atomic(durable=True)
def keep_word_draft(*, case_id: int, kind: str, body: str, actor: User, now: datetime) -> None:
    """Keep a reply or a note as typed so far; the last state wins, and an empty one is none."""
    _record.require_staff(actor)
    case = Case.objects.visible_to(actor).get(pk=case_id)
    if body.strip():
        said = {"body": body, "saved_at": now}
        WordDraft.objects.update_or_create(case=case, user=actor, kind=kind, defaults=said)
    else:
        WordDraft.objects.filter(case=case, user=actor, kind=kind).delete()


def _require_new_name(name: str, taken: Iterable[str]) -> None:
    if name.strip().casefold() in {one.casefold() for one in taken}:
        raise RuleBroken("view_name_taken", _("You have a view of this name. Choose another. Nothing was changed."))
