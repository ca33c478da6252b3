"""Gathering mandates in one file: asked for by the coordinator, kept for some days, removed."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core import jobs, results
from kvinnofrid.core.access import Refused
from kvinnofrid.core.models import Job
from mandates.models import Bundle
from mandates.queries import bundles as queries
from organisations.models import Forum, User
from organisations.permissions import is_coordinator

NOTHING = "Det finns inga sådana uppdrag i forumet den dagen."


@transaction.atomic
def ask_for_bundle(*, forum: Forum, day: date, content: str, format: str, by: User) -> Job:  # noqa: A002
    """The work that makes the file; while the same is being made, that work is the answer."""
    if not is_coordinator(by):
        raise Refused
    if not queries.bundled(forum, day, content).exists():
        raise ValidationError(NOTHING)
    return jobs.enqueue(
        kind=queries.JOB_KIND,
        key=f"{forum.pk}:{day}:{content}:{format}",
        by=by,
        payload={
            "bundle": str(uuid4()),
            "forum": forum.pk,
            "day": str(day),
            "content": content,
            "format": format,
        },
        path=reverse("bundle_list"),
    )


@transaction.atomic
def keep_bundle(*, key: UUID, data: bytes, by: User, **facts: Any) -> Bundle:
    """Keeps what has been made; the same work done twice leaves one file. ValidationError: there is no room."""
    kept = results.keep(key, data)
    now = timezone.now()
    made = {"size": kept.size, "sha256": kept.sha256, "made_at": now, "kept_until": results.last_moment(now)}
    bundle, _ = Bundle.objects.update_or_create(pk=key, defaults={"asked_by": by, **made, **facts})
    return bundle


def remove_expired_bundles() -> int:
    """Removes the files whose time is out, and tells how many; what they were stays known."""
    now, number = timezone.now(), 0
    for bundle in queries.expired(now):
        results.remove(bundle.pk)
        bundle.removed_at = now
        bundle.save(update_fields=["removed_at"])
        number += 1
    return number
