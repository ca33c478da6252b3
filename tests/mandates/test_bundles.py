"""The mandates of a forum in one file: who asks, what it holds, how the work goes, how long it is kept."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any
from unittest import mock
from zipfile import ZipFile

import pikepdf
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kvinnofrid.core import audit, jobs, pdf, results
from kvinnofrid.core.access import Refused
from kvinnofrid.core.models import Job, JobState
from mandates import tasks
from mandates.actions import bundles as actions
from mandates.models import Bundle, Mandate
from mandates.pdf import mandate_pdf
from mandates.queries import bundles as queries
from organisations.models import Membership
from tests.core.test_pdf import tags_of, text_of
from tests.factories import cast

pytestmark = pytest.mark.django_db

URL = "/uppdrag/samlingsfiler/"
TODAY = timezone.localdate()
PEOPLE_WITHOUT = [key for key in cast.PEOPLE if key != "coordinator"]


def asked(**changed: Any) -> dict[str, Any]:
    return {"forum": "lansgruppen", "day": str(TODAY), "content": "active", "format": "pdf", **changed}


def ask(world: cast.World, **changed: Any) -> Job:
    values = asked(**changed) | {"forum": world.forum}
    return actions.ask_for_bundle(by=world.person["coordinator"], **values)


def made(world: cast.World, **changed: Any) -> Bundle:
    ask(world, **changed)
    jobs.run_pending()
    return Bundle.objects.get()


def data_of(bundle: Bundle) -> bytes:
    data = results.read(bundle.pk, bundle.sha256)
    assert data is not None
    return data


@pytest.fixture
def mandates(world: cast.World) -> list[Mandate]:
    """Falun's, and one that covers four organisations, in the order that they are told."""
    shared = cast.attested(world, "mora_representative", cast.MORAS)
    return [cast.attested(world), shared]


@pytest.fixture(autouse=True)
def no_files_left() -> Iterator[None]:
    yield
    for path in settings.RESULTS_DIR.glob("*"):
        path.unlink()


# --- who and what -----------------------------------------------------------------------------------------------------


def test_only_the_coordinator_asks_and_fetches(world: cast.World, as_person: Any, mandates: list[Mandate]) -> None:
    bundle = made(world)
    for key in [*PEOPLE_WITHOUT, "anonymous"]:
        client = as_person(key)
        answers = [client.get(URL), client.post(URL, asked()), client.get(bundle.get_absolute_url())]
        expected = 302 if key in {"anonymous", "deactivated"} else 404
        assert (key, [answer.status_code for answer in answers]) == (key, [expected] * 3)
        if key != "anonymous":
            with pytest.raises(Refused):
                actions.ask_for_bundle(by=world.person[key], **asked() | {"forum": world.forum})
    assert Job.objects.filter(kind=queries.JOB_KIND).count() == 1
    assert as_person("coordinator").post(bundle.get_absolute_url()).status_code == 405


def test_asking_progress_and_fetching(as_person: Any, world: cast.World, mandates: list[Mandate]) -> None:
    client: Client = as_person("coordinator")
    answer = client.post(URL, asked())
    job = Job.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (303, job.get_absolute_url())
    assert "Väntar på sin tur" in client.get(job.get_absolute_url()).content.decode()
    waiting = client.get(URL).content.decode()
    assert (waiting.count(job.get_absolute_url()), waiting.count("Ingen samlingsfil är framtagen")) == (1, 1)
    seen = []
    report = jobs.JobRun.progress

    def progress(run: jobs.JobRun, done: int, total: int, message: str = "") -> None:
        report(run, done, total, message)
        seen.append((done, total))

    with mock.patch.object(jobs.JobRun, "progress", progress):
        assert jobs.run_pending() == 1
    job.refresh_from_db()
    assert (seen, job.state) == ([(0, 2), (1, 2), (2, 2)], JobState.DONE)
    assert f'href="{URL}"' in client.get(job.get_absolute_url()).content.decode()
    bundle = Bundle.objects.get()
    assert client.get(URL).content.decode().count(f'href="{bundle.get_absolute_url()}"') == 1
    answer = client.get(bundle.get_absolute_url())
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    name = f"Uppdrag%20i%20L%C3%A4nsgruppen%2C%20giltiga%20den%20dagen%2C%20{TODAY}.pdf"
    assert answer.headers["Content-Disposition"] == f"attachment; filename*=utf-8''{name}"
    assert answer.content == data_of(bundle)


