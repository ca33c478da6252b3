"""Every state × verb of invitations, roles and accounts, through the actions: what happens, or that nothing does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kvinnofrid.core.models import Message
from kvinnofrid.core.workflow import MoveRefused, Workflow
from organisations import actions
from organisations.enums import Role
from organisations.models import Invitation, Membership, User
from organisations.workflow import (
    ACCOUNT,
    INVITATION,
    RETENTION,
    ROLE,
    AccountState,
    InvitationState,
    RetentionState,
    RoleState,
)
from tests.factories import cast, inviting

REASON = "Har slutat."
# Written out once more, by hand: from the state, the verb leads to the state; None means that it is refused.
INVITATIONS: dict[str, dict[str, str | None]] = {
    "open": {"accept": "accepted", "renew": "open", "withdraw": "withdrawn"},
    "expired": {"accept": None, "renew": "open", "withdraw": "withdrawn"},
    "accepted": {"accept": None, "renew": None, "withdraw": None},
    "withdrawn": {"accept": None, "renew": None, "withdraw": None},
}
ROLES: dict[str, dict[str, str | None]] = {
    "coming": {"change": "active", "end": "over"},
    "active": {"change": "active", "end": "over"},
    "over": {"change": None, "end": None},
}
ACCOUNTS: dict[str, dict[str, str | None]] = {
    "active": {"deactivate": "inactive", "reactivate": None},
    "inactive": {"deactivate": None, "reactivate": "active"},
}
RETENTIONS: dict[str, dict[str, str | None]] = {
    "none": {"announce": "announced", "deactivate": None, "stop": None, "redact": None},
    "announced": {"announce": None, "deactivate": "deactivated", "stop": "none", "redact": None},
    "deactivated": {"announce": None, "deactivate": None, "stop": "none", "redact": "redacted"},
    "redacted": {"announce": None, "deactivate": None, "stop": None, "redact": None},
}


def pairs(workflow: Workflow, states: list[str]) -> dict[str, dict[str, str | None]]:
    verbs = [move.verb for move in workflow.moves]
    return {
        state: {verb: workflow.move(verb).target if workflow.allows(state, verb) else None for verb in verbs}
        for state in states
    }


def rows(table: dict[str, dict[str, str | None]]) -> list[tuple[str, str, str | None]]:
    return [(state, verb, target) for state, row in table.items() for verb, target in row.items()]


def test_the_tables_are_those_written_here() -> None:
    assert pairs(INVITATION, [state.value for state in InvitationState]) == INVITATIONS
    assert pairs(ROLE, [state.value for state in RoleState]) == ROLES
    assert pairs(ACCOUNT, [state.value for state in AccountState]) == ACCOUNTS
    assert pairs(RETENTION, [state.value for state in RetentionState]) == RETENTIONS  # done in test_retention.py
    reasons = {move.verb for workflow in (INVITATION, ROLE, ACCOUNT) for move in workflow.moves if move.needs_reason}
    assert reasons == {"end", "deactivate", "reactivate"}


def everything() -> Any:
    """All that an action could have changed."""
    kinds: Any = (Invitation, Membership, User)
    return (
        [list(model.objects.order_by("pk").values()) for model in kinds],
        [model.history.count() for model in kinds],
        list(Message.objects.order_by("pk").values()),
    )


def refused(change: Callable[[], Any]) -> None:
    before = everything()
    with pytest.raises(MoveRefused):
        change()
    assert everything() == before


@pytest.mark.parametrize(("state", "verb", "target"), rows(INVITATIONS))
def test_invitation(world: cast.World, state: str, verb: str, target: str | None) -> None:
    invitation = inviting.in_state(world, state)
    if state == "open":
        inviting.age(invitation, minutes=5)  # a renewal within a minute is a double click
    administrator, hash_before = world.person["administrator"], invitation.token_hash
    moves: dict[str, Callable[[], Any]] = {
        "accept": lambda: actions.join(invitation=invitation, values=inviting.JOINED, password=inviting.PASSWORD),
        "renew": lambda: actions.renew(invitation=invitation, by=administrator),
        "withdraw": lambda: actions.withdraw(invitation=invitation, by=administrator),
    }
    if target is None:
        refused(moves[verb])
        return
    moves[verb]()
    invitation = Invitation.objects.get()
    assert invitation.state == target
    entry = invitation.history.order_by("-history_id").first()
    joined = User.objects.filter(email=inviting.NEW).first()
    done, who = {
        "accept": ("accepted", joined),
        "renew": ("renewed", administrator),
        "withdraw": ("withdrawn", administrator),
    }[verb]
    assert (entry.verb, entry.history_user) == (done, who)
    assert (invitation.token_hash != hash_before) == (verb == "renew")
    assert (joined is not None) == (verb == "accept")


@pytest.mark.parametrize(("state", "verb", "target"), rows(ROLES))
def test_role(world: cast.World, state: str, verb: str, target: str | None) -> None:
    today, by = timezone.localdate(), world.person["administrator"]
    starts_in, ends_in = {"coming": (2, None), "active": (-9, None), "over": (-9, -1)}[state]
    role = actions.grant_role(
        user=world.person["nobody"],
        role=Role.READER,
        scope=world.org["falun"],
        by=None,
        starts_on=today + timedelta(days=starts_in),
        ends_on=None if ends_in is None else today + timedelta(days=ends_in),
    )
    later = today + timedelta(days=30)
    moves: dict[str, Callable[[], Any]] = {
        "change": lambda: actions.change_role(membership=role, ends_on=later, by=by),
        "end": lambda: actions.end_role(membership=role, ends_on=today - timedelta(days=1), reason=REASON, by=by),
    }
    if target is None:
        refused(moves[verb])
        return
    moves[verb]()
    left = Membership.objects.filter(pk=role.pk).first()
    expected = {("coming", "end"): ("revoked", None), ("active", "end"): ("ended", today - timedelta(days=1))}
    verb_told, last_day = expected.get((state, verb), ("changed", later))
    assert (left.ends_on if left else None) == last_day
    entry = Membership.history.filter(id=role.pk).order_by("-history_id").first()
    assert (entry.verb, entry.history_user) == (verb_told, by)
    assert entry.history_change_reason == (REASON if verb == "end" else "")


@pytest.mark.parametrize(("state", "verb", "target"), rows(ACCOUNTS))
def test_account(world: cast.World, state: str, verb: str, target: str | None) -> None:
    person = world.person["reader" if state == "active" else "deactivated"]
    by = world.person["coordinator"]
    move: Any = {"deactivate": actions.deactivate, "reactivate": actions.reactivate}[verb]
    if target is None:
        refused(lambda: move(person=person, reason=REASON, by=by))
        return
    move(person=person, reason=REASON, by=by)
    found = User.objects.get(pk=person.pk)
    assert found.is_active == (target == "active")
    entry = found.history.order_by("-history_id").first()
    assert (entry.verb, entry.history_change_reason, entry.history_user) == (f"{verb}d", REASON, by)


@pytest.mark.parametrize("reason", ["", "  \n\t"])
def test_no_reason_no_move(world: cast.World, reason: str) -> None:
    by, today = world.person["coordinator"], timezone.localdate()
    role = world.person["reader"].memberships.get()
    refused(lambda: actions.end_role(membership=role, ends_on=today, reason=reason, by=by))
    refused(lambda: actions.deactivate(person=world.person["reader"], reason=reason, by=by))
    refused(lambda: actions.reactivate(person=world.person["deactivated"], reason=reason, by=by))
