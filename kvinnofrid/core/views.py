"""Pages that belong to no app: long work, and the page that shows the portal's components."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from kvinnofrid.core import access, drawing_samples, health, jobs, samples
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.models import Job
from kvinnofrid.core.workflow import MoveRefused


class SeeOther(HttpResponseRedirect):
    """The answer to a POST is a page of its own."""

    status_code = 303


@access.logged_in
@require_safe
def job_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far the work has come. Asked by htmx it answers with the part that changes, or with a reload at the end."""
    job = _followed_job(request, pk)
    page = jobs.page_of(job)
    if not request.headers.get("HX-Request"):
        return render(request, "core/job_detail.html", {"page": page})
    if job.is_finished:
        return HttpResponseClientRefresh()
    return render(request, "core/parts/job.html", {"page": page})


@access.logged_in
@require_POST
def job_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    job = _followed_job(request, pk)
    try:
        jobs.cancel(job=job, by=request.user)
    except MoveRefused:
        messages.info(request, "Arbetet var redan avslutat.")
    return SeeOther(job.get_absolute_url())


@access.logged_in
@require_POST
@once
def job_retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    job = _followed_job(request, pk)
    try:
        job = jobs.retry(job=job, by=request.user)
    except MoveRefused:
        messages.info(request, "Arbetet behöver inte göras om.")
    return SeeOther(job.get_absolute_url())


def _followed_job(request: HttpRequest, pk: UUID) -> Job:
    job = Job.objects.filter(pk=pk).first()
    if job is None or not jobs.may_follow(request.user, job):
        raise Http404
    return job


@access.public
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the process answers. Asks nothing else, so that a database that is away restarts no web server."""
    return _finding(request, {"process": True})


@access.public
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether the portal can do its work; 503 with what is missing when it cannot."""
    return _finding(request, health.findings())


@vary_on_headers("Accept")
def _finding(request: HttpRequest, found: dict[str, bool]) -> HttpResponse:
    """As text, or as JSON to those who ask for it."""
    holds, words = all(found.values()), {name: "ok" if holds else "failing" for name, holds in found.items()}
    status = 200 if holds else 503
    whole = {"status": "ok" if holds else "failing", **words}
    if request.get_preferred_type(["text/plain", "application/json"]) == "application/json":
        return JsonResponse(whole, status=status)
    text = "".join(f"{name}: {word}\n" for name, word in whole.items())
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)


@access.public
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state, with made-up content."""
    context = {
        "faulty_form": samples.filled_with_faults(),
        "faulty_contacts": samples.contacts_with_faults(),
        "empty_form": samples.SampleForm(auto_id="tom_%s"),
        "filter_form": samples.SampleFilterForm(auto_id="filter_%s"),
        "page": Paginator(range(1, 241), 20).get_page(4),
        "tones": samples.TONES,
        "facts": samples.FACTS,
        "tasks": samples.TASKS,
        "counts": samples.COUNTS,
        "events": samples.EVENTS,
        "rows": samples.ROWS,
        "tabs": samples.TABS,
        "meta": samples.META,
        "county": drawing_samples.county(),
        "tiles_only": drawing_samples.county(with_map=False),
        "chart": drawing_samples.chart(),
        "structure": drawing_samples.structure(),
        "progress": samples.PROGRESS,
        "differences": samples.DIFFERENCES,
        "stands": samples.STANDS,
    }
    return render(request, "core/components.html", context)
