"""The main story through the pages: fill in, submit, attest; send back, mend, attest."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from mandates.models import Mandate, MandateSeat
from tests.factories import cast


def test_representative_fills_in_and_commissioner_attests(world: cast.World, as_person: Any) -> None:
    representative = as_person("representative")
    response = representative.post("/uppdrag/nytt/", {"edition": world.edition.pk}, follow=True)
    mandate = Mandate.objects.get()
    assert response.redirect_chain == [(f"/uppdrag/{mandate.pk}/kontaktuppgifter/", 302)]
    person = {"name": "Rut Representant", "title": "Samordnare", "email": "rut@falun.example", "phone": ""}
    response = representative.post(f"/uppdrag/{mandate.pk}/kontaktuppgifter/", person)
    assert response.headers["Location"] == f"/uppdrag/{mandate.pk}/organisationer/"
    seats = {"seats": [world.seat("falun").pk]}
    response = representative.post(f"/uppdrag/{mandate.pk}/organisationer/", seats)
    line = mandate.lines.get()
    assert response.headers["Location"] == f"/uppdrag/{mandate.pk}/organisationer/{line.pk}/"
    values = {
        "kind": "ordinary",
        "share_percent": "12,5 %",
        "commissioner": world.person["commissioner"].pk,
        "starts_on": str(timezone.localdate() - timedelta(days=1)),
        "ends_on": "",
        "case_number": "KS 2026/12",
        "contacts-TOTAL_FORMS": 1,
        "contacts-INITIAL_FORMS": 0,
        "contacts-0-name": "Enheten för stöd",
        "contacts-0-email": "stod@falun.example",
    }
    response = representative.post(f"/uppdrag/{mandate.pk}/organisationer/{line.pk}/", values)
    assert response.headers["Location"] == f"/uppdrag/{mandate.pk}/granska/"
    response = representative.get(f"/uppdrag/{mandate.pk}/granska/")
    assert "12,5" in response.content.decode()
    response = representative.post(f"/uppdrag/{mandate.pk}/granska/", follow=True)
    assert response.redirect_chain == [(f"/uppdrag/{mandate.pk}/", 302)]
    assert MandateSeat.objects.get().state == "waiting"

    commissioner = as_person("commissioner")
    url = f"/uppdrag/{mandate.pk}/organisationer/{line.pk}/beslut/"
    assert commissioner.get(url).status_code == 200
    version = Mandate.objects.get().version
    response = commissioner.post(url, {"decision": "attest", "version": version}, follow=True)
    assert response.redirect_chain == [(f"/uppdrag/{mandate.pk}/", 302)]
    line = MandateSeat.objects.get()
    assert (line.state, line.attested_by) == ("attested", world.person["commissioner"])
    assert line.is_active_on(timezone.localdate())
    subjects = [message.subject for message in line.mandate.representative.messages.all()]
    assert subjects == ["Uppdraget är attesterat: Falu kommun"]
