"""What pages need to know about people, and who may know it."""

from organisations.queries.cards import PersonCard, card
from organisations.queries.heads import coordinators_today, headless_from
from organisations.queries.holdings import Holding, holdings, tell_holdings
from organisations.queries.invitations import (
    InvitationRow,
    invitation_of,
    invitation_rows,
    roles_held,
    unanswered_invitation,
)
from organisations.queries.marks import mark_of_all
from organisations.queries.members import (
    HeldRow,
    Members,
    holders_to_choose,
    members_of,
    members_to_choose,
    role_row,
    seat_row,
)
from organisations.queries.people import PROFILE_FIELDS, people, person_page, person_row, profile_values
from organisations.queries.places import place_url
from organisations.queries.roles import members, on_behalf_of, roles_today

__all__ = [
    "PROFILE_FIELDS",
    "HeldRow",
    "Holding",
    "InvitationRow",
    "Members",
    "PersonCard",
    "card",
    "coordinators_today",
    "headless_from",
    "holders_to_choose",
    "holdings",
    "invitation_of",
    "invitation_rows",
    "mark_of_all",
    "members",
    "members_of",
    "members_to_choose",
    "on_behalf_of",
    "people",
    "person_page",
    "person_row",
    "place_url",
    "profile_values",
    "role_row",
    "roles_held",
    "roles_today",
    "seat_row",
    "tell_holdings",
    "unanswered_invitation",
]
