"""For one's own machine: everything has a default, and the database is the portal's own."""

from kvinnofrid.settings.base import *
from kvinnofrid.settings.base import DATA_DIR, environment
from kvinnofrid.settings.environment import databases, stop
from kvinnofrid.settings.launching import database_address
from kvinnofrid.settings.secrets import lasting_secret, new_key

DEBUG = environment.flag("DEBUG", default=False)
try:
    SECRET_KEY = environment.text("SECRET_KEY") or lasting_secret(DATA_DIR / "secret-key", new_key())
except OSError as error:
    stop([f"Det går inte att skriva i {DATA_DIR} ({error.strerror}). Ändra rättigheterna eller ange DATA_DIR."])
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *environment.words("ALLOWED_HOSTS")]

PORTAL_DATABASE, DATABASES = databases(environment, database_address(environment))

# The demonstration's files and the real portal's are as apart as their databases.
if environment.flag("DEMO", default=True):
    FILES_DIR = DATA_DIR / "demo-files"

PORTAL_URL = environment.portal_address("PORTAL_URL", f"http://127.0.0.1:{environment.number('PORT', 8000)}")
if environment.text("EMAIL_URL"):
    globals().update(environment.mail("EMAIL_URL", environment.text("EMAIL_URL")))

environment.stop_if_faulty()
