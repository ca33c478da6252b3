"""How the forums hang together: the list, the picture that says the same, any day, both structures of the 2020 paper."""

import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kvinnofrid.core import audit
from kvinnofrid.core.drawing_structure import BOX, Arrow, Box, structure_drawing
from organisations.enums import RelationKind
from organisations.models import Relation
from reports.partnership_file import import_file
from reports.queries.structure import structure
from tests.factories import cast

URL = "/forum/struktur/"
TODAY = timezone.localdate()
FOLDER = Path(__file__).parent / "structures"


def sentences(day: date = TODAY) -> list[str]:
    return [f"{tie.start.name} {tie.verb} {tie.goal.name}" for tie in structure(day).ties]


def relate(world: cast.World, kind: str = "assigns", **values: Any) -> Relation:
    row = Relation(kind=kind, **values or {"from_forum": world.steering_group, "to_forum": world.forum})
    audit.save(row, by=None, verb="imported")
    return row


def picture(page: str) -> ElementTree.Element:
    [svg] = re.findall(r'<svg class="structure__picture".*?</svg>', page, re.DOTALL)
    return ElementTree.fromstring(svg)  # noqa: S314  our own page


def listed(page: str) -> list[str]:
    part = page.partition('class="structure__list"')[2].partition("</ul>")[0]
    items = re.findall(r"<li>(.*?)</li>", part)
    return [re.sub(r"<.*?>", "", item).partition(":")[0] for item in items]


# --- what holds on a day ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_convener_and_report_stand_on_the_forum(world: cast.World) -> None:
    world.forum.reports_to = world.steering_group
    audit.save(world.forum, by=None, verb="imported")
    assert sentences() == ["Länsgruppen rapporterar till Styrgruppen", "Länsstyrelsen sammankallar Länsgruppen"]


@pytest.mark.django_db
def test_relations_hold_on_their_days(world: cast.World) -> None:
    relate(
        world,
        from_forum=world.steering_group,
        to_forum=world.forum,
        starts_on=TODAY - timedelta(days=10),
        ends_on=TODAY - timedelta(days=1),
    )
    relate(world, "dialogue", from_organisation=world.org["falun"], to_forum=world.forum, starts_on=TODAY)
    days = [-11, -10, -1, 0]
    found = [[s for s in sentences(TODAY + timedelta(days=day)) if "Länsstyrelsen" not in s] for day in days]
    assigns, talks = "Styrgruppen ger uppdrag till Länsgruppen", "Falun för dialog med Länsgruppen"
    assert found == [[], [assigns], [assigns], [talks]]


