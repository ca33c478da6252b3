"""Form editions: read by all participants, written and published by the coordinator."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from kvinnofrid.core.access import requires
from kvinnofrid.core.downloads import pdf_response
from kvinnofrid.core.forms import what_stands
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.overtaking import Overtaken, fingerprint
from kvinnofrid.core.workflow import MoveRefused
from mandates import actions, pdf, queries
from mandates.forms import EditionForm, EditionTextForm, SectionFormSet, sections_of
from mandates.models import FormEdition
from mandates.queries.renewals import earlier_editions, renewals
from mandates.views.filling import form_page
from mandates.views.lookups import person, require_coordinator, visible_edition
from organisations.enums import SeatHolding
from organisations.models import Forum
from organisations.permissions import is_coordinator, is_member


@requires(is_member)
@require_safe
def edition_list(request: HttpRequest) -> HttpResponse:
    """All editions by forum, newest first."""
    context = {
        "editions": FormEdition.objects.visible_to(request.user).select_related("forum"),
        "forums": Forum.objects.filter(seats_held_by=SeatHolding.MANDATE).in_order(),
        "is_coordinator": is_coordinator(request.user),
    }
    return render(request, "mandates/edition_list.html", context)


@requires(is_member)
@require_safe
def edition_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One edition's text."""
    edition = visible_edition(request, pk)
    asks = is_coordinator(request.user) and queries.edition_today(edition.forum) == edition
    context = {
        "edition": edition,
        "has_earlier": earlier_editions(edition).exists(),
        "renewals": renewals(edition) if asks else None,
        "sections": edition.sections.all(),
        "history": queries.edition_history(edition),
        "is_coordinator": is_coordinator(request.user),
    }
    return render(request, "mandates/edition_detail.html", context)


@requires(is_member)
@require_safe
def edition_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The empty form, to fill in by hand."""
    edition = visible_edition(request, pk)
    filename = f"Uppdragsbeskrivning {edition.forum.name} {edition.name}.pdf".replace("/", "-")
    return pdf_response(request, lambda: pdf.blank_form_pdf(edition), filename)


@requires(is_member)
@form_page
@once
def edition_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Prepare a new edition of a forum's form from its newest."""
    forum = get_object_or_404(Forum, slug=slug, seats_held_by=SeatHolding.MANDATE)
    require_coordinator(request)
    form = EditionForm(request.POST or None, instance=FormEdition(forum=forum))
    if request.method == "POST" and form.is_valid():
        try:
            edition = actions.prepare_edition(forum=forum, by=person(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("edition_edit", edition.pk)
    return render(request, "mandates/edition_create.html", {"form": form, "forum": forum})


@requires(is_member)
@form_page
def edition_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit a draft's name, date and sections."""
    edition = visible_edition(request, pk)
    require_coordinator(request)
    if edition.is_published:
        messages.info(request, "Utgåvan är publicerad och kan inte ändras.")
        return redirect(edition)
    seen = fingerprint(queries.edition_values(edition))
    form = EditionTextForm(request.POST or None, instance=edition, initial={"seen": seen})
    stands: list[dict[str, str]] = []
    present: list[Any] = list(edition.sections.values("heading", "body"))
    # What is posted stands for itself: compared with what a double click has just saved, it would count as unchanged.
    sections = SectionFormSet(request.POST or None, initial=None if request.POST else present, prefix="sections")
    if request.method == "POST" and form.is_valid() and sections.is_valid():
        try:
            values, rows = form.cleaned_data, sections_of(sections)
            actions.save_edition(edition=edition, values=values, sections=rows, by=person(request), seen=values["seen"])
        except (MoveRefused, ValidationError) as error:
            form.add_error(None, error if isinstance(error, ValidationError) else str(error))
        except Overtaken as overtaken:
            stands = what_stands(form, overtaken, sections="Avsnitt")
        else:
            messages.success(request, "Sparat.")
            return redirect(request.path if "again" in request.POST else edition)
    context = {"edition": edition, "form": form, "formset": sections, "stands": stands}
    return render(request, "mandates/edition_edit.html", context)


@requires(is_member)
@require_POST
def edition_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Freeze a draft; from then on its text never changes."""
    edition = visible_edition(request, pk)
    try:
        actions.publish_edition(edition=edition, by=person(request))
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{edition.name} är publicerad.")
    return redirect(edition)
