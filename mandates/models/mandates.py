"""The mandate (the form of one person) and its lines (one per organisation represented)."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core.audit import Tracked, TrackedQuerySet
from kvinnofrid.core.validators import refuse_personal_number, validate_phone
from mandates.enums import LineKind, LineState, MandateState, Through
from mandates.models.editions import FormEdition
from mandates.querysets import MandateQuerySet, MandateSeatQuerySet
from organisations.models import Seat, User
from organisations.models.periods import DateRange


def _actor(related_name: str, verbose_name: str) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name=related_name,
        verbose_name=verbose_name,
    )


class Mandate(Tracked):
    """One person's form for one forum. Name and contact details stand as they were on the form.

    `version` rises with every change, so that what is attested is what was read.
    """

    edition = models.ForeignKey(FormEdition, on_delete=models.PROTECT, related_name="mandates", verbose_name="utgåva")
    representative = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="mandates", verbose_name="representant"
    )
    name = models.CharField("namn", max_length=120, validators=[refuse_personal_number])
    title = models.CharField("befattning", max_length=120, blank=True, validators=[refuse_personal_number])
    email = models.EmailField("e-postadress i arbetet", blank=True)
    phone = models.CharField("telefon i arbetet", max_length=30, blank=True, validators=[validate_phone])
    private_phone = models.CharField("privat telefon", max_length=30, blank=True, validators=[validate_phone])
    state = models.CharField("tillstånd", max_length=12, choices=MandateState.choices, default=MandateState.DRAFT)
    version = models.PositiveIntegerField("version", default=1, editable=False)
    created_at = models.DateTimeField("påbörjat", auto_now_add=True)
    submitted_at = models.DateTimeField("inskickat", null=True, blank=True, editable=False)
    submitted_by = _actor("submitted_mandates", "inskickat av")
    withdrawn_at = models.DateTimeField("återtaget", null=True, blank=True, editable=False)
    withdrawn_by = _actor("withdrawn_mandates", "återtaget av")

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = "uppdrag"
        verbose_name_plural = "uppdrag"
        constraints = [
            models.UniqueConstraint(
                fields=["representative", "edition"],
                condition=Q(state=MandateState.DRAFT),
                name="mandate_one_draft",
                violation_error_message="Du har redan ett utkast till uppdrag i forumet.",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=False, submitted_by__isnull=False)
                | (
                    Q(submitted_at__isnull=True, submitted_by__isnull=True)
                    & Q(state__in=[MandateState.DRAFT, MandateState.WITHDRAWN])
                ),
                name="mandate_submitted_with_facts",
            ),
            models.CheckConstraint(
                condition=Q(state=MandateState.WITHDRAWN, withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                | (~Q(state=MandateState.WITHDRAWN) & Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)),
                name="mandate_withdrawn_with_facts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("mandate_detail", args=[self.pk])

    @property
    def reference(self) -> str:
        """The mandate's own number, for mail, PDF and diarium."""
        return f"U{self.created_at:%Y}-{self.pk:04d}"


def _one_at_a_time(kind: LineKind, message: str) -> ExclusionConstraint:
    """The constraint that a seat has at most one of the kind at any time."""
    return ExclusionConstraint(
        name=f"mandate_seat_one_{kind.value}",
        expressions=[
            ("seat", RangeOperators.EQUAL),
            (DateRange("starts_on", Coalesce("ended_on", "ends_on")), RangeOperators.OVERLAPS),
        ],
        condition=Q(kind=kind, state__in=[LineState.ATTESTED, LineState.ENDED]),
        violation_error_message=message,
    )


