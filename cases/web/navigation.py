"""Where one can go, by workplace: the links of the top bar and what its menus hold. One table."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import StaffRole


@dataclass(frozen=True)
class Place:
    """A page that a menu leads to. `holds` are the pages beneath it, by the beginning of their names.

    `counts` names what of `health` waits there.
    """

    name: str
    label: Promise
    holds: tuple[str, ...] = ()
    counts: str = ""
    # What leads there by keyboard (`static/js/keys.js`).
    key: str = ""

    def here(self, page: str) -> str:
        """Return what `aria-current` says on `page`: "page" on it, "true" beneath it, empty elsewhere."""
        if page == self.name:
            return "page"
        return "true" if any(page.startswith(beginning) for beginning in self.holds) else ""


PARTNER = [
    Place("home", _("Home"), ("case_solved", "case_reply")),
    Place("cases", _("Cases")),
    Place("case_new", _("Log a case")),
    Place("articles", _("Articles"), ("article",)),
    Place("company_home", _("Company"), ("company", "report")),
    Place("contact", _("Contact")),
    Place("talk_to_a_manager", _("Talk to a manager")),
]
DESK = [
    Place("desk_my_day", _("My day"), key="g d"),
    Place("desk_queue", _("Queue"), ("desk_case", "desk_view", "desk_bulk", "desk_filters"), key="g q"),
    Place("desk_inbox", _("Mail to sort"), ("desk_inbox",), counts="mails_to_sort", key="g m"),
    Place("desk_phone", _("Phone"), ("desk_phone",), key="g t"),
    Place("desk_plans", _("Plans due")),
]
MORE = [
    Place("desk_cases", _("All cases")),
    Place("desk_requests", _("Requests without a plan"), ("desk_request",)),
    Place("desk_features", _("Feature requests"), ("desk_feature",)),
    Place("desk_articles", _("Knowledge base"), ("desk_article",)),
    Place("desk_mails", _("Mail that left"), ("desk_mail",), counts="mails_given_up"),
    Place("desk_alerts", _("My alerts"), ("desk_alert",)),
    Place("desk_roster", _("My shifts")),
]
MANAGE = [
    Place("manager_now", _("Now")),
    Place("manager_forecast", _("Forecast")),
    Place("manager_over_time", _("Over time"), ("manager_over_time",)),
    Place("manager_what_if", _("What if"), ("manager_what_if",)),
    Place("manager_requests", _("Talk to a manager"), ("manager_request",)),
    Place("manager_charges", _("Charges"), ("manager_charge",)),
    Place("manager_consents", _("Public-cloud consent"), ("manager_consent",)),
    Place("manager_surveys", _("Surveys"), ("manager_survey",)),
    Place("manager_roster", _("Roster"), ("manager_roster",)),
    Place("manager_calendar", _("Calendar"), ("manager_calendar",)),
    Place("manager_warnings", _("Warnings")),
    Place("manager_policy", _("Policy and people"), ("manager_policy",)),
    Place("manager_partners", _("Partners and plans"), ("manager_partner", "manager_people", "manager_report")),
    Place("manager_alerts", _("Alerts of teams"), counts="alerts_given_up"),
    Place("manager_webhooks", _("Webhooks"), ("manager_webhook",)),
    Place("manager_macros", _("Macros"), ("manager_macro",)),
]
ADMINISTER = [
    Place("manager_persons", _("Personal data"), ("manager_person",)),
    Place("manager_sign_ons", _("Single sign-on"), ("manager_sign_on",), counts="sign_on_refusals"),
    Place("manager_record", _("The record"), ("manager_record",), counts="record_differences"),
]


def navigation_of(who: str, page: str) -> dict[str, Any]:
    """Return the links and menus for whoever reads `page`, each place with whether it is where they are.

    `who` is a role of staff, "contact", or empty for nobody; `page` is the name of an address.
    """
    if not who:
        return {"links": [], "menus": []}
    if who == "contact":
        return {"links": _shown(PARTNER, page), "menus": []}
    menus = [{"label": _("More"), "places": _shown(MORE, page)}]
    if who != StaffRole.SPECIALIST:
        places = [*MANAGE, *ADMINISTER] if who == StaffRole.ADMINISTRATOR else MANAGE
        menus.append({"label": _("Manage"), "places": _shown(places, page)})
    return {"links": _shown(DESK, page), "menus": menus}


def _shown(places: list[Place], page: str) -> list[dict[str, Any]]:
    return [
        {"url": reverse(place.name), "here": place.here(page)}
        | {"label": place.label, "counts": place.counts, "key": place.key}
        for place in places
    ]
