"""What the forms of agreements would send: in order, so that a refusal is about the person and not the contents."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from agreements.models import Agreement
from agreements.queries.sending import dispatches_seen
from organisations.models import DecidingBody
from tests.access.agreement_stage import THINGS
from tests.factories import documents

SECTION = {"heading": "Nytt avsnitt", "topic": "other", "body": "Ny text."}


def _day(days: int) -> str:
    return str(timezone.localdate() + timedelta(days=days))


def _agreement(stage: Any, case: Any) -> Agreement:
    return Agreement.objects.get(slug=stage.things[case.key]["slug"])


def _version(stage: Any, case: Any) -> Any:
    """The number of the latest text that can be chosen; empty where there is none."""
    latest = _agreement(stage, case).versions.published().order_by("-number").first()
    return latest.pk if latest else ""


def _body(case: Any) -> Any:
    bodies = DecidingBody.objects.filter(organisation__slug=THINGS[case.key].principal, name="Kommunfullmäktige")
    body = bodies.first()
    return body.pk if body else ""


def _data(stage: Any, case: Any) -> dict[str, Any]:
    title = f"{_agreement(stage, case).title} ändrad" if case.key else "RÖK ny"
    return {"title": title, "kind": "regional", "subject": "Samverkan", "validity_years": "8"}


def _parties(stage: Any, case: Any) -> dict[str, Any]:
    made = _agreement(stage, case)
    if not made.versions.published().exists():
        return {"organisations": [stage.world.org["mora"].pk]}
    party = made.parties.get(organisation__slug="orsa")
    return {"end": "1", "end-party": party.pk, "end-ends_on": _day(30), "end-reason": "Går ur."}


def _document(stage: Any, case: Any) -> dict[str, Any]:
    body = documents.p("Bakgrund", "Rubrik1") + documents.p("Text.")
    return {"document": SimpleUploadedFile("utkast.docx", documents.docx(body))}


def _forum_decision(stage: Any, case: Any) -> dict[str, Any]:
    return {
        "kind": "approved",
        "forum": stage.world.forum.pk,
        "decided_on": _day(-10),
        "version": _version(stage, case),
        "paragraph": "§ 7",
    }


def _dispatch(stage: Any, case: Any) -> dict[str, Any]:
    return {
        "send": "1",
        "seen": dispatches_seen(_agreement(stage, case)),
        "version": _version(stage, case),
        "reply_by": _day(90),
        "letter": "För beslut.",
        "organisations": [stage.world.org["alvdalen"].pk],
    }


def _reminder(stage: Any, case: Any) -> dict[str, Any]:
    return {"organisations": [stage.world.org["orsa"].pk], "text": "Hör av er."}


def _steps(stage: Any, case: Any) -> dict[str, Any]:
    return {
        "beslutsvag-TOTAL_FORMS": 1,
        "beslutsvag-INITIAL_FORMS": 0,
        "beslutsvag-0-body": _body(case),
        "beslutsvag-0-role": "deciding",
        "beslutsvag-0-planned_on": _day(20),
    }


def _decision(stage: Any, case: Any) -> dict[str, Any]:
    return {
        "body": _body(case),
        "role": "deciding",
        "decided_on": _day(-2),
        "outcome": "adopted",
        "text": "1",
        "paragraph": "§ 77",
        "reason": "Fel paragraf.",
    }


def _signature(stage: Any, case: Any) -> dict[str, Any]:
    return {"version": _version(stage, case), "signatory": "Kommundirektören", "signed_on": _day(0)}


def _validity(stage: Any, case: Any) -> dict[str, Any]:
    return {
        "kind": "extension",
        "decided_on": _day(-1),
        "takes_effect_on": "2038-06-30",
        "forum": stage.world.forum.pk,
        "reason": "En ny är inte klar.",
    }


def _meetings(stage: Any, case: Any) -> dict[str, Any]:
    return {"body": _body(case), f"body-{_body(case)}-days": "2027-02-15"}


POSTS: dict[str, Callable[[Any, Any], dict[str, Any]]] = {
    "agreement_create": _data,
    "agreement_edit": _data,
    "agreement_parties": _parties,
    "version_create": lambda stage, case: {"title": "Ny text", "source": "empty"},
    "version_edit": lambda stage, case: {"title": "Ny rubrik", "note": "Ny anteckning"},
    "section_create": lambda stage, case: SECTION,
    "section_edit": lambda stage, case: SECTION,
    "version_import": _document,
    "version_invitations": lambda stage, case: {"email": "chair@cast.example", "access": "read"},
    "version_discard": lambda stage, case: {"reason": "Behövs inte."},
    "forum_decision_create": _forum_decision,
    "forum_decision_edit": _forum_decision,
    "dispatch_create": _dispatch,
    "reminder_list": _reminder,
    "principal_steps": _steps,
    "decision_create": _decision,
    "status_note_create": lambda stage, case: {"said_on": _day(0), "said_by": "Kanslichefen"},
    "signature_create": _signature,
    "decision_correct": _decision,
    "decision_prove": lambda stage, case: {"grade": "extract", "comment": "Sidan 2."},
    "validity_change_create": _validity,
    "status_note_void": lambda stage, case: {"why": "Fel."},
    "signature_void": lambda stage, case: {"why": "Fel."},
    "validity_change_void": lambda stage, case: {"why": "Fel."},
    "body_calendar": _meetings,
    "share_link_list": lambda stage, case: {"label": "Nämndens ledamöter", "expires_on": _day(20)},
}
