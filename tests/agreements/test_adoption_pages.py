"""The pages of adoption: who opens and who posts what, what they say, and what a registrar sees of mistakes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from agreements.actions import adoption as actions
from agreements.actions import validity
from agreements.enums import Evidence, Outcome
from agreements.models import AdoptionDecision, Agreement, DecisionStep, Signature, StatusNote, ValidityChange
from agreements.rules.words import day_in_words
from kvinnofrid.core import audit
from kvinnofrid.core.models import StoredFile
from organisations.models import DecidingBody
from tests.agreements.test_adoption import extract, joint_committee, prove, register, say, signature
from tests.agreements.test_adoption_validity import change, change_values
from tests.factories import documents
from tests.factories.agreements import adopt, body_of, published, published_version, said, step
from tests.factories.cast import World
from tests.factories.filling import PERSONAL_NUMBER
from tests.factories.tables import counts

As = Callable[[str], Client]
TODAY = timezone.localdate
FALUN = "/overenskommelser/rok-prov/huvudman/falun/"
ROK = "/overenskommelser/rok-prov/"


def decision_post(world: World, **changed: Any) -> dict[str, Any]:
    """The least that a registrar fills in."""
    return {
        "body": body_of(world, "falun").pk,
        "role": "deciding",
        "decided_on": str(TODAY() - timedelta(days=2)),
        "outcome": "adopted",
        "text": "1",
        **changed,
    }


def steps_post(world: World, *rows: dict[str, Any], seen: str = "") -> dict[str, Any]:
    posted = {f"beslutsvag-{place}-{name}": value for place, row in enumerate(rows) for name, value in row.items()}
    return {"beslutsvag-TOTAL_FORMS": len(rows), "beslutsvag-INITIAL_FORMS": 0, "seen": seen, **posted}


def validity_post(world: World, **changed: Any) -> dict[str, Any]:
    given = change_values(world, forum=world.forum.pk) | changed
    return {name: "" if value is None else value for name, value in given.items()}


def pdf_file(*lines: str, name: str = "utdrag.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, extract(*lines).data)


def errors(answer: Any, name: str = "form") -> dict[str, list[str]]:
    return {field: list(texts) for field, texts in answer.context[name].errors.items()}


def told(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def counted() -> dict[str, int]:
    """How many rows each table of agreements and files has, their histories too."""
    return counts([*apps.get_app_config("agreements").get_models(), StoredFile, DecidingBody])


def test_files_that_are_not_there(world: World, as_person: As) -> None:
    made = published(world, is_signed=True)
    decision, changed = adopt(world, made, "falun"), change(world, made)
    client = as_person("coordinator")
    assert client.get(f"{ROK}beslut/{decision.pk}/utdrag/").status_code == 404
    assert client.get(f"{ROK}giltighet/{changed.pk}/fil/").status_code == 404


def test_where_parties_do_not_sign_there_is_no_such_page(world: World, as_person: As) -> None:
    published(world)
    assert as_person("registrar").get(FALUN + "underskrift/").status_code == 404


# --- registering --------------------------------------------------------------------------------------------------------


def test_a_decision_in_one_post(world: World, as_person: As) -> None:
    made = published(world)
    short = made.versions.get().short_fingerprint
    answer = as_person("registrar").post(
        FALUN + "beslut/nytt/",
        decision_post(
            world, paragraph="§ 214", case_numbers="KS 2026/12\nSN 2026/7, RD 1", extract=pdf_file(f"Text {short}")
        ),
        follow=True,
    )
    decision = AdoptionDecision.objects.get()
    assert answer.redirect_chain == [(decision.get_absolute_url(), 302)]
    assert told(answer) == ["Beslutet är registrerat."]
    assert (decision.version, decision.case_numbers, decision.paragraph) == (
        made.versions.get(), ["KS 2026/12", "SN 2026/7", "RD 1"], "§ 214",
    )  # fmt: skip
    assert answer.context["news"].title == "Portalen hittade rätt fingeravtryck i utdraget"
    assert "Vad händer nu?" in answer.text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("214", "§ 214"), ("§214", "§ 214"), ("214 §", "§ 214"), ("§ 12 a", "§ 12 a"), ("KS § 9", "KS § 9"), ("", "")],
)
def test_paragraphs_are_written_alike(world: World, as_person: As, typed: str, kept: str) -> None:
    published(world)
    as_person("registrar").post(FALUN + "beslut/nytt/", decision_post(world, paragraph=typed))
    assert AdoptionDecision.objects.get().paragraph == kept


def test_posting_twice_makes_one(world: World, as_person: As) -> None:
    published(world)
    client = as_person("registrar")
    answers = [client.post(FALUN + "beslut/nytt/", decision_post(world)) for _ in range(2)]
    assert [answer.url for answer in answers] == [AdoptionDecision.objects.get().get_absolute_url()] * 2


def test_a_step_fills_in_what_is_known(world: World, as_person: As) -> None:
    made, day = published(world), TODAY() - timedelta(days=1)
    row = step(world, made, "falun", "Socialnämnden", role="preparing", planned_on=day)
    form = as_person("registrar").get(f"{FALUN}beslut/nytt/?steg={row.pk}").context["form"]
    assert [form[name].value() for name in ("body", "role", "decided_on")] == [row.body_id, "preparing", day]
    other = step(world, made, "mora")
    for wrong in (other.pk, "x", "", "9" * 40):
        assert as_person("registrar").get(f"{FALUN}beslut/nytt/?steg={wrong}").context["form"].initial == {}


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        ("{short}", ""),
        ("{lower}", "typed"),
        ("  fingeravtryck: {short} ", ""),
        ("{bare}", "typed"),
        ("{spaced}", "1"),
        ("{full}", ""),
        ("{upper_full}", "typed"),
    ],
)
def test_the_fingerprint_is_typed_in_any_spelling(world: World, as_person: As, spelling: str, text: str) -> None:
    version = published(world).versions.get()
    short, full = version.short_fingerprint, version.fingerprint
    spellings = {
        "short": short,
        "lower": short.lower(),
        "bare": short.replace("-", "").replace("0", "O").replace("1", "l"),
        "spaced": short.replace("-", " – "),
        "full": full,
        "upper_full": full.upper(),
    }
    data = decision_post(world, text=text, fingerprint=spelling.format(**spellings))
    assert as_person("registrar").post(FALUN + "beslut/nytt/", data).status_code == 302
    assert AdoptionDecision.objects.get().version == version


def test_a_fingerprint_of_no_version_is_another_text(world: World, as_person: As) -> None:
    published(world)
    data = decision_post(world, text="typed", fingerprint="1111 2222 3333")
    assert as_person("registrar").post(FALUN + "beslut/nytt/", data).status_code == 302
    decision = AdoptionDecision.objects.get()
    assert (decision.version, decision.stated_fingerprint) == (None, "1111-2222-3333")
    assert as_person("reader").get(FALUN).context["page"].verdict == "Antagen i annan version"


def test_another_text_without_a_fingerprint(world: World, as_person: As) -> None:
    published(world)
    answer = as_person("registrar").post(FALUN + "beslut/nytt/", decision_post(world, text="other"), follow=True)
    assert (AdoptionDecision.objects.get().version, "utan fingeravtryck" in answer.text) == (None, True)


ADOPTED = "Bara ett organ som beslutar kan anta. Ändra uppgiften, eller välj ett annat utfall."
SHAPE = (
    "Skriv fingeravtrycket som det står på handlingen, till exempel 7F3A-91C2-04D8. Det har tolv tecken: siffror och "
    "bokstäverna A till F."
)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"body": ""}, {"body": ["Välj vilket organ som beslutade."]}),
        ({"decided_on": "2999-01-01"}, {"decided_on": ["Året ska ligga mellan 2000 och 2100."]}),
        ({"decided_on": "2099-01-01"}, {"decided_on": ["Beslutet kan inte ligga i framtiden."]}),
        ({"decided_on": "1999-12-31"}, {"decided_on": ["Året ska ligga mellan 2000 och 2100."]}),
        ({"decided_on": "i går"}, {"decided_on": ["Skriv datumet som ÅÅÅÅ-MM-DD, till exempel 2026-11-22."]}),
        ({"outcome": ""}, {"outcome": ["Välj vad organet kom fram till."]}),
        ({"outcome": "supported"}, {"outcome": ["Bara ett organ som bereder eller yttrar sig ställer sig bakom ett förslag."]}),
        ({"role": "preparing"}, {"outcome": [ADOPTED]}),
        ({"outcome": "amended"}, {"amendment": ["Skriv vad som ändrades."]}),
        ({"text": ""}, {"text": ["Välj vilken text som antogs."]}),
        ({"text": "unclear"}, {"text": ["Välj vilken text som antogs."]}),
        ({"text": "typed"}, {"fingerprint": ["Skriv fingeravtrycket som står på handlingen."]}),
        ({"fingerprint": "1111-2222-3333"}, {"fingerprint": ["Det är inte fingeravtrycket för version 1."]}),
        ({"text": "typed", "fingerprint": "7F3A"}, {"fingerprint": [SHAPE]}),
        ({"text": "typed", "fingerprint": "19811218-9876"}, {"fingerprint": [SHAPE]}),
        ({"case_numbers": "1,2,3,4,5,6"}, {"case_numbers": ["Högst fem diarienummer får plats."]}),
        ({"case_numbers": "x" * 61}, {"case_numbers": ["Ett diarienummer kan ha högst 60 tecken."]}),
    ],
)  # fmt: skip
def test_mistakes_are_told_beside_the_field(
    world: World, as_person: As, changed: dict[str, Any], expected: dict[str, list[str]]
) -> None:
    published(world)
    answer = as_person("registrar").post(FALUN + "beslut/nytt/", decision_post(world, paragraph="§ 7", **changed))
    assert (answer.status_code, errors(answer)) == (200, expected)
    assert 'value="§ 7"' in answer.text
    assert AdoptionDecision.objects.count() == 0


def test_void_is_never_chosen_and_another_principals_body_neither(world: World, as_person: As) -> None:
    published(world)
    moras = body_of(world, "mora", "Moras nämnd").pk
    for changed in ({"outcome": "void"}, {"body": moras}, {"text": "99"}):
        answer = as_person("registrar").post(FALUN + "beslut/nytt/", decision_post(world, **changed))
        assert list(errors(answer))[:1] == list(changed)
    assert AdoptionDecision.objects.count() == 0


@pytest.mark.parametrize("field", ["paragraph", "case_numbers", "delegation", "reservation", "amendment"])
def test_a_personal_number_is_refused(world: World, as_person: As, field: str) -> None:
    published(world)
    changed = {"outcome": "amended", "amendment": "Punkt 3", field: f"Se {PERSONAL_NUMBER}"}
    answer = as_person("registrar").post(FALUN + "beslut/nytt/", decision_post(world, **changed))
    assert list(errors(answer)) == [field]
    assert AdoptionDecision.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("bild.pdf", b"\x89PNG\r\n\x1a\n\x00", "Filen är inte en PDF, trots namnet."),
        ("utdrag.docx", documents.docx(documents.p("Beslut")), "Filen är inte en PDF."),
        ("sida.html", b"<script>alert(1)</script>", "Filen är inte en PDF."),
        ("tom.pdf", b"", "Filen är tom."),
        (f"utdrag {PERSONAL_NUMBER}.pdf", documents.pdf(""), "Filens namn innehåller något som ser ut som ett personnummer. Döp om filen och välj den igen."),
        ("stor.pdf", b"%PDF-1.7\n" + b"0" * (10 * 1024 * 1024), "Filen är större än 10\N{NO-BREAK SPACE}MB."),
    ],
)  # fmt: skip
def test_hostile_uploads(world: World, as_person: As, name: str, data: bytes, expected: str) -> None:
    published(world)
    post = decision_post(world, extract=SimpleUploadedFile(name, data))
    answer = as_person("registrar").post(FALUN + "beslut/nytt/", post)
    assert (answer.status_code, errors(answer)) == (200, {"extract": [expected]})
    assert (AdoptionDecision.objects.count(), StoredFile.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7\nbroken", b"%PDF-1.4\n%%EOF", documents.pdf(), documents.pdf(documents.SCAN, extra=[documents.DOT])],
)
def test_a_pdf_that_cannot_be_read_is_kept_and_said(world: World, as_person: As, data: bytes) -> None:
    published(world)
    post = decision_post(world, extract=SimpleUploadedFile("utdrag.pdf", data))
    answer = as_person("registrar").post(FALUN + "beslut/nytt/", post, follow=True)
    assert answer.context["news"].tone == "warning"
    file = as_person("reader").get(answer.context["row"].extract_url)
    assert file.content == data


def test_the_daily_quota_is_told_beside_the_file(world: World, as_person: As, settings: Any) -> None:
    published(world)
    settings.FILES_DAILY_BYTES = 10
    post = decision_post(world, extract=pdf_file("x"))
    answer = as_person("registrar").post(FALUN + "beslut/nytt/", post)
    assert (answer.status_code, AdoptionDecision.objects.count()) == (200, 0)
    assert len(answer.context["form"].non_field_errors()) == 1


def test_a_joint_committee_is_registered_for_all_by_the_coordinator(world: World, as_person: As) -> None:
    body = joint_committee(world, "mora", ("falun", "orsa"))
    published(world)
    page = as_person("registrar").get(FALUN + "beslut/nytt/")
    assert "also_for" not in page.context["form"].fields  # registers for nobody else
    data = decision_post(world, body=body.pk, also_for=[world.org["mora"].pk, world.org["orsa"].pk])
    assert as_person("coordinator").post(FALUN + "beslut/nytt/", data).status_code == 302
    rows = AdoptionDecision.objects.values_list("organisation__slug", flat=True).order_by("organisation__slug")
    assert list(rows) == ["falun", "mora", "orsa"]
    own = decision_post(world, also_for=[world.org["mora"].pk])
    answer = as_person("coordinator").post(FALUN + "beslut/nytt/", own)
    assert errors(answer) == {"also_for": ["Kommunfullmäktige beslutar inte för alla som du har kryssat för."]}


def test_without_a_body_the_page_says_what_to_do(world: World, as_person: As) -> None:
    published(world)
    assert "Lägg till ett organ" in as_person("registrar").get(FALUN + "beslut/nytt/").text


# --- one entry ----------------------------------------------------------------------------------------------------------


def test_an_extract_that_names_another_text_is_loud(world: World, as_person: As) -> None:
    made = published(world)
    old = made.versions.get().short_fingerprint
    published_version(world, made, title="Ny rubrik")
    decision = register(world, made, upload=extract(old))
    page = as_person("reader").get(decision.get_absolute_url())
    assert "Utdraget anger ett annat fingeravtryck" in page.text
    assert old in page.text
    principal = as_person("reader").get(FALUN)
    assert [one.url for one in principal.context["page"].contrary] == [decision.get_absolute_url()]
    assert "Utdraget anger en annan text än den som är registrerad" in principal.text


def test_what_a_reader_and_a_registrar_are_offered(world: World, as_person: As) -> None:
    decision = register(world, published(world), upload=extract("x"))
    for key, offered in (("reader", False), ("registrar", True), ("coordinator", True), ("outsider", False)):
        page = as_person(key).get(decision.get_absolute_url())
        assert [word in page.text for word in ("Registrera belägg", "Rätta eller komplettera")] == [offered, offered]
        principal = as_person(key).get(FALUN)
        assert ("Registrera beslut" in principal.text) == offered


def test_what_is_proved_is_not_asked_for_again(world: World, as_person: As) -> None:
    made = published(world)
    decision = register(world, made, upload=extract(f"Fingeravtryck {made.versions.get().short_fingerprint}"))
    address = decision.get_absolute_url()
    asked = ("En person behöver", "Registrera belägg")
    for key, expected in (("registrar", [True, True]), ("reader", [True, False])):
        page = as_person(key).get(address).text
        assert [words in page for words in asked] == expected
    prove(world, decision, Evidence.EXTRACT, "registrar")
    for key, expected in (("registrar", [False, False]), ("coordinator", [False, True])):  # who may also compare
        page = as_person(key).get(address).text
        assert [words in page for words in asked] == expected
    prove(world, decision, Evidence.COMPARED, "coordinator", "Läst mot varandra.")
    assert "Registrera belägg" not in as_person("coordinator").get(address).text


def test_a_corrected_entry_leads_on(world: World, as_person: As) -> None:
    decision = register(world, published(world))
    client = as_person("registrar")
    form = client.get(f"{decision.get_absolute_url()}ratta/").context["form"]
    assert (form["paragraph"].value(), form["text"].value(), form["case_numbers"].value()) == (
        "§ 214", "1", "KS 2026/12\nSN 2026/7",
    )  # fmt: skip
    data = decision_post(world, paragraph="§ 215", reason="Fel paragraf.", decided_on=str(decision.decided_on))
    answer = client.post(f"{decision.get_absolute_url()}ratta/", data, follow=True)
    new = AdoptionDecision.objects.get(corrects=decision)
    assert answer.redirect_chain == [(new.get_absolute_url(), 302)]
    old = client.get(decision.get_absolute_url())
    assert "Den här registreringen är rättad" in old.text
    assert f'href="{new.get_absolute_url()}"' in old.text
    again = client.get(f"{decision.get_absolute_url()}ratta/")
    assert (again.status_code, again.url) == (302, decision.get_absolute_url())
    page = client.get(FALUN)
    assert ([row.key for row in page.context["page"].entries], "Rättad" in page.text) == ([new.pk], True)


def test_correcting_and_proving_with_two_clicks(world: World, as_person: As) -> None:
    decision = register(world, published(world), upload=extract("x"))
    client = as_person("registrar")
    data = {"grade": "extract", "comment": "Sidan 2."}
    proved = [client.post(f"{decision.get_absolute_url()}belagg/", data).url for _ in range(2)]
    assert (proved, decision.proofs.count()) == ([decision.get_absolute_url()] * 2, 1)
    data = decision_post(world, paragraph="§ 215", reason="Fel paragraf.")
    corrected = [client.post(f"{decision.get_absolute_url()}ratta/", data).url for _ in range(2)]
    new = AdoptionDecision.objects.get(corrects=decision)
    assert (corrected, AdoptionDecision.objects.count()) == ([new.get_absolute_url()] * 2, 2)
    late = as_person("coordinator").post(f"{decision.get_absolute_url()}ratta/", data)
    assert (late.status_code, errors(late)) == (200, {"__all__": [actions.CORRECTED]})
    assert "Fel paragraf." in late.text


def test_a_body_that_no_longer_decides_for_the_principal_can_stand_in_a_correction(world: World, as_person: As) -> None:
    body, made = joint_committee(world, "mora", ("falun",)), published(world)
    decision = register(world, made, body=body)
    step(world, made, "mora", "Gemensamma nämnden")
    audit.remove(body.participants.get(), by=None, verb="removed")
    data = decision_post(world, body=body.pk, paragraph="§ 3", reason="Fel paragraf.")
    assert as_person("registrar").post(f"{decision.get_absolute_url()}ratta/", data).status_code == 302
    assert list(errors(as_person("registrar").post(FALUN + "beslut/nytt/", data))) == ["body"]


def test_a_correction_needs_a_reason(world: World, as_person: As) -> None:
    decision = register(world, published(world))
    answer = as_person("registrar").post(f"{decision.get_absolute_url()}ratta/", decision_post(world))
    assert errors(answer) == {"reason": ["Skriv varför den rättas."]}
    answer = as_person("registrar").post(f"{decision.get_absolute_url()}ratta/", {"void": "1", "why": " "})
    assert errors(answer, "void_form") == {"why": ["Skriv varför registreringen stryks."]}
    assert AdoptionDecision.objects.count() == 1


def test_striking_out(world: World, as_person: As) -> None:
    decision = register(world, published(world))
    data = {"void": "1", "why": "Det var ett annat ärende."}
    answer = as_person("registrar").post(f"{decision.get_absolute_url()}ratta/", data, follow=True)
    assert "Registreringen är struken" in answer.text
    assert as_person("reader").get(FALUN).context["page"].verdict == "Okänt"


def test_an_extract_is_taken_away_or_replaced_not_both(world: World, as_person: As) -> None:
    decision = register(world, published(world), upload=extract("x"))
    data = decision_post(world, reason="Fel fil.", removes_extract="on", extract=pdf_file("y"))
    answer = as_person("registrar").post(f"{decision.get_absolute_url()}ratta/", data)
    assert list(errors(answer)) == ["removes_extract"]


@pytest.mark.parametrize("initial", ["1111-2222-3333", "utan fingeravtryck"])
def test_another_text_is_corrected_as_it_stood(world: World, as_person: As, initial: str) -> None:
    decision = register(world, published(world), version=None, stated_fingerprint=initial)
    form = as_person("registrar").get(f"{decision.get_absolute_url()}ratta/").context["form"]
    data = {name: form[name].value() or "" for name in form.fields if name not in {"extract", "reason"}}
    data |= {"body": decision.body_id, "paragraph": "§ 3", "reason": "Fel."}
    data.pop("is_approved_at_once")
    assert as_person("registrar").post(f"{decision.get_absolute_url()}ratta/", data).status_code == 302
    assert AdoptionDecision.objects.get(corrects=decision).stated_fingerprint == initial


def test_proving(world: World, as_person: As) -> None:
    decision = register(world, published(world), upload=extract("x"))
    address = f"{decision.get_absolute_url()}belagg/"
    registrar, coordinator = as_person("registrar"), as_person("coordinator")
    assert [value for value, _ in registrar.get(address).context["form"].fields["grade"].choices] == ["extract"]
    answer = registrar.post(address, {"grade": "extract"})
    assert errors(answer) == {
        "comment": ["Portalen kunde inte själv se fingeravtrycket i utdraget. Skriv var i utdraget det står."]
    }
    assert registrar.post(address, {"grade": "compared", "comment": "Ja"}).status_code == 200
    assert registrar.post(address, {"grade": "extract", "comment": "Sidan 2."}).status_code == 302
    assert registrar.get(address).status_code == 302  # nothing left to prove
    left = coordinator.get(address).context["form"].fields["grade"].choices
    assert [value for value, _ in left] == ["compared"]
    assert coordinator.post(address, {"grade": "compared", "comment": "Jämförda."}).status_code == 302
    page = as_person("reader").get(decision.get_absolute_url())
    assert page.context["row"].evidence == Evidence.EXTRACT
    assert [proof.comment for proof in page.context["proofs"]] == ["Sidan 2.", "Jämförda."]


# --- the way to a decision ----------------------------------------------------------------------------------------------


def test_the_way_is_written_without_javascript(world: World, as_person: As) -> None:
    made, client = published(world), as_person("registrar")
    added = client.post(
        FALUN + "vag/", {"add_body": "1", "body-kind": "council", "body-name": "Fullmäktige"}, follow=True
    )
    assert told(added) == ["Fullmäktige är tillagd. Välj den i beslutsvägen."]
    council = DecidingBody.objects.get(name="Fullmäktige")
    board = body_of(world, "falun", "Kommunstyrelsen")
    day = str(TODAY() + timedelta(days=30))
    page = client.get(FALUN + "vag/")
    assert len(page.context["formset"].forms) == 3
    rows = [
        {"body": council.pk, "role": "deciding", "planned_on": day, "position": 2},
        {"body": board.pk, "role": "preparing", "position": 1},
        {},
    ]
    assert client.post(FALUN + "vag/", steps_post(world, *rows)).status_code == 302
    found = DecisionStep.objects.filter(agreement=made).values_list("position", "body__name", "role")
    assert list(found) == [(1, "Kommunstyrelsen", "preparing"), (2, "Fullmäktige", "deciding")]
    rows[1]["DELETE"] = "on"
    assert client.post(FALUN + "vag/", steps_post(world, *rows)).status_code == 302
    assert list(found.all()) == [(1, "Fullmäktige", "deciding")]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"role": ""}], {"role": ["Välj vad organet gör."]}),
        ([{"planned_on": "2026-02-30"}], {"planned_on": ["Skriv datumet som ÅÅÅÅ-MM-DD, till exempel 2026-11-22."]}),
        ([{"body": "", "planned_on": "2026-12-01"}], {"body": ["Välj vilket organ det gäller."]}),
        ([{"position": "-1"}], {"position": ["Kontrollera att detta värde är större än eller lika med 1."]}),
    ],
)
def test_mistakes_in_the_way(world: World, as_person: As, rows: list[dict[str, Any]], expected: Any) -> None:
    published(world)
    council = {"body": body_of(world, "falun").pk, "role": "deciding"}
    answer = as_person("registrar").post(FALUN + "vag/", steps_post(world, *({**council, **row} for row in rows)))
    assert (answer.status_code, answer.context["formset"].errors) == (200, [expected])
    assert DecisionStep.objects.count() == 0


def test_the_same_step_twice_and_too_many_and_broken(world: World, as_person: As) -> None:
    published(world)
    row = {"body": body_of(world, "falun").pk, "role": "deciding"}
    client = as_person("registrar")
    answer = client.post(FALUN + "vag/", steps_post(world, row, row))
    assert answer.context["formset"].non_form_errors() == ["Samma organ står två gånger med samma uppgift."]
    assert client.post(FALUN + "vag/", steps_post(world, *[row] * 40)).status_code == 200
    assert client.post(FALUN + "vag/", {"seen": "x"}).status_code == 200
    assert DecisionStep.objects.count() == 0


def test_a_way_that_somebody_has_changed_is_shown_beside_what_was_typed(world: World, as_person: As) -> None:
    made, client = published(world), as_person("registrar")
    council = body_of(world, "falun").pk
    seen = client.get(FALUN + "vag/").context["form"]["seen"].value()
    step(world, made, "falun")
    data = steps_post(world, {"body": council, "role": "heard"}, seen=seen)
    answer = client.post(FALUN + "vag/", data)
    assert (answer.status_code, answer.context["stands"]) == (200, ["1. Kommunfullmäktige, beslutar"])
    assert "Så här står det nu" in answer.text
    data["seen"] = answer.context["form"]["seen"].value()
    assert client.post(FALUN + "vag/", data).status_code == 302
    assert DecisionStep.objects.get().role == "heard"


def test_the_same_body_is_not_added_twice(world: World, as_person: As) -> None:
    published(world)
    body_of(world, "falun")
    data = {"add_body": "1", "body-kind": "council", "body-name": "kommunfullmäktige"}
    answer = as_person("registrar").post(FALUN + "vag/", data)
    assert errors(answer, "body_form") == {"name": ["Falu kommun har redan ett organ med det namnet."]}
    assert DecidingBody.objects.count() == 1


# --- what is said, signed, and how long it lasts --------------------------------------------------------------------------


def test_a_note_about_the_future_is_refused(world: World, as_person: As) -> None:
    published(world)
    data = {"said_on": str(TODAY() + timedelta(days=1)), "said_by": "Kanslichefen"}
    answer = as_person("registrar").post(FALUN + "besked/", data)
    assert errors(answer) == {"said_on": ["Beskedet kan inte ligga i framtiden."]}
    assert StatusNote.objects.count() == 0


def test_a_signature_names_a_published_version(world: World, as_person: As) -> None:
    made = published(world, is_signed=True)
    other = published(world, title="En annan").versions.get()
    data = {"version": other.pk, "signatory": "Ordföranden", "signed_on": str(TODAY()), "file": pdf_file("x")}
    assert list(errors(as_person("registrar").post(FALUN + "underskrift/", data))) == ["version"]
    data |= {"version": made.versions.get().pk, "file": pdf_file("Original")}
    assert as_person("registrar").post(FALUN + "underskrift/", data).status_code == 302
    assert Signature.objects.get().signatory == "Ordföranden"


def test_a_note_is_struck_and_stays_readable(world: World, as_person: As) -> None:
    made, client = published(world), as_person("registrar")
    note = say(world, made, comment="Kommer upp i december.")
    address = f"{ROK}besked/{note.pk}/stryk/"
    assert errors(client.post(address, {"why": ""})) == {"why": ["Skriv varför registreringen stryks."]}
    assert errors(client.post(address, {"why": f"Fel: {PERSONAL_NUMBER}"})).keys() == {"why"}
    answer = client.post(address, {"why": "Det gällde Mora."}, follow=True)
    assert told(answer) == ["Beskedet är struket. Registrera det på nytt om det bara var något som var fel."]
    page = answer.context["page"]
    assert (page.verdict, page.asserted) == ("Okänt", "")
    assert [(row.entry, row.struck_by.reason, row.void_url) for row in page.notes] == [(note, "Det gällde Mora.", "")]
    assert [event.sentence for event in page.history] == [
        f"Strök beskedet {words()} att inget är beslutat.",
        f"Registrerade beskedet {words()} att inget är beslutat.",
    ]
    assert page.history[0].reason == "Det gällde Mora."
    for text in ("Kommer upp i december.", "Struken", "Det gällde Mora."):
        assert text in answer.text
    assert client.get(address).status_code == 404
    assert client.post(address, {"why": "Det gällde Mora."}).status_code == 302  # the same click once more
    assert StatusNote.objects.count() == 2


def test_a_signature_is_struck_and_its_original_stays(world: World, as_person: As) -> None:
    made, client = published(world, is_signed=True), as_person("registrar")
    signed = signature(world, made)
    answer = client.post(f"{ROK}underskrift/{signed.pk}/stryk/", {"why": "Fel version."}, follow=True)
    page = answer.context["page"]
    assert [(row.entry, row.struck_by.reason, row.void_url) for row in page.signatures] == [
        (signed, "Fel version.", "")
    ]
    assert page.history[0].sentence == f"Strök underskriften {words()}."
    assert client.get(f"{ROK}underskrift/{signed.pk}/fil/").status_code == 200
    for pk in Signature.objects.values_list("pk", flat=True):
        assert client.get(f"{ROK}underskrift/{pk}/stryk/").status_code == 404
    assert client.get(f"{ROK}underskrift/{Signature.objects.latest('pk').pk}/fil/").status_code == 404


def test_an_extension_by_a_forum_is_taken_with_a_warning(world: World, as_person: As) -> None:
    made = published(world)
    adopt(world, made, "falun")
    answer = as_person("coordinator").post(ROK + "giltighet/ny/", validity_post(world), follow=True)
    assert told(answer) == [
        "Länsgruppen förlänger här vad en huvudman har antagit genom egna beslut. Kontrollera att den som beslutade får göra det.",
        "Beslutet om giltigheten är registrerat.",
    ]
    assert ValidityChange.objects.count() == 1


def test_mistakes_about_the_validity(world: World, as_person: As) -> None:
    published(world)
    client = as_person("coordinator")
    answer = client.post(ROK + "giltighet/ny/", validity_post(world, forum="", reason="", decided_on="2099-01-01"))
    assert list(errors(answer)) == ["reason"]
    answer = client.post(ROK + "giltighet/ny/", validity_post(world, forum="", decided_on="2099-01-01"))
    assert errors(answer) == {
        "decided_on": ["Beslutet kan inte ligga i framtiden."],
        "decided_by": ["Välj vem som beslutade, eller skriv vilket organ det var."],
    }
    assert ValidityChange.objects.count() == 0


def test_a_struck_change_has_no_page_to_strike_it_again(world: World, as_person: As) -> None:
    made = published(world)
    stands = change(world, made)
    void = validity.void_change(change=stands, reason="Fel", by=world.person["coordinator"])
    client = as_person("coordinator")
    for pk in (stands.pk, void.pk):
        assert client.get(f"{ROK}giltighet/{pk}/ratta/").status_code == 404
    page = client.get(ROK + "giltighet/ny/")
    assert [row.is_struck for row in page.context["rows"]] == [True]


# --- the principal's page -------------------------------------------------------------------------------------------------


def test_the_principals_page_tells_everything(world: World, as_person: As) -> None:
    made = published(world, is_signed=True)
    by = world.person["registrar"]
    step(world, made, "falun", planned_on=TODAY() - timedelta(days=3))
    say(world, made, comment="Kommer upp i december.")
    first = register(world, made, upload=extract(made.versions.get().short_fingerprint), paragraph="§ 1")
    stands = {name: getattr(first, name) for name in actions.queries.ENTRY_FIELDS}
    new = actions.correct_decision(decision=first, values={**stands, "paragraph": "§ 2"}, reason="Fel.", by=by)
    prove(world, new, Evidence.EXTRACT, "registrar")
    signature(world, made)
    answer = as_person("outsider").get(FALUN)
    page = answer.context["page"]
    assert (page.verdict, page.tone, page.ruling.evidence_tone) == ("Likalydande", "good", "good")
    assert page.sentence.startswith("Antog version 1 utan ändring ")
    assert (page.ruling.key, [row.key for row in page.entries], [row.key for row in page.corrected]) == (
        new.pk, [new.pk], [first.pk],
    )  # fmt: skip
    assert [event.sentence for event in page.history] == [
        f"Registrerade underskriften {words()}.",
        f"Bekräftade fingeravtrycket i utdraget från Kommunfullmäktige {words(3)}.",
        f"Rättade registreringen av beslutet i Kommunfullmäktige {words(3)}.",
        f"Registrerade beslutet i Kommunfullmäktige {words(3)}.",
        f"Registrerade beskedet {words()} att inget är beslutat.",
        "Läste in Kommunfullmäktige i beslutsvägen.",
    ]
    assert page.history[2].reason == "Fel."
    for text in ("Kommer upp i december.", "Rättade registreringar", "KS 2026/12", "§ 2"):
        assert text in answer.text


def words(days_ago: int = 0) -> str:
    return day_in_words(TODAY() - timedelta(days=days_ago))


def test_silence_is_not_no(world: World, as_person: As) -> None:
    made = published(world)
    page = as_person("reader").get(FALUN)
    assert (page.context["page"].verdict, page.context["page"].tone) == ("Okänt", "neutral")
    assert "Att inget är registrerat betyder inte att huvudmannen har sagt nej." in page.text
    said(world, made, "falun", TODAY() - timedelta(days=60))
    page = as_person("reader").get(FALUN)
    assert page.context["page"].verdict == "Inte beslutad"
    register(world, made, outcome=Outcome.REJECTED)
    page = as_person("reader").get(FALUN).context["page"]
    assert (page.verdict, page.tone) == ("Avslagen", "bad")


def test_a_note_fades(world: World, as_person: As) -> None:
    said(world, published(world), "falun", TODAY() - timedelta(days=61))
    page = as_person("reader").get(FALUN).context["page"]
    assert (page.verdict, page.fades_on) == ("Okänt", None)
    assert page.sentence.startswith("Det senaste som är känt är mer än 60 dagar gammalt.")


def test_protected_people_are_not_named(world: World, as_person: As) -> None:
    registrar = world.person["registrar"]
    registrar.has_protected_identity = True
    registrar.save()
    made = published(world)
    decision = register(world, made, upload=extract(made.versions.get().short_fingerprint))
    prove(world, decision, Evidence.EXTRACT, "registrar")
    for address in (FALUN, decision.get_absolute_url()):
        text = as_person("outsider").get(address).text
        assert ("Ragna" in text, "Kommunfullmäktige" in text) == (False, True)


@pytest.mark.parametrize("count", [1, 11])
def test_the_page_takes_the_same_queries_however_much(
    world: World, as_person: As, django_assert_num_queries: Any, count: int
) -> None:
    made = published(world, is_signed=True)
    client = as_person("registrar")
    bodies = [body_of(world, "falun", f"Nämnd {number}") for number in range(count)]
    for number, body in enumerate(bodies):
        step(world, made, "falun", body.name, role="preparing", planned_on=TODAY(), meetings=[TODAY()])
        register(
            world, made, body=body, paragraph=f"§ {number}", role="preparing", outcome=Outcome.SUPPORTED,
            upload=extract("1111-2222-3333"),
        )  # fmt: skip
        say(world, made, comment=f"{number}")
    client.get(FALUN)
    with django_assert_num_queries(PAGE_QUERIES):
        assert client.get(FALUN).status_code == 200


PAGE_QUERIES = 23


def entry_of(made: Agreement) -> AdoptionDecision:
    return made.decisions.latest("pk")


@pytest.mark.parametrize("count", [1, 11])
def test_the_page_of_an_entry_takes_the_same_queries(
    world: World, as_person: As, django_assert_num_queries: Any, count: int
) -> None:
    made = published(world)
    for number in range(count):
        register(world, made, by="coordinator", slug=("falun", "mora")[number % 2], paragraph=f"§ {number}")
    client = as_person("registrar")
    address = entry_of(made).get_absolute_url()
    client.get(address)
    with django_assert_num_queries(10):
        assert client.get(address).status_code == 200
