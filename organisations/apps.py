"""Wires the app: its roles are what access asks for, and guardian's rows follow the role table."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OrganisationsConfig(AppConfig):
    name = "organisations"
    verbose_name = "Organisationer"

    def ready(self) -> None:
        from kvinnofrid.core import access
        from organisations import actions, querysets
        from organisations.login import notices
        from organisations.models import Forum, Organisation, Partnership

        access.register(
            sources=[querysets.groups_by_membership, querysets.groups_by_appointment],
            models=[Organisation, Forum, Partnership],
        )
        post_migrate.connect(actions.follow_role_table, sender=self, dispatch_uid="organisations.roles")
        notices.connect()
