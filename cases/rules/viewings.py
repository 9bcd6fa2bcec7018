"""How long an administrator may see what a contact sees."""

from datetime import timedelta

VIEWING_LASTS = timedelta(minutes=30)
