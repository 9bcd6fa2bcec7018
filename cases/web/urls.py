"""Addresses of the pages, by workplace."""

from django.urls import path

from cases.web import (
    account,
    article_pages,
    articles,
    calendar,
    case_list,
    charge_pages,
    company,
    consent_pages,
    desk,
    diagnostic_pages,
    emergency_pages,
    feature_pages,
    files,
    inbox,
    invitation_pages,
    kept_requests,
    large_files,
    link_pages,
    manager,
    manager_request_pages,
    over_time,
    partner,
    partners,
    plan_pages,
    previews,
    provisional,
    roster,
    roster_feed,
    session_pages,
    severity_pages,
    start,
    survey,
    surveys,
    take_back_pages,
    waiting_pages,
    watcher_pages,
)
from cases.web.request import desk_page, manager_page, partner_page

# Each list is headed by whom it serves.

# /
anyone = [
    path("", start.home, name="home"),
    path("survey/<str:token>/", survey.survey, name="survey"),
    path("roster/<str:feed_token>.ics", roster_feed.feed, name="roster_feed"),
    path("invitations/<str:token>/", invitation_pages.invitation, name="invitation"),
    path("watching/<str:token>/stop/", watcher_pages.stop, name="stop_watching"),
    path("severity/<str:token>/", severity_pages.link, name="severity_link"),
    path("articles/", articles.articles, name="articles"),
    path("articles/missed/", articles.missed, name="articles_missed"),
    path("articles/offered/", articles.offered, name="articles_offered"),
    path("articles/<slug:slug>/", articles.article, name="article"),
    path("articles/<slug:slug>/vote/", articles.vote, name="article_vote"),
    path("articles/<slug:slug>/opened/", articles.opened, name="article_opened"),
    path("files/<int:attachment_id>/", files.attachment, name="attachment"),
    path("files/<int:attachment_id>/preview/", previews.preview, name="attachment_preview"),
    path("files/<int:attachment_id>/image/", previews.image, name="attachment_image"),
    path("account/", account.account, name="account"),
    path("account/change/", account.account_change, name="account_change"),
    path("account/tokens/", account.token_make, name="token_make"),
    path("account/tokens/<str:digest>/end/", account.token_end, name="token_end"),
]

# /cases/: contacts
partner_pages = [
    path("cases/new/", partner.case_new, name="case_new"),
    path("cases/new/draft/", partner.case_draft, name="case_draft"),
    path("cases/new/draft/discard/", partner.case_draft_discard, name="case_draft_discard"),
    path("cases/new/draft/files/<int:attachment_id>/", partner.case_draft_detach, name="case_draft_detach"),
    path("cases/<str:reference>/", partner.case, name="case"),
    path(
        "cases/<str:reference>/workaround/holds/",
        partner_page(plan_pages.workaround_confirm),
        name="case_workaround_confirm",
    ),
    path(
        "cases/<str:reference>/workaround/failed/",
        partner_page(plan_pages.workaround_failed),
        name="case_workaround_failed",
    ),
    path(
        "cases/<str:reference>/milestone/state/",
        partner_page(plan_pages.milestone_state),
        name="case_milestone_state",
    ),
    path("cases/<str:reference>/reply/", partner.case_reply, name="case_reply"),
    path("cases/<str:reference>/solved/", partner.case_solved, name="case_solved"),
    path("cases/<str:reference>/severity/", partner_page(severity_pages.propose), name="case_severity"),
    path("cases/<str:reference>/severity/agree/", partner_page(severity_pages.agree), name="case_severity_agree"),
    path("cases/<str:reference>/severity/decline/", partner_page(severity_pages.decline), name="case_severity_decline"),
    path(
        "cases/<str:reference>/severity/withdraw/", partner_page(severity_pages.withdraw), name="case_severity_withdraw"
    ),
    path("cases/<str:reference>/resource/", partner_page(emergency_pages.resource_named), name="case_resource"),
    path(
        "cases/<str:reference>/resource/away/", partner_page(emergency_pages.resource_away), name="case_resource_away"
    ),
    path(
        "cases/<str:reference>/resource/back/", partner_page(emergency_pages.resource_back), name="case_resource_back"
    ),
    path("cases/<str:reference>/closing/back/", partner_page(take_back_pages.closing_back), name="case_closing_back"),
    path("cases/<str:reference>/watchers/", partner_page(watcher_pages.watch), name="case_watch"),
    path("cases/<str:reference>/watchers/me/", partner_page(watcher_pages.watch_myself), name="case_watch_myself"),
    path("cases/<str:reference>/watchers/<int:user_id>/off/", partner_page(watcher_pages.unwatch), name="case_unwatch"),
    path("cases/<str:reference>/contact/", partner_page(watcher_pages.contact), name="case_contact"),
    path("cases/<str:reference>/manager/", manager_request_pages.ask_as_contact, name="case_manager"),
    path("talk-to-a-manager/", manager_request_pages.talk, name="talk_to_a_manager"),
    path("cases/<str:reference>/session/", session_pages.answer, name="case_session_answer"),
    path("cases/<str:reference>/consent/", consent_pages.answer, name="case_consent_answer"),
    path("cases/<str:reference>/consent/withdraw/", consent_pages.withdraw, name="case_consent_withdraw"),
    path("cases/<str:reference>/files/", partner_page(large_files.add), name="case_files"),
    path("cases/<str:reference>/uploads/", partner_page(large_files.begin), name="case_uploads"),
    path("cases/<str:reference>/uploads/finish/", partner_page(large_files.finish), name="case_uploads_finish"),
    path("cases/<str:reference>/uploads/<uuid:upload_id>/", partner_page(large_files.upload), name="case_upload"),
    path(
        "cases/<str:reference>/uploads/<uuid:upload_id>/cancel/",
        partner_page(large_files.cancel),
        name="case_upload_cancel",
    ),
]

