"""A request for every operation of the API on what stands around cases: articles, words, feeds, views, people."""

from collections.abc import Callable
from typing import Any

from tests.api.world import Act, World
from tests.builders import at

ARTICLE = {"title": "Slow restores", "summary": "Why they are slow.", "body": "Look at the *disk*."}
TEXT = {"words": "You pay what your cloud asks for it.", "expected_version": 1}
VIEW = {"name": "Ours", "shared": True, "look": {"view": "unassigned", "severity": 3, "partner": "NWIT"}}


def _draft(w: World) -> str:
    """Return where an article stands that partners do not read yet."""
    return f"articles/{w.lena.post('articles/', ARTICLE).json()['slug']}/"


def _done_without_consent(w: World) -> str:
    """Return where work stands that nobody consented to."""
    said = {"action": "Restarted it.", "without_consent_because": "It burned."}
    w.after(w.lena, w.case(), "cloud-actions/", said)
    return f"work-without-consent/{w.ruth.get('work-without-consent/').json()['results'][0]['id']}/"


def left_alone(w: World) -> dict[str, Any]:
    """Close a day and leave a promise on it alone. Returns what moves it."""
    w.case(severity=4, when=at("Tue 11:00"))
    w.ruth.post("desks/au/changed-days/", {"on": "2026-11-25", "closed": True, "reason": "We move."})
    looked_at = w.ruth.get("promises-left-alone/").json()
    return {"promises": [row["id"] for row in looked_at["moving"]], "reason": "We move."}


def _feed(w: World) -> str:
    """Return where a feed of Lena's stands."""
    return f"roster-feeds/{w.lena.post('roster-feeds/', {'desk': None}).json()['id']}/"


def _view(w: World, name: str = "Ours") -> str:
    """Return where a view of Lena's stands."""
    return f"saved-views/{w.lena.post('saved-views/', VIEW | {'name': name}).json()['id']}/"


def _second_view(w: World) -> str:
    """Return where the second view of Lena's stands."""
    _view(w)
    return _view(w, "Others")


def _watched(w: World) -> str:
    """Return where a case stands that Lena watches."""
    return f"watched-{w.after(w.lena, w.case(), 'watchers/', {'email': w.people.lena.email})}"


ARRANGING: dict[str, Callable[[World], Act]] = {
    "write_article": lambda w: Act(w.lena, "articles/", ARTICLE),
    "write_next_version": lambda w: Act(w.lena, _draft(w), ARTICLE | {"summary": "Disks."}, method="put"),
    "publish_article": lambda w: Act(w.lena, f"{_draft(w)}publication/"),
    "unpublish_article": lambda w: Act(w.lena, f"articles/{w.article.slug}/publication/", method="delete"),
    "publish_consent_text": lambda w: Act(w.ruth, "consent-texts/", TEXT),
    "see_work_without_consent": lambda w: Act(w.ruth, f"{_done_without_consent(w)}seen/"),
    "move_promises_left_alone": lambda w: Act(w.ruth, "promises-left-alone/", left_alone(w)),
    "add_callers_number": lambda w: Act(
        w.lena, "callers/numbers/", {"number": "+61 2 5550 0177", "contact": w.people.omar.email}
    ),
    "make_roster_feed": lambda w: Act(w.lena, "roster-feeds/", {"desk": "au"}),
    "revoke_roster_feed": lambda w: Act(w.lena, _feed(w), method="delete"),
    "save_view": lambda w: Act(w.lena, "saved-views/", VIEW),
    "change_view": lambda w: Act(w.lena, _view(w), {"name": "Theirs"}, method="put"),
    "delete_view": lambda w: Act(w.lena, _view(w), method="delete"),
    "move_view": lambda w: Act(w.lena, f"{_second_view(w)}moves/", {"to": "earlier"}),
    "change_account": lambda w: Act(
        w.priya, "account/", {"name": "Priya R.", "zone": "Europe/Madrid", "language": "es"}, method="put"
    ),
    "stop_watching": lambda w: Act(w.lena, _watched(w), method="delete"),
    "erase_person": lambda w: Act(
        w.ann, f"persons/{w.people.omar.pk}/erasure/", {"address": w.people.omar.email, "words_too": True}
    ),
}
