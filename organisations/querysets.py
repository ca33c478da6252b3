"""Which rows: sentences that compose."""

from datetime import date, datetime
from typing import Any, Self

from django.apps import apps
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, OuterRef, Q, QuerySet

from kvinnofrid.core import access
from kvinnofrid.core.audit import TrackedQuerySet
from kvinnofrid.core.ordering import swedish
from organisations.enums import Role


class OrganisationQuerySet(TrackedQuerySet):
    def active_on(self, day: date) -> Self:
        """Those that take part on the day."""
        return self.filter(
            Q(active_from__isnull=True) | Q(active_from__lte=day), Q(active_to__isnull=True) | Q(active_to__gte=day)
        )

    def principals(self) -> Self:
        return self.filter(is_principal=True)

    def named_like(self, text: str) -> Self:
        """Those whose name, short name or other name contains the text."""
        alias = apps.get_model("organisations", "OrganisationAlias").objects.filter(
            organisation=OuterRef("pk"), name__icontains=text
        )
        return self.filter(Q(name__icontains=text) | Q(short_name__icontains=text) | Exists(alias))

    def where(self, user: Any, permission: str) -> Self:
        """Those in which the person has the permission today."""
        return access.objects_where(self, user, permission)  # type: ignore[return-value]

    def without_administrator(self, day: date) -> Self:
        """Those that take part on the day and have no active administrator then."""
        memberships = apps.get_model("organisations", "Membership").objects.active_on(day)
        administrators = memberships.filter(organisation=OuterRef("pk"), role=Role.ADMINISTRATOR, user__is_active=True)
        return self.active_on(day).filter(~Exists(administrators))

    def in_order(self) -> Self:
        return self.order_by(swedish("name"))


class ForumQuerySet(TrackedQuerySet):
    def named_like(self, text: str) -> Self:
        """Those whose name or other name contains the text."""
        alias = apps.get_model("organisations", "ForumAlias").objects.filter(forum=OuterRef("pk"), name__icontains=text)
        return self.filter(Q(name__icontains=text) | Exists(alias))

    def where(self, user: Any, permission: str) -> Self:
        """Those in which the person has the permission today."""
        return access.objects_where(self, user, permission)  # type: ignore[return-value]

    def in_order(self) -> Self:
        return self.order_by(swedish("name"))


class SeatQuerySet(TrackedQuerySet):
    def in_order(self) -> Self:
        """By organisation in Swedish order, then by function."""
        return self.select_related("organisation").order_by(swedish("organisation__name"), swedish("function"))


class UserQuerySet(TrackedQuerySet):
    def get_by_natural_key(self, email: str | None) -> Any:
        """The person with the e-mail, whatever its case."""
        return self.get(email=(email or "").lower())

    def without_account(self) -> Self:
        """People known from a paper form only: they have never been able to log in."""
        return self.filter(is_active=False, password__startswith=UNUSABLE_PASSWORD_PREFIX, memberships=None)

    def with_role(self, role: Role, day: date) -> Self:
        """Active people who hold the role somewhere on the day."""
        memberships = apps.get_model("organisations", "Membership").objects.active_on(day)
        return self.filter(is_active=True, pk__in=memberships.filter(role=role).values("user"))

    def commissioners_of(self, organisation: Any, day: date) -> Self:
        """Active people who hold the commissioner's role in the organisation on the day."""
        memberships = apps.get_model("organisations", "Membership").objects.active_on(day)
        holding = memberships.filter(organisation=organisation, role=Role.COMMISSIONER)
        return self.filter(is_active=True, pk__in=holding.values("user")).order_by(swedish("name"), "pk")

    def named_like(self, text: str) -> Self:
        """Those whose name, title or e-mail address contains the text."""
        return self.filter(Q(name__icontains=text) | Q(title__icontains=text) | Q(email__icontains=text))

    def in_order(self) -> Self:
        return self.order_by(swedish("name"), "pk")


class InvitationQuerySet(TrackedQuerySet):
    def unanswered(self) -> Self:
        """Neither accepted nor withdrawn; the time of some may be out."""
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)

    def open_at(self, moment: datetime) -> Self:
        """Those whose link opens something."""
        return self.unanswered().filter(expires_at__gt=moment)


def groups_by_membership(user: Any, day: date) -> QuerySet[Any]:
    """Groups that a person is in through a membership on the day."""
    memberships = apps.get_model("organisations", "Membership").objects.active_on(day).filter(user=user)
    return memberships.values("group")


def groups_by_appointment(user: Any, day: date) -> QuerySet[Any]:
    """Groups that a person is in by holding a seat by office on the day."""
    appointments = apps.get_model("organisations", "Appointment").objects.active_on(day).filter(holder=user)
    return appointments.values("group")
