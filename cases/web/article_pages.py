"""The desk's pages of the knowledge base: write, preview, publish; what readers said and looked for in vain."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases import actions
from cases.models import Article, ArticleVote, MissedSearch, ProductArea
from cases.rules import RuleBroken
from cases.web import lists
from cases.web.answers import put_beside
from cases.web.forms import text
from cases.web.markdown import as_html
from cases.web.request import PortalRequest, desk_page

MISSED_SHOWN = 30
VOTES_SHOWN = 50
FOUND = 50


class ArticleForm(forms.Form):
    """What an article says, and the version that the page showed."""

    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=160,
        help_text=gettext_lazy("As a contact would ask. The words of the title count most in searches."),
        error_messages={"required": gettext_lazy("Give the article a title.")},
    )
    summary = forms.CharField(
        label=gettext_lazy("Summary"),
        max_length=300,
        help_text=gettext_lazy("One sentence, shown in lists and offers."),
        error_messages={"required": gettext_lazy("Say in one sentence what it is about.")},
    )
    areas = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Product areas"),
        queryset=ProductArea.objects.order_by("position", "name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    body = text(
        gettext_lazy("Text"),
        gettext_lazy("Markdown: # heading, **strong**, - list, 1. list, `code`, [words](https://address), tables."),
        missing=gettext_lazy("Write the text."),
        rows=18,
    )


@desk_page
@require_GET
def articles(request: PortalRequest) -> HttpResponse:
    """List every article with its votes and openings; beside it what was looked for in vain."""
    words, filters = lists.words_in(request), lists.filters_in(request, ("state",))
    found = Article.objects.all()
    if "state" in filters:
        found = {"published": found.published(), "draft": found.filter(published_at=None)}.get(
            filters["state"], found.none()
        )
    counted = found.with_counts(request.now)
    context: dict[str, Any] = {
        "words": words,
        "filters": filters,
        "choices": [
            lists.Choice(
                "state", _("State"), filters.get("state", ""), [("published", _("Published")), ("draft", _("Draft"))]
            )
        ],
        "missed": list(MissedSearch.objects.order_by("-times", "-last_at")[:MISSED_SHOWN]),
    }
    if words:
        context["rows"] = list(counted.matching(words)[:FOUND])
    else:
        page = lists.page_of(request, counted, order="changed_at", words=words, filters=filters)
        context |= {"page": page, "rows": page.rows}
    return render(request, "cases/desk/articles.html", context)


@desk_page
@require_http_methods(["GET", "POST"])
def new(request: PortalRequest) -> HttpResponseBase:
    """Write a new article, or look at how it will read."""
    if request.method == "GET":
        return _writing(request, None, ArticleForm())
    return _write(request, None, ArticleForm(request.POST))


@desk_page
@require_http_methods(["GET", "POST"])
def edit(request: PortalRequest, slug: str) -> HttpResponseBase:
    """Write the next version of an article, or look at how it will read."""
    found = _article_or_404(slug)
    if request.method == "GET":
        said = {"title": found.title, "summary": found.summary, "body": found.body, "areas": found.areas.all()}
        return _writing(request, found, ArticleForm(initial=said | {"expected_version": found.version}))
    return _write(request, found, ArticleForm(request.POST))


@desk_page
@require_POST
def publish(request: PortalRequest, slug: str) -> HttpResponseBase:
    """Let partners read an article, or take it from them."""
    found = _article_or_404(slug)
    try:
        if request.POST.get("take") == "back":
            actions.unpublish_article(article_id=found.pk, actor=request.user, now=request.now)
            messages.success(request, _("Partners no longer see the article."))
        else:
            version = lists.id_in(request.POST.get("expected_version", "")) or 0
            actions.publish_article(article_id=found.pk, expected_version=version, actor=request.user, now=request.now)
            messages.success(request, _("Partners can read the article."))
    except RuleBroken as broken:
        messages.error(request, str(broken.message))
    return redirect("desk_article", slug=slug)


def _write(request: PortalRequest, found: Article | None, form: ArticleForm) -> HttpResponseBase:
    if "preview" in request.POST:
        return _writing(request, found, form, preview=as_html(request.POST.get("body", "")[:20_000]))
    if form.is_valid():
        checked = form.cleaned_data
        try:
            written = actions.write_article(
                article_id=None if found is None else found.pk,
                text=actions.ArticleText(
                    title=checked["title"],
                    summary=checked["summary"],
                    body=checked["body"],
                    area_ids=[area.pk for area in checked["areas"]],
                ),
                expected_version=checked["expected_version"] or 0,
                actor=request.user,
                now=request.now,
            )
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("Version %(number)s is kept.") % {"number": written.version})
            return redirect("desk_article", slug=written.slug)
    return _writing(request, found, form, status=422)


def _writing(
    request: PortalRequest, found: Article | None, form: ArticleForm, *, status: int = 200, **given: Any
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "article": found}
    if found is not None:
        votes = ArticleVote.objects.filter(article=found)
        context |= {
            "counted": Article.objects.with_counts(request.now).get(pk=found.pk),
            "votes": list(votes.exclude(word="").select_related("voter").order_by("-voted_at")[:VOTES_SHOWN]),
            "versions": list(found.versions.select_related("written_by").order_by("-number")[:VOTES_SHOWN]),
        }
    return render(request, "cases/desk/article.html", context | given, status=status)


@desk_page
@require_GET
def version(request: PortalRequest, slug: str, number: int) -> HttpResponse:
    """Show an article as it once was."""
    found = _article_or_404(slug)
    once = found.versions.select_related("written_by").filter(number=number).first()
    if once is None:
        raise Http404
    return render(
        request, "cases/desk/article_version.html", {"article": found, "version": once, "html": as_html(once.body)}
    )


def _article_or_404(slug: str) -> Article:
    found = Article.objects.prefetch_related("areas").filter(slug=slug).first()
    if found is None:
        raise Http404
    return found
