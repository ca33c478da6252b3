"""Retention of the data of those who have left, the log of redactions, and a stored file that may be let go by one."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import kvinnofrid.core.validators

# Only the function that redacts (kvinnofrid.core.redaction) works as the tables' owner and sets the mark.
LET_GO = """
CREATE OR REPLACE FUNCTION refuse_change_of_stored_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        AND current_setting('kvinnofrid.redaction', true) = pg_current_xact_id()::text
        AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
    THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'file % is stored and frozen', OLD.id USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
KEEP = """
DROP FUNCTION IF EXISTS redact_personal_data(bigint, timestamptz, bigint, text, uuid);
CREATE OR REPLACE FUNCTION refuse_change_of_stored_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'file % is stored and frozen', OLD.id USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def _days() -> list:
    named = (
        ("counts_from", "räknas från"),
        ("announced_on", "aviserad"),
        ("deactivates_on", "kontot stängs av"),
        ("deactivated_on", "kontot stängdes av"),
        ("redacts_on", "uppgifterna gallras"),
        ("redacted_on", "uppgifterna gallrades"),
        ("kept_until", "behålls till och med"),
    )
    return [(name, models.DateField(blank=True, null=True, verbose_name=label)) for name, label in named]


def _reason() -> tuple:
    return (
        "kept_reason",
        models.TextField(
            blank=True,
            max_length=500,
            validators=[kvinnofrid.core.validators.refuse_personal_number],
            verbose_name="varför de behålls",
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("core", "0005_keys_and_pictures"), ("organisations", "0003_accounts")]

    operations = [
        migrations.CreateModel(
            name="HistoricalRetention",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("verb", models.CharField(blank=True, editable=False, max_length=40, verbose_name="händelse")),
                ("history_change_reason", models.TextField(blank=True, default="")),
                *_days(),
                _reason(),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical gallring",
                "verbose_name_plural": "historical gallringar",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Redaction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("redacted_at", models.DateTimeField(verbose_name="gallrad")),
                ("reason", models.TextField(verbose_name="varför")),
                ("counts", models.JSONField(default=dict, verbose_name="antal rader i varje tabell")),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redactions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="gallrad person",
                    ),
                ),
                (
                    "redacted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="gallrad av",
                    ),
                ),
            ],
            options={
                "verbose_name": "gallrad post",
                "verbose_name_plural": "gallringslogg",
                "ordering": ["-redacted_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Retention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                *_days(),
                _reason(),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retention",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "gallring",
                "verbose_name_plural": "gallringar",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("announced_on__isnull", True),
                                ("deactivated_on__isnull", True),
                                ("deactivates_on__isnull", True),
                            ),
                            models.Q(("announced_on__isnull", False), ("deactivates_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="retention_announced_with_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("deactivated_on__isnull", True),
                                ("redacted_on__isnull", True),
                                ("redacts_on__isnull", True),
                            ),
                            models.Q(("deactivated_on__isnull", False), ("redacts_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="retention_deactivated_with_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kept_reason", ""), ("kept_until__isnull", True)),
                            models.Q(("kept_until__isnull", False), models.Q(("kept_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="retention_kept_with_reason",
                    ),
                ],
            },
        ),
        migrations.RunSQL(LET_GO, KEEP),
    ]
