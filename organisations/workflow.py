"""What may follow what, for an invitation, a dated role, a person's account, and the data of who has left."""

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


class RetentionState(StrEnum):
    """Read from the facts of a retention, never stored."""

    NONE = "none"
    ANNOUNCED = "announced"
    DEACTIVATED = "deactivated"
    REDACTED = "redacted"


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

# A year after the last role or mandate; a stop begins the year anew.
RETENTION = Workflow(
    (
        move("announce", [RetentionState.NONE], RetentionState.ANNOUNCED),
        move("deactivate", [RetentionState.ANNOUNCED], RetentionState.DEACTIVATED),
        move("stop", [RetentionState.ANNOUNCED, RetentionState.DEACTIVATED], RetentionState.NONE),
        move("redact", [RetentionState.DEACTIVATED], RetentionState.REDACTED),
    )
)
