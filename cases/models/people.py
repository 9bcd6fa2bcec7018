"""Who is who: staff, partners, and the contacts who write for them."""

from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from sla.models import Desk


class StaffRole(models.TextChoices):
    """What a member of staff may do. A contact has none."""

    SPECIALIST = "specialist", _("Specialist")
    MANAGER = "manager", _("Manager")
    ADMINISTRATOR = "administrator", _("Administrator")


# What stands in the place of a name that was erased; pages say it in their reader's language.
FORMER_CONTACT = gettext_noop("a former contact")
FORMER_COLLEAGUE = gettext_noop("a former colleague")


class UserManager(BaseUserManager["User"]):
    """Creates people by mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person. Without a password nobody can log in as them until they set one by mail."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an administrator, for `manage.py createsuperuser`."""
        return self.create_user(email, password, staff_role=StaffRole.ADMINISTRATOR, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by mail address, whatever its case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):  # type: ignore[django-manager-missing] # the tokens of an untyped library
    """A person who logs in: staff by `staff_role`, or a contact by memberships in partners."""

    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("phone number"), max_length=40, blank=True)
    zone = models.CharField(
        _("time zone"),
        max_length=60,
        default="UTC",
        help_text=_("Times are shown in this zone, such as Australia/Perth."),
    )
    language = models.CharField(_("language"), max_length=10, default="en")
    # Whether single keys do something at the desk; whoever speaks to their computer turns them off (WCAG 2.1.4).
    uses_shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)
    staff_role = models.CharField(_("staff role"), max_length=20, choices=StaffRole, blank=True)
    desk = models.ForeignKey(Desk, models.PROTECT, verbose_name=_("desk"), null=True, blank=True, related_name="staff")
    is_active = models.BooleanField(_("may log in"), default=True)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)
    # Since when this is nobody any more: the name says a former what, and the address leads nowhere.
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [models.Index(fields=["phone"], name="person_by_phone", condition=~models.Q(phone=""))]
        constraints = [
            # Two accounts that differ by capitals alone would be one person with two histories.
            models.UniqueConstraint(Lower("email"), name="person_email_any_case"),
            models.CheckConstraint(
                condition=models.Q(staff_role__in=["", *StaffRole.values]), name="person_staff_role_known"
            ),
        ]

    def __str__(self) -> str:
        return gettext(self.name) if self.erased_at else self.name or self.email

    # Set by a read of the people around a case.
    membership: "Membership | None" = None

    @property
    def works_here(self) -> bool:
        """Whether this person is staff of any role."""
        return self.is_active and self.staff_role != ""

    @property
    def manages(self) -> bool:
        """Whether this person may see the manager's pages."""
        return self.is_active and self.staff_role in (StaffRole.MANAGER, StaffRole.ADMINISTRATOR)

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin lets this person in; only administrators."""
        return self.is_active and self.staff_role == StaffRole.ADMINISTRATOR

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Answer Django's admin: an administrator may do what the admin offers."""
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        """Answer Django's admin: an administrator sees every section."""
        return self.is_staff


class Plan(models.TextChoices):
    """What a partner pays for (P1.1)."""

    TRIAL = "trial", _("Free trial")
    PAID = "paid", _("Paid plan")
    LAPSED = "lapsed", _("Lapsed")


class Partner(models.Model):
    """A company that is supported under the policy."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    code = models.CharField(
        _("short code"),
        max_length=6,
        unique=True,
        validators=[RegexValidator(r"^[A-Z][A-Z0-9]{1,5}$", _("Two to six capital letters or digits, such as NWIT."))],
        help_text=_("Case references begin with it, such as NWIT-104."),
    )
    home_desk = models.ForeignKey(Desk, models.PROTECT, verbose_name=_("home desk"), related_name="partners")
    follows_the_sun = models.BooleanField(
        _("follows the sun"),
        default=False,
        help_text=_("Whether the hours of every desk count, not the home desk's alone."),
    )
    plan = models.CharField(_("plan"), max_length=10, choices=Plan, default=Plan.PAID)
    trial_ends_at = models.DateTimeField(_("trial ends"), null=True, blank=True)
    # The end of a trial that people were told of: before it, and when it came. Another end is told anew.
    warned_of_trial_end = models.DateTimeField(null=True, blank=True, editable=False)
    told_of_trial_end = models.DateTimeField(null=True, blank=True, editable=False)
    # Chosen by its administrators, of everybody who writes for it.
    needs_second_factor = models.BooleanField(
        _("needs a second factor"), default=False, db_default=False, editable=False
    )
    # Counted under a lock of this row, so references of a partner have no gaps.
    last_case_number = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        constraints = [
            models.CheckConstraint(condition=models.Q(plan__in=Plan.values), name="partner_plan_known"),
            models.CheckConstraint(
                condition=~models.Q(plan=Plan.TRIAL) | models.Q(trial_ends_at__isnull=False),
                name="partner_trial_has_an_end",
                violation_error_message=_("A trial needs the moment at which it ends."),
            ),
        ]
        indexes = [
            # Read by the sweep that tells of trials that end.
            models.Index(fields=["trial_ends_at"], name="partner_trials", condition=models.Q(plan=Plan.TRIAL)),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipRole(models.TextChoices):
    """What a contact may do for a partner."""

    CONTACT = "contact", _("Contact")
    ADMINISTRATOR = "administrator", _("Partner administrator")


class Membership(models.Model):
    """A person who writes for a partner. One person may write for several."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("person"), related_name="memberships"
    )
    partner = models.ForeignKey(Partner, models.CASCADE, verbose_name=_("partner"), related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=MembershipRole, default=MembershipRole.CONTACT)
    sees_all_cases = models.BooleanField(_("sees all cases of the partner"), default=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "partner"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=MembershipRole.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.partner})"
