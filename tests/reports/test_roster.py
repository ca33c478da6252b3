"""A forum's roster on paper and in a spreadsheet: who sits where on a day, what is vacant, and what is kept back."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.utils import timezone
from django.utils.formats import date_format

from kvinnofrid.core import audit
from mandates import actions
from organisations.models import Forum
from reports.pdf import roster_pdf
from reports.queries.roster import Row, counts, seat_rows
from reports.queries.seats import roster
from tests.core.test_pdf import tags_of, text_of
from tests.factories import cast
from tests.reports.test_board_files import xlsx_cells

PDF, XLSX = (f"/forum/lansgruppen/deltagare/{kind}/" for kind in ("pdf", "xlsx"))
TODAY = timezone.localdate()


def found(world: cast.World, reader: str = "outsider", days: int = 0, forum: Any = None) -> Any:
    return roster(forum or world.forum, TODAY + timedelta(days=days), world.person[reader])


def rows_of(*args: Any, **kwargs: Any) -> dict[str, list[Row]]:
    return {seat.organisation: seat.rows for seat in seat_rows(found(*args, **kwargs))}


def cells(html: str) -> list[list[str]]:
    """The text of each cell, row by row."""
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    return [
        [re.sub(r"<.*?>", "", cell).strip() for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row)] for row in rows
    ]


def plain(document: bytes) -> str:
    return " ".join(text_of(document).split())


def words(days: int) -> str:
    return date_format(TODAY + timedelta(days=days), "j F Y").replace(" ", "\N{NO-BREAK SPACE}")


def with_deputy(world: cast.World) -> None:
    """Falun has Rut as ordinary representative, and Sara of Säter as Falun's deputy until next week."""
    cast.attested(world)
    deputy = cast.draft(world, "mora_representative", ("mora",))
    line = deputy.lines.get()
    cast.fill(world, line, kind="deputy", ends_on=TODAY + timedelta(days=7))
    by = world.person["mora_representative"]
    actions.submit(mandate=deputy, by=by)
    deputy.refresh_from_db()
    actions.attest(line=deputy.lines.get(), version=deputy.version, by=world.person["mora_commissioner"])


# --- what it says -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_seat_its_holder_deputy_or_vacancy(world: cast.World) -> None:
    with_deputy(world)
    rows = rows_of(world)
    starts_on = TODAY - timedelta(days=30)
    assert list(rows) == [
        "Falu kommun", "Länsstyrelsen Dalarna", "Malung-Sälens kommun", "Mora kommun", "Orsa kommun", "Polisen",
        "Säters kommun", "Älvdalens kommun",
    ]  # fmt: skip
    assert rows["Falu kommun"] == [
        Row("Falu kommun", "", "Rut Representant", "Ordinarie", "Handläggare", "representative@cast.example",
            "010-123 45 67", starts_on, None),
    ]  # fmt: skip
    assert rows["Mora kommun"] == [
        Row("Mora kommun", "", "Vakant (N.N.)", "Vakant"),
        Row("Mora kommun", "", "Maj Morasson", "Ersättare", "Handläggare", "mora-representative@cast.example",
            "010-123 45 67", starts_on, TODAY + timedelta(days=7)),
    ]  # fmt: skip
    assert [row.name for name in ("Polisen", "Säters kommun") for row in rows[name]] == ["Vakant (N.N.)"] * 2
    assert counts(found(world)) == "1 av 8 platser har en representant. 1 har en ersättare. 7 är vakanta."


@pytest.mark.django_db
def test_any_day(world: cast.World) -> None:
    cast.attested(world)
    assert counts(found(world, days=-31)) == "0 av 8 platser har en representant. 8 är vakanta."
    assert counts(found(world, days=-30)) == "1 av 8 platser har en representant. 7 är vakanta."


@pytest.mark.django_db
def test_seats_by_office(world: cast.World) -> None:
    [seat] = seat_rows(found(world, forum=world.steering_group))
    [row] = seat.rows
    assert (seat.function, row.name, row.kind, row.ends_on) == (
        "Förvaltningschef",
        "Stina Styrgrupp",
        "Innehavare",
        None,
    )


