"""Set-up: the first page of a fresh installation, and of no other.

It makes the first administrator and can tell the portal where mail goes out and comes in. As soon as there is a person
or a site, it is gone for everybody.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.cache import caches
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from cases import actions
from cases.models import Site, User
from cases.rules import RuleBroken
from cases.web.request import Reading
from notifications import mailcheck, mailserver
from notifications.mailcheck import Finding, Trial
from notifications.mailserver import Known, Staged
from notifications.web.setup_forms import SetupForm
from sla.models import PolicyVersion

# Typed passwords stay on the server so that they need not be typed twice: in the cache and not in the database, for an
# hour.
KEPT_SECONDS = 3600
SESSION_KEY = "setup"
# One test at a time: whoever finds this page before its owner shall not have the portal knock at many doors.
TESTING = "setup-testing"


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def setup(request: Reading) -> HttpResponseBase:
    """Ask for everything, or set the site up and lead the new administrator to the queue."""
    if not _is_open():
        return _over(request)
    if request.method == "GET":
        return _page(request, _form(request))
    form = _form(request)
    if form.is_valid() and (answer := _set_up(request, form)):
        return answer
    _keep(request, form)
    return _page(request, form, status=422)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def setup_test(request: Reading) -> HttpResponseBase:
    """Send a message by the mail server that was typed, look for it in the mailbox, and say how both went."""
    if request.method == "GET":
        return redirect("setup")
    if not _is_open():
        return HttpResponseClientRedirect(reverse("home")) if request.htmx else _over(request)
    form = _form(request)
    form.full_clean()
    form.ask_for_test_alone()
    findings = [] if form.errors else _findings(form)
    if request.htmx:
        return render(request, "setup/setup.html#report", {"form": form, "findings": findings, "tested": True})
    _keep(request, form)
    return _page(request, form, status=422 if form.errors else 200, findings=findings, tested=True)


def _is_open() -> bool:
    return not (User.objects.exists() or Site.objects.exists())


def _over(request: Reading) -> HttpResponse:
    """Answer when there is nothing to set up any more; who was just filling in the form is told so."""
    if request.method == "GET":
        raise Http404
    _forget(request)
    return render(request, "setup/over.html", status=404)


# --- The page -----------------------------------------------------------------------------------------------------


def _form(request: Reading) -> SetupForm:
    return SetupForm(
        request.POST if request.method == "POST" else None,
        kept=_kept(request),
        mail_server=_known("EMAIL_URL"),
        mailbox=_known("MAILBOX_URL"),
    )


def _page(request: Reading, form: SetupForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "form": form,
        "mail_server": _known("EMAIL_URL"),
        "mailbox": _known("MAILBOX_URL"),
        **more,
    }
    return render(request, "setup/setup.html", context, status=status)


def _known(name: str) -> Known | None:
    """Return what is said about mail already. A file that cannot be read counts too; the test tells what is wrong."""
    try:
        return mailserver.known(name)
    except OSError:
        return Known("", str(mailserver.folder() / mailserver.FILES[name]))


def _kept(request: Reading) -> Mapping[str, str]:
    key = request.session.get(SESSION_KEY)
    kept: Mapping[str, str] = caches["typed"].get(f"{SESSION_KEY}:{key}", {}) if key else {}
    return kept


def _keep(request: Reading, form: SetupForm) -> None:
    """Keep the passwords that passed for the next attempt of the same browser."""
    passwords = form.keep_passwords()
    if passwords or SESSION_KEY in request.session:
        key = request.session.setdefault(SESSION_KEY, secrets.token_urlsafe(16))
        caches["typed"].set(f"{SESSION_KEY}:{key}", passwords, KEPT_SECONDS)


def _forget(request: Reading) -> None:
    if key := request.session.pop(SESSION_KEY, None):
        caches["typed"].delete(f"{SESSION_KEY}:{key}")


# --- The test -----------------------------------------------------------------------------------------------------


def _findings(form: SetupForm) -> list[Finding]:
    mail_server = _mail_server(form)
    try:
        box = form.servers.get("imap") or mailserver.mailbox()
    except OSError as wrong:
        return [Finding("bad", str(wrong))]
    if mail_server is None and box is None:
        return [Finding("warn", _("There is no mail server to test yet."), _("Name one above, then test again."))]
    if not caches["typed"].add(TESTING, True, timeout=round(mailcheck.PATIENCE) + 5):
        return [Finding("warn", _("Another test is still running."), _("Wait a few seconds, then test again."))]
    try:
        return mailcheck.report(
            Trial(
                mail_server=mail_server,
                mailbox=box,
                sent_from=form.cleaned_data["mail_from"],
                reader=form.cleaned_data["email"],
                site_name=form.cleaned_data.get("site_name") or "Probax Support",
            )
        )
    finally:
        caches["typed"].delete(TESTING)


def _mail_server(form: SetupForm) -> Known | None:
    """Return the mail server that was typed, or the one that is known already."""
    if typed := form.servers.get("smtp"):
        return Known(typed.url("smtp"), _("The form"))
    known = _known("EMAIL_URL")
    return None if known is None or known.goes_nowhere else known


# --- The act ------------------------------------------------------------------------------------------------------


def _set_up(request: Reading, form: SetupForm) -> HttpResponseBase | None:
    """Set the site up. None if the mail settings could not be written, which is said in the form."""
    settings_of = {"smtp": "EMAIL_URL", "imap": "MAILBOX_URL"}
    urls = {settings_of[protocol]: server.url(protocol) for protocol, server in form.servers.items()}
    try:
        staged = Staged(urls)
    except OSError as refusal:
        words = _(
            "The mail settings cannot be written to %(folder)s (%(reason)s), so nothing was set up. "
            "Make the folder writable, then try again."
        )
        form.add_error(None, words % {"folder": mailserver.folder(), "reason": refusal.strerror})
        return None
    checked = form.cleaned_data
    with staged:
        try:
            administrator = actions.set_up_site(
                site_name=checked["site_name"],
                mail_from=checked["mail_from"],
                name=checked["name"],
                email=checked["email"],
                password=checked["password"],
                zone=checked["zone"],
                language=get_language() or settings.LANGUAGE_CODE,
                now=request.now,
            )
        except RuleBroken:
            # Somebody else was faster, by a moment.
            return _over(request)
        staged.keep()
    _forget(request)
    login(request, administrator, backend=settings.AUTHENTICATION_BACKENDS[0])
    _say_what_is_next(request, checked["site_name"])
    return redirect("desk_queue")


def _say_what_is_next(request: Reading, site_name: str) -> None:
    words = _(
        "{site} is set up, and you are its administrator. "
        'Next, add partners and people in <a href="{administration}">Administration</a>.'
    )
    messages.success(request, format_html(words, site=site_name, administration=reverse("admin:index")))
    if not PolicyVersion.objects.exists():
        messages.warning(request, _("The support policy is not loaded yet: run manage.py load_policy."))
