"""A Redis of the portal's own, to try workers on one's own machine: `python -m kvinnofrid.broker FOLDER`.

The process becomes redis-server. What it holds is on disk within a second, and nothing in it is worth more than that.
"""

import os
import shutil
import sys
from pathlib import Path

from kvinnofrid.serving import end_with_launcher
from kvinnofrid.settings.environment import stop

PROGRAM = "redis-server"
MISSING = "Redis saknas. Installera det: apt-get install redis-server"
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
appendonly yes
appendfsync everysec
save ""
loglevel warning
logfile {folder}/redis.log
maxmemory 64mb
maxmemory-policy noeviction
"""


def configure(folder: Path, port: int, password: str) -> str:
    """Writes what the server reads, where only the owner can; answers the address for CELERY_BROKER_URL."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "redis.conf"
    path.touch(mode=0o600)
    path.write_text(CONFIGURATION.format(port=port, password=password, folder=folder), encoding="utf-8")
    return f"redis://:{password}@127.0.0.1:{port}/0"


def main(folder: str) -> None:
    end_with_launcher()
    os.setpgrp()  # Ctrl-C is for the launcher, which ends this after those that use it
    program = shutil.which(PROGRAM)
    if program is None:
        stop([MISSING])
    os.execv(program, [PROGRAM, f"{folder}/redis.conf"])  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1])
