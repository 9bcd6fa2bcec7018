"""A request for every operation of the API that looks after people, the roster and the rules."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.api.world import NOON, Act, World

INVITED = {"email": "new@nwit.example", "language": "es"}
PARTNER = {"name": "Third Reef", "plan": "paid", "home_desk": "au", "reason": "They signed."}
SHIFT = {
    "desk": "au",
    "kind": "on_call",
    "starts_at": (NOON + timedelta(days=1)).isoformat(),
    "ends_at": (NOON + timedelta(days=2)).isoformat(),
}
MACRO = {"name": "Version", "body": "Hello {contact}, which version is it?"}
DAY = {"on": "2026-12-01", "closed": True, "reason": "We move."}
HOURS = {
    "since": "2026-12-07",
    "hours": [{"weekdays": [0, 1, 2, 3, 4], "starts_at": "07:00", "ends_at": "17:00"}],
    "reason": "We open earlier.",
}
POLICY = {
    "name": "1 January 2027",
    "effective_on": "2027-01-01",
    "targets": [{"severity": 2, "respond_within_minutes": 90}],
}
NUMBER = {"number": "+61 2 5550 0199", "label": "reception"}


def _omar(w: World) -> str:
    """Return where a colleague stands."""
    return f"partners/NWIT/people/{w.people.omar.memberships.get().pk}/"


def _gone(w: World) -> str:
    """Return where a colleague stands who was let go."""
    assert w.priya.post(f"{_omar(w)}deactivation/").status_code == 201
    return _omar(w)


def _turns(w: World) -> dict[str, Any]:
    """Return a rotation of Lena and Max."""
    when = {"weekday": 0, "hands_over_at": "09:00", "starts_on": "2026-11-30"}
    return {"desk": "au", "kind": "on_call", "people": [w.people.lena.email, w.people.max.email], **when}


def _rotation(w: World) -> str:
    """Return where a rotation stands."""
    return f"rotations/{w.ruth.post('rotations/', _turns(w)).json()['id']}/"


def _shift(w: World) -> str:
    """Return where a shift of Lena's stands."""
    return f"shifts/{w.ruth.post('shifts/', SHIFT | {'person': w.people.lena.email}).json()['id']}/"


def _macro(w: World) -> str:
    """Return where a macro stands."""
    return f"macros/{w.ruth.post('macros/', MACRO).json()['id']}/"


ADMINISTERING: dict[str, Callable[[World], Act]] = {
    "add_partner": lambda w: Act(w.ruth, "partners/", PARTNER | {"code": "REEF"}),
    "change_partner": lambda w: Act(w.ruth, "partners/NWIT/", PARTNER, method="put"),
    "require_second_factor": lambda w: Act(w.priya, "partners/NWIT/second-factor/", {"needed": True}, method="put"),
    "add_contact": lambda w: Act(w.lena, "partners/NWIT/people/", {"name": "Nia", "email": "nia@nwit.example"}),
    "change_colleague": lambda w: Act(
        w.priya, _omar(w), {"role": "administrator", "sees_all_cases": True}, method="put"
    ),
    "deactivate_colleague": lambda w: Act(w.priya, f"{_omar(w)}deactivation/"),
    "reactivate_colleague": lambda w: Act(w.priya, f"{_gone(w)}reactivation/"),
    "invite_colleague": lambda w: Act(w.priya, "partners/NWIT/invitations/", INVITED),
    "withdraw_invitation": lambda w: Act(
        w.priya,
        f"partners/NWIT/invitations/{w.priya.post('partners/NWIT/invitations/', INVITED).json()['id']}/",
        method="delete",
    ),
    "add_office_number": lambda w: Act(w.priya, "partners/NWIT/office-numbers/", NUMBER),
    "remove_office_number": lambda w: Act(
        w.priya,
        f"partners/NWIT/office-numbers/{w.priya.post('partners/NWIT/office-numbers/', NUMBER).json()['id']}/",
        method="delete",
    ),
    "add_shift": lambda w: Act(w.ruth, "shifts/", SHIFT | {"person": w.people.lena.email}),
    "swap_shift": lambda w: Act(w.lena, f"{_shift(w)}swaps/", {"takes": w.people.max.email, "reason": "I am ill."}),
    "remove_shift": lambda w: Act(w.ruth, f"{_shift(w)}removal/", {"reason": "Not needed."}),
    "add_rotation": lambda w: Act(w.ruth, "rotations/", _turns(w)),
    "end_rotation": lambda w: Act(w.ruth, f"{_rotation(w)}ending/", {"reason": "A new team."}),
    "add_macro": lambda w: Act(w.ruth, "macros/", MACRO),
    "change_macro": lambda w: Act(w.ruth, _macro(w), MACRO | {"body": "Which one?"}, method="put"),
    "delete_macro": lambda w: Act(w.ruth, _macro(w), method="delete"),
    "change_calendar_day": lambda w: Act(w.ruth, "desks/au/changed-days/", DAY),
    "publish_hours": lambda w: Act(w.ruth, "desks/au/hours/", HOURS),
    "take_hours_back": lambda w: Act(
        w.ruth, f"desks/au/hours/{w.ruth.post('desks/au/hours/', HOURS).json()['id']}/", method="delete"
    ),
    "publish_policy": lambda w: Act(w.ruth, "policies/", POLICY),
    "withdraw_policy": lambda w: Act(
        w.ruth, f"policies/{w.ruth.post('policies/', POLICY).json()['id']}/", method="delete"
    ),
    "change_staff": lambda w: Act(w.ann, f"staff/{w.people.lena.pk}/", {"role": "manager", "desk": "us"}, method="put"),
    "set_skills": lambda w: Act(w.ruth, f"staff/{w.people.lena.pk}/skills/", {"skills": []}, method="put"),
}
