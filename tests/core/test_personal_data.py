"""Nothing about persons is forgotten: every field that can hold text is declared, or said to be about no person."""

from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from kvinnofrid.core import privacy, redaction

OURS = ("core", "organisations", "mandates", "agreements", "reports")
THIRD_PARTY = {"account", "mfa", "usersessions", "socialaccount", "sessions"}
# What simple-history adds to each model; the reasons are about what was done, or declared with `reasons_too`.
OF_HISTORY = {"verb", "history_change_reason", "history_type"}
HOLDS_TEXT = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.FileField,
    models.GenericIPAddressField,
    ArrayField,
)


def our_models() -> list[Any]:
    return [model for label in (*OURS, *sorted(THIRD_PARTY)) for model in apps.get_app_config(label).get_models()]


def texts(model: Any) -> set[str]:
    """The fields that can hold what somebody wrote, or a code that tells who somebody is."""
    return {
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, HOLDS_TEXT) and not field.choices and not field.is_relation
    }


def known(label: str) -> set[str]:
    """The fields of a model that are declared, or exempt."""
    declared = {name for found in privacy.declared() if found.model == label for name in (*found.fields, *found.hidden)}
    return declared | set(privacy.exempt().get(label, ()))


def test_every_field_is_declared_or_about_no_person() -> None:
    forgotten = set()
    for model in our_models():
        if hasattr(model, "history_object"):
            base = model.instance_type
            forgotten |= {f"{model._meta.label}.{name}" for name in texts(model) - texts(base) - OF_HISTORY}
        else:
            forgotten |= {f"{model._meta.label}.{name}" for name in texts(model) - known(model._meta.label)}
    assert forgotten == set()


def test_what_is_declared_is_there() -> None:
    """No declaration and no exemption of what is gone, and none of both for one field."""
    for found in privacy.declared():
        names = {field.name for field in found.model_class._meta.get_fields()}
        mentioned = {*found.fields, *found.hidden, *(name for one in found.redactions for name in one.values)}
        assert mentioned <= names, found.model
        assert [found.label(name) for name in (*found.fields, *found.hidden) if not found.label(name)] == []
    for label, fields in privacy.exempt().items():
        model = apps.get_model(label)
        assert set(fields) <= texts(model), label
        twice = {name for found in privacy.declared() if found.model == label for name in found.fields} & set(fields)
        assert twice == set(), label


def test_what_is_shown_as_personal_is_redacted_or_said_to_stay() -> None:
    """A text that a person's rows hold has a new value, goes with its row, or its purpose says what stays."""
    silent = []
    for found in privacy.declared():
        new = {name for one in found.redactions for name in one.values}
        left = texts(found.model_class) & {*found.fields} - new
        if left and not found.is_removed and not found.purpose.stays and found.found_by:
            silent.append((found.model, left))
    assert silent == [("core.Job", {"kind"})]  # gone long before


def test_what_finds_a_row_is_changed_last() -> None:
    for found in privacy.declared():
        earlier = {name for one in found.redactions[:-1] for name in one.values}
        assert earlier & {*found.found_by} == set(), found.model


def test_the_function_names_declared_columns_only() -> None:
    """Whatever the database's function changes stands in a declaration."""
    text = redaction.function_sql()
    tables = {found.model_class._meta.db_table for found in privacy.declared()}
    tables |= {found.history._meta.db_table for found in privacy.declared() if found.history}
    changed = {line.split()[1] for line in text.splitlines() if line.strip().startswith("UPDATE ")}
    removed = {line.split()[2] for line in text.splitlines() if line.strip().startswith("DELETE FROM ")}
    assert changed <= tables
    assert removed <= tables | {"core_storedfile"}
    assert "agreements_adoptiondecision" not in changed
