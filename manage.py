"""Runs the management commands."""

import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError

from kvinnofrid.settings.environment import choose_settings, mark_owner_command, stop


def main() -> None:
    choose_settings()
    mark_owner_command(sys.argv)
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        from kvinnofrid.faults import plain_line

        line = plain_line(error)
        if line is None:
            raise
        stop([line])


if __name__ == "__main__":
    main()
