"""Runs in the peer's environment: makes people and queues, then prints the session of a specialist."""

# ruff: noqa: E402 - Django is set up before anything of it is imported

import json

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from helpdesk.models import Queue

STAFF, QUEUES = 20, 4


def main() -> None:
    """Make what is missing."""
    users = get_user_model().objects
    if not Queue.objects.exists():
        call_command("loaddata", "emailtemplate", verbosity=0)
        for number in range(QUEUES):
            Queue.objects.create(title=f"Desk {number}", slug=f"desk-{number}", allow_public_submission=True)
        for number in range(STAFF):
            name = f"specialist{number}"
            users.create_user(name, f"{name}@bench.example", is_staff=True, is_superuser=True)
    person = users.get(username="specialist3")
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    print(json.dumps({"specialist": session.session_key}))


main()
