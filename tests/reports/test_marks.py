"""The mark of a demonstration stands on the pages of every PDF, beside the document's own, and every Word file."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from django.conf import settings
from django.utils import timezone

from agreements.actions.texts import discard
from agreements.pdf import sending, texts
from mandates import pdf
from reports.pdf import roster_pdf
from reports.queries.seats import roster
from tests.factories import agreements as made_of
from tests.factories import cast
from tests.factories.cast import World

TEMPLATES = Path(settings.BASE_DIR) / "templates" / "pdf"
OWN_MARK = re.compile(r"{% block mark %}(.*?){% endblock %}")


def _discarded(world: World) -> str:
    version = made_of.draft(world, made_of.agreement(world))
    discard(version=version, reason="Prov", by=world.person["coordinator"])
    version.refresh_from_db()
    return texts.version_pdf(version).html


DRAWN: dict[str, tuple[Callable[[World], str], str]] = {
    "an attested mandate": (
        lambda world: pdf.mandate_pdf(cast.attested(world), viewer=world.person["coordinator"]).html,
        "",
    ),
    "a draft of a mandate": (
        lambda world: pdf.mandate_pdf(cast.draft(world), viewer=world.person["representative"]).html,
        "UTKAST",
    ),
    "the empty form": (lambda world: pdf.blank_form_pdf(world.edition).html, ""),
    "an agreement": (lambda world: texts.version_pdf(made_of.published(world).versions.get()).html, ""),
    "a discarded draft": (_discarded, "KASSERAD"),
    "a roster": (
        lambda world: roster_pdf(roster(world.forum, timezone.localdate(), world.person["coordinator"])).html,
        "",
    ),
}


@pytest.mark.parametrize("kind", DRAWN)
def test_in_a_demonstration(world: World, kind: str) -> None:
    draw, own = DRAWN[kind]
    cast.demonstrate()
    marked = "\n".join(filter(None, [own, "DEMONSTRATION"]))
    assert f'data-mark="{marked}"' in draw(world)


@pytest.mark.parametrize("kind", DRAWN)
def test_in_a_real_portal(world: World, kind: str) -> None:
    draw, own = DRAWN[kind]
    assert f'data-mark="{own}"' in draw(world)


def _word_agreement(world: World) -> bytes:
    return texts.version_docx(made_of.published(world).versions.get())


def _word_proposal(world: World) -> bytes:
    dispatch = made_of.dispatched(world, made_of.published(world), ["falun"])
    return sending.package(made_of.item_of(dispatch, "falun"), b"").proposal_docx


@pytest.mark.parametrize("write", [_word_agreement, _word_proposal])
@pytest.mark.parametrize("is_demonstration", [True, False])
def test_a_word_file(world: World, write: Callable[[World], bytes], is_demonstration: bool) -> None:
    if is_demonstration:
        cast.demonstrate()
    [section] = docx.Document(io.BytesIO(write(world))).sections
    assert ("DEMONSTRATION" in [paragraph.text for paragraph in section.header.paragraphs]) is is_demonstration


def test_no_template_puts_its_own_mark_in_the_place_of_it() -> None:
    """A made-up extract of minutes says in its own mark that it is made up."""
    marks = {path.name: OWN_MARK.findall(path.read_text(encoding="utf-8")) for path in TEMPLATES.glob("*.html")}
    assert {name: found for name, found in marks.items() if found} == {
        "base.html": ["{% mark %}"],
        "agreement_version.html": ["{% mark document.mark %}"],
        "mandate.html": ["{% mark document.mark %}"],
        "demonstration_extract.html": ["PÅHITTAT"],
    }