def test_a_second_click_finds_the_first_ones_work(as_person: Any, world: cast.World, mandates: list[Mandate]) -> None:
    client = as_person("coordinator")
    places = [client.post(URL, asked()).headers["Location"] for _ in range(2)]
    assert (places[0] == places[1], Job.objects.count()) == (True, 1)
    assert client.post(URL, asked(format="zip")).headers["Location"] != places[0]
    assert client.post(URL, asked(content="submitted")).headers["Location"] != places[0]
    assert (jobs.run_pending(), Bundle.objects.count()) == (3, 3)
    assert client.post(URL, asked()).headers["Location"] != places[0]


REFUSED = [
    ({"forum": ""}, "Välj ett forum."),
    ({"forum": "styrgruppen"}, "Välj ett forum i listan."),
    ({"forum": "\x00"}, "Null-tecken är inte tillåtna."),
    ({"day": "i går"}, "Skriv datumet som ÅÅÅÅ-MM-DD, till exempel 2026-11-22."),
    ({"day": ""}, "Skriv ett datum."),
    ({"day": "2001-01-01"}, actions.NOTHING),
    ({"content": "drafts"}, "Välj ett giltigt alternativ. drafts finns inte bland tillgängliga alternativ."),
    ({"format": "exe"}, "Välj ett giltigt alternativ. exe finns inte bland tillgängliga alternativ."),
]


def test_what_cannot_be_asked_for(as_person: Any, mandates: list[Mandate]) -> None:
    client = as_person("coordinator")
    for changed, message in REFUSED:
        answer = client.post(URL, asked(**changed))
        errors = [text for texts in answer.context["form"].errors.values() for text in texts]
        assert (answer.status_code, errors) == (200, [message])
    assert Job.objects.count() == 0


# --- what it holds ----------------------------------------------------------------------------------------------------


