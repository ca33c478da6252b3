"""Pages under /konto/: those of allauth's that the portal uses, and the person's own details."""

from allauth.account import views as account
from django.urls import path, re_path

from kvinnofrid.core.access import logged_in, public
from organisations.views.profile import profile

urlpatterns = [
    path("logga-in/", public(account.login), name="account_login"),
    path("logga-ut/", logged_in(account.logout), name="account_logout"),
    path("registrera/", public(account.signup), name="account_signup"),  # says that accounts are given, not made
    path("inaktivt/", public(account.account_inactive), name="account_inactive"),
    path("bekrafta/", logged_in(account.reauthenticate), name="account_reauthenticate"),
    path("losenord/byt/", logged_in(account.password_change), name="account_change_password"),
    path("losenord/valj/", logged_in(account.password_set), name="account_set_password"),
    path("losenord/glomt/", public(account.password_reset), name="account_reset_password"),
    path("losenord/glomt/skickat/", public(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^losenord/nytt/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "losenord/nytt/klart/",
        public(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("uppgifter/", profile, name="profile"),
]
