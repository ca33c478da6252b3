"""Filters of the pages that gather from several apps."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils import timezone

from agreements.enums import Verdict
from kvinnofrid.core.forms import DateField, FilterForm, FreeTextField
from kvinnofrid.core.models import MessageState
from organisations.models import Organisation
from reports.queries import seats
from reports.queries.board import ORDERS

STATES = [(state.value, state.label.capitalize()) for state in MessageState]


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


class BoardForm(FilterForm):
    """Which rows of an agreement's board, in which order; how it stood on a day, by what was known on a day.

    `om` asks what happens if that principal refers the matter back; `sedan` is when the reader looked last (seconds).
    """

    q = forms.CharField(label="Huvudman eller diarienummer", required=False, max_length=100)
    lage = forms.ChoiceField(label="Läge", required=False, choices=[("", "Alla"), *Verdict.choices])
    ordning = forms.ChoiceField(
        label="Ordning",
        required=False,
        choices=[("", "Huvudman")]
        + [(key, label) for key, (label, by) in ORDERS.items() if by]
        + [(f"-{key}", f"{label}, omvänt") for key, (label, _by) in ORDERS.items()],
    )
    den = DateField(label="Så stod det den", required=False, help_text="Lämna tomt för i dag. Skriv ÅÅÅÅ-MM-DD.")
    kant = DateField(
        label="Enligt det som var registrerat den",
        required=False,
        help_text="Lämna tomt för det som är registrerat i dag.",
    )
    om = forms.CharField(required=False, max_length=60, validators=[validate_slug], widget=forms.HiddenInput)
    sedan = forms.IntegerField(required=False, min_value=946_684_800, max_value=4_102_444_800, widget=forms.HiddenInput)

    def clean_den(self) -> date | None:
        return self._past("den")

    def clean_kant(self) -> date | None:
        return self._past("kant")

    def _past(self, name: str) -> date | None:
        day: date | None = self.cleaned_data[name]
        if day and day > timezone.localdate():
            raise ValidationError("Välj i dag eller en dag som har varit.")
        return day

    @property
    def as_of(self) -> date:
        return self.value("den") or timezone.localdate()

    @property
    def known_on(self) -> date:
        return self.value("kant") or timezone.localdate()

    @property
    def since(self) -> datetime | None:
        seconds = self.value("sedan")
        return datetime.fromtimestamp(seconds, UTC) if seconds else None

    def kept(self, **changed: Any) -> dict[str, str]:
        """What has been chosen, for links and for the page's other forms; `None` leaves a choice out."""
        chosen = {name: self.value(name) for name in self.fields} | changed
        return {name: str(value) for name, value in chosen.items() if value}


class PlanningForm(FilterForm):
    """From which day an agreement is wished to be in force."""

    onskad = DateField(
        label="Önskat ikraftträdande",
        required=False,
        help_text="Skriv ÅÅÅÅ-MM-DD.",
    )

    def clean_onskad(self) -> date | None:
        day: date | None = self.cleaned_data["onskad"]
        if day and day <= timezone.localdate():
            raise ValidationError("Välj en dag som kommer.")
        return day


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


class OutboxForm(FilterForm):
    """Which messages to show."""

    q = forms.CharField(label="Ämne eller mottagare", required=False, max_length=100)
    state = forms.ChoiceField(label="Läge", required=False, choices=[("", "Alla"), *STATES])
