"""What is always true of who takes part."""

from organisations.models.forums import Appointment, Forum, ForumAlias, Seat
from organisations.models.organisations import DecidingBody, Organisation, OrganisationAlias
from organisations.models.partnership import Partnership
from organisations.models.people import Membership, User
from organisations.models.permissions import (
    ForumGroupPermission,
    OrganisationGroupPermission,
    PartnershipGroupPermission,
)

__all__ = [
    "Appointment",
    "DecidingBody",
    "Forum",
    "ForumAlias",
    "ForumGroupPermission",
    "Membership",
    "Organisation",
    "OrganisationAlias",
    "OrganisationGroupPermission",
    "Partnership",
    "PartnershipGroupPermission",
    "Seat",
    "User",
]
