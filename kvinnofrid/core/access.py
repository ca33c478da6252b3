"""Who may do what to which object: guardian's rows read through dated roles.

A permission is granted to a group (one per object and role) and to nobody else. A person reaches a group through
a dated holding (a membership, an appointment), and the dates decide when the question is asked. This is the only
file that imports guardian.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache, reduce, wraps
from operator import or_
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import CharField, Model, Q, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from guardian.shortcuts import assign_perm, get_perms, remove_perm
from guardian.utils import get_group_obj_perms_model

GroupSource = Callable[[Any, date], QuerySet[Any]]  # a person and a day in, keys of groups out
_group_sources: list[GroupSource] = []
_guarded_models: list[type[Model]] = []
SOMEBODY, SOME_DAY = -1, date.min  # stand in the written query where the person and the day go


class Refused(PermissionDenied):
    """The person sees the object but may not do this to it (answered with 403)."""


def _rows(model: type[Model]) -> QuerySet[Any]:
    """Guardian's rows for groups and one guarded model."""
    rows: QuerySet[Any] = get_group_obj_perms_model(model())._default_manager.all()
    return rows


def register(*, sources: Iterable[GroupSource], models: Iterable[type[Model]]) -> None:
    """Called once by the app that holds the roles: how people reach groups, and what groups have permissions on."""
    _group_sources[:] = sources
    _guarded_models[:] = models
    _query.cache_clear()


def active_groups(user: Any, on: date | None = None) -> QuerySet[Group]:
    """The groups a person is in on a day (today unless told)."""
    day = on or timezone.localdate()
    return Group.objects.filter(_in_groups("pk", user, day))


def _in_groups(name: str, user: Any, day: date) -> Q:
    """Whether the field is one of the person's groups on the day. Plain enough to be quick on every page."""
    return reduce(or_, (Q(**{f"{name}__in": source(user, day)}) for source in _group_sources))


def objects_where(queryset: QuerySet[Any], user: Any, permission: str, on: date | None = None) -> QuerySet[Any]:
    """The rows of a guarded model on which the person has the permission on a day (today unless told).

    Today's rest on what `grants` remembers, as `may` does: lists and pages cannot disagree, and no query is added.
    """
    label = queryset.model._meta.label
    found = grants(user) if on is None else _grants_on(user, on)
    keys = [key for model, name, key in found if (model, name) == (label, permission)]
    return queryset.filter(pk__in=keys)


def grants(user: Any) -> frozenset[tuple[str, str, int]]:
    """All (model, permission, object id) of a person today: one query, remembered for the request's user object."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    today = timezone.localdate()
    cached = getattr(user, "_grants", None)
    if cached and cached[0] == today:
        found: frozenset[tuple[str, str, int]] = cached[1]
        return found
    found = _grants_on(user, today)
    user._grants = (today, found)
    return found


def forget(user: Any) -> None:
    """Drop what `grants` remembers on this user object, after its roles changed."""
    user.__dict__.pop("_grants", None)


def _grants_on(user: Any, day: date) -> frozenset[tuple[str, str, int]]:
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    return frozenset(rows_of(_query(), user, day))


def rows_of(query: tuple[str, tuple[Any, ...]], user: Any, day: date) -> list[tuple[Any, ...]]:
    """What a query that was written of SOMEBODY on SOME_DAY finds of this person on this day.

    For what every page asks: to write such a query takes longer than to ask it, so it is done once per process.
    """
    sql, values = query
    asked = {SOMEBODY: user.pk, SOME_DAY: day}
    with connection.cursor() as cursor:
        cursor.execute(sql, [asked.get(value, value) for value in values])
        return list(cursor.fetchall())


@cache
def _query() -> tuple[str, tuple[Any, ...]]:
    """The query and its values, of SOMEBODY on SOME_DAY."""
    somebody = get_user_model()(pk=SOMEBODY)
    rows = [
        _rows(model)
        .filter(_in_groups("group", somebody, SOME_DAY))
        .annotate(label=Value(model._meta.label, output_field=CharField()))
        .values_list("label", "permission__codename", "content_object_id")
        for model in _guarded_models
    ]
    return rows[0].union(*rows[1:]).query.sql_with_params()


def may(user: Any, permission: str, obj: Model) -> bool:
    """Whether the person has the permission on the object today."""
    return (obj._meta.label, permission, obj.pk) in grants(user)


def may_any(user: Any, permission: str, model: type[Model]) -> bool:
    """Whether the person has the permission on any object of the model today."""
    return any(label == model._meta.label and name == permission for label, name, _ in grants(user))


def set_group_permissions(group: Group, obj: Model, permissions: Iterable[str]) -> bool:
    """Make a group have exactly these permissions on the object; True when anything changed."""
    wanted, present = set(permissions), set(get_perms(group, obj))
    for permission in wanted - present:
        assign_perm(permission, group, obj)
    for permission in present - wanted:
        remove_perm(permission, group, obj)
    return wanted != present


# --- doors: every URL declares its rule with one of these -------------------------------------------------------------

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """Anyone, logged in or not."""
    opened = login_not_required(view)
    opened.access_rule = "public"  # type: ignore[attr-defined]
    return opened


def logged_in(view: View) -> View:
    """Anyone who has logged in, with or without a role."""
    view.access_rule = "logged in"  # type: ignore[attr-defined]
    return view


def requires(test: Callable[[Any], bool]) -> Callable[[View], View]:
    """People for whom the test holds; for others the page does not exist. The test's name is the rule's name."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not test(request.user):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.access_rule = test.__name__.removeprefix("is_").replace("_", " ")  # type: ignore[attr-defined]
        return guarded

    return decorate
