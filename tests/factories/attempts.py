"""Tries to log in from eight processes at once: a program of its own, for a fork of a process with threads can hang."""

import json
import multiprocessing
import os
import subprocess
import sys
from collections import Counter
from typing import Any


def in_processes(emails: list[str], *, wrong: str, too_many: str, caches: dict[str, Any]) -> Counter[str]:
    """How many of the tries, one for each address, were looked at and how many were stopped."""
    from django.db import connection, connections

    order = {
        "database": connection.settings_dict["NAME"],
        "caches": caches,
        "tries": [(email, wrong, too_many) for email in emails],
    }
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
    with multiprocessing.get_context("fork").Pool(8) as pool:
        found = pool.starmap(attempt, order["tries"], chunksize=1)
    json.dump(found, sys.stdout)


def attempt(email: str, wrong: str, too_many: str) -> str:
    """One try to log in with the wrong password."""
    from django.test import Client

    response = Client().post("/konto/logga-in/", {"login": email, "password": "fel-lösenord"})
    text = response.content.decode()
    return "wrong" if wrong in text else "stopped" if too_many in text else "something else"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kvinnofrid.settings.test")
    main()