@pytest.mark.django_db
def test_pdf_says_the_same_and_is_tagged(world: cast.World) -> None:
    with_deputy(world)
    document = roster_pdf(found(world))
    rows = {row[0]: row[1:] for row in cells(document.html)}
    assert rows["Organisation"] == ["Representant", "Kontakt"]
    assert rows["Falu kommun"] == ["Rut RepresentantHandläggare", "representative@cast.example010-123 45 67"]
    assert rows["Mora kommun"][0] == f"Vakant (N.N.)Maj Morasson (ersättare)Handläggaretill och med {words(7)}"
    assert rows["Polisen"] == ["Vakant (N.N.)", ""]
    with pikepdf.open(BytesIO(document.pdf)) as opened:
        assert (str(opened.docinfo.Title), str(opened.Root.Lang)) == (f"Deltagare i Länsgruppen den {TODAY}", "sv")
    assert {"H1", "Table", "TH", "TD"} <= set(tags_of(document.pdf))
    assert "7 är vakanta." in plain(document.pdf)


@pytest.mark.django_db
def test_xlsx_has_a_row_for_each(world: cast.World, as_person: Any) -> None:
    with_deputy(world)
    response = as_person("outsider").get(XLSX)
    assert response.headers["Content-Disposition"] == f'attachment; filename="lansgruppen-deltagare-{TODAY}.xlsx"'
    cells = xlsx_cells(response.content)
    headings = ["Organisation", "Plats", "Namn", "Som", "Befattning", "E-post", "Telefon", "Från och med"]
    assert cells[:9] == [*headings, "Till och med"]
    assert (cells.count("Vakant (N.N.)"), cells.count("Rut Representant"), cells.count("Ersättare")) == (7, 1, 1)
    assert f"Forumets platser den {TODAY}." in cells


@pytest.mark.django_db
def test_an_empty_forum(world: cast.World, as_person: Any) -> None:
    earlier = f"{PDF}?datum=2001-01-01"
    audit.save(Forum(slug="tomt", name="Tomt", kind="working_group", seats_held_by="mandate"), by=None, verb="imported")
    assert as_person("outsider").get(earlier).status_code == 200
    document = roster_pdf(found(world, forum=Forum.objects.get(slug="tomt")))
    assert "Ingen organisation har en plats i forumet den dagen." in plain(document.pdf)
    assert as_person("outsider").get("/forum/tomt/deltagare/xlsx/").status_code == 200


# --- what is kept back, and from whom ---------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("reader", ["outsider", "coordinator", "reader"])
def test_private_phones_and_contacts_never_stand_in_it(world: cast.World, as_person: Any, reader: str) -> None:
    cast.attested(world)
    document = roster_pdf(found(world, reader))
    cells = " ".join(xlsx_cells(as_person(reader).get(XLSX).content))
    for text in (document.html, cells):
        assert [text.count(secret) for secret in ("070-111 22 33", cast.canary("falun"))] == [0, 0]


@pytest.mark.django_db
@pytest.mark.parametrize(("reader", "name"), [("outsider", "Representant, Falun"), ("reader", "Rut Representant")])
def test_protected_identity(world: cast.World, as_person: Any, reader: str, name: str) -> None:
    cast.attested(world)
    person = world.person["representative"]
    person.has_protected_identity = True
    audit.save(person, by=None, verb="imported")
    texts = [roster_pdf(found(world, reader)).html, " ".join(xlsx_cells(as_person(reader).get(XLSX).content))]
    is_inside = reader == "reader"
    assert [text.count(name) for text in texts] == [1, 1]
    assert [text.count("Rut") for text in texts] == [1 if is_inside else 0] * 2
    assert [text.count("funktion@falun.example") for text in texts] == [0 if is_inside else 1] * 2
    assert [text.count("representative@cast.example") for text in texts] == [1 if is_inside else 0] * 2


@pytest.mark.django_db
@pytest.mark.parametrize("url", [PDF, XLSX])
def test_open_to_those_who_see_the_forum(world: cast.World, as_person: Any, url: str) -> None:
    answers = {
        key: as_person(key).get(url).status_code for key in ("outsider", "chair", "nobody", "ended", "anonymous")
    }
    assert answers == {"outsider": 200, "chair": 200, "nobody": 404, "ended": 404, "anonymous": 302}
    assert as_person("outsider").post(url).status_code == 405
    assert as_person("outsider").get(url.replace("lansgruppen", "okant")).status_code == 404
    assert as_person("outsider").get(f"{url}?datum=%00").status_code == 200


@pytest.mark.django_db
def test_the_forums_page_leads_to_it_on_its_day(world: cast.World, as_person: Any) -> None:
    page = as_person("outsider").get("/forum/lansgruppen/?datum=2024-06-18").content.decode()
    assert [page.count(f'href="{url}?datum=2024-06-18"') for url in (PDF, XLSX)] == [1, 1]
