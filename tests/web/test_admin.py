"""Django's admin: people and texts to edit; cases and whatever moves promises to read."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from cases.models import Case, Membership, Partner, ProductArea, User
from sla.models import Desk, Holiday, HolidayChange, HoursChange, PolicyVersion
from tests.builders import Cast, answer, at, close, logged_case
from tests.cases.pages import browser_of, clock_at, get, html_of, nothing_is_written, post

NOON = at("Tue 12:00")
READ_ONLY = [Case, Desk, Holiday, HolidayChange, HoursChange, PolicyVersion]


@pytest.fixture
def browser(people: Cast) -> Client:
    """Ann's, the administrator."""
    return browser_of(people.ann, at("Tue 7:00"))


def address(model: type, page: str, *args: object) -> str:
    meta = model._meta  # type: ignore[attr-defined]
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=args)


def test_nothing_but_these_is_in_the_admin() -> None:
    ours = {model for model in apps.get_models() if model._meta.app_label in ("cases", "sla", "notifications")}
    registered = {model for model in admin.site._registry if model in ours}
    edited = {model.__name__ for model in registered - set(READ_ONLY)}
    assert edited == {"User", "Partner", "ProductArea", "Site", "SupportNumber"}


@pytest.mark.parametrize("model", READ_ONLY)
def test_what_moves_promises_is_shown_and_not_changed(people: Cast, browser: Client, model: type) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    row = model._default_manager.first()  # type: ignore[attr-defined]
    with clock_at(NOON), nothing_is_written():
        assert browser.get(address(model, "changelist")).status_code == 200
    assert post(browser, address(model, "add"), {}, NOON).status_code == 403
    if row is not None:
        page = get(browser, address(model, "change", row.pk), NOON)
        assert page.status_code == 200
        assert 'name="_save"' not in html_of(page)
        assert post(browser, address(model, "change", row.pk), {"name": "x", "title": "x"}, NOON).status_code == 403
        assert post(browser, address(model, "delete", row.pk), {"post": "yes"}, NOON).status_code == 403
        deleting = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        post(browser, address(model, "changelist"), deleting, NOON)
        assert model._default_manager.filter(pk=row.pk).exists()  # type: ignore[attr-defined]


def test_cases_stand_in_the_order_of_the_queue_and_lead_to_the_desk(people: Cast, browser: Client) -> None:
    logged_case(people.priya, at("Tue 11:00"), severity=4)
    logged_case(people.priya, at("Mon 9:00"), severity=2)
    logged_case(people.zoe, at("Tue 11:50"), severity=1)
    answer(logged_case(people.priya, at("Mon 9:10")), people.lena, at("Mon 10:00"))
    close(logged_case(people.priya, at("Mon 9:20")), people.lena, at("Mon 10:00"))
    listed = get(browser, address(Case, "changelist"), NOON)
    desk = get(browser, "/desk/", NOON)
    in_admin = [case.reference for case in listed.context["cl"].result_list]
    assert in_admin == [case.reference for case in desk.context["page"].rows]
    for reference in in_admin:
        assert f'<a href="/desk/cases/{reference}/">{reference}</a>' in html_of(listed)


@pytest.mark.parametrize("view", ["mine", "unassigned", "at-risk", "breached", "sev-1", "waiting", "closed"])
def test_the_admin_keeps_the_same_cases_in_each_view(people: Cast, browser: Client, view: str) -> None:
    logged_case(people.priya, at("Mon 9:00"), severity=2)
    logged_case(people.omar, at("Tue 9:30"), severity=2)
    logged_case(people.zoe, at("Tue 11:50"), severity=1)
    close(logged_case(people.priya, at("Mon 9:20")), people.lena, at("Mon 10:00"))
    listed = get(browser, f"{address(Case, 'changelist')}?view={view}", NOON).context["cl"].result_list
    rows = get(browser, f"/desk/?view={view}", NOON).context["page"].rows
    assert [case.reference for case in listed] == [case.reference for case in rows]


@pytest.mark.parametrize("name", ["priya", "lena", "ruth"])
def test_only_administrators_come_in(people: Cast, name: str) -> None:
    browser = browser_of(getattr(people, name), NOON)
    for model in (Case, User, Partner, Desk):
        response = get(browser, address(model, "changelist"), NOON)
        assert response.status_code == 302
        assert response.url.startswith("/admin/login/")


def test_a_product_area_is_edited(people: Cast, browser: Client) -> None:
    area = ProductArea.objects.create(name="Scout")
    said = {"name": "Probax Scout", "in_scope": "on", "scope_hint": "", "position": "1"}
    post(browser, address(ProductArea, "change", area.pk), said, NOON)
    area.refresh_from_db()
    assert (area.name, area.position) == ("Probax Scout", 1)


@pytest.mark.parametrize("model", [User, Partner])
def test_people_and_partners_are_never_deleted(people: Cast, browser: Client, model: type) -> None:
    row = model._default_manager.first()  # type: ignore[attr-defined]
    assert post(browser, address(model, "delete", row.pk), {"post": "yes"}, NOON).status_code == 403


def person(people: Cast, **changed: str) -> dict[str, str]:
    return {
        "email": people.omar.email,
        "name": "Omar Haddad",
        "phone": "",
        "zone": "Australia/Perth",
        "language": "en",
        "staff_role": "",
        "desk": "",
        "is_active": "on",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    } | changed


def test_a_person_is_edited(people: Cast, browser: Client) -> None:
    post(browser, address(User, "change", people.omar.pk), person(people, name="Omar H."), NOON)
    people.omar.refresh_from_db()
    assert people.omar.name == "Omar H."


def test_the_role_of_staff_is_given_where_it_goes_on_the_record(people: Cast, browser: Client) -> None:
    said = person(people, email=people.max.email, name="Max O.", zone="America/New_York", staff_role="administrator")
    post(browser, address(User, "change", people.max.pk), said, NOON)
    people.max.refresh_from_db()
    assert (people.max.name, people.max.staff_role) == ("Max O.", "specialist")
    assert people.max.desk is not None


@pytest.mark.parametrize("zone", ["Perth", "Mars/Olympus", "", "../etc/passwd", "posixrules"])
def test_a_zone_that_is_none_is_told_and_not_kept(people: Cast, browser: Client, zone: str) -> None:
    # Every page and every mail is written in its reader's zone.
    response = post(browser, address(User, "change", people.omar.pk), person(people, zone=zone), NOON)
    assert response.status_code == 200
    assert "zone" in response.context["adminform"].form.errors
    people.omar.refresh_from_db()
    assert people.omar.zone == "Australia/Perth"


def test_a_new_person_has_a_zone_that_exists(people: Cast, browser: Client) -> None:
    said = person(people, email="nia@nwit.example", name="Nia Roberts", usable_password="false")
    response = post(browser, address(User, "add"), said | {"zone": "Mars/Olympus"}, NOON)
    assert "zone" in response.context["adminform"].form.errors
    assert post(browser, address(User, "add"), said, NOON).status_code == 302
    assert User.objects.get(email="nia@nwit.example").zone == "Australia/Perth"


def test_the_short_code_of_a_partner_stays_once_given(people: Cast, browser: Client) -> None:
    said = {
        "name": "Northwind",
        "code": "OTHER",
        "home_desk": str(people.northwind.home_desk_id),
        "plan": "paid",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    post(browser, address(Partner, "change", people.northwind.pk), said, NOON)
    people.northwind.refresh_from_db()
    assert (people.northwind.name, people.northwind.code) == ("Northwind", "NWIT")
    assert Membership.objects.filter(partner=people.northwind).count() == 2
