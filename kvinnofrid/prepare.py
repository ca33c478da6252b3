"""Brings a database up to date and fills it: one process for what would be five commands."""

import signal

import django
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from kvinnofrid.faults import LOWEST_POSTGRESQL, plain_line
from kvinnofrid.settings.environment import choose_settings, mark_owner_command, stop
from kvinnofrid.settings.launching import LaunchOptions, launch_options


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the launcher tells about Ctrl-C
    choose_settings()
    mark_owner_command(["manage.py", "migrate"])
    options = launch_options()
    try:
        django.setup()
        prepare(options)
    except CommandError as error:
        stop([str(error)])
    except (DatabaseError, OSError) as error:
        line = plain_line(error)
        if line is None:
            raise
        stop([line])


def prepare(options: LaunchOptions) -> None:
    """As the owner: the tables. As the portal: what stands in them."""
    refuse_old_server(connection.cursor().connection.info.server_version)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    become_portal()
    kind = {"real": not options.demonstration, "demonstration": options.demonstration}
    call_command("import_partnership", str(options.partnership), verbosity=0, **kind)
    if options.demonstration:
        call_command("load_demonstration", verbosity=0)
    connection.close()
    call_command("collectstatic", interactive=False, verbosity=0)


def refuse_old_server(version: int) -> None:
    """PostgreSQL tells its version as 150019 for 15.19."""
    if version < LOWEST_POSTGRESQL * 10_000:
        raise CommandError(
            f"Databasservern är PostgreSQL {version // 10_000}. Portalen behöver {LOWEST_POSTGRESQL} eller nyare."
        )


def become_portal() -> None:
    """From here on this process works in the role of the portal, which cannot change the history."""
    connection.close()
    connection.settings_dict.update(settings.PORTAL_DATABASE)


if __name__ == "__main__":
    main()
