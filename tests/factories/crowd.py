"""Many more organisations beside the cast, for tests of what must not grow with the number of rows."""

from datetime import timedelta

from django.utils import timezone

from kvinnofrid.core import audit
from organisations import actions
from organisations.enums import OrganisationKind, Role
from organisations.models import Organisation, Seat
from tests.factories import cast


def organisations(world: cast.World, number: int) -> list[str]:
    """Organisations with a seat in the forum; the cast's representative and commissioner of Falun act for them too."""
    slugs = [f"extra-{position}" for position in range(1, number + 1)]
    for slug in slugs:
        organisation = Organisation(
            slug=slug,
            name=f"Förening {slug}",
            short_name=slug,
            kind=OrganisationKind.CIVIL_SOCIETY,
            function_email=f"funktion@{slug}.example",
        )
        audit.save(organisation, by=None, verb="imported")
        audit.save(Seat(forum=world.forum, organisation=organisation), by=None, verb="imported")
        world.org[slug] = organisation
        for key, role in (("representative", Role.REPRESENTATIVE), ("commissioner", Role.COMMISSIONER)):
            starts_on = timezone.localdate() - timedelta(days=400)
            actions.grant_role(user=world.person[key], role=role, scope=organisation, by=None, starts_on=starts_on)
    return slugs


def attested(world: cast.World, number: int) -> list[str]:
    """The same, with one attested mandate that covers them all."""
    slugs = organisations(world, number)
    cast.attested(world, "representative", tuple(slugs))
    return slugs


def submitted(world: cast.World, number: int) -> list[str]:
    """The same, with one mandate that covers them all and waits for attestation."""
    slugs = organisations(world, number)
    cast.submitted(world, "representative", tuple(slugs))
    return slugs
