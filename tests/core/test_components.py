"""The components: what they say, that their parts belong together, and that their colours can be read."""

import gzip
import re
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template, engines
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from jinja2 import UndefinedError

from kvinnofrid.core import samples
from kvinnofrid.core.icons import ICONS
from kvinnofrid.core.templatetags import portal

ROOT = Path(settings.BASE_DIR)
STATIC = ROOT / "kvinnofrid" / "static"
COMPONENTS = sorted((ROOT / "templates" / "components").glob("*.html"))
CSS = (STATIC / "css" / "portal.css").read_text()
NBSP = "\N{NO-BREAK SPACE}"


class Page(HTMLParser):
    """Every start tag of a page, and the words of its title."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def values(self, attribute: str) -> list[str]:
        return [attrs[attribute] or "" for _, attrs in self.tags if attribute in attrs]


@pytest.fixture
def components_html(client: Client, db: None) -> str:
    return client.get(reverse("components")).content.decode()


# Dates and numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2024, 6, 18), f"18{NBSP}juni{NBSP}2024"),
        (datetime(2024, 6, 17, 22, 30, tzinfo=UTC), f"18{NBSP}juni{NBSP}2024"),
        (None, ""),
    ],
)
def test_a_date_is_written_out_in_swedish_time(value: date | None, text: str) -> None:
    assert portal.date_sv(value) == text


def test_a_time_of_day_is_written_with_a_point() -> None:
    moment = datetime(2024, 6, 18, 12, 5, tzinfo=UTC)
    assert portal.datetime_sv(moment) == f"18{NBSP}juni{NBSP}2024 kl.{NBSP}14.05"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (25, f"25{NBSP}%"),
        (Decimal("12.50"), f"12,5{NBSP}%"),
        (Decimal("100.0"), f"100{NBSP}%"),
        (0, f"0{NBSP}%"),
        (None, ""),
    ],
)
def test_a_share_is_written_the_swedish_way(value: Decimal | int | None, text: str) -> None:
    assert portal.percent(value) == text


@pytest.mark.parametrize(
    ("size", "text"), [(84_200, f"84{NBSP}kB"), (300, f"1{NBSP}kB"), (1_240_000, f"1,2{NBSP}MB"), (None, "")]
)
def test_a_file_size_is_short(size: int | None, text: str) -> None:
    assert portal.file_size(size) == text


# Text


def test_lines_that_begin_with_a_dash_become_a_list() -> None:
    text = "I uppdraget ingår att\r\n\r\n– delta\n\n- ta med <synpunkter>\n\nTack."
    assert portal.prose(text) == (
        "<p>I uppdraget ingår att</p>\n<ul><li>delta</li><li>ta med &lt;synpunkter&gt;</li></ul>\n<p>Tack.</p>"
    )


# Icons and the mark


def test_an_icon_is_hidden_unless_it_is_named() -> None:
    assert portal.icon("check") == (f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{ICONS["check"]}</svg>')
    assert portal.icon("check", "Klart & färdigt") == (
        f'<svg class="icon" viewBox="0 0 24 24" role="img" aria-label="Klart &amp; färdigt">{ICONS["check"]}</svg>'
    )


def test_the_mark_follows_the_tiles_of_the_partnership() -> None:
    tiles = [{"scb_code": "1", "column": 0, "row": 0}, {"scb_code": "2", "column": 2, "row": 1}]
    assert portal.logotype(tiles) == (
        '<svg class="logotype" viewBox="0 0 23 15" aria-hidden="true"><path d="M0 0h7v7h-7zM16 8h7v7h-7z"/></svg>'
    )
    assert portal.logotype().count("h7v7") == 15


# Forms


def test_every_kind_of_field_is_recognised() -> None:
    form = samples.SampleForm()
    assert {name: portal.field_kind(form[name]) for name in form.fields} == {
        "name": "text",
        "organisation": "select",
        "email": "text",
        "phone": "text",
        "starts_on": "date",
        "share": "number",
        "task": "textarea",
        "kind": "choices",
        "channels": "choices",
        "protocol": "file",
        "read": "checkbox",
    }


def test_what_is_said_beside_a_field_is_named_in_reading_order() -> None:
    form = samples.filled_with_faults()
    assert portal.described_by(form["task"]) == "id_task_helptext id_task_count id_task_error"
    assert portal.described_by(form["phone"]) == ""


def test_a_limited_text_area_is_counted_and_not_cut_off() -> None:
    html = render_to_string("components/field.html", {"field": samples.SampleForm()["task"]})
    area = next(attrs for tag, attrs in Page(html).tags if tag == "textarea")
    assert area == {
        "name": "task",
        "cols": "40",
        "rows": "4",
        "required": None,
        "aria-describedby": "id_task_helptext id_task_count",
        "data-limit": "200",
        "id": "id_task",
    }


def test_what_people_typed_is_escaped_in_field_and_summary() -> None:
    class Hostile(forms.Form):
        word = forms.ChoiceField(label="<b>Ord</b>", choices=[])

    form = Hostile({"word": "<script>"})
    html = render_to_string("components/error_summary.html", {"form": form})
    html += render_to_string("components/field.html", {"field": form["word"]})
    assert [tag for tag, _ in Page(html).tags if tag in {"b", "script"}] == []


def test_the_summary_names_field_row_and_whole_form() -> None:
    errors = list(portal.iter_errors(samples.filled_with_faults(), [samples.contacts_with_faults()]))
    assert [(error.message.split(":")[0], error.target) for error in errors] == [
        ("Uppdraget överlappar ett annat på samma plats.", ""),
        ("Namn", "id_name"),
        ("Organisation", "id_organisation"),
        ("E-postadress", "id_email"),
        ("Gäller från", "id_starts_on"),
        ("Del av heltid", "id_share"),
        ("Vad representanten ska göra", "id_task"),
        ("Omfattning", "id_kind_0"),
        ("Så når vi dig", "id_channels_0"),
        ("Jag har läst vad uppdraget innebär", "id_read"),
        ("Rad 2, E-postadress", "id_rad-1-email"),
    ]


def test_a_row_that_is_to_be_removed_has_no_errors() -> None:
    formset = forms.formset_factory(samples.SampleContactForm, can_delete=True)
    data = {
        "form-TOTAL_FORMS": "1",
        "form-INITIAL_FORMS": "0",
        "form-0-name": "",
        "form-0-email": "x",
        "form-0-DELETE": "on",
    }
    assert list(portal.iter_errors(formset(data))) == []


def test_without_errors_there_is_no_summary() -> None:
    assert render_to_string("components/error_summary.html", {"form": samples.SampleForm()}).strip() == ""


@pytest.mark.parametrize(
    ("values", "prefix"),
    [
        ({}, ""),
        ({"form": samples.SampleForm()}, ""),
        ({"form": samples.filled_with_faults()}, "Fel: "),
        ({"formset": samples.contacts_with_faults()}, "Fel: "),
        ({"forms": [samples.SampleForm(), samples.filled_with_faults()]}, "Fel: "),
    ],
)
def test_the_title_begins_with_fel_when_a_form_has_errors(values: dict[str, object], prefix: str) -> None:
    assert Template("{% load portal %}{% title_prefix %}").render(Context(values)) == prefix


# The page with all of them


def test_what_is_drawn_quickly_is_escaped_and_misses_nothing_in_silence() -> None:
    drawn = engines["jinja2"].from_string("{{ row.name }}")
    assert drawn.render({"row": SimpleNamespace(name="<b>Mora</b>")}) == "&lt;b&gt;Mora&lt;/b&gt;"
    with pytest.raises(AttributeError):
        drawn.render({"row": SimpleNamespace()})
    with pytest.raises(AttributeError):
        drawn.render({"row": {"name": "Mora"}})
    with pytest.raises(UndefinedError):
        drawn.render({})


def test_the_page_is_open_and_cannot_be_posted_to(client: Client, db: None) -> None:
    assert client.get(reverse("components")).status_code == 200
    assert client.post(reverse("components")).status_code == 405


def test_every_component_opens_with_its_arguments_and_is_shown(client: Client, db: None) -> None:
    shown = {template.name for template in client.get(reverse("components")).templates}
    assert [path.name for path in COMPONENTS if not path.read_text().startswith("{# ")] == []
    assert [path.name for path in COMPONENTS if f"components/{path.name}" not in shown] == []


def test_ids_are_unique_and_every_reference_leads_to_one(components_html: str) -> None:
    page = Page(components_html)
    ids = Counter(page.values("id"))
    assert [name for name, times in ids.items() if times > 1] == []
    named = [
        part for key in ("for", "aria-describedby", "aria-labelledby") for part in " ".join(page.values(key)).split()
    ]
    anchors = [href[1:] for href in page.values("href") if href.startswith("#")]
    assert [name for name in named + anchors if name not in ids] == []


def test_every_field_has_a_label(components_html: str) -> None:
    page = Page(components_html)
    labelled = set(page.values("for"))
    fields = [
        attrs for tag, attrs in page.tags if tag in {"input", "select", "textarea"} and attrs.get("type") != "hidden"
    ]
    assert [attrs for attrs in fields if attrs.get("id") not in labelled] == []


def test_nothing_is_styled_or_scripted_inside_the_page(components_html: str) -> None:
    page = Page(components_html)
    assert page.values("style") == []
    assert [attrs for tag, attrs in page.tags if tag == "style" or (tag == "script" and not attrs.get("src"))] == []
    assert [name for _, attrs in page.tags for name in attrs if name.startswith("on")] == []


def test_the_styles_ask_for_files_that_exist() -> None:
    files = re.findall(r'url\("([^"]+)"\)', CSS)
    assert [name for name in files if not (STATIC / "css" / name).is_file()] == []
    assert len(files) == 3


def test_a_page_weighs_less_than_a_hundred_kilobytes(components_html: str) -> None:
    from django.contrib.staticfiles import finders

    scripts = [Path(str(finders.find(name))).read_bytes() for name in ("django_htmx/htmx-2.min.js", "js/portal.js")]
    fonts = [path.read_bytes() for path in sorted((STATIC / "fonts").glob("*.woff2"))]
    compressed = [gzip.compress(part) for part in (components_html.encode(), CSS.encode(), *scripts)]
    assert sum(map(len, compressed + fonts)) < 100_000


# Colours


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def colours(scheme: str) -> dict[str, str]:
    light, dark = CSS.split("@media (prefers-color-scheme: dark)", 1)
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", light))
    return (
        found
        if scheme == "light"
        else found | dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", dark.split("@layer reset")[0]))
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_and_controls_can_be_seen(scheme: str) -> None:
    colour = colours(scheme)
    grounds = ("paper", "wash", "wash-strong")
    text = [(name, ground) for name in ("ink", "ink-soft", "link", "link-hover", "bad") for ground in grounds]
    tones = ("neutral", "waiting", "info", "good", "warning", "bad")
    text += [(tone, f"{tone}-wash") for tone in tones] + [
        (name, f"{tone}-wash") for name in ("ink", "link") for tone in tones
    ]
    text += [("on-action", "action"), ("on-action", "action-hover"), ("action", "info-wash"), ("identity", "paper")]
    controls = [(name, ground) for name in ("control", "focus", "action", "identity") for ground in grounds[:2]]
    assert [pair for pair in text if contrast(colour[pair[0]], colour[pair[1]]) < 4.5] == []
    assert [pair for pair in controls if contrast(colour[pair[0]], colour[pair[1]]) < 3] == []
