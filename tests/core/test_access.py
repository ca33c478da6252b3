"""Permissions are guardian's rows, read through roles on a day; doors let in those whom their rule names."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from kvinnofrid.core import access
from organisations import actions
from organisations.enums import OrganisationKind, Role
from organisations.models import Organisation, OrganisationGroupPermission, User
from tests.factories import cast


def fresh(user: User) -> User:
    """The person as the next request finds them."""
    return User.objects.get(pk=user.pk)


def slugs(user: Any, permission: str, on: date | None = None) -> set[str]:
    found = access.objects_where(Organisation.objects.all(), user, permission, on)
    return set(found.values_list("slug", flat=True))


def test_a_role_gives_its_permissions_on_its_own_organisation(world: cast.World) -> None:
    commissioner = world.person["commissioner"]
    assert slugs(commissioner, "attest_mandate") == {"falun"}
    assert slugs(commissioner, "fill_in_mandate") == set()
    assert access.may(commissioner, "attest_mandate", world.org["falun"])
    assert not access.may(commissioner, "attest_mandate", world.org["mora"])
    assert access.may_any(commissioner, "attest_mandate", Organisation)
    assert not access.may_any(commissioner, "fill_in_mandate", Organisation)


def test_the_same_number_of_two_models_is_not_confused(world: cast.World) -> None:
    """A permission on organisation 7 says nothing about forum 7."""
    chair = world.person["chair"]
    assert access.may(chair, "view_forum_coverage", world.forum)
    twin = Organisation(pk=world.forum.pk)
    assert not access.may(chair, "view_forum_coverage", twin)


@pytest.mark.parametrize("key", ["nobody", "ended", "future", "deactivated"])
def test_without_a_role_today_nothing_is_given(world: cast.World, key: str) -> None:
    user = world.person[key]
    assert access.grants(user) == frozenset()
    assert slugs(user, "attest_mandate") == set()


def test_a_stranger_is_given_nothing(world: cast.World) -> None:
    stranger = AnonymousUser()
    assert access.grants(stranger) == frozenset()
    assert slugs(stranger, "view_internal") == set()


def test_the_date_decides_when_the_question_is_asked(world: cast.World) -> None:
    """Nothing has to happen at midnight: both ends of the period are included."""
    today = timezone.localdate()
    ended, future = world.person["ended"], world.person["future"]
    assert slugs(ended, "attest_mandate", today - timedelta(days=1)) == {"falun"}
    assert slugs(future, "attest_mandate", today + timedelta(days=1)) == {"falun"}
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        assert access.may(fresh(future), "attest_mandate", world.org["falun"])
    with time_machine.travel(timezone.now() - timedelta(days=1), tick=False):
        assert access.may(fresh(ended), "attest_mandate", world.org["falun"])


def test_what_is_remembered_is_not_remembered_over_midnight(world: cast.World) -> None:
    ended = world.person["ended"]
    with time_machine.travel(timezone.now() - timedelta(days=1), tick=False):
        assert access.may(ended, "attest_mandate", world.org["falun"])
    assert not access.may(ended, "attest_mandate", world.org["falun"])


def test_the_day_is_the_one_in_stockholm(world: cast.World) -> None:
    """Half past midnight in Stockholm it is still yesterday in Greenwich."""
    ended = world.person["ended"]
    last_day = ended.memberships.get().ends_on
    just_before = timezone.make_aware(timezone.datetime(last_day.year, last_day.month, last_day.day, 23, 59))
    with time_machine.travel(just_before, tick=False):
        assert slugs(ended, "attest_mandate") == {"falun"}
    with time_machine.travel(just_before + timedelta(minutes=31), tick=False):
        assert slugs(ended, "attest_mandate") == set()


def test_has_perm_asks_the_same_question(world: cast.World) -> None:
    commissioner = world.person["commissioner"]
    assert commissioner.has_perm("organisations.attest_mandate", world.org["falun"])
    assert not commissioner.has_perm("organisations.attest_mandate", world.org["mora"])
    assert not commissioner.has_perm("organisations.attest_mandate")


def test_the_filter_of_a_list_is_one_query(world: cast.World, django_assert_num_queries: Any) -> None:
    """However many organisations there are, and however many the person has the permission in."""
    user = world.person["mora_commissioner"]
    assert access.grants(user)  # known since the page's door was passed
    with django_assert_num_queries(1):
        assert len(access.objects_where(Organisation.objects.all(), user, "attest_mandate")) == 4
    for number in range(30):
        organisation = Organisation(
            slug=f"ny-{number}", name=f"Ny {number}", short_name=f"Ny {number}", kind=OrganisationKind.AGENCY
        )
        organisation.save()
        actions.grant_role(
            user=user, role=Role.COMMISSIONER, scope=organisation, by=None, starts_on=timezone.localdate()
        )
    user = fresh(user)
    with django_assert_num_queries(1):
        assert len([one for one in access.grants(user) if one[1] == "attest_mandate"]) == 34
        assert access.may(user, "attest_mandate", world.org["mora"])
    with django_assert_num_queries(1):
        assert len(access.objects_where(Organisation.objects.all(), user, "attest_mandate")) == 34


def test_a_group_gets_exactly_the_permissions_it_should_have(world: cast.World) -> None:
    group = world.person["commissioner"].memberships.get().group
    falun = world.org["falun"]
    assert access.set_group_permissions(group, falun, {"view_internal"})
    assert slugs(fresh(world.person["commissioner"]), "attest_mandate") == set()
    assert access.set_group_permissions(group, falun, {"view_internal", "attest_mandate"})
    assert not access.set_group_permissions(group, falun, {"view_internal", "attest_mandate"})
    rows = OrganisationGroupPermission.objects.filter(group=group, content_object=falun)
    assert sorted(rows.values_list("permission__codename", flat=True)) == ["attest_mandate", "view_internal"]


# --- doors ------------------------------------------------------------------------------------------------------------


def page(request: HttpRequest, word: str) -> HttpResponse:
    """A page."""
    return HttpResponse(word)


def is_somebody(user: Any) -> bool:
    return user == "somebody"


def test_a_door_names_its_rule() -> None:
    found = access.requires(is_somebody)(page)
    assert (found.access_rule, found.__doc__) == ("somebody", "A page.")  # type: ignore[attr-defined]
    assert access.public(page).access_rule == "public"  # type: ignore[attr-defined]
    assert access.logged_in(page).access_rule == "logged in"  # type: ignore[attr-defined]


def test_a_door_lets_in_those_for_whom_the_test_holds(rf: Any) -> None:
    request = rf.get("/")
    request.user = "somebody"
    assert access.requires(is_somebody)(page)(request, "hej").content == b"hej"
    request.user = "somebody else"
    with pytest.raises(Http404):
        access.requires(is_somebody)(page)(request, "hej")


def test_only_public_pages_are_exempt_from_login() -> None:
    def other(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert access.public(other).login_required is False  # type: ignore[attr-defined]
    assert getattr(access.requires(is_somebody)(page), "login_required", True) is not None
