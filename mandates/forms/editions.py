"""The form of an edition and its sections."""

from typing import Any

from django import forms

from kvinnofrid.core.forms import DateField, FreeTextField, SeenField
from kvinnofrid.core.validators import refuse_personal_number
from mandates.forms.rows import BROKEN_ROWS
from mandates.models import FormEdition


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
