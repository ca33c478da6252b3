"""Filters of the lists, the person's own details, and login."""

from typing import Any

from allauth.account import forms as account
from django import forms

from kvinnofrid.core.forms import SearchForm
from organisations.enums import OrganisationKind
from organisations.models import User


class OrganisationSearchForm(SearchForm):
    """Filters the list of organisations."""

    kind = forms.ChoiceField(label="Slag", required=False, choices=[("", "Alla"), *OrganisationKind.choices])
    principal = forms.ChoiceField(
        label="Huvudman", required=False, choices=[("", "Alla"), ("ja", "Huvudmän"), ("nej", "Övriga")]
    )


class ProfileForm(forms.ModelForm):
    """A person's own name and contact details."""

    class Meta:
        model = User
        fields = ["name", "title", "phone", "private_phone", "has_protected_identity"]
        help_texts = {
            "phone": "Visas för alla som deltar i samverkan.",
            "private_phone": "Visas bara för din egen organisation och samordnaren.",
            "has_protected_identity": "Då visas du utanför din egen organisation bara med funktion och "
            "organisationens funktionsadress.",
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "title": forms.TextInput(attrs={"autocomplete": "organization-title"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "work tel"}),
            "private_phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "home tel"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].error_messages["required"] = "Skriv namn."


class LoginForm(account.LoginForm):
    """allauth's, with the portal's own word for the address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-postadress"


class ResetPasswordForm(account.ResetPasswordForm):
    """allauth's, with the portal's own word for the address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-postadress"
