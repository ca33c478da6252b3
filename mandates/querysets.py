"""Which editions, mandates and lines: sentences that compose."""

from datetime import date
from typing import Any, Self

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from kvinnofrid.core.audit import TrackedQuerySet
from kvinnofrid.core.ordering import swedish
from mandates.enums import LineKind, LineState, MandateState
from organisations import permissions
from organisations.models import Organisation


class FormEditionQuerySet(TrackedQuerySet):
    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def current(self, day: date) -> Self:
        """Published editions that are valid on the day, newest first."""
        return self.published().filter(valid_from__lte=day).order_by("-valid_from", "-pk")

    def visible_to(self, user: Any) -> Self:
        """Published editions to all participants; drafts to the coordinator."""
        if permissions.is_coordinator(user):
            return self
        return self.published() if permissions.is_member(user) else self.none()


class MandateQuerySet(TrackedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Mandates whose page a person may open: the own, those of organisations whose internals the person sees."""
        if permissions.is_coordinator(user):
            return self
        if not permissions.is_member(user):
            return self.none()
        organisations = Organisation.objects.where(user, "view_internal")
        lines = apps.get_model("mandates", "MandateSeat").objects.filter(seat__organisation__in=organisations)
        return self.filter(Q(representative=user) | Q(pk__in=lines.values("mandate")))

    def drafts(self) -> Self:
        return self.filter(state=MandateState.DRAFT)


class MandateSeatQuerySet(TrackedQuerySet):
    def held_on(self, day: date) -> Self:
        """Lines, ordinary or deputy, whose period and attestation cover the day: computed, never stored."""
        return self.alias(in_force_to=Coalesce("ended_on", "ends_on")).filter(
            Q(in_force_to__isnull=True) | Q(in_force_to__gte=day),
            state__in=[LineState.ATTESTED, LineState.ENDED],
            starts_on__lte=day,
        )

    def attested(self) -> Self:
        """Lines that are or have been held, or will be: attested, ended or not."""
        return self.filter(state__in=[LineState.ATTESTED, LineState.ENDED])

    def ordinary(self) -> Self:
        return self.filter(kind=LineKind.ORDINARY)

    def with_confirmation(self) -> Self:
        """Each line with `last_confirmed_on`: the latest day on which its representative said that it holds."""
        confirmations = apps.get_model("mandates", "Confirmation").objects.filter(line=OuterRef("pk"))
        latest = confirmations.order_by("-confirmed_on").values("confirmed_on")[:1]
        return self.annotate(last_confirmed_on=Subquery(latest))

    def with_links(self) -> Self:
        """Each line with `has_links`: whether a one-time link has ever been sent for it."""
        links = apps.get_model("mandates", "AttestLink").objects.filter(line=OuterRef("pk"))
        return self.annotate(has_links=Exists(links))

    def with_reminders(self) -> Self:
        """Each line with `was_reminded` and `was_paused`: whether anybody has been, or is not to be, about its form."""
        known = {"was_reminded": "MandateReminder", "was_paused": "ReminderPause"}
        rows = {name: apps.get_model("mandates", model).objects for name, model in known.items()}
        return self.annotate(
            **{name: Exists(found.filter(mandate=OuterRef("mandate"))) for name, found in rows.items()}
        )

    def in_order(self) -> Self:
        return self.order_by(swedish("seat__organisation__name"), "seat__function", "pk")


class VacancyQuerySet(TrackedQuerySet):
    def known_on(self, day: date) -> Self:
        """Registered vacancies that have begun and that nobody has ended by holding the seat, on or before the day."""
        taken = apps.get_model("mandates", "MandateSeat").objects.alias(in_force_to=Coalesce("ended_on", "ends_on"))
        taken = taken.filter(
            Q(in_force_to__isnull=True) | Q(in_force_to__gte=OuterRef("starts_on")),
            seat=OuterRef("seat"),
            kind=LineKind.ORDINARY,
            state__in=[LineState.ATTESTED, LineState.ENDED],
            starts_on__lte=day,
        )
        return self.filter(~Exists(taken), starts_on__lte=day)
