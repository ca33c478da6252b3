"""Every state × verb of mandates and lines, through the actions: what happens, or that nothing does."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from kvinnofrid.core.models import Message
from kvinnofrid.core.workflow import MoveRefused, Workflow
from mandates import actions
from mandates.enums import LineState, LinkState, MandateState
from mandates.models import Mandate, MandateSeat
from mandates.workflow import LINE, LINK, MANDATE
from organisations.models import User
from tests.factories import cast
from tests.factories.filling import sent

REASON = "Andelen stämmer inte."
# Written out once more, by hand: from the rows' state, the verb leads to the state; None means that it is refused.
LINES: dict[str, dict[str, str | None]] = {
    "draft": {
        "submit": "waiting",
        "attest": None,
        "send_back": None,
        "withdraw": "withdrawn",
        "end": None,
        "register": "attested",
    },
    "waiting": {
        "submit": None,
        "attest": "attested",
        "send_back": "returned",
        "withdraw": "withdrawn",
        "end": None,
        "register": None,
    },
    "returned": {
        "submit": "waiting",
        "attest": None,
        "send_back": None,
        "withdraw": "withdrawn",
        "end": None,
        "register": None,
    },
    "attested": {
        "submit": None,
        "attest": None,
        "send_back": None,
        "withdraw": "withdrawn",
        "end": "ended",
        "register": None,
    },
    "withdrawn": {"submit": None, "attest": None, "send_back": None, "withdraw": None, "end": None, "register": None},
    "ended": {"submit": None, "attest": None, "send_back": None, "withdraw": None, "end": None, "register": None},
}
MANDATES: dict[str, dict[str, str | None]] = {
    "draft": {"submit": "submitted", "withdraw": "withdrawn", "end": None},
    "submitted": {"submit": "submitted", "withdraw": "withdrawn", "end": "ended"},
    "withdrawn": {"submit": None, "withdraw": None, "end": None},
    "ended": {"submit": None, "withdraw": None, "end": None},
}
LINKS: dict[str, dict[str, str | None]] = {
    "open": {"use": "used", "withdraw": "withdrawn"},
    "used": {"use": None, "withdraw": None},
    "withdrawn": {"use": None, "withdraw": None},
}
# What is signed on paper is tried in test_papers.
LINE_PAIRS = [(state, verb, to) for state, row in LINES.items() for verb, to in row.items() if verb != "register"]
MANDATE_PAIRS = [(state, verb, target) for state, row in MANDATES.items() for verb, target in row.items()]

# verb: (history's verb, who acts, to whom the message goes, its subject)
EFFECTS = {
    "submit": ("submitted", "representative", "commissioner", "Uppdrag att attestera: Falu kommun"),
    "attest": ("attested", "commissioner", "representative", "Uppdraget är attesterat: Falu kommun"),
    "send_back": ("sent_back", "commissioner", "representative", "Uppdraget behöver rättas: Falu kommun"),
    "withdraw": ("withdrawn", "representative", "commissioner", "Uppdraget är återtaget: Falu kommun"),
    "end": ("ended", "commissioner", "representative", "Uppdraget avslutas: Falu kommun"),
}
WITH_REASON = ("send_back", "withdraw", "end")


@pytest.fixture
def now() -> Any:
    """Time stands still, so that facts can be compared."""
    moment = timezone.now()
    with time_machine.travel(moment, tick=False):
        yield moment


def line_in(world: cast.World, state: str, *, starts_in: int = -30) -> MandateSeat:
    """Falun's line, brought to a state through the actions."""
    by, commissioner = world.person["representative"], world.person["commissioner"]
    mandate = cast.draft(world)
    line = mandate.lines.get()
    cast.fill(world, line, starts_on=timezone.localdate() + timedelta(days=starts_in))
    if state == "draft":
        return MandateSeat.objects.get()
    if state == "withdrawn":
        actions.withdraw(mandate=mandate, reason="Fel forum.", by=by)
        return MandateSeat.objects.get()
    actions.submit(mandate=mandate, by=by)
    version = Mandate.objects.get().version
    if state == "returned":
        actions.send_back(line=line, version=version, comment="Ange en kontakt till.", by=commissioner)
    if state in {"attested", "ended"}:
        actions.attest(line=line, version=version, by=commissioner)
    if state == "ended":
        actions.end_line(line=line, ended_on=timezone.localdate(), reason="Byter tjänst.", by=commissioner)
    return MandateSeat.objects.get()


