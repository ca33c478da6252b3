"""The board against an empty page, against Django's admin with 311 principals, on an earlier day, and its queries."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import date, timedelta
from time import perf_counter
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Template
from django.test import Client, modify_settings, override_settings
from django.test.utils import CaptureQueriesContext, _TestState
from django.urls import include, path
from django.utils import timezone

from agreements.enums import Outcome, StepRole
from agreements.models import AdoptionDecision, Agreement, AgreementVersion, DecisionProof, DecisionStep, Party
from agreements.pdf.texts import version_pdf
from kvinnofrid.core.access import logged_in
from kvinnofrid.core.drawing import GRID
from kvinnofrid.core.pdf_printer import Printer
from organisations.enums import BodyKind, OrganisationKind
from organisations.models import BodyMeeting, DecidingBody, Organisation, Partnership
from tests.factories import agreements, cast

ROUNDS, TURNS = 25, 5
MANY, AGREEMENTS, YEARS, MEETINGS = 311, 40, 20, 10
MOST_QUERIES = 12
URL = "/overenskommelser/rok-prov/lage/"
PARAGRAPH = "Parterna samverkar om stöd och skydd till den som är utsatt, och följer upp det tillsammans varje år. " * 4
USUAL_SECTIONS = [(f"Avsnitt {number}", "other", f"<p>{PARAGRAPH}</p>" * 4) for number in range(1, 13)]
AsPerson = Callable[[str], Client]
# What the board tells of each principal, as far as it stands in the database.
COLUMNS = (
    "organisation", "outcome", "body", "decided_on", "paragraph", "next_meeting", "case_numbers", "evidence", "extract",
    "legal_force_on",
)  # fmt: skip


def _figure(name: str, value: float, unit: str, against: str, goal: str, *, holds: bool) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "against": against, "goal": goal, "holds": holds}


def _times(name: str, ours: list[float], theirs: list[float], against: str, goal: float) -> dict[str, Any]:
    value = min(ours) / min(theirs)
    told = f"{against} ({min(theirs) * 1000:.1f} ms against our {min(ours) * 1000:.1f} ms)"
    return _figure(name, round(value, 2), "times", told, f"<= {goal}", holds=value <= goal)


def _seconds(run: Callable[[], Any]) -> float:
    started = perf_counter()
    run()
    return perf_counter() - started


def _ask(client: Client, url: str) -> Callable[[], None]:
    def ask() -> None:
        assert client.get(url).status_code == 200

    return ask


def _by_turns(*asked: Callable[[], Any], rounds: int = ROUNDS) -> list[list[float]]:
    """The times of each. The best of them counts: others may be using the machine."""
    for ask in asked:
        ask()
    times = [[_seconds(ask) for ask in asked] for _ in range(rounds)]
    return [list(of_one) for of_one in zip(*times, strict=True)]


def _queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


# --- the page and the list that ours is measured against ---


@logged_in
def empty(request: HttpRequest) -> HttpResponse:
    """The same base template, middleware and login, and an empty main part."""
    return render(request, "base.html")


class Rows(admin.ModelAdmin):
    """Django's own list of the decisions, which may be read by all: one query, whatever the number of rows."""

    list_display = COLUMNS
    list_select_related = ("organisation", "body__organisation", "extract")
    list_per_page = MANY
    ordering = ("pk",)

    def get_queryset(self, request: HttpRequest) -> Any:
        meetings = BodyMeeting.objects.filter(body=OuterRef("body"), meets_on__gte=timezone.localdate())
        proofs = DecisionProof.objects.filter(decision=OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                next_meeting=Subquery(meetings.order_by("meets_on").values("meets_on")[:1]),
                evidence=Subquery(proofs.order_by("pk").values("grade")[:1]),
            )
        )

    @admin.display
    def next_meeting(self, row: Any) -> Any:
        return row.next_meeting

    @admin.display
    def evidence(self, row: Any) -> Any:
        return row.evidence

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Site(admin.AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return True


site = Site(name="admin")
site.register(AdoptionDecision, Rows)
urlpatterns = [path("", include("kvinnofrid.urls")), path("tom/", empty), path("admin/", site.urls)]


@contextmanager
def _bench_addresses() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__):
        yield


@contextmanager
def _as_in_production() -> Iterator[None]:
    """Without what Django's test runner adds to each template and each include: it keeps a copy of what they saw."""
    watched = Template._render
    Template._render = _TestState.saved_data.template_render  # type: ignore[attr-defined, method-assign]
    try:
        yield
    finally:
        Template._render = watched  # type: ignore[method-assign]


