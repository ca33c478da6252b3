"""Template tags and filters of the portal's components."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.forms.formsets import BaseFormSet
from django.template import Context
from django.template.defaultfilters import date as format_date
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from kvinnofrid.core import idempotency
from kvinnofrid.core.icons import ICONS

register = template.Library()

NBSP = "\N{NO-BREAK SPACE}"
BULLET = re.compile(r"^\s*[-–•*]\s+")
TONE_ICONS = {
    "neutral": "dash",
    "waiting": "clock",
    "info": "info",
    "good": "check",
    "warning": "warning",
    "bad": "cross",
}
# The columns of Dalarna's tiles, row by row, for a database without a partnership.
MARK = [(int(column), row) for row, columns in enumerate(("02", "012", "123", "1234", "124")) for column in columns]


# Dates and numbers


@register.filter
def date_sv(value: date | None) -> str:
    """18 juni 2024; nothing for an empty value."""
    if not value:
        return ""
    day = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    return str(format_date(day, "j F Y")).replace(" ", NBSP)


@register.filter
def datetime_sv(value: datetime | None) -> str:
    """18 juni 2024 kl. 14.05, in the portal's time zone."""
    if not value:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{date_sv(local)} kl.{NBSP}{local:%H.%M}"


def decimal_sv(number: Decimal) -> str:
    """12,5 and 1 250: a decimal comma, spaces between thousands, no empty decimals."""
    text = f"{number.normalize():,f}"
    return text.replace(",", NBSP).replace(".", ",")


@register.filter
def percent(value: Decimal | float | str | None) -> str:
    """25 % or 12,5 %, given in per cent."""
    return "" if value in (None, "") else f"{decimal_sv(Decimal(str(value)))}{NBSP}%"


@register.filter
def file_size(value: int | None) -> str:
    """84 kB or 1,2 MB."""
    if not value:
        return ""
    if value < 1_000_000:
        return f"{max(1, round(value / 1000))}{NBSP}kB"
    return f"{decimal_sv(Decimal(value).scaleb(-6).quantize(Decimal('0.1')))}{NBSP}MB"


# Text


@register.filter
def prose(text: str) -> SafeString:
    """Plain text as paragraphs, one to a line, with lists of the lines that begin with a dash."""
    parts: list[SafeString] = []
    for is_list, lines in groupby(filter(str.strip, str(text).splitlines()), lambda line: bool(BULLET.match(line))):
        if is_list:
            items = format_html_join("", "<li>{}</li>", ((BULLET.sub("", line),) for line in lines))
            parts.append(format_html("<ul>{}</ul>", items))
        else:
            parts += [format_html("<p>{}</p>", line.strip()) for line in lines]
    return mark_safe("\n".join(parts))  # noqa: S308  each part is escaped


# Icons


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon as inline SVG; without a label it is hidden from screen readers."""
    drawing = mark_safe(ICONS[name])  # noqa: S308  our own constant
    naming = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="icon" viewBox="0 0 24 24" {}>{}</svg>', naming, drawing)


@register.filter
def tone_icon(tone: str) -> str:
    return TONE_ICONS[tone]


@register.simple_tag
def logotype(tiles: list[dict[str, Any]] | None = None) -> SafeString:
    """The mark: a small picture of the county, one tile for each municipality; decorative."""
    cells = [(int(tile["column"]), int(tile["row"])) for tile in tiles or ()] or MARK
    path = "".join(f"M{8 * column} {8 * row}h7v7h-7z" for column, row in cells)
    width, height = (8 * max(axis) + 7 for axis in zip(*cells, strict=True))
    return format_html(
        '<svg class="logotype" viewBox="0 0 {} {}" aria-hidden="true"><path d="{}"/></svg>', width, height, path
    )


# Forms


@register.simple_tag
def once_key() -> SafeString:
    """The one-time key of a form that creates, beside its csrf_token: see kvinnofrid.core.idempotency."""
    key = idempotency.new_key()
    return format_html('<input type="hidden" name="{}" value="{}" autocomplete="off">', idempotency.FIELD, key)


@dataclass(frozen=True)
class ErrorLink:
    """One line of the error summary; an empty target is a fault of the whole form."""

    message: str
    target: str


@register.filter
def field_kind(field: BoundField) -> str:
    """Which of the field component's shapes fits the widget."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    for kind, classes in (
        ("choices", (forms.RadioSelect, forms.CheckboxSelectMultiple)),
        ("checkbox", forms.CheckboxInput),
        ("textarea", forms.Textarea),
        ("select", forms.Select),
        ("file", forms.FileInput),
        ("date", forms.DateInput),
        ("number", forms.NumberInput),
    ):
        if isinstance(widget, classes):
            return kind
    return "text"


@register.filter
def field_hint(field: BoundField) -> str:
    """The field's help text; dates without one say how they are written."""
    hint = str(field.help_text)
    if hint.strip():
        return hint
    return "Skriv ÅÅÅÅ-MM-DD." if field_kind(field) == "date" else ""


@register.filter
def field_limit(field: BoundField) -> int | None:
    """How many characters a text area holds, when it is limited."""
    limit = getattr(field.field, "max_length", None)
    return limit if field_kind(field) == "textarea" else None


@register.filter
def field_target(field: BoundField) -> str:
    """The id that an error should lead to: the input itself, or the first choice of a group."""
    if field_kind(field) == "choices":
        return str(field.subwidgets[0].id_for_label) if field.subwidgets else field.auto_id
    return field.id_for_label


