"""A page asks the database as often for many rows as for few."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases import actions
from cases.models import Case, Membership, Site, User
from cases.web.case_reading import NOUNS, STAFF_NOUNS, case_on_its_page
from tests import builders
from tests.builders import Cast, answer, at, call, close, contact, logged_case, new_partner, say, upload
from tests.cases.pages import browser_of, clock_at
from tests.fullest import fullest_case

NOON = at("Tue 12:00")
FEW = 3
# More than these would be too many even if they stayed the same.
MOST = 15


def queries_of(browser: Client, address: str) -> int:
    """Return how many queries a page takes."""
    with clock_at(NOON), CaptureQueriesContext(connection) as asked:
        response = browser.get(address)
    assert response.status_code == 200
    assert len(asked) <= MOST, [query["sql"] for query in asked.captured_queries]
    return len(asked)


def grows(looks: Sequence[tuple[User, str]], more: Callable[[int], object]) -> tuple[dict[str, int], dict[str, int]]:
    """Return the queries of each page with FEW rows of something, and with twice as many."""
    browsers = [(browser_of(person, NOON), address) for person, address in looks]
    counted = []
    for begin in (0, FEW):
        for number in range(begin, begin + FEW):
            more(number)
        # The first look warms what a process keeps.
        for browser, address in browsers:
            queries_of(browser, address)
        counted.append({address: queries_of(browser, address) for browser, address in browsers})
    return counted[0], counted[1]


def busy_desk(people: Cast) -> Callable[[int], None]:
    """Return what makes one more of everything: partners, contacts, owners, promises in each state."""
    # Whatever ran in this process before.
    builders.keep_calendars()

    def more(number: int) -> None:
        partner, person = new_partner(number)
        Membership.objects.create(user=people.priya, partner=partner)
        minute = timedelta(minutes=number)
        waits = logged_case(person, at("Mon 9:00") + minute, title=f"late {number}")
        soon = logged_case(person, at("Tue 9:00") + minute, severity=2)
        answered = logged_case(person, at("Tue 9:10") + minute)
        closed = logged_case(person, at("Tue 9:20") + minute)
        specialist = [people.lena, people.max][number % 2]
        for case in (waits, answered):
            actions.assign_case(
                case_id=case.pk, assignee_id=specialist.pk, expected_id=None, actor=specialist, now=at("Tue 10:00")
            )
        builders.ask(answered, specialist, at("Tue 10:30"))
        close(closed, specialist, at("Tue 10:30"))
        assert soon.is_open

    return more


# What the rows and their frame take, and what more where a process has not counted in this moment.
QUEUE = 6
COUNTS = 1
# How common the words are, what messages say of them, and what else does.
WORDS = 3
HOME = 13


VIEWS = ["open", "mine", "unassigned", "at-risk", "breached", "waiting", "closed"]


def test_lists_of_cases(people: Cast) -> None:
    looks = [(people.lena, f"/desk/?view={view}") for view in VIEWS]
    looks += [
        (people.lena, "/desk/?q=late"),
        (people.priya, "/"),
        (people.priya, "/cases/"),
        (people.priya, "/cases/?q=late"),
        (people.ruth, "/manager/"),
        (people.ann, "/admin/cases/case/"),
    ]
    few, many = grows(looks, busy_desk(people))
    assert few == many


def test_the_queue_takes_seven_queries_and_six_while_nothing_happens(people: Cast) -> None:
    more = busy_desk(people)
    for number in range(FEW):
        more(number)
    Site.objects.create(pk=1, name="Care")
    browser = browser_of(people.lena, NOON)
    # The first look warms what a process keeps.
    queries_of(browser, "/desk/")
    for view in VIEWS:
        assert queries_of(browser, f"/desk/?view={view}") <= QUEUE, view
    assert queries_of(browser, "/desk/?q=late") <= QUEUE + WORDS
    more(FEW)
    assert queries_of(browser, "/desk/") <= QUEUE + COUNTS


def test_a_contacts_home_takes_thirteen_queries_whatever_stands_there(people: Cast) -> None:
    more = busy_desk(people)
    for number in range(FEW):
        more(number)
    browser = browser_of(people.priya, NOON)
    # The first look warms what a process keeps.
    queries_of(browser, "/")
    assert queries_of(browser, "/") <= HOME


def eventful_case(people: Cast) -> Callable[[int], None]:
    """Return what makes a case longer: replies, notes, calls and files by many people, and follow-ups."""
    case = logged_case(people.priya, at("Tue 9:00"))

    def more(number: int) -> None:
        when = at("Tue 10:00") + timedelta(minutes=number)
        colleague = contact(f"Contact {number}", people.northwind)
        say(case, colleague, when)
        answer(case, people.lena, when)
        call(case, people.max, when, "no_answer")
        actions.write_note(case_id=case.pk, body="Odd.", uploads=[upload()], actor=people.ruth, now=when)
        actions.reply_as_contact(
            case_id=case.pk, body="Here.", uploads=[upload(), upload("b.log", "b")], actor=colleague, now=when
        )
        follow_up(case, people, number)

    return more


def follow_up(case: Case, people: Cast, number: int) -> None:
    actions.submit_case(
        partner_id=people.northwind.pk,
        details=builders.details(title=f"Again {number}"),
        severity=3,
        follow_up_of=case.reference,
        actor=people.priya,
        now=at("Tue 11:00"),
    )


def test_the_case(people: Cast) -> None:
    looks = [(people.priya, "/cases/NWIT-1/"), (people.lena, "/desk/cases/NWIT-1/")]
    few, many = grows(looks, eventful_case(people))
    assert few == many


# The session, the reader, the case, what belongs to it, people of before, two for the frame, the neighbours of a list.
CASE = 9
OTHER_CASES = ("follow_ups", "merged", "links_to_older", "links_to_newer")


def test_a_case_with_every_noun_takes_as_many_queries_as_any_page(people: Cast) -> None:
    case = fullest_case(people)
    for reader, nouns, address in (
        (people.priya, NOUNS, f"/cases/{case.reference}/"),
        (people.lena, NOUNS | STAFF_NOUNS, f"/desk/cases/{case.reference}/?list=view%3Dopen&at=1"),
    ):
        shown = case_on_its_page(case.reference, reader, NOON)
        assert [noun for noun in (*nouns, *OTHER_CASES) if not getattr(shown, noun).all()] == []
        browser = browser_of(reader, NOON)
        # The first look warms what a process keeps.
        queries_of(browser, address)
        assert queries_of(browser, address) <= CASE


def test_rows_that_are_read_together_are_those_that_are_read_alone(people: Cast) -> None:
    case = fullest_case(people)
    shown = case_on_its_page(case.reference, people.lena, NOON)
    rows = [row for noun in (*NOUNS, *STAFF_NOUNS, *OTHER_CASES) for row in getattr(shown, noun).all()]
    assert shown.plan_in_force is not None
    rows += [shown, shown.partner, shown.desk, shown.policy, shown.contact, shown.plan_in_force]
    rows += [*shown.people, *shown.policy.targets.all()]
    rows += [*shown.plan_in_force.milestones.all(), *shown.manager_requests.all()[0].said.all()]
    assert len({type(row) for row in rows}) > 24
    for row in rows:
        alone = type(row)._default_manager.get(pk=row.pk)
        names = [field.attname for field in row._meta.concrete_fields]
        assert [getattr(row, name) for name in names] == [getattr(alone, name) for name in names]


def test_the_form_for_a_new_case(people: Cast) -> None:
    def more(number: int) -> None:
        actions.attach_to_draft(upload=upload(f"{number}.log", str(number)), actor=people.priya, now=at("Tue 9:00"))
        Membership.objects.create(user=people.priya, partner=new_partner(number)[0])

    few, many = grows([(people.priya, "/cases/new/")], more)
    assert few == many


# What the commonest writes take, those around the transaction left out. SQLite writes one row after another.
TOGETHER, ONE_BY_ONE = (4, 10, 14, 9), (9, 13, 17, 12)
AROUND = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def statements_of(browser: Client, address: str, said: dict[str, Any]) -> list[str]:
    """Return the statements that a form takes, sent with a key of its own."""
    with clock_at(NOON), CaptureQueriesContext(connection) as asked:
        response = browser.post(address, {**said, "submission_key": str(uuid4())})
    assert response.status_code == 302
    return [query["sql"] for query in asked.captured_queries if not query["sql"].startswith(AROUND)]


def most_of_writes() -> tuple[int, int, int, int]:
    """Return what submitting takes at most, a contact's word, a first answer and a further one."""
    return TOGETHER if connection.vendor == "postgresql" else ONE_BY_ONE


