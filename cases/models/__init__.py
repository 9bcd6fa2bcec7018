"""Everything that is stored about partners, people and cases, by noun."""

from cases.models.attempts import ContactAttempt, WaitingEpisode
from cases.models.cases import Case, Channel, Closing, ContactMethod, Triage
from cases.models.consents import CloudAction, CloudConsent, ConsentText
from cases.models.conversation import Attachment, CaseDraft, Message, MessageKind
from cases.models.deadlines import INTERNAL_KINDS, Deadline, DeadlineEnd, DeadlineKind
from cases.models.diagnostics import DiagnosticRequest, Investigation, PartialUpload, RemoteSession
from cases.models.emergency import (
    AlertReason,
    ChargeDecision,
    ChargeReview,
    ChargeVerdict,
    OnCallAlert,
    ResourceAbsence,
)
from cases.models.events import CaseEvent, Dispatch, EventKind
from cases.models.people import Membership, MembershipRole, Partner, Plan, StaffRole, User
from cases.models.plans import ActionPlan, Milestone, MilestoneState, Workaround
from cases.models.severities import Decision, SeverityAgreement, SeverityProposal
from cases.models.surveys import Survey
from cases.models.texts import ProductArea, Site

__all__ = [
    "INTERNAL_KINDS",
    "ActionPlan",
    "AlertReason",
    "Attachment",
    "Case",
    "CaseDraft",
    "CaseEvent",
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
    "DiagnosticRequest",
    "Dispatch",
    "EventKind",
    "Investigation",
    "Membership",
    "MembershipRole",
    "Message",
    "MessageKind",
    "Milestone",
    "MilestoneState",
    "OnCallAlert",
    "PartialUpload",
    "Partner",
    "Plan",
    "ProductArea",
    "RemoteSession",
    "ResourceAbsence",
    "SeverityAgreement",
    "SeverityProposal",
    "Site",
    "StaffRole",
    "Survey",
    "Triage",
    "User",
    "WaitingEpisode",
    "Workaround",
]
