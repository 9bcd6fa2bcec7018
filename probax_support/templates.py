"""Templates of which whatever is the same at every look is drawn when they are read: sentences, addresses, pictures.

A page's template holds a hundred sentences that Django looks up at each look, and puts dozens of small templates in by
asking for each of them anew. Here a template is kept for each language, its fixed parts are text, and what it puts in
is found once.
"""

from collections.abc import Iterator
from typing import cast

from django.template import Context, Node, NodeList, Origin, Template, TemplateDoesNotExist
from django.template.base import FilterExpression, TextNode, TokenType, Variable, render_value_in_context
from django.template.defaulttags import CommentNode, CycleNode, IfChangedNode, IfNode, LoadNode, URLNode
from django.template.library import SimpleNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.template.loaders import cached
from django.template.loaders.base import Loader as BaseLoader
from django.templatetags.i18n import BlockTranslateNode, LanguageNode, TranslateNode
from django.templatetags.static import StaticNode
from django.urls import NoReverseMatch
from django.utils.translation import get_language, gettext
from django_htmx.templatetags.django_htmx import htmx_script


class DrawnAhead(BaseLoader):
    """Reads a template, and draws what is fixed in the language of the moment."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        """Return a template, its fixed parts drawn."""
        template = super().get_template(template_name, skip)
        context = Context()
        with context.bind_template(template):
            _draw(template.nodelist, context)
        return template


class Loader(cached.Loader, DrawnAhead):
    """Keeps what was read, apart for each language. Stands in place of Django's own."""

    def cache_key(self, template_name: str, skip: list[Origin] | None = None) -> str:
        """Return under what a template is kept."""
        return f"{get_language()} {super().cache_key(template_name, skip)}"


class Included(Node):
    """Another template in this one, by a name that never changes. It is found at the first look."""

    child_nodelists = ()

    def __init__(self, found_by: IncludeNode, name: str) -> None:
        self._found_by, self._name = found_by, name
        self._nodes: NodeList | None = None

    def render(self, context: Context) -> str:
        """Draw it with the words of this place and, unless they stand alone, those of the page around it."""
        if self._nodes is None:
            template = cast("Template", context.template).engine.get_template(self._name)
            if not _stands_anywhere(template):
                return self._found_by.render(context)
            self._nodes = template.nodelist
        values = {name: value.resolve(context) for name, value in self._found_by.extra_context.items()}
        if self._found_by.isolated_context:
            return self._nodes.render(context.new(values))
        with context.push(**values):
            return self._nodes.render(context)


class Sentence(Node):
    """A sentence with words of the page in it, looked up once in its language."""

    child_nodelists = ()

    def __init__(self, written: BlockTranslateNode) -> None:
        self._takes = written.extra_context
        message, self._names = written.render_token_list(written.singular)
        self._words = gettext(message)
        try:
            self._words % dict.fromkeys(self._names, "")
        except (KeyError, ValueError):
            # Its translation names what is not there.
            self._words = message

    def render(self, context: Context) -> str:
        """Put the words of this look in."""
        with context.push(**{name: value.resolve(context) for name, value in self._takes.items()}):
            return self._words % {name: render_value_in_context(context.get(name, ""), context) for name in self._names}


def _stands_anywhere(template: Template) -> bool:
    """Return whether a template leaves no traces in the one around it, so that its nodes may be drawn as if there."""
    tied = (ExtendsNode, BlockNode, CycleNode, IfChangedNode)
    return not any(template.nodelist.get_nodes_by_type(kind) for kind in tied)


def _draw(nodes: NodeList, context: Context) -> None:
    """Put text in the place of nodes that are fixed, and make one of texts that follow each other."""
    drawn: list[Node] = []
    for node in nodes:
        text = _text_of(node, context)
        if text is None:
            for inside in _inside(node):
                _draw(inside, context)
            drawn.append(_once(node))
        elif drawn and isinstance(drawn[-1], TextNode):
            drawn[-1] = TextNode(drawn[-1].s + text)
        else:
            drawn.append(TextNode(text))
    nodes[:] = drawn


def _inside(node: Node) -> Iterator[NodeList]:
    if isinstance(node, IfNode):
        yield from (inside for _condition, inside in node.conditions_nodelists)
    elif not isinstance(node, LanguageNode):
        yield from filter(None, (getattr(node, name, None) for name in node.child_nodelists))


def _once(node: Node) -> Node:
    """Return a node that finds once what never changes, and draws what the given one does."""
    if isinstance(node, IncludeNode) and _is_fixed(node.template):
        name = str(node.template.var)
        # A name that begins so says where it is from here.
        return node if name.startswith(".") else _where_it_stood(node, Included(node, name))
    if isinstance(node, BlockTranslateNode) and not (node.asvar or node.message_context or node.plural):
        return _where_it_stood(node, Sentence(node))
    return node


def _where_it_stood(node: Node, drawn: Node) -> Node:
    """Return a node with the place of the given one in its template, of which Django's page of an error speaks."""
    drawn.token, drawn.origin = node.token, node.origin
    return drawn


def _text_of(node: Node, context: Context) -> str | None:
    """Return what a node draws at every look, or None where it may differ."""
    if isinstance(node, TextNode):
        return str(node.s)
    if isinstance(node, LoadNode | CommentNode):
        return ""
    if not _draws_the_same(node):
        return None
    try:
        return str(node.render(context))
    except (NoReverseMatch, TemplateDoesNotExist, ValueError):
        # Whoever looks at it is told.
        return None


def _draws_the_same(node: Node) -> bool:
    """Return whether a node is a sentence, an address or a template that takes nothing from the page."""
    if isinstance(node, TranslateNode):
        return not node.asvar and node.message_context is None and _is_fixed(node.filter_expression)
    if isinstance(node, BlockTranslateNode):
        words_alone = all(token.token_type == TokenType.TEXT for token in node.singular)
        takes = node.asvar or node.message_context or node.extra_context or node.plural
        return words_alone and not takes
    if isinstance(node, StaticNode):
        return node.varname is None and _is_fixed(node.path)
    if isinstance(node, URLNode):
        return not (node.asvar or node.args or node.kwargs) and _is_fixed(node.view_name)
    if isinstance(node, SimpleNode):
        # It would put a nonce in if our pages had any.
        return node.func is htmx_script and not node.target_var
    if isinstance(node, IncludeNode):
        return node.isolated_context and all(map(_is_fixed, [node.template, *node.extra_context.values()]))
    return False


def _is_fixed(expression: FilterExpression) -> bool:
    """Return whether an expression is a bare word or number."""
    var = expression.var
    return not expression.filters and (not isinstance(var, Variable) or var.literal is not None)
