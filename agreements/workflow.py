"""What may follow what, for a version of the text and for what is sent to a principal."""

from enum import StrEnum

from kvinnofrid.core.workflow import Workflow, move


class VersionState(StrEnum):
    """Read from the version's facts, never stored."""

    DRAFT = "draft"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class ItemState(StrEnum):
    """Read from the dispatch item's facts, never stored."""

    PREPARING = "preparing"
    SENT = "sent"
    RECEIVED = "received"


VERSION = Workflow(
    (
        move("edit", [VersionState.DRAFT], VersionState.DRAFT),
        move("publish", [VersionState.DRAFT], VersionState.PUBLISHED),
        move("discard", [VersionState.DRAFT], VersionState.DISCARDED, needs_reason=True),
    )
)

ITEM = Workflow(
    (
        move("prepare", [ItemState.PREPARING], ItemState.SENT),
        move("receive", [ItemState.SENT], ItemState.RECEIVED),
    )
)
