"""Filters of the pages that gather from several apps."""

from typing import Any

from django import forms
from django.utils import timezone

from kvinnofrid.core.forms import DateField, FilterForm, FreeTextField
from organisations.models import Organisation
from reports.queries import seats


class DayForm(FilterForm):
    """A day to look at; today unless told."""

    datum = DateField(label="Datum", required=False, help_text="")

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        today = timezone.localdate()
        if data is not None and not data.get("datum"):
            data = {**data.dict(), "datum": str(today)}
        super().__init__(data, *args, **kwargs)
        self.initial["datum"] = today

    @property
    def day(self) -> Any:
        return self.value("datum") or timezone.localdate()


class CoverageForm(DayForm):
    """Which rows of the coverage to show, on which day."""

    q = forms.CharField(label="Organisation", required=False, max_length=100)
    status = forms.ChoiceField(label="Läge", required=False, choices=[("", "Alla"), *seats.LABELS.items()])
    field_order = ("q", "status", "datum")


class RepresentationForm(DayForm):
    """Which organisation, on which day."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="Organisation",
        to_field_name="slug",
        empty_label="Välj organisation",
        error_messages={"required": "Välj en organisation.", "invalid_choice": "Välj en organisation i listan."},
    )
    field_order = ("organisation", "datum")

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        field: Any = self.fields["organisation"]
        field.queryset = Organisation.objects.filter(seats__isnull=False).distinct().in_order()


class FaultForm(forms.Form):
    """A report of something that is not accessible."""

    fault = FreeTextField(
        label="Vad fungerar inte?",
        max_length=2000,
        help_text="Skriv vilken sida det gäller och vad du försökte göra. Skriv inga personuppgifter om andra.",
        error_messages={"required": "Skriv vad som inte fungerar."},
    )
    reply_to = forms.EmailField(
        label="E-postadress för svar", required=False, max_length=254, help_text="Lämna tomt om du inte vill ha svar."
    )
