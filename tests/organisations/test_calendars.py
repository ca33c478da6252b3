"""The calendars of deciding bodies: pasted by the registrar, read by all participants."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from kvinnofrid.core import audit
from kvinnofrid.core.access import Refused
from organisations import actions
from organisations.enums import BodyKind
from organisations.models import BodyMeeting, DecidingBody, JointParticipant
from tests.factories.cast import World
from tests.factories.filling import PERSONAL_NUMBER, verbs

As = Callable[[str], Client]
PAGE = "/organisationer/falun/sammantraden/"
YEAR = timezone.localdate().year + 1


def council(world: World, slug: str = "falun", **values: Any) -> DecidingBody:
    given = {"kind": BodyKind.COUNCIL, "name": "Kommunfullmäktige", "by": None, **values}
    return actions.add_body(organisation=world.org[slug], **given)


def days(body: DecidingBody) -> list[str]:
    return [str(meeting.meets_on) for meeting in body.meetings.all()]


def paste(client: Client, body: DecidingBody, text: str, page: str = PAGE) -> Any:
    return client.post(page, {"body": body.pk, f"body-{body.pk}-days": text}, follow=True)


def told(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def counted() -> tuple[int, int, int]:
    return DecidingBody.objects.count(), BodyMeeting.objects.count(), JointParticipant.objects.count()


def test_the_registrar_pastes_days_in_any_usual_way(world: World, as_person: As) -> None:
    body = council(world)
    text = f"{YEAR}-03-22, {YEAR}-02-15\n\n{YEAR}0419;{YEAR}-05-31 {YEAR}-05-31\n"
    answer = paste(as_person("registrar"), body, text)
    assert answer.redirect_chain == [(f"{PAGE}?ar={YEAR}", 302)]
    assert told(answer) == ["4 dagar är tillagda i Kommunfullmäktige."]
    assert days(body) == [f"{YEAR}-02-15", f"{YEAR}-03-22", f"{YEAR}-04-19", f"{YEAR}-05-31"]
    again = paste(as_person("registrar"), body, f"{YEAR}-02-15\n{YEAR}-06-21")
    assert told(again) == ["1 dag är tillagd i Kommunfullmäktige. 1 fanns redan."]
    assert told(paste(as_person("coordinator"), body, f"{YEAR}-02-15")) == [
        "Ingen ny dag i Kommunfullmäktige. 1 fanns redan."
    ]
    assert len(days(body)) == 5


def test_each_fault_is_told_with_its_line_and_nothing_is_kept(world: World, as_person: As) -> None:
    body = council(world)
    text = "2027-02-15\n2027-02-30, i mars\n1999-01-01"
    answer = paste(as_person("registrar"), body, text)
    shape = "Skriv datumet som ÅÅÅÅ-MM-DD, till exempel 2026-11-22."
    assert answer.context["rows"][0]["form"].errors["days"] == [
        f"Rad 2, ”2027-02-30”: {shape}",
        f"Rad 2, ”i”: {shape}",
        f"Rad 2, ”mars”: {shape}",
        "Rad 3, ”1999-01-01”: Året ska ligga mellan 2000 och 2100.",
    ]
    assert "2027-02-30, i mars" in answer.text
    assert days(body) == []


@pytest.mark.parametrize("text", ["", " \n , ;", "x" * 5000, "\n".join(f"2027-{m:02}-{d:02}" for m in range(1, 6) for d in range(1, 29))])  # fmt: skip
def test_nothing_too_long_or_too_many(world: World, as_person: As, text: str) -> None:
    body = council(world)
    answer = paste(as_person("registrar"), body, text)
    assert (answer.status_code, days(body)) == (200, [])
    assert len(answer.context["rows"][0]["form"].errors["days"]) >= 1


def test_a_day_is_taken_away(world: World, as_person: As) -> None:
    body = council(world)
    actions.add_meetings(body=body, days=[date(YEAR, 2, 15), date(YEAR, 3, 22)], by=None)
    meeting = body.meetings.first()
    assert meeting is not None
    data = {"body": body.pk, "remove": meeting.pk}
    answer = as_person("registrar").post(f"{PAGE}?ar={YEAR}", data, follow=True)
    assert told(answer) == [f"Sammanträdet {YEAR}-02-15 i Kommunfullmäktige är borttaget."]
    assert days(body) == [f"{YEAR}-03-22"]
    for wrong in (meeting.pk, "x", "9" * 40, "-1", "٣"):
        answer = as_person("registrar").post(PAGE, {"body": body.pk, "remove": wrong})
        assert answer.status_code == 302
    actions.remove_meeting(meeting=BodyMeeting(pk=meeting.pk, body=body), by=None)  # already gone
    assert days(body) == [f"{YEAR}-03-22"]
    assert BodyMeeting.history.filter(verb="removed").count() == 1


def test_the_year_is_chosen_and_odd_years_are_left_out(world: World, as_person: As) -> None:
    body = council(world)
    actions.add_meetings(body=body, days=[date(2001, 2, 15), timezone.localdate()], by=None)
    client = as_person("reader")
    assert [m.meets_on for m in client.get(f"{PAGE}?ar=2001").context["rows"][0]["body"].days] == [date(2001, 2, 15)]
    for odd in ("", "x", "0", "99999", "\0"):
        page = client.get(PAGE, {"ar": odd})
        assert (page.status_code, page.context["year"]) == (200, timezone.localdate().year)


@pytest.mark.parametrize("key", ["reader", "outsider", "steering", "sater_representative"])
def test_the_actions_themselves_refuse_others(world: World, key: str) -> None:
    body, by = council(world), world.person[key]
    actions.add_meetings(body=body, days=[timezone.localdate()], by=world.person["registrar"])
    meeting, before = body.meetings.get(), counted()
    refused: list[Callable[[], object]] = [
        lambda: council(world, name="Nämnden", by=by),
        lambda: actions.add_meetings(body=body, days=[date(YEAR, 2, 15)], by=by),
        lambda: actions.remove_meeting(meeting=meeting, by=by),
    ]
    for act in refused:
        with pytest.raises(Refused):
            act()
    assert counted() == before


READERS = ("reader", "representative", "outsider", "steering", "sater_representative")


@pytest.mark.parametrize("key", READERS)
def test_others_read_and_change_nothing(world: World, as_person: As, key: str) -> None:
    body = council(world)
    actions.add_meetings(body=body, days=[timezone.localdate()], by=None)
    client, before = as_person(key), counted()
    page = client.get(PAGE)
    assert (page.status_code, page.context["body_form"], page.context["rows"][0]["form"]) == (200, None, None)
    for data in (
        {"body": body.pk, f"body-{body.pk}-days": "2027-02-15"},
        {"body": body.pk, "remove": body.meetings.get().pk},
        {"add_body": "1", "body-kind": "council", "body-name": "Nämnden"},
        {"add_body": "1", "body-name": ""},
        {},
    ):
        assert client.post(PAGE, data).status_code == 403
    assert counted() == before


@pytest.mark.parametrize("key", ["ended", "future", "nobody", "anonymous"])
def test_strangers_find_nothing(world: World, as_person: As, key: str) -> None:
    council(world)
    for method in ("get", "post"):
        answer = getattr(as_person(key), method)(PAGE)
        assert answer.status_code == (302 if key == "anonymous" else 404)
    assert counted() == (1, 0, 0)


def test_the_registrar_of_falun_keeps_no_other_calendar(world: World, as_person: As) -> None:
    moras = council(world, "mora")
    client = as_person("registrar")
    data = {"body": moras.pk, f"body-{moras.pk}-days": "2027-02-15"}
    for page in (PAGE, PAGE.replace("falun", "mora")):
        assert client.post(page, data).status_code == 403
    with pytest.raises(Refused):
        actions.add_meetings(body=moras, days=[date(2027, 2, 15)], by=world.person["registrar"])
    assert days(moras) == []


def test_one_that_is_no_principal_has_no_calendar(world: World, as_person: As) -> None:
    for slug in ("polisen", "finns-inte"):
        assert as_person("coordinator").get(PAGE.replace("falun", slug)).status_code == 404


def test_a_joint_committee_is_kept_by_its_own_registrar_and_read_by_all(world: World, as_person: As) -> None:
    joint = council(world, "mora", kind=BodyKind.JOINT_COMMITTEE, name="Gemensamma", participants=[world.org["falun"]])
    page = as_person("registrar").get(PAGE)
    assert [(row["body"], row["is_joint"], row["form"]) for row in page.context["rows"]] == [(joint, True, None)]
    paste(as_person("coordinator"), joint, f"{YEAR}-02-15")
    assert days(joint) == [f"{YEAR}-02-15"]


def test_a_body_is_added_here_too(world: World, as_person: As) -> None:
    data = {"add_body": "1", "body-kind": "committee", "body-name": "Socialnämnden"}
    answer = as_person("registrar").post(PAGE, data, follow=True)
    assert told(answer) == ["Socialnämnden är tillagd."]
    body = DecidingBody.objects.get()
    assert (body.organisation, body.kind, verbs(body)) == (world.org["falun"], "committee", ["added"])
    again = as_person("registrar").post(PAGE, {**data, "body-name": "socialnämnden"})
    assert again.context["body_form"].errors["name"] == ["Falu kommun har redan ett organ med det namnet."]
    number = as_person("registrar").post(PAGE, {**data, "body-name": f"Nämnd {PERSONAL_NUMBER}"})
    assert list(number.context["body_form"].errors) == ["name"]
    assert counted() == (1, 0, 0)


def test_only_the_coordinator_says_who_takes_part(world: World, as_person: As) -> None:
    data = {
        "add_body": "1",
        "body-kind": "joint_committee",
        "body-name": "Gemensamma",
        "body-participants": [world.org["mora"].pk, world.org["orsa"].pk],
    }
    assert as_person("coordinator").post(PAGE, {**data, "body-kind": "council"}).context["body_form"].errors[
        "participants"
    ] == ["Bara en gemensam nämnd beslutar för flera huvudmän."]
    assert as_person("coordinator").post(PAGE, data).status_code == 302
    assert sorted(JointParticipant.objects.values_list("organisation__slug", flat=True)) == ["mora", "orsa"]
    assert as_person("registrar").post(PAGE, {**data, "body-name": "En till"}).status_code == 302
    assert counted() == (2, 0, 2)
    with pytest.raises(Refused):
        council(world, name="Tredje", participants=[world.org["mora"]], by=world.person["registrar"])


def test_an_ended_body_is_not_shown_and_takes_no_days(world: World, as_person: As) -> None:
    body = council(world)
    body.ends_on = date(2020, 12, 31)
    audit.save(body, by=None, verb="ended")
    client = as_person("registrar")
    assert client.get(PAGE).context["rows"] == []
    assert client.post(PAGE, {"body": body.pk, f"body-{body.pk}-days": "2027-02-15"}).status_code == 403
    assert days(body) == []


def test_a_body_of_one_that_is_no_principal_is_refused(world: World) -> None:
    with pytest.raises(ValidationError):
        council(world, "polisen")


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_takes_the_same_queries_however_many(
    world: World, as_person: As, django_assert_num_queries: Any, count: int
) -> None:
    for number in range(count):
        body = council(world, name=f"Nämnd {number}")
        actions.add_meetings(body=body, days=[date(YEAR, 1, day) for day in range(1, 6)], by=None)
    client = as_person("registrar")
    client.get(PAGE)
    with django_assert_num_queries(8):
        assert client.get(f"{PAGE}?ar={YEAR}").status_code == 200
