"""What a case is logged as: the severities in force, and the areas of the product with their scope (P2.1, P1.4)."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.pagination import ListView, Pages
from cases.api.views import moment
from cases.models import ProductArea
from sla import store
from sla.models import Target


class SeveritySerializer(serializers.ModelSerializer[Target]):
    """A severity, and what is promised for it."""

    update_unit = serializers.ChoiceField(choices=Target.UpdateUnit.choices)

    class Meta:
        model = Target
        fields = (
            "severity",
            "name",
            "definition",
            "examples",
            "respond_within_minutes",
            "update_every",
            "update_unit",
            "round_the_clock",
        )
        read_only_fields = fields


class BySeverity(Pages):
    """The worst first."""

    page_size = 10
    ordering = ("severity",)


class Severities(ListView):
    """The severities."""

    pagination_class = BySeverity

    @extend_schema(operation_id="list_severities", responses=SeveritySerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the severities of the policy in force, with what is promised for each (P2.1)."""
        return self.page(request, store.policy_in_force(moment(request)).targets.all(), SeveritySerializer)


class ProductAreaSerializer(serializers.ModelSerializer[ProductArea]):
    """A part of the product, and whether it is in scope (P1.4)."""

    class Meta:
        model = ProductArea
        fields = ("name", "in_scope", "scope_hint", "referral")
        read_only_fields = fields


class ByPosition(Pages):
    """As forms show them."""

    page_size = 100
    ordering = ("position", "name")


class ProductAreas(ListView):
    """The areas of the product."""

    pagination_class = ByPosition

    @extend_schema(operation_id="list_product_areas", responses=ProductAreaSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the areas of the product that a case may be about."""
        return self.page(request, ProductArea.objects.all(), ProductAreaSerializer)
