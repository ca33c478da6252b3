"""Hostile and huge texts where people can write them: a clear message in the web and in a job, and the next one works."""

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone

from agreements.actions import sending
from agreements.models import AgreementVersion
from kvinnofrid.core import jobs, pdf
from kvinnofrid.core.models import Job, JobState
from kvinnofrid.core.richtext import MAX_LENGTH
from mandates import actions
from mandates.actions.bundles import ask_for_bundle
from mandates.pdf import mandate_document, mandate_html
from tests.core.test_pdf import HEAD, HEAVY, LIMITS, first_line, text_of
from tests.factories import agreements, cast
from tests.mandates.test_pdf import Rows

HOSTILE = [
    "<table><tr><td colspan=1000000>x</table>",
    '<div style="display: flex">' * 4,
    "</title><script>alert(1)</script>",
    "{% include 'x' %}{{ 1|add:1 }}",
    'x" onload="x',
]
ROWS = "<table>" + "<tr><td>x</td></tr>" * 4_500 + "</table>"
CELLS = "<table>" + '<tr><td colspan="20" rowspan="100">x</td></tr>' * 2_000 + "</table>"
UNBROKEN = "x" * (MAX_LENGTH - 100)
LISTS = "<ul><li>" * 12 + "x" + "</li></ul>" * 12


# --- many documents in a row ------------------------------------------------------------------------------------------


def pages(number: int) -> list[str]:
    return [f"{HEAD}<h1>Nummer {place}</h1>" for place in range(number)]


