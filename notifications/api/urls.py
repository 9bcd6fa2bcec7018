"""Addresses of the API for mails, alerts and webhooks."""

from django.urls import path

from notifications.api import channels, mails, preferences, warnings, webhooks

urlpatterns = [
    path("mail-preferences/", preferences.MailPreferences.as_view()),
    path("warnings/", warnings.Warnings.as_view()),
    path("alert-channels/", channels.Channels.as_view()),
    path("alert-channels/<int:channel_id>/", channels.OneChannel.as_view()),
    path("alert-channels/<int:channel_id>/test/", channels.ChannelTest.as_view()),
    path("alert-channels/<int:channel_id>/alerts/", channels.Alerts.as_view()),
    path("alert-channels/<int:channel_id>/alerts/<int:alert_id>/again/", channels.AlertAgain.as_view()),
    path("mails/", mails.Mails.as_view()),
    path("mails/again/", mails.MailsAgain.as_view()),
    path("mails/<int:mail_id>/", mails.OneMail.as_view()),
    path("mails/<int:mail_id>/again/", mails.MailAgain.as_view()),
    path("webhooks/", webhooks.Webhooks.as_view()),
    path("webhooks/<int:webhook_id>/", webhooks.OneWebhook.as_view()),
    path("webhooks/<int:webhook_id>/secret/", webhooks.Secret.as_view()),
    path("webhooks/<int:webhook_id>/test/", webhooks.Test.as_view()),
    path("webhooks/<int:webhook_id>/deliveries/", webhooks.Deliveries.as_view()),
    path("webhooks/<int:webhook_id>/deliveries/<int:delivery_id>/again/", webhooks.Again.as_view()),
]
