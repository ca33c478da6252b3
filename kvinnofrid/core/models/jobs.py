"""Work that takes longer than a person should wait for an answer, as a row that a worker takes up."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse


class JobState(models.TextChoices):
    """How far a job has come."""

    QUEUED = "queued", "väntar"
    RUNNING = "running", "pågår"
    DONE = "done", "klart"
    FAILED = "failed", "misslyckades"
    CANCELLED = "cancelled", "avbrutet"


UNFINISHED = (JobState.QUEUED, JobState.RUNNING)
_NOT_STARTED = Q(started_at__isnull=True, heartbeat_at__isnull=True)
_STARTED = Q(started_at__isnull=False, heartbeat_at__isnull=False, tries__gte=1)
_FINISHED = Q(finished_at__isnull=False)


class Job(models.Model):
    """One piece of long work, written in the transaction of what it belongs to.

    `started_at` also says which worker has it: one that was taken for dead finds another time there and gives up.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("slag", max_length=40)
    key = models.CharField("nyckel", max_length=200)
    payload = models.JSONField("uppgift", default=dict, blank=True)
    state = models.CharField("läge", max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    done = models.PositiveIntegerField("antal klara", default=0)
    total = models.PositiveIntegerField("antal i allt", default=0)
    message = models.CharField("besked", max_length=300, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="requested_jobs",
        verbose_name="begärt av",
    )
    path = models.CharField("sida", max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField("antal försök", default=0)
    created_at = models.DateTimeField("begärt", auto_now_add=True)
    started_at = models.DateTimeField("påbörjat", null=True, blank=True)
    heartbeat_at = models.DateTimeField("senaste livstecken", null=True, blank=True)
    finished_at = models.DateTimeField("avslutat", null=True, blank=True)
    cancel_requested_at = models.DateTimeField("avbrott begärt", null=True, blank=True)

    class Meta:
        verbose_name = "arbete"
        verbose_name_plural = "arbeten"
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(state__in=UNFINISHED), name="job_unfinished"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(state__in=UNFINISHED), name="job_one_unfinished_per_key"
            ),
            models.CheckConstraint(
                condition=Q(Q(state=JobState.QUEUED) & _NOT_STARTED & ~_FINISHED)
                | Q(Q(state=JobState.RUNNING) & _STARTED & ~_FINISHED)
                | Q(Q(state__in=[JobState.DONE, JobState.FAILED]) & _STARTED & _FINISHED)
                | Q(Q(state=JobState.CANCELLED, cancel_requested_at__isnull=False) & _FINISHED),
                name="job_state_has_its_facts",
            ),
            models.CheckConstraint(condition=~Q(state=JobState.FAILED, message=""), name="job_failure_is_explained"),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="job_done_within_total"),
            models.CheckConstraint(condition=Q(path="") | Q(path__regex="^/(?![/\\\\])"), name="job_path_is_ours"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    def get_absolute_url(self) -> str:
        return reverse("job_detail", args=[self.pk])

    @property
    def is_finished(self) -> bool:
        return self.state not in UNFINISHED


class DailyWork(models.Model):
    """When a work of every day was last asked for: whoever sets the day, asks."""

    name = models.CharField("namn", max_length=40, primary_key=True)
    last_on = models.DateField("senast")

    class Meta:
        verbose_name = "dagligt arbete"
        verbose_name_plural = "dagliga arbeten"

    def __str__(self) -> str:
        return self.name
