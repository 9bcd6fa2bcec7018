"""The lists and reports of managers ask the database as often for many rows as for few, and so do the articles."""

from collections.abc import Callable

import pytest

from cases import actions
from cases.models import Survey
from tests.builders import Cast, at, close, logged_case, new_partner
from tests.web.test_number_of_queries import grows

pytestmark = pytest.mark.clause("P1.4", "P10.1", "P11.2")


def busy_period(people: Cast) -> Callable[[int], None]:
    """Return what makes one more of everything that a report counts: partners, promises, surveys, wishes, articles."""

    def more(number: int) -> None:
        _partner, person = new_partner(number)
        logged_case(person, at("Mon 9:00"), severity=2)
        done = logged_case(person, at("Mon 9:10"))
        specialist = [people.lena, people.max][number % 2]
        actions.assign_case(
            case_id=done.pk, assignee_id=specialist.pk, expected_id=None, actor=specialist, now=at("Mon 9:20")
        )
        wish = actions.FeatureDetails(title=f"Wish {number}", function="x", use_case="y")
        actions.lodge_feature_request(case_id=done.pk, details=wish, actor=specialist, now=at("Mon 10:00"))
        close(done, specialist, at("Mon 11:00"), ["fix", "workaround"][number % 2])
        actions.answer_survey(
            survey_id=Survey.objects.latest("pk").pk, handling=3, professionalism=3, satisfaction=1 + number % 5,
            comment="Hm.", actor=person, now=at("Mon 12:00"),
        )  # fmt: skip
        text = actions.ArticleText(f"Article {number}", "About jobs.", "Jobs.")
        article = actions.write_article(article_id=None, text=text, actor=specialist, now=at("Mon 9:00"))
        actions.publish_article(article_id=article.pk, expected_version=1, actor=specialist, now=at("Mon 9:00"))
        actions.vote_on_article(article_id=article.pk, helped=True, word="", actor=person, now=at("Mon 9:00"))
        actions.note_missed_search(words=f"tape {number}", actor=person, now=at("Mon 9:00"))

    return more


def test_lists_and_reports(people: Cast) -> None:
    wish = actions.FeatureDetails(title="Wish", function="x", use_case="y")
    wished = logged_case(people.priya, at("Mon 8:30"))
    feature = actions.lodge_feature_request(case_id=wished.pk, details=wish, actor=people.lena, now=at("Mon 8:40"))
    looks = [
        (people.lena, "/desk/cases/"),
        (people.lena, "/desk/cases/?promise=missed"),
        (people.lena, "/desk/features/"),
        (people.lena, f"/desk/features/{feature.pk}/"),
        (people.lena, "/desk/articles/"),
        (people.lena, "/desk/articles/?q=article"),
        (people.lena, "/desk/articles/article-0/"),
        (people.lena, "/desk/articles/insert/?q=article"),
        (people.priya, "/articles/"),
        (people.priya, "/articles/?q=article"),
        (people.priya, "/articles/article-0/"),
        (people.ruth, "/manager/over-time/"),
        (people.ruth, "/manager/surveys/"),
    ]
    few, many = grows(looks, busy_period(people))
    assert few == many
