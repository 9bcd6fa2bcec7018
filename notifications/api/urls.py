"""Addresses of the API for webhooks."""

from django.urls import path

from notifications.api import webhooks

urlpatterns = [
    path("webhooks/", webhooks.Webhooks.as_view()),
    path("webhooks/<int:webhook_id>/", webhooks.OneWebhook.as_view()),
    path("webhooks/<int:webhook_id>/secret/", webhooks.Secret.as_view()),
    path("webhooks/<int:webhook_id>/test/", webhooks.Test.as_view()),
    path("webhooks/<int:webhook_id>/deliveries/", webhooks.Deliveries.as_view()),
    path("webhooks/<int:webhook_id>/deliveries/<int:delivery_id>/again/", webhooks.Again.as_view()),
]
