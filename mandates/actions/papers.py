"""Forms that came on paper, registered by the coordinator."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from kvinnofrid.core import audit, files
from mandates import queries
from mandates.actions.giving import give
from mandates.actions.shared import require, save_new_line
from mandates.enums import MandateState
from mandates.models import FormEdition, Mandate, MandateSeat, PaperForm
from organisations.models import User
from organisations.permissions import is_coordinator


@transaction.atomic
def register_paper(
    *,
    edition: FormEdition,
    person: User | Mapping[str, str],
    contact: Mapping[str, str],
    lines: Sequence[Mapping[str, Any]],
    scan: files.Upload,
    signed_on: date,
    received_on: date,
    by: User,
) -> Mandate:
    """A signed form as attested lines, with the scan as evidence; `contact` is how the person stands on it.

    `person` has an account, or is told by name, title, e-mail and phone: then the person gets a row that nobody can
    log in to. Raises MoveRefused when a seat is taken in the period: a second click is refused that way.
    """
    require(is_coordinator(by))
    representative = person if isinstance(person, User) else _person_without_account(person, by)
    now = timezone.now()
    mandate = Mandate(
        edition=edition,
        representative=representative,
        **{name: contact.get(name, "") for name in queries.PERSON_FIELDS},
        state=MandateState.SUBMITTED,
        submitted_at=now,
        submitted_by=by,
    )
    audit.save(mandate, by=by, verb="registered_on_paper")
    for values in lines:  # first, so that a form sent twice leaves no second file behind
        contacts = values["contacts"]
        line = MandateSeat(mandate=mandate, **{name: value for name, value in values.items() if name != "contacts"})
        save_new_line(line, contacts, by=by, verb="added")
    paper = PaperForm(
        scan=files.store(scan, by=by), signed_on=signed_on, received_on=received_on, registered_at=now, registered_by=by
    )
    audit.save(paper, by=by, verb="registered")
    for line in queries.full_lines(mandate):
        give(line, by=by, verb="registered_on_paper", move="register", paper=paper)
    return mandate


def _person_without_account(values: Mapping[str, str], by: User) -> User:
    """A person who cannot log in, and whom nobody invites by this."""
    User.objects.select_for_update().get(pk=by.pk)  # a double click makes one
    if User.objects.filter(email=values["email"].strip().lower()).exists():
        raise ValidationError({"email": "Det finns redan en person med den e-postadressen. Välj personen i listan."})
    person = User(is_active=False, **{name: values.get(name, "") for name in ("name", "title", "email", "phone")})
    person.set_unusable_password()
    audit.save(person, by=by, verb="registered_on_paper")
    return person
