"""`manage.py load_demo`: fill an empty installation with people and cases to try it out."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases import demo
from cases.models import User


class Command(BaseCommand):
    """Load the demo, or say why not."""

    help = "Load the demo's people and cases into an empty database. Needs DEMO=True."

    def handle(self, **_options: Any) -> None:
        """Load it only where nobody can mistake it for real data."""
        if not settings.DEMO:
            raise CommandError("This installation is not for demos: set DEMO=True to load the demo data.")
        if User.objects.exists():
            raise CommandError("There are people in this database already: demo data goes into an empty one only.")
        demo.load(timezone.now())
        self.stdout.write(f"{len(demo.LOGINS)} people may log in with the password {demo.PASSWORD}.")
