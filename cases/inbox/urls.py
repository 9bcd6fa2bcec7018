"""Where mail servers bring mail."""

from django.urls import path

from cases.inbox import webhook

urlpatterns = [
    path("inbound/mail/", webhook.inbound_mail, name="inbound_mail"),
    # Mailgun hands over a mail as it came where the address ends in "mime".
    path("inbound/<slug:provider>/mime", webhook.provider_mail, name="provider_mail"),
]
