"""Lines attested by link and on paper, vacancies and confirmations, made through the portal's own actions."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from kvinnofrid.core.files import Upload
from kvinnofrid.core.models import Message
from mandates import actions
from mandates.models import AttestLink, Confirmation, Mandate, MandateSeat, Vacancy
from tests.factories import cast

EXTERNAL = {
    "commissioner_name": "Eva Extern",
    "commissioner_title": "Socialchef",
    "commissioner_email": "eva.extern@sater.example",
}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40
PDF = b"%PDF-1.7\n%%EOF\n"


def waiting_for_external(world: cast.World, key: str = "sater_representative", slug: str = "sater") -> MandateSeat:
    """A line that waits for a commissioner without account: Säter has nobody with the role."""
    mandate = cast.draft(world, key, (slug,))
    cast.fill(world, mandate.lines.get(), commissioner=None, **EXTERNAL)
    actions.submit(mandate=mandate, by=world.person[key])
    return MandateSeat.objects.get(mandate=mandate)


def link_of(line: MandateSeat) -> AttestLink:
    return AttestLink.objects.filter(line=line).order_by("-pk")[0]


def address_of(link: AttestLink) -> str:
    """The address that only the mail holds."""
    return str(Message.objects.get(key__startswith=f"attest-link-{link.pk}:").path)


def attested_by_link(world: cast.World) -> MandateSeat:
    line = waiting_for_external(world)
    actions.attest_by_link(link=link_of(line), version=Mandate.objects.get(pk=line.mandate_id).version)
    return MandateSeat.objects.get(pk=line.pk)


def paper_values(world: cast.World, slug: str = "sater", **values: Any) -> dict[str, Any]:
    today = timezone.localdate()
    line = {
        "seat": world.seat(slug),
        "kind": "ordinary",
        "share_percent": Decimal(10),
        "starts_on": today - timedelta(days=20),
        "ends_on": None,
        "commissioner_name": "Eva Extern",
        "commissioner_title": "Socialchef",
        "case_number": f"{cast.canary(slug)}-papper",
        "contacts": [{"name": "Enheten", "role": "", "email": "", "phone": ""}],
    }
    person = {"name": "Petra Papper", "title": "Kurator", "email": "petra.papper@sater.example", "phone": "010-1 23 45"}
    return {
        "edition": world.edition,
        "person": person,
        "contact": person,
        "lines": [line],
        "scan": Upload("Blankett.png", "png", PNG),
        "signed_on": today - timedelta(days=25),
        "received_on": today - timedelta(days=22),
        "by": world.person["coordinator"],
        **values,
    }


def on_paper(world: cast.World, **values: Any) -> Mandate:
    return actions.register_paper(**paper_values(world, **values))


def vacancy(world: cast.World, starts_on: date) -> Vacancy:
    row = Vacancy(seat=world.seat("sater"), starts_on=starts_on)
    row.save()
    return row


def _two_vacancies(world: cast.World) -> None:
    vacancy(world, date(2026, 2, 1))
    vacancy(world, date(2026, 3, 1))


def _two_links(world: cast.World) -> None:
    line = waiting_for_external(world)
    actions.send_link(line=line, commissioner=EXTERNAL, by=world.person["sater_representative"])


def _returned_by_link(world: cast.World) -> None:
    line = waiting_for_external(world)
    version = Mandate.objects.get(pk=line.mandate_id).version
    actions.send_back_by_link(link=link_of(line), version=version, comment="Rätta andelen.")


def _two_confirmations(world: cast.World) -> None:
    line = cast.attested(world).lines.get()
    for day in (date(2026, 2, 1), date(2026, 3, 1)):
        by, now = world.person["representative"], timezone.now()
        Confirmation(line=line, confirmed_on=day, confirmed_at=now, confirmed_by=by).save()


MADE: dict[str, Callable[[cast.World], Any]] = {
    "link": waiting_for_external,
    "two links": _two_links,
    "by link": attested_by_link,
    "returned by link": _returned_by_link,
    "paper": on_paper,
    "vacancy": lambda world: vacancy(world, date(2026, 2, 1)),
    "two vacancies": _two_vacancies,
    "two confirmations": _two_confirmations,
}
