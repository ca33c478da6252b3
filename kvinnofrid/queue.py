"""Celery as the launcher starts it (`python -m kvinnofrid.queue worker -Q jobs`): quiet, ended with the launcher."""

import os
import sys
import warnings

from celery.bin.celery import main as celery

from kvinnofrid.serving import end_with_launcher

# Workers here have nothing to tell each other: who does what is decided by rows.
ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")


def main() -> None:
    end_with_launcher()
    warnings.filterwarnings("ignore", message=".*superuser privileges.*")  # this is for trying, on one's own machine
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # there Celery greets and takes leave; faults go to stderr
    program, *options = sys.argv[1:]
    sys.argv[:] = ["celery", "--quiet", "-A", "kvinnofrid", program, "--loglevel", "WARNING", *options]
    if program == "worker":
        sys.argv += ALONE
    celery()


if __name__ == "__main__":
    main()
