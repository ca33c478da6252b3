"""The text of an agreement: templates, versions, sections, and who may see a draft."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from agreements.enums import AgreementKind, DraftAccess, Topic
from agreements.models.agreements import Agreement
from agreements.querysets import AgreementVersionQuerySet
from agreements.workflow import VersionState
from kvinnofrid.core.audit import Tracked, TrackedQuerySet
from kvinnofrid.core.fingerprint import short
from kvinnofrid.core.validators import refuse_personal_number
from organisations.models import Organisation, User

LONGEST_BODY = 100_000


class TextTemplate(Tracked):
    """The usual sections of one kind of agreement, from a day on."""

    kind = models.CharField("slag", max_length=10, choices=AgreementKind.choices)
    name = models.CharField("namn", max_length=100)
    valid_from = models.DateField("gäller från och med")

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "mall"
        verbose_name_plural = "mallar"
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="text_template_unique")]

    def __str__(self) -> str:
        return self.name


class TemplateSection(Tracked):
    """A section that such an agreement usually has; `guidance` says what belongs in it."""

    may_be_deleted = True
    template = models.ForeignKey(TextTemplate, on_delete=models.PROTECT, related_name="sections", verbose_name="mall")
    position = models.PositiveSmallIntegerField("ordning")
    heading = models.CharField("rubrik", max_length=160)
    topic = models.CharField("ämne", max_length=20, choices=Topic.choices, default=Topic.OTHER)
    guidance = models.TextField("vägledning", max_length=2000, blank=True)

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "avsnitt i mall"
        verbose_name_plural = "avsnitt i mall"
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["template", "position"], name="template_section_position")]

    def __str__(self) -> str:
        return self.heading


class AgreementVersion(Tracked):
    """The whole text at one time. A draft until it is published, once; then the database refuses to change it.

    `title` is the text's own heading. `fingerprint` is SHA-256 over the canonical text (docs/fingerprint.md).
    """

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="versions", verbose_name="överenskommelse"
    )
    number = models.PositiveSmallIntegerField("version")
    title = models.CharField("rubrik", max_length=200, validators=[refuse_personal_number])
    note = models.TextField("vad som är nytt", max_length=2000, blank=True, validators=[refuse_personal_number])
    created_at = models.DateTimeField("påbörjad", auto_now_add=True)
    published_at = models.DateTimeField("publicerad", null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name="publicerad av",
    )
    discarded_at = models.DateTimeField("kasserad", null=True, blank=True, editable=False)
    fingerprint = models.CharField("fingeravtryck", max_length=64, blank=True, editable=False)

    objects = AgreementVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "version"
        verbose_name_plural = "versioner"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="agreement_version_number_once"),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(published_at__isnull=True, discarded_at__isnull=True),
                name="agreement_version_one_draft",
                violation_error_message="Det finns redan ett utkast.",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True, fingerprint="")
                | (Q(published_at__isnull=False, discarded_at__isnull=True) & ~Q(fingerprint="")),
                name="agreement_version_published_with_facts",
            ),
        ]
        indexes = [models.Index(fields=["fingerprint"], name="version_by_fingerprint")]

    def __str__(self) -> str:
        return f"{self.agreement.title}, version {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("version_detail", args=[self.agreement.slug, self.number])

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def state(self) -> VersionState:
        if self.is_published:
            return VersionState.PUBLISHED
        return VersionState.DISCARDED if self.discarded_at else VersionState.DRAFT

    @property
    def short_fingerprint(self) -> str:
        """For people to read and compare: 7F3A-91C2-04D8; empty for a draft."""
        return short(self.fingerprint) if self.fingerprint else ""


class VersionSection(Tracked):
    """A headed piece of the text. `body` is HTML of the few kinds that `core.richtext` allows."""

    may_be_deleted = True
    version = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="sections", verbose_name="version"
    )
    position = models.PositiveSmallIntegerField("ordning")
    heading = models.CharField("rubrik", max_length=160, validators=[refuse_personal_number])
    topic = models.CharField("ämne", max_length=20, choices=Topic.choices, default=Topic.OTHER)
    body = models.TextField("text", max_length=LONGEST_BODY, blank=True, validators=[refuse_personal_number])
    fingerprint = models.CharField("fingeravtryck", max_length=64, blank=True, editable=False)

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "avsnitt"
        verbose_name_plural = "avsnitt"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.heading


class DraftInvitation(Tracked):
    """Somebody, or everybody with a role in an organisation, who may see a draft."""

    may_be_deleted = True
    version = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="invitations", verbose_name="version"
    )
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="person"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="organisation"
    )
    access = models.CharField("får", max_length=5, choices=DraftAccess.choices, default=DraftAccess.READ)

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "inbjudan till utkast"
        verbose_name_plural = "inbjudningar till utkast"
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, organisation__isnull=True)
                | Q(user__isnull=True, organisation__isnull=False),
                name="draft_invitation_one_guest",
                violation_error_message="Välj en person eller en organisation.",
            ),
            models.UniqueConstraint(
                fields=["version", "user"],
                name="draft_invitation_user_once",
                violation_error_message="Personen är redan inbjuden.",
            ),
            models.UniqueConstraint(
                fields=["version", "organisation"],
                name="draft_invitation_organisation_once",
                violation_error_message="Organisationen är redan inbjuden.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user or self.organisation)
