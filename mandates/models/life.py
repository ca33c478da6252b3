"""What happens to a line after the form: confirmed, handed over, attested by link or on paper; its seat left vacant."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from kvinnofrid.core.audit import Tracked, TrackedQuerySet
from kvinnofrid.core.models import StoredFile
from kvinnofrid.core.validators import refuse_personal_number
from mandates.enums import LinkState
from mandates.models.mandates import Mandate, MandateSeat
from mandates.querysets import VacancyQuerySet
from organisations.models import Seat

LINK_LIFE = timedelta(days=14)


def _actor(verbose_name: str, **options: Any) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=verbose_name, **options
    )


class Confirmation(Tracked):
    """The representative says, about once a year, that a line still holds; `stood` is what was shown then."""

    line = models.ForeignKey(MandateSeat, on_delete=models.PROTECT, related_name="confirmations", verbose_name="rad")
    confirmed_on = models.DateField("bekräftad den", editable=False)
    confirmed_at = models.DateTimeField("bekräftad", editable=False)
    confirmed_by = _actor("bekräftad av", editable=False)
    stood = models.JSONField("vad som stod", default=dict, editable=False)

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "bekräftelse"
        verbose_name_plural = "bekräftelser"
        ordering = ["confirmed_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["line", "confirmed_on"], name="confirmation_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.confirmed_on}"


class Handover(Tracked):
    """What the one who leaves a line tells the one who takes over."""

    line = models.OneToOneField(MandateSeat, on_delete=models.PROTECT, related_name="handover", verbose_name="rad")
    successor = _actor("efterträdare", null=True, blank=True)
    successor_draft = models.ForeignKey(
        Mandate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="prepared_by",
        verbose_name="efterträdarens utkast",
    )
    goes_on = models.TextField("vad som pågår", max_length=3000, blank=True, validators=[refuse_personal_number])
    meetings = models.TextField("kommande möten", max_length=2000, blank=True, validators=[refuse_personal_number])
    papers = models.TextField(
        "var handlingarna finns", max_length=2000, blank=True, validators=[refuse_personal_number]
    )
    handed_over_at = models.DateTimeField("överlämnad", editable=False)
    handed_over_by = _actor("överlämnad av", editable=False)

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "överlämning"
        verbose_name_plural = "överlämningar"

    def __str__(self) -> str:
        return f"Överlämning, {self.line}"

    @property
    def has_notes(self) -> bool:
        return bool(self.goes_on or self.meetings or self.papers)


class Vacancy(Tracked):
    """What is known about a seat that nobody holds. It is over when somebody holds the seat: computed at reading."""

    may_be_deleted = True  # one that has not begun is taken back
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="vacancies", verbose_name="plats")
    starts_on = models.DateField("vakant från och med")
    expected_on = models.DateField("någon väntas", null=True, blank=True)
    note = models.TextField("varför", max_length=500, blank=True, validators=[refuse_personal_number])
    function_email = models.EmailField("vem som svarar under tiden", blank=True, validators=[refuse_personal_number])

    objects = VacancyQuerySet.as_manager()

    class Meta:
        verbose_name = "vakans"
        verbose_name_plural = "vakanser"
        ordering = ["starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["seat", "starts_on"], name="vacancy_once"),
            models.CheckConstraint(
                condition=Q(expected_on__isnull=True) | Q(expected_on__gte=F("starts_on")),
                name="vacancy_expected_after_start",
                violation_error_message="Dagen då någon väntas kan inte ligga före dagen då platsen blev vakant.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat}, vakant sedan {self.starts_on}"


class AttestLink(Tracked):
    """A one-time link by which a commissioner without account attests one line, or sends it back.

    Of the token only its SHA-256 is kept. `version` is the form's when the link was sent.
    """

    line = models.ForeignKey(MandateSeat, on_delete=models.PROTECT, related_name="attest_links", verbose_name="rad")
    name = models.CharField("namn", max_length=120, validators=[refuse_personal_number])
    title = models.CharField("funktion", max_length=120, validators=[refuse_personal_number])
    email = models.EmailField("e-postadress", validators=[refuse_personal_number])
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    version = models.PositiveIntegerField("version", editable=False)
    state = models.CharField("tillstånd", max_length=12, choices=LinkState.choices, default=LinkState.OPEN)
    sent_at = models.DateTimeField("skickad", editable=False)
    sent_by = _actor("skickad av", editable=False)
    expires_at = models.DateTimeField("går ut", editable=False)
    closed_at = models.DateTimeField("använd eller återkallad", null=True, blank=True, editable=False)

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "engångslänk"
        verbose_name_plural = "engångslänkar"
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(state=LinkState.OPEN), name="attest_link_one_open"),
            models.CheckConstraint(
                condition=Q(state=LinkState.OPEN, closed_at__isnull=True)
                | (~Q(state=LinkState.OPEN) & Q(closed_at__isnull=False)),
                name="attest_link_closed_with_time",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="attest_link_expires_later"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.title}"

    def opens_at(self, moment: datetime) -> bool:
        """Whether the link can be used then."""
        return self.state == LinkState.OPEN and moment < self.expires_at

    @property
    def has_expired(self) -> bool:
        return self.state == LinkState.OPEN and not self.opens_at(timezone.now())

    @property
    def state_label(self) -> str:
        return "Har gått ut" if self.has_expired else str(LinkState(self.state).label)

    @property
    def tone(self) -> str:
        if self.has_expired:
            return "warning"
        return {LinkState.OPEN: "waiting", LinkState.USED: "good", LinkState.WITHDRAWN: "neutral"}[
            LinkState(self.state)
        ]

    @property
    def last_day(self) -> date:
        return timezone.localdate(self.expires_at)


class PaperForm(Tracked):
    """A form that came on paper, as a picture of it; the lines that it attested refer to it."""

    scan = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name="inläst blankett")
    signed_on = models.DateField("undertecknad den")
    received_on = models.DateField("inkommen den")
    registered_at = models.DateTimeField("registrerad", editable=False)
    registered_by = _actor("registrerad av", editable=False)

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "pappersblankett"
        verbose_name_plural = "pappersblanketter"
        constraints = [
            models.CheckConstraint(
                condition=Q(received_on__gte=F("signed_on")),
                name="paper_form_received_after_signing",
                violation_error_message="Blanketten kan inte ha kommit in innan den undertecknades.",
            ),
        ]

    def __str__(self) -> str:
        return f"Pappersblankett, inkommen {self.received_on}"
