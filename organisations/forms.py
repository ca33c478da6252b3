"""Filters of the lists, the person's own details, deciding bodies with their calendars, and login."""

import re
from datetime import date
from typing import Any

from allauth.account import forms as account
from django import forms
from django.core.exceptions import ValidationError

from kvinnofrid.core.forms import DateField, FilterForm, SearchForm
from kvinnofrid.core.validators import refuse_personal_number
from organisations.enums import BodyKind, OrganisationKind
from organisations.models import Organisation, User

MOST_DAYS = 100


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


class BodyForm(forms.Form):
    """A deciding body that the portal does not know yet."""

    kind = forms.ChoiceField(
        label="Slag av organ",
        choices=[("", "Välj slag"), *BodyKind.choices],
        error_messages={"required": "Välj vilket slag av organ det är."},
    )
    name = forms.CharField(
        label="Organets namn",
        max_length=120,
        validators=[refuse_personal_number],
        help_text="Som det heter i organisationen, till exempel socialnämnden.",
        error_messages={"required": "Skriv organets namn."},
    )
    participants = forms.ModelMultipleChoiceField(
        Organisation.objects.none(),
        label="Beslutar även för",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Bara för en gemensam nämnd.",
    )

    def __init__(self, *args: Any, organisation: Organisation, names_participants: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["participants"]
        field.queryset = Organisation.objects.principals().exclude(pk=organisation.pk).in_order()
        if not names_participants:
            del self.fields["participants"]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        kind = values.get("kind")
        if values.get("participants") and kind and kind != BodyKind.JOINT_COMMITTEE:
            self.add_error("participants", "Bara en gemensam nämnd beslutar för flera huvudmän.")
        return values


class YearForm(FilterForm):
    """Which year of the calendars to show."""

    ar = forms.IntegerField(label="År", required=False, min_value=2000, max_value=2100)


class MeetingsForm(forms.Form):
    """Days pasted into a body's calendar."""

    days = forms.CharField(
        label="Sammanträdesdagar att lägga till",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="En dag på varje rad, eller skilda åt med komma. Skriv ÅÅÅÅ-MM-DD, till exempel 2027-02-15.",
        error_messages={"required": "Skriv minst en dag."},
    )

    def clean_days(self) -> list[date]:
        """Every day that was pasted, once; each fault is told with its line."""
        days: dict[date, None] = {}
        faults = []
        for number, line in enumerate(self.cleaned_data["days"].splitlines(), start=1):
            for word in re.split(r"[,;\s]+", line.strip()):
                try:
                    if word:
                        days[DateField().clean(word)] = None
                except ValidationError as error:
                    faults.append(f"Rad {number}, ”{word[:20]}”: {error.messages[0]}")
        if faults:
            raise ValidationError(faults[:10])
        if not days:
            raise ValidationError("Skriv minst en dag.")
        if len(days) > MOST_DAYS:
            raise ValidationError(f"Högst {MOST_DAYS} dagar åt gången.")
        return list(days)


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


class MeetingButtonForm(FilterForm):
    """Which body's button was pressed, and the meeting to remove."""

    body = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    remove = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
