"""Who may: the one table from role to permissions, and the tests that URLs declare.

A reader sees what is internal to the own organisation. A representative also fills in mandate forms, a commissioner
attests them. A registrar receives what is sent to the organisation, registers its decisions and keeps the calendars of
its deciding bodies. An administrator invites people to the own organisation and gives and ends its roles; else the same
as a reader. The chair and the secretary of a forum see its coverage. Who sits in the steering group, and the
coordinator, see the coverage of the whole county; the coordinator also sees what is internal to every organisation,
gives and ends roles and seats by office everywhere, and looks after form editions and agreements. Everything else
(organisations, forums, rosters, agreements and how they stand) is open to all participants.
"""

from typing import Any

from django.utils import timezone

from kvinnofrid.core import access
from organisations.enums import ForumKind, Role
from organisations.models import Forum, Organisation, Partnership

ORGANISATION: dict[Role, frozenset[str]] = {
    Role.READER: frozenset({"view_internal"}),
    Role.REPRESENTATIVE: frozenset({"view_internal", "fill_in_mandate"}),
    Role.COMMISSIONER: frozenset({"view_internal", "attest_mandate"}),
    Role.REGISTRAR: frozenset({"view_internal", "register_decision"}),
    Role.ADMINISTRATOR: frozenset({"view_internal", "manage_members"}),
}
FORUM: dict[Role, frozenset[str]] = {
    Role.CHAIR: frozenset({"view_forum_coverage"}),
    Role.SECRETARY: frozenset({"view_forum_coverage"}),
    Role.MEMBER: frozenset(),
}
PARTNERSHIP: dict[Role, frozenset[str]] = {
    Role.COORDINATOR: frozenset({"coordinate", "view_coverage"}),
}
STEERING_GROUP_MEMBER: frozenset[str] = frozenset({"view_coverage"})  # on the partnership, beside FORUM[MEMBER]


def is_member(user: Any) -> bool:
    """Has any role or seat today, in any organisation or forum: sees what is open to all participants."""
    return user.is_active and (bool(access.grants(user)) or access.active_groups(user).exists())


def is_coordinator(user: Any) -> bool:
    """Coordinates the partnership."""
    return access.may_any(user, "coordinate", Partnership)


def sees_coverage(user: Any) -> bool:
    """Sees the coverage of the whole county: the coordinator and those who sit in the steering group."""
    return access.may_any(user, "view_coverage", Partnership)


def sees_forum_coverage(user: Any, forum: Forum) -> bool:
    """Sees the coverage of one forum: those who see the county's, and the forum's own chair and secretary."""
    return sees_coverage(user) or access.may(user, "view_forum_coverage", forum)


def sees_internal(user: Any, organisation: Organisation) -> bool:
    """Sees drafts, internal contacts and private numbers: the own organisation and the coordinator."""
    return is_coordinator(user) or access.may(user, "view_internal", organisation)


def manages_members(user: Any) -> bool:
    """Gives and ends roles somewhere: the administrators, each in the own organisation, and the coordinator."""
    return is_coordinator(user) or access.may_any(user, "manage_members", Organisation)


def may_manage_members(user: Any, scope: Any) -> bool:
    """Gives and ends roles in the organisation; in a forum and in the partnership only the coordinator does."""
    return is_coordinator(user) or access.may(user, "manage_members", scope)


def places_managed(user: Any, person: Any) -> list[Organisation]:
    """The organisations where the person has a role today and the user looks after the roles."""
    places = Organisation.objects.filter(memberships__in=person.memberships.active_on(timezone.localdate())).distinct()
    return [place for place in places if access.may(user, "manage_members", place)]


def may_reset_factors(user: Any, person: Any) -> bool:
    """Takes away the second factors of somebody who has lost them: the coordinator of anybody else, an administrator of
    the own organisation's members, and never a coordinator's."""
    if user.pk == person.pk:
        return False
    return is_coordinator(user) or (not is_coordinator(person) and bool(places_managed(user, person)))


def permissions_of(role: Role, scope: Any) -> dict[Any, frozenset[str]]:
    """What a role in a scope gives, as {object: permissions}."""
    if isinstance(scope, Organisation):
        return {scope: ORGANISATION[role]}
    if isinstance(scope, Partnership):
        return {scope: PARTNERSHIP[role]}
    given: dict[Any, frozenset[str]] = {scope: FORUM[role]}
    partnership = Partnership.objects.first()
    if partnership and role == Role.MEMBER and scope.kind == ForumKind.STEERING_GROUP:
        given[partnership] = STEERING_GROUP_MEMBER
    return given


def may_register(user: Any, organisation: Organisation) -> bool:
    """Registers an organisation's decisions and keeps its calendars: its registrar, or the coordinator for it."""
    return is_coordinator(user) or access.may(user, "register_decision", organisation)
