"""How often a token may ask, told in headers (draft-ietf-httpapi-ratelimit-headers)."""

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from cases.models import ApiToken

if TYPE_CHECKING:
    # At run time it asks the settings for what stands in this file.
    from rest_framework.views import APIView


class PerToken(SimpleRateThrottle):
    """A sliding window for each token; before a token is known, for each address."""

    scope = "token"

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        """Return what the requests are counted under."""
        asker = request.auth.pk if isinstance(request.auth, ApiToken) else self.get_ident(request)
        return f"api:{asker}"

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count the request, and leave what is left of the window for the answer's headers."""
        allowed = super().allow_request(request, view)
        most: int | None = self.num_requests  # type: ignore[attr-defined] # the stubs lack it
        left = max((most or 0) - len(self.history), 0)
        request._request.rate_limit = (most, left, self.duration)  # type: ignore[attr-defined]
        return allowed
