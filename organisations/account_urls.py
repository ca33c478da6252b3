"""Pages under /konto/: those of allauth's that the portal uses, and the person's own details."""

from allauth.account import views as account
from django.urls import path, re_path
from django.views.decorators.http import require_http_methods, require_safe

from kvinnofrid.core.access import logged_in, public
from organisations.views import identity_providers, privacy, security
from organisations.views.profile import profile
from organisations.views.security import with_password

form_page = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("logga-in/", public(form_page(security.login)), name="account_login"),
    path("logga-in/kod/", public(form_page(security.authenticate)), name="mfa_authenticate"),
    path("logga-in/passnyckel/", public(form_page(security.login_with_passkey)), name="mfa_login_webauthn"),
    # Sends those who are not logged in on to login.
    path("logga-ut/", public(form_page(account.logout)), name="account_logout"),
    # Says that accounts are given, not made.
    path("registrera/", public(form_page(account.signup)), name="account_signup"),
    path("inaktivt/", public(require_safe(account.account_inactive)), name="account_inactive"),
    path("bekrafta/", logged_in(form_page(account.reauthenticate)), name="account_reauthenticate"),
    path("bekrafta/kod/", logged_in(form_page(security.reauthenticate)), name="mfa_reauthenticate"),
    path("bekrafta/passnyckel/", logged_in(form_page(security.confirm_by_passkey)), name="mfa_reauthenticate_webauthn"),
    path("losenord/byt/", logged_in(form_page(with_password(account.password_change))), name="account_change_password"),
    path("losenord/glomt/", public(form_page(security.password_reset)), name="account_reset_password"),
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
    path("registerutdrag/", privacy.register_extract, name="register_extract"),
    path("registerutdrag/fil/", privacy.register_extract_file, name="register_extract_file"),
    path("sakerhet/", security.account_security, name="account_security"),
    path("sakerhet/app/", logged_in(form_page(with_password(security.activate_app))), name="mfa_activate_totp"),
    path("sakerhet/app/ta-bort/", logged_in(form_page(security.deactivate_app)), name="mfa_deactivate_totp"),
    path(
        "sakerhet/passnycklar/ny/", logged_in(form_page(with_password(security.add_passkey))), name="mfa_add_webauthn"
    ),
    path("sakerhet/passnycklar/<int:pk>/namn/", logged_in(form_page(security.edit_passkey)), name="mfa_edit_webauthn"),
    path(
        "sakerhet/passnycklar/<int:pk>/ta-bort/",
        logged_in(form_page(security.remove_passkey)),
        name="mfa_remove_webauthn",
    ),
    path("sakerhet/reservkoder/", security.recovery_codes, name="recovery_codes"),
    path("sakerhet/reservkoder/fil/", security.recovery_codes_download, name="recovery_codes_download"),
    path(
        "sakerhet/reservkoder/nya/",
        logged_in(form_page(security.generate_codes)),
        name="mfa_generate_recovery_codes",
    ),
    path("inloggningar/", security.session_list, name="session_list"),
    path("inloggningar/<int:pk>/avsluta/", security.session_end, name="session_end"),
    path("inloggningar/avsluta-andra/", security.session_end_others, name="session_end_others"),
    path("leverantor/oidc/", identity_providers.oidc_login, name="oidc_login"),
    path("leverantor/oidc/klart/", identity_providers.oidc_callback, name="oidc_callback"),
    path("leverantor/saml/", identity_providers.saml_login, name="saml_login"),
    path("leverantor/saml/svar/", identity_providers.saml_acs, name="saml_acs"),
    path("leverantor/saml/klart/<slug:key>/", identity_providers.saml_finish, name="saml_finish"),
    path("leverantor/saml/metadata/", identity_providers.saml_metadata, name="saml_metadata"),
]
