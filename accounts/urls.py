"""The addresses of sign-in and of accounts (`product.md` 6)."""

from allauth.account import views as sign_in
from django.urls import path, re_path

from accounts import views

urlpatterns = [
    path("sign-in/", sign_in.login, name="account_login"),
    path("sign-in/again/", views.signed_in_again, name="signed-in-again"),
    path("sign-in/closed/", sign_in.account_inactive, name="account_inactive"),
    path("sign-out/", sign_in.logout, name="account_logout"),
    path("sign-up/", sign_in.signup, name="account_signup"),
    path("password/change/", sign_in.password_change, name="account_change_password"),
    path("password/forgotten/", sign_in.password_reset, name="account_reset_password"),
    path(
        "password/forgotten/sent/",
        sign_in.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        sign_in.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done/",
        sign_in.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("language/", views.set_language, name="set-language"),
    path("theme.css", views.theme, name="theme"),
    path("provider/logo", views.provider_logo, name="provider-logo"),
    path("accounts/new/", views.account_new, name="account-new"),
    path("accounts/<int:pk>/edit/", views.account_edit, name="account-edit"),
    path("accounts/<int:pk>/members/", views.account_members, name="account-members"),
    path("accounts/<int:pk>/contacts/new/", views.contact, name="contact-new"),
    path("accounts/<int:pk>/contacts/<int:contact_pk>/edit/", views.contact, name="contact-edit"),
    path("accounts/<int:pk>/objectives/new/", views.objective, name="objective-new"),
    path(
        "accounts/<int:pk>/objectives/<int:objective_pk>/edit/",
        views.objective,
        name="objective-edit",
    ),
]
