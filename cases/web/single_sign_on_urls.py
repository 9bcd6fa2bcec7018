"""Addresses of single sign-on: there, back, and what went wrong on the way. Allauth knows them by these names."""

from allauth.socialaccount import views
from django.urls import path

from cases.web import single_sign_on

urlpatterns = [
    path("oidc/<str:provider_id>/login/", single_sign_on.login, name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", single_sign_on.callback, name="openid_connect_callback"),
    path("oidc/cancelled/", views.login_cancelled, name="socialaccount_login_cancelled"),
    path("oidc/error/", views.login_error, name="socialaccount_login_error"),
]