# /company/: contacts, a company's own people
company_pages = [
    path("company/", company.company, name="company_home"),
    path("company/<str:code>/", partner_page(company.people), name="company"),
    path("company/<str:code>/invite/", partner_page(company.invite), name="company_invite"),
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
    path("manager/partners/<str:code>/people/invite/", manager_page(company.invite), name="manager_people_invite"),
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
]

# /desk/: staff
desk_pages = [
    path("desk/plans/", plan_pages.plans_due, name="desk_plans"),
    path("desk/cases/<str:reference>/workaround/", plan_pages.workaround, name="desk_case_workaround"),
    path(
        "desk/cases/<str:reference>/workaround/holds/",
        desk_page(plan_pages.workaround_confirm),
        name="desk_case_workaround_confirm",
    ),
    path(
        "desk/cases/<str:reference>/workaround/failed/",
        desk_page(plan_pages.workaround_failed),
        name="desk_case_workaround_failed",
    ),
    path("desk/cases/<str:reference>/plan/", plan_pages.plan, name="desk_case_plan"),
    path("desk/cases/<str:reference>/plan/end/", plan_pages.plan_end, name="desk_case_plan_end"),
    path("desk/cases/<str:reference>/milestone/", plan_pages.milestone, name="desk_case_milestone"),
    path(
        "desk/cases/<str:reference>/milestone/state/",
        desk_page(plan_pages.milestone_state),
        name="desk_case_milestone_state",
    ),
    path("desk/cases/<str:reference>/milestone/day/", plan_pages.milestone_day, name="desk_case_milestone_day"),
    path("desk/cases/<str:reference>/milestone/waits/", plan_pages.milestone_waits, name="desk_case_milestone_waits"),
    path("desk/", desk.queue, name="desk_queue"),
    path("desk/cases/", case_list.cases, name="desk_cases"),
    path("desk/cases/export/", case_list.export, name="desk_cases_export"),
    path("desk/articles/", article_pages.articles, name="desk_articles"),
    path("desk/articles/new/", article_pages.new, name="desk_article_new"),
    path("desk/articles/insert/", articles.insert, name="desk_article_insert"),
    path("desk/articles/<slug:slug>/", article_pages.edit, name="desk_article"),
    path("desk/articles/<slug:slug>/publish/", article_pages.publish, name="desk_article_publish"),
    path("desk/articles/<slug:slug>/versions/<int:number>/", article_pages.version, name="desk_article_version"),
    path("desk/features/", feature_pages.features, name="desk_features"),
    path("desk/features/export/", feature_pages.export, name="desk_features_export"),
    path("desk/features/<int:feature_id>/", feature_pages.feature, name="desk_feature"),
    path("desk/features/<int:feature_id>/state/", feature_pages.feature_state, name="desk_feature_state"),
    path("desk/features/<int:feature_id>/address/", feature_pages.feature_address, name="desk_feature_address"),
    path("desk/features/<int:feature_id>/merge/", feature_pages.feature_merge, name="desk_feature_merge"),
    path("desk/cases/<str:reference>/feature/", feature_pages.lodge, name="desk_case_feature"),
    path("desk/cases/<str:reference>/feature/link/", feature_pages.link, name="desk_case_feature_link"),
    path("desk/cases/<str:reference>/", desk.case, name="desk_case"),
    path("desk/cases/<str:reference>/reply/", desk.case_reply, name="desk_case_reply"),
    path("desk/cases/<str:reference>/note/", desk.case_note, name="desk_case_note"),
    path("desk/cases/<str:reference>/take/", desk.case_take, name="desk_case_take"),
    path("desk/cases/<str:reference>/assign/", desk.case_assign, name="desk_case_assign"),
    path("desk/cases/<str:reference>/call/", desk.case_call, name="desk_case_call"),
    path("desk/cases/<str:reference>/close/", desk.case_close, name="desk_case_close"),
    path("desk/cases/<str:reference>/severity/", desk_page(severity_pages.propose), name="desk_case_severity"),
    path(
        "desk/cases/<str:reference>/severity/agree/", desk_page(severity_pages.agree), name="desk_case_severity_agree"
    ),
    path(
        "desk/cases/<str:reference>/severity/decline/",
        desk_page(severity_pages.decline),
        name="desk_case_severity_decline",
    ),
    path(
        "desk/cases/<str:reference>/severity/withdraw/",
        desk_page(severity_pages.withdraw),
        name="desk_case_severity_withdraw",
    ),
    path("desk/cases/<str:reference>/resource/", desk_page(emergency_pages.resource_named), name="desk_case_resource"),
    path(
        "desk/cases/<str:reference>/resource/away/",
        desk_page(emergency_pages.resource_away),
        name="desk_case_resource_away",
    ),
    path(
        "desk/cases/<str:reference>/resource/back/",
        desk_page(emergency_pages.resource_back),
        name="desk_case_resource_back",
    ),
    path("desk/cases/<str:reference>/alert/", emergency_pages.take_alert, name="desk_case_alert"),
    path("desk/cases/<str:reference>/charges/", emergency_pages.charges_judged, name="desk_case_charges"),
    path(
        "desk/cases/<str:reference>/closing/back/",
        desk_page(take_back_pages.closing_back),
        name="desk_case_closing_back",
    ),
    path(
        "desk/cases/<str:reference>/reply/<int:message_id>/back/",
        take_back_pages.reply_back,
        name="desk_case_reply_back",
    ),
    path("desk/cases/<str:reference>/hold/", waiting_pages.hold, name="desk_case_hold"),
    path("desk/cases/<str:reference>/release/", waiting_pages.release, name="desk_case_release"),
    path("desk/cases/<str:reference>/merge/", link_pages.merge, name="desk_case_merge"),
    path("desk/cases/<str:reference>/links/", link_pages.link, name="desk_case_link"),
    path("desk/cases/<str:reference>/links/<str:other>/off/", link_pages.unlink, name="desk_case_unlink"),
    path("desk/cases/<str:reference>/watchers/", desk_page(watcher_pages.watch), name="desk_case_watch"),
    path(
        "desk/cases/<str:reference>/watchers/me/",
        desk_page(watcher_pages.watch_myself),
        name="desk_case_watch_myself",
    ),
    path(
        "desk/cases/<str:reference>/watchers/<int:user_id>/off/",
        desk_page(watcher_pages.unwatch),
        name="desk_case_unwatch",
    ),
    path("desk/cases/<str:reference>/contact/", desk_page(watcher_pages.contact), name="desk_case_contact"),
    path("desk/cases/<str:reference>/manager/", manager_request_pages.ask_as_staff, name="desk_case_manager"),
    path("desk/cases/<str:reference>/manager/answer/", manager_request_pages.answer, name="desk_case_manager_answer"),
    path("desk/requests/", kept_requests.requests, name="desk_requests"),
    path("desk/requests/<int:request_id>/log/", kept_requests.log, name="desk_request_log"),
    path("desk/requests/<int:request_id>/decline/", kept_requests.decline, name="desk_request_decline"),
    path("desk/roster/", roster.mine, name="desk_roster"),
    path("desk/roster/swap/", roster.swap_mine, name="desk_roster_swap"),
    path("desk/roster/feed/", roster.make_feed, name="desk_roster_feed"),
    path("desk/roster/feed/revoke/", roster.revoke_feed, name="desk_roster_feed_revoke"),
    path("desk/talk-to-a-manager/", manager_request_pages.talk_for_caller, name="desk_talk_to_a_manager"),
    path("desk/cases/<str:reference>/diagnostics/", diagnostic_pages.ask, name="desk_case_diagnostics"),
    path(
        "desk/cases/<str:reference>/diagnostics/not-needed/",
        diagnostic_pages.not_needed,
        name="desk_case_diagnostics_not_needed",
    ),
    path("desk/cases/<str:reference>/investigation/", diagnostic_pages.investigate, name="desk_case_investigation"),
    path(
        "desk/cases/<str:reference>/investigation/end/",
        diagnostic_pages.end_investigation,
        name="desk_case_investigation_end",
    ),
    path("desk/cases/<str:reference>/follow-up/", diagnostic_pages.move_follow_up, name="desk_case_follow_up"),
    path("desk/cases/<str:reference>/session/", session_pages.ask, name="desk_case_session"),
    path("desk/cases/<str:reference>/session/spoken/", session_pages.spoken, name="desk_case_session_spoken"),
    path("desk/cases/<str:reference>/session/begin/", session_pages.begin, name="desk_case_session_begin"),
    path("desk/cases/<str:reference>/session/end/", session_pages.end, name="desk_case_session_end"),
    path("desk/cases/<str:reference>/consent/", consent_pages.ask, name="desk_case_consent"),
    path("desk/cases/<str:reference>/cloud/", consent_pages.begin, name="desk_case_cloud_action"),
    path("desk/cases/<str:reference>/cloud/without/", consent_pages.without, name="desk_case_cloud_without"),
    path("desk/cases/<str:reference>/files/", desk_page(large_files.add), name="desk_case_files"),
    path("desk/cases/<str:reference>/uploads/", desk_page(large_files.begin), name="desk_case_uploads"),
    path("desk/cases/<str:reference>/uploads/finish/", desk_page(large_files.finish), name="desk_case_uploads_finish"),
    path(
        "desk/cases/<str:reference>/uploads/<uuid:upload_id>/", desk_page(large_files.upload), name="desk_case_upload"
    ),
    path(
        "desk/cases/<str:reference>/uploads/<uuid:upload_id>/cancel/",
        desk_page(large_files.cancel),
        name="desk_case_upload_cancel",
    ),
]

