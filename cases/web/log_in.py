"""The log-in page: allauth's own, which calls something else `site` than every other page does."""

from typing import Any

from allauth.account.views import LoginView


class LogIn(LoginView):  # type: ignore[misc] # allauth ships without types
    """Log in by mail address and password, by passkey, or by the company's single sign-on."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Leave the name `site` to what every page shows: the installation's name, and whom a demo lists."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        del context["site"]
        return context
