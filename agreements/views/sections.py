"""One section of a draft, written by one person at a time."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from agreements.actions import texts as actions
from agreements.forms import texts as forms
from agreements.models import VersionSection
from agreements.queries import texts as queries
from agreements.views.lookups import (
    form_page,
    person,
    tell,
    unless_draft,
    visible_version,
)
from kvinnofrid.core.access import requires
from kvinnofrid.core.forms import what_stands
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.overtaking import Overtaken, fingerprint
from kvinnofrid.core.workflow import MoveRefused
from organisations.permissions import is_member


@requires(is_member)
@form_page
@once
def section_create(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One more section, last in the draft."""
    version = visible_version(request, slug, number)
    if frozen := unless_draft(request, version):
        return frozen
    return _section_page(request, VersionSection(version=version))


@requires(is_member)
@form_page
def section_edit(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """A section's heading, topic and text."""
    version = visible_version(request, slug, number)
    if frozen := unless_draft(request, version):
        return frozen
    section = version.sections.filter(pk=pk).first()
    if section is None:
        if request.method != "POST":
            raise Http404
        messages.error(request, "Någon har tagit bort avsnittet. Det du skrev sparades inte.")
        return redirect("version_edit", slug, number)
    section.version = version
    return _section_page(request, section)


def _section_page(request: HttpRequest, section: VersionSection) -> HttpResponse:
    version, is_new = section.version, section._state.adding
    seen = "" if is_new else fingerprint(queries.section_values(section))
    instance = VersionSection(version=version) if is_new else VersionSection.objects.get(pk=section.pk)
    form = forms.SectionForm(request.POST or None, instance=instance, initial={"seen": seen})
    stands: list[dict[str, str]] = []
    preview = None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if "preview" in request.POST:
            preview = queries.safe_html(values["body"])
        else:
            try:
                _save_section(request, section, values)
            except (MoveRefused, ValidationError) as error:
                tell(form, error)
            except Overtaken as overtaken:
                stands = what_stands(form, overtaken)
            else:
                messages.success(request, f"Avsnittet ”{values['heading']}” är sparat.")
                return redirect("version_edit", version.agreement.slug, version.number)
    context = {
        "version": version,
        "section": section,
        "is_new": is_new,
        "form": form,
        "stands": stands,
        "preview": preview,
        "guidance": "" if is_new else queries.guidance(section),
    }
    return render(request, "agreements/section_edit.html", context)


def _save_section(request: HttpRequest, section: VersionSection, values: dict[str, Any]) -> None:
    if section._state.adding:
        actions.add_section(version=section.version, values=values, by=person(request))
    else:
        actions.save_section(section=section, values=values, by=person(request), seen=values["seen"])


# --- inside -----------------------------------------------------------------------------------------------------------
