"""What happens to a line after the form: confirmed, handed over, attested by link or on paper; vacancies, bundles."""

import uuid

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import kvinnofrid.core.validators
import organisations.models.periods


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_messages"),
        ("mandates", "0003_keep_decided_lines"),
        ("organisations", "0003_accounts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AttestLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        max_length=120,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="namn",
                    ),
                ),
                (
                    "title",
                    models.CharField(
                        max_length=120,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="funktion",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        max_length=254,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="e-postadress",
                    ),
                ),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("version", models.PositiveIntegerField(editable=False, verbose_name="version")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Öppen"), ("used", "Använd"), ("withdrawn", "Återkallad")],
                        default="open",
                        max_length=12,
                        verbose_name="tillstånd",
                    ),
                ),
                ("sent_at", models.DateTimeField(editable=False, verbose_name="skickad")),
                ("expires_at", models.DateTimeField(editable=False, verbose_name="går ut")),
                (
                    "closed_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="använd eller återkallad"),
                ),
            ],
            options={
                "verbose_name": "engångslänk",
                "verbose_name_plural": "engångslänkar",
                "ordering": ["-sent_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), ("closed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="attest_link_closed_with_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("sent_at"))), name="attest_link_expires_later"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Bundle",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("day", models.DateField(verbose_name="dag")),
                (
                    "content",
                    models.CharField(
                        choices=[("active", "Giltiga den dagen"), ("submitted", "Alla inskickade till och med dagen")],
                        max_length=10,
                        verbose_name="innehåll",
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        choices=[("pdf", "En PDF med bokmärken"), ("zip", "En ZIP med en PDF för varje uppdrag")],
                        max_length=10,
                        verbose_name="format",
                    ),
                ),
                ("documents", models.PositiveIntegerField(verbose_name="antal uppdrag")),
                ("size", models.PositiveBigIntegerField(verbose_name="storlek i byte")),
                ("sha256", models.CharField(max_length=64, verbose_name="kontrollsumma")),
                ("made_at", models.DateTimeField(verbose_name="framtagen")),
                ("kept_until", models.DateTimeField(verbose_name="finns till")),
                ("removed_at", models.DateTimeField(blank=True, null=True, verbose_name="borttagen")),
            ],
            options={
                "verbose_name": "samlingsfil",
                "verbose_name_plural": "samlingsfiler",
                "ordering": ["-made_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kept_until__gt", models.F("made_at"))), name="bundle_kept_for_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="bundle_sha256_form"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("confirmed_on", models.DateField(editable=False, verbose_name="bekräftad den")),
                ("confirmed_at", models.DateTimeField(editable=False, verbose_name="bekräftad")),
                ("stood", models.JSONField(default=dict, editable=False, verbose_name="vad som stod")),
            ],
            options={
                "verbose_name": "bekräftelse",
                "verbose_name_plural": "bekräftelser",
                "ordering": ["confirmed_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "goes_on",
                    models.TextField(
                        blank=True,
                        max_length=3000,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="vad som pågår",
                    ),
                ),
                (
                    "meetings",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="kommande möten",
                    ),
                ),
                (
                    "papers",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="var handlingarna finns",
                    ),
                ),
                ("handed_over_at", models.DateTimeField(editable=False, verbose_name="överlämnad")),
            ],
            options={
                "verbose_name": "överlämning",
                "verbose_name_plural": "överlämningar",
            },
        ),
        migrations.CreateModel(
            name="HistoricalAttestLink",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("verb", models.CharField(blank=True, editable=False, max_length=40, verbose_name="händelse")),
                ("history_change_reason", models.TextField(blank=True, default="")),
                (
                    "name",
                    models.CharField(
                        max_length=120,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="namn",
                    ),
                ),
                (
                    "title",
                    models.CharField(
                        max_length=120,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="funktion",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        max_length=254,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="e-postadress",
                    ),
                ),
                ("token_hash", models.CharField(db_index=True, editable=False, max_length=64)),
                ("version", models.PositiveIntegerField(editable=False, verbose_name="version")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Öppen"), ("used", "Använd"), ("withdrawn", "Återkallad")],
                        default="open",
                        max_length=12,
                        verbose_name="tillstånd",
                    ),
                ),
                ("sent_at", models.DateTimeField(editable=False, verbose_name="skickad")),
                ("expires_at", models.DateTimeField(editable=False, verbose_name="går ut")),
                (
                    "closed_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="använd eller återkallad"),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
            ],
            options={
                "verbose_name": "historical engångslänk",
                "verbose_name_plural": "historical engångslänkar",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalConfirmation",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("verb", models.CharField(blank=True, editable=False, max_length=40, verbose_name="händelse")),
                ("history_change_reason", models.TextField(blank=True, default="")),
                ("confirmed_on", models.DateField(editable=False, verbose_name="bekräftad den")),
                ("confirmed_at", models.DateTimeField(editable=False, verbose_name="bekräftad")),
                ("stood", models.JSONField(default=dict, editable=False, verbose_name="vad som stod")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
            ],
            options={
                "verbose_name": "historical bekräftelse",
                "verbose_name_plural": "historical bekräftelser",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalHandover",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("verb", models.CharField(blank=True, editable=False, max_length=40, verbose_name="händelse")),
                ("history_change_reason", models.TextField(blank=True, default="")),
                (
                    "goes_on",
                    models.TextField(
                        blank=True,
                        max_length=3000,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="vad som pågår",
                    ),
                ),
                (
                    "meetings",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="kommande möten",
                    ),
                ),
                (
                    "papers",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="var handlingarna finns",
                    ),
                ),
                ("handed_over_at", models.DateTimeField(editable=False, verbose_name="överlämnad")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
            ],
            options={
                "verbose_name": "historical överlämning",
                "verbose_name_plural": "historical överlämningar",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPaperForm",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("verb", models.CharField(blank=True, editable=False, max_length=40, verbose_name="händelse")),
                ("history_change_reason", models.TextField(blank=True, default="")),
                ("signed_on", models.DateField(verbose_name="undertecknad den")),
                ("received_on", models.DateField(verbose_name="inkommen den")),
                ("registered_at", models.DateTimeField(editable=False, verbose_name="registrerad")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
            ],
            options={
                "verbose_name": "historical pappersblankett",
                "verbose_name_plural": "historical pappersblanketter",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalVacancy",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("verb", models.CharField(blank=True, editable=False, max_length=40, verbose_name="händelse")),
                ("history_change_reason", models.TextField(blank=True, default="")),
                ("starts_on", models.DateField(verbose_name="vakant från och med")),
                ("expected_on", models.DateField(blank=True, null=True, verbose_name="någon väntas")),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        max_length=500,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="varför",
                    ),
                ),
                (
                    "function_email",
                    models.EmailField(
                        blank=True,
                        max_length=254,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="vem som svarar under tiden",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
            ],
            options={
                "verbose_name": "historical vakans",
                "verbose_name_plural": "historical vakanser",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="PaperForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("signed_on", models.DateField(verbose_name="undertecknad den")),
                ("received_on", models.DateField(verbose_name="inkommen den")),
                ("registered_at", models.DateTimeField(editable=False, verbose_name="registrerad")),
            ],
            options={
                "verbose_name": "pappersblankett",
                "verbose_name_plural": "pappersblanketter",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("received_on__gte", models.F("signed_on"))),
                        name="paper_form_received_after_signing",
                        violation_error_message="Blanketten kan inte ha kommit in innan den undertecknades.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Vacancy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="vakant från och med")),
                ("expected_on", models.DateField(blank=True, null=True, verbose_name="någon väntas")),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        max_length=500,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="varför",
                    ),
                ),
                (
                    "function_email",
                    models.EmailField(
                        blank=True,
                        max_length=254,
                        validators=[kvinnofrid.core.validators.refuse_personal_number],
                        verbose_name="vem som svarar under tiden",
                    ),
                ),
            ],
            options={
                "verbose_name": "vakans",
                "verbose_name_plural": "vakanser",
                "ordering": ["starts_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expected_on__isnull", True), ("expected_on__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="vacancy_expected_after_start",
                        violation_error_message="Dagen då någon väntas kan inte ligga före dagen då platsen blev vakant.",
                    )
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="mandateseat",
            name="mandate_seat_complete",
        ),
        migrations.RemoveConstraint(
            model_name="mandateseat",
            name="mandate_seat_attested_with_facts",
        ),
        migrations.RemoveConstraint(
            model_name="mandateseat",
            name="mandate_seat_returned_with_facts",
        ),
        migrations.AddField(
            model_name="historicalmandateseat",
            name="commissioner_email",
            field=models.EmailField(
                blank=True,
                max_length=254,
                validators=[kvinnofrid.core.validators.refuse_personal_number],
                verbose_name="uppdragsgivarens e-postadress",
            ),
        ),
        migrations.AddField(
            model_name="historicalmandateseat",
            name="commissioner_name",
            field=models.CharField(
                blank=True,
                max_length=120,
                validators=[kvinnofrid.core.validators.refuse_personal_number],
                verbose_name="uppdragsgivarens namn",
            ),
        ),
        migrations.AddField(
            model_name="historicalmandateseat",
            name="commissioner_title",
            field=models.CharField(
                blank=True,
                max_length=120,
                validators=[kvinnofrid.core.validators.refuse_personal_number],
                verbose_name="uppdragsgivarens funktion",
            ),
        ),
        migrations.AddField(
            model_name="historicalmandateseat",
            name="replaces",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="mandates.mandateseat",
                verbose_name="ersätter",
            ),
        ),
        migrations.AddField(
            model_name="mandateseat",
            name="commissioner_email",
            field=models.EmailField(
                blank=True,
                max_length=254,
                validators=[kvinnofrid.core.validators.refuse_personal_number],
                verbose_name="uppdragsgivarens e-postadress",
            ),
        ),
        migrations.AddField(
            model_name="mandateseat",
            name="commissioner_name",
            field=models.CharField(
                blank=True,
                max_length=120,
                validators=[kvinnofrid.core.validators.refuse_personal_number],
                verbose_name="uppdragsgivarens namn",
            ),
        ),
        migrations.AddField(
            model_name="mandateseat",
            name="commissioner_title",
            field=models.CharField(
                blank=True,
                max_length=120,
                validators=[kvinnofrid.core.validators.refuse_personal_number],
                verbose_name="uppdragsgivarens funktion",
            ),
        ),
        migrations.AddField(
            model_name="mandateseat",
            name="replaces",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="mandates.mandateseat",
                verbose_name="ersätter",
            ),
        ),
        migrations.AddField(
            model_name="attestlink",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attest_links",
                to="mandates.mandateseat",
                verbose_name="rad",
            ),
        ),
        migrations.AddField(
            model_name="attestlink",
            name="sent_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="skickad av",
            ),
        ),
        migrations.AddField(
            model_name="historicalmandateseat",
            name="decided_link",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="mandates.attestlink",
                verbose_name="avgjord via engångslänk",
            ),
        ),
        migrations.AddField(
            model_name="mandateseat",
            name="decided_link",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="mandates.attestlink",
                verbose_name="avgjord via engångslänk",
            ),
        ),
        migrations.AddField(
            model_name="bundle",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="begärd av",
            ),
        ),
        migrations.AddField(
            model_name="bundle",
            name="forum",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bundles",
                to="organisations.forum",
                verbose_name="forum",
            ),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="confirmed_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="bekräftad av",
            ),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="confirmations",
                to="mandates.mandateseat",
                verbose_name="rad",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="handed_over_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="överlämnad av",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="line",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="handover",
                to="mandates.mandateseat",
                verbose_name="rad",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="successor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="efterträdare",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="successor_draft",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="prepared_by",
                to="mandates.mandate",
                verbose_name="efterträdarens utkast",
            ),
        ),
        migrations.AddField(
            model_name="historicalattestlink",
            name="history_user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="historicalattestlink",
            name="line",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="mandates.mandateseat",
                verbose_name="rad",
            ),
        ),
        migrations.AddField(
            model_name="historicalattestlink",
            name="sent_by",
            field=models.ForeignKey(
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
        migrations.AddField(
            model_name="historicalconfirmation",
            name="confirmed_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="bekräftad av",
            ),
        ),
        migrations.AddField(
            model_name="historicalconfirmation",
            name="history_user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="historicalconfirmation",
            name="line",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="mandates.mandateseat",
                verbose_name="rad",
            ),
        ),
        migrations.AddField(
            model_name="historicalhandover",
            name="handed_over_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="överlämnad av",
            ),
        ),
        migrations.AddField(
            model_name="historicalhandover",
            name="history_user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="historicalhandover",
            name="line",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="mandates.mandateseat",
                verbose_name="rad",
            ),
        ),
        migrations.AddField(
            model_name="historicalhandover",
            name="successor",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="efterträdare",
            ),
        ),
        migrations.AddField(
            model_name="historicalhandover",
            name="successor_draft",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="mandates.mandate",
                verbose_name="efterträdarens utkast",
            ),
        ),
        migrations.AddField(
            model_name="historicalpaperform",
            name="history_user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="historicalpaperform",
            name="registered_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="registrerad av",
            ),
        ),
        migrations.AddField(
            model_name="historicalpaperform",
            name="scan",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="core.storedfile",
                verbose_name="inläst blankett",
            ),
        ),
        migrations.AddField(
            model_name="historicalvacancy",
            name="history_user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="historicalvacancy",
            name="seat",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="organisations.seat",
                verbose_name="plats",
            ),
        ),
        migrations.AddField(
            model_name="paperform",
            name="registered_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="registrerad av",
            ),
        ),
        migrations.AddField(
            model_name="paperform",
            name="scan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.storedfile",
                verbose_name="inläst blankett",
            ),
        ),
        migrations.AddField(
            model_name="historicalmandateseat",
            name="paper",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="mandates.paperform",
                verbose_name="inkommen på papper",
            ),
        ),
        migrations.AddField(
            model_name="mandateseat",
            name="paper",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="mandates.paperform",
                verbose_name="inkommen på papper",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandateseat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "returned", "withdrawn"]),
                    models.Q(
                        ("share_percent__isnull", False),
                        ("starts_on__isnull", False),
                        models.Q(
                            ("commissioner__isnull", False),
                            models.Q(("commissioner_name", ""), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="mandate_seat_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandateseat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("commissioner__isnull", True),
                    models.Q(("commissioner_email", ""), ("commissioner_name", ""), ("commissioner_title", "")),
                    _connector="OR",
                ),
                name="mandate_seat_one_commissioner",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandateseat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("attested_at__isnull", False),
                        ("attested_by__isnull", False),
                        ("decided_link", None),
                        ("paper", None),
                    ),
                    models.Q(
                        ("attested_at__isnull", False),
                        ("attested_by", None),
                        ("decided_link__isnull", False),
                        ("paper", None),
                    ),
                    models.Q(
                        ("attested_at__isnull", False),
                        ("attested_by", None),
                        ("decided_link", None),
                        ("paper__isnull", False),
                    ),
                    models.Q(
                        ("attested_at__isnull", True),
                        ("attested_by__isnull", True),
                        ("paper__isnull", True),
                        models.Q(("state__in", ["attested", "ended"]), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="mandate_seat_attested_with_facts",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandateseat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("returned_at__isnull", False),
                        ("state", "returned"),
                        models.Q(
                            models.Q(("decided_link", None), ("returned_by__isnull", False)),
                            models.Q(("decided_link__isnull", False), ("returned_by", None)),
                            _connector="OR",
                        ),
                        models.Q(("return_comment", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "returned"), _negated=True),
                        ("return_comment", ""),
                        ("returned_at__isnull", True),
                        ("returned_by__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="mandate_seat_returned_with_facts",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandateseat",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("kind", "deputy"), ("state__in", ["attested", "ended"])),
                expressions=[
                    ("seat", "="),
                    (
                        organisations.models.periods.DateRange(
                            "starts_on", django.db.models.functions.comparison.Coalesce("ended_on", "ends_on")
                        ),
                        "&&",
                    ),
                ],
                name="mandate_seat_one_deputy",
                violation_error_message="Platsen har redan en ersättare under perioden.",
            ),
        ),
        migrations.AddField(
            model_name="vacancy",
            name="seat",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="vacancies",
                to="organisations.seat",
                verbose_name="plats",
            ),
        ),
        migrations.AddConstraint(
            model_name="attestlink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("line",), name="attest_link_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="confirmation",
            constraint=models.UniqueConstraint(fields=("line", "confirmed_on"), name="confirmation_once_a_day"),
        ),
        migrations.AddConstraint(
            model_name="vacancy",
            constraint=models.UniqueConstraint(fields=("seat", "starts_on"), name="vacancy_once"),
        ),
    ]
