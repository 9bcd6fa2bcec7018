"""Everything that may happen to a case, in the order of a case's life. This page is the menu.

Each action is one durable transaction in four beats: lock, rule, change, record. Its last two arguments say who acts
(None: the timetable) and when. No action sends mail, reads the clock, or calls another action.
"""

from cases.actions._bounces import Bounce
from cases.actions._erasing import erase_with
from cases.actions._request import RECEIPTS_KEPT, Asked, asked_with, forget_receipts, leave_receipt
from cases.actions._waking import wake_on_commit
from cases.actions.accounts import change_own_account, choose_shortcuts, note_account_change
from cases.actions.articles import (
    ArticleText,
    note_article_opened,
    note_missed_search,
    publish_article,
    unpublish_article,
    vote_on_article,
    write_article,
)
from cases.actions.calendar import (
    change_calendar_day,
    move_promises_left_alone,
    publish_hours,
    take_hours_back,
)
from cases.actions.charges import decide_charges, judge_charges
from cases.actions.closing import close_case, close_in_silence
from cases.actions.company import (
    accept_invitation,
    change_colleague,
    deactivate_colleague,
    hash_of_invitation,
    invite_colleague,
    join_by_invitation,
    reactivate_colleague,
    require_second_factor,
    withdraw_invitation,
)
from cases.actions.consents import (
    answer_cloud_consent,
    ask_for_cloud_consent,
    begin_cloud_action,
    publish_consent_text,
    record_cloud_action_without_consent,
    see_cloud_action,
    withdraw_cloud_consent,
)
from cases.actions.conversation import reply_as_contact, reply_as_specialist, write_note
from cases.actions.desk_work import (
    change_view,
    delete_view,
    keep_queue_look,
    keep_word_draft,
    leave_case,
    move_view,
    note_presence,
    save_view,
)
from cases.actions.diagnostics import ask_for_diagnostics, need_no_diagnostics
from cases.actions.emergency import (
    alert_on_call,
    mark_resource_away,
    mark_resource_back,
    name_technical_resource,
    take_alert,
)
from cases.actions.entitlement import decline_kept_request, log_kept_request, submit_or_keep, tell_of_trial
from cases.actions.factors import remove_lost_factors
from cases.actions.features import (
    FeatureDetails,
    link_feature_request,
    lodge_feature_request,
    merge_feature_requests,
    set_feature_state,
    set_ideas_address,
)
from cases.actions.holding import hold_closing, release_closing
from cases.actions.importing import (
    ImportedDetails,
    ImportedPerson,
    ImportedWord,
    import_case,
    import_person,
)
from cases.actions.incoming import (
    MailRead,
    answer_from_mail,
    fail_mail,
    file_mail,
    keep_mail,
    keep_request_from_mail,
    log_case_from_mail,
    log_follow_up_from_mail,
    put_mail,
    reply_from_mail,
)
from cases.actions.intake import (
    CaseDetails,
    Upload,
    attach_to_draft,
    detach_from_draft,
    discard_draft,
    keep_draft,
    submit_case,
)
from cases.actions.investigation import begin_investigation, end_investigation, move_follow_up
from cases.actions.kept import claim_report, forget_reports, keep_numbers, keep_report
from cases.actions.logins import end_oldest_logins, end_other_logins
from cases.actions.macros import delete_macro, keep_macro
from cases.actions.manager_requests import (
    answer_manager_request,
    ask_for_manager,
    ask_manager_about_something_else,
)
from cases.actions.merging import link_cases, merge_case, unlink_cases
from cases.actions.partners import add_partner, change_partner
from cases.actions.phone import add_contact, add_number, add_office_number, log_case_by_phone, remove_office_number
from cases.actions.plans import (
    add_milestone,
    end_plan,
    make_plan,
    move_milestone,
    remind_of_milestone,
    set_milestone_state,
    set_milestone_waits,
)
from cases.actions.policy import discard_policy_draft, keep_policy_draft, publish_policy, withdraw_policy
from cases.actions.privacy import erase_person, forget_with
from cases.actions.promises import record_breaches, warn_of_deadlines
from cases.actions.provisional import confirm_follow_up, dismiss_as_thanks, settle_triage
from cases.actions.record import begin_record_round, bind_events, check_record, settle_difference
from cases.actions.redaction import redact_file, redact_text
from cases.actions.reminders import confirm_reminder, fail_reminder, make_reminder
from cases.actions.roster import (
    add_rotation,
    add_shift,
    end_rotation,
    extend_rotation,
    hash_of_feed,
    make_feed,
    remove_shift,
    revoke_feed,
    set_skills,
    swap_shift,
    token_of_feed,
)
from cases.actions.sessions import answer_session, ask_for_session, begin_session, end_session, record_spoken_consent
from cases.actions.severity import (
    agree_to_severity,
    decline_severity,
    propose_severity,
    withdraw_severity_proposal,
)
from cases.actions.sign_on import SignedOn, settle_sign_on_refusal, sign_on, undo_sign_on
from cases.actions.site import set_up_site
from cases.actions.staff import change_staff
from cases.actions.surveys import answer_survey, follow_up_survey, remind_of_survey
from cases.actions.take_backs import take_closing_back, take_reply_back
from cases.actions.tokens import end_token, make_token
from cases.actions.tray import attach_mail, clear_address, dismiss_mail, make_case_of_mail
from cases.actions.uploads import (
    ABANDONED_AFTER,
    Arrived,
    add_files,
    begin_upload,
    discard_upload,
    finish_uploads,
    forget_upload,
    keep_piece,
)
from cases.actions.viewings import begin_viewing, end_viewing, note_viewed_page
from cases.actions.watching import add_watcher, change_contact, remove_watcher, stop_watching
from cases.actions.work import assign_case, log_call
from cases.actions.workarounds import confirm_workaround, record_workaround, workaround_failed