def act(world: cast.World, line: MandateSeat, verb: str, reason: str = REASON) -> None:
    by = world.person[EFFECTS[verb][1]]
    version = Mandate.objects.get(pk=line.mandate_id).version
    moves: dict[str, Callable[[], None]] = {
        "submit": lambda: actions.submit(mandate=line.mandate, by=by),
        "attest": lambda: actions.attest(line=line, version=version, by=by),
        "send_back": lambda: actions.send_back(line=line, version=version, comment=reason, by=by),
        "withdraw": lambda: actions.withdraw(mandate=line.mandate, reason=reason, by=by),
        "end": lambda: actions.end_line(line=line, ended_on=timezone.localdate(), reason=reason, by=by),
    }
    moves[verb]()


def everything() -> Any:
    """All that an action could have changed."""
    return (
        list(Mandate.objects.order_by("pk").values()),
        list(MandateSeat.objects.order_by("pk").values()),
        Mandate.history.count(),
        MandateSeat.history.count(),
        Message.objects.count(),
    )


FACTS = (
    "waiting_since",
    "attested_at",
    "attested_by",
    "returned_at",
    "returned_by",
    "return_comment",
    "ended_on",
    "ended_by",
)


def facts_after(target: str, source: str, now: datetime, commissioner: User) -> dict[str, Any]:
    """The facts that the state stands on, and none besides."""
    facts: dict[str, Any] = dict.fromkeys(FACTS) | {"return_comment": ""}
    if target == "waiting":
        facts |= {"waiting_since": now}
    if target == "returned":
        facts |= {"returned_at": now, "returned_by": commissioner, "return_comment": REASON}
    if target in {"attested", "ended"} or source == "attested":
        facts |= {"attested_at": now, "attested_by": commissioner}
    if target == "ended":
        facts |= {"ended_on": timezone.localdate(), "ended_by": commissioner}
    return facts


def pairs(workflow: Workflow, states: list[str]) -> dict[str, dict[str, str | None]]:
    verbs = list(dict.fromkeys(move.verb for move in workflow.moves))
    return {
        state: {verb: workflow.move(verb).target if workflow.allows(state, verb) else None for verb in verbs}
        for state in states
    }


def test_the_tables_are_those_written_here() -> None:
    assert pairs(LINE, list(LineState.values)) == LINES
    assert pairs(MANDATE, list(MandateState.values)) == MANDATES
    assert pairs(LINK, list(LinkState.values)) == LINKS
    for workflow in (LINE, MANDATE):
        reasons = {move.verb for move in workflow.moves if move.needs_reason}
        assert reasons == {verb for verb in WITH_REASON if any(verb == move.verb for move in workflow.moves)}


