"""Who may do what with agreements.

Agreements, their published versions, decisions and how everything stands are open to all participants. The
coordinator writes agreements and drafts, publishes, registers what forums decide, sends out, reminds and gives
links to the board. A draft is seen by the coordinator and by the people and organisations invited to it; those
invited to write may change its sections. A principal's registrar (or the coordinator for it) registers its way to a
decision, its decisions and what is said about them, receives what is sent to it, and keeps its bodies' calendars.
Who may register may also confirm that the extract names the fingerprint; the coordinator compares texts.
"""

from typing import Any

from agreements.enums import DraftAccess
from agreements.models import AgreementVersion, DispatchItem
from kvinnofrid.core import access
from organisations.permissions import is_coordinator, is_member, may_register

__all__ = ["is_coordinator", "is_member", "may_register", "may_write", "sees_item"]


def may_write(user: Any, version: AgreementVersion) -> bool:
    """Changes the sections of a draft: the coordinator, and those invited to write."""
    if is_coordinator(user):
        return True
    if not is_member(user):
        return False
    return any(
        invitation.user_id == user.pk
        or (invitation.organisation is not None and access.may(user, "view_internal", invitation.organisation))
        for invitation in version.invitations.filter(access=DraftAccess.WRITE).select_related("organisation")
    )


def sees_item(user: Any, item: DispatchItem) -> bool:
    """Opens what was sent to a principal: those who see what is internal to it."""
    return is_coordinator(user) or access.may(user, "view_internal", item.organisation)