class MandateSeat(Tracked):
    """One line of a mandate: the seat of one organisation, with its share, commissioner, period and case number.

    `ends_on` is what was agreed; `ended_on` is the last day when it was ended before that. The commissioner has an
    account, or is told by name; then the line is attested through a one-time link, or was attested on paper. A line
    that `replaces` an earlier one of the same person ends that one when it is attested.
    """

    may_be_deleted = True
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="lines", verbose_name="uppdrag")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="mandate_lines", verbose_name="plats")
    kind = models.CharField("slag", max_length=10, choices=LineKind.choices, default=LineKind.ORDINARY)
    share_percent = models.DecimalField(
        "andel av en heltidstjänst",
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(Decimal(100))],
    )
    commissioner = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commissioned_lines",
        verbose_name="uppdragsgivare",
    )
    commissioner_name = models.CharField(
        "uppdragsgivarens namn", max_length=120, blank=True, validators=[refuse_personal_number]
    )
    commissioner_title = models.CharField(
        "uppdragsgivarens funktion", max_length=120, blank=True, validators=[refuse_personal_number]
    )
    commissioner_email = models.EmailField(
        "uppdragsgivarens e-postadress", blank=True, validators=[refuse_personal_number]
    )
    starts_on = models.DateField("från och med", null=True, blank=True)
    ends_on = models.DateField("till och med", null=True, blank=True)
    case_number = models.CharField(
        "organisationens diarienummer", max_length=60, blank=True, validators=[refuse_personal_number]
    )
    state = models.CharField("tillstånd", max_length=12, choices=LineState.choices, default=LineState.DRAFT)
    waiting_since = models.DateTimeField("väntar sedan", null=True, blank=True, editable=False)
    attested_at = models.DateTimeField("attesterad", null=True, blank=True, editable=False)
    attested_by = _actor("attested_lines", "attesterad av")
    returned_at = models.DateTimeField("återsänd", null=True, blank=True, editable=False)
    returned_by = _actor("returned_lines", "återsänd av")
    return_comment = models.TextField("kommentar", max_length=2000, blank=True, validators=[refuse_personal_number])
    ended_on = models.DateField("avslutad från och med dagen efter", null=True, blank=True, editable=False)
    ended_by = _actor("ended_lines", "avslutad av")
    decided_link = models.ForeignKey(
        "mandates.AttestLink",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="avgjord via engångslänk",
    )
    paper = models.ForeignKey(
        "mandates.PaperForm",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="lines",
        verbose_name="inkommen på papper",
    )
    replaces = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="replaced_by",
        verbose_name="ersätter",
    )

    objects = MandateSeatQuerySet.as_manager()

    class Meta:
        verbose_name = "rad i uppdrag"
        verbose_name_plural = "rader i uppdrag"
        constraints = [
            models.UniqueConstraint(fields=["mandate", "seat"], name="mandate_seat_once"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="mandate_seat_period_in_order",
                violation_error_message="Slutdatum kan inte ligga före startdatum.",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("starts_on")),
                name="mandate_seat_ends_after_start",
                violation_error_message="Uppdraget kan inte avslutas före sitt startdatum.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[LineState.DRAFT, LineState.RETURNED, LineState.WITHDRAWN])
                | (
                    Q(share_percent__isnull=False, starts_on__isnull=False)
                    & (Q(commissioner__isnull=False) | ~Q(commissioner_name=""))
                ),
                name="mandate_seat_complete",
            ),
            models.CheckConstraint(
                condition=Q(commissioner__isnull=True)
                | Q(commissioner_name="", commissioner_title="", commissioner_email=""),
                name="mandate_seat_one_commissioner",
            ),
            models.CheckConstraint(
                condition=Q(state=LineState.WAITING, waiting_since__isnull=False)
                | (~Q(state=LineState.WAITING) & Q(waiting_since__isnull=True)),
                name="mandate_seat_waiting_with_facts",
            ),
            models.CheckConstraint(
                condition=Q(attested_at__isnull=False, attested_by__isnull=False, decided_link=None, paper=None)
                | Q(attested_at__isnull=False, attested_by=None, decided_link__isnull=False, paper=None)
                | Q(attested_at__isnull=False, attested_by=None, decided_link=None, paper__isnull=False)
                | (
                    Q(attested_at__isnull=True, attested_by__isnull=True, paper__isnull=True)
                    & ~Q(state__in=[LineState.ATTESTED, LineState.ENDED])
                ),
                name="mandate_seat_attested_with_facts",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=LineState.RETURNED, returned_at__isnull=False)
                    & (
                        Q(returned_by__isnull=False, decided_link=None)
                        | Q(returned_by=None, decided_link__isnull=False)
                    )
                    & ~Q(return_comment="")
                )
                | (
                    ~Q(state=LineState.RETURNED)
                    & Q(returned_at__isnull=True, returned_by__isnull=True, return_comment="")
                ),
                name="mandate_seat_returned_with_facts",
            ),
            models.CheckConstraint(
                condition=Q(state=LineState.ENDED, ended_on__isnull=False, ended_by__isnull=False)
                | (~Q(state=LineState.ENDED) & Q(ended_on__isnull=True, ended_by__isnull=True)),
                name="mandate_seat_ended_with_facts",
            ),
            _one_at_a_time(LineKind.ORDINARY, "Platsen har redan en ordinarie representant under perioden."),
            _one_at_a_time(LineKind.DEPUTY, "Platsen har redan en ersättare under perioden."),
        ]

    def __str__(self) -> str:
        return str(self.seat)

    @property
    def commissioner_label(self) -> str:
        """The commissioner's name, with title or function where it is told."""
        if self.commissioner:
            return (
                f"{self.commissioner.name}, {self.commissioner.title}"
                if self.commissioner.title
                else str(self.commissioner.name)
            )
        return ", ".join(filter(None, [self.commissioner_name, self.commissioner_title]))

    @property
    def attested_label(self) -> str:
        """Who attested it: somebody who was logged in, or the commissioner who is named on the line."""
        return str(self.attested_by.name) if self.attested_by else self.commissioner_label

    @property
    def returned_label(self) -> str:
        """Who sent it back."""
        return str(self.returned_by.name) if self.returned_by else str(self.decided_link or "")

    @property
    def attested_through(self) -> Through | None:
        """How it was attested; None while it is not."""
        if self.attested_at is None:
            return None
        if self.paper_id:
            return Through.PAPER
        return Through.LINK if self.decided_link_id else Through.PORTAL

    @property
    def attested_on(self) -> date | None:
        """The day of the attestation; of a paper form the day that it was signed."""
        if self.paper:
            return self.paper.signed_on
        return timezone.localdate(self.attested_at) if self.attested_at else None

    @property
    def last_day(self) -> date | None:
        """The last day of the period as it is in force; None means until further notice."""
        return self.ended_on or self.ends_on

    def is_active_on(self, day: date) -> bool:
        """Whether the line makes somebody the representative on the day."""
        held = self.state in {LineState.ATTESTED, LineState.ENDED}
        if not held or self.starts_on is None:
            return False
        return self.starts_on <= day and (self.last_day is None or day <= self.last_day)


class InternalContact(Tracked):
    """Somebody inside the organisation who gives views to, or gets news from, the representative."""

    may_be_deleted = True
    line = models.ForeignKey(MandateSeat, on_delete=models.PROTECT, related_name="contacts", verbose_name="rad")
    name = models.CharField("namn eller funktion", max_length=120, validators=[refuse_personal_number])
    role = models.CharField("verksamhet eller uppgift", max_length=120, blank=True, validators=[refuse_personal_number])
    email = models.EmailField("e-postadress", blank=True)
    phone = models.CharField("telefon", max_length=30, blank=True, validators=[validate_phone])

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "intern kontakt"
        verbose_name_plural = "interna kontakter"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
