"""Talk to a Manager on pages: the case, the menu, the managers' list (P9.4)."""

import csv
import io
from typing import Any

import pytest

from cases import actions
from cases.models import ManagerRequest
from tests.builders import Cast, at, close, logged_case
from tests.cases.pages import beside, browser_of, get, post, read, typed_in, words_of

pytestmark = pytest.mark.clause("P9.4")
TEN = at("Tue 10:00")


def asked(people: Cast, when: str = "Tue 10:00") -> ManagerRequest:
    case = logged_case(people.priya, at("Tue 9:00"))
    return actions.ask_for_manager(case_id=case.pk, words="Nobody calls back.", actor=people.priya, now=at(when))


@pytest.mark.parametrize(("name", "side"), [("priya", ""), ("lena", "/desk")])
def test_the_button_stands_on_the_case_of_either_side(people: Cast, name: str, side: str) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    browser = browser_of(getattr(people, name), TEN)
    page = f"{side}/cases/NWIT-1/"
    form = typed_in(get(browser, page, TEN), f"{page}manager/")
    sent = post(browser, f"{page}manager/", form | {"words": "Please call."}, TEN)
    assert sent.url == page
    shown = words_of(get(browser, page, TEN))
    assert "Please call." in shown
    assert "a manager answers by Tue" in shown.replace("Today", "Tue") or "a manager answers by" in shown


def test_it_stands_on_a_closed_case_too(people: Cast) -> None:
    close(logged_case(people.priya, at("Tue 9:00")), people.lena, at("Tue 9:30"))
    assert "Talk to a manager" in words_of(get(browser_of(people.priya, TEN), "/cases/NWIT-1/", TEN))


def test_empty_words_are_refused_beside_the_field(people: Cast) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    browser = browser_of(people.priya, TEN)
    form = typed_in(get(browser, "/cases/NWIT-1/", TEN), "/cases/NWIT-1/manager/")
    refused = post(browser, "/cases/NWIT-1/manager/", form, TEN)
    assert refused.status_code == 422
    assert "Say in a few words what it is about." in beside(refused, "manager_words")


def test_the_menu_offers_the_cases_and_something_else(people: Cast) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    browser = browser_of(people.priya, TEN)
    assert "/talk-to-a-manager/" in get(browser, "/", TEN).content.decode()
    page = get(browser, "/talk-to-a-manager/?case=NWIT-1", TEN)
    assert "Something else" in words_of(page)
    form = typed_in(page)
    assert form["case"] == "NWIT-1"
    assert post(browser, "/talk-to-a-manager/", form | {"words": "Please call."}, TEN).url == "/cases/NWIT-1/"
    form = typed_in(get(browser, "/talk-to-a-manager/", TEN))
    assert form["case"] == ""
    assert post(browser, "/talk-to-a-manager/", form | {"words": "The invoice."}, TEN).url == "/cases/NWIT-2/"


def test_another_partners_case_cannot_be_chosen(people: Cast) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    browser = browser_of(people.zoe, TEN)
    form = typed_in(get(browser, "/talk-to-a-manager/?case=NWIT-1", TEN))
    refused = post(browser, "/talk-to-a-manager/", form | {"case": "NWIT-1", "words": "Hello"}, TEN)
    assert refused.status_code == 422
    assert ManagerRequest.objects.count() == 0


def test_somebody_without_a_company_is_told_what_to_do(people: Cast) -> None:
    people.omar.memberships.update(is_active=False)
    page = get(browser_of(people.omar, TEN), "/talk-to-a-manager/", TEN)
    assert "You write for no company at the moment" in words_of(page)


def test_a_manager_answers_on_the_case(people: Cast) -> None:
    asked(people)
    browser = browser_of(people.ruth, TEN)
    page = get(browser, "/desk/cases/NWIT-1/", TEN)
    form = typed_in(page, "/desk/cases/NWIT-1/manager/answer/")
    assert post(browser, "/desk/cases/NWIT-1/manager/answer/", form | {"answer": "I am on it."}, TEN).status_code == 302
    assert "I am on it." in words_of(get(browser_of(people.priya, TEN), "/cases/NWIT-1/", TEN))


