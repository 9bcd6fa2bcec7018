"""The parts that pages are made of: their words, their states, and that they need no exception from the headers."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe

from cases.templatetags import case_tags
from cases.templatetags.case_tags import drawn

TEMPLATES = Path("templates")
NOW = datetime(2026, 11, 24, 1, 20, tzinfo=UTC)
PAGES = sorted(
    str(path.relative_to(TEMPLATES))
    for path in TEMPLATES.rglob("*.html")
    if "emails" not in path.relative_to(TEMPLATES).parts
)


@dataclass
class Promise:
    """As much of a deadline as a page reads."""

    started_at: datetime = NOW - timedelta(hours=2)
    warn_at: datetime = NOW + timedelta(minutes=60)
    due_at: datetime = NOW + timedelta(minutes=130)
    ended_at: datetime | None = None
    kept: bool | None = None


@dataclass
class SydneyDesk:
    zone: str = "Australia/Sydney"


class Question(forms.Form):
    title = forms.CharField(help_text="One line.")
    again = forms.ChoiceField(choices=[("1", "Yes"), ("2", "No")], widget=forms.RadioSelect)
    phone = forms.CharField(required=False)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "under 1 min"),
        (41, "41 min"),
        (60, "1 h"),
        (130, "2 h 10 min"),
        (47 * 60 + 59, "47 h 59 min"),
        (48 * 60, "2 d"),
        (55 * 60 + 20, "2 d 7 h"),
    ],
)
def test_a_duration_is_said_in_at_most_two_units(minutes: int, words: str) -> None:
    assert case_tags.duration(minutes) == words
    assert case_tags.duration(timedelta(minutes=minutes)) == words


def test_a_promise_says_how_far_off_it_is() -> None:
    assert case_tags.due_from(NOW + timedelta(minutes=130), NOW) == "in 2 h 10 min"
    assert case_tags.due_from(NOW - timedelta(minutes=41), NOW) == "41 min late"


def test_the_due_second_itself_is_in_time() -> None:
    promise = Promise(due_at=NOW, warn_at=NOW - timedelta(minutes=5))
    assert case_tags.due_from(NOW, NOW) == "in under 1 min"
    assert case_tags.promise_state(promise, NOW) == "soon"
    assert case_tags.promise_state(promise, NOW + timedelta(seconds=1)) == "late"


@pytest.mark.parametrize(
    ("promise", "state"),
    [
        (None, "none"),
        (Promise(), "calm"),
        (Promise(warn_at=NOW), "soon"),
        (Promise(due_at=NOW - timedelta(minutes=1), warn_at=NOW - timedelta(minutes=9)), "late"),
        (Promise(ended_at=NOW, kept=True), "kept"),
        (Promise(ended_at=NOW, kept=False), "missed"),
        (Promise(ended_at=NOW), "withdrawn"),
    ],
)
def test_a_promise_is_in_one_state(promise: Promise | None, state: str) -> None:
    assert case_tags.promise_state(promise, NOW) == state
    shown = render_to_string("components/promise.html", {"deadline": promise, "now": NOW})
    assert f'data-state="{state}"' in shown
    assert re.sub("<[^>]+>", "", shown).strip(), "a state is a word, not a colour alone"


def said(source: str, zone: str = "Australia/Perth", **values: object) -> str:
    context = Context({"now": NOW, "reader_zone": zone, **values})
    return re.sub("<[^>]+>", "", Template("{% load case_tags %}" + source).render(context))


def test_an_instant_is_shown_in_the_readers_zone_with_the_desks_beside_it() -> None:
    at = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)
    assert said("{% when at %}", at=at) == "Tue 24 Nov, 11:30 Perth"
    assert said("{% when at desk=desk %}", at=at, desk=SydneyDesk()) == "Tue 24 Nov, 11:30 Perth (14:30 Sydney)"


def test_a_zone_that_shows_the_same_clock_is_not_said_twice() -> None:
    at = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)
    assert said("{% when at desk=desk %}", zone="Australia/Melbourne", at=at, desk=SydneyDesk()) == (
        "Tue 24 Nov, 14:30 Melbourne"
    )


def test_another_day_at_the_desk_is_said() -> None:
    at = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
    assert said("{% when at desk=desk %}", at=at, desk=SydneyDesk()) == (
        "Tue 24 Nov, 22:30 Perth (Wed 25 Nov, 01:30 Sydney)"
    )


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (timedelta(hours=2), "11:20"),
        (timedelta(days=2), "Thu 09:20"),
        (timedelta(days=9), "Thu 3 Dec, 09:20"),
        (timedelta(days=60), "Sat 23 Jan 2027, 09:20"),
    ],
)
def test_a_short_instant_leaves_out_what_is_clear(later: timedelta, words: str) -> None:
    assert said("{% when at short=True zone=False %}", at=NOW + later) == words


def test_a_missing_instant_is_nothing() -> None:
    assert said("{% when at %}", at=None) == ""


def test_a_wrong_field_says_so_beside_itself_and_on_top() -> None:
    form = Question({"title": ""})
    beside = render_to_string("components/field.html", {"field": form["title"]})
    assert 'id="id_title_error"' in beside
    assert 'aria-describedby="id_title_helptext id_title_error"' in beside
    assert 'aria-invalid="true"' in beside
    summary = render_to_string("components/error_summary.html", {"form": form, "kept": "All is kept."})
    assert 'href="#id_title"' in summary
    assert 'href="#id_again_0"' in summary, "a choice is reached at its first answer"
    assert "All is kept." in summary


def test_what_need_not_be_filled_in_is_marked_unless_a_rule_asks_for_it() -> None:
    form = Question()
    assert "(optional)" in render_to_string("components/field.html", {"field": form["phone"]})
    assert "(optional)" not in render_to_string("components/field.html", {"field": form["phone"], "required": True})


def test_two_forms_on_a_page_have_ids_of_their_own() -> None:
    first, second = case_tags.with_ids(Question(), "reply"), case_tags.with_ids(Question(), "note")
    assert isinstance(first, forms.BaseForm)
    assert isinstance(second, forms.BaseForm)
    assert 'id="reply_title"' in str(first["title"])
    assert 'for="note_title"' in render_to_string("components/field.html", {"field": second["title"]})


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_a_severity_is_bars_and_a_number(level: int) -> None:
    shown = render_to_string("components/severity.html", {"level": level})
    assert shown.count('class="off"') == level - 1
    assert f"Sev {level}" in shown


def test_the_sum_behind_a_promise_is_told_step_by_step() -> None:
    start = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
    told = {
        "severity": 2,
        "within_seconds": 10800,
        "round_the_clock": False,
        "logged_at": (start - timedelta(hours=5)).isoformat(),
        "due_at": (start + timedelta(hours=3)).isoformat(),
        "zone": "Australia/Sydney",
        "steps": [
            {
                "kind": "closed",
                "begins_at": (start - timedelta(hours=5)).isoformat(),
                "ends_at": start.isoformat(),
                "used_seconds": 0,
                "reason": "outside desk hours",
            },
            {
                "kind": "open",
                "begins_at": start.isoformat(),
                "ends_at": (start + timedelta(hours=3)).isoformat(),
                "used_seconds": 10800,
                "reason": "desk hours",
            },
        ],
    }
    values = {"explanation": told, "now": NOW, "reader_zone": "Australia/Perth"}
    shown = re.sub(r"\s+", " ", re.sub("<[^>]+>", "", render_to_string("components/sum.html", values)))
    assert "Severity 2 is answered within 3 h" in shown
    assert "the clock stands (outside desk hours)" in shown
    assert "3 h used" in shown
    assert "Due Tue 24 Nov, 08:00 Perth (11:00 Sydney)" in shown


@pytest.mark.parametrize("name", PAGES)
def test_every_template_compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_asks_for_an_exception_from_the_security_policy(name: str) -> None:
    source = (TEMPLATES / name).read_text()
    found = re.findall(r"""<style|\sstyle=|\son[a-z]+=["']|hx-on|javascript:|<script(?![^>]*\ssrc=)""", source)
    assert not found


