"""Messages that are sent by e-mail, to people and to addresses; what is done every day. Written by hand: old rows."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# What was written before this was never sent by e-mail, and shall not be.
SETTLE_OLD_ROWS = """
UPDATE core_message SET
    reference = gen_random_uuid(),
    next_try_at = NULL,
    state = CASE WHEN sent_at IS NULL THEN 'not_mailed' ELSE 'sent' END,
    path = CASE WHEN path ~ '^/(?![/\\\\])' THEN path ELSE '' END;
SET CONSTRAINTS ALL IMMEDIATE;
"""
# The portal may remove what has come to its end, never what somebody waits for.
KEEP_UNSENT = f"""
CREATE FUNCTION refuse_removal_of_unsent_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = '{settings.DATABASE_PORTAL_ROLE}' THEN
        RAISE EXCEPTION 'message % has not been sent and is kept', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER unsent_message_is_kept BEFORE DELETE ON core_message FOR EACH ROW
    WHEN (OLD.state IN ('waiting', 'sending', 'gathering')) EXECUTE FUNCTION refuse_removal_of_unsent_message();
"""
LOSE_UNSENT = """
DROP TRIGGER unsent_message_is_kept ON core_message;
DROP FUNCTION refuse_removal_of_unsent_message();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_files_and_jobs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DailyWork",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="namn")),
                ("last_on", models.DateField(verbose_name="senast")),
            ],
            options={"verbose_name": "dagligt arbete", "verbose_name_plural": "dagliga arbeten"},
        ),
        migrations.RemoveIndex(model_name="message", name="message_unsent"),
        migrations.AddField(
            model_name="message",
            name="address",
            field=models.EmailField(blank=True, max_length=254, verbose_name="adress"),
        ),
        migrations.AddField(
            model_name="message",
            name="claimed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="påbörjat"),
        ),
        migrations.AddField(
            model_name="message", name="error", field=models.CharField(blank=True, max_length=200, verbose_name="fel")
        ),
        migrations.AddField(
            model_name="message",
            name="first_try_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="första försöket"),
        ),
        migrations.AddField(
            model_name="message",
            name="gathered_in",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="gathered",
                to="core.message",
                verbose_name="dagens brev",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="is_secret",
            field=models.BooleanField(default=False, verbose_name="innehåller en hemlig länk"),
        ),
        migrations.AddField(
            model_name="message",
            name="kind",
            field=models.CharField(
                choices=[("ordinary", "vanligt"), ("security", "om inloggning"), ("digest", "dagens brev")],
                default="ordinary",
                max_length=10,
                verbose_name="slag",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="next_try_at",
            field=models.DateTimeField(
                blank=True, default=django.utils.timezone.now, null=True, verbose_name="nästa försök"
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="reference",
            field=models.UUIDField(default=uuid.uuid4, editable=False, verbose_name="beteckning"),
        ),
        migrations.AddField(
            model_name="message",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "väntar på att skickas"),
                    ("sending", "skickas"),
                    ("sent", "skickat"),
                    ("failed", "kunde inte skickas"),
                    ("gathering", "väntar på dagens brev"),
                    ("gathered", "med i dagens brev"),
                    ("not_mailed", "skickas inte med e-post"),
                    ("withdrawn", "återtaget"),
                ],
                default="waiting",
                max_length=12,
                verbose_name="läge",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="antal försök"),
        ),
        migrations.AddField(
            model_name="message",
            name="why",
            field=models.CharField(blank=True, max_length=300, verbose_name="varför"),
        ),
        migrations.AlterField(
            model_name="message", name="body", field=models.TextField(blank=True, verbose_name="text")
        ),
        migrations.AlterField(
            model_name="message",
            name="recipient",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to=settings.AUTH_USER_MODEL,
                verbose_name="mottagare",
            ),
        ),
        migrations.RunSQL(SETTLE_OLD_ROWS, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ("waiting", "sending", "gathering"))),
                fields=["created_at"],
                name="message_unsent",
            ),
        ),
        migrations.AddIndex(
            model_name="message", index=models.Index(fields=["recipient", "created_at"], name="message_of_person")
        ),
        migrations.AddIndex(
            model_name="message", index=models.Index(fields=["created_at", "id"], name="message_by_time")
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(fields=("reference",), name="message_reference_unique"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("address", ""), ("recipient__isnull", False)),
                    models.Q(("recipient__isnull", True), models.Q(("address", ""), _negated=True)),
                    _connector="OR",
                ),
                name="message_to_person_or_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("claimed_at__isnull", True),
                        ("next_try_at__isnull", True),
                        ("sent_at__isnull", True),
                        ("state__in", ["failed", "gathering", "gathered", "not_mailed", "withdrawn"]),
                    ),
                    models.Q(
                        ("claimed_at__isnull", True),
                        ("next_try_at__isnull", False),
                        ("sent_at__isnull", True),
                        ("state", "waiting"),
                    ),
                    models.Q(
                        ("claimed_at__isnull", False),
                        ("next_try_at__isnull", True),
                        ("sent_at__isnull", True),
                        ("state", "sending"),
                    ),
                    models.Q(
                        ("claimed_at__isnull", True),
                        ("next_try_at__isnull", True),
                        ("sent_at__isnull", False),
                        ("state", "sent"),
                    ),
                    _connector="OR",
                ),
                name="message_state_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("error", ""), ("state", "failed"), _negated=True),
                name="message_failure_is_explained",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("gathered_in__isnull", False), ("state", "gathered")),
                    models.Q(models.Q(("state", "gathered"), _negated=True), ("gathered_in__isnull", True)),
                    _connector="OR",
                ),
                name="message_gathered_in_a_digest",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_secret", False),
                    ("state__in", ("waiting", "sending", "gathering")),
                    models.Q(("body", ""), ("path", "")),
                    _connector="OR",
                ),
                name="message_secret_is_not_kept",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("path", ""), ("path__regex", "^/(?![/\\\\])"), _connector="OR"),
                name="message_path_is_ours",
            ),
        ),
        migrations.RunSQL(KEEP_UNSENT, LOSE_UNSENT),
    ]
