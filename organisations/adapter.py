"""How allauth behaves here: nobody signs up, passwords leave no trace in the history."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by the partnership, never by oneself."""
        return False

    def set_password(self, user: Any, password: str) -> None:
        """Save the password alone, so that the history sees no change."""
        user.set_password(password)
        user.save(update_fields=["password"])
