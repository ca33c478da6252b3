"""Keys of forms that make one thing, signs of life, and pictures among the kept files."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_messages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="namn")),
                ("at", models.DateTimeField(verbose_name="senast")),
            ],
            options={
                "verbose_name": "livstecken",
                "verbose_name_plural": "livstecken",
            },
        ),
        migrations.CreateModel(
            name="UsedKey",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name="nyckel")),
                ("answer", models.TextField(blank=True, verbose_name="svar")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="använd")),
            ],
            options={
                "verbose_name": "använd nyckel",
                "verbose_name_plural": "använda nycklar",
                "indexes": [models.Index(fields=["created_at"], name="used_key_age")],
            },
        ),
        migrations.RemoveConstraint(
            model_name="storedfile",
            name="file_kind_known",
        ),
        migrations.AlterField(
            model_name="storedfile",
            name="kind",
            field=models.CharField(
                choices=[("pdf", "PDF"), ("docx", "Word"), ("text", "text"), ("jpeg", "JPEG"), ("png", "PNG")],
                max_length=10,
                verbose_name="slag",
            ),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["pdf", "docx", "text", "jpeg", "png"])), name="file_kind_known"
            ),
        ),
        migrations.AddField(
            model_name="usedkey",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="used_keys",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
    ]
