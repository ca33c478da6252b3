"""The coordinator asks for mandates to be signed anew on a later edition."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import kvinnofrid.core.validators


class Migration(migrations.Migration):
    dependencies = [
        ("mandates", "0005_reminders"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalRenewalRequest",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("verb", models.CharField(blank=True, editable=False, max_length=40, verbose_name="händelse")),
                ("history_change_reason", models.TextField(blank=True, default="")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Tillfrågad"),
                            ("declined", "Behöver inte förnyas"),
                            ("withdrawn", "Återtagen"),
                        ],
                        default="open",
                        max_length=12,
                        verbose_name="tillstånd",
                    ),
                ),
                ("asked_at", models.DateTimeField(editable=False, verbose_name="efterfrågad")),
                (
                    "reason",
                    models.TextField(
                        blank=True,
                        editable=False,
                        max_length=1000,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="varför inte",
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="avslutad")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="efterfrågad av",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="avslutad av",
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="mandates.formedition",
                        verbose_name="utgåva",
                    ),
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
                    "mandate",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="mandates.mandate",
                        verbose_name="uppdrag",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical begäran om förnyelse",
                "verbose_name_plural": "historical begäranden om förnyelse",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="RenewalRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Tillfrågad"),
                            ("declined", "Behöver inte förnyas"),
                            ("withdrawn", "Återtagen"),
                        ],
                        default="open",
                        max_length=12,
                        verbose_name="tillstånd",
                    ),
                ),
                ("asked_at", models.DateTimeField(editable=False, verbose_name="efterfrågad")),
                (
                    "reason",
                    models.TextField(
                        blank=True,
                        editable=False,
                        max_length=1000,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="varför inte",
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="avslutad")),
                (
                    "asked_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="efterfrågad av",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="avslutad av",
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewal_requests",
                        to="mandates.formedition",
                        verbose_name="utgåva",
                    ),
                ),
                (
                    "mandate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewal_requests",
                        to="mandates.mandate",
                        verbose_name="uppdrag",
                    ),
                ),
            ],
            options={
                "verbose_name": "begäran om förnyelse",
                "verbose_name_plural": "begäranden om förnyelse",
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("mandate",), name="renewal_request_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("closed_by__isnull", True), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="renewal_request_closed_with_facts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "declined"), models.Q(("reason", ""), _negated=True)),
                            models.Q(models.Q(("state", "declined"), _negated=True), ("reason", "")),
                            _connector="OR",
                        ),
                        name="renewal_request_declined_with_reason",
                    ),
                ],
            },
        ),
    ]
