"""In whose language pages and mails are written, and that no English is left on them."""

import re
from collections.abc import Iterator
from zoneinfo import available_timezones

import pytest
from django.apps import apps
from django.test import Client
from django.utils import translation

from cases import demo
from cases.models import CaseEvent, EventKind, User
from cases.templatetags.stored_words import why, worded
from notifications import letters
from notifications.models import MailKind
from tests import builders
from tests.builders import Cast, answer, at, logged_case
from tests.cases.pages import browser_of, clock_at, get, html_of, post, read, words_of
from tests.catalogue import ROOT, entries_of
from tests.web.crawl import walk

NOON = at("Tue 12:00")
CATALOGUE = ROOT / "locale" / "es" / "LC_MESSAGES" / "django.po"
# English words that are no Spanish ones.
ENGLISH = re.compile(
    r"(?:\w+\s+)?\b(?:the|of|and|is|are|was|you|your|this|that|with|not|what|which|who|from|by|it|to)\b(?:\s+\w+)?",
    re.IGNORECASE,
)


@pytest.fixture
def people(db: None) -> Cast:
    people = builders.cast()
    User.objects.filter(pk=people.priya.pk).update(language="es")
    people.priya.refresh_from_db()
    return people


# --- Who reads in which language -------------------------------------------------------------------------------------


def test_before_logging_in_the_browser_says_the_language_and_the_reader_may_say_otherwise(db: None) -> None:
    builders.cast()
    browser = Client(headers={"accept-language": "es-MX,es;q=0.9,en;q=0.5"})
    page = get(browser, "/accounts/login/", NOON)
    assert "Iniciar sesión" in words_of(page)
    assert page.headers["Content-Language"] == "es"
    chosen = post(browser, "/language/", {"language": "en", "next": "/accounts/login/"}, NOON)
    assert chosen.url == "/accounts/login/"
    assert "Sign in" in words_of(get(browser, "/accounts/login/", NOON))
    assert post(browser, "/language/", {"language": "es", "next": "https://elsewhere.example/"}, NOON).url == "/"


def test_the_language_of_an_account_goes_before_that_of_the_browser(people: Cast) -> None:
    browser = browser_of(people.priya, NOON)
    page = get(browser, "/", NOON, headers={"accept-language": "en"})
    assert '<html lang="es"' in html_of(page)
    assert page.headers["Content-Language"] == "es"
    assert "/language/" not in html_of(page)
    said = {"name": "Priya", "zone": "America/Mexico_City", "language": "en"}
    assert post(browser, "/account/change/", said, NOON).status_code == 302
    assert '<html lang="en"' in html_of(get(browser, "/", NOON))


def test_a_promise_its_sum_and_its_times_are_said_in_the_readers_language(people: Cast) -> None:
    case = logged_case(people.priya, at("Fri 16:00"))
    page = words_of(get(browser_of(people.priya, at("Fri 16:30")), f"/cases/{case.reference}/", at("Fri 16:30")))
    assert "La severidad 3 se responde en 6 h de tiempo de trabajo de la mesa" in page
    assert "el reloj está parado (fin de semana)" in page
    assert "lun 30 nov" in page.lower()


def test_reasons_and_words_of_the_policy_are_translated_and_those_of_managers_stay() -> None:
    with translation.override("es"):
        assert why("night, weekend (Sydney), Australia Day") == "noche, fin de semana (Sydney), Australia Day"
        assert worded("Major impact\nOur own words") == "Impacto mayor\nOur own words"


def test_a_list_that_is_saved_is_written_in_the_readers_language(people: Cast) -> None:
    logged_case(people.priya, NOON)
    User.objects.filter(pk=people.ruth.pk).update(language="es")
    sent = get(browser_of(people.ruth, NOON), "/desk/cases/export/", NOON)
    text = read(sent).decode()
    assert "Severidad" in text
    assert "Severity" not in text


# --- Mails -----------------------------------------------------------------------------------------------------------


def test_each_reader_of_a_mail_reads_it_in_their_own_language(people: Cast) -> None:
    case = answer(logged_case(people.priya, NOON), people.lena, NOON)
    replied = CaseEvent.objects.get(case=case, kind=EventKind.SPECIALIST_REPLIED)
    letter = letters.Letter(MailKind.SPECIALIST_REPLIED, people.priya, replied, {"message": case.messages.latest("pk")})
    written = letters.write(letter, now=NOON)
    assert f"[{case.reference}] Lena" in written.subject
    assert "respondió" in written.subject
    assert '<html lang="es"' in written.html
    assert "Recibe este correo porque" in written.text


# --- No English is left ----------------------------------------------------------------------------------------------


def typed_by_people() -> str:
    """Return everything that the database holds, which is shown in the words that somebody gave it."""
    rows = (row for model in apps.get_models() for row in model._default_manager.values_list())
    values = [str(value).replace("\\n", " ") for row in rows for value in row]
    # Zones of the world are called what they are called.
    values += [zone.replace("_", " ") for zone in available_timezones()]
    return " ".join(" ".join(value.split()) for value in values)


def english_in(texts: list[str], untranslated: set[str], typed: str) -> Iterator[str]:
    """Yield texts that are English: those whose translation says otherwise, and those with English words in them."""
    for text in texts:
        if text in typed:
            continue
        if text in untranslated or any(found not in typed for found in ENGLISH.findall(text)):
            yield text


@pytest.mark.django_db
def test_no_english_is_left_on_any_page() -> None:
    demo.load(NOON)
    untranslated = {entry.key[1] for entry in entries_of(CATALOGUE) if entry.key[1] not in entry.forms}
    User.objects.update(language="es")
    typed = typed_by_people()
    left = set()
    for email in ("priya@northwind.example", "lena@probax.example", "ruth@probax.example"):
        browser = browser_of(User.objects.get(email=email), NOON)
        with clock_at(NOON):
            for opened in walk(browser):
                if opened.page is not None:
                    left |= {f"{opened.address}: {text}" for text in english_in(opened.page.texts, untranslated, typed)}
    assert not left, "\n".join(sorted(left))
