"""For a server: nothing has a default that could be forgotten, and every fault is told at the start."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from kvinnofrid.settings.base import *
from kvinnofrid.settings.base import ROLES, environment
from kvinnofrid.settings.environment import databases

SECRET_KEY = environment.required("SECRET_KEY", "Ange minst 50 slumpade tecken och håll dem hemliga.")
if SECRET_KEY and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5 or SECRET_KEY.startswith("django-insecure")):
    environment.fault("SECRET_KEY", "är för svag. Ange minst 50 slumpade tecken.")

ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS")
if not ALLOWED_HOSTS:
    environment.fault("ALLOWED_HOSTS", "saknas. Ange portalens namn på nätet, till exempel kvinnofrid.example.")
if "*" in ALLOWED_HOSTS:
    environment.fault("ALLOWED_HOSTS", "får inte vara *. Ange portalens namn på nätet.")

_address = environment.required("DATABASE_URL", "Ange postgresql://användare:lösenord@server:5432/databas.")
if _address:
    PORTAL_DATABASE, DATABASES = databases(environment, _address)

PORTAL_URL = environment.required("PORTAL_URL", "Ange portalens adress, till exempel https://kvinnofrid.example.")
if PORTAL_URL:
    PORTAL_URL = environment.portal_address("PORTAL_URL")
_mail = environment.required("EMAIL_URL", "Ange submission://användare:lösenord@server:587.")
if _mail:
    globals().update(environment.mail("EMAIL_URL", _mail))
DEFAULT_FROM_EMAIL = environment.required("DEFAULT_FROM_EMAIL", "Ange adressen som portalen skickar från.")
if DEFAULT_FROM_EMAIL:
    try:
        validate_email(DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">"))
    except ValidationError:
        environment.fault("DEFAULT_FROM_EMAIL", "ska vara en e-postadress.")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- HTTPS: the web server in front of the portal ends it and says so in X-Forwarded-Proto ---
TRUSTED_PROXIES = environment.number("TRUSTED_PROXIES", 1, highest=9)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]  # asked from inside, past the web server that ends HTTPS
SECURE_HSTS_SECONDS = environment.number("HSTS_SECONDS", 365 * 24 * 60 * 60)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")

# The prefix makes browsers refuse the cookie from another host or over plain HTTP.
SESSION_COOKIE_NAME = "__Host-sessionid"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
CSRF_COOKIE_SECURE = True

# Everybody who writes or attests for an organisation, or sees what is internal to several. `none` turns it off.
MFA_REQUIRED_ROLES = environment.choices(
    "MFA_REQUIRED_ROLES", ROLES, ("coordinator", "administrator", "registrar", "commissioner", "representative")
)

environment.stop_if_faulty()
