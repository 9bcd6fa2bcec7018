"""Addresses of the people of a partner: for its own, and for managers."""

from django.urls import path

from cases.web import (
    company,
    company_export,
    lost_factors,
    partner_report,
    personal_data,
    record_pages,
    sign_on_pages,
    viewings,
)
from cases.web.request import administrator_page, manager_page, partner_page

# /company/: contacts, a company's own people
company_pages = [
    path("company/", company.company, name="company_home"),
    path("company/<str:code>/", partner_page(company.people), name="company"),
    path("company/<str:code>/report/", partner_page(partner_report.report), name="report"),
    path("company/<str:code>/report/pdf/", partner_page(partner_report.report_pdf), name="report_pdf"),
    path("company/<str:code>/export/", partner_page(company_export.export), name="company_export"),
    path("company/<str:code>/invite/", partner_page(company.invite), name="company_invite"),
    path("company/<str:code>/second-factor/", partner_page(company.second_factor), name="company_second_factor"),
    path("company/<str:code>/numbers/", partner_page(company.add_number), name="company_number"),
    path(
        "company/<str:code>/numbers/<int:number_id>/remove/",
        partner_page(company.remove_number),
        name="company_number_remove",
    ),
    path(
        "company/<str:code>/invitations/<int:invitation_id>/withdraw/",
        partner_page(company.withdraw),
        name="company_withdraw",
    ),
    path("company/<str:code>/people/<int:membership_id>/change/", partner_page(company.change), name="company_change"),
    path(
        "company/<str:code>/people/<int:membership_id>/deactivate/",
        partner_page(company.deactivate),
        name="company_deactivate",
    ),
    path(
        "company/<str:code>/people/<int:membership_id>/reactivate/",
        partner_page(company.reactivate),
        name="company_reactivate",
    ),
]

# /manager/partners/<code>/people/: the same for managers
people_pages = [
    path("manager/partners/<str:code>/people/", manager_page(company.people), name="manager_people"),
    path(
        "manager/partners/<str:code>/people/export/", manager_page(company_export.export), name="manager_people_export"
    ),
    path("manager/partners/<str:code>/people/invite/", manager_page(company.invite), name="manager_people_invite"),
    path(
        "manager/partners/<str:code>/people/second-factor/",
        manager_page(company.second_factor),
        name="manager_people_second_factor",
    ),
    path("manager/partners/<str:code>/people/numbers/", manager_page(company.add_number), name="manager_people_number"),
    path(
        "manager/partners/<str:code>/people/numbers/<int:number_id>/remove/",
        manager_page(company.remove_number),
        name="manager_people_number_remove",
    ),
    path(
        "manager/partners/<str:code>/people/invitations/<int:invitation_id>/withdraw/",
        manager_page(company.withdraw),
        name="manager_people_withdraw",
    ),
    path(
        "manager/partners/<str:code>/people/people/<int:membership_id>/change/",
        manager_page(company.change),
        name="manager_people_change",
    ),
    path("manager/partners/<str:code>/people/people/<int:membership_id>/view/", viewings.begin, name="viewing_begin"),
    path("manager/viewing/end/", viewings.end, name="viewing_end"),
    path(
        "manager/partners/<str:code>/people/people/<int:membership_id>/deactivate/",
        manager_page(company.deactivate),
        name="manager_people_deactivate",
    ),
    path(
        "manager/partners/<str:code>/people/people/<int:membership_id>/reactivate/",
        manager_page(company.reactivate),
        name="manager_people_reactivate",
    ),
    # /manager/persons/: what is kept about anybody, for administrators
    path("manager/persons/", administrator_page(personal_data.people), name="manager_persons"),
    path("manager/persons/<int:user_id>/", administrator_page(personal_data.person), name="manager_person"),
    path(
        "manager/persons/<int:user_id>/export/", administrator_page(personal_data.export), name="manager_person_export"
    ),
    path("manager/persons/<int:user_id>/erase/", administrator_page(personal_data.erase), name="manager_person_erase"),
    path(
        "manager/persons/<int:user_id>/lost-factors/",
        administrator_page(lost_factors.lost_factors),
        name="manager_person_factors",
    ),
    # /manager/record/: whether the record is what was written, for administrators
    path("manager/record/", administrator_page(record_pages.record), name="manager_record"),
    path(
        "manager/record/<int:difference_id>/",
        administrator_page(record_pages.difference),
        name="manager_record_difference",
    ),
    path(
        "manager/record/<int:difference_id>/settle/",
        administrator_page(record_pages.settle),
        name="manager_record_settle",
    ),
    # /manager/sign-on/: who signs in by which account at the provider, for administrators
    path("manager/sign-on/", administrator_page(sign_on_pages.sign_ons), name="manager_sign_ons"),
    path(
        "manager/sign-on/refused/<int:refusal_id>/settle/",
        administrator_page(sign_on_pages.settle),
        name="manager_sign_on_settle",
    ),
    path("manager/sign-on/<int:sign_on_id>/", administrator_page(sign_on_pages.sign_on), name="manager_sign_on"),
]
