"""Addresses of the API."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from cases.api import callers, cases, files, promises, severity

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("cases/", cases.Cases.as_view()),
    path("cases/<str:reference>/", cases.OneCase.as_view()),
    path("cases/<str:reference>/messages/", cases.Messages.as_view()),
    path("cases/<str:reference>/events/", cases.Events.as_view()),
    path("cases/<str:reference>/files/", cases.Files.as_view()),
    path("cases/<str:reference>/calls/", cases.Calls.as_view()),
    path("cases/<str:reference>/closings/", cases.Closings.as_view()),
    path("cases/<str:reference>/deadlines/", promises.Deadlines.as_view()),
    path("cases/<str:reference>/severity-proposals/", severity.Proposals.as_view()),
    path("cases/<str:reference>/severity-proposals/<int:proposal_id>/agreement/", severity.Agreement.as_view()),
    path("cases/<str:reference>/severity-proposals/<int:proposal_id>/refusal/", severity.Refusal.as_view()),
    path("cases/<str:reference>/severity-proposals/<int:proposal_id>/withdrawal/", severity.Withdrawal.as_view()),
    path("files/<int:attachment_id>/", files.OneFile.as_view()),
    path("callers/", callers.Callers.as_view()),
    path("due/", promises.Quote.as_view()),
]
