"""What the forms about people would send: in order, so that a refusal is about the person and not the contents."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.access import people_stage
from tests.factories import inviting

# Where a role is given: to whom, which one, and from which day.
GIVEN = {
    "people of falun": ("reader", "registrar", 0),
    "people of sater": ("sater_registrar", "reader", 0),
    "people of lansgruppen": ("chair", "secretary", 0),
    "": ("future_coordinator", "coordinator", 40),
}
OFFERED = {"people of falun": "reader", "people of sater": "reader", "": "coordinator"}
HOLDERS = {"held seat by office": "sater_registrar"}


def _day(days: int) -> str:
    return str(timezone.localdate() + timedelta(days=days))


def _invitation(stage: Any, case: Any) -> dict[str, Any]:
    role = OFFERED.get(case.key, "secretary")
    return {"email": "helt.ny@cast.example", "roles": [role], "starts_on": _day(0)}


def _role(stage: Any, case: Any) -> dict[str, Any]:
    person, role, starts = GIVEN[case.key]
    return {"user": stage.world.person[person].pk, "role": role, "starts_on": _day(starts)}


def _holder(stage: Any, case: Any) -> dict[str, Any]:
    return {"holder": stage.world.person[HOLDERS.get(case.key, "reader")].pk, "starts_on": _day(0)}


def _last_day(stage: Any, case: Any) -> dict[str, Any]:
    return {"ends_on": _day(20)}


def _end(stage: Any, case: Any) -> dict[str, Any]:
    return {"ends_on": _day(0), "reason": people_stage.REASON_WORD}


def _reason(stage: Any, case: Any) -> dict[str, Any]:
    return {"reason": people_stage.REASON_WORD}


def _code(stage: Any, case: Any) -> dict[str, Any]:
    return {"code": people_stage.code_shown(stage.sessions[case.persona])}


def _passkey(stage: Any, case: Any) -> dict[str, Any]:
    return {"name": "Jobbtelefonen", "credential": json.dumps(people_stage.passkey(stage.sessions[case.persona]))}


PLACES = ("", "forum_", "partnership_")
POSTS: dict[str, Callable[[Any, Any], dict[str, Any]]] = {
    **{f"{place}invitation_create": _invitation for place in PLACES},
    **{f"{place}membership_create": _role for place in PLACES},
    **{f"{place}membership_change": _last_day for place in PLACES},
    **{f"{place}membership_end": _end for place in PLACES},
    "forum_appointment_create": _holder,
    "forum_appointment_change": _last_day,
    "forum_appointment_end": _end,
    "person_deactivate": _reason,
    "person_reactivate": _reason,
    "factors_reset": _reason,
    "invitation_accept": lambda stage, case: inviting.FORM,
    "mfa_authenticate": _code,
    "mfa_reauthenticate": _code,
    "mfa_activate_totp": _code,
    "mfa_login_webauthn": _passkey,
    "mfa_reauthenticate_webauthn": _passkey,
    "mfa_add_webauthn": _passkey,
    "mfa_edit_webauthn": _passkey,
}
