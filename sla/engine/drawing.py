"""The sum of a deadline as a picture: a strip of time with open and closed stretches, drawn as SVG.

The picture carries classes only, no style, so it stands inside a page under `style-src 'self'`. A stylesheet gives the
looks: `sla-strip`, and in it `sla-open`, `sla-closed`, `sla-suspended`, `sla-tick`, `sla-label`, `sla-reason` and
`sla-due`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from sla.engine.wording import in_words, moment

WIDTH, HEIGHT, MARGIN = 720, 92, 12
TOP, BAR = 26, 26
# A closed stretch is drawn no longer than this many seconds, so that a long closure leaves room for the work.
CLOSED_SHOWN = 6 * 3600
# Room that a label needs, in units of the drawing.
LABEL, REASON = 125, 6


def in_english(local: datetime) -> str:
    """Return a local time as the strip's ticks name it: "Mon 23 Nov 08:00"."""
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def drawing(
    data: Mapping[str, Any],
    zone: str | None = None,
    label: str = "",
    *,
    described: str = "",
    on: Callable[[datetime], str] = in_english,
) -> str:
    """Return the explanation `data` (from `Explanation.as_data`) as an SVG strip with times in `zone`.

    `zone` is the desk's own by default; `label` names the picture for a screen reader and `described` says what it
    shows, both in English by default, as is `on`, which writes a local time. The text of the picture is escaped; it may
    stand in a page as it is.
    """
    tz = ZoneInfo(zone or data["zone"])
    due = datetime.fromisoformat(data["due_at"])
    title = label or f"Due {moment(due, tz)}"
    body = "".join(_strip(data["steps"], tz, on))
    return (
        f'<svg class="sla-strip" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title><desc>{escape(described or _described(data, tz))}</desc>{body}</svg>"
    )


def _described(data: Mapping[str, Any], zone: tzinfo) -> str:
    within = in_words(timedelta(seconds=data["within_seconds"]))
    stretches = "; ".join(
        f"{step['kind']} from {moment(datetime.fromisoformat(step['begins_at']), zone)}"
        f" to {moment(datetime.fromisoformat(step['ends_at']), zone)}, {step['reason']}"
        for step in data["steps"]
    )
    due = moment(datetime.fromisoformat(data["due_at"]), zone)
    return f"{within} of running clock: {stretches}. Due {due}. Long closed stretches are drawn shorter than they are."


def _shown(step: Mapping[str, Any]) -> float:
    length = (datetime.fromisoformat(step["ends_at"]) - datetime.fromisoformat(step["begins_at"])).total_seconds()
    return length if step["kind"] == "open" else min(length, CLOSED_SHOWN)


def _strip(steps: Sequence[Mapping[str, Any]], zone: tzinfo, on: Callable[[datetime], str]) -> Iterator[str]:
    scale = (WIDTH - 2 * MARGIN) / (sum(map(_shown, steps)) or 1)
    x, free_label = float(MARGIN), 0.0
    for step in steps:
        width = _shown(step) * scale
        reason = escape(step["reason"])
        yield (
            f'<rect class="sla-{step["kind"]}" x="{x:.1f}" y="{TOP}" width="{width:.1f}" height="{BAR}">'
            f"<title>{reason}</title></rect>"
        )
        if step["kind"] != "open" and width > REASON * len(step["reason"]):
            middle = x + width / 2
            yield f'<text class="sla-reason" x="{middle:.1f}" y="{TOP + 17}" text-anchor="middle">{reason}</text>'
        if x >= free_label and x + LABEL < WIDTH - MARGIN - LABEL:
            yield _tick(x, on(datetime.fromisoformat(step["begins_at"]).astimezone(zone)))
            free_label = x + LABEL
        x += width
    if steps:
        yield _due(x, on(datetime.fromisoformat(steps[-1]["ends_at"]).astimezone(zone)))


def _tick(x: float, words: str) -> str:
    return (
        f'<line class="sla-tick" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{TOP + BAR + 8}"/>'
        f'<text class="sla-label" x="{x:.1f}" y="{TOP + BAR + 22}">{escape(words)}</text>'
    )


def _due(x: float, words: str) -> str:
    return (
        f'<line class="sla-due" x1="{x:.1f}" y1="{TOP - 10}" x2="{x:.1f}" y2="{TOP + BAR + 8}"/>'
        f'<text class="sla-label" x="{x:.1f}" y="{TOP + BAR + 22}" text-anchor="end">'
        f"{escape(words)}</text>"
    )
