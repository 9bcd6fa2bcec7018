"""Whatever the pages do, the API does by the same actions; what it leaves out stands here with a reason."""

import inspect
import re
from pathlib import Path
from types import ModuleType

from cases import actions as of_cases
from notifications import actions as of_notifications

ROOT = Path(__file__).resolve().parents[2]

# By the reason why no operation of the API calls them.
LEFT_OUT = {
    "The timetable does it, and nobody asks for it.": """
        alert_on_call begin_record_round bind_events check_record claim_report close_in_silence confirm_reminder
        extend_rotation fail_reminder forget_receipts forget_reports
        forget_upload make_reminder record_breaches remind_of_milestone remind_of_survey tell_of_trial warn_of_deadlines
        """,
    "A mail is the request: the mailbox calls it.": """
        answer_from_mail fail_mail file_mail keep_mail keep_request_from_mail log_case_from_mail
        log_follow_up_from_mail put_mail reply_from_mail
        """,
    "It is no act by itself, but a part of others.": """
        erase_with forget_with hash_of_invitation leave_receipt submit_case wake_on_commit
        """,
    "It keeps what a person types or looks at in a browser; a program keeps its own.": """
        attach_to_draft choose_shortcuts detach_from_draft discard_draft discard_policy_draft keep_draft
        keep_policy_draft keep_queue_look keep_report keep_word_draft leave_case note_article_opened
        note_missed_search note_presence
        """,
    "It opens or ends a way into an account: a token that made tokens would outlive its own end.": """
        accept_invitation end_oldest_logins end_other_logins end_token join_by_invitation make_token
        note_account_change remove_lost_factors settle_sign_on_refusal sign_on undo_sign_on
        """,
    "It looks at the portal as somebody else: a token that stood for another person would be a hole.": """
        begin_viewing end_viewing note_viewed_page
        """,
    "It ends an alarm about the record itself: an administrator does it, who logged in and looked.": """
        settle_difference
        """,
    "It is done once, on the machine itself, when a site is set up or another system's cases are taken over.": """
        import_case import_person keep_numbers set_up_site
        """,
    "By the tus protocol, which the API answers as the pages do; a small file comes with `files/`.": """
        add_files begin_upload discard_upload keep_piece
        """,
    "It is done by the link in a mail, without login; with one, by what its owner chooses.": """
        turn_off_mails
        """,
}


def test_every_action_is_reached_or_left_out_for_a_reason() -> None:
    left_out = {name for names in LEFT_OUT.values() for name in names.split()}
    assert menu(of_cases) | menu(of_notifications) == called() | left_out
    assert not called() & left_out, "reached by now: take them off the list"


def menu(actions: ModuleType) -> set[str]:
    """Return the actions of a menu."""
    return {name for name in actions.__all__ if inspect.isfunction(inspect.unwrap(getattr(actions, name)))}


def called() -> set[str]:
    """Return the actions that the API calls."""
    sources = [*ROOT.glob("cases/api/*.py"), *ROOT.glob("notifications/api/*.py")]
    found = {name for source in sources for name in re.findall(r"\bactions\.(\w+)", source.read_text())}
    return found & (menu(of_cases) | menu(of_notifications))
