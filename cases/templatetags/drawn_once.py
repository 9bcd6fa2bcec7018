"""Parts of pages that are the same at every look but for a few words: drawn once, and those words put in.

The page of a case offers two dozen acts, each a form that nobody filled in yet. Drawing them by templates took most of
the time in which the page is answered.
"""

import re
import secrets
from collections.abc import Mapping
from itertools import count
from typing import Any

from django import template
from django.forms import BaseForm
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from cases.templatetags.blanks import Blank, bare

register = template.Library()

# Begins a place in what is drawn. Nobody else's words hold it.
MARK = f"put{secrets.token_hex(6)}"
PLACE = re.compile(rf'(?:<option value="(?:{MARK}n\d+e)?"[^>]*>)?{MARK}n(\d+)e(?:</option>)?')
# Of one part: one for each language and kind of case.
MOST_KEPT = 256


@register.tag
def drawnonce(parser: Parser, token: Token) -> "DrawnOnce":
    """Draw what stands until `enddrawnonce` once for each language and for each of what it takes.

        {% drawnonce call answered=promise.is_over %}...{% enddrawnonce %}

    It takes forms, words and numbers, by the names that it uses, and knows nothing else of its page; `reference` of the
    case is always there. What a form begins with, its people and keys, the reader's token against forged requests and
    the reference are put in at each look. With a form that was refused all is drawn as if it stood without the tag.
    """
    takes = {}
    for bit in token.split_contents()[1:]:
        name, _, value = bit.partition("=")
        takes[name] = parser.compile_filter(value or name)
    inside = parser.parse(("enddrawnonce",))
    parser.delete_first_token()
    return DrawnOnce(inside, takes)


class DrawnOnce(template.Node):
    """The tag in a page, with what it has drawn so far: text, then the place of a word, then text, and so on."""

    def __init__(self, inside: NodeList, takes: Mapping[str, FilterExpression]) -> None:
        self.nodelist, self._takes = inside, takes
        self._drawn: dict[tuple[Any, ...], list[str]] = {}

    def render(self, context: Context) -> SafeString:
        """Put the words of this look into what was drawn."""
        given = {name: value.resolve(context) for name, value in self._takes.items()}
        reference = context["case"].reference
        if any(isinstance(value, BaseForm) for value in given.values()):
            with context.push(reference=reference, **given):
                return self.nodelist.render(context)
        blanks = {name: value for name, value in given.items() if isinstance(value, Blank)}
        decides = {name: bare(value) for name, value in given.items() if name not in blanks}
        words = [conditional_escape(str(context.get("csrf_token", ""))), conditional_escape(reference)]
        words += [word for blank in blanks.values() for word in blank.words.values()]
        kind = (get_language(), *decides.values(), *(blank.kind for blank in blanks.values()))
        drawn = self._drawn.get(kind)
        if drawn is None:
            drawn = self._draw(context, blanks, decides)
            if len(self._drawn) >= MOST_KEPT:
                self._drawn.clear()
            self._drawn[kind] = drawn
        pieces = list(drawn)
        pieces[1::2] = [words[int(place)] for place in drawn[1::2]]
        return SafeString("".join(pieces))

    def _draw(self, context: Context, blanks: Mapping[str, Blank], decides: Mapping[str, Any]) -> list[str]:
        """Draw the part with a place where each word is put, and take it apart there."""
        places = (f"{MARK}n{number}e" for number in count())
        knows = {"csrf_token": next(places), "reference": next(places), **decides}
        for name, blank in blanks.items():
            knows[name] = blank.with_places({word: next(places) for word in blank.words})
        return PLACE.split(self.nodelist.render(context.new(knows)))
