"""The pages of forum decisions, dispatches and reminders: who opens what, what they show, what they refuse."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from agreements.actions import sending as actions
from agreements.enums import Outcome
from agreements.models import Agreement, Dispatch, DispatchItem, ForumDecision, Reminder
from agreements.queries import reminders
from agreements.queries import sending as queries
from kvinnofrid.core import audit, jobs
from kvinnofrid.core.access import Refused
from kvinnofrid.core.models import Job, Message
from kvinnofrid.core.overtaking import fingerprint
from organisations.enums import Role
from organisations.models import User
from tests.factories import documents
from tests.factories.agreements import (
    adopt,
    agreement,
    dispatched,
    draft,
    item_of,
    more_principals,
    published,
    published_version,
    reminded,
    said,
    step,
    with_parties,
)
from tests.factories.cast import World
from tests.factories.filling import PERSONAL_NUMBER, grant, sent, verbs

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
ROOT = "/overenskommelser/rok-prov/"
TODAY = timezone.localdate
THREE = ("falun", "mora", "sater")
FILES = ("foljebrev", "overenskommelse", "beslut-pdf", "beslut-word")


def text_of(response: Any) -> str:
    """What a person reads, on one line."""
    body = re.sub(r"(?s)<(script|style|svg|template).*?</\1>", " ", response.content.decode())
    main = re.search(r"(?s)<main.*</main>", body)
    return " ".join(re.sub(r"<[^>]+>", " ", main[0] if main else body).replace("\xa0", " ").split())


def forum_decision(world: World, made: Agreement, **values: Any) -> ForumDecision:
    wanted = {
        "kind": "recommended",
        "forum": world.forum,
        "decided_on": TODAY() - timedelta(days=9),
        "version": None,
        "paragraph": "§ 12",
        "case_number": "LS 2026/4",
        "comment": "",
        "upload": None,
        **values,
    }
    upload = wanted.pop("upload")
    by = wanted.pop("by", world.person["coordinator"])
    return actions.register_forum_decision(agreement=made, values=wanted, upload=upload, by=by)


@pytest.mark.parametrize("key", ["registrar", "administrator", "steering", "chair"])
def test_only_the_coordinator_tells_what_forums_decided(world: World, key: str) -> None:
    made, by = published(world, THREE), world.person[key]
    told = forum_decision(world, made)
    with pytest.raises(Refused):
        forum_decision(world, made, paragraph="§ 13", by=by)
    with pytest.raises(Refused):
        actions.remove_forum_decision(decision=told, reason="Fel forum", by=by)
    values = {name: getattr(told, name) for name in queries.FORUM_FIELDS} | {"paragraph": "§ 13"}
    with pytest.raises(Refused):
        actions.save_forum_decision(decision=told, values=values, by=by)
    assert made.forum_decisions.get(paragraph=told.paragraph) == told


def forum_post(world: World, **values: Any) -> dict[str, Any]:
    return {
        "kind": "approved",
        "forum": world.steering_group.pk,
        "decided_on": str(TODAY() - timedelta(days=3)),
        "version": "",
        "paragraph": "§ 3",
        "case_number": "",
        "comment": "",
        **values,
    }


def pdf_upload(name: str = "protokoll.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, documents.pdf("x"), content_type="text/html")


def dispatch_post(world: World, made: Agreement, **values: Any) -> dict[str, Any]:
    return {
        "seen": queries.dispatches_seen(made),
        "version": made.versions.published().get().pk,
        "reply_by": str(TODAY() + timedelta(days=90)),
        "letter": "Första stycket.\r\nAndra stycket.",
        "organisations": [world.org[slug].pk for slug in THREE],
        **values,
    }


# --- who opens what ---------------------------------------------------------------------------------------------------

MEMBERS = ("registrar", "reader", "commissioner", "sater_representative", "outsider", "steering", "chair")
OWN = ("registrar", "reader", "commissioner")


def everything(world: World) -> dict[str, str]:
    """Addresses of all pages, for an agreement where each of them has something to show."""
    made = published(world, THREE)
    upload = actions.Upload("protokoll.pdf", "pdf", documents.pdf("x"))
    decision = forum_decision(world, made, upload=upload)
    dispatch = dispatched(world, made, THREE)
    item = f"{ROOT}utskick/{dispatch.pk}/falun/"
    return {
        "forum_create": f"{ROOT}forum/nytt/",
        "forum_edit": f"{ROOT}forum/{decision.pk}/",
        "forum_file": f"{ROOT}forum/{decision.pk}/fil/",
        "dispatch_create": f"{ROOT}utskick/nytt/",
        "dispatch_detail": f"{ROOT}utskick/{dispatch.pk}/",
        "item": item,
        "receive": f"{item}ta-emot/",
        "reminders": f"{ROOT}paminnelser/",
        **{name: f"{item}{name}/" for name in FILES},
    }


@pytest.mark.parametrize("key", ["coordinator", *MEMBERS, "nobody", "ended", "anonymous"])
def test_who_reads_what(world: World, as_person: As, key: str) -> None:
    client = as_person(key)
    found = {name: client.get(url).status_code for name, url in everything(world).items()}
    strangers = {"anonymous": 302, "nobody": 404, "ended": 404}
    coordinates = 200 if key == "coordinator" else strangers.get(key, 403)
    reads = strangers.get(key, 200)
    own = 200 if key == "coordinator" or key in OWN else strangers.get(key, 404)
    assert found == {
        "forum_create": coordinates,
        "forum_edit": coordinates,
        "forum_file": reads,
        "dispatch_create": coordinates,
        "dispatch_detail": reads,
        "item": own,
        "receive": strangers.get(key, 405) if key != "anonymous" else 302,
        "reminders": coordinates,
        **dict.fromkeys(FILES, own),
    } | ({"receive": 404} if key in {"nobody", "ended"} else {})


@pytest.mark.parametrize(
    ("key", "receive", "resume", "others"),
    [
        ("coordinator", 302, 302, 200),
        ("registrar", 302, 403, 403),
        ("reader", 403, 403, 403),
        ("sater_representative", 404, 403, 403),
        ("outsider", 404, 403, 403),
        ("steering", 404, 403, 403),
        ("nobody", 404, 404, 404),
        ("anonymous", 302, 302, 302),
    ],
)
def test_who_writes_what(world: World, as_person: As, key: str, receive: int, resume: int, others: int) -> None:
    client, urls = as_person(key), everything(world)
    assert client.post(urls["receive"]).status_code == receive
    assert client.post(urls["dispatch_detail"]).status_code == resume
    for name in ("forum_create", "forum_edit", "dispatch_create", "reminders"):
        assert client.post(urls[name]).status_code == others
    item = DispatchItem.objects.get(organisation__slug="falun")
    assert (item.received_at is not None) == (key in {"coordinator", "registrar"})
    assert (Job.objects.count(), Reminder.objects.count(), Dispatch.objects.count()) == (0, 0, 1)


def test_files_have_no_side_doors(world: World, as_person: As) -> None:
    urls = everything(world)
    other = agreement(world, title="En annan")
    unprepared = dispatched(world, Agreement.objects.get(slug="rok-prov"), ("falun",), is_prepared=False)
    client, coordinator = as_person("registrar"), as_person("coordinator")
    dispatch = DispatchItem.objects.filter(prepared_at__isnull=False).first()
    assert dispatch is not None
    without = forum_decision(world, other)
    wrong = [
        urls["item"].replace("rok-prov", other.slug),
        urls["foljebrev"].replace("rok-prov", other.slug),
        urls["forum_file"].replace("rok-prov", other.slug),
        f"{urls['item']}letter/",
        f"{urls['item']}__class__/",
        f"{urls['item']}organisation/",
        f"{ROOT}utskick/{unprepared.pk}/falun/foljebrev/",
        f"{ROOT}utskick/{unprepared.pk}/mora/",
        f"{ROOT}utskick/{10**30}/",
        f"{ROOT}utskick/{10**30}/falun/",
        f"{ROOT}forum/{10**30}/fil/",
        f"{ROOT}utskick/{dispatch.dispatch_id}/polisen/",
        f"/overenskommelser/{other.slug}/forum/{without.pk}/fil/",
    ]
    assert [coordinator.get(url).status_code for url in wrong] == [404] * len(wrong)
    mora = urls["foljebrev"].replace("falun", "mora")
    assert (client.get(mora).status_code, coordinator.get(mora).status_code) == (404, 200)


def test_a_file_is_saved_never_shown(world: World, as_person: As) -> None:
    response = as_person("registrar").get(everything(world)["foljebrev"])
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert (response.headers["Content-Type"], response.headers["X-Content-Type-Options"]) == (
        "application/pdf", "nosniff",
    )  # fmt: skip


# --- forums -----------------------------------------------------------------------------------------------------------


def test_a_forum_decision_is_registered_with_its_file_once(world: World, as_person: As) -> None:
    made = published(world, THREE)
    client = as_person("coordinator")
    for _ in range(2):
        version = made.versions.get().pk
        posted = forum_post(world, version=version, file=pdf_upload("../<protokoll>.pdf"))
        assert client.post(f"{ROOT}forum/nytt/", posted).url == ROOT
    row = ForumDecision.objects.get()
    assert (row.kind, row.forum, row.paragraph, row.version, verbs(row)) == (
        "approved", world.steering_group, "§ 3", made.versions.get(), ["registered"],
    )  # fmt: skip
    assert row.file is not None
    assert row.file.name == "_protokoll_.pdf"
    page = text_of(as_person("outsider").get(ROOT))
    assert "Styrgruppen Godkände" in page
    assert "Ändra" not in page
    assert as_person("outsider").get(f"{ROOT}forum/{row.pk}/fil/").status_code == 200


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"kind": "adopted"}, "kind"),
        ({"forum": ""}, "forum"),
        ({"forum": "x\x00"}, "forum"),
        ({"decided_on": "i morgon"}, "decided_on"),
        ({"decided_on": "2099-01-01"}, "decided_on"),
        ({"version": "999999999999999999999"}, "version"),
        ({"paragraph": "x" * 21}, "paragraph"),
        ({"paragraph": PERSONAL_NUMBER}, "paragraph"),
        ({"case_number": "a\x00b"}, "case_number"),
        ({"comment": PERSONAL_NUMBER}, "comment"),
        ({"comment": "x" * 2001}, "comment"),
        ({"file": SimpleUploadedFile("protokoll.pdf", b"MZ")}, "file"),
        ({"file": SimpleUploadedFile(f"{PERSONAL_NUMBER}.pdf", b"%PDF-1.7")}, "file"),
    ],
)
def test_faults_of_a_forum_decision_stand_by_their_field(
    world: World, as_person: As, changed: dict[str, Any], field: str
) -> None:
    published(world, THREE)
    response = as_person("coordinator").post(f"{ROOT}forum/nytt/", forum_post(world, **changed))
    assert (response.status_code, list(response.context["form"].errors)) == (200, [field])
    assert ForumDecision.objects.count() == 0


def test_the_same_forum_and_day_twice_is_told(world: World, as_person: As) -> None:
    made = published(world, THREE)
    day = TODAY() - timedelta(days=3)
    forum_decision(world, made, kind="approved", forum=world.steering_group, decided_on=day)
    response = as_person("coordinator").post(f"{ROOT}forum/nytt/", forum_post(world))
    assert response.context["form"].non_field_errors() == ["Det beslutet är redan registrerat."]


def test_a_draft_is_no_version_to_choose(world: World, as_person: As) -> None:
    made = published(world, THREE)
    version = draft(world, made)
    page = as_person("coordinator").get(f"{ROOT}forum/nytt/")
    assert [str(label) for _, label in page.context["form"].fields["version"].choices][1:] == [
        f"Version 1, fingeravtryck {made.versions.get(number=1).short_fingerprint}"
    ]
    response = as_person("coordinator").post(f"{ROOT}forum/nytt/", forum_post(world, version=version.pk))
    assert list(response.context["form"].errors) == ["version"]


def test_what_another_has_changed_is_not_overwritten_unseen(world: World, as_person: As) -> None:
    made = published(world, THREE)
    row = forum_decision(world, made)
    seen = fingerprint(queries.forum_decision_values(row))
    values = {name: getattr(row, name) for name in queries.FORUM_FIELDS} | {"comment": "Annan."}
    actions.save_forum_decision(decision=row, values=values, by=world.person["coordinator"], seen=seen)
    client, url = as_person("coordinator"), f"{ROOT}forum/{row.pk}/"
    response = client.post(url, forum_post(world, comment="Min.", seen=seen))
    assert "Kommentar Annan." in text_of(response)
    assert (response.context["form"]["comment"].value(), ForumDecision.objects.get().comment) == ("Min.", "Annan.")
    again = {name: response.context["form"][name].value() or "" for name in (*queries.FORUM_FIELDS, "seen")}
    assert client.post(url, again).status_code == 302
    assert ForumDecision.objects.get().comment == "Min."


def test_a_file_stays_until_it_is_replaced_or_taken_away(world: World, as_person: As) -> None:
    made = published(world, THREE)
    row = forum_decision(world, made, upload=actions.Upload("ett.pdf", "pdf", documents.pdf("1")))
    client, url = as_person("coordinator"), f"{ROOT}forum/{row.pk}/"
    names = []
    for changed in ({}, {"file": pdf_upload("två.pdf")}, {"removes_file": "on"}):
        assert client.post(url, forum_post(world, **changed)).status_code == 302
        stored = ForumDecision.objects.select_related("file").get().file
        names.append(stored.name if stored else None)
    assert names == ["ett.pdf", "två.pdf", None]


def test_a_registration_is_taken_away_with_a_reason(world: World, as_person: As) -> None:
    row = forum_decision(world, published(world, THREE))
    client, url = as_person("coordinator"), f"{ROOT}forum/{row.pk}/"
    assert list(client.post(url, {"remove": "1"}).context["remove_form"].errors) == ["reason"]
    assert client.post(url, {"remove": "1", "reason": "Fel möte."}).status_code == 302
    assert ForumDecision.objects.count() == 0
    gone = ForumDecision.history.latest("history_date")
    assert (gone.verb, gone.history_change_reason) == ("removed", "Fel möte.")
    assert client.post(url, {"remove": "1", "reason": "Fel möte."}).status_code == 404


# --- sending ----------------------------------------------------------------------------------------------------------


def test_the_form_proposes_the_latest_version_and_those_that_have_not_got_it(world: World, as_person: As) -> None:
    made = published(world, THREE)
    dispatched(world, made, ("mora",))
    form = as_person("coordinator").get(f"{ROOT}utskick/nytt/").context["form"]
    assert form.initial["organisations"] == [world.org["falun"].pk, world.org["sater"].pk]
    newer = published_version(world, made)
    form = as_person("coordinator").get(f"{ROOT}utskick/nytt/").context["form"]
    assert (form.initial["version"], len(form.initial["organisations"])) == (newer, 3)
    assert form.initial["letter"].startswith("Här kommer RÖK prov, version 2, för ert beslut.")


def test_without_a_published_version_there_is_nothing_to_send(world: World, as_person: As) -> None:
    with_parties(world, THREE)
    response = as_person("coordinator").get(f"{ROOT}utskick/nytt/")
    assert (response.status_code, response.url) == (302, ROOT)


def test_looked_at_then_sent_once(world: World, as_person: As) -> None:
    made = published(world, THREE)
    dispatched(world, made, ("sater",), days_ago=3)
    client, posted = as_person("coordinator"), dispatch_post(world, made)
    page = client.post(f"{ROOT}utskick/nytt/", posted)
    text = text_of(page)
    assert Dispatch.objects.count() == 1
    assert "Falu kommun Ragna Registrator" in text
    assert "Mora kommun Ingen registrator har konto Funktionsadress: funktion@mora.example" in text
    assert "Säters kommun Har redan fått versionen" in text
    assert "2 av 3 huvudmän har ingen registrator med konto." in text
    assert "Första stycket. Andra stycket." in text
    print_ = made.versions.get().short_fingerprint
    assert f"antas i sin version 1, med fingeravtrycket {print_} , utan ändring." in text
    kept = {name: page.context["form"][name].value() for name in posted}
    changed = client.post(f"{ROOT}utskick/nytt/", kept | {"change": "1"})
    assert changed.context["form"]["letter"].value() == posted["letter"]
    answers = [client.post(f"{ROOT}utskick/nytt/", kept | {"send": "1"}) for _ in range(2)]
    dispatch = Dispatch.objects.first()
    assert dispatch is not None
    assert [answer.url for answer in answers] == [f"{ROOT}utskick/{dispatch.pk}/"] * 2
    assert (Dispatch.objects.count(), dispatch.items.count(), Job.objects.count()) == (2, 3, 1)
    assert "Tas fram" in text_of(client.get(answers[0].url))
    jobs.run_pending()
    text = text_of(client.get(answers[0].url))
    assert "0 av 3 har tagit emot." in text
    assert "Har inte öppnat (3)" in text
    assert "En registrator har konto, men ingen har öppnat: Falu kommun" in text


def test_the_hidden_fields_hold_what_was_typed(world: World, as_person: As) -> None:
    """A browser sends back what stands in the hidden fields: line breaks and quotes must survive it."""
    made = published(world, THREE)
    letter = 'Rad "ett" & <två>\nRad två'
    page = as_person("coordinator").post(f"{ROOT}utskick/nytt/", dispatch_post(world, made, letter=letter))
    assert 'value="Rad &#34;ett&#34; &amp; &lt;två&gt;\nRad två"' in page.content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"version": ""}, "version"),
        ({"version": "\x00"}, "version"),
        ({"reply_by": "2020-01-01"}, "reply_by"),
        ({"reply_by": "snart"}, "reply_by"),
        ({"letter": "  "}, "letter"),
        ({"letter": "x" * 5001}, "letter"),
        ({"letter": f"Ring {PERSONAL_NUMBER}"}, "letter"),
        ({"letter": "a\x00b"}, "letter"),
        ({"organisations": []}, "organisations"),
        ({"organisations": ["polisen"]}, "organisations"),
        ({"organisations": [10**30]}, "organisations"),
    ],
)
@pytest.mark.parametrize("button", ["", "send"])
def test_faults_of_a_dispatch_stand_by_their_field(
    world: World, as_person: As, changed: dict[str, Any], field: str, button: str
) -> None:
    made = published(world, THREE)
    posted = dispatch_post(world, made, **changed) | ({button: "1"} if button else {})
    response = as_person("coordinator").post(f"{ROOT}utskick/nytt/", posted)
    assert (response.status_code, list(response.context["form"].errors)) == (200, [field])
    assert Dispatch.objects.count() == 0


def test_who_is_no_party_is_not_sent_anything(world: World, as_person: As) -> None:
    made = published(world, THREE)
    posted = dispatch_post(world, made, organisations=[world.org["orsa"].pk], send="1")
    response = as_person("coordinator").post(f"{ROOT}utskick/nytt/", posted)
    assert list(response.context["form"].errors) == ["organisations"]


def test_what_was_sent_meanwhile_is_told_and_can_still_be_sent(world: World, as_person: As) -> None:
    made = published(world, THREE)
    posted = dispatch_post(world, made, send="1")
    dispatched(world, made, ("falun",), days_ago=0)
    client = as_person("coordinator")
    response = client.post(f"{ROOT}utskick/nytt/", posted)
    assert response.context["form"].non_field_errors() == [actions.SENT_MEANWHILE]
    assert Dispatch.objects.count() == 1
    again = posted | {"seen": response.context["form"]["seen"].value()}
    assert client.post(f"{ROOT}utskick/nytt/", again).status_code == 302
    assert Dispatch.objects.count() == 2


def test_a_stopped_dispatch_is_gone_on_with(world: World, as_person: As) -> None:
    dispatch = dispatched(world, published(world, THREE), THREE, is_prepared=False)
    client = as_person("coordinator")
    url = f"{ROOT}utskick/{dispatch.pk}/"
    assert "Alla har inte fått sin försändelse" in text_of(client.get(url))
    assert "Fortsätt utskicket" not in text_of(as_person("registrar").get(url))
    assert "Inte skickad" in text_of(as_person("registrar").get(url))
    client.post(url)
    client.post(url)
    assert Job.objects.count() == 1
    assert "Fortsätt utskicket" not in text_of(client.get(url))
    jobs.run_pending()
    assert "Allt är redan skickat." in text_of(client.post(url, follow=True))


def test_members_see_functions_and_no_names_of_those_who_received(world: World, as_person: As) -> None:
    made = published(world, THREE)
    dispatch = dispatched(world, made, THREE)
    actions.receive(item=item_of(dispatch, "falun"), by=world.person["registrar"])
    url = f"{ROOT}utskick/{dispatch.pk}/"
    text = text_of(as_person("outsider").get(url))
    assert "Mottagen" in text
    assert ", registrator" in text
    assert "Ragna" not in text
    assert "Har inte öppnat" not in text
    assert "av Siv Samordnare" in text
    protected = User.objects.get(pk=world.person["coordinator"].pk)
    protected.has_protected_identity = True
    audit.save(protected, by=None, verb="saved")
    text = text_of(as_person("outsider").get(url))
    assert "Siv" not in text
    assert "av Person med skyddade uppgifter" in text


def test_links_lead_only_where_the_reader_may_go(world: World, as_person: As) -> None:
    dispatch = dispatched(world, published(world, THREE), THREE)
    url = f"{ROOT}utskick/{dispatch.pk}/"
    links = {
        key: [slug for slug in THREE if f'href="{url}{slug}/"' in as_person(key).get(url).content.decode()]
        for key in ("coordinator", "registrar", "sater_representative", "outsider")
    }
    assert links == {
        "coordinator": list(THREE), "registrar": ["falun"], "sater_representative": ["sater"], "outsider": [],
    }  # fmt: skip


# --- opened and received ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("looked_at", ["", *(f"{name}/" for name in FILES)])
def test_a_look_at_the_page_or_a_file_is_remembered_once(world: World, as_person: As, looked_at: str) -> None:
    dispatch = dispatched(world, published(world, THREE), THREE)
    url = f"{ROOT}utskick/{dispatch.pk}/falun/"
    as_person("coordinator").get(url + looked_at)
    assert item_of(dispatch, "falun").opened_at is None
    as_person("reader").get(url + looked_at)
    first = item_of(dispatch, "falun")
    as_person("registrar").get(url)
    assert (item_of(dispatch, "falun").opened_at, first.opened_by) == (first.opened_at, world.person["reader"])


def test_a_wrong_name_opens_nothing(world: World, as_person: As) -> None:
    dispatch = dispatched(world, published(world, THREE), THREE)
    as_person("reader").get(f"{ROOT}utskick/{dispatch.pk}/falun/brev/")
    assert item_of(dispatch, "falun").opened_at is None


def test_the_registrar_receives_and_registers(world: World, as_person: As) -> None:
    dispatch = dispatched(world, published(world, THREE), THREE)
    client, url = as_person("registrar"), f"{ROOT}utskick/{dispatch.pk}/falun/"
    assert "Ta emot" in text_of(client.get(url))
    assert "Ta emot" not in text_of(as_person("reader").get(url))
    assert "Registrera som mottagen" in text_of(as_person("coordinator").get(url))
    text = text_of(client.post(f"{url}ta-emot/", follow=True))
    assert "Försändelsen är mottagen." in text
    assert "Ta emot" not in text
    assert f'href="{ROOT}huvudman/falun/beslut/nytt/"' in client.get(url).content.decode()
    assert "beslut/nytt" not in as_person("reader").get(url).content.decode()
    assert "Försändelsen är redan mottagen." in text_of(client.post(f"{url}ta-emot/", follow=True))
    assert verbs(item_of(dispatch, "falun")) == ["prepared", "opened", "received"]


# --- reminding --------------------------------------------------------------------------------------------------------


def on_ladder(made: Agreement) -> dict[str, tuple[str, str]]:
    found = reminders.ladder(made)
    lists = {"due": found.due, "later": found.later, "done": found.done}
    return {row.organisation.slug: (name, row.rung) for name, rows in lists.items() for row in rows}


def remind(world: World, made: Agreement, *slugs: str) -> int:
    organisations = [world.org[slug] for slug in slugs]
    by = world.person["coordinator"]
    return actions.remind(agreement=made, organisations=organisations, text="Hör av er.", by=by)


def test_who_has_said_anything_is_not_silent(world: World) -> None:
    made = published(world)
    dispatched(world, made)
    outcomes = {
        "falun": Outcome.ADOPTED, "mora": Outcome.AMENDED, "orsa": Outcome.REJECTED, "alvdalen": Outcome.TABLED,
    }  # fmt: skip
    for slug, outcome in outcomes.items():
        adopt(world, made, slug, outcome=outcome, amendment="Punkt 3" if outcome == Outcome.AMENDED else "")
    said(world, made, "malung-salen", TODAY() - timedelta(days=2))
    assert on_ladder(made) == {"sater": ("due", "Steg 3: samordnaren tar kontakt")}


def test_a_meeting_that_has_passed_is_late(world: World) -> None:
    made = published(world, THREE)
    dispatched(world, made, THREE, days_ago=50)
    said(world, made, "mora", TODAY() - timedelta(days=30))
    step(world, made, "mora", planned_on=TODAY() - timedelta(days=2))
    # said today that nothing is decided: registered now, so the ladder waits fourteen days
    [row] = [row for row in reminders.ladder(made).later if row.organisation.slug == "mora"]
    assert row.standing.is_late
    assert row.why.startswith("Det planerade sammanträdet var ")


def test_who_has_not_got_the_version_is_not_reminded(world: World, as_person: As) -> None:
    made = published(world, THREE)
    dispatched(world, made, ("falun",))
    dispatched(world, made, ("mora",), is_prepared=False)
    assert set(on_ladder(made)) == {"falun"}
    assert "Version 1 är inte skickad till Mora och Säter." in text_of(
        as_person("coordinator").get(f"{ROOT}paminnelser/")
    )
    adopt(world, made, "mora", outcome=Outcome.REJECTED)
    assert reminders.ladder(made).unsent == "Säter"
    published_version(world, made)
    assert (on_ladder(made), reminders.ladder(made).unsent) == ({}, "någon huvudman")


def test_up_the_ladder(world: World, as_person: As) -> None:
    made = published(world, ("falun",))
    dispatched(world, made, ("falun",), days_ago=90)
    client, url = as_person("coordinator"), f"{ROOT}paminnelser/"
    page = client.get(url)
    assert "Falu kommun Har inte hört av sig. Steg 1: registratorn Ragna Registrator" in text_of(page)
    posted = {"organisations": [world.org["falun"].pk], "text": page.context["form"]["text"].value()}
    assert client.post(url, posted).status_code == 302
    assert sent() == [("Ragna Registrator", "Påminnelse om beslut: RÖK prov")]
    message = Message.objects.get()
    assert posted["text"] in message.body
    assert message.path == f"{ROOT}utskick/{Dispatch.objects.get().pk}/falun/"
    assert on_ladder(made) == {"falun": ("later", "Steg 2: alla som kan agera för huvudmannen")}
    again = client.post(url, posted)
    assert list(again.context["form"].errors) == ["organisations"]
    assert Reminder.objects.count() == 1


def test_the_second_rung_reaches_all_who_may_act(world: World) -> None:
    made = published(world, ("falun",))
    dispatched(world, made, ("falun",), days_ago=90)
    reminded(world, made, "falun", 1, days_ago=20)
    assert remind(world, made, "falun") == 1
    assert sorted(name for name, _ in sent()) == ["Alva Administratör", "Ragna Registrator", "Ulla Uppdragsgivare"]
    assert Reminder.objects.latest("pk").rung == 2


def test_the_third_rung_is_the_coordinators_own(world: World, as_person: As) -> None:
    made = published(world, ("falun",))
    dispatched(world, made, ("falun",), days_ago=90)
    reminded(world, made, "falun", 1, days_ago=40)
    reminded(world, made, "falun", 2, days_ago=20)
    text = text_of(as_person("coordinator").get(f"{ROOT}paminnelser/"))
    assert "Inget skickas till huvudmannen. Samordnaren tar kontakt: funktion@falun.example" in text
    remind(world, made, "falun")
    assert sent() == [("Siv Samordnare", "Ta kontakt med Falun om RÖK prov")]
    message = Message.objects.get()
    assert "funktion@falun.example" in message.body
    assert message.path == f"{ROOT}paminnelser/"
    assert on_ladder(made) == {"falun": ("done", "Alla tre stegen är tagna")}


def test_all_or_none_are_reminded(world: World) -> None:
    made = published(world, THREE)
    dispatched(world, made, THREE)
    adopt(world, made, "mora", outcome=Outcome.REJECTED)
    with pytest.raises(actions.MoveRefused) as refused:
        remind(world, made, "falun", "mora")
    assert "Mora ska inte påminnas nu" in str(refused.value)
    assert (Reminder.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.parametrize("key", ["registrar", "outsider", "steering"])
def test_only_the_coordinator_reminds(world: World, key: str) -> None:
    made = published(world, THREE)
    dispatched(world, made, THREE)
    with pytest.raises(actions.Refused):
        actions.remind(agreement=made, organisations=[world.org["falun"]], text="Hör av er.", by=world.person[key])


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"organisations": []}, "organisations"),
        ({"organisations": ["x"]}, "organisations"),
        ({"organisations": [10**30]}, "organisations"),
        ({"text": ""}, "text"),
        ({"text": "a\x00"}, "text"),
        ({"text": "x" * 5001}, "text"),
        ({"text": PERSONAL_NUMBER}, "text"),
    ],
)
def test_faults_of_a_reminder_stand_by_their_field(
    world: World, as_person: As, changed: dict[str, Any], field: str
) -> None:
    dispatched(world, published(world, THREE), THREE)
    posted = {"organisations": [world.org["falun"].pk], "text": "Hör av er.", **changed}
    response = as_person("coordinator").post(f"{ROOT}paminnelser/", posted)
    assert (response.status_code, list(response.context["form"].errors)) == (200, [field])
    assert Reminder.objects.count() == 0


def test_the_log_tells_all_that_was_sent(world: World, as_person: As) -> None:
    made = published(world, THREE)
    dispatched(world, made, THREE, days_ago=90)
    remind(world, made, "falun", "mora")
    text = text_of(as_person("coordinator").get(f"{ROOT}paminnelser/"))
    assert "Steg 1: registratorn, skickad av Siv Samordnare." in text
    assert "Hör av er." in text


# --- hostile words, and how much is asked of the database -------------------------------------------------------------


def test_hostile_words_stay_words_on_every_page(world: World, as_person: As) -> None:
    made = published(world, THREE)
    evil = "<script>alert(1)</script>{{ 7 }}"
    forum_decision(world, made, comment=evil, paragraph="<b>§</b>")
    dispatch = dispatched(world, made, THREE, days_ago=90)
    by = world.person["coordinator"]
    actions.remind(agreement=made, organisations=[world.org["falun"]], text=evil, by=by)
    dispatch.letter = evil
    audit.save(dispatch, by=by, verb="saved")
    for url in (ROOT, f"{ROOT}paminnelser/", f"{ROOT}utskick/{dispatch.pk}/"):
        body = as_person("coordinator").get(url).content.decode()
        assert "<script>alert" not in body
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 }}" in body


@pytest.mark.parametrize("count", [2, 30])
def test_as_many_questions_for_two_as_for_thirty(world: World, django_assert_num_queries: Any, count: int) -> None:
    slugs = more_principals(world, count)
    made = published(world, slugs)
    for slug in slugs:
        grant(world, "registrar", Role.REGISTRAR, slug)
    dispatch = dispatched(world, made, slugs)
    for slug in slugs:
        actions.receive(item=item_of(dispatch, slug), by=User.objects.get(pk=world.person["registrar"].pk))
    coordinator = User.objects.get(pk=world.person["coordinator"].pk)
    queries.is_coordinator(coordinator)
    with django_assert_num_queries(6):
        assert len(queries.dispatch_page(queries.dispatches().get(pk=dispatch.pk), coordinator).rows) == count
    with django_assert_num_queries(12):
        assert len(reminders.ladder(made).due) == count
    organisations = [world.org[slug] for slug in slugs]
    with django_assert_num_queries(2):
        assert len(queries.recipients(dispatch.version, organisations)) == count


@pytest.mark.parametrize("count", [2, 30])
def test_pages_ask_as_often_for_two_as_for_thirty(
    world: World, as_person: As, django_assert_num_queries: Any, count: int
) -> None:
    slugs = more_principals(world, count)
    made = published(world, slugs)
    dispatch = dispatched(world, made, slugs)
    client = as_person("coordinator")
    for url, number in (
        (f"{ROOT}utskick/{dispatch.pk}/", 11),
        (f"{ROOT}paminnelser/", 19),
        (f"{ROOT}utskick/nytt/", 15),
    ):
        client.get(url)
        with django_assert_num_queries(number):
            assert client.get(url).status_code == 200
