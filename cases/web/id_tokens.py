"""What an OpenID provider says of somebody, believed by its signature alone (ASVS 6.8.2, 9.1.1)."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.utils.crypto import constant_time_compare

# By public keys alone: none whose secret both sides know, and none without.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
CLAIMS = ["iss", "sub", "aud", "exp", "iat"]
# Clocks of two machines are never quite the same.
SLACK = timedelta(minutes=1)


class _Keys(jwt.PyJWKClient):
    """The public keys of a provider, kept for five minutes; one that is not among them is asked for once more."""

    def fetch_data(self) -> Any:
        """Fetch them, as everything of the provider's is fetched."""
        with get_adapter().get_requests_session() as session:
            answered = session.get(self.uri, allow_redirects=False)
            answered.raise_for_status()
            return self._as_jwk_set_payload(answered.json())


# One for each address, so that logins share what is kept.
keys_at = lru_cache(maxsize=4)(_Keys)


def proved(token: object, *, issuer: str, keys_url: str, audience: str) -> dict[str, Any]:
    """Return the claims of an id token that `issuer` signed for `audience`, and that is still good.

    Raises:
        OAuth2Error: there is none, or it is not that.
        requests.RequestException: the keys could not be had.
    """
    if not isinstance(token, str):
        raise OAuth2Error("The provider sent no id token")
    try:
        key = keys_at(keys_url).get_signing_key_from_jwt(token)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            audience=audience,
            issuer=issuer,
            leeway=SLACK,
            options={"require": CLAIMS},
        )
    except jwt.PyJWTError as error:
        raise OAuth2Error(f"The id token is no proof: {error}") from error
    if claims.get("azp", audience) != audience:
        raise OAuth2Error("The id token was made for another application")
    return claims


def require_answer_to(claims: dict[str, Any], *, nonce: str, max_age: timedelta, now: datetime) -> None:
    """Refuse claims that answer another question, or tell of a login that is older than was asked for.

    A provider that does not say when somebody logged in is taken at its word that it let them in now.

    Raises:
        OAuth2Error: they do.
    """
    if not nonce or not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise OAuth2Error("The id token answers another question")
    logged_in = claims.get("auth_time", now.timestamp())
    if not isinstance(logged_in, int | float) or logged_in < (now - max_age - SLACK).timestamp():
        raise OAuth2Error("The login at the provider is too long ago")
