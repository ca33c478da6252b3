"""Sends requests from sixteen processes at once: a program of its own, for a fork of a process with threads can hang."""

import atexit
import json
import multiprocessing
import os
import subprocess
import sys
from collections import Counter
from functools import cache
from typing import Any

PROCESSES = 16


def at_once(tries: list[dict[str, Any]], *, words: dict[str, str], caches: dict[str, Any]) -> Counter[str]:
    """How often each answer was given: the first of the words that stands on the page, or "sent" when a mail left."""
    from django.db import connection, connections

    connections.close_all()
    program = _program(json.dumps({"database": connection.settings_dict["NAME"], "caches": caches}))
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(json.dumps({"tries": tries, "words": words}) + "\n")
    program.stdin.flush()
    return Counter(json.loads(program.stdout.readline()))


@cache
def _program(about: str) -> subprocess.Popen[str]:
    """Started once for each setting; it ends with the tests."""
    command = [sys.executable, "-m", "tests.factories.attempts", about]
    program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(program.communicate, timeout=60)
    return program


def main(about: dict[str, Any]) -> None:
    import django
    from django.conf import settings
    from django.db import connections
    from django.test import Client
    from django.test.utils import setup_test_environment

    settings.DATABASES["default"]["NAME"] = about["database"]
    settings.CACHES = about["caches"]
    django.setup()
    setup_test_environment(debug=False)
    Client().get("/konto/logga-in/")  # loads once what is loaded late
    for line in sys.stdin:
        order = json.loads(line)
        connections.close_all()
        with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
            found = pool.starmap(attempt, [(one, order["words"]) for one in order["tries"]], chunksize=1)
        print(json.dumps(found), flush=True)  # noqa: T201


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
    main(json.loads(sys.argv[1]))
