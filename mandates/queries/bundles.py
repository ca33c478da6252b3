"""The mandates of a forum in one file: which they are, in which order, and the files there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from kvinnofrid.core import jobs, results
from kvinnofrid.core.models import Job
from kvinnofrid.core.models.jobs import UNFINISHED
from kvinnofrid.core.ordering import swedish_key
from mandates.enums import BundleContent, LineState, MandateState
from mandates.models import Bundle, FormEdition, Mandate, MandateSeat
from organisations.enums import SeatHolding
from organisations.models import Forum

JOB_KIND = "mandate_bundle"
SHOWN = 20


def bundle_forums() -> QuerySet[Forum]:
    """Those whose seats are held by mandates."""
    return Forum.objects.filter(seats_held_by=SeatHolding.MANDATE).in_order()


def bundled(forum: Forum, day: date, content: str) -> QuerySet[Mandate]:
    """Mandates in force on the day, or all that have been submitted by the end of it and not withdrawn."""
    mandates = Mandate.objects.filter(edition__forum=forum)
    if content == BundleContent.ACTIVE:
        return mandates.filter(pk__in=MandateSeat.objects.held_on(day).values("mandate"))
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    return mandates.filter(submitted_at__lt=end).exclude(state__in=[MandateState.DRAFT, MandateState.WITHDRAWN])


def bundled_in_order(forum: Forum, day: date, content: str) -> list[Mandate]:
    """The same by the first organisation and the person, in Swedish order; they share their editions."""
    lines = MandateSeat.objects.select_related("seat__organisation").in_order()
    mandates = list(
        bundled(forum, day, content)
        .select_related("representative")
        .prefetch_related(Prefetch("lines", queryset=lines))
    )
    editions = FormEdition.objects.select_related("forum").prefetch_related("sections")
    by_pk = editions.in_bulk({mandate.edition_id for mandate in mandates})
    for mandate in mandates:
        mandate.edition = by_pk[mandate.edition_id]
    return sorted(mandates, key=lambda found: (swedish_key(_first(found)), swedish_key(found.name), found.pk))


def _first(mandate: Mandate) -> str:
    names = [line.seat.organisation.name for line in mandate.lines.all() if line.state != LineState.WITHDRAWN]
    return names[0] if names else ""


@dataclass(frozen=True)
class BundlePage:
    """What has been asked for and is not done, and the files, latest first."""

    jobs: list[tuple[jobs.JobPage, Bundle]]  # with the file that is asked for
    bundles: list[Bundle]


def bundle_page() -> BundlePage:
    """For the coordinator, whoever of them has asked."""
    waiting = list(Job.objects.filter(kind=JOB_KIND, state__in=UNFINISHED))
    forums = Forum.objects.in_bulk({job.payload["forum"] for job in waiting})
    made = Bundle.objects.select_related("forum", "asked_by")
    return BundlePage([(jobs.page_of(job), _asked(job, forums)) for job in waiting], list(made[:SHOWN]))


def _asked(job: Job, forums: Mapping[int, Forum]) -> Bundle:
    """The file that the work will make."""
    asked = job.payload
    day = date.fromisoformat(asked["day"])
    return Bundle(forum=forums[asked["forum"]], day=day, content=asked["content"], format=asked["format"])


def is_kept(key: UUID) -> bool:
    """Whether the file has been made already, and is whole: its worker was killed before it was noted as done."""
    found = Bundle.objects.filter(pk=key).first()
    return found is not None and results.read(found.pk, found.sha256) is not None


def expired(moment: datetime) -> Iterable[Bundle]:
    """Those whose file is to be removed."""
    return Bundle.objects.filter(removed_at__isnull=True, kept_until__lte=moment)
