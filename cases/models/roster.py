"""Who works when: skills, shifts, on-call weeks, the rotations they come from, and swaps (P6.1, P4.1)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.texts import ProductArea
from sla.models import Desk


class Skill(models.Model):
    """A product area that a member of staff knows well."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("person"), related_name="skills")
    product_area = models.ForeignKey(
        ProductArea, models.CASCADE, verbose_name=_("product area"), related_name="skilled"
    )

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        constraints = [models.UniqueConstraint(fields=["user", "product_area"], name="skill_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.product_area_id}"


class RosterKind(models.TextChoices):
    """What somebody is rostered for."""

    SHIFT = "shift", _("On shift")
    ON_CALL = "on_call", _("On call")


class Rotation(models.Model):
    """People who take turns, week by week, from one handover to the next at a local time of the desk."""

    desk = models.ForeignKey(Desk, models.PROTECT, related_name="rotations")
    kind = models.CharField(max_length=10, choices=RosterKind)
    weekday = models.PositiveSmallIntegerField()
    hands_over_at = models.TimeField()
    starts_on = models.DateField()
    # The next turn that is not yet in the roster: its number, and when it begins.
    next_turn = models.PositiveIntegerField(default=0)
    next_turn_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    # The form's hidden key: the same form sent twice makes one rotation.
    submission_key = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        verbose_name = _("rotation")
        verbose_name_plural = _("rotations")
        constraints = [
            models.CheckConstraint(condition=models.Q(weekday__range=(0, 6)), name="rotation_weekday"),
            models.CheckConstraint(condition=models.Q(kind__in=RosterKind.values), name="rotation_kind_known"),
        ]
        indexes = [
            # Read by the sweep that puts the coming weeks into the roster.
            models.Index(fields=["next_turn_at"], name="rotation_to_go_on", condition=models.Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.kind} from {self.starts_on}"


class RotationPlace(models.Model):
    """Whose turn comes when in a rotation."""

    rotation = models.ForeignKey(Rotation, models.CASCADE, related_name="places")
    position = models.PositiveSmallIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("place in a rotation")
        verbose_name_plural = _("places in rotations")
        constraints = [models.UniqueConstraint(fields=["rotation", "position"], name="rotation_place_once")]

    def __str__(self) -> str:
        return f"{self.rotation_id}.{self.position}"


class RosterShift(models.Model):
    """A stretch of time in which somebody is on shift (while their desk is open) or on call (day and night)."""

    desk = models.ForeignKey(Desk, models.PROTECT, related_name="roster")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="roster")
    kind = models.CharField(max_length=10, choices=RosterKind)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    rotation = models.ForeignKey(Rotation, models.PROTECT, related_name="shifts", null=True, blank=True)
    turn = models.PositiveIntegerField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    # Taken off the roster: who, when, why. The row stays.
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    remove_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("shift of the roster")
        verbose_name_plural = _("shifts of the roster")
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=RosterKind.values), name="roster_kind_known"),
            models.CheckConstraint(
                condition=models.Q(starts_at__lt=models.F("ends_at")), name="roster_ends_after_start"
            ),
            models.UniqueConstraint(fields=["rotation", "turn"], name="roster_one_row_a_turn"),
            models.CheckConstraint(
                condition=models.Q(removed_at__isnull=True) | ~models.Q(remove_reason=""),
                name="roster_removed_with_a_reason",
            ),
        ]
        indexes = [
            # Who is on now, and the week view of a desk.
            models.Index(
                fields=["desk", "kind", "ends_at"], name="roster_on", condition=models.Q(removed_at__isnull=True)
            ),
            # "My shifts", and a person's feed.
            models.Index(fields=["person", "ends_at"], name="roster_mine", condition=models.Q(removed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.starts_at:%Y-%m-%d %H:%M}"


class RosterSwap(models.Model):
    """Somebody takes a shift instead of somebody else, with the reason. Rows are kept for ever."""

    shift = models.ForeignKey(RosterShift, models.PROTECT, related_name="swaps")
    gives = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    takes = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("swap")
        verbose_name_plural = _("swaps")
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="swap_has_a_reason")]

    def __str__(self) -> str:
        return f"{self.shift_id}: {self.gives_id} -> {self.takes_id}"


class RosterFeed(models.Model):
    """A secret address at which a calendar program reads a roster: a person's own, or a desk's."""

    token_hash = models.CharField(max_length=64, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="roster_feeds")
    # Whose roster it shows; none: the owner's own.
    desk = models.ForeignKey(Desk, models.CASCADE, related_name="roster_feeds", null=True, blank=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("roster feed")
        verbose_name_plural = _("roster feeds")
        constraints = [
            models.UniqueConstraint(
                fields=["owner"],
                condition=models.Q(revoked_at__isnull=True, desk__isnull=True),
                name="roster_feed_one_own",
            ),
            models.UniqueConstraint(
                fields=["owner", "desk"],
                condition=models.Q(revoked_at__isnull=True, desk__isnull=False),
                name="roster_feed_one_of_a_desk",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.desk_id or 'own'}"
