"""Stored files, which nobody changes or removes, and long work."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FREEZE = """
CREATE FUNCTION refuse_change_of_stored_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'file % is stored and frozen', OLD.id USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER stored_file_is_frozen BEFORE UPDATE OR DELETE ON core_storedfile
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_stored_file();
"""
THAW = """
DROP TRIGGER stored_file_is_frozen ON core_storedfile;
DROP FUNCTION refuse_change_of_stored_file();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_outbox"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40, verbose_name="slag")),
                ("key", models.CharField(max_length=200, verbose_name="nyckel")),
                ("payload", models.JSONField(blank=True, default=dict, verbose_name="uppgift")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "väntar"),
                            ("running", "pågår"),
                            ("done", "klart"),
                            ("failed", "misslyckades"),
                            ("cancelled", "avbrutet"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="läge",
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0, verbose_name="antal klara")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="antal i allt")),
                ("message", models.CharField(blank=True, max_length=300, verbose_name="besked")),
                ("path", models.CharField(blank=True, max_length=200, verbose_name="sida")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="antal försök")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="begärt")),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="påbörjat")),
                ("heartbeat_at", models.DateTimeField(blank=True, null=True, verbose_name="senaste livstecken")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="avslutat")),
                ("cancel_requested_at", models.DateTimeField(blank=True, null=True, verbose_name="avbrott begärt")),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requested_jobs",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="begärt av",
                    ),
                ),
            ],
            options={
                "verbose_name": "arbete",
                "verbose_name_plural": "arbeten",
                "ordering": ["created_at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("queued", "running"))),
                        fields=["created_at"],
                        name="job_unfinished",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("queued", "running"))),
                        fields=("kind", "key"),
                        name="job_one_unfinished_per_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "queued"),
                                ("heartbeat_at__isnull", True),
                                ("started_at__isnull", True),
                                models.Q(("finished_at__isnull", False), _negated=True),
                            ),
                            models.Q(
                                ("state", "running"),
                                ("heartbeat_at__isnull", False),
                                ("started_at__isnull", False),
                                ("tries__gte", 1),
                                models.Q(("finished_at__isnull", False), _negated=True),
                            ),
                            models.Q(
                                ("state__in", ["done", "failed"]),
                                ("heartbeat_at__isnull", False),
                                ("started_at__isnull", False),
                                ("tries__gte", 1),
                                ("finished_at__isnull", False),
                            ),
                            models.Q(
                                ("cancel_requested_at__isnull", False),
                                ("state", "cancelled"),
                                ("finished_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="job_state_has_its_facts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("message", ""), ("state", "failed"), _negated=True),
                        name="job_failure_is_explained",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("done__lte", models.F("total"))), name="job_done_within_total"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("path", ""), ("path__regex", "^/(?![/\\\\])"), _connector="OR"),
                        name="job_path_is_ours",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=150, verbose_name="namn")),
                (
                    "kind",
                    models.CharField(
                        choices=[("pdf", "PDF"), ("docx", "Word"), ("text", "text")], max_length=10, verbose_name="slag"
                    ),
                ),
                ("size", models.PositiveIntegerField(verbose_name="storlek i byte")),
                ("sha256", models.CharField(max_length=64, verbose_name="kontrollsumma")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="sparad")),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uploaded_files",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="uppladdad av",
                    ),
                ),
            ],
            options={
                "verbose_name": "fil",
                "verbose_name_plural": "filer",
                "ordering": ["created_at", "pk"],
                "indexes": [models.Index(fields=["uploaded_by", "created_at"], name="file_uploaded")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="file_has_name"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["pdf", "docx", "text"])), name="file_kind_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="file_not_empty"),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="file_sha256_form"
                    ),
                ],
            },
        ),
        migrations.RunSQL(FREEZE, THAW),
    ]
