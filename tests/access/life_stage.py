"""Later life of mandates on the stage: handed over, by link, on paper, vacant; what was gathered and what was sent.

Who relates how to what is written down here by hand, from the facts that are made; nothing asks the portal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from kvinnofrid.core import audit, health, outbox
from kvinnofrid.core.files import Upload
from kvinnofrid.core.models import Heartbeat, Message, MessageState
from mandates import actions
from mandates.actions import bundles
from mandates.models import AttestLink, Mandate, MandateSeat
from organisations.models import Forum, Seat
from tests.factories import cast, documents, life
from tests.factories.cast import MORAS, canary

NOTES = ("goes_on", "meetings", "papers")
BODY_WORD, SECRET_WORD, BUNDLE_WORD = "kanariemeddelande", "kanariehemlig", "kanariesamling"


@dataclass(frozen=True)
class Thing:
    """What an address is asked about: its state in the words of the table, and who stands near it.

    A form has an owner and organisations, the first of them the one that the page is about; a seat has its own.
    """

    state: str
    owner: str = ""
    organisations: tuple[str, ...] = ()


_SATER: tuple[str, tuple[str, ...]] = ("sater_representative", ("sater",))
THINGS: dict[str, Thing] = {
    "handed over": Thing("handed over", *_SATER),
    "handed over by four": Thing("handed over", "mora_representative", MORAS),
    "waits for a link": Thing("waiting", *_SATER),
    "attested by link": Thing("attested", *_SATER),
    "on paper": Thing("on paper", *_SATER),
    "on paper by two": Thing("on paper", "mora_representative", MORAS[:2]),
    "open attest link": Thing("open", *_SATER),
    "expired attest link": Thing("expired", *_SATER),
    "used attest link": Thing("used", *_SATER),
    "withdrawn attest link": Thing("withdrawn", *_SATER),
    "attest link elsewhere": Thing("of another line", *_SATER),
    "vacant seat": Thing("vacant", organisations=("falun",)),
    "registered vacancy": Thing("vacant", organisations=("sater",)),
    "held seat": Thing("held", organisations=("falun",)),
    "seat by office": Thing("by office", organisations=("sater",)),
    "kept bundle": Thing("kept"),
    "bundle of another": Thing("kept"),
    "expired bundle": Thing("gone"),
    "removed bundle": Thing("gone"),
    "waiting message": Thing("waiting"),
    "failed message": Thing("failed"),
    "sent message": Thing("sent"),
    "gathering message": Thing("gathering"),
    "secret message": Thing("waiting"),
    "failed secret message": Thing("forgotten"),
}
_ACTIVE = ("attested", "draft", "begins tomorrow", "ended yesterday", "four lines")
_LINKS = ("open attest link", "used attest link", "expired attest link", "withdrawn attest link")
_MESSAGES = tuple(key for key in THINGS if key.endswith(" message"))
# Forms of the stage itself (stage.FORMS), by its keys.
FORM_PAGES: dict[str, tuple[str, ...]] = {
    "mandate_end_all": ("deputy's", "four lines", "draft"),
    "mandate_confirm": _ACTIVE,
    "mandate_renew": _ACTIVE,
}
LINE_PAGES: dict[str, tuple[str, ...]] = {
    "handover_pdf": ("handed over", "handed over by four", "on paper"),
    "attest_link": ("waits for a link", "attested by link"),
    "attest_link_withdraw": ("open attest link", "used attest link", "withdrawn attest link", "attest link elsewhere"),
    "paper_scan": ("on paper", "on paper by two", "handed over"),
}
COORDINATORS_PAGES: dict[str, tuple[str, ...]] = {
    "paper_create": ("",),
    "bundle_list": ("",),
    "bundle_file": ("kept bundle", "bundle of another", "expired bundle", "removed bundle"),
    "message_outbox": ("",),
    "message_outbox_detail": _MESSAGES,
    "message_outbox_retry": _MESSAGES,
    "forum_structure": ("",),
    "forum_roster_pdf": ("lansgruppen",),
    "forum_roster_xlsx": ("lansgruppen", "styrgruppen"),
    "healthz": ("",),
    "readyz": ("",),
}
PAGES: dict[str, tuple[str, ...]] = {
    **FORM_PAGES,
    **LINE_PAGES,
    **COORDINATORS_PAGES,
    "vacancy_edit": ("vacant seat", "registered vacancy", "held seat", "seat by office"),
    "attest_by_link": _LINKS,
}
NEAR_FALUN = (
    "coordinator",
    "representative",
    "commissioner",
    "reader",
    "deputy",
    "double",
    "former_holder",
    "coming_holder",
    "ended_representative",
    "mora_representative",
    "orsa_commissioner",
    "sater_administrator",
    "outsider",
    "deactivated",
    "anonymous",
)
SOME_NEAR_FALUN = (
    "coordinator",
    "representative",
    "commissioner",
    "reader",
    "former_holder",
    "coming_holder",
    "mora_representative",
    "orsa_commissioner",
)
NEAR_SATER = (
    "coordinator",
    "sater_representative",
    "sater_commissioner",
    "sater_registrar",
    "sater_administrator",
    "protected",
    "representative",
    "outsider",
    "future_representative",
    "anonymous",
)
NEAR_FOUR = ("coordinator", "orsa_reader", "orsa_commissioner", "representative")
NEAR_SEATS = (
    "coordinator",
    "commissioner",
    "double",
    "administrator",
    "representative",
    "reader",
    "sater_commissioner",
    "sater_administrator",
    "outsider",
    "ended",
    "anonymous",
)
FEW = ("coordinator", "reader", "nobody", "deactivated", "anonymous")
NEAR_COORDINATION = ("steering", "chair", "administrator", "future_coordinator")
FEW_NEAR_MESSAGES = ("coordinator", "reader", "anonymous")


def askers_of(page: str, key: str) -> tuple[str, ...]:
    """Who asks an address about a thing."""
    is_first = key == PAGES[page][0]
    if page in FORM_PAGES:
        return NEAR_FALUN if is_first else SOME_NEAR_FALUN
    if page in LINE_PAGES:
        return NEAR_SATER if THINGS[key].organisations == ("sater",) else NEAR_FOUR
    if page == "vacancy_edit":
        return NEAR_SEATS
    return (*FEW, *NEAR_COORDINATION) if page in COORDINATORS_PAGES and is_first else FEW


def standings(
    persona: str,
    key: str,
    *,
    belongs_to: tuple[str, ...],
    commissions: tuple[str, ...],
    administers: tuple[str, ...],
    **_roles: Any,
) -> list[str]:
    """How somebody stands to a thing, the nearest first, as the headings of the tables."""
    thing = THINGS.get(key, Thing(""))
    own = thing.organisations[:1]
    near = {
        "coordinator": persona == "coordinator",
        "representative": bool(own) and thing.owner == persona,
        "commissioner": bool({*own} & {*commissions}),
        "administrator": bool({*own} & {*administers}),
        "inside": bool({*own} & {*belongs_to}),
        "on another line": bool({*thing.organisations} & {*belongs_to}),
    }
    return [name for name, is_so in near.items() if is_so]


# --- making -----------------------------------------------------------------------------------------------------------


def build(world: cast.World) -> dict[str, dict[str, Any]]:
    """Make everything, through the portal's own actions; what the addresses hold, by the keys above."""
    found = _forms(world) | _links(world) | _seats(world) | _bundles(world) | _messages(world)
    found["attest link elsewhere"] = found["attested by link"] | {"link_pk": found["open attest link"]["link_pk"]}
    Heartbeat.objects.create(name=health.WORK, at=timezone.now() + timedelta(days=1))  # for as long as the tests run
    assert set(found) == set(THINGS)
    return found


