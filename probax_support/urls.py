"""Where each address leads."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path


def no_such_page(request: HttpRequest) -> HttpResponse:
    """Answer as for a page that does not exist: a mail address is changed by an administrator alone."""
    raise Http404


urlpatterns = [
    path("", include("cases.web.urls")),
    path("", include("notifications.web.urls")),
    path("", include("notifications.web.setup_urls")),
    path("accounts/email/", no_such_page),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
]