def test_every_picture_that_is_asked_for_is_in_the_sheet() -> None:
    sheet = Path("static/img/icons.svg").read_text()
    named = {
        name for path in TEMPLATES.rglob("*.html") for name in re.findall(r'name="([a-z]+)" only', path.read_text())
    }
    named |= {case_tags.event_icon(kind) for kind in ("case_assigned", "call_logged", "promise_missed", "unknown")}
    assert {name for name in named if f'id="{name}"' not in sheet} == set()


def test_the_words_of_a_page_follow_the_readers_language() -> None:
    with translation.override("en"):
        assert case_tags.partner_status("waiting") == "Waiting for you"
        assert case_tags.desk_status("waiting") == "Waiting on contact"


def test_a_part_is_drawn_anew_for_other_words_and_another_language() -> None:
    assert "Closed" in drawn("status", status="closed")
    assert "Sev 2" in drawn("severity", level=2)
    assert "Sev 3" in drawn("severity", level=3)
    with translation.override("es"):
        assert "Closed" not in drawn("status", status="closed")
    assert "Closed" in drawn("status", status="closed")


def test_what_is_drawn_takes_no_markup_from_anybody() -> None:
    for name in (mark_safe("<b>Max</b>"), "<b>Max</b>", mark_safe("<b>Max</b>")):
        assert "<b>" not in drawn("person", person=name, desk=True)
