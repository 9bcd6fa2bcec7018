"""One function for each e-mail: whom it goes to and what it says. Its words stand in `templates/emails/<kind>/`."""

from notifications.messages.to_contacts import (
    case_closed,
    case_received,
    closing_taken_back,
    promise_moved,
    reminder,
    specialist_replied,
)
from notifications.messages.to_staff import (
    contact_replied,
    low_score,
    promise_at_risk,
    promise_missed,
    severity_1_logged,
)

__all__ = [
    "case_closed",
    "case_received",
    "closing_taken_back",
    "contact_replied",
    "low_score",
    "promise_at_risk",
    "promise_missed",
    "promise_moved",
    "reminder",
    "severity_1_logged",
    "specialist_replied",
]
