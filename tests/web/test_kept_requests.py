"""A partner whose plan has ended: the form, the home page, the desk's decision; partners and plans (P1.1)."""

from datetime import timedelta
from typing import Any

import pytest

from cases import actions
from cases.models import Case, CaseDraft, KeptRequest, Partner, Plan
from tests import builders
from tests.builders import Cast, at, details, logged_case, text_file
from tests.cases.pages import beside, browser_of, get, post, read, typed_in, words_of

pytestmark = pytest.mark.clause("P1.1")
TEN = at("Tue 10:00")
TYPED = {"title": "Slow", "severity": "3", "explanation": "It is slow.", "effect": "All wait."}


def lapse() -> None:
    Partner.objects.update(plan=Plan.LAPSED)


def kept(people: Cast) -> KeptRequest:
    lapse()
    request = actions.submit_or_keep(
        partner_id=people.northwind.pk, details=details(), severity=2, actor=people.priya, now=TEN
    )
    assert isinstance(request, KeptRequest)
    return request


def test_the_form_keeps_the_request_and_says_so(people: Cast) -> None:
    lapse()
    browser = browser_of(people.priya, TEN)
    form = typed_in(get(browser, "/cases/new/", TEN))
    sent = post(browser, "/cases/new/", form | TYPED | {"files": text_file()}, TEN)
    assert sent.url == "/"
    home = words_of(get(browser, "/", TEN))
    assert "Your plan has ended, so this is not a case yet. All of it is kept" in home
    assert "sales@probax.io" in home
    assert "We decide whether it becomes a case" in home
    request = KeptRequest.objects.get()
    assert request.details["title"] == "Slow"
    assert request.attachments.count() == 1
    assert CaseDraft.objects.count() == 0
    # The same click again.
    assert post(browser, "/cases/new/", form | TYPED, TEN).url == "/"
    assert (KeptRequest.objects.count(), Case.objects.count()) == (1, 0)


def test_home_says_when_the_trial_ends_and_that_it_ended(people: Cast) -> None:
    Partner.objects.update(plan=Plan.TRIAL, trial_ends_at=at("Fri 12:00"))
    browser = browser_of(people.priya, TEN)
    assert "It ends Fri 27 Nov, 12:00 Sydney" in words_of(get(browser, "/", TEN))
    assert "The trial ended Fri 27 Nov, 12:00 Sydney" in words_of(get(browser, "/", at("Fri 12:00")))


def test_staff_log_it_as_a_case(people: Cast) -> None:
    request = kept(people)
    browser = browser_of(people.lena, TEN)
    page = get(browser, "/desk/requests/", TEN)
    assert "A restore of 400 GB runs at 3 MB/s." in words_of(page)
    address = f"/desk/requests/{request.pk}/log/"
    assert post(browser, address, typed_in(page, address), TEN).url == "/desk/cases/NWIT-1/"
    assert "Nothing to decide" in words_of(get(browser, "/desk/requests/", TEN))
    assert "NWIT-1" in words_of(get(browser, "/desk/requests/?view=decided", TEN))


def test_staff_decline_it_with_a_word(people: Cast) -> None:
    request = kept(people)
    browser = browser_of(people.lena, TEN)
    address = f"/desk/requests/{request.pk}/decline/"
    refused = post(browser, address, {"word": ""}, TEN)
    assert refused.status_code == 422
    assert "Give the contact a word on why." in words_of(refused)
    assert post(browser, address, {"word": "Please renew first."}, TEN).url == "/desk/requests/"
    assert "Please renew first." in words_of(get(browser_of(people.priya, TEN), "/", TEN))


def test_the_second_who_decides_keeps_what_was_typed(people: Cast) -> None:
    request = kept(people)
    actions.log_kept_request(request_id=request.pk, actor=people.max, now=TEN)
    browser = browser_of(people.lena, TEN)
    refused = post(browser, f"/desk/requests/{request.pk}/decline/", {"word": "Please renew first."}, TEN)
    assert refused.status_code == 422
    assert "Max Ortega has decided on this request already: Logged as a case." in words_of(refused)
    assert "Please renew first." in refused.content.decode()


def test_a_request_that_is_none_is_not_there(people: Cast) -> None:
    browser = browser_of(people.lena, TEN)
    assert post(browser, "/desk/requests/999999/log/", {}, TEN).status_code == 404


