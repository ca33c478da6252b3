"""A renewal after a general election, and what it ends and wants named anew."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mandates", "0006_renewal_requests"),
        ("organisations", "0004_retention"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Election",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="nytt från och med")),
                ("planned_at", models.DateTimeField(editable=False, verbose_name="planerat")),
                ("withdrawn_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="återtaget")),
                (
                    "planned_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="planerat av",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="återtaget av",
                    ),
                ),
            ],
            options={
                "verbose_name": "nyval",
                "verbose_name_plural": "nyval",
                "ordering": ["-starts_on", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("starts_on",),
                        name="election_once_a_day",
                        violation_error_message="Det finns redan ett planerat nyval den dagen.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                            models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="election_withdrawn_with_facts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ElectionItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("body", "Nämnder och andra organ"),
                            ("chair", "Ordförande i forum"),
                            ("seat", "Platser i forum"),
                            ("commissioner", "Uppdragsgivare"),
                        ],
                        max_length=12,
                        verbose_name="slag",
                    ),
                ),
                (
                    "appointment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="election_items",
                        to="organisations.appointment",
                        verbose_name="förordnande",
                    ),
                ),
                (
                    "body",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="election_items",
                        to="organisations.decidingbody",
                        verbose_name="organ",
                    ),
                ),
                (
                    "election",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="mandates.election",
                        verbose_name="nyval",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="election_items",
                        to="mandates.mandateseat",
                        verbose_name="rad i uppdrag",
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="election_items",
                        to="organisations.membership",
                        verbose_name="roll",
                    ),
                ),
                (
                    "new_body",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.decidingbody",
                        verbose_name="nytt organ",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="election_items",
                        to="organisations.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "rad i nyval",
                "verbose_name_plural": "rader i nyval",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("election", "body", "membership", "appointment", "line"),
                        name="election_item_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("appointment", None),
                                ("body__isnull", False),
                                ("kind", "body"),
                                ("line", None),
                                ("membership", None),
                            ),
                            models.Q(
                                ("appointment", None),
                                ("body", None),
                                ("kind__in", ["chair", "commissioner"]),
                                ("line", None),
                                ("membership__isnull", False),
                            ),
                            models.Q(
                                ("appointment__isnull", False),
                                ("body", None),
                                ("kind", "seat"),
                                ("line", None),
                                ("membership", None),
                            ),
                            models.Q(
                                ("appointment", None),
                                ("body", None),
                                ("kind", "seat"),
                                ("line__isnull", False),
                                ("membership", None),
                            ),
                            _connector="OR",
                        ),
                        name="election_item_about_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("new_body__isnull", True), ("kind", "body"), _connector="OR"),
                        name="election_item_new_body_for_body",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalElection",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("verb", models.CharField(blank=True, editable=False, max_length=40, verbose_name="händelse")),
                ("history_change_reason", models.TextField(blank=True, default="")),
                ("starts_on", models.DateField(verbose_name="nytt från och med")),
                ("planned_at", models.DateTimeField(editable=False, verbose_name="planerat")),
                ("withdrawn_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="återtaget")),
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
                    "planned_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="planerat av",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="återtaget av",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical nyval",
                "verbose_name_plural": "historical nyval",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalElectionItem",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("verb", models.CharField(blank=True, editable=False, max_length=40, verbose_name="händelse")),
                ("history_change_reason", models.TextField(blank=True, default="")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("body", "Nämnder och andra organ"),
                            ("chair", "Ordförande i forum"),
                            ("seat", "Platser i forum"),
                            ("commissioner", "Uppdragsgivare"),
                        ],
                        max_length=12,
                        verbose_name="slag",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "appointment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="organisations.appointment",
                        verbose_name="förordnande",
                    ),
                ),
                (
                    "body",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="organisations.decidingbody",
                        verbose_name="organ",
                    ),
                ),
                (
                    "election",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="mandates.election",
                        verbose_name="nyval",
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
                    "line",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="mandates.mandateseat",
                        verbose_name="rad i uppdrag",
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="organisations.membership",
                        verbose_name="roll",
                    ),
                ),
                (
                    "new_body",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="organisations.decidingbody",
                        verbose_name="nytt organ",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="organisations.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical rad i nyval",
                "verbose_name_plural": "historical rader i nyval",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
