"""Addresses of the pages, by workplace."""

from django.urls import path

from cases.web import calendar, desk, files, manager, partner, start, survey

# Each list is headed by whom it serves.

# /
anyone = [
    path("", start.home, name="home"),
    path("survey/<str:token>/", survey.survey, name="survey"),
    path("files/<int:attachment_id>/", files.attachment, name="attachment"),
]

# /cases/: contacts
partner_pages = [
    path("cases/new/", partner.case_new, name="case_new"),
    path("cases/new/draft/", partner.case_draft, name="case_draft"),
    path("cases/new/draft/discard/", partner.case_draft_discard, name="case_draft_discard"),
    path("cases/new/draft/files/<int:attachment_id>/", partner.case_draft_detach, name="case_draft_detach"),
    path("cases/<str:reference>/", partner.case, name="case"),
    path("cases/<str:reference>/reply/", partner.case_reply, name="case_reply"),
    path("cases/<str:reference>/solved/", partner.case_solved, name="case_solved"),
]

# /desk/: staff
desk_pages = [
    path("desk/", desk.queue, name="desk_queue"),
    path("desk/cases/<str:reference>/", desk.case, name="desk_case"),
    path("desk/cases/<str:reference>/reply/", desk.case_reply, name="desk_case_reply"),
    path("desk/cases/<str:reference>/note/", desk.case_note, name="desk_case_note"),
    path("desk/cases/<str:reference>/take/", desk.case_take, name="desk_case_take"),
    path("desk/cases/<str:reference>/assign/", desk.case_assign, name="desk_case_assign"),
    path("desk/cases/<str:reference>/call/", desk.case_call, name="desk_case_call"),
    path("desk/cases/<str:reference>/close/", desk.case_close, name="desk_case_close"),
]

# /manager/: managers
manager_pages = [
    path("manager/", manager.now, name="manager_now"),
    path("manager/calendar/", calendar.calendar, name="manager_calendar"),
    path("manager/calendar/preview/", calendar.preview, name="manager_calendar_preview"),
    path("manager/calendar/change/", calendar.change, name="manager_calendar_change"),
    path("manager/calendar/promises/", calendar.promises, name="manager_calendar_promises"),
]

urlpatterns = [*anyone, *partner_pages, *desk_pages, *manager_pages]