def test_files_of_a_kept_request_are_staffs_and_the_contacts(people: Cast) -> None:
    actions.attach_to_draft(upload=builders.upload(), actor=people.priya, now=TEN)
    file = kept(people).attachments.get()
    for name, status in (("lena", 200), ("priya", 200), ("omar", 404), ("zoe", 404)):
        answered = get(browser_of(getattr(people, name), TEN), f"/files/{file.pk}/", TEN)
        read(answered)
        assert answered.status_code == status


def test_the_managers_first_page_counts_what_waits(people: Cast) -> None:
    kept(people)
    assert "1 request to decide" in words_of(get(browser_of(people.ruth, TEN), "/manager/", TEN))


# --- Partners and plans ---------------------------------------------------------------------------------------------


def test_managers_see_who_may_log_cases(people: Cast) -> None:
    Partner.objects.filter(code="NWIT").update(plan=Plan.TRIAL, trial_ends_at=TEN - timedelta(hours=1))
    logged_case(people.zoe, TEN)
    page = words_of(get(browser_of(people.ruth, TEN), "/manager/partners/", TEN))
    assert "Blue Harbor MSP BHMS Paid plan yes United States 1" in page
    assert "Northwind IT NWIT Free trial ends 09:00 Sydney no Australia 0" in page
    browser = browser_of(people.ruth, TEN)
    assert "Northwind" not in words_of(get(browser, "/manager/partners/?q=harbor", TEN))
    assert "Northwind" not in words_of(get(browser, "/manager/partners/?plan=paid", TEN))
    assert "No partner found" in words_of(get(browser, "/manager/partners/?q=nobody", TEN))


def change(browser: Any, **more: Any) -> Any:
    form = typed_in(get(browser, "/manager/partners/NWIT/", TEN))
    return post(browser, "/manager/partners/NWIT/", form | more, TEN)


def test_a_manager_changes_a_plan_and_sees_what_was_changed(people: Cast) -> None:
    browser = browser_of(people.ruth, TEN)
    assert change(browser, plan="trial", reason="They try it.").url == "/manager/partners/NWIT/"
    page = words_of(get(browser, "/manager/partners/NWIT/", TEN))
    assert "Plan: Paid plan → Free trial" in page
    assert "ends Tue 8 Dec, 10:00 Sydney" in page
    # Sent as it stands, nothing changes, to the second.
    change(browser, reason="")
    assert Partner.objects.get(code="NWIT").trial_ends_at == TEN + timedelta(days=14)


def test_a_change_without_a_reason_is_refused_beside_the_field(people: Cast) -> None:
    refused = change(browser_of(people.ruth, TEN), plan="lapsed", reason="")
    assert refused.status_code == 422
    assert "Say why, for whoever looks at this later." in beside(refused, "reason")


def test_a_page_from_before_another_change_keeps_what_was_typed(people: Cast) -> None:
    browser = browser_of(people.ann, TEN)
    form = typed_in(get(browser, "/manager/partners/NWIT/", TEN))
    change(browser_of(people.ruth, TEN), plan="lapsed", reason="They left.")
    refused = post(browser, "/manager/partners/NWIT/", form | {"plan": "trial", "reason": "They try it."}, TEN)
    assert "Ruth Adeyemi changed this partner after the page was made." in words_of(refused)
    assert "They try it." in refused.content.decode()


def test_a_manager_adds_a_partner(people: Cast) -> None:
    browser = browser_of(people.ruth, TEN)
    form = typed_in(get(browser, "/manager/partners/new/", TEN))
    added = post(browser, "/manager/partners/new/", form | {"name": "Red Rock", "code": "rock"}, TEN)
    assert added.url == "/manager/partners/ROCK/"
    refused = post(browser, "/manager/partners/new/", form | {"name": "Red Rock", "code": "rock"}, TEN)
    assert refused.status_code == 422
    assert "already exists" in words_of(refused)


def test_a_partner_that_is_none_is_not_there(people: Cast) -> None:
    assert get(browser_of(people.ruth, TEN), "/manager/partners/XX/", TEN).status_code == 404


def test_the_admin_shows_plans_and_leaves_them_alone(people: Cast) -> None:
    page = get(browser_of(people.ann, TEN), f"/admin/cases/partner/{people.northwind.pk}/change/", TEN)
    assert 'name="plan"' not in page.content.decode()
