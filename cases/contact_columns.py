"""What a contact is told of each table that names them. Whatever else stands there is the desk's own.

A table or a column that comes new is told to no contact until somebody puts it here; a test finds it.
"""

# By table, the columns that are told.
TOLD: dict[str, str] = {
    # The account and its keys.
    "account.emailaddress": "user email verified primary",
    "cases.accountnotice": "person change at facts",
    "cases.apitoken": "user name scopes created expiry last_used_at",
    "cases.signon": "person issuer subject bound_at undone_at",
    "cases.signonrefusal": "person issuer first_at last_at",
    "cases.user": "email name phone zone language uses_shortcuts is_active joined_at last_login erased_at",
    "mfa.authenticator": "user type created_at last_used_at",
    "socialaccount.socialaccount": "user provider uid last_login date_joined extra_data",
    "usersessions.usersession": "user created_at last_seen_at ip user_agent",
    # The company.
    "cases.factorremoval": "person removed_by removed_at made_sure tokens_ended feeds_ended",
    "cases.invitation": """partner email role sees_all_cases language zone invited_by invited_at expires_at
        accepted_by accepted_at withdrawn_at""",
    "cases.membership": "user partner role sees_all_cases is_active",
    "cases.membershipchange": "membership changed_by changed_at before after",
    "cases.phonenumber": "user partner number label added_by added_at",
    "cases.viewing": "viewer person partner because began_at ends_at ended_at",
    "notifications.webhook": "made_by partner name url kinds is_active made_at removed_at last_ok_at failing_since",
    # Cases, and what the person did in them.
    "cases.attachment": "id case message name size content_type unseen uploaded_by uploaded_at",
    "cases.case": """reference partner desk channel follow_up_of title product_area explanation effect error_messages
        steps_to_reproduce known_workarounds contact contact_phone contact_email preferred_times preferred_method
        technical_resource charge_words charges_accepted_at perceived_severity severity status assignee logged_by
        logged_at first_response_at closed_at last_event_at""",
    "cases.casedraft": "user follow_up_of fields saved_at",
    "cases.caseevent": "case number kind at side actor",
    "cases.closing": "case outcome explanation detail notice closed_by closed_at",
    "cases.cloudaction": "case action began_at without_consent_because seen_by seen_at",
    "cases.cloudconsent": "case text action asked_by asked_at given answered_by answered_at withdrawn_by withdrawn_at",
    "cases.featurerequest": "title function application use_case state ideas_url lodged_by lodged_at",
    "cases.featurerequestcase": "case partner linked_by linked_at",
    "cases.incomingmail": """id case message received_at sender from_address from_name to_addresses subject whole_text
        said refused_files""",
    "cases.keptrequest": """partner contact channel details severity charge_words follow_up_of asked_at decision
        decided_at word case""",
    "cases.managerrequestword": "request said_by words said_at",
    "cases.message": "id case kind author channel body said_at",
    "cases.milestone": "plan title side owner due_on due_at state settled_at",
    "cases.partialupload": "user case name size received began_at last_piece_at",
    "cases.receipt": "actor key case made made_at status_code answer",
    "cases.redaction": "case at by reason",
    "cases.remotesession": """case purpose words asked_by asked_at consented_by consented_at declined_by declined_at
        answer began_at ended_at result""",
    "cases.severityagreement": "case severity proposal contact specialist agreed_at",
    "cases.severityproposal": """id case side from_severity severity definition reason made_at proposed_by
        technical_resource charge_words charges_accepted_at decision decided_by decided_at answer""",
    "cases.watcher": "case user added_by added_at",
    "cases.worddraft": "user case kind body saved_at",
    "cases.workaround": "case words in_place_at confirmed_by confirmed_at failed_by failed_at failure",
    # Mail, and what they read.
    "cases.articleopened": "article reader opened_at",
    "cases.articlevote": "article voter helped word voted_at",
    "cases.mailaddress": "address bounced_at code words bounces stopped_at",
    "notifications.mailchoice": "person kind how",
    "notifications.mailtimes": "person quiet_from quiet_until quiet_days digest_at",
    "notifications.outgoingmail": """recipient to_address kind case subject body_text body_html message_id made_at
        sent_at""",
    # What became of it all.
    "cases.erasure": "person at words_too",
}


def columns_told(table: str) -> frozenset[str]:
    """Return the columns of a table that a contact is told; none of a table that is not theirs to read."""
    return frozenset(TOLD.get(table, "").split())
