"""The mandate form in steps.

The steps take half-filled answers, so that everything is saved as one goes; what is missing is told before submit.
"""

from typing import Any

from django import forms

from kvinnofrid.core.forms import DateField, SeenField, ShareField
from kvinnofrid.core.validators import refuse_personal_number, validate_phone
from mandates import queries
from mandates.enums import LineKind
from mandates.forms.rows import BROKEN_ROWS
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

    seen = SeenField()
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
    commissioner_name = forms.CharField(
        label="Uppdragsgivarens namn", max_length=120, required=False, validators=[refuse_personal_number]
    )
    commissioner_title = forms.CharField(
        label="Uppdragsgivarens funktion",
        max_length=120,
        required=False,
        validators=[refuse_personal_number],
        help_text="Till exempel socialchef.",
    )
    commissioner_email = forms.EmailField(
        label="Uppdragsgivarens e-postadress",
        max_length=254,
        required=False,
        validators=[refuse_personal_number],
        help_text="Dit går en länk som bara kan användas en gång och gäller i 14 dagar. Adressen visas i uppdraget.",
    )
    starts_on = DateField(
        label="Gäller från och med", required=False, help_text="Skriv som ÅÅÅÅ-MM-DD, till exempel 2027-01-01."
    )
    ends_on = DateField(
        label="Gäller till och med", required=False, help_text="Lämna tomt om uppdraget gäller tills vidare."
    )

    class Meta:
        model = MandateSeat
        fields = list(queries.LINE_FIELDS)
        help_texts = {"case_number": "Organisationens eget diarienummer för uppdraget, om det finns."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["commissioner"]
        field.queryset = queries.commissioners_to_choose(self.instance)

    @property
    def is_external(self) -> bool:
        """Whether a commissioner without account is told, or was tried."""
        return any(self[name].value() for name in queries.EXTERNAL_FIELDS)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "Slutdatum kan inte ligga före startdatum.")
        if values.get("commissioner") and any(values.get(name) for name in queries.EXTERNAL_FIELDS):
            self.add_error("commissioner", "Välj uppdragsgivare i listan, eller skriv en utan konto. Inte båda.")
        address = values.get("commissioner_email")
        fault = queries.fault_of_address(self.instance, address) if address else ""
        if fault:
            self.add_error("commissioner_email", fault)
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
