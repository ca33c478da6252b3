"""Two on one form: the second sees that it has changed and what, keeps what was typed, and overwrites nothing unseen."""

from typing import Any

from mandates import actions
from mandates.models import FormEdition, Mandate, MandateSeat
from tests.factories import cast, life
from tests.factories.filling import contact_rows, line_post, line_url
from tests.mandates.test_filling import PERSON, person_url, value_of

CHANGED = "Uppgifterna har ändrats sedan du öppnade sidan. Inget är sparat än, och det du skrev är kvar."


def seen(client: Any, url: str) -> str:
    """What the page that was opened remembers."""
    return value_of(client.get(url), "id_seen")


def stands(response: Any) -> dict[str, str]:
    return {row["term"]: row["value"] for row in response.context["stands"]}


def test_the_person_in_two_tabs(world: cast.World, as_person: Any) -> None:
    url, client = person_url(cast.draft(world)), as_person("representative")
    opened = seen(client, url)
    client.post(url, {**PERSON, "title": "Enhetschef", "seen": opened})
    response = client.post(url, {**PERSON, "title": "Samordnare", "seen": opened})
    assert response.status_code == 200
    page = response.content.decode()
    assert CHANGED in page
    assert "Så här står det nu" in page
    assert stands(response) == {"Befattning": "Enhetschef"}
    assert value_of(response, "id_title") == "Samordnare"
    assert Mandate.objects.get().title == "Enhetschef"
    again = client.post(url, {**PERSON, "title": "Samordnare", "seen": value_of(response, "id_seen")})
    assert again.status_code == 302
    assert Mandate.objects.get().title == "Samordnare"


def test_a_line_in_two_tabs(world: cast.World, as_person: Any) -> None:
    line, client = cast.draft(world).lines.get(), as_person("representative")
    url = line_url(line)
    opened = seen(client, url)
    first = line_post(world, share_percent="20", contacts=[{"name": "Socialtjänsten", "role": "IFO"}], seen=opened)
    assert client.post(url, first).status_code == 302
    second = line_post(world, share_percent="30", seen=opened)
    response = client.post(url, second)
    assert CHANGED in response.content.decode()
    found = stands(response)
    assert found["Andel av en heltidstjänst i procent"] == "20\N{NO-BREAK SPACE}%"
    assert found["Interna kontakter"] == "Socialtjänsten, IFO"
    assert value_of(response, "id_share_percent") == "30"
    assert value_of(response, "id_contacts-0-name") == "Enheten för stöd"
    line = MandateSeat.objects.get()
    assert (line.share_percent, [contact.name for contact in line.contacts.all()]) == (20, ["Socialtjänsten"])
    assert client.post(url, {**second, "seen": value_of(response, "id_seen")}).status_code == 302
    assert MandateSeat.objects.get().share_percent == 30


def test_the_organisations_in_two_tabs(world: cast.World, as_person: Any) -> None:
    client = as_person("mora_representative")
    mandate = cast.draft(world, "mora_representative", ["mora"])
    url = f"/uppdrag/{mandate.pk}/organisationer/"
    opened, mora, orsa = seen(client, url), world.seat("mora").pk, world.seat("orsa").pk
    assert client.post(url, {"seats": [mora, orsa], "seen": opened}).status_code == 302
    alvdalen = {"seats": [mora, world.seat("alvdalen").pk], "seen": opened}
    response = client.post(url, alvdalen)
    assert CHANGED in response.content.decode()
    assert stands(response) == {"Organisationer som du ska representera": "Mora kommun, Orsa kommun"}
    assert response.context["form"]["seats"].value() == [str(pk) for pk in alvdalen["seats"]]
    assert set(mandate.lines.values_list("seat", flat=True)) == {mora, orsa}
    assert client.post(url, {**alvdalen, "seen": value_of(response, "id_seen")}).status_code == 302
    assert set(mandate.lines.values_list("seat", flat=True)) == set(alvdalen["seats"])


def test_the_one_whom_a_link_goes_to_is_named_by_two(world: cast.World, as_person: Any) -> None:
    line = life.waiting_for_external(world)
    url = f"/uppdrag/{line.mandate.pk}/organisationer/{line.pk}/engangslank/"
    client = as_person("coordinator")
    opened = seen(client, url)
    new = {**life.EXTERNAL, "commissioner_name": "Stina Ny", "commissioner_email": "stina.ny@sater.example"}
    assert client.post(url, {**new, "seen": opened}).status_code == 302
    response = client.post(url, {**life.EXTERNAL, "seen": opened, "commissioner_title": "Chef"})
    assert CHANGED in response.content.decode()
    assert stands(response)["Uppdragsgivarens namn"] == "Stina Ny"
    assert value_of(response, "id_commissioner_title") == "Chef"
    line.refresh_from_db()
    assert (line.commissioner_name, line.attest_links.count()) == ("Stina Ny", 2)


def test_saving_one_step_does_not_disturb_another(world: cast.World, as_person: Any) -> None:
    mandate, client = cast.draft(world), as_person("representative")
    url = line_url(mandate.lines.get())
    opened = seen(client, url)
    client.post(person_url(mandate), {**PERSON, "title": "Enhetschef"})
    assert client.post(url, line_post(world, share_percent="30", seen=opened)).status_code == 302


def test_a_double_click_is_no_conflict(world: cast.World, as_person: Any) -> None:
    line, client = cast.draft(world).lines.get(), as_person("representative")
    posted = line_post(world, share_percent="20", seen=seen(client, line_url(line)))
    assert [client.post(line_url(line), posted).status_code for _ in range(2)] == [302, 302]


def test_two_coordinators_on_one_edition(world: cast.World, as_person: Any) -> None:
    edition: FormEdition = actions.prepare_edition(
        forum=world.forum, name="Utgåva 2", valid_from=world.edition.valid_from, by=world.person["coordinator"]
    )
    url, client = f"/uppdrag/utgavor/{edition.pk}/redigera/", as_person("coordinator")
    opened = seen(client, url)

    def posted(body: str, **values: str) -> dict[str, Any]:
        rows = [{"heading": "Bakgrund", "body": body}]
        fixed = {"name": "Utgåva 2", "valid_from": "2020-01-01", "seen": opened}
        return {**fixed, **contact_rows(rows, initial=2, prefix="sections"), **values}

    assert client.post(url, posted("Den ena")).status_code == 302
    response = client.post(url, posted("Den andra"))
    assert CHANGED in response.content.decode()
    assert stands(response) == {"Avsnitt": "Bakgrund, Den ena"}
    assert value_of(response, "id_sections-0-body") == "Den andra"
    assert edition.sections.get().body == "Den ena"
    assert client.post(url, posted("Den andra", seen=value_of(response, "id_seen"))).status_code == 302
    assert edition.sections.get().body == "Den andra"
