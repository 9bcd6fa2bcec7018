"""Addresses of the pages about mail."""

from django.urls import path

from notifications.web import alerts, outbox

# /desk/mail/: staff
urlpatterns = [
    path("desk/mail/", outbox.mails, name="desk_mails"),
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
]
