"""Changes to who takes part: one verb, one function."""

from organisations.actions.bodies import add_body, add_meetings, remove_meeting
from organisations.actions.invitations import accept, hash_of, invite, join, renew, withdraw
from organisations.actions.people import deactivate, reactivate
from organisations.actions.profile import save_profile
from organisations.actions.roles import (
    Scope,
    appoint,
    change_appointment,
    change_role,
    end_appointment,
    end_role,
    follow_role_table,
    grant_role,
    role_group,
)

__all__ = [
    "Scope",
    "accept",
    "add_body",
    "add_meetings",
    "appoint",
    "change_appointment",
    "change_role",
    "deactivate",
    "end_appointment",
    "end_role",
    "follow_role_table",
    "grant_role",
    "hash_of",
    "invite",
    "join",
    "reactivate",
    "remove_meeting",
    "renew",
    "role_group",
    "save_profile",
    "withdraw",
]
