"""Accounts: people are invited, nobody signs up alone; the secrets of second factors are kept encrypted."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _lazy

from cases import actions, vault
from cases.models import AccountChange, Membership, Site, User
from cases.web import logins
from cases.web.single_sign_on import ask_once_more
from sla.written_once import WrittenOnce

if TYPE_CHECKING:
    from cases.web.request import Reading

PURPOSE = "second factors"
# allauth's pages that change how somebody logs in. The change, and that they are told of it, are one.
CHANGES = {
    "account_change_password",
    "account_set_password",
    "account_reset_password_from_key",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_add_webauthn",
    "mfa_remove_webauthn",
    "mfa_generate_recovery_codes",
}
logger = logging.getLogger(__name__)


def asks_for_second_factor(user: User | OuterRef) -> QuerySet[Membership]:
    """Return where a contact writes for a company that asks its people for a second factor."""
    return Membership.objects.filter(user=user, is_active=True, partner__needs_second_factor=True)


def people() -> QuerySet[User]:
    """Return people with what each page asks about whoever reads it."""
    return User.objects.annotate(is_asked_for_second_factor=Exists(asks_for_second_factor(OuterRef("pk"))))


NOBODY = -1
_PERSON = WrittenOnce(lambda: people().filter(pk=NOBODY), key=NOBODY)
_brought: ContextVar[User | None] = ContextVar("brought", default=None)


@contextmanager
def bringing(person: User | None) -> Iterator[None]:
    """Let whoever asks inside for the person of a session take this one, if it is theirs: it was read with it."""
    token = _brought.set(person)
    try:
        yield
    finally:
        _brought.reset(token)


class PersonBackend(AuthenticationBackend):  # type: ignore[misc] # allauth ships without types
    """How a session becomes a person: with what each page asks about them, in one query."""

    def get_user(self, user_id: int) -> User | None:
        """Return the person of a session, unless their account was closed."""
        found = _brought.get()
        if found is None or found.pk != user_id:
            found = _PERSON.first(key=user_id)
        return found if found is not None and self.user_can_authenticate(found) else None


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships without types
    """How allauth behaves here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse sign-up: contacts and staff are added by an administrator."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link to a new password, at the site's own address whatever the request says of its host."""
        asked = urlsplit(super().get_reset_password_from_key_url(key))
        return f"{settings.SITE_URL}{asked.path}"

    def login(self, request: HttpRequest, user: User) -> None:
        """Log a person in, and keep that at once: another login would take a session of nobody for one that ended."""
        super().login(request, user)
        request.session.save()

    def post_login(self, request: HttpRequest, user: User, **said: Any) -> HttpResponse:
        """Note who logged in, and by what, and end what that makes one too many."""
        ways = sorted({str(record.get("method")) for record in get_authentication_records(request, user)})
        logger.info("Person %s logged in by %s", user.pk, " and ".join(ways) or "a link")
        response: HttpResponse = super().post_login(request, user, **said)
        logins.end_oldest(request, user)
        return response

    def is_reauthentication_required(self, *, app: str, **said: Any) -> bool:
        """Return whether whoever acts is asked once more who they are. Some are led to the provider at once."""
        ask_once_more(self.request)
        return bool(super().is_reauthentication_required(app=app, **said))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note that somebody was not let in; an address that nobody has stays out of the logs."""
        address = str(credentials.get("email") or credentials.get("username") or "")
        known = User.objects.filter(email__iexact=address).values_list("pk", flat=True).first()
        logger.warning("A wrong password for person %s", known or "unknown")
        super().authentication_failed(request, **credentials)

    def format_email_subject(self, subject: str) -> str:
        """Return a subject as its template has it."""
        return subject

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **said: Any) -> None:
        """Have a person told that their account was changed. What tells them is owed with the change itself."""
        name = template_prefix.rpartition("/")[2]
        if name not in AccountChange.values:
            # A notice that is new in allauth.
            super().send_notification_mail(template_prefix, user, *args, **said)
            return
        request = cast("Reading", self.request)
        network = self.get_client_ip(request)
        actions.note_account_change(change=AccountChange(name), network=network, actor=user, now=request.now)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a link beside the request: neither how long it takes nor whether it fails tells who has an account.

        It goes past the outbox, which staff read: whoever has the link has the account. A lost one is asked for again.
        """
        message = self.render_mail(template_prefix, email, context)
        threading.Thread(target=_send, args=(message,)).start()


def all_or_nothing(pages: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """Have each of allauth's pages that changes an account do so in one transaction. Returns the pages."""
    for page in pages:
        if isinstance(page, URLResolver):
            all_or_nothing(page.url_patterns)
        elif page.name in CHANGES:
            page.callback = transaction.atomic(page.callback)
    return pages


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except OSError as error:
        logger.warning("A mail about an account did not leave: %s", type(error).__name__)
    finally:
        connection.close()


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth ships without types
    """How allauth keeps second factors here."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _lazy(
            "This code was not taken. Type the next one as soon as it shows. If none is taken, the clock of your "
            "telephone is off: have it set by itself."
        )
    }

    def encrypt(self, text: str) -> str:
        """Encrypt a secret before it is stored."""
        return vault.sealed(PURPOSE, text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a stored secret.

        Raises:
            InvalidToken: it was stored under a key that is not among `SECRET_KEY_FALLBACKS` any more.
        """
        return vault.opened(PURPOSE, encrypted_text)

    def _get_site_name(self) -> str:
        """Return what an authenticator app lists the account under."""
        site = Site.objects.first()
        return "Probax Support" if site is None else site.name
