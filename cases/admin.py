"""Django's admin: people, partners' data, product areas and texts to edit; cases and whatever moves promises to read.

Cases change by actions alone, so the admin shows them as a queue in the desk's order, each row leading to the desk.
"""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.forms import AdminUserCreationForm, ReadOnlyPasswordHashField
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import ChoiceField, ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Membership, Partner, ProductArea, Site, SupportNumber, User
from cases.web.queue import VIEW_BY_KEY, VIEWS
from sla.models import Desk, Holiday, HolidayChange, HoursChange, PolicyVersion, Shift, Target

admin.site.site_header = _("Partner support: administration")
admin.site.site_title = _("Partner support")
# Roles stand in `User.staff_role` and memberships, the mail address in `User.email`; factors that were lost are removed
# on the manager's pages, for a reason.
admin.site.unregister([Group, EmailAddress, SocialAccount, SocialApp, SocialToken, Authenticator, UserSession])
admin.site.index_title = _("People, partners and texts")


class ReadOnly:
    """What the admin shows and does not change."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to add."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to delete."""
        return False


@cache
def _zones() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(available_timezones())]


def zone_field() -> ChoiceField:
    """Return a field for a zone that exists: every page and every mail is written in its reader's."""
    return ChoiceField(label=_("Time zone"), choices=_zones, initial="UTC")


class PersonForm(ModelForm[User]):
    """A person without their password, which is set by mail or by `changepassword`."""

    zone = zone_field()
    password = ReadOnlyPasswordHashField(label=_("Password"))

    class Meta:
        model = User
        fields = ["email", "name", "phone", "zone", "language", "staff_role", "desk", "is_active"]


class NewPersonForm(AdminUserCreationForm[User]):
    """A new person. Without a usable password they set one by "Forgot password"."""

    zone = zone_field()

    class Meta:
        model = User
        fields = ("email", "name", "zone", "staff_role", "desk")


class MembershipInline(admin.TabularInline[Membership, User]):
    """The partners a person writes for."""

    model = Membership
    extra = 0


class ContactInline(admin.TabularInline[Membership, Partner]):
    """The people of a partner."""

    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(User)
class PersonAdmin(admin.ModelAdmin[User]):
    """People. They are deactivated, or erased on the manager's pages, not deleted: the record refers to them."""

    form = PersonForm
    list_display = ("email", "name", "staff_role", "desk", "is_active")
    list_filter = ("staff_role", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    inlines = (MembershipInline,)

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Ask for a password only when a person is added."""
        if obj is None:
            kwargs["form"] = NewPersonForm
        return super().get_form(request, obj, change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Leave role and desk of staff to the page of policy and people, where a change goes on the record."""
        return () if obj is None or not obj.staff_role else ("staff_role", "desk")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Refuse to make somebody again of a person who was erased."""
        return super().has_change_permission(request, obj) and (obj is None or obj.erased_at is None)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Refuse to delete: the record names them."""
        return False


@admin.register(Partner)
class PartnerAdmin(admin.ModelAdmin[Partner]):
    """Partners with their plan and home desk. Moving one changes new promises, never those made."""

    list_display = ("name", "code", "plan", "trial_ends_at", "home_desk", "follows_the_sun")
    list_filter = ("plan", "home_desk", "follows_the_sun")
    search_fields = ("name", "code")
    ordering = ("name",)
    inlines = (ContactInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Partner | None = None) -> tuple[str, ...]:
        """Keep the short code once it is given, and what moves promises: that is changed on the manager's pages."""
        moves = ("plan", "trial_ends_at", "home_desk", "follows_the_sun")
        return () if obj is None else ("code", *moves)

    def has_delete_permission(self, request: HttpRequest, obj: Partner | None = None) -> bool:
        """Refuse to delete: cases stay."""
        return False


@admin.register(ProductArea)
class ProductAreaAdmin(admin.ModelAdmin[ProductArea]):
    """Product areas with their scope hints."""

    list_display = ("name", "in_scope", "position")
    ordering = ("position", "name")


@admin.register(SupportNumber)
class SupportNumberAdmin(admin.ModelAdmin[SupportNumber]):
    """The numbers on the contact page (P13.1). While there is none, the policy's own are shown."""

    list_display = ("region", "shown_as", "number", "is_toll_free", "desk", "position")
    ordering = ("position", "id")


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin[Site]):
    """The site's name and sender."""

    list_display = ("name", "mail_from")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow the one row there can be."""
        return not Site.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Site | None = None) -> bool:
        """Refuse to delete the one row."""
        return False


class InView(admin.SimpleListFilter):
    """The views of the desk's queue."""

    title = _("view")
    parameter_name = "view"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the same views as the desk."""
        return [(view.key, view.name) for view in VIEWS]

    def choices(self, changelist: Any) -> Any:
        """Offer the views alone: open cases are what is shown when none is chosen."""
        everything, *views = super().choices(changelist)
        if everything["selected"]:
            views[0]["selected"] = True
        yield from views

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what the chosen view keeps; open cases when none is chosen."""
        view = VIEW_BY_KEY.get(self.value() or "", VIEWS[0])
        return view.narrow(queryset, request.user, request.now)  # type: ignore[arg-type, attr-defined] # set by middleware


