"""Forms of a principal's decisions: the way there, the decision, its correction and proof, what is said and signed."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from agreements.enums import ChangeKind, Evidence, Outcome, StepRole
from agreements.models import AdoptionDecision, Agreement, AgreementVersion, DecisionStep, ValidityChange
from agreements.queries import adoption as queries
from agreements.rules.entries import OTHER_TEXT, day_fault, entry_faults
from kvinnofrid.core.files import UploadField
from kvinnofrid.core.fingerprint import find_full, find_short, short
from kvinnofrid.core.forms import DateField, FilterForm, FreeTextField, SeenField
from kvinnofrid.core.templatetags.portal import date_sv
from kvinnofrid.core.validators import has_personal_number, refuse_personal_number
from organisations.models import DecidingBody, Forum, Organisation

MOST_STEPS = 10
MOST_CASE_NUMBERS = 5
LONGEST_CASE_NUMBER = 60
SHORT_DIGITS, FULL_DIGITS = 12, 64
FINGERPRINT_SHAPE = (
    "Skriv fingeravtrycket som det står på handlingen, till exempel 7F3A-91C2-04D8. Det har tolv tecken: siffror och "
    "bokstäverna A till F."
)
BROKEN_ROWS: dict[str, Any] = {
    "missing_management_form": "Allt i formuläret kom inte fram. Kontrollera uppgifterna och försök igen.",
    "too_few_forms": "Minst %(num)d steg behövs.",
    "too_many_forms": "Högst %(num)d steg får plats. Ta bort några.",
}


class BodyChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} (till och med {date_sv(obj.ends_on)})" if obj.ends_on else str(obj.name)


class StepChoice(FilterForm):
    """Which step of the way is to be registered, from a link on the principal's page."""

    steg = forms.ModelChoiceField(DecisionStep.objects.none(), required=False)

    def __init__(self, *args: Any, agreement: Agreement, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["steg"]
        field.queryset = agreement.steps.filter(organisation=organisation).select_related("body")


class DecisionForm(forms.Form):
    """What a body arrived at. The fields that are seldom known stand last."""

    TYPED, OTHER, UNCLEAR = "typed", "other", "unclear"

    body = BodyChoice(
        DecidingBody.objects.none(),
        label="Organ",
        empty_label="Välj organ",
        error_messages={"required": "Välj vilket organ som beslutade."},
    )
    role = forms.ChoiceField(
        label="Organets uppgift",
        choices=StepRole.choices,
        initial=StepRole.DECIDING,
        widget=forms.RadioSelect,
        error_messages={"required": "Välj vad organet gjorde."},
    )
    also_for = forms.ModelMultipleChoiceField(
        Organisation.objects.none(),
        label="Gäller även för",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="För en gemensam nämnd: huvudmän som samma beslut gäller för. Var och en får en egen registrering.",
    )
    decided_on = DateField(label="Beslutsdatum", help_text="Dagen för sammanträdet, till exempel 2026-12-14.")
    outcome = forms.ChoiceField(
        label="Utfall",
        choices=[choice for choice in Outcome.choices if choice[0] != Outcome.VOID],
        widget=forms.RadioSelect,
        error_messages={"required": "Välj vad organet kom fram till."},
    )
    amendment = FreeTextField(
        label="Vad som ändrades",
        max_length=4000,
        rows=3,
        required=False,
        help_text="Fyll i när texten antogs med ändringar.",
    )
    text = forms.ChoiceField(
        label="Vilken text gällde beslutet?",
        required=False,
        widget=forms.RadioSelect,
        help_text="Jämför med fingeravtrycket längst ner på varje sida av handlingen.",
    )
    fingerprint = forms.CharField(
        label="Fingeravtrycket på handlingen",
        max_length=200,
        required=False,
        help_text="Om du hellre skriver av det än väljer version. Stora och små bokstäver spelar ingen roll.",
    )
    paragraph = forms.CharField(
        label="Paragraf",
        max_length=20,
        required=False,
        validators=[refuse_personal_number],
        help_text="Till exempel 214.",
    )
    case_numbers = FreeTextField(
        label="Diarienummer",
        max_length=400,
        rows=2,
        required=False,
        help_text="Ett på varje rad, eller skilda åt med komma. Högst fem.",
    )
    extract = UploadField(label="Protokollsutdrag", required=False)
    is_approved_at_once = forms.BooleanField(label="Paragrafen justerades omedelbart", required=False)
    approved_on = DateField(label="Protokollet justerat", required=False)
    announced_on = DateField(label="Justeringen anslagen", required=False)
    legal_force_on = DateField(label="Laga kraft", required=False)
    delegation = FreeTextField(
        label="Delegation",
        rows=2,
        required=False,
        help_text="Till exempel vem som får teckna den lokala överenskommelsen. Skriv funktion, inte namn.",
    )
    reservation = FreeTextField(
        label="Reservation", max_length=4000, rows=2, required=False, help_text="Vad reservationen gällde."
    )

    rare = ("is_approved_at_once", "approved_on", "announced_on", "legal_force_on", "delegation", "reservation")

    def __init__(
        self,
        *args: Any,
        agreement: Agreement,
        organisation: Organisation,
        joint: Sequence[Organisation] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.versions = queries.published_versions(agreement)
        self.organisation = organisation
        self.joint = {
            body: {one.pk for one in others} for body, others in queries.joint_parties(agreement, organisation).items()
        }
        fields: dict[str, Any] = self.fields
        fields["body"].queryset = queries.bodies_of(organisation)
        fields["also_for"].queryset = Organisation.objects.filter(pk__in=[one.pk for one in joint]).in_order()
        fields["text"].choices = [
            *((str(version.number), version_label(version)) for version in self.versions),
            (self.TYPED, "Den som har fingeravtrycket som jag skriver nedan"),
            (self.OTHER, "En annan text, utan fingeravtryck"),
            (self.UNCLEAR, "Det framgår inte"),
        ]
        if not joint:
            del self.fields["also_for"]

    def clean_paragraph(self) -> str:
        return paragraph_sign(self.cleaned_data["paragraph"])

    def clean_case_numbers(self) -> list[str]:
        found = [part.strip() for part in re.split(r"[\n,;]", self.cleaned_data["case_numbers"]) if part.strip()]
        if len(found) > MOST_CASE_NUMBERS:
            raise ValidationError("Högst fem diarienummer får plats.")
        if any(len(one) > LONGEST_CASE_NUMBER for one in found):
            raise ValidationError(f"Ett diarienummer kan ha högst {LONGEST_CASE_NUMBER} tecken.")
        return list(dict.fromkeys(found))

    def clean_fingerprint(self) -> str:
        """The canonical form of what was typed in any spelling; empty for nothing."""
        typed = self.cleaned_data["fingerprint"]
        return canonical_fingerprint(typed) if typed else ""

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        self._settle_text(values)
        self._check_joint(values)
        for name, fault in entry_faults(values, timezone.localdate()).items():
            if name not in self.errors and not (name == "text" and "fingerprint" in self.errors):
                self.add_error(name, fault)
        return values

    @property
    def entry_values(self) -> dict[str, Any]:
        """What the entry holds, for the action."""
        return {name: self.cleaned_data[name] for name in queries.ENTRY_FIELDS}

    @property
    def shows_rare(self) -> bool:
        """Whether the folded part has to be open: something in it is filled in or wrong."""
        return any(self[name].errors or self[name].value() for name in self.rare)

    def _settle_text(self, values: dict[str, Any]) -> None:
        """From what was chosen and what was typed: a version, or another text's fingerprint, or nothing."""
        typed, chosen = values.get("fingerprint", ""), values.get("text", "")
        named = next((one for one in self.versions if typed in {one.short_fingerprint, one.fingerprint}), None)
        version = next((one for one in self.versions if str(one.number) == chosen), None) or (typed and named) or None
        values["version"] = version
        values["stated_fingerprint"] = typed or (OTHER_TEXT if chosen == self.OTHER else "")
        if chosen == self.TYPED and not typed and "fingerprint" not in self.errors:
            self.add_error("fingerprint", "Skriv fingeravtrycket som står på handlingen.")
        if typed and version and named != version:
            self.add_error("fingerprint", f"Det är inte fingeravtrycket för version {version.number}.")
        elif typed and chosen in {self.OTHER, self.UNCLEAR}:
            self.add_error("fingerprint", "Välj texten som har fingeravtrycket du skriver, eller töm fältet.")

    def _check_joint(self, values: dict[str, Any]) -> None:
        chosen, body = values.get("also_for"), values.get("body")
        allowed = self.joint.get(body.pk, set()) if body else set()
        if chosen and body and any(one.pk not in allowed for one in chosen):
            self.add_error("also_for", f"{body} beslutar inte för alla som du har kryssat för.")


class CorrectionForm(DecisionForm):
    """The same, filled in with what stands, and why it is corrected."""

    reason = FreeTextField(
        label="Varför rättas registreringen?", rows=3, error_messages={"required": "Skriv varför den rättas."}
    )
    removes_extract = forms.BooleanField(label="Ta bort utdraget från registreringen", required=False)

    def __init__(self, *args: Any, decision: AdoptionDecision, **kwargs: Any) -> None:
        kwargs["initial"] = correction_initial(decision) | kwargs.get("initial", {})
        super().__init__(*args, agreement=decision.agreement, organisation=decision.organisation, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["body"].queryset = queries.bodies_to_choose(decision.organisation, [decision.body_id])
        if decision.extract:
            fields["extract"].label = "Nytt protokollsutdrag, i stället för det som finns"
        else:
            del self.fields["removes_extract"]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("removes_extract") and values.get("extract"):
            self.add_error("removes_extract", "Välj ett nytt utdrag eller ta bort det som finns, inte båda.")
        return values


class ReasonForm(forms.Form):
    """Why a registration is struck out."""

    why = FreeTextField(
        label="Vad blev fel?", rows=3, error_messages={"required": "Skriv varför registreringen stryks."}
    )


def correction_initial(decision: AdoptionDecision) -> dict[str, Any]:
    """What stands, in the form's own terms."""
    initial: dict[str, Any] = {name: getattr(decision, name) for name in queries.ENTRY_FIELDS}
    stated = decision.stated_fingerprint
    if decision.version:
        text = str(decision.version.number)
    elif stated:
        text = DecisionForm.OTHER if stated == OTHER_TEXT else DecisionForm.TYPED
    else:
        text = DecisionForm.UNCLEAR
    return initial | {
        "text": text,
        "fingerprint": "" if stated == OTHER_TEXT else stated,
        "case_numbers": "\n".join(decision.case_numbers),
        "outcome": "" if decision.outcome == Outcome.VOID else decision.outcome,
    }


def version_label(version: AgreementVersion) -> str:
    return f"Version {version.number}, publicerad {date_sv(version.published_at)}: {version.short_fingerprint}"


def canonical_fingerprint(typed: str) -> str:
    """7F3A-91C2-04D8, or the whole in lower case, from what somebody has typed; O is a zero, I and L are ones."""
    if found := find_short(typed) | find_full(typed):
        if len(found) > 1:
            raise ValidationError("Skriv ett fingeravtryck i taget.")
        return next(iter(found))
    digits = re.sub(r"[\W_]", "", typed).upper().translate(str.maketrans("OIL", "011"))
    if not re.fullmatch(r"[0-9A-F]+", digits) or len(digits) not in {SHORT_DIGITS, FULL_DIGITS}:
        raise ValidationError(FINGERPRINT_SHAPE)
    if has_personal_number(digits):
        raise ValidationError(FINGERPRINT_SHAPE)
    return short(digits) if len(digits) == SHORT_DIGITS else digits.lower()


# --- the way to a decision --------------------------------------------------------------------------------------------


class StepsForm(forms.Form):
    """What stood on the page when it was opened."""

    seen = SeenField()


class StepForm(forms.Form):
    """One body on the way; an empty row is left out."""

    position = forms.IntegerField(label="Ordning", min_value=1, max_value=99, required=False)
    body = BodyChoice(DecidingBody.objects.none(), label="Organ", required=False, empty_label="Inget")
    role = forms.ChoiceField(label="Uppgift", choices=[("", "Välj uppgift"), *StepRole.choices], required=False)
    planned_on = DateField(label="Planerat sammanträde", required=False)

    def __init__(self, *args: Any, bodies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["body"]
        field.queryset = bodies
        self.fields["planned_on"].widget.attrs["list"] = "sammantraden"

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("body") and not values.get("role") and "role" not in self.errors:
            self.add_error("role", "Välj vad organet gör.")
        if values.get("planned_on") and not values.get("body") and "body" not in self.errors:
            self.add_error("body", "Välj vilket organ det gäller.")
        return values


class BaseStepFormSet(forms.BaseFormSet):
    """The bodies of one principal, with a few empty rows."""

    row_label = "Steg"
    default_error_messages = BROKEN_ROWS

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Ta bort steget"

    def clean(self) -> None:
        if any(self.errors):
            return
        keys = [(row["body"], row["role"]) for row in steps_from(self)]
        if len(keys) != len(set(keys)):
            raise ValidationError("Samma organ står två gånger med samma uppgift.")


StepFormSet = forms.formset_factory(
    StepForm,
    formset=BaseStepFormSet,
    extra=3,
    max_num=MOST_STEPS,
    absolute_max=2 * MOST_STEPS,
    validate_max=True,
    can_delete=True,
)


def steps_from(formset: Any) -> list[dict[str, Any]]:
    """The filled rows in the order given; one without a place of its own comes where it stands."""
    rows = [form.cleaned_data for form in formset.forms if form.cleaned_data.get("body")]
    kept = [row for row in rows if not row.get("DELETE")]
    ordered = sorted(enumerate(kept, start=1), key=lambda pair: (pair[1]["position"] or pair[0], pair[0]))
    return [{**row, "position": place} for place, (_, row) in enumerate(ordered, start=1)]


# --- proofs, what is said, what is signed -----------------------------------------------------------------------------


class ProveForm(forms.Form):
    """How it is known which text the decision was about."""

    LABELS = {
        Evidence.EXTRACT: "Jag har sett fingeravtrycket i utdraget",
        Evidence.COMPARED: "Texterna är jämförda, ord för ord",
    }
    HINTS = {
        Evidence.EXTRACT: "Har du sett fingeravtrycket: skriv var i utdraget det står, för portalen såg det inte.",
        Evidence.COMPARED: "Är texterna jämförda: skriv vilka handlingar, och hur.",
    }

    grade = forms.ChoiceField(
        label="Vad har du gjort?", widget=forms.RadioSelect, error_messages={"required": "Välj vad du har gjort."}
    )
    comment = FreeTextField(label="Kommentar", rows=3, required=False)

    def __init__(self, *args: Any, decision: AdoptionDecision, grades: Sequence[Evidence], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision = decision
        fields: dict[str, Any] = self.fields
        fields["grade"].choices = [(grade.value, self.LABELS[grade]) for grade in grades]
        needing = [grade for grade in grades if queries.needs_comment(decision, grade)]
        fields["comment"].help_text = " ".join(self.HINTS[grade] for grade in needing) or "Frivillig."

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        grade = values.get("grade")
        if grade and not values.get("comment") and "comment" not in self.errors:
            needed = Evidence(grade)
            if queries.needs_comment(self.decision, needed):
                self.add_error("comment", queries.WHY_COMMENT[needed])
        return values


class StatusNoteForm(forms.Form):
    """Somebody responsible has said that nothing is decided yet."""

    said_on = DateField(label="Dag för beskedet", initial=timezone.localdate)
    said_by = forms.CharField(
        label="Vem lämnade beskedet?",
        max_length=120,
        validators=[refuse_personal_number],
        help_text="Skriv funktion, till exempel kanslichef.",
        error_messages={"required": "Skriv vem som lämnade beskedet."},
    )
    comment = FreeTextField(
        label="Kommentar", rows=3, required=False, help_text="Till exempel när ärendet väntas komma upp."
    )

    def clean_said_on(self) -> date:
        return not_in_future(self.cleaned_data["said_on"], "Beskedet")


class VersionChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return version_label(obj)


class SignatureForm(forms.Form):
    """The signed original of one principal."""

    version = VersionChoice(
        AgreementVersion.objects.none(),
        label="Vilken version är undertecknad?",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "Välj vilken version som är undertecknad."},
    )
    signatory = forms.CharField(
        label="Undertecknat av (funktion)",
        max_length=120,
        validators=[refuse_personal_number],
        help_text="Till exempel kommunstyrelsens ordförande.",
        error_messages={"required": "Skriv funktionen hos den som undertecknade."},
    )
    signed_on = DateField(label="Undertecknat")
    file = UploadField(label="Originalet som fil", required=False)

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["version"]
        field.queryset = agreement.versions.published().order_by("-number")

    def clean_signed_on(self) -> date:
        return not_in_future(self.cleaned_data["signed_on"], "Underskriften")


class ValidityChangeForm(forms.ModelForm):
    """An extension, a replacement or a withdrawal."""

    decided_on = DateField(label="Beslutsdatum")
    takes_effect_on = DateField(
        label="Ny sista dag, eller dag då den upphör",
        help_text="Vid förlängning: den nya sista dagen. Annars: den första dagen utan överenskommelsen.",
    )
    reason = FreeTextField(label="Skäl", rows=3, error_messages={"required": "Skriv varför giltigheten ändras."})
    file = UploadField(label="Beslutet som fil", required=False)

    field_order = (
        "kind", "takes_effect_on", "replaced_by", "decided_on", "forum", "organisation", "decided_by", "paragraph",
        "case_number", "reason", "file",
    )  # fmt: skip

    class Meta:
        model = ValidityChange
        fields = [
            "kind", "decided_on", "takes_effect_on", "forum", "organisation", "decided_by", "replaced_by", "paragraph",
            "case_number", "reason",
        ]  # fmt: skip
        labels = {"kind": "Vad beslutades?", "decided_by": "Annat organ", "replaced_by": "Ersätts av"}
        help_texts = {
            "forum": "Om ett forum beslutade.",
            "organisation": "Om en organisation beslutade.",
            "decided_by": "Till exempel kommunfullmäktige. Behövs när varken forum eller organisation är vald.",
            "replaced_by": "Bara när överenskommelsen ersätts av en annan som finns i portalen.",
        }
        widgets = {"kind": forms.RadioSelect}

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = ChangeKind.choices
        fields["kind"].error_messages["required"] = "Välj vad som beslutades."
        fields["forum"].queryset = Forum.objects.in_order()
        fields["organisation"].queryset = Organisation.objects.in_order()
        fields["replaced_by"].queryset = Agreement.objects.exclude(pk=agreement.pk).in_order()
        for name, label in (("forum", "Inget forum"), ("organisation", "Ingen organisation"), ("replaced_by", "Ingen")):
            fields[name].empty_label = label

    def clean_paragraph(self) -> str:
        return paragraph_sign(self.cleaned_data["paragraph"])

    def validate_constraints(self) -> None:
        """The entry is checked as a whole by the action."""

    @property
    def values(self) -> Mapping[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "file"}


def paragraph_sign(text: str) -> str:
    """214, §214 and 214 § are all § 214; what is written otherwise is left as it is."""
    number = re.fullmatch(r"§?\s*(\d[\w./:-]{,14})\s*§?", text)
    return f"§ {number[1]}" if number else text


def not_in_future(day: date, what: str) -> date:
    if fault := day_fault(day, timezone.localdate(), what):
        raise ValidationError(fault)
    return day
