"""What all settings have in common."""

from csp.constants import NONE, SELF
from jinja2 import StrictUndefined

from kvinnofrid.settings import identity_providers
from kvinnofrid.settings.environment import BASE_DIR, PORTAL_ROLE, Environment

environment = Environment()

DATA_DIR = environment.folder("DATA_DIR", BASE_DIR / ".data")
DEBUG = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "guardian",
    "simple_history",
    "django_htmx",
    "csp",
    "kvinnofrid.core",
    "organisations",
    "mandates",
    "agreements",
    "reports",
]

# The two that set headers stand first, so that static files, errors and refused hosts carry them too.
MIDDLEWARE = [
    "kvinnofrid.core.middleware.SecurityHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kvinnofrid.core.middleware.ReadableRequestMiddleware",
    "kvinnofrid.core.uploads.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "organisations.login.middleware.SessionSeenMiddleware",
    "organisations.login.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "kvinnofrid.urls"
WSGI_APPLICATION = "kvinnofrid.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reports.context.portal",
            ],
        },
    },
    {  # for what stands hundreds of times on a page: {% quick %}
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"environment": "kvinnofrid.core.quick.Quick", "undefined": StrictUndefined},
    },
]
FORM_RENDERER = "django.forms.renderers.Jinja2"  # Django's own widgets

# --- Language and time ---
LANGUAGE_CODE = "sv"
TIME_ZONE = "Europe/Stockholm"
USE_I18N = True
USE_TZ = True

# --- Database: the address and role are chosen in local, production and test ---
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASE_PORTAL_ROLE = PORTAL_ROLE

# One table for all processes: rate limits that each process counts for itself let many more tries through.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

# --- Accounts: login with e-mail, no open sign-up ---
AUTH_USER_MODEL = "organisations.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "organisations.login.adapters.AccountAdapter"
# Depends on the person's own row alone; allauth's would write its copy of the address (docs/adr/0008-login.md).
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_FORMS = {
    "login": "organisations.forms.LoginForm",
    "reset_password": "organisations.forms.ResetPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are invited to an address that somebody in their organisation knows
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
# allauth's own limits are added to these, per address and per account, in the cache that all processes share.
# A wrong password, a wrong code and a wrong recovery code all count as `login_failed`.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "30/m/ip,5/300s/key",
    "identity_provider": "30/m/ip",
    "fault_report": "5/h/ip",
    "invitation": "30/m/ip",
}
INVITATION_DAYS = environment.number("INVITATION_DAYS", 14, lowest=1, highest=90)

# --- Second factors: who holds one of these roles today needs one; an identity provider is trusted with its own ---
ROLES = (
    "reader",
    "representative",
    "commissioner",
    "registrar",
    "administrator",
    "chair",
    "secretary",
    "coordinator",
)
MFA_REQUIRED_ROLES = environment.choices("MFA_REQUIRED_ROLES", ROLES)
MFA_ADAPTER = "organisations.login.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # so that a passkey is two factors in one
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up: an address is known by whoever invited the person
MFA_FORMS = {
    "authenticate": "organisations.forms.login.CodeForm",
    "authenticate_webauthn": "organisations.forms.login.PasskeyForm",
    "reauthenticate": "organisations.forms.login.CodeAgainForm",
    "reauthenticate_webauthn": "organisations.forms.login.PasskeyAgainForm",
    "login_webauthn": "organisations.forms.login.PasskeyLoginForm",
    "activate_totp": "organisations.forms.login.FirstCodeForm",
    "add_webauthn": "organisations.forms.login.AddPasskeyForm",
    "edit_webauthn": "organisations.forms.login.PasskeyNameForm",
}

# --- Identity providers: they say who somebody is, never what the person may do ---
OIDC = identity_providers.oidc(environment)
SAML = identity_providers.saml(environment)
SOCIALACCOUNT_ADAPTER = "organisations.login.adapters.IdentityProviderAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True}}

# Permissions are declared as direct foreign keys in organisations.models; guardian adds no methods to users or
# groups, knows no anonymous user, and is asked through kvinnofrid.core.access only (hence no backend of its own).
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]

SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

