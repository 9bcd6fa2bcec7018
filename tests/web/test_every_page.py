"""Every page that links lead to, as each role, on the demo: it opens, asks the database little, and weighs little."""

import pytest

from cases import demo
from cases.models import User
from tests.builders import at
from tests.cases.pages import browser_of, clock_at
from tests.web.crawl import Opened, walk

NOON = at("Tue 12:00")
MOST_QUERIES = 15
MOST_BYTES = 200 * 1024
ROLES = {
    "contact": "omar@northwind.example",
    "partner administrator": "priya@northwind.example",
    "contact on trial": "zoe@blueharbor.example",
    "specialist": "lena@probax.example",
    "manager": "ruth@probax.example",
    "administrator": "ann@probax.example",
}


@pytest.mark.django_db
def test_every_link_leads_to_a_page_that_is_whole_and_light() -> None:
    demo.load(NOON)
    wrongs = []
    for role, email in ROLES.items():
        browser = browser_of(User.objects.get(email=email), NOON)
        with clock_at(NOON):
            opened = list(walk(browser))
            if role == "specialist":
                opened += list(walk(browser, "/design/"))[:1]
        assert len(opened) > 15, role
        wrongs += [f"{role}, {one.address}: {wrong}" for one in opened if (wrong := what_is_wrong_with(one))]
    assert not wrongs, "\n".join(wrongs)


def what_is_wrong_with(opened: Opened) -> str:
    if opened.status >= 400:
        return f"answers {opened.status}"
    if opened.queries > MOST_QUERIES:
        return f"asks the database {opened.queries} times"
    if opened.size > MOST_BYTES:
        return f"weighs {opened.size} bytes"
    if opened.page is not None and (opened.page.headings != 1 or not opened.page.title or not opened.page.language):
        return f"has {opened.page.headings} h1, the title “{opened.page.title}”, the language “{opened.page.language}”"
    return ""
