"""The bare floor: a page that only knows its reader and shows 50 rows of one indexed query. As settings and as a site.

What is below it is Django itself: a session, a user, a query, and a template with an include and dates for each row.
"""

# ruff: noqa: E402 - the settings are made before Django is asked for anything

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "probax_support.settings"
settings._setup()
settings.ROOT_URLCONF = "bench.floor"
settings.MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Its app does not start without.
    "allauth.account.middleware.AccountMiddleware",
]
settings.TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).with_name("templates")],
        "OPTIONS": {"context_processors": ["django.contrib.auth.context_processors.auth"]},
    }
]
application = get_wsgi_application()

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from cases.models import Case


def fifty(request: HttpRequest) -> HttpResponse:
    """Show the first rows of the queue."""
    rows: Any = Case.objects.open().select_related("partner", "contact", "assignee")
    rows = rows.order_by(F("next_due_at").asc(nulls_last=True), "id")[:50]
    return render(request, "floor.html", {"rows": rows})


urlpatterns = [path("desk/", fifty)]
