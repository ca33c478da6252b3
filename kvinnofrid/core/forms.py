"""Form fields that read what people write: dates, shares, free text; and what a form says when it is overtaken."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator

from kvinnofrid.core import richtext
from kvinnofrid.core.overtaking import Overtaken
from kvinnofrid.core.templatetags.portal import date_sv, percent
from kvinnofrid.core.validators import refuse_personal_number

DATE_MESSAGE = "Skriv datumet som ÅÅÅÅ-MM-DD, till exempel 2026-11-22."


class DateField(forms.DateField):
    """A date in plain typing (ÅÅÅÅ-MM-DD), between 2000 and 2100."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.DateInput(format="%Y-%m-%d", attrs={"inputmode": "numeric", "autocomplete": "off"})
        )
        kwargs.setdefault("error_messages", {"invalid": DATE_MESSAGE, "required": "Skriv ett datum."})
        super().__init__(input_formats=["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y.%m.%d"], **kwargs)

    def to_python(self, value: Any) -> date | None:
        day: date | None = super().to_python(value)
        if day and not 2000 <= day.year <= 2100:
            raise ValidationError("Året ska ligga mellan 2000 och 2100.")
        return day


class ShareField(forms.DecimalField):
    """A share of a full-time post in per cent; takes "25", "12,5" and "25 %"."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_digits=4, decimal_places=1, **kwargs)
        self.error_messages["invalid"] = "Skriv andelen i procent, till exempel 25 eller 12,5."
        self.validators = [
            MinValueValidator(Decimal("0.5"), "Andelen ska vara minst 0,5 procent."),
            MaxValueValidator(Decimal(100), "Andelen kan vara högst 100 procent."),
            *[v for v in self.validators if not isinstance(v, MinValueValidator | MaxValueValidator)],
        ]

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.replace("%", "").replace(" ", "").replace("\u00a0", "").replace(",", ".").strip()
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        """Show 12,5 and 25, not 12.5 and 25.0."""
        if isinstance(value, Decimal):
            return f"{value.normalize():f}".replace(".", ",")
        return value


class FreeTextField(forms.CharField):
    """Several lines of free text; refuses personal identity numbers."""

    def __init__(self, *, max_length: int = 2000, rows: int = 5, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(max_length=max_length, **kwargs)
        self.validators.append(refuse_personal_number)


class SeenField(forms.CharField):
    """Hidden: the fingerprint of what stood on the page when it was opened."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=64, widget=forms.HiddenInput, **kwargs)


def what_stands(form: Any, overtaken: Overtaken, **labels: str) -> list[dict[str, str]]:
    """Says on the form that somebody has saved first, so that it can be saved once more, and lists what stands now.

    What is not a field of the form gets its label here.
    """
    form.data = form.data.copy()
    form.data["seen"] = overtaken.seen
    form.add_error(None, str(overtaken))
    return [
        {
            "term": labels.get(name) or str(form.fields[name].label),
            "value": _in_words(name, value, form.fields.get(name)) or "Inte angivet",
        }
        for name, value in overtaken.stands.items()
    ]


def _in_words(name: str, value: Any, field: Any) -> str:
    if isinstance(value, list):
        if value and isinstance(value[0], dict):
            return "; ".join(", ".join(filter(None, row.values())) for row in value)
        return ", ".join(value)
    if isinstance(value, bool):
        return "Ja" if value else "Nej"
    if isinstance(value, date):
        return date_sv(value)
    if isinstance(value, Decimal):
        return percent(value)
    if name == "body":  # the one field that is kept as HTML
        return richtext.to_text(value)
    label = dict(getattr(field, "choices", ())).get(value) if isinstance(value, str | int) else None
    return str(label or value or "")


class FilterForm(forms.Form):
    """Filters of a list, from the query string: what does not hold is left out."""

    def value(self, name: str) -> Any:
        """A cleaned value, or None when what was typed does not hold."""
        self.is_valid()
        return self.cleaned_data.get(name) or None


class SearchForm(FilterForm):
    """What most lists have in common: words to look for."""

    q = forms.CharField(label="Sök", required=False, max_length=100)