@pytest.mark.parametrize("at_once", [1, 2])
def test_a_row_is_drawn_in_order_and_the_same_as_one_by_one(at_once: int) -> None:
    row = list(pdf.draw_row(iter(pages(7)), at_once=at_once))
    assert [first_line(document) for document in row] == [f"Nummer {place}" for place in range(7)]
    assert row[3] == pdf.draw(pages(7)[3])


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One for each fork that is taken; each draws two documents."""
    monkeypatch.setattr(pdf, "DRAWN_BY_ONE", 2)
    pdf._process().stop()
    taken: list[int] = []
    line = pdf._Process.line
    monkeypatch.setattr(pdf._Process, "line", lambda process, limits: taken.append(1) or line(process, limits))
    return taken


def test_one_fork_draws_so_many_and_no_more(lines: list[int]) -> None:
    assert len(list(pdf.draw_row(pages(5)))) == 5
    assert len(lines) == 3


def test_documents_one_by_one_share_forks_too(lines: list[int]) -> None:
    assert [first_line(pdf.draw(page)) for page in pages(5)] == [f"Nummer {place}" for place in range(5)]
    assert len(lines) == 3
    pdf.draw(HEAD, LIMITS)
    assert len(lines) == 4


def test_nobody_gets_the_answer_to_an_order_that_was_broken_off() -> None:
    with mock.patch.object(pdf.wire, "receive", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        pdf.draw(HEAD + "<p>Någon annans")
    assert first_line(pdf.draw(HEAD + "<p>Nästa")) == "Nästa"


@pytest.mark.parametrize("at_once", [1, 2])
def test_a_heavy_one_ends_the_row_where_it_stands(at_once: int) -> None:
    row = pdf.draw_row([*pages(2), HEAD + HEAVY["a very long text"], *pages(2)], at_once=at_once, limits=LIMITS)
    assert [first_line(next(row)) for _ in range(2)] == ["Nummer 0", "Nummer 1"]
    with pytest.raises(pdf.PdfTooHeavy):
        next(row)
    assert list(row) == []
    assert first_line(pdf.draw(HEAD + "<p>Nästa")) == "Nästa"


def test_each_document_of_a_row_has_the_whole_limit() -> None:
    """Together they use more than one may."""
    text = HEAD + "<p>" + "ord " * 4_000
    assert len(list(pdf.draw_row([text] * 12, limits=pdf.Limits(cpu=2, wall=10)))) == 12


def test_a_row_that_is_left_leaves_nothing_running() -> None:
    row = pdf.draw_row(pages(20), at_once=2)
    next(row)
    row.close()
    assert first_line(pdf.draw(HEAD + "<p>Nästa")) == "Nästa"


def test_a_row_goes_on_when_the_drawing_process_is_lost() -> None:
    row = pdf.draw_row(pages(9))
    first = next(row)
    process = pdf._process().popen
    process.kill()
    process.wait()
    assert [first_line(document) for document in (first, *row)] == [f"Nummer {place}" for place in range(9)]


# --- what people can write --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_markup_in_a_mandate_is_text(world: cast.World, as_person: Any) -> None:
    mandate = cast.draft(world)
    by = world.person["representative"]
    values = {"name": HOSTILE[0], "title": HOSTILE[1], "email": by.email, "phone": by.phone, "private_phone": ""}
    actions.save_person(mandate=mandate, values=values, by=by)
    line = mandate.lines.get()
    contacts = [{"name": text, "role": text, "email": "", "phone": ""} for text in HOSTILE]
    facts = {name: getattr(line, name) for name in ("kind", "share_percent", "commissioner", "starts_on", "ends_on")}
    actions.save_line(line=line, values={**facts, "case_number": HOSTILE[2]}, contacts=contacts, by=by)
    response = as_person("representative").get(f"/uppdrag/{mandate.pk}/pdf/")
    assert response.status_code == 200
    words = "".join(text_of(response.content).split())
    assert [words.count("".join(text.split())) >= 1 for text in HOSTILE] == [True] * 5
    mandate.refresh_from_db()
    rows = Rows(mandate_html(mandate_document(mandate, viewer=by))).rows
    assert [row for row in rows if row[0] in {"Namn", "Befattning", "Diarienummer"}] == [
        ["Namn", HOSTILE[0]],
        ["Befattning", HOSTILE[1]],
        ["Diarienummer", HOSTILE[2]],
    ]
    assert rows[-5:] == [[text, text, "", ""] for text in HOSTILE]


@pytest.fixture
def quick_limits() -> Iterator[None]:
    """The same limits, reached sooner."""
    with mock.patch.dict(pdf.render.__kwdefaults__, limits=LIMITS):
        yield


def version_with(world: cast.World, body: str, times: int = 1) -> AgreementVersion:
    made = agreements.with_parties(world)
    sections = [(f"Avsnitt {number}", "other", body) for number in range(1, times + 1)]
    return agreements.published_version(world, made, sections=sections)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "times"), [(ROWS, 2), (CELLS, 1), (UNBROKEN, 2)], ids=["many rows", "wide cells", "no spaces"]
)
def test_a_huge_agreement_is_refused_in_words(
    world: cast.World, as_person: Any, quick_limits: None, body: str, times: int
) -> None:
    version = version_with(world, body, times)
    client = as_person("outsider")
    response = client.get(f"{version.get_absolute_url()}pdf/")
    assert response.status_code == 503
    assert response.content.decode().count(pdf.PdfTooHeavy.message) == 1
    assert first_line(pdf.draw(HEAD + "<p>Nästa")) == "Nästa"


@pytest.mark.django_db
def test_lists_in_each_other_are_drawn(world: cast.World, as_person: Any) -> None:
    version = version_with(world, LISTS)
    assert as_person("outsider").get(f"{version.get_absolute_url()}pdf/").status_code == 200


@pytest.mark.django_db
def test_in_a_job_the_message_is_the_jobs_and_the_worker_goes_on(
    world: cast.World, as_person: Any, quick_limits: None
) -> None:
    version = version_with(world, CELLS)
    cast.attested(world)
    dispatch = agreements.dispatched(world, version.agreement, is_prepared=False)
    by = world.person["coordinator"]
    sending.resume(dispatch=dispatch, by=by)
    ask_for_bundle(forum=world.forum, day=timezone.localdate(), content="active", format="zip", by=by)
    assert jobs.run_pending() == 2
    heavy, bundle = Job.objects.order_by("created_at")
    assert (heavy.state, heavy.message, bundle.state) == (JobState.FAILED, pdf.PdfTooHeavy.message, JobState.DONE)
    page = as_person("coordinator").get(heavy.get_absolute_url()).content.decode()
    assert page.count(pdf.PdfTooHeavy.message) == 1
