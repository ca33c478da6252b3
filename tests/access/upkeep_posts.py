"""What the forms about reminders, renewals, elections and retention would send: in order, so that a refusal is about
the person."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from mandates.enums import ElectionKind
from mandates.models import Mandate
from mandates.queries import reminders
from tests.access import upkeep_stage


def _day(days: int) -> str:
    return str(timezone.localdate() + timedelta(days=days))


def _pause(stage: Any, case: Any) -> dict[str, Any]:
    return {"starts_on": _day(0), "ends_on": _day(9), "reason": upkeep_stage.PAUSE_WORD}


def _ladder(stage: Any, case: Any) -> dict[str, Any]:
    return {"is_on": "on", "days_between": "21", "highest_rung": "2", "most_per_week": "1"}


def _remind(stage: Any, case: Any) -> dict[str, Any]:
    """The mail that the coordinator would see; for a mandate that waits for nothing, one that nobody has seen."""
    rows = reminders.silent_of(Mandate.objects.get(pk=stage.forms[case.key].pk))
    return {"key": rows[0].silence.key, "seen": rows[0].seen} if rows else {"key": "draft", "seen": "inget"}


def _ask(stage: Any, case: Any) -> dict[str, Any]:
    return {"mandates": [stage.things["not asked to renew"]["pk"]]}


def _plan(stage: Any, case: Any) -> dict[str, Any]:
    falun = stage.world.org["falun"].pk
    return {"starts_on": _day(400), "kinds": [ElectionKind.BODY], "organisations": [falun]}


def _keep(stage: Any, case: Any) -> dict[str, Any]:
    return {"kept_until": _day(90), "reason": upkeep_stage.KEPT_WORD}


POSTS: dict[str, Callable[[Any, Any], dict[str, Any]]] = {
    "reminder_ladder": _ladder,
    "reminder_pause": _pause,
    "mandate_reminder_pause": _pause,
    "mandate_remind": _remind,
    "renewal_list": _ask,
    "renewal_answer": lambda stage, case: {"reason": "Det som är nytt rör inte oss."},
    "election_plan": _plan,
    "election_withdraw": lambda stage, case: {"reason": "Planerat för tidigt."},
    "election_body": lambda stage, case: {"name": "Nya omsorgsnämnden"},
    "address_extract": lambda stage, case: {"email": "ingen.alls@cast.example"},
    "retention_keep": _keep,
}
