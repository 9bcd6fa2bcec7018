"""Single sign-on: the company's OpenID provider says who somebody is, and lets in only people who have an account."""

import logging
from collections.abc import Callable
from typing import Any

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.openid_connect import views
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from cases.models import User

PROVIDER = "sso"
logger = logging.getLogger(__name__)


def login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Lead somebody to the provider."""
    return _told_when_gone(views.login, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Let somebody in who comes back from the provider."""
    return _told_when_gone(views.callback, request, provider_id)


def _told_when_gone(view: Callable[..., HttpResponseBase], request: HttpRequest, provider_id: str) -> HttpResponseBase:
    try:
        return view(request, provider_id)
    except requests.RequestException as error:
        logger.warning("The OpenID provider does not answer: %s", error)
        return render(request, "socialaccount/authentication_error.html", status=503)


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth ships without types
    """How allauth signs people in by the provider that the settings name, and by no other."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """Return the provider of the settings. What a row of the database says is not asked."""
        if not settings.OIDC_URL or provider not in (None, PROVIDER, "openid_connect"):
            return []
        return [
            SocialApp(
                provider="openid_connect",
                provider_id=PROVIDER,
                name=settings.OIDC_NAME,
                client_id=settings.OIDC_CLIENT_ID,
                secret=settings.OIDC_CLIENT_SECRET,
                settings={"server_url": settings.OIDC_URL, "oauth_pkce_enabled": True},
            )
        ]

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the person by the address that the provider calls verified, at each login anew; nothing of it is kept.

        Raises:
            ImmediateHttpResponse: nobody here has that address, or the provider does not call it verified.
        """
        sociallogin.user = self._person(sociallogin)
        if sociallogin.user is None:
            raise ImmediateHttpResponse(render(request, "socialaccount/nobody.html", status=403))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Refuse sign-up: contacts and staff are added by an administrator."""
        return False

    def _person(self, sociallogin: SocialLogin) -> User | None:
        addresses = [said.email for said in sociallogin.email_addresses if said.verified in (True, "true")]
        return User.objects.filter(email__in=[email.lower() for email in addresses], is_active=True).first()