@pytest.mark.parametrize(("state", "verb", "target"), LINE_PAIRS)
def test_line(world: cast.World, now: datetime, state: str, verb: str, target: str | None) -> None:
    later = (state, verb) == ("attested", "withdraw")  # what has begun is ended instead
    line = line_in(world, state, starts_in=1 if later else -30)
    before, told = everything(), len(sent())
    if target is None:
        with pytest.raises(MoveRefused):
            act(world, line, verb)
        assert everything() == before
        return
    act(world, line, verb)
    line = MandateSeat.objects.get()
    assert line.state == target
    commissioner = world.person["commissioner"]
    assert {name: getattr(line, name) for name in FACTS} == facts_after(target, state, now, commissioner)
    done, actor, recipient, subject = EFFECTS[verb]
    entry = line.history.order_by("-history_id").first()
    reason = REASON if verb in WITH_REASON else ""
    assert (entry.verb, entry.history_change_reason, entry.history_user) == (done, reason, world.person[actor])
    assert entry.history_date == now
    assert MandateSeat.history.count() == before[3] + 1
    expected = [] if (state, verb) == ("draft", "withdraw") else [(world.person[recipient].name, subject)]
    assert sent()[told:] == expected


@pytest.mark.parametrize(("state", "verb", "target"), MANDATE_PAIRS)
def test_mandate(world: cast.World, now: datetime, state: str, verb: str, target: str | None) -> None:
    brought = {"submitted": "attested" if verb == "end" else "returned"}.get(state, state)
    line = line_in(world, brought)
    before = everything()
    if target is None:
        with pytest.raises(MoveRefused):
            act(world, line, verb)
        assert everything() == before
        return
    act(world, line, verb)
    mandate = Mandate.objects.get()
    assert mandate.state == target
    representative = world.person["representative"]
    withdrawn = (now, representative) if target == "withdrawn" else (None, None)
    was_submitted = state == "submitted" or target == "submitted"
    submitted = (now, representative) if was_submitted else (None, None)
    assert (mandate.withdrawn_at, mandate.withdrawn_by) == withdrawn
    assert (mandate.submitted_at, mandate.submitted_by) == submitted
    entry = mandate.history.order_by("-history_id").first()
    done, actor, _, _ = EFFECTS[verb]
    reason = REASON if verb in WITH_REASON else ""
    assert (entry.verb, entry.history_change_reason, entry.history_user) == (done, reason, world.person[actor])
    assert mandate.version == before[0][0]["version"] + 1


@pytest.mark.parametrize(("verb", "state"), [("send_back", "waiting"), ("withdraw", "waiting"), ("end", "attested")])
@pytest.mark.parametrize("reason", ["", "  \n\t"])
def test_no_reason_no_move(world: cast.World, verb: str, state: str, reason: str) -> None:
    line = line_in(world, state)
    before = everything()
    with pytest.raises(MoveRefused) as refusal:
        act(world, line, verb, reason)
    assert str(refusal.value) == "Skriv en motivering."
    assert everything() == before


def test_messages_carry_reference_reason_and_address(world: cast.World) -> None:
    line = line_in(world, "waiting")
    act(world, line, "send_back")
    message = world.person["representative"].messages.get()
    mandate = Mandate.objects.get()
    assert message.path == f"/uppdrag/{mandate.pk}/"
    assert message.body.splitlines() == [
        "Hej Rut Representant!",
        "",
        "Ulla Uppdragsgivare har återsänt ditt uppdrag för Falu kommun i Länsgruppen med kommentaren:",
        "",
        REASON,
        "",
        "Rätta och skicka in igen. Det du har fyllt i är kvar.",
        "",
        f"Referens: {mandate.reference}",
    ]


def test_mended_line_is_asked_for_again_with_a_message_of_its_own(world: cast.World) -> None:
    line = line_in(world, "returned")
    act(world, line, "submit")
    act(world, line, "send_back")
    act(world, line, "submit")
    asked = ("Ulla Uppdragsgivare", "Uppdrag att attestera: Falu kommun")
    back = ("Rut Representant", "Uppdraget behöver rättas: Falu kommun")
    assert sent() == [asked, back, asked, back, asked]


def test_an_inactive_person_gets_no_message(world: cast.World) -> None:
    line = line_in(world, "waiting")
    Message.objects.all().delete()
    commissioner = world.person["commissioner"]
    commissioner.is_active = False
    commissioner.save()
    act(world, line, "withdraw")
    assert sent() == []
