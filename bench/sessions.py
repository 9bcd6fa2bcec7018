"""Log people of a filled database in, and print their sessions with what their pages are about, as JSON."""

# ruff: noqa: E402 - Django is set up before anything of it is imported

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import django

django.setup()

from allauth.usersessions.models import UserSession
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from cases.models import Case, User


def main() -> None:
    """Print the sessions of a specialist, a manager and contacts."""
    contacts = User.objects.filter(name__startswith="Contact ").order_by("pk")[:200]
    specialists = User.objects.filter(name__startswith="Specialist ").order_by("pk")
    manager = User.objects.get(email="ruth@probax.example")
    open_case = Case.objects.open().filter(contact=contacts[3], first_response_at__isnull=False).first()
    assert open_case is not None
    said = {
        "specialists": [session_of(person) for person in specialists],
        "manager": session_of(manager),
        # The day that it is for the manager, by which reports are kept.
        "today": timezone.now().astimezone(ZoneInfo(manager.zone)).date().isoformat(),
        "contacts": [session_of(person) for person in contacts],
        "case": open_case.reference,
        "partners": [person.memberships.get().partner_id for person in contacts],
    }
    print(json.dumps(said))


def session_of(person: User) -> str:
    """Return the key of a session in which a person is logged in."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "cases.web.accounts.PersonBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    # As a login notes it.
    UserSession.objects.create(user=person, session_key=session.session_key, ip="127.0.0.1", user_agent="bench")
    return str(session.session_key)


if __name__ == "__main__":
    main()
