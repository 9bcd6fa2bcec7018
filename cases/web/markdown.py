"""Markdown as HTML that can do no harm: no HTML of the author's, no pictures, no script in links."""

from collections.abc import Sequence
from typing import Any

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
SCHEMES = {"http", "https", "mailto"}
# The page has its own first heading.
DEEPER = {"h1": "h2", "h2": "h3", "h3": "h4", "h4": "h4", "h5": "h4", "h6": "h4"}


def _heading(self: Any, tokens: Sequence[Token], number: int, options: Any, env: Any) -> str:
    token = tokens[number]
    token.tag = DEEPER[token.tag]
    return str(self.renderToken(tokens, number, options, env))


_READER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
_READER.add_render_rule("heading_open", _heading)
_READER.add_render_rule("heading_close", _heading)


def as_html(text: str) -> SafeString:
    """Return Markdown as HTML. What the reader of Markdown lets through is cleaned once more, by a list of tags."""
    clean = nh3.clean(
        _READER.render(text),
        tags=TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
    return SafeString(clean)
