"""A template's fixed parts are drawn when it is read; what it draws is what Django's own loader would."""

from typing import Any

import pytest
from django.template import Context, Engine, TemplateDoesNotExist
from django.urls import NoReverseMatch
from django.utils import translation

from probax_support import templates

PAGES = {
    "base.html": "{% load i18n %}<h1>{% translate 'Cases' %}</h1>{% block page %}{% endblock %}",
    "page.html": "{% extends 'base.html' %}{% load i18n static %}{% block page %}{% comment %}no{% endcomment %}"
    "{% translate 'Close the case' %} {% blocktranslate %}Send reply{% endblocktranslate %} {% url 'home' %} "
    "{% blocktranslate with n=name %}Back to “{{ n }}”{% endblocktranslate %} {% static 'css/base.css' %}"
    "{% if name %}{% translate 'Sign out' %}{% include 'part.html' with level=2 %}{% endif %}"
    "{% for one in many %}{% include 'part.html' %}{% include 'alone.html' with name='x' only %}{% endfor %}"
    "{% include 'alone.html' with name=name only %}{% translate 'Close' as word %}{{ word }}{% endblock %}",
    "part.html": "{% load i18n %}[{{ name }} {{ level }} {{ one }} {% translate 'Severity' %}]{% cycle 'a' 'b' %}",
    "alone.html": "{% load i18n %}({{ name }}{{ one }}{% language 'es' %}{% translate 'Company' %}{% endlanguage %})",
    "tree.html": "{{ level }}{% if level %}{% include 'tree.html' with level=level|slice:'1:' %}{% endif %}",
    "nowhere.html": "{% if asked %}{% url 'nowhere' %}{% endif %}",
    "nothing.html": "{% if asked %}{% include 'none.html' %}{% include 'none.html' with a=1 only %}{% endif %}",
}
OURS, DJANGOS = "probax_support.templates.Loader", "django.template.loaders.cached.Loader"


def engine(loader: str, *, debug: bool = False) -> Engine:
    libraries = {"i18n": "django.templatetags.i18n", "static": "django.templatetags.static"}
    loaders = [(loader, [("django.template.loaders.locmem.Loader", PAGES)])]
    return Engine(libraries=libraries, loaders=loaders, debug=debug)


@pytest.mark.parametrize(
    "says", [{"name": "Lena & Max", "many": "xyz"}, {"name": "", "many": "x"}, {"level": "abc", "name": "é"}]
)
def test_a_page_is_drawn_as_ever_in_each_language(says: dict[str, Any]) -> None:
    ours, djangos = engine(OURS), engine(DJANGOS)
    for language in ("en", "es", "en", "es"):
        for name in ("page.html", "tree.html"):
            with translation.override(language):
                drawn = ours.get_template(name).render(Context(says))
                assert drawn == djangos.get_template(name).render(Context(says))


def test_a_translation_that_names_what_is_not_there_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "gettext", lambda message: message.replace("(n)s", "(someone)s"))
    drawn = engine(OURS).get_template("page.html").render(Context({"name": "Lena"}))
    assert "Back to “Lena”" in drawn


def test_what_is_missing_is_told_to_whoever_looks_at_it() -> None:
    ours = engine(OURS)
    for name, error in (("nowhere.html", NoReverseMatch), ("nothing.html", TemplateDoesNotExist)):
        assert ours.get_template(name).render(Context()) == ""
        with pytest.raises(error):
            ours.get_template(name).render(Context({"asked": True}))


def test_the_page_of_an_error_names_the_line_that_was_wrong() -> None:
    with pytest.raises(TemplateDoesNotExist) as broken:
        engine(OURS, debug=True).get_template("nothing.html").render(Context({"asked": True}))
    wrong: Any = broken.value
    assert wrong.template_debug["during"] == "{% include 'none.html' %}"
