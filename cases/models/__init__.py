"""Everything that is stored about partners, people and cases, by noun."""

from cases.models.attempts import ContactAttempt, WaitingEpisode
from cases.models.cases import Case, Channel, Closing, ContactMethod
from cases.models.conversation import Attachment, CaseDraft, Message, MessageKind
from cases.models.deadlines import Deadline, DeadlineEnd, DeadlineKind
from cases.models.events import CaseEvent, Dispatch, EventKind
from cases.models.people import Membership, MembershipRole, Partner, Plan, StaffRole, User
from cases.models.surveys import Survey
from cases.models.texts import ProductArea, Site

__all__ = [
    "Attachment",
    "Case",
    "CaseDraft",
    "CaseEvent",
    "Channel",
    "Closing",
    "ContactAttempt",
    "ContactMethod",
    "Deadline",
    "DeadlineEnd",
    "DeadlineKind",
    "Dispatch",
    "EventKind",
    "Membership",
    "MembershipRole",
    "Message",
    "MessageKind",
    "Partner",
    "Plan",
    "ProductArea",
    "Site",
    "StaffRole",
    "Survey",
    "User",
    "WaitingEpisode",
]