@admin.register(Case)
class CaseAdmin(ReadOnly, admin.ModelAdmin[Case]):
    """Cases as a read-only queue, in the desk's order and with its filters. Each row leads to the desk's page."""

    list_display = ("at_the_desk", "title", "partner", "severity", "status", "assignee", "next_due_at")
    list_display_links = None
    list_filter = (InView, "severity", "desk")
    search_fields = ("reference", "title", "partner__name", "contact__name", "contact__email")
    list_select_related = ("partner", "assignee")
    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        """Return cases in the order of the queue."""
        return Case.objects.visible_to(request.user).in_queue_order()  # type: ignore[arg-type] # nobody anonymous gets here

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Leave the order to the queryset."""
        return ()

    @admin.display(description=_("case"))
    def at_the_desk(self, case: Case) -> str:
        """Link to the desk's page of the case."""
        return format_html('<a href="{}">{}</a>', reverse("desk_case", args=[case.reference]), case.reference)


class ShiftInline(ReadOnly, admin.TabularInline[Shift, Desk]):
    """A desk's hours."""

    model = Shift


@admin.register(Desk)
class DeskAdmin(ReadOnly, admin.ModelAdmin[Desk]):
    """Desks. What moves promises is edited on the manager's pages."""

    list_display = ("name", "code", "zone")
    inlines = (ShiftInline,)


@admin.register(Holiday)
class HolidayAdmin(ReadOnly, admin.ModelAdmin[Holiday]):
    """Holidays in force."""

    list_display = ("on", "name", "desk", "source")
    list_filter = ("desk",)
    ordering = ("-on",)


@admin.register(HoursChange)
class HoursChangeAdmin(ReadOnly, admin.ModelAdmin[HoursChange]):
    """Weekly hours that a manager published for a day, and took back."""

    list_display = ("since", "desk", "hours", "reason", "changed_by_name", "changed_at", "taken_back_at")
    ordering = ("-since",)


@admin.register(HolidayChange)
class HolidayChangeAdmin(ReadOnly, admin.ModelAdmin[HolidayChange]):
    """Single days that a manager added or removed."""

    list_display = ("on", "desk", "closed", "reason", "changed_by_name", "changed_at")
    ordering = ("-on",)


class TargetInline(ReadOnly, admin.TabularInline[Target, PolicyVersion]):
    """The severities and targets of a policy version."""

    model = Target


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnly, admin.ModelAdmin[PolicyVersion]):
    """Policy versions with their targets."""

    list_display = ("name", "effective_on")
    inlines = (TargetInline,)
