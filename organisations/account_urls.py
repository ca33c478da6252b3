"""Pages under /konto/: those of allauth's that the portal uses, and the person's own details."""

from allauth.account import views as account
from django.urls import path, re_path
from django.views.decorators.http import require_http_methods, require_safe

from kvinnofrid.core.access import logged_in, public
from organisations.views.profile import profile

form_page = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("logga-in/", public(form_page(account.login)), name="account_login"),
    # Sends those who are not logged in on to login.
    path("logga-ut/", public(form_page(account.logout)), name="account_logout"),
    # Says that accounts are given, not made.
    path("registrera/", public(form_page(account.signup)), name="account_signup"),
    path("inaktivt/", public(require_safe(account.account_inactive)), name="account_inactive"),
    path("bekrafta/", logged_in(form_page(account.reauthenticate)), name="account_reauthenticate"),
    path("losenord/byt/", logged_in(form_page(account.password_change)), name="account_change_password"),
    path("losenord/valj/", logged_in(form_page(account.password_set)), name="account_set_password"),
    path("losenord/glomt/", public(form_page(account.password_reset)), name="account_reset_password"),
    path(
        "losenord/glomt/skickat/", public(require_safe(account.password_reset_done)), name="account_reset_password_done"
    ),
    re_path(
        r"^losenord/nytt/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public(form_page(account.password_reset_from_key)),
        name="account_reset_password_from_key",
    ),
    path(
        "losenord/nytt/klart/",
        public(require_safe(account.password_reset_from_key_done)),
        name="account_reset_password_from_key_done",
    ),
    path("uppgifter/", profile, name="profile"),
]
