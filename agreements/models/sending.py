"""What forums decide about an agreement, and how it is sent to the principals."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from agreements.enums import RecommendationKind
from agreements.models.agreements import Agreement
from agreements.models.texts import AgreementVersion
from agreements.workflow import ItemState
from kvinnofrid.core.audit import Tracked, TrackedQuerySet
from kvinnofrid.core.models import StoredFile
from kvinnofrid.core.validators import refuse_personal_number
from organisations.models import Forum, Organisation


def _file(label: str) -> "models.ForeignKey[StoredFile | None, StoredFile | None]":
    return models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label
    )


def _actor(label: str) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=label,
    )


class ForumDecision(Tracked):
    """A forum assigned the work, approved a version, or recommended the principals to adopt it."""

    may_be_deleted = True
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="forum_decisions", verbose_name="överenskommelse"
    )
    version = models.ForeignKey(
        AgreementVersion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="forum_decisions",
        verbose_name="version",
    )
    kind = models.CharField("vad forumet beslutade", max_length=12, choices=RecommendationKind.choices)
    forum = models.ForeignKey(Forum, on_delete=models.PROTECT, related_name="+", verbose_name="forum")
    decided_on = models.DateField("datum")
    paragraph = models.CharField("paragraf", max_length=20, blank=True, validators=[refuse_personal_number])
    case_number = models.CharField("diarienummer", max_length=60, blank=True, validators=[refuse_personal_number])
    comment = models.TextField("kommentar", max_length=2000, blank=True, validators=[refuse_personal_number])
    file = _file("protokollet som fil")

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "forumets beslut"
        verbose_name_plural = "forumens beslut"
        ordering = ["decided_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "kind", "forum", "decided_on"],
                name="forum_decision_once",
                violation_error_message="Det beslutet är redan registrerat.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.forum} {self.decided_on}"


class Dispatch(Tracked):
    """One sending of a published version to the principals, asking for their decision by a day."""

    version = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="dispatches", verbose_name="version"
    )
    sent_at = models.DateTimeField("skickat", editable=False)
    sent_by = _actor("skickat av")
    reply_by = models.DateField("beslut önskas senast")
    letter = models.TextField("följebrev", max_length=5000, blank=True, validators=[refuse_personal_number])

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "utskick"
        verbose_name_plural = "utskick"
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return f"Utskick av {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("dispatch_detail", args=[self.version.agreement.slug, self.pk])


class DispatchItem(Tracked):
    """What one principal gets: a letter, the agreement, a proposed decision. Drawn by a job, then received."""

    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="items", verbose_name="utskick")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name="huvudman")
    letter = _file("följebrev")
    agreement_pdf = _file("överenskommelsen")
    proposal_pdf = _file("förslag till beslut")
    proposal_docx = _file("förslag till beslut (Word)")
    prepared_at = models.DateTimeField("framtaget", null=True, blank=True, editable=False)
    opened_at = models.DateTimeField("öppnat", null=True, blank=True, editable=False)
    opened_by = _actor("öppnat av")
    received_at = models.DateTimeField("mottaget", null=True, blank=True, editable=False)
    received_by = _actor("mottaget av")

    objects = TrackedQuerySet.as_manager()

    class Meta:
        verbose_name = "försändelse"
        verbose_name_plural = "försändelser"
        constraints = [
            models.UniqueConstraint(fields=["dispatch", "organisation"], name="dispatch_item_once"),
            models.CheckConstraint(
                condition=Q(prepared_at__isnull=True)
                | Q(
                    letter__isnull=False,
                    agreement_pdf__isnull=False,
                    proposal_pdf__isnull=False,
                    proposal_docx__isnull=False,
                ),
                name="dispatch_item_prepared_with_files",
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, opened_by__isnull=True)
                | Q(opened_at__isnull=False, opened_by__isnull=False, prepared_at__isnull=False),
                name="dispatch_item_opened_with_facts",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True, received_by__isnull=True)
                | Q(received_at__isnull=False, received_by__isnull=False, prepared_at__isnull=False),
                name="dispatch_item_received_with_facts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation.short_name}, {self.dispatch}"

    @property
    def state(self) -> ItemState:
        if self.prepared_at is None:
            return ItemState.PREPARING
        return ItemState.RECEIVED if self.received_at else ItemState.SENT
