"""For the tests: the same portal, connected as the owner, quick passwords and loud templates."""

import atexit
import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Never

from kvinnofrid.settings.base import *
from kvinnofrid.settings.base import STATICFILES_DIRS, STORAGES, TEMPLATES, environment
from kvinnofrid.settings.launching import database_address


class UndefinedVariable(str):
    """Makes a template that names something undefined fail instead of showing nothing."""

    __slots__ = ()

    def __contains__(self, part: object) -> bool:
        return part == "%s"

    def __mod__(self, name: object) -> Never:
        raise AssertionError(f"Undefined template variable: {name}")


SECRET_KEY = "only-for-tests-" + 40 * "x"
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PORTAL_DATABASE = environment.database(database_address(environment), name="DATABASE_URL", as_owner=False)
DATABASES = {"default": environment.database(database_address(environment), name="DATABASE_URL", as_owner=True)}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = MAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PORTAL_URL = "http://testserver"
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("undefined")  # type: ignore[index]

# Made when the first file is stored, one for each process of the tests.
FILES_DIR = Path(tempfile.gettempdir()) / f"kvinnofrid-files-{os.getpid()}"
atexit.register(shutil.rmtree, FILES_DIR, ignore_errors=True)
RESULTS_DIR = FILES_DIR.with_name(f"{FILES_DIR.name}-results")
atexit.register(shutil.rmtree, RESULTS_DIR, ignore_errors=True)

STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
_AXE = find_spec("axe_playwright_python")
_AXE_PLACES = (_AXE.submodule_search_locations or []) if _AXE else []
STATICFILES_DIRS = [*STATICFILES_DIRS, *(("axe", Path(place)) for place in _AXE_PLACES)]  # type: ignore[list-item]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

environment.stop_if_faulty()