def _forms(world: cast.World) -> dict[str, dict[str, Any]]:
    """Two that were handed over long ago, each line with its organisation's word; and one that came on paper."""
    found = {}
    for key in ("handed over", "handed over by four"):
        owner, slugs = THINGS[key].owner, THINGS[key].organisations
        mandate = cast.draft(world, owner, slugs)
        for line in mandate.lines.select_related("seat__organisation", "mandate__representative"):
            by = {"commissioner": world.person["sater_commissioner"]} if slugs == ("sater",) else {}
            cast.fill(world, line, starts_on=_day(-300), share_percent=Decimal(5), **by)
        actions.submit(mandate=mandate, by=world.person[owner])
        for line in mandate.lines.select_related("commissioner"):
            assert line.commissioner
            actions.attest(line=line, version=Mandate.objects.get(pk=mandate.pk).version, by=line.commissioner)
        for line in mandate.lines.select_related("seat__organisation", "commissioner"):
            assert line.commissioner
            word = canary(line.seat.organisation.slug)
            notes = {name: f"{word} {name}" for name in NOTES}
            told: dict[str, Any] = {"ended_on": _day(-260), "reason": word, "notes": notes}
            actions.hand_over(mandate=mandate, lines=[line], by=line.commissioner, **told)
        first = mandate.lines.get(seat__organisation__slug=slugs[0])
        found[key] = {"pk": mandate.pk, "line_pk": first.pk}
    return found | {key: _paper(world, THINGS[key]) for key in ("on paper", "on paper by two")}


def _paper(world: cast.World, thing: Thing) -> dict[str, Any]:
    """With the word of the first organisation in the picture."""
    period = {"starts_on": _day(-240), "ends_on": _day(-200)}
    lines = [life.paper_values(world, slug)["lines"][0] | period for slug in thing.organisations]
    picture = Upload("blankett.pdf", "pdf", scan(canary(thing.organisations[0])))
    mandate = life.on_paper(world, person=world.person[thing.owner], scan=picture, lines=lines)
    first = mandate.lines.get(seat__organisation__slug=thing.organisations[0])
    return {"pk": mandate.pk, "line_pk": first.pk}


