"""Changes to form editions: prepared, edited, published once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from kvinnofrid.core import audit
from kvinnofrid.core.access import Refused
from kvinnofrid.core.overtaking import refuse_if_overtaken
from kvinnofrid.core.workflow import MoveRefused
from mandates import queries
from mandates.models import EditionSection, FormEdition
from organisations.models import Forum, User
from organisations.permissions import is_coordinator


@transaction.atomic
def prepare_edition(*, forum: Forum, name: str, valid_from: date, by: User) -> FormEdition:
    """A draft with the sections of the forum's newest edition, to be edited."""
    _require_coordinator(by)
    Forum.objects.select_for_update(no_key=True).get(pk=forum.pk)  # a double click makes one
    _require_free(name, forum.form_editions.all())
    newest = forum.form_editions.order_by("-valid_from", "-pk").first()
    edition = FormEdition(forum=forum, name=name, valid_from=valid_from)
    audit.save(edition, by=by, verb="prepared")
    for section in newest.sections.all() if newest else []:
        copy = EditionSection(edition=edition, position=section.position, heading=section.heading, body=section.body)
        audit.save(copy, by=by, verb="added")
    return edition


@transaction.atomic
def save_edition(
    *, edition: FormEdition, values: Mapping[str, Any], sections: Sequence[Mapping[str, str]], by: User, seen: str = ""
) -> None:
    """The draft's name, date and sections, in the order given. Raises Overtaken when it is not as the person saw it."""
    edition = _draft(edition, by)
    refuse_if_overtaken(seen, stands=queries.edition_values(edition), wanted={**values, "sections": list(sections)})
    _require_free(values["name"], edition.forum.form_editions.exclude(pk=edition.pk))
    edition.name, edition.valid_from = values["name"], values["valid_from"]
    audit.save(edition, by=by, verb="saved")
    present = list(edition.sections.all())
    for position, wanted in enumerate(sections, start=1):
        section = present[position - 1] if position <= len(present) else EditionSection(edition=edition)
        if (section.position, section.heading, section.body) != (position, wanted["heading"], wanted["body"]):
            section.position, section.heading, section.body = position, wanted["heading"], wanted["body"]
            audit.save(section, by=by, verb="saved")
    for section in present[len(sections) :]:
        audit.remove(section, by=by, verb="removed")


@transaction.atomic
def publish_edition(*, edition: FormEdition, by: User) -> None:
    """Freeze the text; from its date on it is the form of new mandates."""
    edition = _draft(edition, by)
    if not edition.sections.exists():
        raise MoveRefused("Utgåvan har ingen text. Skriv minst ett avsnitt innan du publicerar.")
    edition.published_at, edition.published_by = timezone.now(), by
    audit.save(edition, by=by, verb="published")


def _draft(edition: FormEdition, by: User) -> FormEdition:
    _require_coordinator(by)
    edition = FormEdition.objects.select_for_update().get(pk=edition.pk)
    if edition.is_published:
        raise MoveRefused("Utgåvan är publicerad och kan inte ändras. Gör en ny utgåva.")
    return edition


def _require_free(name: str, others: QuerySet[FormEdition]) -> None:
    if others.filter(name=name).exists():
        raise ValidationError({"name": "Det finns redan en utgåva med det namnet."})


def _require_coordinator(by: User) -> None:
    if not is_coordinator(by):
        raise Refused