@contextmanager
def _admin() -> Iterator[None]:
    """Django's admin with nothing of ours on its page."""
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["string_if_invalid"] = ""
    templates[0]["OPTIONS"]["context_processors"] = [
        name for name in templates[0]["OPTIONS"]["context_processors"] if name.startswith("django.")
    ]
    with (
        modify_settings(INSTALLED_APPS={"append": "django.contrib.admin.apps.SimpleAdminConfig"}),
        override_settings(TEMPLATES=templates),
    ):
        yield


# --- figures ---


def sixteen(world: cast.World, as_person: AsPerson) -> Iterator[dict[str, Any]]:
    """The board of one agreement with sixteen principals, decided, planned and silent ones."""
    slugs = [*agreements.PRINCIPALS, *agreements.more_principals(world, 16 - len(agreements.PRINCIPALS))]
    made = agreements.published(world, slugs)
    for slug in slugs[:10]:
        agreements.adopt(world, made, slug)
    for slug in slugs[8:14]:
        agreements.step(world, made, slug, meetings=[timezone.localdate() + timedelta(days=days) for days in (9, 40)])
    _map(slugs)
    client = as_person("steering")
    with _bench_addresses():
        number = _queries(client, URL)
        with _as_in_production():
            ours, theirs = _by_turns(_ask(client, URL), _ask(client, "/tom/"))
    yield _times("the board, 16 principals", ours, theirs, "an empty page with the same base", 4)
    yield _count("queries of the board, 16 principals", number)


