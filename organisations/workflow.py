"""What may follow what, for an invitation, for a dated role and for a person's account."""

from enum import StrEnum

from kvinnofrid.core.workflow import Workflow, move


class InvitationState(StrEnum):
    """Read from the invitation's facts and the time, never stored."""

    OPEN = "open"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class RoleState(StrEnum):
    """Read from the dates of a role, or of a seat by office, and the day; never stored."""

    COMING = "coming"
    ACTIVE = "active"
    OVER = "over"


class AccountState(StrEnum):
    """Whether the person can log in."""

    ACTIVE = "active"
    INACTIVE = "inactive"


INVITATION = Workflow(
    (
        move("accept", [InvitationState.OPEN], InvitationState.ACCEPTED),
        move("renew", [InvitationState.OPEN, InvitationState.EXPIRED], InvitationState.OPEN),
        move("withdraw", [InvitationState.OPEN, InvitationState.EXPIRED], InvitationState.WITHDRAWN),
    )
)

ROLE = Workflow(
    (
        move("change", [RoleState.COMING, RoleState.ACTIVE], RoleState.ACTIVE),
        move("end", [RoleState.COMING, RoleState.ACTIVE], RoleState.OVER, needs_reason=True),
    )
)

ACCOUNT = Workflow(
    (
        move("deactivate", [AccountState.ACTIVE], AccountState.INACTIVE, needs_reason=True),
        move("reactivate", [AccountState.INACTIVE], AccountState.ACTIVE, needs_reason=True),
    )
)
