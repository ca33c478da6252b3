"""The mandate form in steps, the decisions on it, and the form of an edition.

The steps take half-filled answers, so that everything is saved as one goes; what is missing is told before submit.
"""

from typing import Any

from django import forms
from django.utils import timezone

from kvinnofrid.core.forms import DateField, FreeTextField, SearchForm, SeenField, ShareField
from kvinnofrid.core.validators import refuse_personal_number, validate_phone
from mandates import queries
from mandates.enums import LineKind, MandateState
from mandates.models import FormEdition, Mandate, MandateSeat
from organisations.models import Forum, Seat, User


class StartForm(forms.Form):
    """Which forum's form to fill in."""

    edition = forms.ModelChoiceField(
        FormEdition.objects.none(),
        label="Forum",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "Välj ett forum."},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        editions = queries.editions_to_start(user)
        field: Any = self.fields["edition"]
        field.queryset = FormEdition.objects.filter(pk__in=[edition.pk for edition in editions]).select_related("forum")
        field.label_from_instance = lambda edition: edition.forum.name
        if len(editions) == 1:
            field.initial = editions[0]


class PersonForm(forms.ModelForm):
    """Step 1: name and contact details as they stand on the form."""

    seen = SeenField()

    class Meta:
        model = Mandate
        fields = ["name", "title", "email", "phone", "private_phone"]
        help_texts = {
            "title": "Till exempel kvinnofridssamordnare eller enhetschef.",
            "email": "Visas för alla som deltar i samverkan.",
            "phone": "Visas för alla som deltar i samverkan.",
            "private_phone": "Visas bara för din egen organisation och samordnaren.",
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "title": forms.TextInput(attrs={"autocomplete": "organization-title"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "work tel"}),
            "private_phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "home tel"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].error_messages["required"] = "Skriv namn."
        self.fields["email"].validators.append(refuse_personal_number)


class SeatChoices(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return str(obj)


class SeatsForm(forms.Form):
    """Step 2: which organisations the person represents."""

    seats = SeatChoices(
        Seat.objects.none(),
        label="Organisationer som du ska representera",
        help_text="Du kan representera flera organisationer i samma uppdrag. Varje organisation attesterar sin del.",
        error_messages={"required": "Välj minst en organisation."},
    )

    def __init__(self, *args: Any, user: User, forum: Forum, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["seats"]
        field.queryset = queries.seats_to_choose(user, forum)


class CommissionerChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}, {obj.title}" if obj.title else str(obj.name)


class LineForm(forms.ModelForm):
    """Step 3, once per organisation: share, commissioner, period and case number."""

    seen = SeenField()

    kind = forms.ChoiceField(
        label="Slag av representant",
        choices=LineKind.choices,
        widget=forms.RadioSelect,
        help_text="En plats har en ordinarie representant i taget. En ersättare träder in när den ordinarie inte kan.",
    )
    share_percent = ShareField(
        label="Andel av en heltidstjänst i procent",
        required=False,
        help_text="Hur mycket tid uppdraget uppskattas ta, till exempel 10. Möten cirka fyra gånger om året ingår.",
    )
    commissioner = CommissionerChoice(
        User.objects.none(),
        label="Uppdragsgivare",
        required=False,
        empty_label="Välj uppdragsgivare",
        help_text="Den som ger dig uppdraget och attesterar det för organisationen.",
    )
    starts_on = DateField(
        label="Gäller från och med", required=False, help_text="Skriv som ÅÅÅÅ-MM-DD, till exempel 2027-01-01."
    )
    ends_on = DateField(
        label="Gäller till och med", required=False, help_text="Lämna tomt om uppdraget gäller tills vidare."
    )

    class Meta:
        model = MandateSeat
        fields = ["kind", "share_percent", "commissioner", "starts_on", "ends_on", "case_number"]
        help_texts = {"case_number": "Organisationens eget diarienummer för uppdraget, om det finns."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["commissioner"]
        field.queryset = queries.commissioners_to_choose(self.instance)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "Slutdatum kan inte ligga före startdatum.")
        return values

    def validate_constraints(self) -> None:
        """The period is checked above, beside its field; the rest belongs to the moves."""


class ContactForm(forms.Form):
    """One internal contact; an empty row is left out."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label="Namn eller funktion", max_length=120, required=False, validators=[refuse_personal_number]
    )
    role = forms.CharField(
        label="Verksamhet eller uppgift", max_length=120, required=False, validators=[refuse_personal_number]
    )
    email = forms.EmailField(label="E-postadress", required=False, max_length=254, validators=[refuse_personal_number])
    phone = forms.CharField(
        label="Telefon",
        max_length=30,
        required=False,
        validators=[validate_phone],
        widget=forms.TextInput(attrs={"type": "tel"}),
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if self.is_filled() and not values.get("name") and "name" not in self.errors:
            self.add_error("name", "Skriv namn eller funktion på kontakten.")
        return values

    def is_filled(self) -> bool:
        return any(self.cleaned_data.get(name) for name in ("name", "role", "email", "phone"))


BROKEN_ROWS: dict[str, Any] = {
    "missing_management_form": "Allt i formuläret kom inte fram. Kontrollera uppgifterna och försök igen.",
    "too_few_forms": "Minst %(num)d steg behövs.",
}


class BaseContactFormSet(forms.BaseFormSet):
    """The contacts of one line, with a row to add one more."""

    row_label = "Kontakt"
    default_error_messages = BROKEN_ROWS | {"too_many_forms": "Högst %(num)d kontakter får plats. Ta bort några."}

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Ta bort kontakten"


ContactFormSet = forms.formset_factory(
    ContactForm,
    formset=BaseContactFormSet,
    extra=1,
    max_num=20,
    absolute_max=30,
    validate_max=True,
    can_delete=True,
)


def contacts_of(formset: Any) -> list[dict[str, Any]]:
    """The filled rows of a valid formset that are not marked for removal."""
    rows = [form.cleaned_data for form in formset.forms if form.cleaned_data and form.is_filled()]
    return [row for row in rows if not row.get("DELETE")]


class DecideForm(forms.Form):
    """The commissioner's answer for one line."""

    ATTEST, SEND_BACK = "attest", "send_back"
    decision = forms.ChoiceField(
        label="Ditt beslut",
        choices=[
            (ATTEST, "Attestera: representanten får uppdraget"),
            (SEND_BACK, "Återsänd: representanten behöver rätta något"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Välj om du attesterar eller återsänder."},
    )
    comment = FreeTextField(
        label="Kommentar till representanten",
        required=False,
        help_text="Behövs när du återsänder. Skriv vad som behöver rättas.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        sends_back = values.get("decision") == self.SEND_BACK
        if sends_back and not values.get("comment") and "comment" not in self.errors:
            self.add_error("comment", "Skriv vad som behöver rättas.")
        return values


class WithdrawForm(forms.Form):
    """Why the form is taken back."""

    reason = FreeTextField(
        label="Varför återtar du uppdraget?", error_messages={"required": "Skriv varför uppdraget återtas."}
    )


class EndForm(forms.Form):
    """The last day of a line, and why."""

    ended_on = DateField(label="Sista dag", help_text="Uppdraget gäller till och med den dagen.")
    reason = FreeTextField(
        label="Varför avslutas uppdraget?", error_messages={"required": "Skriv varför uppdraget avslutas."}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_on"].initial = timezone.localdate


class MandateSearchForm(SearchForm):
    """Filters the list of mandates."""

    state = forms.ChoiceField(label="Tillstånd", required=False, choices=[("", "Alla"), *MandateState.choices])


class EditionForm(forms.ModelForm):
    """An edition's name and date."""

    valid_from = DateField(
        label="Gäller från och med", help_text="Nya uppdrag använder utgåvan från och med den dagen."
    )

    class Meta:
        model = FormEdition
        fields = ["name", "valid_from"]
        help_texts = {"name": "Till exempel ”Utgåva 2”."}


class EditionTextForm(EditionForm):
    """The same beside the sections, where two may be writing."""

    seen = SeenField()


class SectionForm(forms.Form):
    """One section; an empty row is left out."""

    heading = forms.CharField(label="Rubrik", max_length=120, required=False, validators=[refuse_personal_number])
    body = FreeTextField(
        label="Text", max_length=5000, rows=8, required=False, help_text="Skilj stycken åt med en tom rad."
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(values.get("heading")) != bool(values.get("body")) and not self.errors:
            missing = "body" if values.get("heading") else "heading"
            self.add_error(missing, "Skriv både rubrik och text, eller lämna båda tomma.")
        return values


class BaseSectionFormSet(forms.BaseFormSet):
    """The sections of an edition, with a row to add one more."""

    row_label = "Avsnitt"
    default_error_messages = BROKEN_ROWS | {"too_many_forms": "Högst %(num)d avsnitt får plats. Slå ihop några."}


SectionFormSet = forms.formset_factory(
    SectionForm, formset=BaseSectionFormSet, extra=1, max_num=20, absolute_max=30, validate_max=True
)


def sections_of(formset: Any) -> list[dict[str, str]]:
    """The filled sections of a valid formset."""
    rows = [form.cleaned_data for form in formset.forms if form.cleaned_data.get("heading")]
    return [{"heading": row["heading"], "body": row["body"]} for row in rows]