@register.filter
def described_by(field: BoundField) -> str:
    """The ids of what is said beside the field, in reading order and only those that the page holds."""
    present = (("helptext", field_hint(field)), ("count", field_limit(field)), ("error", field.errors))
    return " ".join(f"{field.auto_id}_{part}" for part, there in present if there)


@register.simple_tag
def field_input(field: BoundField) -> SafeString:
    """The widget, tied to its hint, count and error."""
    # A placeholder is gone as soon as somebody writes; the label and the hint stay.
    attrs: dict[str, Any] = {"placeholder": False}
    if not field_hint(field):
        field.help_text = ""  # Django would point at a hint of white space that is not shown
    if described := described_by(field):
        attrs["aria-describedby"] = described
    if limit := field_limit(field):
        # The browser must not cut off a pasted text silently: we count, and the server refuses.
        attrs |= {"maxlength": False, "data-limit": limit}
    return field.as_widget(attrs=attrs)


@register.simple_tag
def choice_input(choice: Any) -> SafeString:
    """One radio button or tick box of a group; the group itself carries hint and error."""
    choice.data["attrs"].pop("aria-invalid", None)
    return mark_safe(choice.tag())  # noqa: S308  rendered by Django's widget, which escapes


def _errors_of_form(form: forms.BaseForm, prefix: str = "") -> Iterator[ErrorLink]:
    yield from (ErrorLink(f"{prefix}{message}", "") for message in form.non_field_errors())
    for field in form.hidden_fields():
        yield from (ErrorLink(f"{prefix}{message}", "") for message in field.errors)
    for field in form.visible_fields():
        named = f"{prefix}{str(field.label).rstrip('?:.')}"
        yield from (ErrorLink(f"{named}: {message}", field_target(field)) for message in field.errors)


def _errors_of_formset(formset: BaseFormSet) -> Iterator[ErrorLink]:
    yield from (ErrorLink(str(message), "") for message in formset.non_form_errors())
    row = getattr(formset, "row_label", "Rad")
    for number, form in enumerate(formset.forms, start=1):
        if not getattr(form, "cleaned_data", {}).get("DELETE"):
            yield from _errors_of_form(form, f"{row} {number}, ")


def iter_errors(*sources: Any) -> Iterator[ErrorLink]:
    """Every error of forms, formsets and lists of them, in the order of the page."""
    for source in sources:
        if isinstance(source, forms.BaseForm):
            yield from _errors_of_form(source)
        elif isinstance(source, BaseFormSet):
            yield from _errors_of_formset(source)
        elif isinstance(source, list | tuple):
            yield from iter_errors(*source)


@register.simple_tag
def collect_errors(*sources: Any) -> list[ErrorLink]:
    return list(iter_errors(*sources))


@register.simple_tag(takes_context=True)
def title_prefix(context: Context) -> str:
    """Begins the page title with "Fel: " when a form of the page has errors."""
    sources = [context.get(name) for name in ("form", "formset", "forms", "formsets")]
    return "Fel: " if any(iter_errors(*sources)) else ""


# What is shown hundreds of times on a page


@register.simple_tag
def quick(template: str, **values: Any) -> SafeString:
    """A template of Jinja2's, which draws hundreds of rows several times as quick; it sees the values and no more."""
    return mark_safe(render_to_string(template, values, using="jinja2"))  # noqa: S308  escapes as ours do


# Blocks with content of the page's own


def _block(component: str, content: str, **values: Any) -> SafeString:
    body = mark_safe(content)  # noqa: S308  already rendered by the page's template
    return render_to_string(f"components/{component}.html", {"content": body, **values})


@register.simple_block_tag
def message(content: str, tone: str = "info", title: str = "", id: str = "") -> SafeString:  # noqa: A002
    """{% message tone="warning" title="..." %} ... {% endmessage %}; tones: info, good, warning, bad."""
    return _block("message", content, tone=tone, title=title, id=id)


@register.simple_block_tag
def details(content: str, summary: str, is_open: bool = False) -> SafeString:
    """{% details "Vad betyder det?" %} ... {% enddetails %}: text that can be folded out."""
    return _block("details", content, summary=summary, is_open=is_open)


@register.simple_block_tag
def breadcrumbs(content: str) -> SafeString:
    """{% breadcrumbs %}<li><a href="...">Uppdrag</a></li>{% endbreadcrumbs %}: the pages above this one."""
    return _block("breadcrumbs", content)


@register.simple_block_tag
def page_header(content: str, title: str, lead: str = "", eyebrow: str = "") -> SafeString:
    """{% page_header title="..." lead="..." %}<a class="button" ...>{% endpage_header %}: h1, lead, actions."""
    return _block("page_header", content.strip(), title=title, lead=lead, eyebrow=eyebrow)


@register.simple_block_tag
def fieldset(content: str, legend: str, hint: str = "", id: str = "") -> SafeString:  # noqa: A002
    """{% fieldset "Kontaktuppgifter" %} fields {% endfieldset %}: fields that belong together."""
    return _block("fieldset", content, legend=legend, hint=hint, id=id)


@register.simple_block_tag
def confirmation(content: str, title: str, lead: str = "", level: str = "h1") -> SafeString:
    """{% confirmation title="Uppdraget är inlämnat" %}what happens next{% endconfirmation %}; holds the h1."""
    return _block("confirmation", content, title=title, lead=lead, level=level)


@register.filter
def as_list(value: Iterable[Any] | None) -> list[Any]:
    """A list of what may be a generator, so that a component can ask whether it is empty."""
    return list(value or ())
