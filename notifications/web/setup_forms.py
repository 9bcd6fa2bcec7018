"""What set-up asks for: the first administrator, the site, and, if wanted, a mail server and a mailbox."""

import contextlib
import email.utils
import ipaddress
import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from cases.models import User
from notifications import mailserver
from notifications.mailserver import Known, Security, Server

AREAS = {
    "Africa": gettext_lazy("Africa"),
    "America": gettext_lazy("America"),
    "Antarctica": gettext_lazy("Antarctica"),
    "Arctic": gettext_lazy("Arctic"),
    "Asia": gettext_lazy("Asia"),
    "Atlantic": gettext_lazy("Atlantic"),
    "Australia": gettext_lazy("Australia"),
    "Europe": gettext_lazy("Europe"),
    "Indian": gettext_lazy("Indian Ocean"),
    "Pacific": gettext_lazy("Pacific"),
}
HOST_NAME = re.compile(r"[^\s/@\\?#:\[\]]+")
PASSWORDS = ("password", "smtp_password", "imap_password")
# What a test message needs. The rest may still be empty when it is sent.
NEEDED_BY_TEST = frozenset({"email", "mail_from"})
FIELDS_OF_A_SERVER = ("host", "port", "security", "user", "password")


# --- Choices ------------------------------------------------------------------------------------------------------


@cache
def _names_by_area() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {area: [] for area in AREAS}
    for name in sorted(available_timezones()):
        area = name.partition("/")[0]
        if area in found and area != name:
            found[area].append(name)
    return found


def zones() -> list[Any]:
    """Return the time zones to choose from, by area. Old names are among them, because browsers still use them."""
    areas = [
        (AREAS[area], [(name, name.partition("/")[2].replace("_", " ").replace("/", ": ")) for name in names])
        for area, names in _names_by_area().items()
    ]
    return [("", _("Choose your time zone")), ("UTC", _("UTC (no zone)")), *areas]


# --- Shapes -------------------------------------------------------------------------------------------------------


def plain_line(value: str) -> None:
    """Refuse what the languages of mail servers cannot carry in a login.

    Raises:
        ValidationError: there is a letter outside ASCII or a control character in it.
    """
    if not (value.isascii() and value.isprintable()):
        raise ValidationError(gettext_lazy("Mail servers take only plain letters, digits and signs here."))


def one_sender(value: str) -> None:
    """Refuse what is not one sender.

    Raises:
        ValidationError: it is no address, or several.
    """
    found = email.utils.getaddresses([value])
    try:
        # Of several, or of one that spans lines, none is taken.
        validate_email(found[0][1] if len(found) == 1 and value.isprintable() else "")
    except ValidationError:
        raise ValidationError(
            gettext_lazy("Write one mail address, alone or after a name: Support <care@example.com>.")
        ) from None


def host_name(value: str) -> str:
    """Return a host as it is looked up.

    Raises:
        ValidationError: it is neither a name nor an address.
    """
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(value.removeprefix("[").removesuffix("]")))
    with contextlib.suppress(UnicodeError):
        if HOST_NAME.fullmatch(value):
            return value.encode("idna").decode("ascii")
    raise ValidationError(_("Write the server's name alone, such as mail.example.com."))


def _password(label: StrOrPromise, **options: Any) -> forms.CharField:
    # Never written back into the page, and never filled by a browser with somebody's other password.
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, strip=False, max_length=200, widget=widget, **options)


class HostField(forms.CharField):
    """The name or address of a server."""

    def clean(self, value: Any) -> str:
        """Return the host as it is looked up."""
        typed: str = super().clean(value)
        return host_name(typed) if typed else ""


def _host(label: StrOrPromise, example: str) -> forms.CharField:
    attrs = {"placeholder": example, "autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
    return HostField(label=label, required=False, max_length=253, widget=forms.TextInput(attrs=attrs))


def _port(protocol: str, label: StrOrPromise) -> forms.IntegerField:
    usual = mailserver.PORTS[protocol]
    attrs: dict[str, Any] = {
        "placeholder": gettext_lazy("the usual one"),
        "inputmode": "numeric",
        "autocomplete": "off",
    }
    attrs |= {f"data-usual-{security.value}": port for security, port in usual.items()}
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=65535,
        widget=forms.TextInput(attrs=attrs),
        error_messages={
            "invalid": gettext_lazy("A port is a number from 1 to 65535."),
            "min_value": gettext_lazy("A port is a number from 1 to 65535."),
            "max_value": gettext_lazy("A port is a number from 1 to 65535."),
        },
    )


def _security(label: StrOrPromise, first: Security) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=Security.choices, initial=first.value)


def _user(label: StrOrPromise) -> forms.CharField:
    attrs = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
    return forms.CharField(
        label=label, required=False, max_length=200, validators=[plain_line], widget=forms.TextInput(attrs=attrs)
    )


# --- The form -----------------------------------------------------------------------------------------------------