def test_the_second_manager_keeps_what_was_typed(people: Cast) -> None:
    request = asked(people)
    browser = browser_of(people.ann, TEN)
    form = typed_in(get(browser, "/desk/cases/NWIT-1/", TEN), "/desk/cases/NWIT-1/manager/answer/")
    actions.answer_manager_request(request_id=request.pk, answer="I am on it.", actor=people.ruth, now=TEN)
    refused = post(browser, "/desk/cases/NWIT-1/manager/answer/", form | {"answer": "Let me look."}, TEN)
    assert refused.status_code == 422
    assert "Ruth Adeyemi has answered this request already." in words_of(refused)
    assert "Let me look." in refused.content.decode()


def test_a_specialist_sees_no_form_to_answer(people: Cast) -> None:
    asked(people)
    page = get(browser_of(people.lena, TEN), "/desk/cases/NWIT-1/", TEN).content.decode()
    assert "manager/answer/" not in page


def test_a_request_of_another_case_is_not_answered_here(people: Cast) -> None:
    request = asked(people)
    logged_case(people.zoe, at("Tue 9:00"))
    said = {"request_id": request.pk, "answer": "Hello"}
    refused = post(browser_of(people.ruth, TEN), "/desk/cases/BHMS-1/manager/answer/", said, TEN)
    assert "There is no such request on this case." in words_of(refused)


def test_staff_take_it_down_for_a_caller(people: Cast) -> None:
    browser = browser_of(people.lena, TEN)
    address = f"/desk/talk-to-a-manager/?contact={people.omar.pk}&partner={people.northwind.pk}"
    page = get(browser, address, TEN)
    assert "For Omar Haddad, Northwind IT." in words_of(page)
    assert post(browser, address, typed_in(page) | {"words": "The invoice."}, TEN).url == "/desk/cases/NWIT-1/"
    assert "Nobody is named" in words_of(get(browser, "/desk/talk-to-a-manager/", TEN))


def test_the_managers_list_has_those_that_wait_on_top(people: Cast) -> None:
    first = asked(people)
    actions.answer_manager_request(request_id=first.pk, answer="I am on it.", actor=people.ruth, now=TEN)
    case = logged_case(people.zoe, at("Tue 9:00"))
    actions.ask_for_manager(case_id=case.pk, words="Late again.", actor=people.zoe, now=TEN)
    browser = browser_of(people.ruth, TEN)
    assert "Late again." in words_of(get(browser, "/manager/requests/", TEN))
    assert "Nobody calls back." not in words_of(get(browser, "/manager/requests/", TEN))
    both = words_of(get(browser, "/manager/requests/?view=all", TEN))
    assert both.index("Late again.") < both.index("Nobody calls back.")
    assert "Late again." not in words_of(get(browser, "/manager/requests/?view=all&partner=NWIT", TEN))
    assert "Late again." in words_of(get(browser, "/manager/requests/?view=missed", at("Wed 23:59")))
    assert "Late again." not in words_of(get(browser, "/manager/requests/?view=answered", TEN))


def test_the_list_as_a_file(people: Cast) -> None:
    asked(people)
    sent = read(get(browser_of(people.ruth, TEN), "/manager/requests/export/?view=waiting", TEN)).decode("utf-8-sig")
    heading, row = list(csv.reader(io.StringIO(sent)))
    assert heading[0] == "Case"
    assert (row[0], row[2], row[9]) == ("NWIT-1", "Priya Raman", "Nobody calls back.")


@pytest.mark.parametrize(("when", "said"), [(at("Tue 10:30"), "wait for a manager"), (at("Tue 14:30"), "is late")])
def test_the_managers_first_page_counts_them(people: Cast, when: Any, said: str) -> None:
    asked(people)
    assert said in words_of(get(browser_of(people.ruth, when), "/manager/", when))
