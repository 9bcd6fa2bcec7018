"""Addresses of the API for webhooks and the outbox."""

from django.urls import path

from notifications.api import mails, webhooks

urlpatterns = [
    path("mails/", mails.Mails.as_view()),
    path("mails/<int:mail_id>/again/", mails.MailAgain.as_view()),
    path("webhooks/", webhooks.Webhooks.as_view()),
    path("webhooks/<int:webhook_id>/", webhooks.OneWebhook.as_view()),
    path("webhooks/<int:webhook_id>/secret/", webhooks.Secret.as_view()),
    path("webhooks/<int:webhook_id>/test/", webhooks.Test.as_view()),
    path("webhooks/<int:webhook_id>/deliveries/", webhooks.Deliveries.as_view()),
    path("webhooks/<int:webhook_id>/deliveries/<int:delivery_id>/again/", webhooks.Again.as_view()),
]
