"""Each address that asks for a role, behind which nothing else is asked: the door alone keeps out who has none."""

from typing import Any, NoReturn

import pytest
from django.http import Http404
from django.test import RequestFactory

from organisations.models import User
from tests.access.requests import patterns


def _door(view: Any) -> Any:
    """The function of `access.requires` around a view; None where the address asks for no role."""
    while view is not None and "test" not in getattr(getattr(view, "__code__", None), "co_freevars", ()):
        view = getattr(view, "__wrapped__", None)
    return view


DOORS = {str(pattern.name): door for pattern in patterns() if (door := _door(pattern.callback))}


def test_every_door_is_found() -> None:
    asking = {str(pattern.name) for pattern in patterns() if hasattr(pattern.callback, "access_rule")}
    open_to_all = {
        str(pattern.name)
        for pattern in patterns()
        if getattr(pattern.callback, "access_rule", "") in {"public", "logged in"}
    }
    assert set(DOORS) == asking - open_to_all


@pytest.mark.django_db
@pytest.mark.parametrize("address", DOORS)
def test_whoever_has_no_role_does_not_come_in(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    door = DOORS[address]
    inside = door.__closure__[door.__code__.co_freevars.index("view")]
    monkeypatch.setattr(inside, "cell_contents", _come_in)
    request = RequestFactory().get("/")
    request.user = User(pk=0, email="nobody@falun.example", is_active=True)
    with pytest.raises(Http404):
        door(request)


def _come_in(_request: Any) -> NoReturn:
    raise AssertionError("came in")
