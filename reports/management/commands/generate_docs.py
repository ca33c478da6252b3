"""Writes what docs/ tells of the code: `manage.py generate_docs [--check]`."""

import inspect
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model

from agreements import permissions as agreement_permissions
from agreements import workflow as agreement_workflow
from agreements.rules import tables
from kvinnofrid.core.documentation import addresses, moves_picture, moves_table, table
from kvinnofrid.core.workflow import Workflow
from mandates import permissions as mandate_permissions
from mandates import workflow
from mandates.enums import LineState, LinkState, MandateState, RenewalState
from organisations import permissions
from organisations import workflow as organisation_workflow
from organisations.enums import Role
from organisations.models import Forum, Organisation, Partnership
from reports.partnership_file import documentation

FOLDER = Path(settings.BASE_DIR) / "docs"
BY_HAND = "<!-- From here on written by hand. -->"
NOTE = "Written by `manage.py generate_docs`; `make check` says when it is out of date."
ROLES_NOTE = (
    "A role is a dated membership; the dates decide when the question is asked. Whoever holds a seat by office is a "
    "member of its forum."
)
STATES_NOTE = (
    "A line is *active* when it is attested and its period covers the day: that is computed at reading, so no move "
    "makes it so. The database refuses a state without its facts."
)
VERSION_STATES = {"draft": "utkast", "published": "publicerad", "discarded": "kasserad"}
INVITATION_STATES = {
    "open": "väntar på svar",
    "expired": "har gått ut",
    "accepted": "tackade ja",
    "withdrawn": "återkallad",
}
ROLE_STATES = {"coming": "börjar senare", "active": "gäller", "over": "avslutad"}
RETENTION_STATES = {"none": "ingen", "announced": "aviserad", "deactivated": "avstängd", "redacted": "gallrad"}
ACCOUNT_STATES = {"active": "aktivt", "inactive": "avstängt"}
ITEM_STATES = {"preparing": "tas fram", "sent": "skickad", "received": "mottagen"}
RULES = {
    "public": "anyone, logged in or not",
    "logged in": "anyone who has logged in, with or without a role",
    "member": "anyone who has a role or a seat today",
    "coordinator": "the coordinator",
    "manages members": "the administrators of an organisation, and the coordinator",
    "sees coverage": "the coordinator and those who sit in the steering group",
}


class Command(BaseCommand):
    help = "Skriver tabellerna i docs/ ur koden. Med --check sägs bara om de är inaktuella."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="skriv ingenting; fel om något är inaktuellt")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        stale = [path for path, text in documents().items() if not _stands(path, text)]
        if check and stale:
            names = ", ".join(str(path.relative_to(FOLDER.parent)) for path in stale)
            raise CommandError(f"{names} stämmer inte med koden. Kör manage.py generate_docs.")
        for path in stale:
            path.write_text(documents()[path], encoding="utf-8")
            self.stdout.write(f"Skrev {path.relative_to(FOLDER.parent)}.")


def documents() -> dict[Path, str]:
    """Each generated document as it should be; what stands in it by hand is kept."""
    return {
        FOLDER / "permissions.md": _permissions() + _by_hand(FOLDER / "permissions.md"),
        FOLDER / "workflows.md": _workflows(),
        FOLDER / "verdict.md": tables.document(),
        FOLDER / "partnership-file.md": documentation.filled(
            (FOLDER / "partnership-file.md").read_text(encoding="utf-8")
        ),
    }


def _stands(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def _by_hand(path: Path) -> str:
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    kept = text.partition(BY_HAND)[2]
    return f"\n{BY_HAND}{kept}" if kept else ""


def _permissions() -> str:
    parts = [
        "# Who may do what",
        NOTE,
        "## Roles",
        _in_words(permissions),
        ROLES_NOTE,
        table(["role", "in the interface", "held in", "permissions"], _role_rows()),
        table(["permission", "on", "in words"], _permission_rows()),
        "## Mandates",
        _in_words(mandate_permissions),
        "## Agreements",
        _in_words(agreement_permissions),
        "## Addresses",
        "The rule is the first door; what a person sees of an object, and may do to it, is asked behind it.",
        table(["rule", "lets in"], [[rule, words] for rule, words in RULES.items()]),
        table(["path", "name", "rule", "methods", "what it is"], _address_rows()),
    ]
    return "\n\n".join(parts) + "\n"


def _in_words(module: Any) -> str:
    """The policy as the module's docstring tells it, without its first line."""
    return (inspect.getdoc(module) or "").partition("\n\n")[2]


def _role_rows() -> Iterable[list[str]]:
    scopes: list[tuple[str, Mapping[Role, frozenset[str]]]] = [
        ("an organisation", permissions.ORGANISATION),
        ("a forum", permissions.FORUM),
        ("the partnership", permissions.PARTNERSHIP),
    ]
    for scope, roles in scopes:
        for role, given in roles.items():
            yield [f"`{role.value}`", str(role.label), scope, _codes(given)]
    steering = f"{_codes(permissions.STEERING_GROUP_MEMBER)} on the partnership"
    yield [f"`{Role.MEMBER.value}`", str(Role.MEMBER.label), "the steering group", steering]


def _codes(given: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(given)) or "none"


def _permission_rows() -> Iterable[list[str]]:
    guarded: list[type[Model]] = [Organisation, Forum, Partnership]
    for model in guarded:
        for codename, words in model._meta.permissions:
            yield [f"`{codename}`", model.__name__, str(words)]


def _address_rows() -> Iterable[list[str]]:
    for found in addresses():
        yield [f"`{found.path}`", found.name, found.rule, ", ".join(found.methods), found.purpose]


def _workflows() -> str:
    parts = [
        "# What may follow what",
        NOTE,
        STATES_NOTE,
        *_workflow("Mandate (the form)", workflow.MANDATE, dict(MandateState.choices)),
        *_workflow("Line of a mandate (one organisation)", workflow.LINE, dict(LineState.choices)),
        *_workflow("Invitation", organisation_workflow.INVITATION, INVITATION_STATES, start="open"),
        *_workflow("Role, or seat by office", organisation_workflow.ROLE, ROLE_STATES, start="coming"),
        *_workflow("Account", organisation_workflow.ACCOUNT, ACCOUNT_STATES, start="active"),
        *_workflow("Data of a person who has left", organisation_workflow.RETENTION, RETENTION_STATES, start="none"),
        *_workflow("One-time link to a commissioner", workflow.LINK, dict(LinkState.choices), start="open"),
        *_workflow("Ask for renewal of a mandate", workflow.RENEWAL, dict(RenewalState.choices), start="open"),
        *_workflow("Version of an agreement", agreement_workflow.VERSION, VERSION_STATES),
        *_workflow("What is sent to a principal", agreement_workflow.ITEM, ITEM_STATES, start="preparing"),
    ]
    return "\n\n".join(parts) + "\n"


def _workflow(title: str, moves: Workflow, states: Mapping[str, Any], start: str = "draft") -> list[str]:
    words = {str(value): f"{value} ({label})" for value, label in states.items()}
    return [f"## {title}", moves_table(moves, words), moves_picture(moves, words, start=start)]
