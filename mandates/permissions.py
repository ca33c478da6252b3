"""Who may do what to a mandate and its lines; the permission and the state are asked separately.

The representative fills in, mends, submits and withdraws the own form, while holding the representative role in an
organisation on it, and its line while holding it there; afterwards the own form can be read without what is internal
to the organisation. A commissioner of the organisation attests or sends back its line, but never the own form. An
attested line is ended by its representative, by a commissioner of the organisation, or by the coordinator. The
representative confirms an active line each year. A commissioner without account is named, and sent a one-time link, by
the representative or the coordinator; who has the link, and nobody else, decides by it. That a seat is vacant is
registered by a commissioner or an administrator of the organisation, or by the coordinator. Forms on paper are
registered, and editions written and published, by the coordinator, who asks for mandates on earlier editions to be
renewed; the representative answers. A renewal after a general election is planned and
withdrawn by the coordinator; how far it has come is read by those who see the county's coverage, and of an organisation
by its administrators and registrars. Its bodies are named anew by its registrar, the rest by its administrator, and
all of it by the coordinator.
"""

from collections.abc import Iterable
from typing import Any

from kvinnofrid.core import access
from mandates.enums import ElectionKind
from mandates.models import ElectionItem, Mandate, MandateSeat
from organisations import permissions
from organisations.models import Organisation, Seat


def may_start(user: Any) -> bool:
    """Holds the representative role somewhere."""
    return access.may_any(user, "fill_in_mandate", Organisation)


def may_edit(user: Any, mandate: Mandate) -> bool:
    """Is the one whose form it is, and still may fill in forms for an organisation on it (or for any, while empty)."""
    if mandate.representative_id != user.pk:
        return False
    lines = mandate.lines.select_related("seat__organisation")
    organisations = [line.seat.organisation for line in lines]
    return any(access.may(user, "fill_in_mandate", one) for one in organisations) if organisations else may_start(user)


def may_fill_in(user: Any, line: MandateSeat) -> bool:
    return line.mandate.representative_id == user.pk and access.may(user, "fill_in_mandate", line.seat.organisation)


def may_attest(user: Any, line: MandateSeat) -> bool:
    return line.mandate.representative_id != user.pk and access.may(user, "attest_mandate", line.seat.organisation)


def may_end(user: Any, line: MandateSeat) -> bool:
    organisation = line.seat.organisation
    return (
        permissions.is_coordinator(user) or access.may(user, "attest_mandate", organisation) or may_fill_in(user, line)
    )


def may_confirm(user: Any, line: MandateSeat) -> bool:
    """Says each year that the line still holds: its representative."""
    return may_fill_in(user, line)


def may_send_link(user: Any, line: MandateSeat) -> bool:
    """Names a commissioner without account, and sends, renews or withdraws the link."""
    return permissions.is_coordinator(user) or may_fill_in(user, line)


def may_register_vacancy(user: Any, seat: Seat) -> bool:
    """Tells since when a seat is vacant and whom to turn to."""
    organisation = seat.organisation
    return permissions.is_coordinator(user) or any(
        access.may(user, permission, organisation) for permission in ("attest_mandate", "manage_members")
    )


def sees_in_full(user: Any, line: MandateSeat) -> bool:
    """Sees contacts, case number and comment of a line."""
    return permissions.sees_internal(user, line.seat.organisation)


def sees_paper(user: Any, lines: Iterable[MandateSeat]) -> bool:
    """Sees the picture of a form on paper: it shows all the lines that were signed on it, so all must be open."""
    return all(sees_in_full(user, line) for line in lines)


def names_anew(user: Any) -> bool:
    """Sees to what some organisation is to name anew after an election."""
    return any(access.may_any(user, name, Organisation) for name in ("manage_members", "register_decision"))


def sees_elections(user: Any) -> bool:
    """Reads about renewals after an election: the county's, or the own organisation's."""
    return permissions.sees_coverage(user) or names_anew(user)


def may_plan_election(user: Any) -> bool:
    """Plans a renewal, and withdraws it."""
    return permissions.is_coordinator(user)


def may_name_again(user: Any, item: ElectionItem) -> bool:
    """Says that the same body, or the same person, goes on."""
    if item.kind == ElectionKind.BODY:
        return permissions.may_register(user, item.organisation)
    return permissions.may_manage_members(user, item.organisation)
