"""Everything that is stored about partners, people and cases, by noun."""

from cases.models.accounts import AccountChange, AccountNotice
from cases.models.api import ApiToken, Receipt, Scope
from cases.models.articles import Article, ArticleOpened, ArticleVersion, ArticleVote, MissedSearch
from cases.models.attempts import ContactAttempt, WaitingEpisode
from cases.models.cases import Case, Channel, Closing, ContactMethod, Triage
from cases.models.consents import CloudAction, CloudConsent, ConsentText
from cases.models.conversation import Attachment, CaseDraft, Message, MessageKind
from cases.models.deadlines import INTERNAL_KINDS, Deadline, DeadlineEnd, DeadlineKind
from cases.models.desk_work import DeskSettings, Presence, SavedView, WordDraft
from cases.models.diagnostics import DiagnosticRequest, Investigation, PartialUpload, RemoteSession
from cases.models.emergency import (
    AlertReason,
    ChargeDecision,
    ChargeReview,
    ChargeVerdict,
    OnCallAlert,
    ResourceAbsence,
)
from cases.models.entitlement import KeptRequest, PartnerChange, RequestDecision
from cases.models.events import CaseEvent, Dispatch, EventKind, EventWords
from cases.models.factors import FactorRemoval
from cases.models.features import (
    FeatureChange,
    FeatureChangeKind,
    FeatureRequest,
    FeatureRequestCase,
    FeatureState,
)
from cases.models.imports import ImportedCase
from cases.models.incoming import TO_SORT, IncomingMail, MailAddress, MailFate, MailReason
from cases.models.invitations import Invitation, MembershipChange
from cases.models.kept import KeptNumbers, KeptReport
from cases.models.links import CaseLink
from cases.models.macros import Macro
from cases.models.manager_requests import ManagerRequest, ManagerRequestWord
from cases.models.notices import Notice, NoticeKind
from cases.models.people import Membership, MembershipRole, Partner, Plan, StaffRole, User
from cases.models.phone import PhoneNumber, SupportNumber
from cases.models.plans import ActionPlan, Milestone, MilestoneState, Workaround
from cases.models.privacy import Erasure
from cases.models.record_checks import RecordDifference, RecordRound
from cases.models.redactions import Redaction
from cases.models.roster import RosterFeed, RosterKind, RosterShift, RosterSwap, Rotation, RotationPlace, Skill
from cases.models.severities import Decision, SeverityAgreement, SeverityProposal
from cases.models.sign_on import SignOn, SignOnLook, SignOnRefusal
from cases.models.staff import PolicyDraft, StaffChange
from cases.models.surveys import Survey
from cases.models.texts import ProductArea, Site
from cases.models.viewings import ViewedPage, Viewing
from cases.models.watchers import Watcher

__all__ = [
    "INTERNAL_KINDS",
    "TO_SORT",
    "AccountChange",
    "AccountNotice",
    "ActionPlan",
    "AlertReason",
    "ApiToken",
    "Article",
    "ArticleOpened",
    "ArticleVersion",
    "ArticleVote",
    "Attachment",
    "Case",
    "CaseDraft",
    "CaseEvent",
    "CaseLink",
    "Channel",
    "ChargeDecision",
    "ChargeReview",
    "ChargeVerdict",
    "Closing",
    "CloudAction",
    "CloudConsent",
    "ConsentText",
    "ContactAttempt",
    "ContactMethod",
    "Deadline",
    "DeadlineEnd",
    "DeadlineKind",
    "Decision",
    "DeskSettings",
    "DiagnosticRequest",
    "Dispatch",
    "Erasure",
    "EventKind",
    "EventWords",
    "FactorRemoval",
    "FeatureChange",
    "FeatureChangeKind",
    "FeatureRequest",
    "FeatureRequestCase",
    "FeatureState",
    "ImportedCase",
    "IncomingMail",
    "Investigation",
    "Invitation",
    "KeptNumbers",
    "KeptReport",
    "KeptRequest",
    "Macro",
    "MailAddress",
    "MailFate",
    "MailReason",
    "ManagerRequest",
    "ManagerRequestWord",
    "Membership",
    "MembershipChange",
    "MembershipRole",
    "Message",
    "MessageKind",
    "Milestone",
    "MilestoneState",
    "MissedSearch",
    "Notice",
    "NoticeKind",
    "OnCallAlert",
    "PartialUpload",
    "Partner",
    "PartnerChange",
    "PhoneNumber",
    "Plan",
    "PolicyDraft",
    "Presence",
    "ProductArea",
    "Receipt",
    "RecordDifference",
    "RecordRound",
    "Redaction",
    "RemoteSession",
    "RequestDecision",
    "ResourceAbsence",
    "RosterFeed",
    "RosterKind",
    "RosterShift",
    "RosterSwap",
    "Rotation",
    "RotationPlace",
    "SavedView",
    "Scope",
    "SeverityAgreement",
    "SeverityProposal",
    "SignOn",
    "SignOnLook",
    "SignOnRefusal",
    "Site",
    "Skill",
    "StaffChange",
    "StaffRole",
    "SupportNumber",
    "Survey",
    "Triage",
    "User",
    "ViewedPage",
    "Viewing",
    "WaitingEpisode",
    "Watcher",
    "WordDraft",
    "Workaround",
]
