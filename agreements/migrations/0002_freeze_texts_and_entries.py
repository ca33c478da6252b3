"""A published version cannot be changed or removed, and entries of the register never change, by anyone who connects."""

from django.db import migrations

ENTRIES = (
    "agreements_adoptiondecision",
    "agreements_decisionproof",
    "agreements_statusnote",
    "agreements_signature",
    "agreements_validitychange",
    "agreements_reminder",
)
FREEZE = """
CREATE FUNCTION refuse_change_of_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL OR OLD.discarded_at IS NOT NULL THEN
        RAISE EXCEPTION 'agreement version % is frozen', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION refuse_change_of_published_version_section() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    versions bigint[] := ARRAY[
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.version_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.version_id END
    ];
BEGIN
    -- The lock makes a section wait for a publication under way; the second look sees what it did.
    PERFORM 1 FROM agreements_agreementversion WHERE id = ANY (versions) FOR SHARE;
    PERFORM 1 FROM agreements_agreementversion
        WHERE id = ANY (versions) AND (published_at IS NOT NULL OR discarded_at IS NOT NULL);
    IF FOUND THEN
        RAISE EXCEPTION 'the agreement version of the section is frozen'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION refuse_change_of_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entry % of % never changes: register a correction', OLD.id, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER published_version_is_frozen BEFORE UPDATE OR DELETE ON agreements_agreementversion
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_published_version();
CREATE TRIGGER published_version_section_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON agreements_versionsection
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_published_version_section();
"""
THAW = """
DROP TRIGGER published_version_section_is_frozen ON agreements_versionsection;
DROP TRIGGER published_version_is_frozen ON agreements_agreementversion;
DROP FUNCTION refuse_change_of_published_version_section();
DROP FUNCTION refuse_change_of_published_version();
"""
KEEP = [
    f"CREATE TRIGGER entry_never_changes BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_entry();"
    for table in ENTRIES
]
LET_GO = [
    *[f"DROP TRIGGER entry_never_changes ON {table};" for table in ENTRIES],
    "DROP FUNCTION refuse_change_of_entry();",
]


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_agreements")]
    operations = [migrations.RunSQL([FREEZE, *KEEP], [*LET_GO, THAW])]
