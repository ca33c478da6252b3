"""The door for the web server."""

import django

from kvinnofrid.core.handlers import Handler
from kvinnofrid.settings.environment import choose_settings

choose_settings()
django.setup(set_prefix=False)
application = Handler()
