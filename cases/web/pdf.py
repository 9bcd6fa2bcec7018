"""Pages printed as PDF. The printer reads our own styles and fonts and nothing else: no other file, no network."""

from importlib import import_module
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.http import HttpResponse

# An address that nobody has; what stands under it is looked for among our static files.
STATIC = "https://static.invalid/"
STYLES = ("css/tokens.css", "css/report.css")
TYPES = {".css": "text/css", ".woff2": "font/woff2"}


def printer() -> ModuleType | None:
    """Return the library that prints, or None where what it stands on (pango) is not installed."""
    try:
        return import_module("weasyprint")
    except (ImportError, OSError):
        return None


def pdf_answer(weasyprint: ModuleType, html: str, name: str) -> HttpResponse:
    """Answer with a page of ours as the file `name` (without its ending), to be saved."""
    # One for all, so that what a style says of our font is known where the page is laid out.
    fonts = import_module("weasyprint.text.fonts").FontConfiguration()
    styles = [weasyprint.CSS(url=STATIC + path, url_fetcher=only_ours, font_config=fonts) for path in STYLES]
    document = weasyprint.HTML(string=html, base_url=STATIC, url_fetcher=only_ours)
    written = document.write_pdf(stylesheets=styles, font_config=fonts, pdf_ua=True)
    answer = HttpResponse(written, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def only_ours(url: str) -> Any:
    """Return one of our styles or fonts, as the printer asks for it.

    Raises:
        FatalURLFetchingError: anything else; the printing ends.
    """
    urls = import_module("weasyprint.urls")
    path = urlsplit(url).path.lstrip("/")
    kind = TYPES.get(PurePosixPath(path).suffix)
    found = finders.find(path) if url.startswith(STATIC) and kind else None
    if found is None:
        raise urls.FatalURLFetchingError(f"A printed page reads nothing but our own styles and fonts, not {url}.")
    return urls.URLFetcherResponse(url, Path(found).read_bytes(), {"Content-Type": kind})