def many(world: cast.World, as_person: AsPerson) -> Iterator[dict[str, Any]]:
    """One agreement with 311 principals in a database of 40 such agreements and 20 years."""
    _fill(world)
    _map([f"kommun-{number:03}" for number in range(MANY)])
    client = as_person("steering")
    agreement = Agreement.objects.get(slug="rok-prov")
    boards = _ask(client, URL), _ask(client, f"{URL}?den={timezone.localdate() - timedelta(days=30)}")
    list_url = f"/admin/agreements/adoptiondecision/?agreement__id__exact={agreement.pk}&role__exact=deciding"
    with _bench_addresses():
        shown = client.get(URL)
        rows = shown.context["rows"]
        assert (len(rows), sum(row.decided_on is not None for row in rows)) == (MANY, MANY)
        assert shown.content.count(b'class="county__ground"') == MANY
        number = _queries(client, URL)
        with _admin():
            assert client.get(list_url).content.count(b'class="field-outcome"') == MANY
        today, then, theirs = [], [], []
        for _ in range(TURNS):  # the admin has settings of its own, so some rounds at a time
            with _as_in_production():
                of_today, of_then = _by_turns(*boards, rounds=ROUNDS // TURNS)
            today += of_today
            then += of_then
            with _admin(), _as_in_production():
                theirs += _by_turns(_ask(client, list_url), rounds=ROUNDS // TURNS)[0]
    against = f"Django admin's list of the same {MANY} rows"
    yield _times(f"the board, {MANY} principals", today, theirs, against, 0.5)
    yield _times(f"the board on an earlier day, {MANY} principals", then, today, "the same for today", 2)
    yield _count(f"queries of the board, {MANY} principals", number)


def agreement_pdf(world: cast.World) -> dict[str, Any]:
    """From the rows to the bytes, against WeasyPrint alone on the same HTML."""
    version = agreements.published_version(world, agreements.with_parties(world), sections=USUAL_SECTIONS)
    printer = Printer()
    fonts = printer.fonts()
    document = version_pdf(version)
    ours, bare = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # WeasyPrint leaves its colour profile open
        assert printer.draw(document.html, fonts) == document.pdf
        for _ in range(ROUNDS):
            bare += [_seconds(lambda: printer.draw(document.html, fonts)) for _ in range(2)]
            ours.append(_seconds(lambda: version_pdf(version)))
    return _times("one agreement PDF, warm", ours, bare, "bare WeasyPrint on the same HTML", 1.3)


def _count(name: str, number: int) -> dict[str, Any]:
    return _figure(
        name,
        number,
        "queries",
        "session, user and navigation included",
        f"<= {MOST_QUERIES}",
        holds=number <= MOST_QUERIES,
    )


# --- much data, past the history ---


def _map(slugs: list[str]) -> None:
    """A place on the map for each, and on the grid of tiles as long as it has room."""
    codes = [f"{3000 + number}" for number in range(len(slugs))]
    for slug, code in zip(slugs, codes, strict=True):
        _plain(Organisation).filter(slug=slug).update(scb_code=code)
    places = [(number % GRID, number // GRID) for number in range(len(slugs))]
    tiles = len(slugs) <= GRID**2 and [
        {"scb_code": code, "column": x, "row": y} for code, (x, y) in zip(codes, places, strict=True)
    ]
    outlines = [
        {
            "scb_code": code,
            "path": f"M{80 * x},{80 * y} {80 * x + 80},{80 * y} {80 * x + 80},{80 * y + 80}Z",
            "label": [x, y],
        }
        for code, (x, y) in zip(codes, places, strict=True)
    ]
    _plain(Partnership).update(tiles=tiles or [], outlines=outlines)


def _plain(model: Any) -> Any:
    """Rows that may be written many at a time: nobody reads the history of a bench."""
    return QuerySet(model=model)


def _fill(world: cast.World) -> None:
    organisations = [world.org[slug] for slug in _organisations(world)]
    bodies = _bodies(organisations)
    for number in range(AGREEMENTS):
        _agreement(world, number, organisations, bodies)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the database does by itself after a while


def _organisations(world: cast.World) -> list[str]:
    names = [f"kommun-{number:03}" for number in range(MANY)]
    _plain(Organisation).bulk_create(
        Organisation(slug=name, name=name.title(), short_name=name.title(), kind=OrganisationKind.MUNICIPALITY,
                     is_principal=True, scb_code=f"{3000 + number}")
        for number, name in enumerate(names)
    )  # fmt: skip
    world.org.update({found.slug: found for found in Organisation.objects.filter(slug__in=names)})
    return names


def _bodies(organisations: list[Organisation]) -> list[tuple[DecidingBody, DecidingBody]]:
    kinds = ((BodyKind.EXECUTIVE, "Kommunstyrelsen"), (BodyKind.COUNCIL, "Kommunfullmäktige"))
    made = _plain(DecidingBody).bulk_create(
        DecidingBody(organisation=organisation, kind=kind, name=name)
        for organisation in organisations
        for kind, name in kinds
    )
    _plain(BodyMeeting).bulk_create(
        (BodyMeeting(body=body, meets_on=day) for body in made for day in _calendar()), batch_size=5000
    )
    return list(zip(made[::2], made[1::2], strict=True))


def _calendar() -> list[date]:
    first = date(timezone.localdate().year - YEARS + 1, 1, 15)
    return [first + timedelta(days=36 * number) for number in range(YEARS * MEETINGS)]


def _agreement(
    world: cast.World, number: int, organisations: list[Organisation], bodies: list[tuple[DecidingBody, DecidingBody]]
) -> None:
    """Of the newest, two principals in three have decided; the others are on their way. The older are all decided.

    Decisions are taken when the bodies meet.
    """
    is_newest = number == 0
    began = timezone.now() - timedelta(days=200 + 180 * number)
    title = "RÖK prov" if is_newest else f"RÖK {number}"
    made = agreements.agreement(world, title=title, force_rule="month_after_legal_force", planned_on=began.date())
    version = AgreementVersion(
        agreement=made, number=1, title=title, published_at=began, published_by=world.person["coordinator"],
        fingerprint=f"{number:064x}",
    )  # fmt: skip
    _plain(AgreementVersion).bulk_create([version])
    _plain(Party).bulk_create(Party(agreement=made, organisation=organisation) for organisation in organisations)
    steps, decisions = [], []
    prepared_on, decided_on = [day for day in _calendar() if day > began.date()][:2]
    for position, (organisation, (board, council)) in enumerate(zip(organisations, bodies, strict=True)):
        own = {"agreement": made, "organisation": organisation}
        steps += [
            DecisionStep(**own, position=1, body=board, role=StepRole.PREPARING),
            DecisionStep(**own, position=2, body=council, role=StepRole.DECIDING),
        ]
        entry = {**own, "version": version, "registered_at": began + timedelta(days=90)}
        outcome = [Outcome.ADOPTED, Outcome.ADOPTED_ON_CONDITION, Outcome.TABLED][position % 3 if is_newest else 0]
        values = {"paragraph": str(position), "case_numbers": [f"KS {position}"]}
        decisions += [
            AdoptionDecision(
                **entry, body=board, role=StepRole.PREPARING, outcome=Outcome.SUPPORTED,
                decided_on=prepared_on,
            ),
            AdoptionDecision(
                **entry, **values, body=council, role=StepRole.DECIDING, outcome=outcome, decided_on=decided_on
            ),
        ]  # fmt: skip
    _plain(DecisionStep).bulk_create(steps)
    rows = _plain(AdoptionDecision).bulk_create(decisions)
    proofs = (DecisionProof(decision=row, grade="compared", given_at=row.registered_at) for row in rows[1::2])
    _plain(DecisionProof).bulk_create(proofs)
    history = AdoptionDecision.history.model
    columns = [field.attname for field in AdoptionDecision._meta.concrete_fields]
    history.objects.bulk_create(
        history(**{name: getattr(row, name) for name in columns}, history_date=began, history_type="+") for row in rows
    )