def test_the_pdf_is_tagged_titled_labelled_and_bookmarked(world: cast.World, mandates: list[Mandate]) -> None:
    data = data_of(made(world))
    single = [mandate_pdf(mandate, viewer=world.person["coordinator"]).pdf for mandate in mandates]
    titles = ["Falu kommun – Rut Representant"]
    titles += ["Malung-Sälens kommun, Mora kommun, Orsa kommun, Älvdalens kommun – Maj Morasson"]
    with pikepdf.open(BytesIO(data)) as opened, pikepdf.open(BytesIO(single[0])) as first:
        root = opened.Root
        assert (root.MarkInfo.Marked, root.ViewerPreferences.DisplayDocTitle, str(root.Lang)) == (True, True, "sv")
        title = f"Uppdrag i Länsgruppen. Giltiga den dagen, {TODAY}"
        assert str(opened.docinfo.Title) == title
        with opened.open_metadata() as metadata:
            assert (metadata["dc:title"], metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == (title, "3", "A")
        pages = len(first.pages)
        places = {page.obj.objgen: number for number, page in enumerate(opened.pages)}
        with opened.open_outline() as outline:
            found = [(item.title, places[item.destination[0].objgen]) for item in outline.root]
        assert found == list(zip(["Innehåll", *titles], [0, 1, 1 + pages], strict=True))
        assert [page.label for page in opened.pages][:3] == ["i", "1", "2"]
        links = [note for note in opened.pages[0].Annots if note.Subtype == "/Link"]
        jumps = {str(link.Contents): places[link.Dest[0].objgen] for link in links}  # one for each line of a long name
        assert jumps == dict(zip(titles, [1, 1 + pages], strict=True))
        assert "/A" not in links[0]
    expected = tags_of(single[0])[1:]
    tags = tags_of(data)
    assert tags[:2] == ["Document", "Part"]
    assert tags.count("Part") == 3
    second = tags.index("Part", 2)
    assert tags[second + 1 : second + 1 + len(expected)] == expected
    for document in single:
        assert text_of(document) in text_of(data)


def test_every_mark_on_a_page_has_its_element(world: cast.World, mandates: list[Mandate]) -> None:
    """The way from a page's number through the number tree to elements of that very page."""
    with pikepdf.open(BytesIO(data_of(made(world)))) as opened:
        numbers = opened.Root.StructTreeRoot.ParentTree.Nums
        by_number = {int(key): value for key, value in zip(list(numbers)[::2], list(numbers)[1::2], strict=True)}
        assert sorted(by_number) == list(range(len(by_number)))
        for page in opened.pages:
            elements = by_number[int(page.obj.StructParents)]
            assert {element.Pg.objgen for element in elements} == {page.obj.objgen}
            for note in page.obj.get("/Annots", ()):
                assert by_number[int(note.StructParent)].S == "/Link"
        names = [str(row.ID) for row in opened.objects if isinstance(row, pikepdf.Dictionary) and "/ID" in row]
        assert len(names) == len(set(names))
        headers = {
            str(name)
            for row in opened.objects
            if isinstance(row, pikepdf.Dictionary) and "/A" in row and "/Headers" in row.A
            for name in row.A.Headers
        }
        assert headers <= set(names)


def test_the_zip_holds_the_single_pdfs_and_a_list(world: cast.World, mandates: list[Mandate]) -> None:
    bundle = made(world, format="zip")
    falun, shared = mandates
    with ZipFile(BytesIO(data_of(bundle))) as packed:
        names = packed.namelist()
        assert names == [
            f"001 Falu kommun – Rut Representant {falun.reference}.pdf",
            f"002 Malung-Sälens kommun, Mora kommun, Orsa kommun, Älvdalens kommun – Maj Morasson {shared.reference}.pdf",
            "Innehåll.csv",
        ]
        for name, mandate in zip(names, mandates, strict=False):
            assert packed.read(name) == mandate_pdf(mandate, viewer=world.person["coordinator"]).pdf
        listed = packed.read("Innehåll.csv").decode("utf-8-sig")
    rows = list(csv.reader(StringIO(listed), delimiter=";"))
    assert rows == [
        ["Nummer", "Organisation", "Representant", "Referens", "Läge", "Fil"],
        ["1", "Falu kommun", "Rut Representant", falun.reference, "Attesterat", names[0]],
        ["2", "Malung-Sälens kommun, Mora kommun, Orsa kommun, Älvdalens kommun", "Maj Morasson", shared.reference,
         "Attesterat", names[1]],
    ]  # fmt: skip


def test_active_and_submitted_on_a_day(world: cast.World) -> None:
    attested, waiting = cast.attested(world), cast.submitted(world, "mora_representative", ("mora",))
    cast.draft(world, "sater_representative", ("sater",))

    def found(content: str, days: int) -> list[Mandate]:
        return queries.bundled_in_order(world.forum, TODAY + timedelta(days=days), content)

    assert [found("active", 0), found("active", -30), found("active", -31)] == [[attested], [attested], []]
    assert [found("submitted", 0), found("submitted", -1)] == [[attested, waiting], []]


def test_the_order_is_swedish(world: cast.World) -> None:
    world.person["sater_representative"].title = "Ö"
    last = cast.attested(world, "mora_representative", ("alvdalen",))
    first = cast.attested(world)
    assert queries.bundled_in_order(world.forum, TODAY, "active") == [first, last]
    middle = cast.attested(world, "mora_representative", ("orsa",))
    assert queries.bundled_in_order(world.forum, TODAY, "active") == [first, middle, last]


# --- how the work goes ------------------------------------------------------------------------------------------------


def test_cancelled_on_the_way(as_person: Any, world: cast.World, mandates: list[Mandate]) -> None:
    job = ask(world)
    client = as_person("coordinator")
    report = jobs.JobRun.progress

    def progress(run: jobs.JobRun, done: int, total: int, message: str = "") -> None:
        if done == 1:
            assert client.post(f"{job.get_absolute_url()}avbryt/").status_code == 303
        report(run, done, total, message)

    with mock.patch.object(jobs.JobRun, "progress", progress):
        jobs.run_pending()
    job.refresh_from_db()
    assert (job.state, job.done, Bundle.objects.count()) == (JobState.CANCELLED, 1, 0)
    assert list(settings.RESULTS_DIR.glob("*")) == []


def test_too_heavy_a_form_is_named_and_tried_again(as_person: Any, world: cast.World, mandates: list[Mandate]) -> None:
    job = ask(world)
    heavy = mock.patch.object(tasks, "mandate_html", return_value="<p>" + "ord " * 300_000)
    with heavy, mock.patch.object(pdf.draw_row, "__kwdefaults__", {"at_once": 1, "limits": pdf.Limits(cpu=1, wall=10)}):
        assert jobs.run_pending() == 1
    job.refresh_from_db()
    reference = mandates[0].reference
    assert (job.state, job.message) == (
        JobState.FAILED,
        f"Det gick inte med uppdraget {reference}. {pdf.PdfTooHeavy.message}",
    )
    client = as_person("coordinator")
    assert client.post(f"{job.get_absolute_url()}igen/").status_code == 303
    jobs.run_pending()
    assert (Job.objects.filter(state=JobState.DONE).count(), Bundle.objects.count()) == (1, 1)


def test_done_twice_it_is_one_file(world: cast.World, mandates: list[Mandate]) -> None:
    """A worker may be killed between the file and the note that it is done; a file that is lost is made again."""
    job = ask(world)
    jobs.run_pending()
    first = Bundle.objects.get()
    for is_lost in (False, True):
        if is_lost:
            results.remove(first.pk)
        again = {"state": JobState.QUEUED, "started_at": None, "heartbeat_at": None, "finished_at": None}
        Job.objects.filter(pk=job.pk).update(**again)
        jobs.run_pending()
        kept = Bundle.objects.get()
        assert (kept.made_at != first.made_at, results.read(kept.pk, kept.sha256) is None) == (is_lost, False)
    assert len(list(settings.RESULTS_DIR.glob("*"))) == 1


def test_no_room_for_it_is_told(world: cast.World, mandates: list[Mandate]) -> None:
    job = ask(world)
    full = OSError(28, "No space left on device")
    with mock.patch("kvinnofrid.core.files.os.open", side_effect=full):
        jobs.run_pending()
    job.refresh_from_db()
    assert (job.state, job.message.partition(",")[0]) == (JobState.FAILED, "Portalens disk är full")
    assert Bundle.objects.count() == 0


def leave_the_role(world: cast.World) -> None:
    [role] = Membership.objects.filter(user=world.person["coordinator"])
    role.ends_on = TODAY - timedelta(days=1)
    audit.save(role, by=None, verb="ended", reason="Prov")


def test_whoever_has_left_the_role_gets_nothing(as_person: Any, world: cast.World, mandates: list[Mandate]) -> None:
    bundle = made(world)
    waiting = ask(world)
    client = as_person("coordinator")
    assert client.get(bundle.get_absolute_url()).status_code == 200
    leave_the_role(world)
    jobs.run_pending()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.message) == (JobState.FAILED, tasks.NOT_ALLOWED)
    pages = [bundle.get_absolute_url(), URL, waiting.get_absolute_url(), f"{URL}6f1e1f60-0000-4000-8000-000000000000/"]
    assert [client.get(page).status_code for page in pages] == [404] * 4
    assert Bundle.objects.count() == 1