@pytest.mark.django_db
def test_what_has_ended_takes_its_ties_along(world: cast.World) -> None:
    relate(world)
    world.steering_group.ends_on = TODAY - timedelta(days=1)
    audit.save(world.steering_group, by=None, verb="imported")
    board = world.org["lansstyrelsen"]
    board.active_to = TODAY - timedelta(days=1)
    audit.save(board, by=None, verb="imported")
    assert (sentences(), [part.name for part in structure(TODAY).alone]) == ([], ["Länsgruppen"])
    assert len(sentences(TODAY - timedelta(days=1))) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"from_forum": "forum"},
        {"from_forum": "forum", "to_forum": "forum"},
        {"from_organisation": "falun", "to_organisation": "falun"},
        {"from_forum": "forum", "from_organisation": "falun", "to_forum": "steering_group"},
        {"from_forum": "forum", "to_forum": "steering_group", "to_organisation": "falun"},
    ],
)
def test_a_relation_goes_from_one_to_another(world: cast.World, values: dict[str, str]) -> None:
    rows = {name: world.org.get(value) or getattr(world, value) for name, value in values.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Relation.objects.model(kind=RelationKind.ASSIGNS, **rows).save_base(raw=True)


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow(world: cast.World) -> None:
    relate(world)
    with CaptureQueriesContext(connection) as few:
        structure(TODAY)
    for slug in ("falun", "mora", "orsa", "sater"):
        relate(world, "dialogue", from_organisation=world.org[slug], to_forum=world.forum)
    with CaptureQueriesContext(connection) as many:
        structure(TODAY)
    assert (len(few), len(many)) == (3, 3)


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_picture_says_what_the_list_says(world: cast.World, as_person: Any) -> None:
    relate(world)
    relate(world, "dialogue", from_organisation=world.org["falun"], to_forum=world.steering_group, subject="planen")
    page = as_person("outsider").get(URL).content.decode()
    svg = picture(page)
    assert (
        [title.text for title in svg.iterfind("./g/title")]
        == listed(page)
        == [
            "Falun för dialog med Styrgruppen",
            "Länsstyrelsen sammankallar Länsgruppen",
            "Styrgruppen ger uppdrag till Länsgruppen",
        ]
    )
    assert page.count("</a>: planen</li>") == 1
    boxes = {"".join(link.itertext()).strip(): link.get("href") for link in svg.iterfind("./a")}
    assert boxes == {
        "Falun": "/organisationer/falun/",
        "Länsgruppen": "/forum/lansgruppen/",
        "Länsstyrelsen": "/organisationer/lansstyrelsen/",
        "Styrgruppen": "/forum/styrgruppen/",
    }
    assert (svg.find("title") is not None, svg.find("desc") is not None) == (True, True)
    assert [node.get("style") or node.get("fill") for node in svg.iter() if node.get("style") or node.get("fill")] == []
    # The key explains the kinds that are there, and no other.
    key = page.partition('class="structure__key"')[2].partition("</ul>")[0]
    assert [label in key for label in RelationKind.labels] == [True, True, False, True]


@pytest.mark.django_db
def test_another_day_and_no_ties(world: cast.World, as_person: Any) -> None:
    world.forum.convener = None
    audit.save(world.forum, by=None, verb="imported")
    relate(
        world,
        from_forum=world.steering_group,
        to_forum=world.forum,
        starts_on=date(2024, 1, 1),
        ends_on=date(2024, 12, 31),
    )
    client = as_person("outsider")
    assert "Styrgruppen ger uppdrag till Länsgruppen" in client.get(f"{URL}?datum=2024-06-18").content.decode()
    page = client.get(URL).content.decode()
    assert (page.count("Inga samband är registrerade den dagen"), page.count('<svg class="structure__picture"')) == (
        1,
        0,
    )
    assert [page.count(f'<li><a href="/forum/{slug}/">') for slug in ("lansgruppen", "styrgruppen")] == [1, 1]
    assert client.get(f"{URL}?datum=%00").status_code == 200


@pytest.mark.django_db
def test_open_to_participants(world: cast.World, as_person: Any) -> None:
    answers = {key: as_person(key).get(URL).status_code for key in ("outsider", "coordinator", "nobody", "anonymous")}
    assert answers == {"outsider": 200, "coordinator": 200, "nobody": 404, "anonymous": 302}
    assert as_person("outsider").post(URL).status_code == 405


@pytest.mark.django_db
def test_a_forums_page_tells_its_relations(world: cast.World, as_person: Any) -> None:
    relate(world)
    page = as_person("outsider").get("/forum/lansgruppen/").content.decode()
    assert page.count("Andra samband") == 1
    assert page.count(f'href="{URL}"') == 1
    assert as_person("outsider").get("/forum/lansgruppen/?datum=2001-01-01").status_code == 200


# --- both structures of the paper -------------------------------------------------------------------------------------

ONE = [
    "Lokala samverkansgrupper rapporterar till Länsgruppen MVK/VINR",
    "Länsstyrelsen sammankallar Länsgruppen MVK/VINR",
    "Länsstyrelsen ger uppdrag till Länsgruppen MVK/VINR",
    "Länsstyrelsen för dialog med Länschefsnätverket",
    "Länsstyrelsen för dialog med RSS Dalarna",
    "Regeringen ger uppdrag till Länsstyrelsen",
    "RSS Dalarna för dialog med Länschefsnätverket",
]
TWO = [
    "Kommunchefsnätverket rapporterar till Välfärdsrådet",
    "Kommunchefsnätverket för dialog med Länschefsnätverket",
    "Lokala samverkansgrupper rapporterar till Länsgruppen MVK/VINR",
    "Länschefsnätverket rapporterar till Välfärdsrådet",
    "Länsgruppen MVK/VINR rapporterar till Styrgrupp för kvinnofrid",
    "Länsstyrelsen sammankallar Länsgruppen MVK/VINR",
    "Länsstyrelsen för dialog med Styrgrupp för kvinnofrid",
    "RSS Dalarna sammankallar Länschefsnätverket",
    "Styrgrupp för kvinnofrid rapporterar till Länschefsnätverket",
    "Styrgrupp för kvinnofrid ger uppdrag till Länsgruppen MVK/VINR",
    "Välfärdsrådet ger uppdrag till Länschefsnätverket",
]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "expected"), [("one", ONE), ("two", TWO)])
def test_a_structure_of_the_paper_as_data(world: cast.World, as_person: Any, name: str, expected: list[str]) -> None:
    world.forum.ends_on = date(2020, 1, 1)
    audit.save(world.forum, by=None, verb="imported")
    import_file(FOLDER / f"{name}.yaml")
    assert sorted(sentences()) == sorted(expected)
    again = import_file(FOLDER / f"{name}.yaml")
    assert (again.added, again.changed) == ([], [])
    page = as_person("outsider").get(URL).content.decode()
    svg = picture(page)
    assert sorted(title.text or "" for title in svg.iterfind("./g/title")) == sorted(listed(page)) == sorted(expected)


