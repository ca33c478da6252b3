"""A published edition cannot be changed or removed, by anyone who connects to the database."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION refuse_change_of_published_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'form edition % is published and frozen', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION refuse_change_of_published_section() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    editions bigint[] := ARRAY[
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.edition_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.edition_id END
    ];
BEGIN
    -- The lock makes a section wait for a publication under way; the second look sees what it did.
    PERFORM 1 FROM mandates_formedition WHERE id = ANY (editions) FOR SHARE;
    PERFORM 1 FROM mandates_formedition WHERE id = ANY (editions) AND published_at IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'the form edition of the section is published and frozen'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER published_edition_is_frozen BEFORE UPDATE OR DELETE ON mandates_formedition
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_published_edition();
CREATE TRIGGER published_section_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON mandates_editionsection
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_published_section();
"""
THAW = """
DROP TRIGGER published_section_is_frozen ON mandates_editionsection;
DROP TRIGGER published_edition_is_frozen ON mandates_formedition;
DROP FUNCTION refuse_change_of_published_section();
DROP FUNCTION refuse_change_of_published_edition();
"""


class Migration(migrations.Migration):
    dependencies = [("mandates", "0001_mandates")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