# --- Stored files: outside of what the web server serves, under random names ---
MEGABYTE = 1024 * 1024
FILES_DIR = DATA_DIR / "files"
FILES_MAX_BYTES = 10 * MEGABYTE  # one file; fields may ask for less
FILES_MAX_REQUEST_BYTES = 50 * MEGABYTE  # up to here a file that is too large gets its answer beside the field
FILES_DAILY_BYTES = 200 * MEGABYTE  # what one person uploads in a day and a night
FILES_TOTAL_BYTES = environment.number("FILES_TOTAL_MB", 20_000, lowest=1) * MEGABYTE
FREE_DISK_BYTES = environment.number("FREE_DISK_MB", 200) * MEGABYTE  # with less /readyz says so
# What long work has made and can make again: kept for some days, and no part of a backup.
RESULTS_DIR = DATA_DIR / "results"
RESULTS_DAYS = environment.number("RESULTS_DAYS", 7, lowest=1, highest=365)
PDF_AT_ONCE = environment.number("PDF_AT_ONCE", 2, lowest=1, highest=16)  # documents of one job, each in a process
FILE_UPLOAD_HANDLERS = ["kvinnofrid.core.uploads.BoundedUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FILES = 4

# --- Static files ---
STATIC_URL = "static/"
STATIC_ROOT: str | None = str(DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "kvinnofrid" / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(FILES_DIR), "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Browser security ---
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-src": [NONE],
        "frame-ancestors": [NONE],
    },
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
FORMS_URLFIELD_ASSUME_HTTPS = True

# No form holds more than a mandate with its contacts: refuse the rest before reading it.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- Messages: written in the database by who has something to tell, sent by who dispatches ---
EMAIL_BACKEND = "kvinnofrid.core.mail.OutboxBackend"  # where Django's and allauth's own mail goes
MAIL_BACKEND = "kvinnofrid.core.mail.FolderBackend"  # how it is sent from there; SMTP with EMAIL_URL
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_SUBJECT_PREFIX = ""
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = "Kvinnofrid Dalarna <noreply@localhost>"
MESSAGES_KEPT_DAYS = environment.number("MESSAGES_KEPT_DAYS", 365, lowest=1)
JOBS_KEPT_DAYS = 30

# --- Personal data: when who has left is told, loses the account, and is redacted (docs/security.md) ---
RETENTION_UNUSED_DAYS = environment.number("RETENTION_UNUSED_DAYS", 365, lowest=30, highest=3650)
RETENTION_NOTICE_DAYS = environment.number("RETENTION_NOTICE_DAYS", 30, lowest=7, highest=365)
RETENTION_KEPT_DAYS = environment.number("RETENTION_KEPT_DAYS", 730, lowest=30, highest=3650)
RETENTION_LOOSE_DAYS = environment.number("RETENTION_LOOSE_DAYS", 90, lowest=1, highest=3650)  # nobody has answered
DATA_CONTROLLER = environment.text("DATA_CONTROLLER")  # who is responsible, for the page about personal data
DATA_PROTECTION_CONTACT = environment.email("DATA_PROTECTION_CONTACT")

# --- The queue: only with a broker, and only to wake workers. What is to be done are rows (docs/adr/0009) ---
CELERY_BROKER_URL = environment.broker("CELERY_BROKER_URL")
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,  # a call that a killed worker had is soon given to another
    "socket_timeout": 15,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
CELERY_BROKER_CONNECTION_TIMEOUT = 5
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TASK_DEFAULT_QUEUE = "jobs"
CELERY_TASK_ROUTES = {"kvinnofrid.celery.do_mail": {"queue": "mail"}}
CELERY_WORKER_POOL = "solo"  # one process, which hears at once that it is to end
CELERY_WORKER_CONCURRENCY = 1
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "celery.beat.Scheduler"  # remembers nothing: the database does
CELERY_BEAT_MAX_LOOP_INTERVAL = 2
# A call that nobody has taken when the next comes is dropped, so that a queue without workers does not fill up.
CELERY_BEAT_SCHEDULE = {
    "jobs": {"task": "kvinnofrid.celery.do_jobs", "schedule": 2, "options": {"expires": 4}},
    "mail": {"task": "kvinnofrid.celery.do_mail", "schedule": 2, "options": {"expires": 4}},
}

# --- Logs: to stderr, without what the database says about the row ---
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "kvinnofrid.core.logs.PlainFormatter", "format": "{levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain"},
        "nothing": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},  # not every address that somebody mistyped
        "gunicorn.http": {"level": "ERROR"},
        "django.security.DisallowedHost": {"handlers": ["nothing"], "propagate": False},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}
