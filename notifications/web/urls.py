"""Addresses of the pages about mail, alerts and webhooks."""

from django.urls import URLPattern, path

from cases.web.request import manager_page, partner_page
from notifications.web import alerts, outbox, preferences, steps, webhooks


def _webhooks(prefix: str, name: str, guard: webhooks.Guard) -> list[URLPattern]:
    """Return the addresses of webhooks beneath `prefix`, for whom `guard` lets in."""
    one = f"{prefix}webhooks/<int:webhook_id>/"
    return [
        path(f"{prefix}webhooks/", guard(webhooks.hooks), name=f"{name}_webhooks"),
        path(one, guard(webhooks.hook), name=f"{name}_webhook"),
        path(f"{one}test/", guard(webhooks.test), name=f"{name}_webhook_test"),
        path(f"{one}secret/", guard(webhooks.secret), name=f"{name}_webhook_secret"),
        path(f"{one}remove/", guard(webhooks.remove), name=f"{name}_webhook_remove"),
        path(f"{one}deliveries/<int:delivery_id>/again/", guard(webhooks.again), name=f"{name}_webhook_again"),
    ]


urlpatterns = [
    # /account/mail/: everybody with an account, their own; /mail/off/: whoever has the link
    path("account/mail/", preferences.preferences, name="account_mail"),
    path("mail/off/<str:token>/", preferences.turn_off, name="mail_turn_off"),
    # /desk/: staff
    path("desk/mail/", outbox.mails, name="desk_mails"),
    path("desk/mail/file/", outbox.mails_file, name="desk_mails_file"),
    path("desk/mail/again/", outbox.all_again, name="desk_mails_again"),
    path("desk/mail/<int:mail_id>/", outbox.one, name="desk_mail"),
    path("desk/mail/<int:mail_id>/body/", outbox.body, name="desk_mail_body"),
    path("desk/mail/<int:mail_id>/again/", outbox.again, name="desk_mail_again"),
    path("desk/alerts/", alerts.mine, name="desk_alerts"),
    path("desk/alerts/<int:channel_id>/", alerts.channel, name="desk_alert_channel"),
    path("desk/alerts/<int:channel_id>/test/", alerts.test, name="desk_alert_test"),
    path("desk/alerts/<int:channel_id>/remove/", alerts.remove, name="desk_alert_remove"),
    path("desk/alerts/rang/<int:alert_id>/again/", alerts.again, name="desk_alert_again"),
    # /manager/: managers
    path("manager/alerts/", alerts.teams, name="manager_alerts"),
    path("manager/warnings/", steps.warnings, name="manager_warnings"),
    *_webhooks("manager/", "manager", manager_page),
    # /company/: a partner's administrators
    *_webhooks("company/<str:code>/", "company", partner_page),
]
