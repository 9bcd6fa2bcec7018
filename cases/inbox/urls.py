"""Where mail servers bring mail."""

from django.urls import path

from cases.inbox import webhook

urlpatterns = [path("inbound/mail/", webhook.inbound_mail, name="inbound_mail")]