def scan(word: str) -> bytes:
    return documents.pdf(documents.line(f"Blankett {word}", at="72 700"))


def _links(world: cast.World) -> dict[str, dict[str, Any]]:
    """A link of each state, each to a line of its own form; the name and the address carry the organisation's word."""
    found = {key: _link(world, number) for number, key in enumerate(_LINKS)}
    rows = {key: AttestLink.objects.get(pk=found[key]["link_pk"]) for key in _LINKS}
    version = Mandate.objects.get(pk=found["used attest link"]["pk"]).version
    actions.attest_by_link(link=rows["used attest link"], version=version)
    actions.withdraw_link(link=rows["withdrawn attest link"], by=world.person["sater_representative"])
    expired = rows["expired attest link"]
    expired.sent_at, expired.expires_at = (timezone.now() - timedelta(days=days) for days in (15, 1))
    audit.save(expired, by=None, verb="sent")
    forms = {"waits for a link": "open attest link", "attested by link": "used attest link"}
    return found | {form: {name: found[link][name] for name in ("pk", "line_pk")} for form, link in forms.items()}


def _link(world: cast.World, number: int) -> dict[str, Any]:
    owner, slugs = _SATER
    mandate = cast.draft(world, owner, slugs)
    word = canary("sater")
    external = {
        "commissioner_name": f"Eva {word}",
        "commissioner_title": f"Socialchef {word}",
        "commissioner_email": f"{word}.{number}@extern.example",
    }
    period = {"starts_on": _day(100 + 10 * number), "ends_on": _day(105 + 10 * number)}
    cast.fill(world, mandate.lines.get(), kind="deputy", commissioner=None, **external, **period)
    actions.submit(mandate=mandate, by=world.person[owner])
    line = MandateSeat.objects.get(mandate=mandate)
    link = life.link_of(line)
    token = life.address_of(link).rstrip("/").rpartition("/")[2]
    return {"pk": mandate.pk, "line_pk": line.pk, "link_pk": link.pk, "token": token}


def _seats(world: cast.World) -> dict[str, dict[str, Any]]:
    """In the working group nobody has a mandate yet; of Säter's seat there it is registered."""
    group = Forum.objects.get(slug="arbetsgruppen")
    seats: dict[str, Seat] = {seat.organisation.slug: seat for seat in group.seats.select_related("organisation")}
    told = {"starts_on": _day(-9), "expected_on": _day(9), "note": canary("sater"), "function_email": ""}
    actions.register_vacancy(seat=seats["sater"], values=told, by=world.person["sater_commissioner"])
    return {
        "vacant seat": {"seat_pk": seats["falun"].pk},
        "registered vacancy": {"seat_pk": seats["sater"].pk},
        "held seat": {"seat_pk": world.seat("falun").pk},
        "seat by office": {"seat_pk": Seat.objects.get(forum=world.steering_group, organisation__slug="sater").pk},
    }


def _bundles(world: cast.World) -> dict[str, dict[str, Any]]:
    facts = {"forum": world.forum, "day": _day(0), "content": "active", "format": "pdf", "documents": 1}
    found: dict[str, UUID] = {key: uuid4() for key in THINGS if key.endswith("bundle") or key.startswith("bundle")}
    for key, number in found.items():
        by = world.person["future_coordinator" if key == "bundle of another" else "coordinator"]
        bundle = bundles.keep_bundle(key=number, data=scan(BUNDLE_WORD), by=by, **facts)
        if key == "expired bundle":
            bundle.made_at, bundle.kept_until = (timezone.now() - timedelta(days=days) for days in (9, 2))
        if key == "removed bundle":
            bundle.removed_at = timezone.now()
        bundle.save()
    return {key: {"pk": number} for key, number in found.items()}


def _messages(world: cast.World) -> dict[str, dict[str, Any]]:
    """To the reader of Falun, in each state; what a secret one says is nobody's else to read."""
    states: Mapping[str, Mapping[str, Any]] = {
        "waiting message": {},
        "failed message": {"state": MessageState.FAILED, "error": "Brevlådan är full."},
        "sent message": {"state": MessageState.SENT},
        "gathering message": {"state": MessageState.GATHERING},
        "secret message": {"secret": True},
        "failed secret message": {"secret": True, "state": MessageState.FAILED, "error": "Brevlådan är full."},
    }
    return {key: {"pk": _message(world, key, **values).pk} for key, values in states.items()}


def _message(world: cast.World, key: str, *, secret: bool = False, state: str = "", error: str = "") -> Message:
    word = SECRET_WORD if secret else BODY_WORD
    text = {"subject": "Prov av meddelanden", "body": f"Text {word}.", "why": "Det är ett prov."}
    message = outbox.write(f"access-{key}:1", text, recipient=world.person["reader"], is_secret=secret, path="/")
    if state:
        outbox.settle(message, MessageState(state), error=error)
    return message


def _day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)