class SetupForm(forms.Form):
    """Everything on one page.

    `kept` are passwords that were typed before and need not be typed again. What the environment or a file says about
    mail is not asked for.
    """

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Write your name.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("Your mail address"),
        max_length=254,
        help_text=gettext_lazy("You sign in with it, and the test message goes there."),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages={
            "required": gettext_lazy("Write your mail address."),
            "invalid": gettext_lazy("This is no mail address. Write it like name@company.example."),
        },
    )
    password = _password(gettext_lazy("Your password"), error_messages={"required": gettext_lazy("Choose a password.")})
    zone = forms.ChoiceField(
        label=gettext_lazy("Your time zone"),
        choices=zones,
        help_text=gettext_lazy("Times are shown to you in it."),
        error_messages={
            "required": gettext_lazy("Choose your time zone."),
            "invalid_choice": gettext_lazy("There is no such time zone. Choose one of the list."),
        },
    )
    site_name = forms.CharField(
        label=gettext_lazy("Name of the site"),
        max_length=80,
        help_text=gettext_lazy("Shown on every page and in mails."),
        error_messages={"required": gettext_lazy("Name the site.")},
    )
    mail_from = forms.CharField(
        label=gettext_lazy("Sender of mails"),
        max_length=200,
        validators=[one_sender],
        help_text=gettext_lazy("Answers go there too."),
        error_messages={"required": gettext_lazy("Write the address that mails are sent from.")},
    )
    smtp_host = _host(gettext_lazy("Mail server"), "smtp.example.com")
    smtp_port = _port("smtp", gettext_lazy("Its port"))
    smtp_security = _security(gettext_lazy("Its security"), Security.STARTTLS)
    smtp_user = _user(gettext_lazy("User of the mail server"))
    smtp_password = _password(gettext_lazy("Password of that user"), required=False, validators=[plain_line])
    imap_host = _host(gettext_lazy("Mailbox server (IMAP)"), "imap.example.com")
    imap_port = _port("imap", gettext_lazy("Its port"))
    imap_security = _security(gettext_lazy("Its security"), Security.TLS)
    imap_user = _user(gettext_lazy("User of the mailbox"))
    imap_password = _password(gettext_lazy("Password of the mailbox"), required=False, validators=[plain_line])

    def __init__(
        self,
        *args: Any,
        kept: Mapping[str, str],
        mail_server: Known | None,
        mailbox: Known | None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("initial", {"site_name": "Probax Support", "mail_from": settings.DEFAULT_FROM_EMAIL})
        super().__init__(*args, **kwargs)
        self.kept = dict(kept)
        self.servers: dict[str, Server] = {}
        for protocol, known in (("smtp", mail_server), ("imap", mailbox)):
            if known is not None:
                for part in FIELDS_OF_A_SERVER:
                    del self.fields[f"{protocol}_{part}"]
        self.fields["password"].help_text = " ".join(password_validators_help_texts())
        self._say_what_is_kept()

    def keep_passwords(self) -> dict[str, str]:
        """Return the passwords that passed, those typed before among them, and ask for none of them again.

        One that was replaced by a wrong one is not kept either: it would be a surprise.
        """
        for name in PASSWORDS:
            if self.cleaned_data.get(name):
                self.kept[name] = self.cleaned_data[name]
            elif self.data.get(name):
                self.kept.pop(name, None)
        self._say_what_is_kept()
        return self.kept

    def ask_for_test_alone(self) -> None:
        """Forget what is wrong with fields that a test message does not need."""
        for name in set(self.errors) - NEEDED_BY_TEST:
            if not name.startswith(("smtp_", "imap_")):
                del self.errors[name]

    def _say_what_is_kept(self) -> None:
        for name in PASSWORDS:
            if name in self.fields:
                field = self.fields[name]
                field.required = name == "password" and name not in self.kept
                hint = _("Kept from before, so leave it empty. Type to replace it.")
                # The bound field took its hint when it was first looked at.
                self[name].help_text = hint if name in self.kept else field.help_text

    # --- Checks ---

    def clean(self) -> dict[str, Any]:
        """Take kept passwords where none was typed, and look at how fields fit together."""
        for name in PASSWORDS:
            if name in self.cleaned_data:
                self.cleaned_data[name] = self.cleaned_data[name] or self.kept.get(name, "")
        if "password" in self.cleaned_data:
            self._check_own_password()
        for protocol in ("smtp", "imap"):
            if f"{protocol}_host" in self.fields and (server := self._server(protocol)):
                self.servers[protocol] = server
        return self.cleaned_data

    def _check_own_password(self) -> None:
        # What the site will be called is kept nowhere yet, so it goes by the name of the person.
        names = " ".join(self.cleaned_data.get(field, "") for field in ("name", "site_name", "mail_from"))
        administrator = User(email=self.cleaned_data.get("email", ""), name=names)
        try:
            validate_password(self.cleaned_data["password"], administrator)
        except ValidationError as weak:
            self.add_error("password", weak)

    def _server(self, protocol: str) -> Server | None:
        """Return the server that was typed, if one was, after a look at how its fields fit together."""
        names = {part: f"{protocol}_{part}" for part in FIELDS_OF_A_SERVER}
        if not set(names.values()).isdisjoint(self.errors):
            return None
        typed = {part: self.cleaned_data[name] for part, name in names.items()}
        if not typed["host"]:
            if typed["user"] or typed["port"] or self.data.get(names["password"]):
                self.add_error(names["host"], _("Name the server too, or empty its other fields."))
            return None
        if protocol == "imap" and not typed["user"]:
            self.add_error(names["user"], _("Name the user whose mailbox it is."))
        elif typed["user"] and not typed["password"]:
            self.add_error(names["password"], _("Type the password of this user."))
        elif self.data.get(names["password"]) and not typed["user"]:
            self.add_error(names["user"], _("Name the user whose password this is."))
        security = Security(typed["security"] or self.fields[names["security"]].initial)
        port = typed["port"] or mailserver.PORTS[protocol][security]
        password = typed["password"] if typed["user"] else ""
        return Server(typed["host"], port, security, typed["user"], password)
