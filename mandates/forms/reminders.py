"""The ladder of a forum's reminders, its pauses, and one reminder to send."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

from kvinnofrid.core.forms import DateField, FreeTextField, SeenField
from mandates.enums import Rung
from mandates.models.reminders import DAYS_BETWEEN, MOST_PER_WEEK


def _number(lowest: int, highest: int, **kwargs: Any) -> forms.IntegerField:
    """A whole number within limits that are told in plain words."""
    limits = f"Skriv ett tal mellan {lowest} och {highest}."
    return forms.IntegerField(
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": limits, "invalid": limits},
        validators=[MinValueValidator(lowest, limits), MaxValueValidator(highest, limits)],
        **kwargs,
    )


class LadderForm(forms.Form):
    """Whether reminders go by themselves, how often, how far."""

    seen = SeenField()
    is_on = forms.BooleanField(
        label="Skicka påminnelser automatiskt",
        required=False,
        help_text="Då går de på vardagar, utan att någon läser dem först. Annars skickar du dem själv, en i taget.",
    )
    days_between = _number(
        *DAYS_BETWEEN,
        label="Dagar mellan stegen",
        help_text="Och före den första automatiska påminnelsen. Mellan 7 och 60.",
    )
    highest_rung = forms.TypedChoiceField(
        label="Sista steget", choices=Rung.choices, coerce=int, widget=forms.RadioSelect
    )
    most_per_week = _number(
        *MOST_PER_WEEK,
        label="Högst så många påminnelser i veckan till samma mottagare",
        help_text="Alla påminnelser från portalen räknas. Mellan 1 och 5.",
    )


class PauseForm(forms.Form):
    """Between which days nothing is sent, and why."""

    starts_on = DateField(label="Från och med")
    ends_on = DateField(label="Till och med", required=False, help_text="Lämna tomt om pausen gäller tills vidare.")
    reason = FreeTextField(
        label="Varför?",
        max_length=500,
        rows=3,
        help_text="Visas bara för samordnaren. Skriv inget om någons hälsa eller privatliv.",
        error_messages={"required": "Skriv varför påminnelserna pausas."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = timezone.localdate

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if ends_on and ends_on < timezone.localdate():
            self.add_error("ends_on", "Dagen har redan varit.")
        elif starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "Dagen kan inte ligga före dagen då pausen börjar.")
        return values


class RemindForm(forms.Form):
    """Which reminder, as it was shown."""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput)
    seen = SeenField()