# --- how long it is kept ----------------------------------------------------------------------------------------------


def test_it_is_removed_when_its_time_is_out(as_person: Any, world: cast.World, mandates: list[Mandate]) -> None:
    bundle = made(world)
    client = as_person("coordinator")
    assert bundle.kept_until - bundle.made_at == timedelta(days=7)
    assert (actions.remove_expired_bundles(), client.get(bundle.get_absolute_url()).status_code) == (0, 200)
    Bundle.objects.filter(pk=bundle.pk).update(made_at=bundle.made_at - timedelta(days=8), kept_until=timezone.now())
    answer = client.get(bundle.get_absolute_url(), follow=True)
    assert (answer.redirect_chain, list(map(str, answer.context["messages"]))) == (
        [(URL, 302)],
        ["Samlingsfilen är borttagen. Ta fram en ny."],
    )
    jobs._handlers["mandate_bundles_expired"].work(mock.Mock())
    assert (actions.remove_expired_bundles(), "mandate_bundles_expired" in jobs._daily) == (0, True)
    assert list(settings.RESULTS_DIR.glob("*")) == []
    page = client.get(URL).content.decode()
    assert (page.count(bundle.get_absolute_url()), page.count('<span class="muted">Borttagen</span>')) == (0, 1)


def test_a_file_that_is_gone_or_changed_is_not_given(
    as_person: Any, world: cast.World, mandates: list[Mandate]
) -> None:
    bundle = made(world)
    path = results.path_of(bundle.pk)
    path.write_bytes(path.read_bytes()[:-1])
    client = as_person("coordinator")
    assert client.get(bundle.get_absolute_url()).status_code == 302
    path.unlink()
    assert client.get(bundle.get_absolute_url()).status_code == 302


def test_what_is_being_made_is_told_apart(world: cast.World, as_person: Any) -> None:
    cast.attested(world)
    for values in ({}, {"format": "zip", "content": "submitted", "day": TODAY}):
        ask(world, **values)
    client = as_person("coordinator")
    making = client.get(URL).context["page"].jobs
    told = [(str(bundle), bundle.format, bundle.get_content_display()) for _job, bundle in making]
    name = f"{world.forum} {TODAY}"
    assert sorted(told) == [
        (name, "pdf", "Giltiga den dagen"),
        (name, "zip", "Alla inskickade till och med dagen"),
    ]
    text = client.get(URL).content.decode()
    assert ("PDF, Giltiga den dagen" in text, "ZIP, Alla inskickade" in text) == (True, True)


def test_a_form_more_costs_few_queries(world: cast.World) -> None:
    """Hundreds of forms are read one by one while others are drawn."""
    numbers = []
    for person, slug in (("representative", "falun"), ("mora_representative", "mora")):
        cast.attested(world, person, (slug,))
        ask(world, format="zip")
        with CaptureQueriesContext(connection) as captured:
            jobs.run_pending()
        numbers.append(len(captured))
    assert numbers[1] - numbers[0] <= 16
