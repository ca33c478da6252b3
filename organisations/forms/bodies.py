"""Deciding bodies and the days of their calendars."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from kvinnofrid.core.forms import DateField, FilterForm
from kvinnofrid.core.validators import refuse_personal_number
from organisations.enums import BodyKind
from organisations.models import Organisation

MOST_DAYS = 100


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


class MeetingButtonForm(FilterForm):
    """Which body's button was pressed, and the meeting to remove."""

    body = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    remove = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
