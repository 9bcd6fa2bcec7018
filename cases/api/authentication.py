"""Who asks, and what their token lets them."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from cases.models import ApiToken, Scope, User

if TYPE_CHECKING:
    # At run time it asks the settings for what stands in this file.
    from rest_framework.views import APIView

# The last use is noted to the hour, so that a thousand reads write once.
NOTED_EVERY = timedelta(hours=1)


class TokenAuthentication(KnoxTokenAuthentication):  # type: ignore[misc] # knox ships without types
    """Take a named token, and note when it was last used."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the person and the token of a request, or None where it carries none."""
        found: tuple[User, ApiToken] | None = super().authenticate(request)
        if found is not None:
            self._note_use(found[1], request)
        return found

    def _note_use(self, token: ApiToken, request: Request) -> None:
        now = request._request.now  # type: ignore[attr-defined] # set by ReaderMiddleware
        if token.last_used_at is None or now - token.last_used_at > NOTED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


class HasScope(BasePermission):
    """Let a request pass whose token has the scope that the view names for its method."""

    message = "This token has no scope for that."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Return whether the token may do this at all; what it may see is asked of `visible_to`."""
        scopes: dict[str, Scope] = getattr(view, "scopes", {})
        # HEAD tells how long the answer to GET is, unless it has a meaning of its own.
        like = "GET" if request.method == "HEAD" else ""
        wanted = scopes.get(str(request.method)) or scopes.get(like, Scope.CASES_READ)
        if isinstance(request.auth, ApiToken) and wanted in request.auth.scopes:
            return True
        request._request.refused = "no scope"  # type: ignore[attr-defined] # for the log
        return False


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # its base has no types
    """How the schema speaks of tokens."""

    target_class = "cases.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the scheme's definition."""
        return {"type": "http", "scheme": "bearer", "description": "A token from your account's page, `probax_...`."}
