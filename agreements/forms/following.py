"""Forms about following an agreement."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from kvinnofrid.core.forms import DateField
from kvinnofrid.core.validators import refuse_personal_number

USUAL_DAYS = timedelta(days=30)
MOST_DAYS = timedelta(days=180)


class ShareLinkForm(forms.Form):
    """For whom a link to the board is made, and how long it opens."""

    label = forms.CharField(
        label="För vem",
        max_length=120,
        validators=[refuse_personal_number],
        help_text="Till exempel: Välfärdsrådets ledamöter. Skriv en grupp eller funktion, inte ett namn.",
        error_messages={"required": "Skriv för vem länken är."},
    )
    expires_on = DateField(label="Gäller till och med", help_text="Högst 180 dagar framåt. Skriv ÅÅÅÅ-MM-DD.")

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.initial["expires_on"] = timezone.localdate() + USUAL_DAYS

    def clean_expires_on(self) -> date:
        day: date = self.cleaned_data["expires_on"]
        today = timezone.localdate()
        if day < today:
            raise ValidationError("Dagen har redan varit.")
        if day > today + MOST_DAYS:
            raise ValidationError(f"Välj en dag senast {today + MOST_DAYS}, 180 dagar framåt.")
        return day
