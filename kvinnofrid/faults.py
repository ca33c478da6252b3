"""Says in one line what a person can do about a database or disk that does not work."""

import errno

from django.conf import settings
from django.db import DatabaseError, NotSupportedError, OperationalError, connection

LOWEST_POSTGRESQL = 15
DISK_FULL = "53100"
# Faults that mean there is no working connection, by their class in PostgreSQL's table of errors.
NO_CONNECTION = ("08", "28", "3D", "57", "22023", "42501")


def plain_line(error: Exception) -> str | None:
    """The line for a fault of the machine; None for a fault of ours, which is better shown whole."""
    if isinstance(error, DatabaseError):
        return _database_line(error)
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "Disken är full. Frigör plats och försök igen."
    if isinstance(error, OSError) and error.filename:
        return f"Det går inte att använda {error.filename}: {error.strerror}."
    return None


def _database_line(error: DatabaseError) -> str | None:
    state = getattr(error.__cause__, "sqlstate", None)
    if isinstance(error, NotSupportedError) and state is None:
        return f"Databasservern är för gammal. Portalen behöver PostgreSQL {LOWEST_POSTGRESQL} eller nyare."
    if state == DISK_FULL:
        return "Disken är full på databasservern. Frigör plats och försök igen."
    if isinstance(error, OperationalError) and (state is None or state.startswith(NO_CONNECTION)):
        return connection_line(str(error).strip())
    return None


def connection_line(told: str) -> str:
    """What the driver told when it could not connect, in words that say what to change."""
    database = connection.settings_dict
    place = ":".join(str(part) for part in (database["HOST"] or "den egna servern", database["PORT"]) if part)
    if "No space left" in told:
        return "Disken är full på databasservern. Frigör plats och försök igen."
    if f'"{settings.DATABASE_PORTAL_ROLE}"' in told:
        return f"Kontot i DATABASE_URL får inte arbeta i rollen {settings.DATABASE_PORTAL_ROLE}. Kör manage.py migrate."
    if f'database "{database["NAME"]}" does not exist' in told:
        return f"Databasen {database['NAME']} finns inte på {place}. Skapa den eller ändra DATABASE_URL."
    if "authentication failed" in told or "no password supplied" in told:
        return f"Databasen på {place} godtar inte inloggningen. Kontrollera användare och lösenord i DATABASE_URL."
    if not database["HOST"]:
        return "Databasen är inte igång. Starta den med make run i ett annat fönster, eller ange DATABASE_URL."
    reason = told.splitlines()[0].rpartition(": ")[2]
    return f"Databasen på {place} svarar inte. Starta den eller ändra DATABASE_URL. ({reason})"
