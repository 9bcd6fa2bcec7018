"""A request for every operation of the API on how people are told: their mails, warnings and channels of alerts."""

from collections.abc import Callable

from notifications.models import MailState, OutgoingAlert
from tests.api.sorting import given_up
from tests.api.world import Act, World

MAILS = {
    "digest_at": "07:30",
    "quiet": {"begins": "18:00", "ends": "08:00", "days": [0, 1, 2, 3, 4]},
    "choices": [{"kind": "watched_reply", "how": "digest"}],
}
WARNINGS = {
    "steps": [{"moment": "at_risk", "tells": ["owner", "shift"]}],
    "shares": [{"severity": 3, "warn_at_percent": 50}],
}
# Nothing listens there.
CHANNEL = {"name": "my phone", "address": "gotify://127.0.0.1:9/AbCdEfGhIjKlMnOp", "kinds": ["on_call"]}


def _channel(w: World) -> str:
    """Return where a channel of Lena's stands."""
    return f"alert-channels/{w.lena.post('alert-channels/', CHANNEL).json()['id']}/"


def _stuck_alert(w: World) -> str:
    """Return where an alert stands that was given up."""
    channel = _channel(w)
    tried = w.lena.post(f"{channel}test/").json()["id"]
    OutgoingAlert.objects.filter(pk=tried).update(state=MailState.GAVE_UP)
    return f"{channel}alerts/{tried}/"


def _some_given_up(w: World) -> str:
    """Return where mails are sent again, after one was given up."""
    given_up(w)
    return "mails/again/"


TELLING: dict[str, Callable[[World], Act]] = {
    "choose_mails": lambda w: Act(w.priya, "mail-preferences/", MAILS, method="put"),
    "change_warnings": lambda w: Act(w.ruth, "warnings/", WARNINGS, method="put"),
    "send_given_up_again": lambda w: Act(w.lena, _some_given_up(w)),
    "add_alert_channel": lambda w: Act(w.lena, "alert-channels/", CHANNEL),
    "change_alert_channel": lambda w: Act(
        w.lena, _channel(w), {"name": "pager", "kinds": ["on_call", "missed"]}, method="put"
    ),
    "remove_alert_channel": lambda w: Act(w.lena, _channel(w), method="delete"),
    "try_alert_channel": lambda w: Act(w.lena, f"{_channel(w)}test/"),
    "ring_again": lambda w: Act(w.lena, f"{_stuck_alert(w)}again/"),
}