__all__ = [
    "ABANDONED_AFTER",
    "RECEIPTS_KEPT",
    "Arrived",
    "ArticleText",
    "Asked",
    "Bounce",
    "CaseDetails",
    "FeatureDetails",
    "ImportedDetails",
    "ImportedPerson",
    "ImportedWord",
    "MailRead",
    "SignedOn",
    "Upload",
    "accept_invitation",
    "add_contact",
    "add_files",
    "add_milestone",
    "add_number",
    "add_office_number",
    "add_partner",
    "add_rotation",
    "add_shift",
    "add_watcher",
    "agree_to_severity",
    "alert_on_call",
    "answer_cloud_consent",
    "answer_from_mail",
    "answer_manager_request",
    "answer_session",
    "answer_survey",
    "ask_for_cloud_consent",
    "ask_for_diagnostics",
    "ask_for_manager",
    "ask_for_session",
    "ask_manager_about_something_else",
    "asked_with",
    "assign_case",
    "attach_mail",
    "attach_to_draft",
    "begin_cloud_action",
    "begin_investigation",
    "begin_record_round",
    "begin_session",
    "begin_upload",
    "begin_viewing",
    "bind_events",
    "change_calendar_day",
    "change_colleague",
    "change_contact",
    "change_own_account",
    "change_partner",
    "change_staff",
    "change_view",
    "check_record",
    "choose_shortcuts",
    "claim_report",
    "clear_address",
    "close_case",
    "close_in_silence",
    "confirm_follow_up",
    "confirm_reminder",
    "confirm_workaround",
    "deactivate_colleague",
    "decide_charges",
    "decline_kept_request",
    "decline_severity",
    "delete_macro",
    "delete_view",
    "detach_from_draft",
    "discard_draft",
    "discard_policy_draft",
    "discard_upload",
    "dismiss_as_thanks",
    "dismiss_mail",
    "end_investigation",
    "end_oldest_logins",
    "end_other_logins",
    "end_plan",
    "end_rotation",
    "end_session",
    "end_token",
    "end_viewing",
    "erase_person",
    "erase_with",
    "extend_rotation",
    "fail_mail",
    "fail_reminder",
    "file_mail",
    "finish_uploads",
    "follow_up_survey",
    "forget_receipts",
    "forget_reports",
    "forget_upload",
    "forget_with",
    "hash_of_feed",
    "hash_of_invitation",
    "hold_closing",
    "import_case",
    "import_person",
    "invite_colleague",
    "join_by_invitation",
    "judge_charges",
    "keep_draft",
    "keep_macro",
    "keep_mail",
    "keep_numbers",
    "keep_piece",
    "keep_policy_draft",
    "keep_queue_look",
    "keep_report",
    "keep_request_from_mail",
    "keep_word_draft",
    "leave_case",
    "leave_receipt",
    "link_cases",
    "link_feature_request",
    "lodge_feature_request",
    "log_call",
    "log_case_by_phone",
    "log_case_from_mail",
    "log_follow_up_from_mail",
    "log_kept_request",
    "make_case_of_mail",
    "make_feed",
    "make_plan",
    "make_reminder",
    "make_token",
    "mark_resource_away",
    "mark_resource_back",
    "merge_case",
    "merge_feature_requests",
    "move_follow_up",
    "move_milestone",
    "move_promises_left_alone",
    "move_view",
    "name_technical_resource",
    "need_no_diagnostics",
    "note_account_change",
    "note_article_opened",
    "note_missed_search",
    "note_presence",
    "note_viewed_page",
    "propose_severity",
    "publish_article",
    "publish_consent_text",
    "publish_hours",
    "publish_policy",
    "put_mail",
    "reactivate_colleague",
    "record_breaches",
    "record_cloud_action_without_consent",
    "record_spoken_consent",
    "record_workaround",
    "redact_file",
    "redact_text",
    "release_closing",
    "remind_of_milestone",
    "remind_of_survey",
    "remove_lost_factors",
    "remove_office_number",
    "remove_shift",
    "remove_watcher",
    "reply_as_contact",
    "reply_as_specialist",
    "reply_from_mail",
    "require_second_factor",
    "revoke_feed",
    "save_view",
    "see_cloud_action",
    "set_feature_state",
    "set_ideas_address",
    "set_milestone_state",
    "set_milestone_waits",
    "set_skills",
    "set_up_site",
    "settle_difference",
    "settle_sign_on_refusal",
    "settle_triage",
    "sign_on",
    "stop_watching",
    "submit_case",
    "submit_or_keep",
    "swap_shift",
    "take_alert",
    "take_closing_back",
    "take_hours_back",
    "take_reply_back",
    "tell_of_trial",
    "token_of_feed",
    "undo_sign_on",
    "unlink_cases",
    "unpublish_article",
    "vote_on_article",
    "wake_on_commit",
    "warn_of_deadlines",
    "withdraw_cloud_consent",
    "withdraw_invitation",
    "withdraw_policy",
    "withdraw_severity_proposal",
    "workaround_failed",
    "write_article",
    "write_note",
]
