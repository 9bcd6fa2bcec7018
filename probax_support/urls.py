"""Where each address leads."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("cases.web.urls")),
    path("", include("notifications.web.urls")),
    path("", include("notifications.web.setup_urls")),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
]
