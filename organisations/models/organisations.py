"""Organisations, the names they have had, and the bodies in which they decide."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from stdnum.exceptions import ValidationError as NumberError
from stdnum.se import orgnr

from kvinnofrid.core.audit import Tracked, TrackedQuerySet
from organisations.enums import BodyKind, OrganisationKind
from organisations.models.periods import Period, in_order
from organisations.querysets import OrganisationQuerySet


def validate_organisation_number(value: str) -> None:
    """Refuse what is not a Swedish organisation number."""
    try:
        orgnr.validate(value)
    except NumberError as error:
        raise ValidationError("Skriv organisationsnumret med tio siffror, till exempel 212000-2239.") from error


class Organisation(Tracked):
    """A party of the partnership. It is ended (`active_to`), never deleted."""

    slug = models.SlugField("adress i portalen", max_length=60, unique=True)
    name = models.CharField("namn", max_length=120, unique=True)
    short_name = models.CharField("kortnamn", max_length=60)
    kind = models.CharField("slag", max_length=20, choices=OrganisationKind.choices)
    scb_code = models.CharField("SCB-kod", max_length=4, blank=True)
    organisation_number = models.CharField(
        "organisationsnummer", max_length=11, blank=True, validators=[validate_organisation_number]
    )
    is_principal = models.BooleanField("huvudman", default=False)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="units", verbose_name="tillhör"
    )
    function_email = models.EmailField("funktionsadress", blank=True)
    active_from = models.DateField("med från och med", null=True, blank=True)
    active_to = models.DateField("med till och med", null=True, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "organisation"
        verbose_name_plural = "organisationer"
        permissions = [
            ("view_internal", "Se organisationens utkast, interna kontakter och privata nummer"),
            ("fill_in_mandate", "Fylla i uppdragsbeskrivningar för organisationen"),
            ("attest_mandate", "Attestera eller återsända organisationens uppdrag"),
            ("register_decision", "Registrera organisationens beslut, sammanträden och mottagna handlingar"),
            ("manage_members", "Bjuda in personer och ge, ändra och avsluta roller i organisationen"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(active_from__isnull=True) | Q(active_to__isnull=True) | Q(active_to__gte=F("active_from")),
                name="organisation_period_in_order",
                violation_error_message="Slutdatum kan inte ligga före startdatum.",
            ),
            models.UniqueConstraint(
                fields=["scb_code"],
                condition=~Q(scb_code=""),
                name="organisation_scb_code_unique",
                violation_error_message="En annan organisation har redan den SCB-koden.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("organisation_detail", args=[self.slug])


class OrganisationAlias(Period):
    """A name that an organisation has had, or is also known by."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="aliases")
    name = models.CharField("namn", max_length=120)

    class Meta:
        verbose_name = "annat namn på organisation"
        verbose_name_plural = "andra namn på organisationer"
        constraints = [
            in_order("organisation_alias"),
            models.UniqueConstraint(fields=["organisation", "name"], name="organisation_alias_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class DecidingBody(Period):
    """A body inside a principal that prepares or decides: committee, executive board or council."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="deciding_bodies", verbose_name="huvudman"
    )
    kind = models.CharField("slag", max_length=20, choices=BodyKind.choices)
    name = models.CharField("namn", max_length=120)

    class Meta:
        verbose_name = "organ"
        verbose_name_plural = "organ"
        constraints = [
            in_order("deciding_body"),
            models.UniqueConstraint(fields=["organisation", "name"], name="deciding_body_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.organisation_id and not self.organisation.is_principal:
            raise ValidationError({"organisation": "Bara en huvudman har organ som fattar beslut."})


class JointParticipant(Tracked):
    """A principal, besides its own, for which a joint committee decides."""

    may_be_deleted = True
    body = models.ForeignKey(DecidingBody, on_delete=models.PROTECT, related_name="participants", verbose_name="organ")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="joint_bodies", verbose_name="huvudman"
    )

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "deltagare i gemensam nämnd"
        verbose_name_plural = "deltagare i gemensam nämnd"
        constraints = [models.UniqueConstraint(fields=["body", "organisation"], name="joint_participant_once")]

    def __str__(self) -> str:
        return f"{self.organisation.short_name}, {self.body}"

    def clean(self) -> None:
        if self.body_id and self.body.kind != BodyKind.JOINT_COMMITTEE:
            raise ValidationError({"body": "Bara en gemensam nämnd beslutar för flera huvudmän."})
        if self.organisation_id and not self.organisation.is_principal:
            raise ValidationError({"organisation": "Bara en huvudman kan delta i en gemensam nämnd."})


class BodyMeeting(Tracked):
    """A day in the calendar of a deciding body."""

    may_be_deleted = True
    body = models.ForeignKey(  # found by the index of body_meeting_once, which has the days too
        DecidingBody, on_delete=models.PROTECT, related_name="meetings", verbose_name="organ", db_index=False
    )
    meets_on = models.DateField("sammanträder")

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "sammanträde"
        verbose_name_plural = "sammanträden"
        ordering = ["meets_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["body", "meets_on"],
                name="body_meeting_once",
                violation_error_message="Sammanträdet finns redan.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.meets_on}"
