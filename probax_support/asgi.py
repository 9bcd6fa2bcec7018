"""The ASGI application, for whoever serves the portal that way."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "probax_support.settings")

application = get_asgi_application()
