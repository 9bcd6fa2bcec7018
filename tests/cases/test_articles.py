"""The knowledge base (P1.4): versions, publishing, votes, and finding articles on either database."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from html.parser import HTMLParser
from uuid import uuid4

import pytest

from cases import actions
from cases.article_search import words_in
from cases.models import Article, ArticleOpened, ArticleVote, MissedSearch, ProductArea, User
from cases.rules import RuleBroken
from cases.web.markdown import as_html
from tests import builders
from tests.builders import Cast, all_at_once, at, logged_case

pytestmark = pytest.mark.clause("P1.4")

NINE = at("Tue 9:00")


def write(
    by: User,
    title: str = "Agent stops with error 1603",
    summary: str = "An old agent misses a fix.",
    body: str = "Update the agent to **6.2**.",
    *,
    article: Article | None = None,
    expected: int = 0,
    areas: tuple[int, ...] = (),
    now: datetime = NINE,
) -> Article:
    text = actions.ArticleText(title, summary, body, areas)
    return actions.write_article(
        article_id=None if article is None else article.pk, text=text, expected_version=expected, actor=by, now=now
    )


def published(by: User, *said: str) -> Article:
    article = write(by, *said)
    return actions.publish_article(article_id=article.pk, expected_version=1, actor=by, now=NINE)


# --- Writing and publishing -----------------------------------------------------------------------------------------


def test_every_version_is_kept_with_its_author(people: Cast) -> None:
    area = ProductArea.objects.create(name="Agent")
    article = write(people.lena, areas=(area.pk,))
    write(people.max, title="Agent stops", article=article, expected=1, now=at("Tue 10:00"))
    article.refresh_from_db()
    assert (article.title, article.slug, article.version) == ("Agent stops", "agent-stops-with-error-1603", 2)
    assert (article.author, article.changed_at, article.is_published) == (people.lena, at("Tue 10:00"), False)
    kept = [(one.number, one.title, one.written_by) for one in article.versions.order_by("number")]
    assert kept == [(1, "Agent stops with error 1603", people.lena), (2, "Agent stops", people.max)]


def test_nobody_writes_over_a_colleague_unseen(people: Cast) -> None:
    article = write(people.lena)
    write(people.max, body="Mine.", article=article, expected=1)
    with pytest.raises(RuleBroken, match="saved version 2 meanwhile") as refused:
        write(people.lena, body="No, mine.", article=article, expected=1)
    assert refused.value.code == "article_changed"
    assert Article.objects.get().body == "Mine."


def test_only_what_was_read_is_published(people: Cast) -> None:
    article = write(people.lena)
    write(people.max, article=article, expected=1)
    with pytest.raises(RuleBroken, match="version 2"):
        actions.publish_article(article_id=article.pk, expected_version=1, actor=people.lena, now=NINE)
    done = actions.publish_article(article_id=article.pk, expected_version=2, actor=people.lena, now=NINE)
    again = actions.publish_article(article_id=article.pk, expected_version=2, actor=people.max, now=at("Tue 11:00"))
    assert (done.published_at, again.published_at, again.published_by) == (NINE, NINE, people.lena)
    actions.unpublish_article(article_id=article.pk, actor=people.max, now=at("Tue 12:00"))
    assert not Article.objects.published().exists()


@pytest.mark.parametrize("missing", ["title", "summary", "body"])
def test_an_article_without_what_it_needs_is_refused(people: Cast, missing: str) -> None:
    with pytest.raises(RuleBroken, match="title, a summary and a text") as refused:
        write(people.lena, *(" " if name == missing else "Words" for name in ("title", "summary", "body")))
    assert refused.value.code == "article_incomplete"
    assert not Article.objects.exists()


def test_a_title_is_taken_once(people: Cast) -> None:
    write(people.lena)
    with pytest.raises(RuleBroken, match="an article of this title already") as refused:
        write(people.max)
    assert refused.value.code == "article_exists"


@pytest.mark.parametrize(("title", "slug"), [("New", "new-article"), ("Missed!", "missed-article"), ("***", "article")])
def test_a_title_never_takes_the_address_of_another_page(people: Cast, title: str, slug: str) -> None:
    assert write(people.lena, title).slug == slug


def test_contacts_write_and_publish_nothing(people: Cast) -> None:
    article = write(people.lena)
    tries: list[Callable[[], object]] = [
        lambda: write(people.priya, "Mine"),
        lambda: write(people.priya, article=article, expected=1),
        lambda: actions.publish_article(article_id=article.pk, expected_version=1, actor=people.priya, now=NINE),
        lambda: actions.unpublish_article(article_id=article.pk, actor=people.priya, now=NINE),
    ]
    for one_try in tries:
        with pytest.raises(RuleBroken) as refused:
            one_try()
        assert refused.value.code == "staff_only"


# --- Votes, openings, searches in vain ------------------------------------------------------------------------------


def vote(article: Article, by: User, helped: bool, word: str = "") -> ArticleVote:
    return actions.vote_on_article(article_id=article.pk, helped=helped, word=word, actor=by, now=at("Tue 11:00"))


def counted(article: Article, now: datetime = NINE) -> tuple[int, int, int, int]:
    row = Article.objects.with_counts(now).get(pk=article.pk)
    return row.helped, row.did_not_help, row.opened, row.deflected


def test_a_person_votes_once_and_may_change_it(people: Cast) -> None:
    article = published(people.lena)
    vote(article, people.priya, True)
    vote(article, people.zoe, False, "Which menu?")
    vote(article, people.priya, False, "It came back.")
    assert counted(article)[:2] == (0, 2)
    assert ArticleVote.objects.get(voter=people.priya).word == "It came back."


def test_nobody_votes_on_what_they_cannot_read(people: Cast) -> None:
    article = write(people.lena)
    with pytest.raises(RuleBroken, match="not there any more") as refused:
        vote(article, people.priya, True)
    assert refused.value.code == "article_gone"
    with pytest.raises(RuleBroken):
        actions.note_article_opened(article_id=article.pk, submission_key=uuid4(), actor=people.priya, now=NINE)


def test_an_opened_article_counts_as_enough_when_no_case_came_of_the_form(people: Cast) -> None:
    article = published(people.lena)
    logged, given_up, fresh = uuid4(), uuid4(), uuid4()
    for key, when in ((logged, NINE), (logged, NINE), (given_up, NINE), (fresh, at("Wed 8:00"))):
        actions.note_article_opened(article_id=article.pk, submission_key=key, actor=people.priya, now=when)
    logged_case(people.priya, at("Tue 9:05"), key=logged)
    assert counted(article, at("Wed 9:30")) == (0, 0, 3, 1)


def test_a_search_in_vain_is_counted_and_one_that_finds_is_not(people: Cast) -> None:
    published(people.lena)
    for words in ("Tape  Library", "tape library", "agent", "  "):
        actions.note_missed_search(words=words, actor=people.priya, now=NINE)
    assert [(row.words, row.times) for row in MissedSearch.objects.all()] == [("tape library", 2)]


# --- Finding --------------------------------------------------------------------------------------------------------


def test_words_are_read_once_and_no_more_than_a_few() -> None:
    assert words_in("Agent, agent! ERROR-1603") == ["agent", "error", "1603"]
    assert len(words_in(" ".join(f"word{number}" for number in range(50)))) == 12
    assert words_in("there is an error with my restore", shortest=4) == ["restore"]
    assert words_in("'; DROP TABLE x; & | ! :* <->") == ["drop", "table", "x"]


@pytest.fixture
def shelf(people: Cast) -> None:
    published(people.lena)
    published(people.lena, "Slow restores", "Why a restore may be slow.", "Look at the agent and the network.")
    published(people.lena, "Licences", "How licences are counted.", "One per agent. Restores are free.")
    write(people.lena, "Secret agent draft", "Agent.", "Agent.")


def titles(found: list[Article]) -> list[str]:
    return [article.title for article in found]


@pytest.mark.usefixtures("shelf")
def test_a_search_wants_every_word_and_puts_the_best_first(people: Cast) -> None:
    readable = Article.objects.readable_by(people.priya)
    assert titles(list(readable.matching("agent")))[0] == "Agent stops with error 1603"
    assert set(titles(list(readable.matching("agent")))) == {
        "Agent stops with error 1603", "Slow restores", "Licences"
    }  # fmt: skip
    assert titles(list(readable.matching("restore network"))) == ["Slow restores"]
    # The beginning of a word is enough.
    assert titles(list(readable.matching("licen"))) == ["Licences"]
    assert titles(list(readable.matching("agent tape"))) == []
    assert titles(list(readable.matching("&|!"))) == []
    assert "Secret agent draft" in titles(list(Article.objects.readable_by(people.lena).matching("agent")))


@pytest.mark.usefixtures("shelf")
def test_what_is_typed_is_offered_articles_whose_title_or_summary_fits(people: Cast) -> None:
    offered = Article.objects.published()
    typed = "Restores are slow since Monday. Every job of our customer takes hours and our phones ring."
    assert titles(list(offered.fitting(typed)))[0] == "Slow restores"
    assert "Agent stops with error 1603" not in titles(list(offered.fitting(typed)))
    assert titles(list(offered.fitting("the and with error"))) == []
    assert titles(list(offered.fitting(""))) == []


@pytest.mark.usefixtures("shelf")
def test_a_new_version_is_found_by_its_new_words(people: Cast) -> None:
    article = Article.objects.get(title="Licences")
    write(people.lena, "Counting seats", "Seats.", "Seats.", article=article, expected=1)
    assert titles(list(Article.objects.published().matching("seats"))) == ["Counting seats"]
    assert titles(list(Article.objects.published().matching("licences"))) == []


def test_ten_thousand_articles_are_searched_while_somebody_types(people: Cast) -> None:
    text = "Backups restores networks agents portals retention schedules. " * 30
    Article.objects.bulk_create(
        Article(
            slug=f"a-{number}", title=f"Topic {number} of area {number % 97}", summary="About one topic.",
            body=f"{text} mark{number}", author=people.lena, written_at=NINE, changed_at=NINE, published_at=NINE,
            published_by=people.lena,
        )
        for number in range(10_000)
    )  # fmt: skip
    Article.objects.all().index_words()
    articles = Article.objects.published()
    questions: list[Callable[[], list[Article]]] = [
        lambda: list(articles.matching("topic 4711")[:50]),
        lambda: list(articles.fitting("Our portal shows topic 4711 and nothing else works")[:5]),
    ]
    for question in questions:
        started = time.monotonic()
        assert question()
        assert timedelta(seconds=time.monotonic() - started) < timedelta(seconds=1.5)


# --- Markdown -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "harm",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://elsewhere.example/pixel.png)",
        "<a href='javascript:x' onclick=x>y</a>",
        '[x](https://a.example "onmouseover=alert(1)")',
        "<style>*{}</style>",
        "<iframe src=//x>",
        "[x]: javascript:alert(1)\n\n[x]",
    ],
)
def test_no_markdown_does_harm(harm: str) -> None:
    reader = Tags()
    reader.feed(as_html(harm))
    assert {tag for tag, _found in reader.found} <= {"p", "a"}
    for _tag, attributes in reader.found:
        assert set(attributes) <= {"href", "title", "rel"}
        assert (attributes.get("href") or "https:").startswith("https:")


class Tags(HTMLParser):
    """Collects the tags of a page with what they carry."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_markdown_reads_as_written() -> None:
    html = as_html(
        "# Agent\n\nUse **6.2**, see [notes](https://notes.example/a?b=1&c=2).\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    assert "<h2>Agent</h2>" in html
    assert "<strong>6.2</strong>" in html
    assert 'href="https://notes.example/a?b=1&amp;c=2" rel="noopener noreferrer"' in html
    assert "<td>1</td>" in html


# --- At the same moment ---------------------------------------------------------------------------------------------


def codes(answers: list[object]) -> list[str]:
    for answer in answers:
        if isinstance(answer, Exception) and not isinstance(answer, RuleBroken):
            raise answer
    return [answer.code for answer in answers if isinstance(answer, RuleBroken)]


@pytest.mark.django_db(transaction=True)
def test_two_who_save_one_article_keep_both_words_of_one() -> None:
    people = builders.cast()
    article = write(people.lena)
    saves = [partial(write, by, body=by.name, article=article, expected=1) for by in (people.lena, people.max)]
    assert codes(list(all_at_once(saves))) == ["article_changed"]
    assert article.versions.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_write_one_title_write_it_once() -> None:
    people = builders.cast()
    assert codes(list(all_at_once([partial(write, by) for by in (people.lena, people.max)]))) == ["article_exists"]
    assert Article.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_who_clicks_twice_votes_and_opens_once() -> None:
    people = builders.cast()
    article, key = published(people.lena), uuid4()
    opening = partial(
        actions.note_article_opened, article_id=article.pk, submission_key=key, actor=people.priya, now=NINE
    )
    missing = partial(actions.note_missed_search, words="tape", actor=people.priya, now=NINE)
    voting = partial(vote, article, people.priya, True)
    clicks: list[Callable[[], object]] = [voting, voting, opening, opening, missing, missing]
    assert codes(list(all_at_once(clicks))) == []
    assert (ArticleVote.objects.count(), ArticleOpened.objects.count()) == (1, 1)
    assert MissedSearch.objects.get().times == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_or_take_back_at_once_leave_one_state() -> None:
    people = builders.cast()
    article = write(people.lena)
    both = [
        partial(actions.publish_article, article_id=article.pk, expected_version=1, actor=by, now=NINE)
        for by in (people.lena, people.max)
    ]
    assert codes(list(all_at_once(both))) == []
    assert Article.objects.published().count() == 1
    both_back = [
        partial(actions.unpublish_article, article_id=article.pk, actor=by, now=NINE)
        for by in (people.lena, people.max)
    ]
    assert codes(list(all_at_once(both_back))) == []
    assert Article.objects.published().count() == 0
