"""An agreement, its parties, and what happens to its validity."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from agreements.enums import AgreementKind, ChangeKind, ForceRule
from agreements.models.registered import Strikable
from agreements.querysets import AgreementQuerySet, PartyQuerySet
from kvinnofrid.core.audit import Tracked
from kvinnofrid.core.models import StoredFile
from kvinnofrid.core.validators import refuse_personal_number
from organisations.models import Forum, Organisation
from organisations.models.periods import DateRange, Period, in_order


class Agreement(Tracked):
    """What the parties agree on, and under which terms it takes effect. Its text stands in versions.

    Whether it is in force is computed from the decisions, never typed. An empty `force_rule` means that nobody has
    said what holds when the last decision comes after the planned date.
    """

    slug = models.SlugField("adress i portalen", max_length=60, unique=True)
    title = models.CharField("namn", max_length=160, unique=True, validators=[refuse_personal_number])
    kind = models.CharField("slag", max_length=10, choices=AgreementKind.choices)
    subject = models.CharField("ämne", max_length=160, blank=True, validators=[refuse_personal_number])
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="local_agreements",
        verbose_name="regional överenskommelse",
    )
    owner = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_agreements",
        verbose_name="förvaltas av",
    )
    case_number = models.CharField("diarienummer", max_length=60, blank=True, validators=[refuse_personal_number])
    planned_on = models.DateField("planerat ikraftträdande", null=True, blank=True)
    force_rule = models.CharField(
        "ikraftträdande när det sista beslutet kommer efter planerad dag",
        max_length=24,
        choices=ForceRule.choices,
        blank=True,
    )
    validity_years = models.PositiveSmallIntegerField(
        "giltighetstid i år",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
    )
    valid_to = models.DateField("gäller till och med", null=True, blank=True)
    notice_months = models.PositiveSmallIntegerField(
        "uppsägningstid i månader", null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    is_signed = models.BooleanField("undertecknas av parterna", default=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = "överenskommelse"
        verbose_name_plural = "överenskommelser"
        constraints = [
            models.CheckConstraint(
                condition=Q(validity_years__isnull=True) | Q(valid_to__isnull=True),
                name="agreement_validity_in_one_way",
                violation_error_message="Ange giltighetstiden i år eller en sista dag, inte båda.",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | Q(kind=AgreementKind.LOCAL),
                name="agreement_parent_of_local_only",
                violation_error_message="Bara en lokal överenskommelse hör till en regional.",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(planned_on__isnull=True) | Q(valid_to__gte=F("planned_on")),
                name="agreement_valid_to_after_planned",
                violation_error_message="Sista dagen kan inte ligga före planerat ikraftträdande.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("agreement_detail", args=[self.slug])


class Party(Period):
    """An organisation whose own decision the agreement needs, and when; one that comes back has a period more.

    It may be removed until a version is published.
    """

    may_be_deleted = True
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="parties", verbose_name="överenskommelse"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="agreement_parties", verbose_name="huvudman"
    )

    objects = PartyQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "part"
        verbose_name_plural = "parter"
        constraints = [
            in_order("agreement_party"),
            ExclusionConstraint(
                name="agreement_party_one_period",
                expressions=[
                    ("agreement", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Huvudmannen är redan part under perioden.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation.short_name}, {self.agreement}"


class ValidityChange(Strikable):
    """An extension, a replacement or a withdrawal: an entry that never changes, only corrected by a later one.

    `takes_effect_on` is the new last day of an extension, and the first day without the agreement otherwise.
    `decided_by` is the body in words, for one that is not in the portal.
    """

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="validity_changes", verbose_name="överenskommelse"
    )
    kind = models.CharField("vad som beslutades", max_length=12, choices=ChangeKind.choices)
    decided_on = models.DateField("beslutsdatum")
    takes_effect_on = models.DateField("gäller till och med, eller upphör")
    forum = models.ForeignKey(
        Forum, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="forum som beslutade"
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="organisation som beslutade",
    )
    decided_by = models.CharField("organ", max_length=120, blank=True, validators=[refuse_personal_number])
    replaced_by = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, null=True, blank=True, related_name="replaces", verbose_name="ersatt av"
    )
    paragraph = models.CharField("paragraf", max_length=20, blank=True, validators=[refuse_personal_number])
    case_number = models.CharField("diarienummer", max_length=60, blank=True, validators=[refuse_personal_number])
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="beslutet som fil"
    )

    class Meta(Strikable.Meta):
        verbose_name = "ändrad giltighet"
        verbose_name_plural = "ändringar av giltigheten"
        constraints = [
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | Q(kind=ChangeKind.REPLACEMENT),
                name="validity_change_replaced_by_fits_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.decided_on}"
