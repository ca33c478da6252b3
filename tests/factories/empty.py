"""An empty database inside a test's transaction, for what starts from nothing."""

from django.apps import apps
from django.db import connection


def empty_database() -> None:
    """Empty every table of ours; the test's rollback brings the cast back."""
    labels = {"core", "organisations", "mandates", "auth"}
    models = [model for model in apps.get_models() if model._meta.app_label in labels]
    kept = {"auth_permission"}
    tables = sorted(
        {connection.ops.quote_name(model._meta.db_table) for model in models if model._meta.db_table not in kept}
    )
    connection.check_constraints()  # rows that wait to be checked cannot be emptied
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