# --- geometry ---------------------------------------------------------------------------------------------------------


def boxes(*keys: str) -> list[Box]:
    return [Box(key, key, "#", is_forum=True) for key in keys]


def arrows(*pairs: str) -> list[Arrow]:
    return [Arrow(pair[0], pair[1], "assigns", pair) for pair in pairs]


SHAPES = {
    "one line": ("ab", ["ab"]),
    "a tree": ("abcdefg", ["ab", "ac", "bd", "be", "cf", "cg"]),
    "past two levels": ("abcd", ["ab", "bc", "cd", "ad", "ac", "bd"]),
    "a ring": ("abc", ["ab", "bc", "ca"]),
    "both ways": ("ab", ["ab", "ba", "ab"]),
    "two that share nothing": ("abcd", ["ab", "cd"]),
    "many to one": ("abcdefghij", [f"{key}j" for key in "abcdefghi"]),
}


@pytest.mark.parametrize(("keys", "pairs"), SHAPES.values(), ids=list(SHAPES))
def test_no_box_covers_another_and_no_line_crosses_a_box(keys: str, pairs: list[str]) -> None:
    drawing = structure_drawing(boxes(*keys), arrows(*pairs))
    areas = [(placed.x, placed.y, placed.x + placed.width, placed.y + placed.height) for placed in drawing.boxes]
    for number, (left, top, right, bottom) in enumerate(areas):
        assert (left >= 0, top >= 0, right <= drawing.width, bottom <= drawing.height) == (True,) * 4
        for other in areas[number + 1 :]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
    for placed in drawing.arrows:
        points = corners(placed.path)
        for start, goal in pairwise(points):
            for step in range(41):
                x, y = (start[axis] + (goal[axis] - start[axis]) * step / 40 for axis in (0, 1))
                assert not any(left < x < right and top < y < bottom for left, top, right, bottom in areas)
    assert len(drawing.arrows) == len(pairs)


def corners(path: str) -> list[tuple[float, float]]:
    """The corners of M x y V y L x y V y ..."""
    found: list[tuple[float, float]] = []
    for command, numbers in re.findall(r"([MLV])([^MLV]+)", path):
        values = [float(number) for number in numbers.split()]
        found.append((found[-1][0], values[0]) if command == "V" else (values[0], values[1]))
    return found


def test_whoever_assigns_stands_above_and_the_head_is_at_the_other_end() -> None:
    drawing = structure_drawing(boxes("a", "b"), arrows("ab"))
    above, below = drawing.boxes
    assert (above.y < below.y, above.width) == (True, BOX)
    [arrow] = drawing.arrows
    assert arrow.heads.startswith(f"M{below.x + BOX // 2} {below.y}l")
    [turned] = structure_drawing(boxes("a", "b"), [Arrow("a", "b", "reports", "b a", points_up=True)]).arrows
    assert turned.heads.startswith(f"M{above.x + BOX // 2} {above.y + above.height}l")


def test_nothing_to_draw() -> None:
    drawing = structure_drawing([], [])
    assert (drawing.width, drawing.height, drawing.boxes, drawing.arrows) == (0, 0, [], [])


def test_a_long_name_is_broken() -> None:
    [placed] = structure_drawing([Box("a", "Styrgrupp för Länsnätverket för förvaltningschefer", "#", True)], []).boxes
    assert [line for _x, _y, line in placed.lines] == ["Styrgrupp för", "Länsnätverket för", "förvaltningschefer"]
