"""Wires core: the database role follows every migration; the apps' long work and personal data are found."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "kvinnofrid.core"
    label = "core"
    verbose_name = "Gemensamt"

    def ready(self) -> None:
        from kvinnofrid.core import audit, checks, roles  # noqa: F401  importing the checks registers them

        audit.connect()
        post_migrate.connect(roles.grant_portal_role, dispatch_uid="core.grant_portal_role")
        autodiscover_modules("tasks", "personal_data")
