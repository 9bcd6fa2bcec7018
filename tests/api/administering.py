"""A request for every operation of the API that looks after people, the roster and the rules."""

from collections.abc import Callable

from tests.api.world import Act, World

INVITED = {"email": "new@nwit.example", "language": "es"}
PARTNER = {"name": "Third Reef", "plan": "paid", "home_desk": "au", "reason": "They signed."}
NUMBER = {"number": "+61 2 5550 0199", "label": "reception"}


def _omar(w: World) -> str:
    """Return where a colleague stands."""
    return f"partners/NWIT/people/{w.people.omar.memberships.get().pk}/"


def _gone(w: World) -> str:
    """Return where a colleague stands who was let go."""
    assert w.priya.post(f"{_omar(w)}deactivation/").status_code == 201
    return _omar(w)


ADMINISTERING: dict[str, Callable[[World], Act]] = {
    "add_partner": lambda w: Act(w.ruth, "partners/", PARTNER | {"code": "REEF"}),
    "change_partner": lambda w: Act(w.ruth, "partners/NWIT/", PARTNER, method="put"),
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
}
