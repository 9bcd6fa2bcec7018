"""The description of the API as a page to read, made from the same schema that programs read."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

Node = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """A value that an operation takes or tells."""

    name: str
    kind: str
    words: str = ""
    is_needed: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operation:
    """One thing to ask for."""

    name: str
    method: str
    path: str
    words: str
    query: list[Field]
    body: list[Field]
    status: str
    answer: list[Field]


@dataclass(frozen=True)
class Chapter:
    """The operations on one noun."""

    name: str
    operations: list[Operation]


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show every operation with what it takes and tells."""
    site = request.build_absolute_uri("/").rstrip("/")
    context = {"chapters": _chapters(), "site_url": site, "schema_url": reverse("api_schema")}
    return render(request, "cases/api_docs.html", context)


@cache
def description() -> Node:
    """Return the whole schema, made once for each process: whoever asks again and again costs little."""
    found: Node = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call] # no types
    return found


class Described(SchemaGenerator):
    """Hands the schema out that was made before."""

    def get_schema(self, request: Any = None, public: bool = False) -> Node:
        """Return the whole schema."""
        return description()


@cache
def _chapters() -> list[Chapter]:
    schema = description()
    found: dict[str, list[Operation]] = {}
    for path, operations in schema["paths"].items():
        for method, told in operations.items():
            found.setdefault(_noun_of(path), []).append(_operation(path, method, told, schema))
    # Cases are what most people come for; the other nouns follow by name.
    first_cases = sorted(found.items(), key=lambda item: (item[0] != "cases", item[0]))
    return [Chapter(noun.replace("-", " ").capitalize(), operations) for noun, operations in first_cases]


def _noun_of(path: str) -> str:
    """Return what a path is about: beneath a case its noun there."""
    parts = [part for part in path.removeprefix("/api/v1/").split("/") if part and not part.startswith("{")]
    return parts[1] if parts[0] == "cases" and len(parts) > 1 else parts[0]


def _operation(path: str, method: str, told: Node, schema: Node) -> Operation:
    status, answered = next(iter(told["responses"].items()))
    parameters = [row for row in told.get("parameters", ()) if row["in"] == "query"]
    query = [_field(row["name"], row, row["schema"], schema, needed=row.get("required", False)) for row in parameters]
    return Operation(
        name=told["operationId"],
        method=method.upper(),
        path=path,
        words=told["description"].replace("`", ""),
        query=query,
        body=list(_fields(_content_of(told.get("requestBody", {})), schema)),
        status=status,
        answer=list(_fields(_content_of(answered), schema)),
    )


def _content_of(told: Node) -> Node:
    contents = list(told.get("content", {}).values())
    found: Node = contents[0].get("schema", {}) if contents else {}
    return found


def _fields(node: Node, schema: Node) -> Iterator[Field]:
    """Yield the values of an object; of a list, those of its rows."""
    node = _resolved(node, schema)
    properties = node.get("properties", {})
    if "results" in properties:
        yield from _fields(properties["results"]["items"], schema)
        return
    for name, told in properties.items():
        yield _field(name, told, told, schema, needed=name in node.get("required", ()))


def _field(name: str, told: Node, node: Node, schema: Node, *, needed: bool) -> Field:
    meant = _resolved(node, schema)
    choices = tuple(str(one) for one in meant.get("enum", ()) if one not in ("", None))
    # The words of a choice repeat its values, which stand beside it.
    words = told.get("description", "").partition("\n\n* ")[0].replace("`", "")
    return Field(name, _kind_of(meant, schema), "" if words.startswith("* ") else words, needed, choices)


def _kind_of(node: Node, schema: Node) -> str:
    kind = node.get("type", "")
    if isinstance(kind, list):
        kind = next(one for one in kind if one != "null")
    if kind == "array":
        return f"{_kind_of(_resolved(node.get('items', {}), schema), schema)}[]"
    return str(node.get("format") or kind or "object")


def _resolved(node: Node, schema: Node) -> Node:
    """Return what a reference means, and of several wordings the first that says something."""
    if "$ref" in node:
        found: Node = schema["components"]["schemas"][node["$ref"].rpartition("/")[2]]
        return _resolved(found, schema)
    for several in ("allOf", "oneOf", "anyOf"):
        if several in node:
            return _resolved(node[several][0], schema)
    return node
