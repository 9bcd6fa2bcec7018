"""How well what is kept must be protected: five levels, what each demands, and of which each column is.

`docs/data.md` shows all of it. A new table belongs to no level until somebody puts it here. A new column is of the
level of its table, or the desk's own where contacts are told of the table (`contact_columns`), until somebody decides.
"""

from dataclasses import dataclass
from enum import StrEnum

from cases.contact_columns import TOLD, columns_told


class Level(StrEnum):
    """How much harm it does in the wrong hands, the least first."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PARTNER = "partner's"
    PERSONAL = "personal"
    SECRET = "secret"  # noqa: S105 - the name of a level


@dataclass(frozen=True)
class Demands:
    """What a level demands of whoever keeps or passes on what is of it."""

    holds: str
    kept: str
    read_by: str
    told: str
    logged: str
    ends: str


DEMANDS = {
    Level.PUBLIC: Demands(
        holds="hours, holidays, rules, telephone numbers: harmless to anybody",
        kept="as it is; versions are replaced, never rewritten",
        read_by="everybody",
        told="anywhere",
        logged="freely",
        ends="stays, as promises were made by it",
    ),
    Level.INTERNAL: Demands(
        holds="how the desk works: roster, notes, drafts, sorting, numbers",
        kept="as it is",
        read_by="staff, by role; partners what is published to them, such as articles",
        told="to tokens of staff; to others no key that is not on the list",
        logged="by number, no words",
        ends="with what it is about; drafts, looks and counts by themselves",
    ),
    Level.PARTNER: Demands(
        holds="what a partner asked, was told and was promised",
        kept="as it is; events are chained by digests that show every change",
        read_by="who may see the case (`visible_to`), and staff",
        told="to the partner's own tokens, webhooks and export, key by key from a list",
        logged="by reference and number, no words",
        ends="stays, as the record of promises; secrets in it and an erased person's words are removed on demand",
    ),
    Level.PERSONAL: Demands(
        holds="who somebody is, how to reach them, what they do with their account",
        kept="as it is; names in events stand beside them, so that they can be removed",
        read_by="themselves, people who work on the same case, who looks after them",
        told="in their own export, whole; to others the name alone, or what their role needs",
        logged="never; people are logged by number",
        ends="when they are erased, everywhere; sessions with their end",
    ),
    Level.SECRET: Demands(
        holds="what lets somebody in, or opens something",
        kept="as a digest, or encrypted; what must stand in the clear is named below, with why",
        read_by="nobody; told once to whoever made it",
        told="never again",
        logged="never; a pattern takes it out of any line",
        ends="with its use, its date, or a click of its owner",
    ),
}


class Kept(StrEnum):
    """How a secret is kept."""

    DIGEST = "digest"
    SEALED = "encrypted"
    BEGINNING = "its first characters alone, by which it is found"
    UNTIL_MAILED = "in the clear until its mail is written, seconds later; then empty"
    SIGNED = "in the clear: who reads it has the database; it ends with its session"
    UNUSED = "never filled"


# By table, each column that lets somebody in or opens something, and how it is kept.
SECRET: dict[str, dict[str, Kept]] = {
    "account.emailconfirmation": {"key": Kept.UNUSED},
    "cases.apitoken": {"digest": Kept.DIGEST, "token_key": Kept.BEGINNING},
    "cases.dispatch": {"secrets": Kept.UNTIL_MAILED},
    "cases.invitation": {"token_hash": Kept.DIGEST, "secret": Kept.UNTIL_MAILED},
    "cases.rosterfeed": {"token_hash": Kept.DIGEST},
    "cases.severityproposal": {"token_hash": Kept.DIGEST},
    "cases.survey": {"token_hash": Kept.DIGEST, "reminder_hash": Kept.DIGEST},
    "cases.user": {"password": Kept.DIGEST},
    "mfa.authenticator": {"data": Kept.SEALED},
    "notifications.alertchannel": {"address": Kept.SEALED},
    "notifications.webhook": {"secret": Kept.SEALED, "old_secret": Kept.SEALED},
    "sessions.session": {"session_key": Kept.SIGNED, "session_data": Kept.SIGNED},
    "socialaccount.socialapp": {"secret": Kept.UNUSED, "key": Kept.UNUSED, "settings": Kept.UNUSED},
    "socialaccount.socialtoken": {"token": Kept.UNUSED, "token_secret": Kept.UNUSED},
    "usersessions.usersession": {"session_key": Kept.SIGNED, "data": Kept.SIGNED},
}

# By table, the columns that say who somebody is, how to reach them, or what they do with their account.
PERSONAL: dict[str, str] = {
    "account.emailaddress": "user email verified primary",
    "admin.logentry": "object_repr change_message",
    "cases.accountnotice": "facts",
    "cases.apitoken": "user name scopes created expiry last_used_at",
    "cases.articleopened": "reader article opened_at",
    "cases.case": "contact_phone contact_email preferred_times preferred_method technical_resource",
    "cases.contactattempt": "number",
    "cases.incomingmail": "from_address from_name to_addresses",
    "cases.invitation": "email",
    "cases.mailaddress": "address words",
    "cases.phonenumber": "number label",
    "cases.signon": "issuer subject",
    "cases.user": "email name phone zone language uses_shortcuts is_active joined_at last_login erased_at",
    "mfa.authenticator": "user type created_at last_used_at",
    "notifications.alertchannel": "shown",
    "notifications.mailchoice": "person kind how",
    "notifications.mailtimes": "person quiet_from quiet_until quiet_days digest_at",
    "notifications.outgoingmail": "to_address subject body_text body_html",
    "sla.holidaychange": "changed_by_name",
    "sla.hourschange": "changed_by_name taken_back_by_name",
    "sla.policyversion": "published_by_name",
    "socialaccount.socialaccount": "user provider uid last_login date_joined extra_data",
    "usersessions.usersession": "user created_at last_seen_at ip user_agent",
}

# By table of partners, the columns that are the desk's own.
INTERNAL: dict[str, str] = {
    "cases.deadline": "warn_at used_percent warned_at",
    "cases.eventwords": "salt",
    "cases.investigation": "note",
    "cases.partner": "warned_of_trial_end told_of_trial_end last_case_number",
    "cases.survey": "remind_at follow_up followed_up_at followed_up_by",
    "notifications.webhookdelivery": "key attempt lease_until begun due_at ambiguous",
}

# Of which level the other columns are, of tables that name no contact.
_OTHERS: dict[Level, str] = {
    Level.PUBLIC: """
        cases.productarea cases.supportnumber sla.calendaredition sla.desk sla.holiday sla.holidaychange sla.hourschange
        sla.policyversion sla.shift sla.target
        """,
    Level.PARTNER: """
        cases.actionplan cases.chargereview cases.consenttext cases.deadline cases.diagnosticrequest cases.eventwords
        cases.investigation cases.managerrequest cases.partner cases.resourceabsence cases.survey cases.viewedpage
        notifications.webhookdelivery
        """,
    Level.INTERNAL: """
        account.emailconfirmation admin.logentry auth.group auth.permission cases.article cases.articleversion
        cases.caselink cases.contactattempt cases.desksettings cases.dispatch cases.featurechange cases.importedcase
        cases.keptnumbers cases.keptreport cases.macro cases.missedsearch cases.notice cases.oncallalert
        cases.partnerchange cases.policydraft cases.presence cases.recorddifference cases.recordround cases.rosterfeed
        cases.rostershift cases.rosterswap cases.rotation cases.rotationplace cases.savedview cases.signonlook
        cases.site cases.skill cases.staffchange cases.waitingepisode contenttypes.contenttype
        notifications.alertchannel notifications.heartbeat notifications.outgoingalert notifications.stuckevent
        notifications.warningstep sessions.session socialaccount.socialapp socialaccount.socialtoken
        """,
}
_LEVEL_OF_OTHERS = {table: level for level, tables in _OTHERS.items() for table in tables.split()}


def level_of(table: str, column: str) -> Level:
    """Return the level of a column.

    Raises:
        KeyError: nobody has said yet how well the table is to be protected.
    """
    if column in SECRET.get(table, {}):
        return Level.SECRET
    if column in PERSONAL.get(table, "").split():
        return Level.PERSONAL
    if column in INTERNAL.get(table, "").split():
        return Level.INTERNAL
    if table in TOLD:
        return Level.PARTNER if column in columns_told(table) else Level.INTERNAL
    return _LEVEL_OF_OTHERS[table]
