"""Addresses of the pages about mail."""

from django.urls import path

from notifications.web import outbox

# /desk/mail/: staff
urlpatterns = [
    path("desk/mail/", outbox.mails, name="desk_mails"),
    path("desk/mail/<int:mail_id>/", outbox.one, name="desk_mail"),
    path("desk/mail/<int:mail_id>/body/", outbox.body, name="desk_mail_body"),
    path("desk/mail/<int:mail_id>/again/", outbox.again, name="desk_mail_again"),
]
