"""Renewal after a general election: what is planned, why it is withdrawn, and what a new body is called."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from kvinnofrid.core.forms import DateField, FreeTextField, SeenField
from kvinnofrid.core.validators import refuse_personal_number
from mandates.enums import ElectionKind
from mandates.queries import elections as queries
from organisations.models import Forum, Organisation


class ElectionForm(forms.Form):
    """From which day, what is renewed, and for whom; `seen` is what was shown as its outcome."""

    seen = SeenField()
    starts_on = DateField(
        label="Nytt från och med",
        help_text="Det som väljs på nytt slutar dagen innan. Nämnder väljs vanligen från 1 januari året efter valet.",
    )
    kinds = forms.MultipleChoiceField(
        label="Vad väljs på nytt?",
        choices=ElectionKind.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Välj minst ett alternativ.", "invalid_choice": "Välj i listan."},
    )
    forums = forms.ModelMultipleChoiceField(
        Forum.objects.none(),
        label="Vilka forum gäller det?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Välj forum i listan.", "invalid_pk_value": "Välj forum i listan."},
    )
    organisations = forms.ModelMultipleChoiceField(
        Organisation.objects.none(),
        label="Vilka organisationer gäller det?",
        help_text="Kommunerna och regionen är valda från början. Myndigheter och föreningar påverkas inte av valet.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Välj minst en organisation.",
            "invalid_choice": "Välj organisationer i listan.",
            "invalid_pk_value": "Välj organisationer i listan.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        forums: Any = self.fields["forums"]
        forums.queryset = Forum.objects.active_on(today).in_order()
        organisations: Any = self.fields["organisations"]
        organisations.queryset = Organisation.objects.active_on(today).in_order()
        self.initial = {
            "starts_on": queries.next_new_year(),
            "kinds": list(ElectionKind),
            "forums": forums.queryset.filter(kind__in=queries.ELECTED_FORUMS),
            "organisations": organisations.queryset.filter(kind__in=queries.ELECTED_ORGANISATIONS),
            **self.initial,
        }

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if day <= timezone.localdate():
            raise ValidationError("Välj en dag som kommer.")
        return day

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        in_forums = {ElectionKind.CHAIR, ElectionKind.SEAT} & set(values.get("kinds", ()))
        if in_forums and not values.get("forums") and "forums" not in self.errors:
            self.add_error("forums", "Välj minst ett forum, eller välj bort ordförande och platser.")
        return values

    def show(self, seen: str) -> None:
        """The form is shown once more, with the outcome that has this fingerprint."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data["seen"] = seen
        self.data = data

    @property
    def plan(self) -> queries.Plan:
        """What the action takes, of a valid form."""
        values = self.cleaned_data
        return queries.Plan(
            starts_on=values["starts_on"],
            kinds=frozenset(values["kinds"]),
            organisations=frozenset(one.pk for one in values["organisations"]),
            forums=frozenset(one.pk for one in values["forums"]),
        )


class ElectionWithdrawForm(forms.Form):
    """Why a renewal is withdrawn."""

    reason = FreeTextField(
        label="Varför återtas nyvalet?",
        max_length=500,
        rows=3,
        error_messages={"required": "Skriv varför nyvalet återtas."},
    )


class NewBodyForm(forms.Form):
    """What the body that takes over is called."""

    name = forms.CharField(
        label="Organets namn",
        max_length=120,
        validators=[refuse_personal_number],
        help_text="Till exempel ”Socialnämnden”. Slås två organ ihop skriver du samma namn för båda.",
        error_messages={"required": "Skriv vad organet heter."},
    )
