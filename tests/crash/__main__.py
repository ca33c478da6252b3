"""`make crash`: the real stack under random work, with so many kills of each kind of process; one JSON line per figure.

KILLS=50 says how many, SEED=1 draws another run. What the processes say goes to `.data/crash.log`.
"""

import json
import os
import shutil
import tempfile
from pathlib import Path

from kvinnofrid.core.embedded import EmbeddedServer, start
from kvinnofrid.launch import make_database
from kvinnofrid.settings.environment import BASE_DIR

PAUSES = {
    "web": (0.0, 3.0),
    "worker": (0.0, 4.0),
    "beat": (3.0, 6.0),
    "redis": (1.0, 6.0),
    "postgres": (1.0, 7.0),
}  # seconds from being at work to the next kill
PAUSE = 0.3  # a person's longest, between two things


def main() -> None:
    kills, seed = int(os.environ.get("KILLS") or 50), int(os.environ.get("SEED") or 2026)
    log = BASE_DIR / ".data" / "crash.log"
    log.parent.mkdir(exist_ok=True)
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
    folder = Path(tempfile.mkdtemp(prefix="kvinnofrid-crash-"))
    database = start(folder / "postgres")  # as durable as the portal's own
    try:
        os.environ["DATABASE_URL"] = make_database(database, "kvinnofrid")
        os.environ["DJANGO_SETTINGS_MODULE"] = "kvinnofrid.settings.test"
        holds = _crash(folder / "data", database, kills, seed)
    finally:
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)
    raise SystemExit(not holds)


def _crash(data: Path, database: EmbeddedServer, kills: int, seed: int) -> bool:
    import django

    django.setup()

    from django.conf import settings
    from django.core.management import call_command

    from tests.crash.run import crash
    from tests.crash.stack import KINDS, Stack
    from tests.factories import cast

    data.mkdir()
    settings.RESULTS_DIR = data / "results"
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    stack = Stack(data, seed, database)
    result = crash(cast.build(), stack, kills=dict.fromkeys(KINDS, kills), pauses=PAUSES, pause=PAUSE)
    for line in result.lines():
        print(json.dumps(line, ensure_ascii=False), flush=True)  # noqa: T201
    return result.holds


if __name__ == "__main__":
    main()
