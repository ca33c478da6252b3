"""A person's own name and contact details."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from kvinnofrid.core import access, audit
from kvinnofrid.core.overtaking import refuse_if_overtaken
from organisations import queries
from organisations.models import User


@transaction.atomic
def save_profile(*, user: User, values: Mapping[str, Any], by: User, seen: str = "") -> None:
    """A person's own name and contact details; mandates keep what stood on the form.

    Raises Overtaken when they are not those that the person saw (on another screen, say).
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if by.pk != user.pk:
        raise access.Refused
    refuse_if_overtaken(seen, stands=queries.profile_values(user), wanted=values)
    for name in queries.PROFILE_FIELDS:
        setattr(user, name, values[name])
    audit.save(user, by=by, verb="saved")
