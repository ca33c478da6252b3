"""Sends requests from sixteen processes at once: a program of its own, for a fork of a process with threads can hang."""

import json
import multiprocessing
import os
import subprocess
import sys
from collections import Counter
from typing import Any

PROCESSES = 16


def at_once(tries: list[dict[str, Any]], *, words: dict[str, str], caches: dict[str, Any]) -> Counter[str]:
    """How often each answer was given: the first of the words that stands on the page, or "sent" when a mail left."""
    from django.db import connection, connections

    order = {"database": connection.settings_dict["NAME"], "caches": caches, "tries": tries, "words": words}
    connections.close_all()
    command = [sys.executable, "-m", "tests.factories.attempts"]
    done = subprocess.run(command, input=json.dumps(order), capture_output=True, text=True, check=True, timeout=120)
    return Counter(json.loads(done.stdout))


def main() -> None:
    import django
    from django.conf import settings
    from django.db import connections
    from django.test import Client
    from django.test.utils import setup_test_environment

    order = json.load(sys.stdin)
    settings.DATABASES["default"]["NAME"] = order["database"]
    settings.CACHES = order["caches"]
    django.setup()
    setup_test_environment(debug=False)
    Client().get("/konto/logga-in/")  # loads once what is loaded late
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        found = pool.starmap(attempt, [(one, order["words"]) for one in order["tries"]], chunksize=1)
    json.dump(found, sys.stdout)


def attempt(one: dict[str, Any], words: dict[str, str]) -> str:
    """One request, in a session that is given, by the host that is given."""
    from django.core import mail
    from django.test import Client

    client = Client()
    if "session" in one:
        client.cookies["sessionid"] = one["session"]
    mail.outbox.clear()
    response = client.post(one["path"], one["data"], headers={"host": one.get("host", "testserver")})
    if mail.outbox:
        return "sent"
    text = response.content.decode()
    return next((name for name, word in words.items() if word in text), "something else")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kvinnofrid.settings.test")
    main()
