"""Consent to the possible cost of work in a public cloud (P12.1)."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# Version 1: both halves of section 12, in the first person of whoever agrees.
CLOUD_CONSENT_WORDS = _(
    "Work on this case may need actions in a public cloud that we use, such as uploading or downloading data. The "
    "cloud provider may charge us for them. By agreeing I confirm that I was told clearly of these possible charges "
    "before the work began, and I consent to it. Probax is not liable for extra costs, nor for harm that may arise "
    "from following the suggested troubleshooting."
)


class ConsentGap(TextChoices):
    """Why work in a public cloud may not begin. The words say what to do."""

    NEVER_ASKED = (
        "never_asked",
        _("Nobody asked the contact for consent yet. Ask first; the work may begin once they agree."),
    )
    UNANSWERED = "unanswered", _("The contact has not answered yet. The work may begin once they agree.")
    DECLINED = "declined", _("The contact declined, so the work may not begin. Talk it over, then ask again.")
    WITHDRAWN = "withdrawn", _("The contact withdrew their consent, so no further work may begin. Ask again.")
    OLD_WORDS = "old_words", _("The consent was given to older words. Ask again, with the words of today.")


@dataclass(frozen=True)
class ConsentAsked:
    """What became of one request for consent, and to which version of the words."""

    version: int
    given: bool | None
    withdrawn: bool


def consent_gap(newest: ConsentAsked | None, version_in_force: int) -> ConsentGap | None:
    """Return what stands between a case and work in a public cloud; None when consent is in force (P12.1).

    `newest` is the newest request. A consent holds for all work of the case until it is withdrawn, or until the words
    change.
    """
    if newest is None:
        return ConsentGap.NEVER_ASKED
    if newest.given is None:
        return ConsentGap.UNANSWERED
    if not newest.given:
        return ConsentGap.DECLINED
    if newest.withdrawn:
        return ConsentGap.WITHDRAWN
    return ConsentGap.OLD_WORDS if newest.version < version_in_force else None
