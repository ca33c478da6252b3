"""What forums have decided, what has been sent to whom, and who has opened and received it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, AgreementVersion, Dispatch, DispatchItem, ForumDecision
from agreements.permissions import is_coordinator, may_register, sees_item
from agreements.workflow import ITEM, ItemState
from kvinnofrid.core import access, jobs
from kvinnofrid.core.history import UNNAMED, has_open_identity
from kvinnofrid.core.models import FileKind, Job, StoredFile
from kvinnofrid.core.overtaking import fingerprint
from organisations.enums import Role
from organisations.models import Membership, Organisation, User

JOB_KIND = "dispatch"
ACTING = (Role.REGISTRAR, Role.ADMINISTRATOR, Role.COMMISSIONER)
FORUM_FIELDS = ("kind", "forum", "decided_on", "version", "paragraph", "case_number", "comment")
DOCUMENTS = {
    "foljebrev": ("letter", "Följebrev"),
    "overenskommelse": ("agreement_pdf", "Överenskommelsen"),
    "beslut-pdf": ("proposal_pdf", "Förslag till beslut"),
    "beslut-word": ("proposal_docx", "Förslag till beslut, att arbeta vidare i"),
}


# --- forums -----------------------------------------------------------------------------------------------------------


def forum_decision_values(decision: ForumDecision) -> dict[str, Any]:
    """What may be overtaken."""
    return {name: getattr(decision, name) for name in (*FORUM_FIELDS, "file")}


# --- people -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class People:
    """Who has an account and may act for a principal today. Those who act include the registrars."""

    registrars: list[User] = field(default_factory=list)
    acting: list[User] = field(default_factory=list)


def people_of(organisations: Iterable[Organisation]) -> dict[int, People]:
    """By organisation: one query."""
    found: dict[int, People] = defaultdict(People)
    roles = Membership.objects.active_on(timezone.localdate()).filter(
        organisation__in=[organisation.pk for organisation in organisations],
        role__in=ACTING,
        user__is_active=True,
    )
    for membership in roles.select_related("user").order_by("user__name", "pk"):
        assert membership.organisation_id is not None
        people = found[membership.organisation_id]
        lists = [people.acting, *([people.registrars] if membership.role == Role.REGISTRAR else [])]
        for users in lists:
            if membership.user not in users:
                users.append(membership.user)
    return found


# --- before it is sent ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recipient:
    """A principal that is about to get the version: who is told, and whether it has got it before."""

    organisation: Organisation
    registrars: list[str]
    got_it_at: datetime | None


def principals_of(agreement: Agreement) -> list[Organisation]:
    """The organisations that are parties today, in order."""
    parties = agreement.parties.active_on(timezone.localdate()).in_order()
    return [party.organisation for party in parties]


def got_it_at(version: AgreementVersion) -> dict[int, datetime]:
    """When each organisation was last sent the version."""
    items = DispatchItem.objects.filter(dispatch__version=version).order_by("dispatch__sent_at")
    return dict(items.values_list("organisation", "dispatch__sent_at"))


def recipients(version: AgreementVersion, organisations: Sequence[Organisation]) -> list[Recipient]:
    people, sent = people_of(organisations), got_it_at(version)
    return [
        Recipient(one, [user.name for user in people[one.pk].registrars], sent.get(one.pk)) for one in organisations
    ]


def dispatches_seen(agreement: Agreement) -> str:
    """The same until something is sent, so that nobody sends what another has just sent."""
    keys = Dispatch.objects.filter(version__agreement=agreement).order_by("pk").values_list("pk", flat=True)
    return fingerprint({"dispatches": list(keys)})


# --- one dispatch -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """Something that has happened to an item: when, and by which function."""

    at: datetime | None
    by: str = ""


@dataclass(frozen=True)
class ItemRow:
    """What one principal was sent; the address is empty for those who may not open it."""

    organisation: Organisation
    url: str
    label: str
    tone: str
    opened: Step
    received: Step
    prepared_at: datetime | None
    has_registrar: bool


@dataclass(frozen=True)
class DispatchPage:
    """One dispatch, as one reader may see it. `job` is None for those who may not follow it."""

    dispatch: Dispatch
    sent_by: str
    rows: list[ItemRow]
    unopened: list[ItemRow]
    unsent: int
    job: jobs.JobPage | None
    is_working: bool
    may_coordinate: bool

    @property
    def received(self) -> int:
        return sum(row.received.at is not None for row in self.rows)

    @property
    def may_resume(self) -> bool:
        return self.may_coordinate and bool(self.unsent) and not self.is_working


def dispatches() -> QuerySet[Dispatch]:
    return Dispatch.objects.select_related("version__agreement", "sent_by")


def dispatch_items() -> QuerySet[DispatchItem]:
    """Items with all that their pages show."""
    return DispatchItem.objects.select_related(
        "dispatch__version__agreement", "dispatch__sent_by", "organisation", "opened_by", "received_by",
        "letter", "agreement_pdf", "proposal_pdf", "proposal_docx",
    )  # fmt: skip


def items_in_order(dispatch: Dispatch) -> list[DispatchItem]:
    """The items of a dispatch in the order of the parties."""
    order = {party: place for place, party in enumerate(_parties_ever(dispatch))}
    items = dispatch.items.select_related("organisation", "opened_by", "received_by")
    return sorted(items, key=lambda item: (order.get(item.organisation_id, len(order)), item.pk))


def _parties_ever(dispatch: Dispatch) -> Iterable[int]:
    return dispatch.version.agreement.parties.in_order().values_list("organisation", flat=True)


def dispatch_page(dispatch: Dispatch, reader: Any) -> DispatchPage:
    """Six queries, however many the principals are."""
    items = items_in_order(dispatch)
    functions = _Functions(items)
    people = people_of([item.organisation for item in items])
    job = latest_job(dispatch)
    is_working = job is not None and not job.is_finished
    rows = [_row(item, functions, people, reader, is_working=is_working) for item in items]
    coordinates = is_coordinator(reader)
    return DispatchPage(
        dispatch=dispatch,
        sent_by=sender_name(dispatch.sent_by, reader),
        rows=rows,
        unopened=[row for row in rows if row.prepared_at and not row.opened.at and not row.received.at],
        unsent=sum(row.prepared_at is None for row in rows),
        job=jobs.page_of(job) if job and jobs.may_follow(reader, job) else None,
        is_working=is_working,
        may_coordinate=coordinates,
    )


def latest_job(dispatch: Dispatch) -> Job | None:
    return Job.objects.filter(kind=JOB_KIND, key=job_key(dispatch)).order_by("-created_at").first()


def job_key(dispatch: Dispatch) -> str:
    return f"dispatch-{dispatch.pk}"


def sender_name(by: User | None, reader: Any) -> str:
    if by is None:
        return ""
    return by.name if has_open_identity(by) or is_coordinator(reader) else UNNAMED


def item_url(item: DispatchItem) -> str:
    dispatch = item.dispatch
    return reverse("dispatch_item", args=[dispatch.version.agreement.slug, dispatch.pk, item.organisation.slug])


def _row(
    item: DispatchItem, functions: "_Functions", people: dict[int, People], reader: Any, *, is_working: bool
) -> ItemRow:
    label, tone = item_status(item, is_working=is_working)
    return ItemRow(
        organisation=item.organisation,
        url=item_url(item) if item.prepared_at and sees_item(reader, item) else "",
        label=label,
        tone=tone,
        opened=functions.step(item, item.opened_at, item.opened_by),
        received=functions.step(item, item.received_at, item.received_by),
        prepared_at=item.prepared_at,
        has_registrar=bool(people[item.organisation_id].registrars),
    )


def item_status(item: DispatchItem, *, is_working: bool) -> tuple[str, str]:
    """What a reader is told, and its tone. What was never finished is no work going on."""
    if item.state == ItemState.RECEIVED:
        return "Mottagen", "good"
    if item.state == ItemState.SENT:
        return ("Öppnad", "info") if item.opened_at else ("Skickad", "waiting")
    return ("Tas fram", "waiting") if is_working else ("Inte skickad", "bad")


class _Functions:
    """By which function somebody did something, from the roles that the person had that day: one query."""

    def __init__(self, items: Sequence[DispatchItem]) -> None:
        users = {user.pk for item in items for user in (item.opened_by, item.received_by) if user}
        organisations = {item.organisation_id for item in items}
        there = Q(organisation__in=organisations) | Q(role=Role.COORDINATOR)
        self.roles = list(Membership.objects.filter(there, user__in=users)) if users else []

    def step(self, item: DispatchItem, at: datetime | None, by: User | None) -> Step:
        if at is None or by is None:
            return Step(at)
        day = timezone.localdate(at)
        held = {role.role for role in self.roles if role.user_id == by.pk and self._counts(role, item, day)}
        return Step(at, next((str(role.label).lower() for role in _AS_FUNCTION if role in held), ""))

    @staticmethod
    def _counts(role: Membership, item: DispatchItem, day: date) -> bool:
        covers = (role.starts_on is None or role.starts_on <= day) and (role.ends_on is None or role.ends_on >= day)
        return covers and role.organisation_id in {item.organisation_id, None}


_AS_FUNCTION = (Role.REGISTRAR, Role.ADMINISTRATOR, Role.COMMISSIONER, Role.REPRESENTATIVE, Role.READER,
                Role.COORDINATOR)  # fmt: skip


# --- one item ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Document:
    """A file of an item, to download."""

    label: str
    url: str
    kind: str
    size: int


@dataclass(frozen=True)
class ItemPage:
    """What one principal was sent, as one of those who may open it sees it."""

    item: DispatchItem
    status: str
    tone: str
    sent_by: str
    opened: Step
    received: Step
    documents: list[Document]
    may_receive: bool
    is_for_another: bool  # the coordinator's button, for a principal that has said so in another way
    may_register: bool


def item_page(item: DispatchItem, reader: Any) -> ItemPage:
    functions = _Functions([item])
    status, tone = item_status(item, is_working=True)
    registers = may_register(reader, item.organisation)
    return ItemPage(
        item=item,
        status=status,
        tone=tone,
        sent_by=sender_name(item.dispatch.sent_by, reader),
        opened=functions.step(item, item.opened_at, item.opened_by),
        received=functions.step(item, item.received_at, item.received_by),
        documents=_documents(item),
        may_receive=registers and ITEM.allows(item.state, "receive"),
        is_for_another=not access.may(reader, "register_decision", item.organisation),
        may_register=registers,
    )


def document_of(item: DispatchItem, name: str) -> StoredFile | None:
    """One of an item's files by its name in the address; None for a name that is none of them."""
    found: StoredFile | None = getattr(item, DOCUMENTS[name][0]) if name in DOCUMENTS else None
    return found


def _documents(item: DispatchItem) -> list[Document]:
    if item.prepared_at is None:
        return []
    page, found = item_url(item), [(name, label, document_of(item, name)) for name, (_, label) in DOCUMENTS.items()]
    return [
        Document(label, f"{page}{name}/", str(FileKind(stored.kind).label), stored.size)
        for name, label, stored in found
        if stored
    ]
