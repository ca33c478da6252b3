"""A line that has been sent in is never removed, nor its contacts once it is decided, by anyone who connects."""

from django.db import migrations

KEEP = """
CREATE FUNCTION refuse_removal_of_sent_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' THEN
        RAISE EXCEPTION 'mandate line % has been sent in and is kept', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION refuse_removal_of_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM mandates_mandateseat WHERE id = OLD.line_id AND state NOT IN ('draft', 'returned');
    IF FOUND THEN
        RAISE EXCEPTION 'the line of contact % has been sent in and is kept', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER sent_line_is_kept BEFORE DELETE ON mandates_mandateseat
    FOR EACH ROW EXECUTE FUNCTION refuse_removal_of_sent_line();
CREATE TRIGGER contact_of_sent_line_is_kept BEFORE DELETE ON mandates_internalcontact
    FOR EACH ROW EXECUTE FUNCTION refuse_removal_of_contact();
"""
FORGET = """
DROP TRIGGER contact_of_sent_line_is_kept ON mandates_internalcontact;
DROP TRIGGER sent_line_is_kept ON mandates_mandateseat;
DROP FUNCTION refuse_removal_of_contact();
DROP FUNCTION refuse_removal_of_sent_line();
"""


class Migration(migrations.Migration):
    dependencies = [("mandates", "0002_freeze_published_editions")]
    operations = [migrations.RunSQL(KEEP, FORGET)]
