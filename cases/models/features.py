"""What partners wish the product did (P10.1): requests, the cases that ask for them, and what became of them."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.models.people import Partner
from cases.querysets import FeatureRequestQuerySet


class FeatureState(models.TextChoices):
    """Where a request stands with the product team."""

    LODGED = "lodged", _("Lodged")
    REVIEWED = "reviewed", _("Under review")
    PLANNED = "planned", _("Planned")
    RELEASED = "released", _("Released")
    DECLINED = "declined", _("Declined")


class FeatureRequest(models.Model):
    """One wish. Its title is read by contacts of every partner that asks for it; the rest is for staff."""

    title = models.CharField(_("title"), max_length=200)
    # What P10.1 asks for: what it should do, where it is used, and what for.
    function = models.TextField(_("function"))
    application = models.TextField(_("application"), blank=True)
    use_case = models.TextField(_("use case"))
    state = models.CharField(_("state"), max_length=10, choices=FeatureState, default=FeatureState.LODGED)
    ideas_url = models.URLField(_("address in the Ideas Portal"), max_length=300, blank=True)
    lodged_at = models.DateTimeField(_("lodged"))
    lodged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # The request that goes on in this one's place. It never leads to a merged one: merging folds the whole row.
    merged_into = models.ForeignKey("self", models.PROTECT, related_name="merged", null=True, blank=True)

    objects = FeatureRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("feature request")
        verbose_name_plural = _("feature requests")
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=FeatureState.values), name="feature_state_known"),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True) | ~models.Q(merged_into=models.F("pk")),
                name="feature_not_merged_into_itself",
            ),
        ]
        indexes = [
            # The desk's list, newest first, without the merged ones.
            models.Index(
                fields=["-lodged_at", "-id"], name="feature_list", condition=models.Q(merged_into__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.title

    if TYPE_CHECKING:
        # What `querysets.with_counts` adds to each row.
        partners: int
        cases: int


class FeatureRequestCase(models.Model):
    """A case that asks for a feature. A case asks for one."""

    # The request that it was lodged as, and the one that it counts for since that was merged.
    lodged_as = models.ForeignKey(FeatureRequest, models.PROTECT, related_name="links_lodged")
    request = models.ForeignKey(FeatureRequest, models.PROTECT, related_name="links")
    case = models.OneToOneField(Case, models.PROTECT, related_name="feature_link")
    # The case's, so that partners are counted without the cases.
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(_("linked"))
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("case of a feature request")
        verbose_name_plural = _("cases of feature requests")

    def __str__(self) -> str:
        return f"{self.case_id}: {self.request_id}"


class FeatureChangeKind(models.TextChoices):
    """What can happen to a request."""

    LODGED = "lodged", _("lodged it")
    LINKED = "linked", _("linked a case")
    STATE_SET = "state_set", _("set the state")
    ADDRESS_SET = "address_set", _("set the address in the Ideas Portal")
    MERGED = "merged", _("merged another request into it")
    MERGED_AWAY = "merged_away", _("merged it into another request")


class FeatureChange(models.Model):
    """One act on a request: who, when, and in words what it became. Append-only."""

    request = models.ForeignKey(FeatureRequest, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=20, choices=FeatureChangeKind)
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("change of a feature request")
        verbose_name_plural = _("changes of feature requests")

    def __str__(self) -> str:
        return f"{self.request_id} {self.kind}"
