"""`manage.py adoption_status` answers as the board does, in words and as JSON, and refuses in one line."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from agreements.enums import Evidence, Outcome
from agreements.models import Agreement
from tests.factories import agreements, cast

URL = "/overenskommelser/rok-prov/lage/"
Run = Callable[..., str]


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel("2026-11-22T10:00:00+01:00", tick=False):
        yield


@pytest.fixture
def made(world: cast.World) -> Agreement:
    with time_machine.travel("2026-05-04T10:00:00+01:00", tick=False):
        made = agreements.published(world)
    values = {"paragraph": "112", "proof": Evidence.COMPARED}
    agreements.adopt(world, made, "falun", decided_on=date(2026, 9, 15), **values)
    agreements.adopt(world, made, "mora", Outcome.REFERRED_BACK, decided_on=date(2026, 10, 6))
    agreements.step(world, made, "mora", meetings=[date(2026, 10, 6), date(2026, 12, 1)])
    return made


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_command(*arguments: str) -> str:
        capsys.readouterr()
        call_command("adoption_status", *arguments)
        return capsys.readouterr().out

    return run_command


def test_the_answer_in_words(made: Agreement, run: Run) -> None:
    assert run("rok-prov").splitlines() == [
        "RÖK prov",
        (
            "Inte i kraft: väntar på Mora, och inget beslut är registrerat för 4 av 6 huvudmän "
            "(Malung-Sälen, Orsa, Säter och Älvdalen)."
        ),
        "Enligt 2 registrerade beslut, det senaste 6 oktober 2026.",
        "Läget den 22 november 2026, enligt det som var registrerat den 22 november 2026.",
        "Version: 1.",
        "Det går inte att säga när Malung-Sälen, Orsa, Säter och Älvdalen kan besluta.",
        "  Falun         Likalydande; Kommunfullmäktige 2026-09-15 §\N{NO-BREAK SPACE}112; Texterna är jämförda",
        "  Malung-Sälen  Okänt",
        "  Mora          Återremitterad; Kommunfullmäktige 2026-10-06; nästa sammanträde 2026-12-01 i Kommunfullmäktige",
        "  Orsa          Okänt",
        "  Säter         Okänt",
        "  Älvdalen      Okänt",
    ]


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        ([], ""),
        (["--as-of", "2026-09-20"], "?den=2026-09-20"),
        (["--as-of", "2026-09-20", "--known-on", "2026-09-20"], "?den=2026-09-20&kant=2026-09-20"),
        (["--known-on", "2026-06-01"], "?kant=2026-06-01"),
    ],
)
def test_it_answers_as_the_board(made: Agreement, as_person: Any, run: Run, arguments: list[str], query: str) -> None:
    found = json.loads(run("rok-prov", "--json", *arguments))
    assert found == as_person("coordinator").get(f"{URL}json/{query}").json()
    board = as_person("coordinator").get(URL + query).context["board"]
    assert run("rok-prov", *arguments).splitlines()[1] == board.sentence


def test_nobody_knows(world: cast.World, run: Run) -> None:
    agreements.published(world, title="RÖK kvinnofrid")
    assert run("rok-kvinnofrid").splitlines()[1:3] == [
        "Vi vet inte om överenskommelsen är i kraft: inget beslut är registrerat för 6 av 6 huvudmän.",
        "Inget beslut är registrerat.",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["finns-inte"], "Det finns ingen överenskommelse med adressen 'finns-inte'."),
        (
            ["rok-prov", "--as-of", "igår"],
            "'igår' är inget datum. Skriv ÅÅÅÅ-MM-DD, till exempel 2026-11-22.",
        ),
        (
            ["rok-prov", "--known-on", "2026-11-23"],
            "Välj i dag eller en dag som har varit, från och med år 2000. 2026-11-23 går inte.",
        ),
        (
            ["rok-prov", "--as-of", "1999-12-31"],
            "Välj i dag eller en dag som har varit, från och med år 2000. 1999-12-31 går inte.",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    made: Agreement, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        call_command("adoption_status", *arguments)
    assert ended.value.code == 1
    assert (capsys.readouterr().err.splitlines(), ended.value.code) == ([said], 1)
