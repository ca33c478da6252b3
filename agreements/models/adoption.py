"""A principal's way to a decision, the decisions, and how well it is known what they were about."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from agreements.enums import Evidence, Outcome, StepRole
from agreements.models.agreements import Agreement
from agreements.models.registered import Registered, Strikable
from agreements.models.texts import AgreementVersion
from kvinnofrid.core.audit import Tracked, TrackedQuerySet
from kvinnofrid.core.models import StoredFile
from kvinnofrid.core.validators import refuse_personal_number
from organisations.models import DecidingBody, Organisation

ADOPTING = [Outcome.ADOPTED, Outcome.ADOPTED_ON_CONDITION, Outcome.AMENDED]


class DecisionStep(Tracked):
    """One body on a principal's way to a decision: the body first, the day of its meeting when it is known."""

    may_be_deleted = True
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="steps", verbose_name="överenskommelse"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="decision_steps", verbose_name="huvudman"
    )
    position = models.PositiveSmallIntegerField("ordning")
    body = models.ForeignKey(DecidingBody, on_delete=models.PROTECT, related_name="+", verbose_name="organ")
    role = models.CharField("uppgift", max_length=10, choices=StepRole.choices)
    planned_on = models.DateField("planerat sammanträde", null=True, blank=True)

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "steg i beslutsvägen"
        verbose_name_plural = "steg i beslutsvägen"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "organisation", "body", "role"],
                name="decision_step_once",
                violation_error_message="Organet finns redan i beslutsvägen med den uppgiften.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.get_role_display().lower()}"


class AdoptionDecision(Registered):
    """What one body of a principal arrived at on one day. The row never changes; a correction is a new one.

    `version` is empty when it was about a text that is none of the agreement's; `stated_fingerprint` is then what
    was typed. A joint committee's decision is one entry for each principal it decided for, with the same extract.
    """

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="decisions", verbose_name="överenskommelse"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="adoption_decisions", verbose_name="huvudman"
    )
    body = models.ForeignKey(DecidingBody, on_delete=models.PROTECT, related_name="+", verbose_name="organ")
    role = models.CharField("uppgift", max_length=10, choices=StepRole.choices, default=StepRole.DECIDING)
    outcome = models.CharField("utfall", max_length=24, choices=Outcome.choices)
    version = models.ForeignKey(
        AgreementVersion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
        verbose_name="version",
    )
    stated_fingerprint = models.CharField("fingeravtryck på handlingen", max_length=64, blank=True)
    decided_on = models.DateField("beslutsdatum")
    paragraph = models.CharField("paragraf", max_length=20, blank=True, validators=[refuse_personal_number])
    case_numbers = ArrayField(
        models.CharField("diarienummer", max_length=60, validators=[refuse_personal_number]),
        verbose_name="diarienummer",
        default=list,
        blank=True,
        size=5,
    )
    is_approved_at_once = models.BooleanField("omedelbart justerat", default=False)
    approved_on = models.DateField("justerat", null=True, blank=True)
    announced_on = models.DateField("anslaget", null=True, blank=True)
    legal_force_on = models.DateField("laga kraft", null=True, blank=True)
    delegation = models.TextField("delegation", max_length=2000, blank=True, validators=[refuse_personal_number])
    reservation = models.TextField("reservation", max_length=4000, blank=True, validators=[refuse_personal_number])
    amendment = models.TextField("ändringar", max_length=4000, blank=True, validators=[refuse_personal_number])
    extract = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="protokollsutdrag"
    )

    class Meta(Registered.Meta):
        verbose_name = "beslut"
        verbose_name_plural = "beslut"
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome__in=ADOPTING) | Q(version__isnull=False) | ~Q(stated_fingerprint=""),
                name="adoption_decision_names_its_text",
                violation_error_message="Välj vilken version som antogs, eller skriv fingeravtrycket på handlingen.",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.VOID) | Q(corrects__isnull=False),
                name="adoption_decision_void_corrects",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(reason=""),
                name="adoption_decision_correction_says_why",
                violation_error_message="Skriv varför registreringen rättas.",
            ),
        ]
        indexes = [models.Index(fields=["agreement", "organisation"], name="decision_by_principal")]

    def __str__(self) -> str:
        return f"{self.body} {self.decided_on}: {self.get_outcome_display()}"

    def get_absolute_url(self) -> str:
        return reverse("decision_detail", args=[self.agreement.slug, self.pk])


class DecisionProof(Tracked):
    """Somebody has seen in the extract, or compared, which text a decision was about. Never changed."""

    decision = models.ForeignKey(
        AdoptionDecision, on_delete=models.PROTECT, related_name="proofs", verbose_name="beslut"
    )
    grade = models.CharField(
        "belägg", max_length=8, choices=[(e.value, e.label) for e in (Evidence.EXTRACT, Evidence.COMPARED)]
    )
    comment = models.TextField("kommentar", max_length=2000, blank=True, validators=[refuse_personal_number])
    given_at = models.DateTimeField("lämnat", editable=False)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "belägg"
        verbose_name_plural = "belägg"
        ordering = ["given_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["decision", "grade"], name="decision_proof_once")]

    def __str__(self) -> str:
        return self.get_grade_display()


class ExtractReading(models.Model):
    """What the portal found in the text layer of an uploaded extract. A person still has to look."""

    may_be_deleted = False
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="reading", verbose_name="fil")
    read_at = models.DateTimeField("läst", auto_now_add=True)
    has_text = models.BooleanField("har text", default=False)
    has_hidden_text = models.BooleanField("har dold text", default=False)
    found = ArrayField(models.CharField(max_length=14), verbose_name="fingeravtryck i texten", default=list, blank=True)
    fault = models.CharField("varför det inte gick att läsa", max_length=300, blank=True)

    class Meta:
        verbose_name = "läsning av utdrag"
        verbose_name_plural = "läsningar av utdrag"

    def __str__(self) -> str:
        return ", ".join(self.found)


class StatusNote(Strikable):
    """Somebody responsible has said, on a day, that the principal has not decided yet."""

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="status_notes", verbose_name="överenskommelse"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="huvudman")
    said_on = models.DateField("besked lämnat")
    said_by = models.CharField("av (funktion)", max_length=120, validators=[refuse_personal_number])
    comment = models.TextField("kommentar", max_length=2000, blank=True, validators=[refuse_personal_number])

    class Meta(Strikable.Meta):
        verbose_name = "besked"
        verbose_name_plural = "besked"

    def __str__(self) -> str:
        return f"{self.organisation.short_name} {self.said_on}"


class Signature(Strikable):
    """A principal's signed original, where the parties sign. The signatory is told by function."""

    version = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="signatures", verbose_name="version"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="huvudman")
    signatory = models.CharField("undertecknat av (funktion)", max_length=120, validators=[refuse_personal_number])
    signed_on = models.DateField("undertecknat")
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="originalet som fil"
    )

    class Meta(Strikable.Meta):
        verbose_name = "underskrift"
        verbose_name_plural = "underskrifter"

    def __str__(self) -> str:
        return f"{self.signatory} {self.signed_on}"
