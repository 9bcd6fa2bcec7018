"""Who hears of a case, on its page: its contact, and whoever watches it."""

from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Case, MembershipRole, User
from cases.templatetags.blanks import Blank
from cases.web.request import PortalRequest


class PersonForm(forms.Form):
    """One person, chosen from those offered. Whether they may is the action's to say."""

    person = forms.ModelChoiceField(
        label=_("Who?"), queryset=User.objects.none(), error_messages={"required": _("Choose somebody.")}
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[User]", self.fields["person"]).queryset = people


class ContactForm(PersonForm):
    """Whose case it is from now on. `expected` is whom the page showed."""

    expected = forms.IntegerField(required=False, widget=forms.HiddenInput)


def colleagues_of(case: Case) -> QuerySet[User]:
    """Return the people who write for the case's partner."""
    members = User.objects.filter(memberships__partner=case.partner_id, memberships__is_active=True)
    return members.filter(is_active=True, staff_role="").order_by("name", "pk")


def who_could_watch(case: Case, reader: User) -> QuerySet[User]:
    """Return whom `reader` may choose: colleagues who see the case; staff may choose staff too."""
    seeing = colleagues_of(case).filter(memberships__sees_all_cases=True).exclude(pk=case.contact_id)
    if not reader.works_here:
        return seeing.distinct()
    staff = User.objects.filter(is_active=True).exclude(staff_role="")
    return User.objects.filter(Q(pk__in=seeing.values("pk")) | Q(pk__in=staff.values("pk"))).order_by("name", "pk")


def panel(case: Case, request: PortalRequest) -> dict[str, Any]:
    """Return who watches, as far as the reader may know, and the forms."""
    watchers = [watcher for watcher in case.watchers.all() if request.user.works_here or not watcher.user.works_here]
    others = [one for one in case.people if not one.works_here and one.pk != case.contact_id]
    seeing = [one for one in others if one.membership and one.membership.sees_all_cases]
    staff = [one for one in case.people if one.works_here and request.user.works_here]
    nobody, expected = User.objects.none(), {"expected": case.contact_id}
    return {
        "watchers": watchers,
        "i_watch": any(watcher.user_id == request.user.pk for watcher in watchers),
        "watch_form": Blank(PersonForm, people=nobody, auto_id="watch_%s", offers={"person": [*seeing, *staff]}),
        "contact_form": Blank(
            ContactForm, people=nobody, auto_id="contact_%s", initial=expected, offers={"person": others}
        ),
        "may_change_contact": bool(others) and _may_change_contact(case, request.user),
    }


def _may_change_contact(case: Case, reader: User) -> bool:
    if reader.works_here or reader.pk == case.contact_id:
        return True
    own = next((one.membership for one in case.people if one.pk == reader.pk), None)
    return own is not None and own.role == MembershipRole.ADMINISTRATOR
