"""What happens to lines after the form: ended and handed over, confirmed, left vacant, registered from paper."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from kvinnofrid.core.files import UploadField
from kvinnofrid.core.forms import DateField, FreeTextField, SeenField, ShareField
from kvinnofrid.core.validators import refuse_personal_number, validate_phone
from mandates import queries
from mandates.enums import LineKind
from mandates.forms.rows import BROKEN_ROWS
from mandates.models import FormEdition, Mandate, MandateSeat
from organisations.models import Seat, User

NOTES = ("goes_on", "meetings", "papers")


class LineChoices(forms.ModelMultipleChoiceField):
    """Lines of one form, told by their seats."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.seat} (ersättare)" if obj.kind == LineKind.DEPUTY else str(obj.seat)


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}, {obj.title}" if obj.title else str(obj.name)


class EndForm(forms.Form):
    """The last day, why, and what whoever comes after needs to know."""

    lines = LineChoices(
        MandateSeat.objects.none(),
        label="Vilka organisationer gäller det?",
        error_messages={"required": "Välj minst en organisation."},
    )
    ended_on = DateField(label="Sista dag", help_text="Uppdraget gäller till och med den dagen.")
    reason = FreeTextField(
        label="Varför avslutas uppdraget?", error_messages={"required": "Skriv varför uppdraget avslutas."}
    )
    successor = PersonChoice(
        User.objects.none(),
        label="Efterträdare",
        required=False,
        empty_label="Inte känt än – platsen blir vakant",
        help_text="Personen får ett förberett utkast med samma andel och kontakter, från dagen efter den sista dagen.",
    )
    expected_on = DateField(
        label="När väntas någon ny?", required=False, help_text="Skriv ÅÅÅÅ-MM-DD. Bara om efterträdaren inte är känd."
    )
    function_email = forms.EmailField(
        label="Vem svarar under tiden?",
        required=False,
        max_length=254,
        validators=[refuse_personal_number],
        help_text="En funktionsadress. Den visas för alla som deltar i samverkan.",
    )
    goes_on = FreeTextField(label="Vad som pågår", required=False, max_length=3000)
    meetings = FreeTextField(label="Kommande möten", required=False, rows=3)
    papers = FreeTextField(label="Var handlingarna finns", required=False, rows=3)

    def __init__(self, *args: Any, mandate: Mandate, reader: User, line: MandateSeat | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["ended_on"].initial = timezone.localdate
        successor: Any = self.fields["successor"]
        successor.queryset = queries.successors_to_choose(mandate, reader)
        if line:
            del self.fields["lines"]
            self.whole = [line]
        else:
            lines: Any = self.fields["lines"]
            found = queries.lines_to_end(mandate, reader)
            lines.queryset = queries.full_lines(mandate).filter(pk__in=[one.pk for one in found])
            lines.initial = found
            self.whole = []

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("successor") and values.get("expected_on"):
            self.add_error("expected_on", "Lämna tomt när efterträdaren är vald.")
        return values

    @property
    def handing_over(self) -> dict[str, Any]:
        """What the action takes, of a valid form."""
        values = self.cleaned_data
        return {
            "lines": self.whole or list(values["lines"]),
            "ended_on": values["ended_on"],
            "reason": values["reason"],
            "successor": values["successor"],
            "notes": {name: values[name] for name in NOTES},
            "vacancy": {"expected_on": values["expected_on"], "function_email": values["function_email"]},
        }


class ConfirmForm(forms.Form):
    """Which lines still hold; `seen` is what was shown about them."""

    seen = SeenField()
    lines = LineChoices(
        MandateSeat.objects.none(),
        label="Bekräfta för",
        error_messages={"required": "Välj minst en organisation."},
    )

    def __init__(self, *args: Any, mandate: Mandate, rows: list[queries.LookOver], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["lines"]
        field.queryset = queries.full_lines(mandate).filter(pk__in=[row.line.pk for row in rows])
        field.initial = [row.line for row in rows if not row.is_done] or [row.line for row in rows]
        self.fields["seen"].initial = queries.seen_of(rows)


class VacancyForm(forms.Form):
    """What is known about a seat that nobody holds."""

    seen = SeenField()
    starts_on = DateField(label="Vakant från och med")
    expected_on = DateField(label="Någon väntas", required=False, help_text="Skriv ÅÅÅÅ-MM-DD om du vet.")
    note = FreeTextField(
        label="Varför är platsen vakant?",
        max_length=500,
        rows=3,
        required=False,
        help_text="Visas bara för organisationen och samordnaren. Skriv inget om någons hälsa eller privatliv.",
    )
    function_email = forms.EmailField(
        label="Vem svarar under tiden?",
        required=False,
        max_length=254,
        validators=[refuse_personal_number],
        help_text="En funktionsadress. Den visas för alla som deltar i samverkan.",
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        starts_on, expected_on = values.get("starts_on"), values.get("expected_on")
        if starts_on and expected_on and expected_on < starts_on:
            self.add_error("expected_on", "Dagen kan inte ligga före dagen då platsen blev vakant.")
        return values


# --- paper ------------------------------------------------------------------------------------------------------------


class PaperForm(forms.Form):
    """Whose form it is, when it was signed and came in, and the picture of it."""

    edition = forms.ModelChoiceField(
        FormEdition.objects.none(),
        label="Formulär",
        empty_label="Välj formulär",
        error_messages={"required": "Välj formulär."},
    )
    person = PersonChoice(
        User.objects.none(), label="Person i portalen", required=False, empty_label="Personen har inget konto"
    )
    name = forms.CharField(label="Namn", max_length=120, validators=[refuse_personal_number])
    title = forms.CharField(label="Befattning", max_length=120, required=False, validators=[refuse_personal_number])
    email = forms.EmailField(label="E-postadress i arbetet", max_length=254, validators=[refuse_personal_number])
    phone = forms.CharField(
        label="Telefon i arbetet",
        max_length=30,
        required=False,
        validators=[validate_phone],
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    signed_on = DateField(label="Undertecknad den")
    received_on = DateField(label="Inkommen den")
    scan = UploadField(label="Inläst blankett", kinds=("pdf", "jpeg", "png"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        edition: Any = self.fields["edition"]
        edition.queryset = FormEdition.objects.published().select_related("forum")
        edition.label_from_instance = lambda found: f"{found.forum.name}: {found.name}"
        person: Any = self.fields["person"]
        person.queryset = User.objects.filter(is_active=True).in_order()
        self.fields["name"].error_messages["required"] = "Skriv namnet som det står på blanketten."
        self.fields["email"].error_messages["required"] = "Skriv e-postadressen som den står på blanketten."
        self.fields["received_on"].initial = timezone.localdate

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        signed_on, received_on = values.get("signed_on"), values.get("received_on")
        if received_on and received_on > timezone.localdate():
            self.add_error("received_on", "Dagen har inte varit än.")
        if signed_on and received_on and received_on < signed_on:
            self.add_error("received_on", "Blanketten kan inte ha kommit in innan den undertecknades.")
        return values


class ContactsField(FreeTextField):
    """Internal contacts, one to a line: name, task, e-mail, phone, with commas between; cleans to contacts."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        super().run_validators(text)
        return [self._contact(line) for line in text.splitlines() if line.strip()]

    def run_validators(self, value: Any) -> None:
        """The text has been looked at before it was parted."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(str(data or "").strip())

    def _contact(self, line: str) -> dict[str, str]:
        parts = [part.strip() for part in line.split(",") if part.strip()]
        contact = {"name": parts.pop(0)[:120] if parts else "", "role": "", "email": "", "phone": ""}
        for part in parts:
            self._place(contact, part)
        return contact

    def _place(self, contact: dict[str, str], part: str) -> None:
        if "@" in part:
            try:
                validate_email(part)
            except ValidationError as error:
                raise ValidationError(f"{part} är ingen e-postadress.") from error
            contact["email"] = part[:254]
        elif part[:1] in "+0(" and any(sign.isdigit() for sign in part):
            validate_phone(part)
            contact["phone"] = part[:30]
        else:
            contact["role"] = f"{contact['role']}, {part}".strip(", ")[:120]


class PaperLineForm(forms.Form):
    """One organisation on the paper; an empty row is left out."""

    seat = forms.ModelChoiceField(Seat.objects.none(), label="Organisation", required=False, empty_label="Välj")
    kind = forms.ChoiceField(
        label="Slag av representant", choices=LineKind.choices, initial=LineKind.ORDINARY, required=False
    )
    share_percent = ShareField(label="Andel av en heltidstjänst i procent", required=False)
    starts_on = DateField(label="Gäller från och med", required=False)
    ends_on = DateField(label="Gäller till och med", required=False)
    commissioner_name = forms.CharField(
        label="Uppdragsgivare som har undertecknat", max_length=120, required=False, validators=[refuse_personal_number]
    )
    commissioner_title = forms.CharField(
        label="Uppdragsgivarens funktion", max_length=120, required=False, validators=[refuse_personal_number]
    )
    case_number = forms.CharField(
        label="Organisationens diarienummer", max_length=60, required=False, validators=[refuse_personal_number]
    )
    contacts = ContactsField(
        label="Interna kontakter",
        required=False,
        rows=3,
        help_text="En kontakt på varje rad: namn, verksamhet, e-post, telefon.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seat: Any = self.fields["seat"]
        seat.queryset = Seat.objects.active_on(timezone.localdate()).select_related("organisation", "forum").in_order()
        seat.label_from_instance = lambda found: f"{found} – {found.forum.name}"

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.has_changed():
            return values
        wanted = {
            "seat": "Välj organisation.",
            "share_percent": "Skriv andelen.",
            "starts_on": "Skriv från vilken dag uppdraget gäller.",
            "commissioner_name": "Skriv namnet på den som har undertecknat.",
        }
        for name, message in wanted.items():
            if not values.get(name) and name not in self.errors:
                self.add_error(name, message)
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "Slutdatum kan inte ligga före startdatum.")
        values["kind"] = values.get("kind") or LineKind.ORDINARY
        return values


class BasePaperLineFormSet(forms.BaseFormSet):
    """The organisations on the paper: as many as the blank form has room for."""

    row_label = "Organisation"
    default_error_messages = BROKEN_ROWS | {"too_many_forms": "Högst %(num)d organisationer får plats på en blankett."}

    def __init__(self, *args: Any, edition: FormEdition | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edition = edition

    def clean(self) -> None:
        if any(self.errors):
            return
        seats = [row["seat"] for row in self.rows]
        if not seats:
            raise ValidationError("Fyll i minst en organisation.")
        if len({seat.pk for seat in seats}) < len(seats):
            raise ValidationError("Samma organisation står två gånger.")
        if self.edition and any(seat.forum_id != self.edition.forum_id for seat in seats):
            raise ValidationError(f"Alla organisationer ska gälla {self.edition.forum}, som formuläret är till för.")

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The filled rows."""
        return [form.cleaned_data for form in self.forms if form.cleaned_data and form.has_changed()]


PaperLineFormSet: Any = forms.formset_factory(
    PaperLineForm, formset=BasePaperLineFormSet, extra=4, max_num=4, absolute_max=6, validate_max=True
)
