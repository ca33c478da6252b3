"""How a person is shown, and to whom."""

from dataclasses import dataclass
from typing import Any

from organisations import permissions
from organisations.models import Organisation, User


@dataclass(frozen=True)
class PersonCard:
    """A person as one reader may see them."""

    name: str
    title: str
    email: str
    phone: str
    is_protected: bool = False


def card(*, person: User, organisation: Organisation, function: str, reader: Any, shown: Any = None) -> PersonCard:
    """How a reader sees a person who acts for an organisation.

    A person with protected identity is shown outside the own organisation by function and function address only.
    `shown` has name, title, email and phone as they should stand (a mandate's, say) instead of the person's own.
    """
    hidden = person.has_protected_identity and reader != person
    if hidden and not permissions.sees_internal(reader, organisation):
        return PersonCard(f"{function}, {organisation.short_name}", "", organisation.function_email, "", True)
    source = shown or person
    return PersonCard(source.name, source.title, source.email, source.phone, person.has_protected_identity)
