"""Which agreements, versions and parties: sentences that compose."""

from typing import Any, Self

from django.apps import apps
from django.db.models import F, Q

from kvinnofrid.core.audit import TrackedQuerySet
from kvinnofrid.core.ordering import swedish
from organisations import permissions
from organisations.models import Organisation


class AgreementQuerySet(TrackedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Agreements and how they stand are open to all participants; their drafts are not."""
        return self if permissions.is_member(user) else self.none()

    def in_order(self) -> Self:
        return self.order_by(swedish("title"), "pk")


class PartyQuerySet(TrackedQuerySet):
    def in_order(self) -> Self:
        """The region first, then the municipalities in Swedish order; the periods of each in the order of time."""
        by_name = ("-organisation__kind", swedish("organisation__name"))
        return self.select_related("organisation").order_by(*by_name, F("starts_on").asc(nulls_first=True))


class AgreementVersionQuerySet(TrackedQuerySet):
    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def drafts(self) -> Self:
        return self.filter(published_at__isnull=True, discarded_at__isnull=True)

    def visible_to(self, user: Any) -> Self:
        """Published versions to all participants; drafts to the coordinator and to those invited."""
        if permissions.is_coordinator(user):
            return self
        if not permissions.is_member(user):
            return self.none()
        return self.filter(Q(published_at__isnull=False) | Q(pk__in=self._invited(user)))

    def _invited(self, user: Any) -> Any:
        invitations = apps.get_model("agreements", "DraftInvitation").objects.filter(
            Q(user=user) | Q(organisation__in=Organisation.objects.where(user, "view_internal")),
            version__discarded_at__isnull=True,
        )
        return invitations.values("version")
