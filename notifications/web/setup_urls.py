"""Addresses of set-up."""

from django.urls import path

from notifications.web import setup

# /setup/: whoever comes first
urlpatterns = [
    path("setup/", setup.setup, name="setup"),
    path("setup/test/", setup.setup_test, name="setup_test"),
]
