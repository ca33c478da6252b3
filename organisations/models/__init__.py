"""What is always true of who takes part."""

from organisations.models.forums import Appointment, Forum, ForumAlias, Relation, Seat
from organisations.models.invitations import Invitation
from organisations.models.organisations import (
    BodyMeeting,
    DecidingBody,
    JointParticipant,
    Organisation,
    OrganisationAlias,
)
from organisations.models.partnership import Partnership
from organisations.models.people import Membership, User
from organisations.models.permissions import (
    ForumGroupPermission,
    OrganisationGroupPermission,
    PartnershipGroupPermission,
)
from organisations.models.retention import Redaction, Retention

__all__ = [
    "Appointment",
    "BodyMeeting",
    "DecidingBody",
    "Forum",
    "ForumAlias",
    "ForumGroupPermission",
    "Invitation",
    "JointParticipant",
    "Membership",
    "Organisation",
    "OrganisationAlias",
    "OrganisationGroupPermission",
    "Partnership",
    "PartnershipGroupPermission",
    "Redaction",
    "Relation",
    "Retention",
    "Seat",
    "User",
]
