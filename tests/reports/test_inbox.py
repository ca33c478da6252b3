"""Messages: each person sees the own ones and nobody else's."""

from typing import Any

from django.urls import reverse

from tests.factories import cast


def test_the_commissioner_reads_that_a_mandate_waits(world: cast.World, as_person: Any) -> None:
    mandate = cast.submitted(world)
    page = as_person("commissioner").get(reverse("message_list")).content.decode()
    assert "Uppdrag att attestera: Falu kommun" in page
    assert f'href="{mandate.get_absolute_url()}"' in page


def test_nobody_reads_the_messages_of_others(world: cast.World, as_person: Any) -> None:
    cast.submitted(world)
    for key in ("representative", "coordinator", "outsider", "mora_commissioner"):
        page = as_person(key).get(reverse("message_list")).content.decode()
        assert "Uppdrag att attestera" not in page
        assert "Du har inga meddelanden" in page


def test_without_a_role_there_is_no_such_page(world: cast.World, as_person: Any) -> None:
    assert as_person("nobody").get(reverse("message_list")).status_code == 404
    assert as_person("anonymous").get(reverse("message_list")).status_code == 302
