"""Invitations as tests make them, and the link that stands in the message."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from kvinnofrid.core.models import Message
from organisations import actions
from organisations.enums import Role
from organisations.models import Invitation
from tests.factories import cast

NEW = "ny.person@cast.example"
PASSWORD = "flera-ord-efter-varandra"
JOINED = {"name": "Nora Ny", "title": "Handläggare", "phone": "010-123 45 67"}
FORM = {**JOINED, "password1": PASSWORD, "password2": PASSWORD}


def invite(
    world: cast.World, *, by: str = "administrator", email: str = NEW, slug: str = "falun", **values: Any
) -> Any:
    """Somebody is invited to be a reader in Falun, from today until further notice, unless told otherwise."""
    wanted = {"roles": [Role.READER], "starts_on": timezone.localdate(), "scope": world.org[slug], **values}
    return actions.invite(email=email, by=world.person[by], **wanted)


def link(email: str = NEW) -> str:
    """The address in the newest message to the mail address, whoever has an account there."""
    message = Message.objects.filter(address=email).order_by("-pk").first()
    assert message is not None
    return message.path


def in_state(world: cast.World, state: str, **values: Any) -> Invitation:
    """An invitation in a state, brought there by the portal's own actions and the time."""
    invitation = invite(world, **values)
    if state == "accepted":
        actions.join(invitation=invitation, values=JOINED, password=PASSWORD)
    if state == "withdrawn":
        actions.withdraw(invitation=invitation, by=world.person["administrator"])
    if state == "expired":
        age(invitation, days=14)
    return Invitation.objects.get(pk=invitation.pk)


def age(invitation: Invitation, *, days: int = 0, minutes: int = 0) -> None:
    """The invitation was sent this much earlier."""
    invitation.refresh_from_db()
    earlier = timedelta(days=days, minutes=minutes)
    invitation.sent_at, invitation.expires_at = invitation.sent_at - earlier, invitation.expires_at - earlier
    invitation.save()
