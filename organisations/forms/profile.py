"""The person's own details."""

from typing import Any

from django import forms

from kvinnofrid.core.forms import SeenField
from organisations.models import User


class ProfileForm(forms.ModelForm):
    """A person's own name and contact details."""

    seen = SeenField()

    class Meta:
        model = User
        fields = ["name", "title", "phone", "private_phone", "mail_frequency", "has_protected_identity"]
        help_texts = {
            "phone": "Visas för alla som deltar i samverkan.",
            "private_phone": "Visas bara för din egen organisation och samordnaren.",
            "mail_frequency": "Det som gäller din inloggning skickas alltid direkt. Allt finns också i portalen.",
            "has_protected_identity": "Då visas du utanför din egen organisation bara med funktion och "
            "organisationens funktionsadress.",
        }
        widgets = {
            "mail_frequency": forms.RadioSelect(),
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "title": forms.TextInput(attrs={"autocomplete": "organization-title"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "work tel"}),
            "private_phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "home tel"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].error_messages["required"] = "Skriv namn."
