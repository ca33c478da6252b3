"""Makes somebody coordinator and prints a one-time link: `manage.py create_coordinator E-MAIL [--name NAME]`."""

from argparse import ArgumentParser
from typing import Any, Never

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from kvinnofrid.core import audit
from organisations.actions import grant_role
from organisations.enums import Role
from organisations.models import Membership, Partnership, User


class Command(BaseCommand):
    help = "Gör en person till samordnare och skriver ut en engångslänk där personen väljer sitt lösenord."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="personens e-postadress")
        parser.add_argument("--name", default="", help="personens namn; annars används e-postadressen")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        partnership = Partnership.objects.first()
        if partnership is None:
            self.refuse("Det finns ingen samverkan i databasen. Läs in en med import_partnership först.")
        try:
            user = coordinator(email.strip().lower(), name.strip(), partnership)
        except ValidationError as error:
            self.refuse(" ".join(error.messages))
        if not user.is_active:
            self.refuse(f"Kontot för {user.email} är avstängt.")
        days = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)
        self.stdout.write(f"{user} är samordnare för {partnership}.")
        self.stdout.write(f"Ge personen länken. Den kan användas en gång och gäller i {days} dagar:")
        self.stdout.write(password_link(user))

    def refuse(self, reason: str) -> Never:
        self.stderr.write(reason)
        raise SystemExit(1)


@transaction.atomic
def coordinator(email: str, name: str, partnership: Partnership) -> User:
    """The person, made when there is none, with the coordinator's role from today. Raises ValidationError."""
    validate_email(email)
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User(email=email, name=name or email)
        user.set_unusable_password()
        audit.save(user, by=None, verb="created", reason="create_coordinator")
    today = timezone.localdate()
    held = Membership.objects.active_on(today).filter(user=user, role=Role.COORDINATOR, partnership=partnership)
    if user.is_active and not held.exists():
        grant_role(
            user=user, role=Role.COORDINATOR, scope=partnership, by=None, starts_on=today, reason="create_coordinator"
        )
    return user


def password_link(user: User) -> str:
    """Where the person chooses a password; the link is spent when it is used, and in time by itself."""
    spent_by_use = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    path = reverse("account_reset_password_from_key", kwargs=spent_by_use)
    return getattr(settings, "PORTAL_URL", "http://127.0.0.1:8000").rstrip("/") + path
