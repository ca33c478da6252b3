"""Forums, the seats in them, and those who hold a seat by office."""

from typing import Any

from django.contrib.auth.models import Group
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from organisations.enums import ForumKind, RelationKind, SeatHolding
from organisations.models.organisations import Organisation
from organisations.models.people import User
from organisations.models.periods import DateRange, Period, in_order
from organisations.querysets import ForumQuerySet, SeatQuerySet


class Forum(Period):
    """A body with members, a convener, a rhythm and a place in the structure."""

    slug = models.SlugField("adress i portalen", max_length=60, unique=True)
    name = models.CharField("namn", max_length=120, unique=True)
    kind = models.CharField("slag", max_length=20, choices=ForumKind.choices)
    purpose = models.TextField("syfte", blank=True)
    convener = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="convened_forums",
        verbose_name="sammankallande",
    )
    rhythm = models.CharField("mötestakt", max_length=120, blank=True)
    reports_to = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reporting_forums",
        verbose_name="rapporterar till",
    )
    seats_held_by = models.CharField("platserna innehas genom", max_length=12, choices=SeatHolding.choices)

    objects = ForumQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "forum"
        verbose_name_plural = "forum"
        permissions = [("view_forum_coverage", "Se uppdragsläget i forumet")]
        constraints = [in_order("forum")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("forum_detail", args=[self.slug])


class ForumAlias(Period):
    """A name that a forum has had, or is also known by."""

    forum = models.ForeignKey(Forum, on_delete=models.PROTECT, related_name="aliases")
    name = models.CharField("namn", max_length=120)

    class Meta:
        verbose_name = "annat namn på forum"
        verbose_name_plural = "andra namn på forum"
        constraints = [
            in_order("forum_alias"),
            models.UniqueConstraint(fields=["forum", "name"], name="forum_alias_unique"),
        ]

    def __str__(self) -> str:
        return self.name


def _end(related_name: str, to: str, verbose_name: str) -> Any:
    return models.ForeignKey(
        to, on_delete=models.PROTECT, null=True, blank=True, related_name=related_name, verbose_name=verbose_name
    )


class Relation(Period):
    """What a forum or an organisation does with another, as far as `convener` and `reports_to` do not say it.

    Those two hold as long as the forum does; what has begun, ended or changed meanwhile stands here, with its days.
    """

    kind = models.CharField("slag", max_length=12, choices=RelationKind.choices)
    from_organisation = _end("relations_from", "organisations.Organisation", "från organisation")
    from_forum = _end("relations_from", "organisations.Forum", "från forum")
    to_organisation = _end("relations_to", "organisations.Organisation", "till organisation")
    to_forum = _end("relations_to", "organisations.Forum", "till forum")
    subject = models.CharField("om vad", max_length=200, blank=True)

    class Meta:
        verbose_name = "samband"
        verbose_name_plural = "samband"
        constraints = [
            in_order("relation"),
            models.CheckConstraint(
                condition=Q(from_organisation__isnull=True, from_forum__isnull=False)
                | Q(from_organisation__isnull=False, from_forum__isnull=True),
                name="relation_from_one",
                violation_error_message="Ange antingen en organisation eller ett forum som sambandet går från.",
            ),
            models.CheckConstraint(
                condition=Q(to_organisation__isnull=True, to_forum__isnull=False)
                | Q(to_organisation__isnull=False, to_forum__isnull=True),
                name="relation_to_one",
                violation_error_message="Ange antingen en organisation eller ett forum som sambandet går till.",
            ),
            models.CheckConstraint(
                condition=Q(from_forum__isnull=True) | Q(to_forum__isnull=True) | ~Q(from_forum=F("to_forum")),
                name="relation_between_two_forums",
                violation_error_message="Ett forum kan inte ha ett samband med sig självt.",
            ),
            models.CheckConstraint(
                condition=Q(from_organisation__isnull=True)
                | Q(to_organisation__isnull=True)
                | ~Q(from_organisation=F("to_organisation")),
                name="relation_between_two_organisations",
                violation_error_message="En organisation kan inte ha ett samband med sig själv.",
            ),
            models.UniqueConstraint(
                fields=["kind", "from_organisation", "from_forum", "to_organisation", "to_forum", "starts_on"],
                nulls_distinct=False,
                name="relation_once",
            ),
        ]

    def __str__(self) -> str:
        start, goal = self.from_organisation or self.from_forum, self.to_organisation or self.to_forum
        return f"{start} {self.get_kind_display()} {goal}"


class Seat(Period):
    """An organisation's place in a forum; `function` tells apart the places of one organisation."""

    forum = models.ForeignKey(Forum, on_delete=models.PROTECT, related_name="seats", verbose_name="forum")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="seats", verbose_name="organisation"
    )
    function = models.CharField("funktion", max_length=120, blank=True)

    objects = SeatQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "plats"
        verbose_name_plural = "platser"
        constraints = [
            in_order("seat"),
            models.UniqueConstraint(fields=["forum", "organisation", "function"], name="seat_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation.name}, {self.function}" if self.function else self.organisation.name


class Appointment(Period):
    """Somebody who holds a seat by office, from one day to another."""

    may_be_deleted = True  # one that has not begun is taken back
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="appointments", verbose_name="plats")
    holder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments", verbose_name="innehavare")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="appointments", editable=False)

    class Meta:
        verbose_name = "förordnande"
        verbose_name_plural = "förordnanden"
        constraints = [
            in_order("appointment"),
            ExclusionConstraint(
                name="appointment_one_holder",
                expressions=[
                    ("seat", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Platsen har redan en innehavare under perioden.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} ({self.seat})"

    def clean(self) -> None:
        if self.seat_id and self.seat.forum.seats_held_by != SeatHolding.EX_OFFICIO:
            raise ValidationError({"seat": "Platser i det här forumet innehas genom uppdrag."})
