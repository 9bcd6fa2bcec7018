"""The knowledge base as people read it (P1.4): search, articles, "did this help?", offers while a case is typed."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cases import actions
from cases.article_search import ArticleQuerySet
from cases.models import Article, ArticleVote, ProductArea, User
from cases.rules import RuleBroken
from cases.web import lists
from cases.web.markdown import as_html
from cases.web.request import PortalRequest, desk_page, partner_page

OFFERED = 5
FOUND = 50
LONGEST_SEARCH = 100


class VoteForm(forms.Form):
    """Whether an article helped, with a word."""

    helped = forms.TypedChoiceField(
        label=gettext_lazy("Did this help?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose yes or no.")},
    )
    word = forms.CharField(label=gettext_lazy("What helped, or what is missing?"), required=False, max_length=500)


@login_required
@require_GET
def articles(request: PortalRequest) -> HttpResponse:
    """Show the articles, the newest first, or those that fit a search, the best first."""
    words, filters = lists.words_in(request), lists.filters_in(request, ("area",))
    found = Article.objects.published()
    if "area" in filters:
        area = lists.id_in(filters["area"])
        found = found.none() if area is None else found.filter(areas=area)
    context: dict[str, Any] = {"choices": [_area_choice(filters)], "words": words, "filters": filters}
    if words:
        context["rows"] = list(found.matching(words)[:FOUND])
    else:
        page = lists.page_of(request, found, order="published_at", words=words, filters=filters)
        context |= {"page": page, "rows": page.rows}
    return render(request, "cases/articles.html", context)


@login_required
@require_GET
def article(request: PortalRequest, slug: str) -> HttpResponse:
    """Show an article, and ask whether it helped."""
    return _article_page(request, slug)


@login_required
@require_POST
def vote(request: PortalRequest, slug: str) -> HttpResponseBase:
    """Keep what a reader says of an article; said again it takes the place of what they said before."""
    found, form = _article_or_404(slug, request.user), VoteForm(request.POST)
    if form.is_valid():
        try:
            actions.vote_on_article(article_id=found.pk, **form.cleaned_data, actor=request.user, now=request.now)
        except RuleBroken as broken:
            form.add_error(None, str(broken.message))
        else:
            messages.success(request, _("Thank you. The authors read this."))
            return redirect("article", slug=slug)
    return _article_page(request, slug, status=422, vote_form=form)


@partner_page
@require_POST
def offered(request: PortalRequest) -> HttpResponse:
    """Return the articles that fit what is being typed in the form of a case. It keeps nothing of it."""
    fitting = offers(request.POST.get("title", ""), request.POST.get("explanation", ""))
    return render(request, "cases/_offered.html", {"offered": fitting})


def offers(title: str, explanation: str) -> list[Article]:
    """Return the articles to offer to somebody who types this, the best first."""
    fitting = Article.objects.published().fitting(f"{title} {explanation}".replace("\0", ""))
    return list(fitting.only("slug", "title", "summary")[:OFFERED])


@partner_page
@require_POST
def opened(request: PortalRequest, slug: str) -> HttpResponse:
    """Note that an offered article was opened from the form."""
    found = _article_or_404(slug, request.user)
    try:
        key = UUID(request.POST.get("submission_key", ""))
    except ValueError:
        return HttpResponse(status=422)
    actions.note_article_opened(article_id=found.pk, submission_key=key, actor=request.user, now=request.now)
    return HttpResponse(status=204)


@login_required
@require_POST
def missed(request: PortalRequest) -> HttpResponseBase:
    """Tell the authors what was looked for in vain."""
    words = request.POST.get("words", "").replace("\0", "")[:LONGEST_SEARCH]
    actions.note_missed_search(words=words, actor=request.user, now=request.now)
    if request.htmx:
        return render(request, "cases/articles.html#noted")
    messages.success(request, _("The authors will see that an article about this is missing."))
    return redirect("articles")


@desk_page
@require_GET
def insert(request: PortalRequest) -> HttpResponse:
    """Find articles whose address goes into a reply: published ones, as contacts can read no others."""
    words = lists.words_in(request)
    found = Article.objects.published().matching(words)[:OFFERED] if words else []
    insertable = [(row.title, f"{settings.SITE_URL}{reverse('article', kwargs={'slug': row.slug})}") for row in found]
    template = "cases/desk/article_insert.html#found" if request.htmx else "cases/desk/article_insert.html"
    return render(request, template, {"words": words, "insertable": insertable})


def _area_choice(filters: dict[str, str]) -> lists.Choice:
    areas = ProductArea.objects.order_by("position", "name").values_list("pk", "name")
    return lists.Choice("area", _("Area"), filters.get("area", ""), [(str(pk), name) for pk, name in areas])


def _article_or_404(slug: str, reader: User) -> Article:
    readable: ArticleQuerySet = Article.objects.readable_by(reader)
    found = readable.prefetch_related("areas").filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def _article_page(request: PortalRequest, slug: str, *, status: int = 200, **given: Any) -> HttpResponse:
    found = _article_or_404(slug, request.user)
    mine = ArticleVote.objects.filter(article=found, voter=request.user).first()
    said = {} if mine is None else {"helped": "yes" if mine.helped else "no", "word": mine.word}
    context = {"article": found, "html": as_html(found.body), "vote": mine, "vote_form": VoteForm(initial=said)}
    return render(request, "cases/article.html", context | given, status=status)
