"""The long work of the app: what is sent to each principal is made by a job, one principal at a time."""

from typing import Any

from django.core.exceptions import ValidationError

from agreements.actions import sending as actions
from agreements.models import Dispatch, DispatchItem
from agreements.pdf.sending import package
from agreements.pdf.texts import version_pdf
from agreements.permissions import is_coordinator
from agreements.queries import sending as queries
from agreements.rules.words import joined
from kvinnofrid.core import jobs
from kvinnofrid.core.models import Job
from kvinnofrid.core.pdf import PdfFailed


def _coordinates(_job: Job, user: Any) -> bool:
    return is_coordinator(user)


@jobs.handler(queries.JOB_KIND, label="Skickar ut överenskommelsen", may_follow=_coordinates)
def dispatch(job: jobs.JobRun) -> None:
    """What each principal gets, in a transaction of its own. What is sent already is passed over."""
    sending = queries.dispatches().get(pk=job.payload["dispatch"])
    items = queries.items_in_order(sending)
    waiting = [item for item in items if item.prepared_at is None]
    done = len(items) - len(waiting)
    faults: dict[str, str] = {}
    job.progress(done, len(items))
    agreement_pdf = _agreement_pdf(sending) if waiting else b""
    for item in waiting:
        if fault := _deliver(item, agreement_pdf):
            faults[item.organisation.short_name] = fault
        else:
            done += 1
        job.progress(done, len(items))
    if faults:
        raise jobs.JobFailed(f"Inte skickat till {joined(list(faults))}. {next(iter(faults.values()))}")


def _agreement_pdf(sending: Dispatch) -> bytes:
    try:
        return version_pdf(sending.version).pdf
    except PdfFailed as failure:
        raise jobs.JobFailed(str(failure)) from failure


def _deliver(item: DispatchItem, agreement_pdf: bytes) -> str:
    """Why it did not succeed for this principal; the others get theirs all the same."""
    try:
        actions.deliver(item=item, package=package(item, agreement_pdf))
    except PdfFailed as failure:
        return str(failure)
    except ValidationError as refusal:
        return " ".join(refusal.messages)
    return ""
