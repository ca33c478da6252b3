"""Invitations: how a person gets the first role, and an account with it."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from kvinnofrid.core.privacy import REMOVED_DOMAIN
from organisations.enums import FORUM_ROLES, ORGANISATION_ROLES, PARTNERSHIP_ROLES, Role
from organisations.models.forums import Forum, Seat
from organisations.models.organisations import Organisation
from organisations.models.partnership import Partnership
from organisations.models.people import User
from organisations.models.periods import Period, in_order
from organisations.querysets import InvitationQuerySet
from organisations.workflow import InvitationState

SHA256 = "^[0-9a-f]{64}$"
UNANSWERED = Q(accepted_at__isnull=True, withdrawn_at__isnull=True)


def _place(model: type[models.Model], label: str) -> Any:
    return models.ForeignKey(
        model, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations", verbose_name=label
    )


def _actor(label: str, name: str, *, null: bool = True) -> Any:
    return models.ForeignKey(
        User, on_delete=models.PROTECT, null=null, blank=null, related_name=name, editable=False, verbose_name=label
    )


def _only(place: str, roles: Any) -> Q:
    """The place is this one, and all roles are among those that are held there."""
    others = {f"{name}__isnull": name != place for name in ("organisation", "forum", "partnership")}
    return Q(**others, roles__contained_by=[role.value for role in roles])


def _one_unanswered(place: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=["email", place],
        condition=UNANSWERED,
        name=f"invitation_once_per_{place}",
        violation_error_message="Det finns redan en obesvarad inbjudan till adressen.",
    )


class Invitation(Period):
    """An offer of roles in one place to whoever reads the mail of an address, by a link that opens it once.

    The period is that of the roles. Of the link's token only the SHA-256 is kept, and a renewal replaces it.
    """

    may_be_deleted = False
    email = models.EmailField("e-postadress", max_length=254)
    roles = ArrayField(
        models.CharField(max_length=20, choices=[(r.value, r.label) for r in Role if r != Role.MEMBER]),
        verbose_name="roller",
        default=list,
        blank=True,
    )
    organisation = _place(Organisation, "organisation")
    forum = _place(Forum, "forum")
    partnership = _place(Partnership, "samverkan")
    seat = _place(Seat, "plats")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = _actor("inbjuden av", "sent_invitations", null=False)
    sent_at = models.DateTimeField("skickad", editable=False)
    expires_at = models.DateTimeField("gäller till", editable=False)
    accepted_at = models.DateTimeField("tackade ja", null=True, blank=True, editable=False)
    accepted_by = _actor("tackade ja", "accepted_invitations")
    withdrawn_at = models.DateTimeField("återkallad", null=True, blank=True, editable=False)
    withdrawn_by = _actor("återkallad av", "withdrawn_invitations")

    objects = InvitationQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "inbjudan"
        verbose_name_plural = "inbjudningar"
        ordering = ["-sent_at", "-pk"]
        constraints = [
            in_order("invitation"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invitation_email_lower_case"),
            models.CheckConstraint(
                condition=_only("organisation", ORGANISATION_ROLES)
                | _only("forum", FORUM_ROLES)
                | _only("partnership", PARTNERSHIP_ROLES),
                name="invitation_roles_fit_place",
                violation_error_message="Rollen passar inte där den ska gälla.",
            ),
            models.CheckConstraint(
                condition=Q(seat__isnull=True) | Q(forum__isnull=False), name="invitation_seat_in_forum"
            ),
            models.CheckConstraint(
                condition=Q(roles__len__gt=0) | Q(seat__isnull=False),
                name="invitation_offers_something",
                violation_error_message="Välj minst en roll.",
            ),
            models.CheckConstraint(condition=Q(token_hash__regex=SHA256), name="invitation_token_hash_form"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, withdrawn_at__isnull=True),
                name="invitation_accepted_with_facts",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="invitation_withdrawn_with_facts",
            ),
            *[_one_unanswered(place) for place in ("organisation", "forum", "partnership")],
        ]

    def __str__(self) -> str:
        return f"{self.email}, {self.scope}"

    def clean(self) -> None:
        self.email = self.email.strip().lower()

    @property
    def is_redacted(self) -> bool:
        """Whether its address is gone."""
        return self.email.endswith(f"@{REMOVED_DOMAIN}")

    @property
    def scope(self) -> Any:
        """The organisation, the forum or the partnership that the person is invited to."""
        return self.organisation or self.forum or self.partnership

    @property
    def offers(self) -> str:
        """The roles, and the seat, in words of a sentence."""
        labels = [str(Role(role).label).lower() for role in self.roles]
        return ", ".join([*labels, f"plats för {self.seat}"] if self.seat else labels)

    def state_at(self, moment: datetime) -> InvitationState:
        if self.withdrawn_at:
            return InvitationState.WITHDRAWN
        if self.accepted_at:
            return InvitationState.ACCEPTED
        return InvitationState.OPEN if moment < self.expires_at else InvitationState.EXPIRED

    @property
    def state(self) -> InvitationState:
        return self.state_at(timezone.now())
