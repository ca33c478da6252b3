"""How allauth behaves here: nobody signs up, passwords leave no trace in the history."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by the partnership, never by oneself."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Whether `next` stays on the site; what cannot even be read as an address does not."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """The change logs everybody out; who logs in again comes home, not to the same form."""
        return reverse("home")

    def set_password(self, user: Any, password: str) -> None:
        """Save the password alone, so that the history sees no change."""
        user.set_password(password)
        user.save(update_fields=["password"])