def test_logging_a_case_takes_four_statements(people: Cast) -> None:
    browser = browser_of(people.priya, NOON)
    typed = {"partner": str(people.northwind.pk), "title": "Slow", "explanation": "Very.", "effect": "All."}
    typed |= {"severity": "3", "contact_email": "priya@northwind.example", "preferred_method": "either"}
    # The first of all writes down the hours that its promise was made with.
    statements_of(browser, "/cases/new/", typed)
    asked = statements_of(browser, "/cases/new/", typed)
    assert len(asked) <= most_of_writes()[0], asked
    assert Case.objects.count() == 2


def test_a_word_takes_as_few_statements(people: Cast) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    contact, specialist = browser_of(people.priya, NOON), browser_of(people.lena, NOON)
    word, reply = {"body": "Any news?"}, {"body": "See here.", "read_up_to": "2"}
    asked = statements_of(contact, "/cases/NWIT-1/reply/", word)
    _submit, most_of_word, *most_of_answers = most_of_writes()
    assert len(asked) <= most_of_word, asked
    for most in most_of_answers:
        asked = statements_of(specialist, "/desk/cases/NWIT-1/reply/", reply)
        assert len(asked) <= most, asked


# A count that stops, with everything in it.
STOPS = re.compile(r"SELECT COUNT\(\*\) FROM \(SELECT (?:(?!COUNT\().)*? LIMIT \d+\)")


def test_the_pages_of_a_working_day_count_no_further_than_needed_and_skip_no_rows(people: Cast) -> None:
    more = busy_desk(people)
    for number in range(FEW):
        more(number)
    looks = [(people.lena, address) for address in ("/desk/", "/desk/?q=late", "/desk/my-day/", "/desk/cases/P000-1/")]
    looks += [(people.priya, "/"), (people.priya, "/cases/"), (people.priya, "/cases/P000-1/")]
    for person, address in looks:
        browser = browser_of(person, NOON)
        with clock_at(NOON), CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200, address
        for query in asked.captured_queries:
            sql = query["sql"]
            assert " OFFSET " not in sql, sql
            # Of how many companies a person writes for, and of the newest messages, there are few.
            bounded = 'FROM "cases_membership"' in sql or 'COUNT("cases_message"."id")' in sql
            assert bounded or "COUNT(" not in STOPS.sub("", sql), sql
