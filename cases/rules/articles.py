"""The knowledge base (P1.4)."""

from django.utils.translation import gettext as _

from cases.rules._broken import RuleBroken


def require_what_an_article_needs(title: str, summary: str, body: str) -> None:
    """Refuse an article without title, summary or text."""
    if not (title.strip() and summary.strip() and body.strip()):
        raise RuleBroken("article_incomplete", _("An article has a title, a summary and a text. Nothing was kept yet."))


def require_no_newer_version(version: int, expected: int) -> None:
    """Refuse to write over what a colleague wrote since the page was opened."""
    if version != expected:
        raise RuleBroken(
            "article_changed",
            _("A colleague saved version %(number)s meanwhile. What you typed is still here; compare before you save.")
            % {"number": version},
        )
