"""Which editions to compare, whom to ask for renewal, and the answer that none is needed."""

from typing import Any

from django import forms

from kvinnofrid.core.forms import FilterForm, FreeTextField
from mandates.models import FormEdition, Mandate
from mandates.queries.renewals import Renewal


class EditionChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}, gäller från och med {obj.valid_from}"


class EarlierEditionForm(FilterForm):
    """Which earlier edition to compare with; the one just before unless told."""

    fran = EditionChoice(FormEdition.objects.none(), label="Jämför med", required=False, empty_label=None)

    def __init__(self, data: Any, *, editions: Any) -> None:
        latest = editions.first()
        if latest and not data.get("fran"):
            data = {**data.dict(), "fran": latest.pk}
        super().__init__(data)
        field: Any = self.fields["fran"]
        field.queryset = editions
        self.latest = latest

    @property
    def earlier(self) -> FormEdition | None:
        found: FormEdition | None = self.value("fran") or self.latest
        return found


class MandateChoices(forms.ModelMultipleChoiceField):
    """Mandates, told by their representatives."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class RenewalForm(forms.Form):
    """Whom to ask; all that can be asked unless told."""

    mandates = MandateChoices(
        Mandate.objects.none(),
        label="Be om förnyelse",
        error_messages={
            "required": "Välj minst ett uppdrag.",
            "invalid_choice": "Något av uppdragen är redan tillfrågat, förnyat eller avslutat. Välj om.",
        },
    )

    def __init__(self, *args: Any, rows: list[Renewal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [row.mandate.pk for row in rows]
        field: Any = self.fields["mandates"]
        field.queryset = Mandate.objects.filter(pk__in=keys)
        field.choices = [(row.mandate.pk, row.mandate.name) for row in rows]
        self.initial["mandates"] = keys


class DeclineForm(forms.Form):
    """Why the mandate need not be signed anew."""

    reason = FreeTextField(
        label="Varför behöver uppdraget inte förnyas?",
        max_length=1000,
        rows=3,
        help_text="Samordnaren läser svaret. Uppdraget gäller som förut, på den utgåva som det är undertecknat på.",
        error_messages={"required": "Skriv varför uppdraget inte behöver förnyas."},
    )
