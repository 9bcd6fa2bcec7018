"""Where each address leads."""

from allauth.account import urls as accounts
from allauth.mfa import urls as factors
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from cases.web.accounts import all_or_nothing
from cases.web.logins import logins

# Mail goes to the address that somebody logs in with, so it is changed by an administrator alone.
account_pages = all_or_nothing([page for page in accounts.urlpatterns if page.name != "account_email"])

handler400 = "probax_support.errors.bad_request"
handler404 = "probax_support.errors.not_found"
handler500 = "probax_support.errors.server_error"

urlpatterns = [
    path("", include("cases.web.urls")),
    path("", include("notifications.web.urls")),
    path("", include("notifications.web.setup_urls")),
    path("api/v1/", include("cases.api.urls")),
    path("api/v1/", include("notifications.api.urls")),
    path("", include("cases.inbox.urls")),
    # For whoever is not logged in; a person's own language is on their account.
    path("language/", set_language, name="set_language"),
    path("accounts/", include(account_pages)),
    path("accounts/", include("cases.web.single_sign_on_urls")),
    path("accounts/2fa/", include(all_or_nothing(factors.urlpatterns))),
    path("accounts/sessions/", logins, name="usersessions_list"),
    # One login for everybody: Django's own would know nothing of the limits on wrong passwords.
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("admin/", admin.site.urls),
]
