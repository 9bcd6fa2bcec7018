"""One of the staff: which role and which desk they have, and who gave it to them."""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from cases import actions
from cases.models import StaffRole, User
from cases.rules import RuleBroken
from cases.web.request import PortalRequest, manager_page
from sla.models import Desk

WORDS_OF_ROLES = {
    StaffRole.SPECIALIST: _lazy("Works on cases at the desk."),
    StaffRole.MANAGER: _lazy("That, and the manager’s pages: promises, calendar, policy, partners, charges."),  # noqa: RUF001
    StaffRole.ADMINISTRATOR: _lazy("All of it, and the accounts, channels and settings of this portal."),
}


class StaffForm(forms.Form):
    """A role, given by administrators alone, and a desk."""

    role = forms.ChoiceField(label=_lazy("Role"), choices=StaffRole, widget=forms.RadioSelect)
    desk = forms.ModelChoiceField(
        label=_lazy("Desk"),
        queryset=Desk.objects.order_by("name"),
        required=False,
        empty_label=_lazy("No desk of their own"),
        help_text=_lazy("Whose cases and shifts they are offered first."),
    )
    expected = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, person: User, data: QueryDict | None, *, gives_roles: bool) -> None:
        initial = {"role": person.staff_role, "desk": person.desk_id, "expected": person.staff_role}
        super().__init__(data, initial=initial)
        if not gives_roles:
            del self.fields["role"]


@manager_page
@require_http_methods(["GET", "POST"])
def person(request: PortalRequest, person_id: int) -> HttpResponseBase:
    """Show the role and desk of one of the staff, and change them."""
    staff = User.objects.filter(is_active=True).exclude(staff_role="").select_related("desk")
    found = get_object_or_404(staff, pk=person_id)
    form = StaffForm(found, request.POST or None, gives_roles=request.user.is_staff)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        desk = cast("Desk | None", said["desk"])
        try:
            actions.change_staff(
                person_id=found.pk,
                role=said.get("role", found.staff_role),
                desk_id=None if desk is None else desk.pk,
                expected_role=said["expected"],
                actor=request.user,
                now=request.now,
            )
        except RuleBroken as broken:
            form.add_error(None, str(broken.message))
        else:
            messages.success(request, _("Role and desk of %(person)s are as you said.") % {"person": found})
            return redirect("manager_policy")
    changes = found.staff_changes.select_related("changed_by", "desk", "desk_before").order_by("-pk")
    context = {"person": found, "form": form, "roles": WORDS_OF_ROLES.items(), "changes": changes[:50]}
    return render(request, "cases/manager/staff.html", context, status=422 if form.errors else 200)
