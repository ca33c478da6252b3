"""What the forms about mandates' later life would send: in order, so that a refusal is about the person."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from mandates.models import Mandate
from organisations.models import Seat
from tests.factories import life


def _day(days: int) -> str:
    return str(timezone.localdate() + timedelta(days=days))


def _lines(stage: Any, case: Any) -> list[int]:
    """Those that the person may choose: a commissioner of one organisation of several has one."""
    lines = stage.forms[case.key].lines.all()
    if case.persona == "orsa_commissioner":
        lines = lines.filter(seat__organisation__slug="orsa")
    return [line.pk for line in lines]


def _end(stage: Any, case: Any) -> dict[str, Any]:
    return {"lines": _lines(stage, case), "ended_on": _day(0), "reason": "Slutar", "goes_on": "Ett arbete pågår."}


def _link(stage: Any, case: Any) -> dict[str, Any]:
    return life.EXTERNAL | {"commissioner_email": "en.annan@extern.example"}


def _answer(stage: Any, case: Any) -> dict[str, Any]:
    version = Mandate.objects.get(pk=stage.things[case.key]["pk"]).version
    return {"decision": "attest", "version": version, "is_me": "on"}


def _paper(stage: Any, case: Any) -> dict[str, Any]:
    seat = Seat.objects.get(forum__slug="arbetsgruppen", organisation__slug="orsa")
    return {
        "edition": stage.working_edition.pk,
        "name": "Pelle Papper",
        "email": "pelle.papper@orsa.example",
        "signed_on": _day(-3),
        "received_on": _day(-1),
        "scan": SimpleUploadedFile("blankett.png", life.PNG),
        "lines-TOTAL_FORMS": 1,
        "lines-INITIAL_FORMS": 0,
        "lines-0-seat": seat.pk,
        "lines-0-kind": "ordinary",
        "lines-0-share_percent": "10",
        "lines-0-starts_on": _day(0),
        "lines-0-commissioner_name": "Eva Extern",
    }


def _vacancy(stage: Any, case: Any) -> dict[str, Any]:
    return {"starts_on": _day(0), "expected_on": _day(30), "note": "Rekrytering pågår.", "function_email": ""}


def _bundle(stage: Any, case: Any) -> dict[str, Any]:
    return {"forum": "lansgruppen", "day": _day(0), "content": "active", "format": "pdf"}


POSTS: dict[str, Callable[[Any, Any], dict[str, Any]]] = {
    "mandate_end_all": _end,
    "mandate_confirm": lambda stage, case: {"lines": _lines(stage, case)},
    "attest_link": _link,
    "attest_by_link": _answer,
    "paper_create": _paper,
    "vacancy_edit": _vacancy,
    "bundle_list": _bundle,
}
