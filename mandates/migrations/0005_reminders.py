"""The ladder of reminders of a forum, its pauses, and each reminder that has gone."""

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import kvinnofrid.core.validators


class Migration(migrations.Migration):
    dependencies = [("mandates", "0004_life_of_mandates")]

    operations = [
        migrations.CreateModel(
            name="HistoricalMandateReminder",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("verb", models.CharField(blank=True, editable=False, max_length=40, verbose_name="händelse")),
                ("history_change_reason", models.TextField(blank=True, default="")),
                (
                    "matter",
                    models.CharField(
                        choices=[
                            ("draft", "Fylla i och skicka in uppdraget"),
                            ("returned", "Rätta uppdraget"),
                            ("waiting", "Ta ställning till uppdraget"),
                            ("link", "Använda engångslänken"),
                            ("link_closed", "Skicka en ny engångslänk"),
                            ("confirm", "Bekräfta uppdraget"),
                        ],
                        max_length=12,
                        verbose_name="vad det gäller",
                    ),
                ),
                ("waiting_since", models.DateTimeField(editable=False, verbose_name="väntar sedan")),
                (
                    "rung",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Steg 1: den som ska göra något"),
                            (2, "Steg 2: organisationens funktionsadress"),
                            (3, "Steg 3: uppdragsgivaren"),
                        ],
                        verbose_name="steg",
                    ),
                ),
                ("address", models.EmailField(blank=True, max_length=254, verbose_name="adress")),
                ("sent_at", models.DateTimeField(editable=False, verbose_name="skickad")),
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
                    "line",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="mandates.mandateseat",
                        verbose_name="rad",
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
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="core.message",
                        verbose_name="meddelande",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="mottagare",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="skickad av",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical påminnelse om uppdrag",
                "verbose_name_plural": "historical påminnelser om uppdrag",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalReminderLadder",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("verb", models.CharField(blank=True, editable=False, max_length=40, verbose_name="händelse")),
                ("history_change_reason", models.TextField(blank=True, default="")),
                ("is_on", models.BooleanField(default=False, verbose_name="påminn automatiskt")),
                (
                    "days_between",
                    models.PositiveSmallIntegerField(
                        default=14,
                        validators=[
                            django.core.validators.MinValueValidator(7),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="dagar mellan stegen",
                    ),
                ),
                (
                    "highest_rung",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Steg 1: den som ska göra något"),
                            (2, "Steg 2: organisationens funktionsadress"),
                            (3, "Steg 3: uppdragsgivaren"),
                        ],
                        default=3,
                        verbose_name="sista steget",
                    ),
                ),
                (
                    "most_per_week",
                    models.PositiveSmallIntegerField(
                        default=2,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="högst så många i veckan",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "forum",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="organisations.forum",
                        verbose_name="forum",
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
            ],
            options={
                "verbose_name": "historical påminnelsetrappa",
                "verbose_name_plural": "historical påminnelsetrappor",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalReminderPause",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("verb", models.CharField(blank=True, editable=False, max_length=40, verbose_name="händelse")),
                ("history_change_reason", models.TextField(blank=True, default="")),
                ("starts_on", models.DateField(verbose_name="från och med")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="till och med")),
                (
                    "reason",
                    models.TextField(
                        max_length=500,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="varför",
                    ),
                ),
                ("lifted_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="upphävd")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "forum",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="organisations.forum",
                        verbose_name="forum",
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
                "verbose_name": "historical paus i påminnelserna",
                "verbose_name_plural": "historical pauser i påminnelserna",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="MandateReminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "matter",
                    models.CharField(
                        choices=[
                            ("draft", "Fylla i och skicka in uppdraget"),
                            ("returned", "Rätta uppdraget"),
                            ("waiting", "Ta ställning till uppdraget"),
                            ("link", "Använda engångslänken"),
                            ("link_closed", "Skicka en ny engångslänk"),
                            ("confirm", "Bekräfta uppdraget"),
                        ],
                        max_length=12,
                        verbose_name="vad det gäller",
                    ),
                ),
                ("waiting_since", models.DateTimeField(editable=False, verbose_name="väntar sedan")),
                (
                    "rung",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Steg 1: den som ska göra något"),
                            (2, "Steg 2: organisationens funktionsadress"),
                            (3, "Steg 3: uppdragsgivaren"),
                        ],
                        verbose_name="steg",
                    ),
                ),
                ("address", models.EmailField(blank=True, max_length=254, verbose_name="adress")),
                ("sent_at", models.DateTimeField(editable=False, verbose_name="skickad")),
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="mandates.mandateseat",
                        verbose_name="rad",
                    ),
                ),
                (
                    "mandate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="mandates.mandate",
                        verbose_name="uppdrag",
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.message",
                        verbose_name="meddelande",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandate_reminders",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="mottagare",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="skickad av",
                    ),
                ),
            ],
            options={
                "verbose_name": "påminnelse om uppdrag",
                "verbose_name_plural": "påminnelser om uppdrag",
                "ordering": ["sent_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mandate", "line", "matter", "waiting_since", "rung", "recipient", "address"),
                        name="mandate_reminder_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("address", ""), ("recipient__isnull", False)),
                            models.Q(("recipient__isnull", True), models.Q(("address", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="mandate_reminder_to_person_or_address",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReminderLadder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_on", models.BooleanField(default=False, verbose_name="påminn automatiskt")),
                (
                    "days_between",
                    models.PositiveSmallIntegerField(
                        default=14,
                        validators=[
                            django.core.validators.MinValueValidator(7),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="dagar mellan stegen",
                    ),
                ),
                (
                    "highest_rung",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Steg 1: den som ska göra något"),
                            (2, "Steg 2: organisationens funktionsadress"),
                            (3, "Steg 3: uppdragsgivaren"),
                        ],
                        default=3,
                        verbose_name="sista steget",
                    ),
                ),
                (
                    "most_per_week",
                    models.PositiveSmallIntegerField(
                        default=2,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="högst så många i veckan",
                    ),
                ),
                (
                    "forum",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminder_ladder",
                        to="organisations.forum",
                        verbose_name="forum",
                    ),
                ),
            ],
            options={
                "verbose_name": "påminnelsetrappa",
                "verbose_name_plural": "påminnelsetrappor",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("days_between__range", (7, 60))), name="reminder_ladder_days"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("most_per_week__range", (1, 5))), name="reminder_ladder_per_week"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("highest_rung__in", [1, 2, 3])), name="reminder_ladder_rung"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReminderPause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="från och med")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="till och med")),
                (
                    "reason",
                    models.TextField(
                        max_length=500,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="varför",
                    ),
                ),
                ("lifted_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="upphävd")),
                (
                    "forum",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminder_pauses",
                        to="organisations.forum",
                        verbose_name="forum",
                    ),
                ),
                (
                    "mandate",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminder_pauses",
                        to="mandates.mandate",
                        verbose_name="uppdrag",
                    ),
                ),
            ],
            options={
                "verbose_name": "paus i påminnelserna",
                "verbose_name_plural": "pauser i påminnelserna",
                "ordering": ["starts_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="reminder_pause_ends_after_start",
                        violation_error_message="Dagen kan inte ligga före dagen då pausen börjar.",
                    )
                ],
            },
        ),
    ]
