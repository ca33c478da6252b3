"""The first person of a real portal: made coordinator, with a link that works once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from organisations.enums import Role
from organisations.models import Membership, User
from organisations.permissions import is_coordinator
from tests.factories.cast import World
from tests.factories.empty import empty_database

EMAIL = "anna.prov@lanet.example"
PASSWORD = "ett-långt-eget-lösenord"
Run = Callable[..., list[str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command and gives what it said, line by line."""

    def run_command(email: str, **options: Any) -> list[str]:
        capsys.readouterr()
        call_command("create_coordinator", email, **options)
        return capsys.readouterr().out.splitlines()

    return run_command


def choose_password(link: str, password: str) -> Any:
    """Opens the link as a person does, and sends the form that it leads to."""
    client = Client()
    page = client.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    address = page.redirect_chain[-1][0] if page.redirect_chain else link
    return client.post(address, {"password1": password, "password2": password}, follow=True)


def test_a_person_is_made_and_the_link_gives_a_password(world: World, run: Run) -> None:
    told = run(EMAIL, name="Anna Prov")
    person = User.objects.get(email=EMAIL)
    assert told[0] == "Anna Prov är samordnare för Kvinnofrid Dalarna."
    assert told[1] == "Ge personen länken. Den kan användas en gång och gäller i 3 dagar:"
    assert told[2].startswith("http://testserver/konto/")
    assert (person.has_usable_password(), is_coordinator(person)) == (False, True)
    choose_password(told[2], PASSWORD)
    assert User.objects.get(email=EMAIL).check_password(PASSWORD)


def test_the_link_works_once(world: World, run: Run) -> None:
    link = run(EMAIL)[2]
    choose_password(link, PASSWORD)
    choose_password(link, "ett-annat-långt-lösenord")
    assert User.objects.get(email=EMAIL).check_password(PASSWORD)


def test_the_link_ends_by_itself(world: World, run: Run, settings: Any) -> None:
    link = run(EMAIL)[2]
    settings.PASSWORD_RESET_TIMEOUT = -1
    choose_password(link, PASSWORD)
    assert not User.objects.get(email=EMAIL).has_usable_password()


def test_the_portal_knows_its_address(world: World, run: Run, settings: Any) -> None:
    settings.PORTAL_URL = "https://kvinnofrid.example/"
    assert run(EMAIL)[2].startswith("https://kvinnofrid.example/konto/")


def test_again_gives_a_new_link_and_nothing_else(world: World, run: Run) -> None:
    run(EMAIL)
    before = (User.history.count(), Membership.history.count())
    assert run(EMAIL.upper(), name="Någon Annan")[0] == f"{EMAIL} är samordnare för Kvinnofrid Dalarna."
    assert (User.history.count(), Membership.history.count()) == before


def test_somebody_with_another_role_gets_this_one_too(world: World, run: Run) -> None:
    reader = world.person["reader"]
    run(reader.email)
    assert is_coordinator(User.objects.get(pk=reader.pk))
    assert Membership.objects.filter(user=reader).count() == 2


def test_a_role_that_has_ended_is_given_anew(world: World, run: Run) -> None:
    run(EMAIL)
    held = Membership.objects.get(user__email=EMAIL)
    today = timezone.localdate()
    held.starts_on, held.ends_on = today - timedelta(days=9), today - timedelta(days=1)
    held.save()
    run(EMAIL)
    assert Membership.objects.active_on(today).filter(user__email=EMAIL, role=Role.COORDINATOR).count() == 1


@pytest.mark.parametrize(
    ("email", "name", "reason"),
    [
        ("anna", "", "Fyll i en giltig e-postadress."),
        ("", "", "Fyll i en giltig e-postadress."),
        ("a\x00@lanet.example", "", "Fyll i en giltig e-postadress."),
        (EMAIL, "Anna 811218-9876", "Texten innehåller något som ser ut som ett personnummer."),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    world: World, run: Run, capsys: pytest.CaptureFixture[str], email: str, name: str, reason: str
) -> None:
    people = User.objects.count()
    with pytest.raises(SystemExit) as end:
        run(email, name=name)
    told = capsys.readouterr().err
    assert (end.value.code, told.count("\n"), User.objects.count()) == (1, 1, people)
    assert told.startswith(reason)


def test_a_closed_account_is_refused(world: World, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    closed = world.person["deactivated"]
    with pytest.raises(SystemExit):
        run(closed.email)
    assert capsys.readouterr().err == f"Kontot för {closed.email} är avstängt.\n"
    assert not Membership.objects.filter(user=closed, role=Role.COORDINATOR).exists()


def test_an_empty_database_is_refused(db: None, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    empty_database()
    with pytest.raises(SystemExit):
        run(EMAIL)
    assert capsys.readouterr().err.startswith("Det finns ingen samverkan i databasen.")
