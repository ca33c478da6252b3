"""A draft from its beginning to publication: its sections in order, who may see it, and how it ends."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from agreements.actions import texts as actions
from agreements.forms import texts as forms
from agreements.models import AgreementVersion
from agreements.queries import texts as queries
from agreements.views.lookups import (
    form_page,
    in_one_line,
    person,
    require,
    tell,
    unless_draft,
    visible_agreement,
    visible_version,
)
from kvinnofrid.core.access import requires
from kvinnofrid.core.forms import what_stands
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.overtaking import Overtaken, fingerprint
from kvinnofrid.core.workflow import MoveRefused
from organisations.permissions import is_coordinator, is_member


@requires(is_member)
@form_page
@once
def version_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a draft: from the template, from the version before, from a document, or empty."""
    agreement = visible_agreement(request, slug)
    require(is_coordinator(request.user))
    form = forms.VersionStartForm(request.POST or None, agreement=agreement)
    if request.method == "POST" and form.is_valid():
        try:
            version = actions.start_version(
                agreement=agreement, title=form.cleaned_data["title"], source=form.chosen(), by=person(request)
            )
        except ValidationError as error:
            tell(form, error)
        except MoveRefused as refusal:
            messages.info(request, str(refusal))
            return redirect(agreement.versions.drafts().first() or agreement)
        else:
            page = "version_import" if form.cleaned_data["source"] == form.WORD else "version_edit"
            return redirect(page, agreement.slug, version.number)
    return render(request, "agreements/version_create.html", {"form": form, "agreement": agreement})


@requires(is_member)
@form_page
def version_edit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A draft's heading and note, its sections in order, and what a reader would ask about."""
    version = visible_version(request, slug, number)
    if frozen := unless_draft(request, version):
        return frozen
    if "move" in request.POST:
        return _move(request, version)
    seen = fingerprint(queries.version_values(version))
    form = forms.VersionForm(
        request.POST or None, instance=AgreementVersion.objects.get(pk=version.pk), initial={"seen": seen}
    )
    stands: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            values = form.cleaned_data
            actions.save_version(version=version, values=values, by=person(request), seen=values["seen"])
        except (MoveRefused, ValidationError) as error:
            tell(form, error)
        except Overtaken as overtaken:
            stands = what_stands(form, overtaken)
        else:
            messages.success(request, "Sparat.")
            return redirect("version_edit", slug, number)
    context = {
        "version": version,
        "form": form,
        "stands": stands,
        "sections": queries.section_views(version),
        "remarks": queries.remarks(version),
        "is_coordinator": is_coordinator(request.user),
    }
    return render(request, "agreements/version_edit.html", context)


def _move(request: HttpRequest, version: AgreementVersion) -> HttpResponse:
    """Up, down or away. Where somebody has moved it since the page was shown, nothing happens: the page shows it."""
    step, _, values = (forms.PressedForm(request.POST).value("move") or "").partition(":")
    section, _, place = values.partition(":")
    form = forms.MoveForm({"step": step, "section": section, "place": place}, version=version)
    answer = redirect("version_edit", version.agreement.slug, version.number)
    if not form.is_valid():
        messages.info(request, "Avsnittet finns inte längre i utkastet.")
        return answer
    row, wanted = form.cleaned_data["section"], form.cleaned_data["place"]
    stands = [found.pk for found in version.sections.all()].index(row.pk) + 1
    try:
        if form.cleaned_data["step"] == 0:
            actions.remove_section(section=row, by=person(request))
            messages.success(request, f"Avsnittet ”{row.heading}” är borttaget.")
        elif stands == wanted:
            actions.move_section(section=row, before=stands + form.cleaned_data["step"], by=person(request))
    except (MoveRefused, ValidationError) as error:
        messages.error(request, in_one_line(error))
    return answer


@requires(is_member)
@form_page
@once
def version_invitations(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Who is invited to a draft."""
    version = visible_version(request, slug, number)
    require(is_coordinator(request.user))
    if frozen := unless_draft(request, version):
        return frozen
    if "remove" in request.POST:
        return _uninvite(request, version)
    form = forms.InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            actions.invite(
                version=version,
                user=form.user,
                organisation=values["organisation"],
                access=values["access"],
                by=person(request),
            )
        except (MoveRefused, ValidationError) as error:
            tell(form, error)
        else:
            messages.success(request, f"{form.user or values['organisation']} är inbjuden.")
            return redirect(request.path)
    invitations = list(version.invitations.select_related("user", "organisation").order_by("pk"))
    context = {"version": version, "form": form, "invitations": invitations}
    return render(request, "agreements/version_invitations.html", context)


def _uninvite(request: HttpRequest, version: AgreementVersion) -> HttpResponse:
    form = forms.UninviteForm({"invitation": forms.PressedForm(request.POST).value("remove")}, version=version)
    if form.is_valid():
        invitation = form.cleaned_data["invitation"]
        guest = str(invitation)
        try:
            actions.uninvite(invitation=invitation, by=person(request))
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Inbjudan till {guest} är borttagen.")
    return redirect(request.path)


@requires(is_member)
@form_page
def version_publish(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What publishing means, and the button that does it."""
    version = visible_version(request, slug, number)
    require(is_coordinator(request.user))
    if frozen := unless_draft(request, version):
        return frozen
    if request.method == "POST":
        try:
            actions.publish(
                version=version, by=person(request), seen=forms.PressedForm(request.POST).value("seen") or ""
            )
        except (MoveRefused, ValidationError) as error:
            messages.error(request, in_one_line(error))
        else:
            messages.success(request, f"Version {version.number} är publicerad. Texten är låst.")
            return redirect(version)
    context = {"version": version, "remarks": queries.remarks(version), "seen": queries.text_seen(version)}
    return render(request, "agreements/version_publish.html", context)


@requires(is_member)
@form_page
def version_discard(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Give up a draft."""
    version = visible_version(request, slug, number)
    require(is_coordinator(request.user))
    if frozen := unless_draft(request, version):
        return frozen
    form = forms.DiscardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.discard(version=version, reason=form.cleaned_data["reason"], by=person(request))
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Utkastet till version {version.number} är kasserat.")
            return redirect(version.agreement)
    return render(request, "agreements/version_discard.html", {"version": version, "form": form})