desk_pages += [
    path("desk/inbox/", inbox.tray, name="desk_inbox"),
    path("desk/inbox/address/", inbox.address_works, name="desk_inbox_address"),
    path("desk/inbox/<int:mail_in_id>/", inbox.mail, name="desk_inbox_mail"),
    path("desk/inbox/<int:mail_in_id>/raw/", inbox.raw, name="desk_inbox_raw"),
    path("desk/inbox/<int:mail_in_id>/attach/", inbox.attach, name="desk_inbox_attach"),
    path("desk/inbox/<int:mail_in_id>/case/", inbox.make_case, name="desk_inbox_case"),
    path("desk/inbox/<int:mail_in_id>/dismiss/", inbox.dismiss, name="desk_inbox_dismiss"),
    path("desk/cases/<str:reference>/confirm/", provisional.confirm, name="desk_case_confirm"),
    path("desk/cases/<str:reference>/thanks/", provisional.dismiss, name="desk_case_thanks"),
    path("desk/cases/<str:reference>/triage/", provisional.settle, name="desk_case_triage"),
]

# /manager/: managers
manager_pages = [
    path("manager/", manager.now, name="manager_now"),
    path("manager/surveys/", surveys.surveys, name="manager_surveys"),
    path("manager/surveys/export/", surveys.export, name="manager_surveys_export"),
    path("manager/surveys/<int:survey_id>/follow-up/", surveys.follow_up, name="manager_survey_follow_up"),
    path("manager/over-time/", over_time.over_time, name="manager_over_time"),
    path("manager/over-time/export/", over_time.export, name="manager_over_time_export"),
    path("manager/partners/", partners.partners, name="manager_partners"),
    path("manager/partners/new/", partners.new_partner, name="manager_partner_new"),
    path("manager/partners/<str:code>/", partners.partner, name="manager_partner"),
    path("manager/roster/", roster.week, name="manager_roster"),
    path("manager/roster/rotation/", roster.add_rotation, name="manager_roster_rotation"),
    path("manager/roster/rotation/end/", roster.end_rotation, name="manager_roster_end"),
    path("manager/roster/shift/", roster.add_shift, name="manager_roster_shift"),
    path("manager/roster/swap/", roster.swap, name="manager_roster_swap"),
    path("manager/roster/remove/", roster.remove, name="manager_roster_remove"),
    path("manager/roster/skills/", roster.skills, name="manager_roster_skills"),
    path("manager/requests/", manager_request_pages.requests, name="manager_requests"),
    path("manager/requests/export/", manager_request_pages.requests_csv, name="manager_requests_csv"),
    path("manager/charges/", charge_pages.charges, name="manager_charges"),
    path("manager/charges/file/", charge_pages.charges_file, name="manager_charges_file"),
    path("manager/charges/<int:review_id>/", charge_pages.charge, name="manager_charge"),
    path("manager/calendar/", calendar.calendar, name="manager_calendar"),
    path("manager/calendar/preview/", calendar.preview, name="manager_calendar_preview"),
    path("manager/calendar/change/", calendar.change, name="manager_calendar_change"),
    path("manager/calendar/promises/", calendar.promises, name="manager_calendar_promises"),
    path("manager/consents/", consent_pages.consents, name="manager_consents"),
    path("manager/consents/words/", consent_pages.publish, name="manager_consent_words"),
    path("manager/consents/<int:action_id>/seen/", consent_pages.seen, name="manager_consent_seen"),
]

urlpatterns = [*anyone, *company_pages, *people_pages, *partner_pages, *desk_pages, *manager_pages]
