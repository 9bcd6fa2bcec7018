"""The mail about a webhook that was switched off because it took nothing for days."""

from datetime import datetime

from django.urls import reverse

from cases.models import Partner, User
from notifications import recipients
from notifications.letters import Letter, address
from notifications.models import MailKind, Webhook

# How such a letter names what it is about.
ABOUT_WEBHOOK = "webhook."


def webhook_off(hook: Webhook, now: datetime) -> list[Letter]:
    """Tell whoever looks after the system: the partner's administrators, or our managers."""
    partner = hook.partner
    if partner is None:
        url = reverse("manager_webhook", kwargs={"webhook_id": hook.pk})
    else:
        url = reverse("company_webhook", kwargs={"code": partner.code, "webhook_id": hook.pk})
    content = {"webhook": hook, "url": address(url)}
    about = f"{ABOUT_WEBHOOK}{hook.pk}.{int(now.timestamp())}"
    return [
        Letter(MailKind.WEBHOOK_OFF, person, content=content, about=about, partner=partner)
        for person in owners_of(partner)
    ]


def owners_of(partner: Partner | None) -> list[User]:
    """Return who looks after the systems of a partner, or ours."""
    return recipients.managers() if partner is None else recipients.leading(partner)
