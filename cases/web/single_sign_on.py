"""Single sign-on: the company's OpenID provider says who somebody is, and lets in only people who have an account."""

import logging
import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import requests
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter

from cases import actions, reach
from cases.models import User
from cases.web import id_tokens
from cases.web.request import Reading

PROVIDER = "sso"
METHOD = "socialaccount"
# In the address: somebody who is logged in proves once more who they are.
AGAIN = "again"
ENDPOINTS = {"issuer", "jwks_uri", "authorization_endpoint", "token_endpoint", "userinfo_endpoint"}
logger = logging.getLogger(__name__)


def login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Lead somebody to the provider."""
    return _answer(OAuth2LoginView.adapter_view, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Let somebody in who comes back from the provider."""
    return _answer(OAuth2CallbackView.adapter_view, request, provider_id)


def _answer(view: Callable[..., Any], request: HttpRequest, provider_id: str) -> HttpResponseBase:
    try:
        return cast(HttpResponseBase, view(ProvidersWord(request, provider_id))(request))
    except SocialApp.DoesNotExist as none:
        raise Http404 from none
    except (requests.RequestException, OAuth2Error) as error:
        logger.warning("The OpenID provider does not answer as it should: %s", error)
        return render(request, "socialaccount/authentication_error.html", status=503)


class ProvidersWord(OpenIDConnectOAuth2Adapter):  # type: ignore[misc] # allauth ships without types
    """What the provider says, of itself and of people: nothing is believed that it did not sign."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """Return where the provider answers, in its own words.

        Raises:
            OAuth2Error: these are the words of another provider (ASVS 10.5.3), or say too little.
        """
        said: dict[str, Any] = super().openid_config
        if not said.keys() >= ENDPOINTS or said["issuer"].rstrip("/") != settings.OIDC_URL:
            raise OAuth2Error("What answers at OIDC_URL is not that provider")
        return said

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **said: Any) -> SocialLogin:
        """Return who somebody is: by the id token, and what else the provider says of the same `sub`."""
        config = self.openid_config
        claims = id_tokens.proved(
            said["response"].get("id_token"),
            issuer=config["issuer"],
            keys_url=config["jwks_uri"],
            audience=app.client_id,
        )
        details = self._fetch_user_info(token.token)
        if details.get("sub") != claims["sub"]:
            raise OAuth2Error("The provider speaks of two people")
        return self.get_provider().sociallogin_from_response(
            request, {"userinfo": claims | details, "id_token": claims}
        )


class Provider(OpenIDConnectProvider):  # type: ignore[misc] # allauth ships without types
    """How the provider is asked: for a login of not too long ago, and for an answer to this question alone."""

    oauth2_adapter_class = ProvidersWord

    def redirect_from_request(self, request: HttpRequest) -> HttpResponseBase:
        """Lead somebody to the provider. Nothing but where they go on to is taken from their request."""
        next_url = self.get_redirect_from_request_kwargs(request).get("next_url")
        nonce = secrets.token_urlsafe(16)
        process = AuthProcess.REDIRECT if AGAIN in request.GET and request.user.is_authenticated else AuthProcess.LOGIN
        asked = {"nonce": nonce, "max_age": int(_max_age(process).total_seconds())}
        if process == AuthProcess.REDIRECT:
            asked["prompt"] = "login"
        return cast(
            HttpResponseBase,
            self.redirect(request, process=process, next_url=next_url, auth_params=asked, nonce=nonce),
        )


def _max_age(process: str) -> timedelta:
    """Return how old a login at the provider may be; whoever proves once more who they are logs in there now."""
    return timedelta(0) if process == AuthProcess.REDIRECT else timedelta(hours=settings.OIDC_MAX_AGE_HOURS)


def ask_once_more(request: HttpRequest) -> None:
    """Have whoever came by the provider, and has nothing of their own here, prove there once more who they are.

    Raises:
        ImmediateHttpResponse: they are led there, and come back to this page.
    """
    records = get_authentication_records(request, request.user)
    came_by_it = any(record["method"] == METHOD for record in records)
    proved = [record["at"] for record in records if record.get("reauthenticated")]
    is_fresh = bool(proved) and time.time() - proved[-1] < REAUTHENTICATION_TIMEOUT
    if not settings.OIDC_URL or not came_by_it or is_fresh or get_reauthentication_flows(request.user):
        return
    address = reverse("openid_connect_login", args=[PROVIDER])
    raise ImmediateHttpResponse(redirect(f"{address}?{urlencode({'next': request.get_full_path(), AGAIN: 1})}"))


def _note_proof(request: HttpRequest, person: User) -> None:
    """Note that somebody proved once more who they are.

    Raises:
        ImmediateHttpResponse: it is somebody else who came back from the provider.
    """
    if person != request.user:
        messages.error(request, _("Somebody else signed in there. Nothing was changed."))
        raise ImmediateHttpResponse(redirect("account"))
    record_authentication(request, person, METHOD, reauthenticated=True)
    messages.info(request, _("Thank you. Choose again what you wanted to do."))


class _ToListedHosts(HTTPAdapter):
    """Asks hosts that the operator lists, and the provider itself, which is listed by being set up."""

    def send(self, request: requests.PreparedRequest, *args: Any, **how: Any) -> requests.Response:
        """Send a request.

        Raises:
            requests.ConnectionError: its host is not listed.
        """
        host = urlsplit(request.url or "").hostname or ""
        if host != urlsplit(settings.OIDC_URL).hostname:
            try:
                reach.require_listed(host)
            except reach.OutOfReach as far:
                raise requests.ConnectionError(far) from far
        return super().send(request, *args, **how)


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth ships without types
    """How allauth signs people in by the provider that the settings name, and by no other."""

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Provider:
        """Return the provider of the settings."""
        return Provider(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def get_requests_session(self) -> requests.Session:
        """Return what the provider is asked through: nobody else is, wherever it points to or leads."""
        session: requests.Session = super().get_requests_session()
        session.mount("https://", _ToListedHosts())
        session.mount("http://", _ToListedHosts())
        return session

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
        """Find the person of a `sub`; nothing else of the provider's is kept.

        Raises:
            OAuth2Error: the provider answered another question.
            ImmediateHttpResponse: the person has no account here, or another one at the provider.
        """
        claims, now = sociallogin.account.extra_data["id_token"], cast(Reading, request).now
        nonce = str(sociallogin.state.get("nonce", ""))
        process = str(sociallogin.state.get("process"))
        id_tokens.require_answer_to(claims, nonce=nonce, max_age=_max_age(process), now=now)
        addresses = [said.email for said in sociallogin.email_addresses if said.verified in (True, "true")]
        found = actions.sign_on(issuer=claims["iss"], subject=claims["sub"], addresses=addresses, now=now)
        if found.is_another:
            logger.warning("An account at the provider has the address of somebody who has another one there")
        if found.person is None:
            page = "socialaccount/another.html" if found.is_another else "socialaccount/nobody.html"
            raise ImmediateHttpResponse(render(request, page, status=403))
        sociallogin.user = found.person
        if process == AuthProcess.REDIRECT:
            _note_proof(request, found.person)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Refuse sign-up: contacts and staff are added by an administrator."""
        return False
