"""A Word document read into a draft: uploaded, looked at, then saved."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from agreements.actions import texts as actions
from agreements.enums import Topic
from agreements.forms import texts as forms
from agreements.models import AgreementVersion
from agreements.queries import texts as queries
from agreements.views.lookups import form_page, in_one_line, person, tell, unless_draft, visible_version
from kvinnofrid.core import files
from kvinnofrid.core.access import requires
from kvinnofrid.core.documents import DocxContent, UnreadableDocument, read_docx
from kvinnofrid.core.idempotency import once
from kvinnofrid.core.models import StoredFile
from kvinnofrid.core.workflow import MoveRefused
from organisations.permissions import is_member

DOCUMENT_SALT = "agreements.import"
DOCUMENT_SECONDS = 24 * 60 * 60


@requires(is_member)
@form_page
@once
def version_import(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Read sections from a Word document: first the document, then a preview, then they are in the draft."""
    version = visible_version(request, slug, number)
    if frozen := unless_draft(request, version):
        return frozen
    if "dokument" in request.GET:
        return _preview(request, version)
    form = forms.DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["document"]
        try:
            read_docx(upload.data)
            stored = actions.keep_document(version=version, upload=upload, by=person(request))
        except UnreadableDocument as fault:
            form.add_error("document", fault.message)
        except (MoveRefused, ValidationError) as error:
            tell(form, error)
        else:
            token = signing.dumps([str(stored.pk), version.pk, person(request).pk], salt=DOCUMENT_SALT)
            return redirect(f"{request.path}?{urlencode({'dokument': token})}")
    return render(request, "agreements/version_import.html", {"form": form, "version": version})


def _preview(request: HttpRequest, version: AgreementVersion) -> HttpResponse:
    """What was found in the kept document, which is read anew: nothing of the text comes back from the browser."""
    content = _kept_document(request, version)
    if content is None:
        messages.error(request, "Dokumentet finns inte kvar. Välj det igen.")
        return redirect(request.path)
    initial = [
        {"heading": section.heading, "topic": _topic(section.heading), "is_kept": True} for section in content.sections
    ]
    formset = forms.FoundSections(
        request.POST or None, initial=initial, prefix="sections", form_kwargs={"empty_permitted": False}
    )
    if request.method == "POST" and formset.is_valid():
        rows = [form.cleaned_data for form in formset.forms]
        pairs = [(row, found) for row, found in zip(rows, content.sections, strict=False) if row["is_kept"]]
        sections = [{"heading": row["heading"], "topic": row["topic"], "body": found.body} for row, found in pairs]
        try:
            added = actions.import_sections(version=version, sections=sections, by=person(request))
        except (MoveRefused, ValidationError) as error:
            messages.error(request, in_one_line(error))
        else:
            messages.success(request, f"{added} avsnitt lades till i utkastet.")
            return redirect("version_edit", version.agreement.slug, version.number)
    found = [
        {"form": form, "html": queries.safe_html(section.body)}
        for form, section in zip(formset.forms, content.sections, strict=False)
    ]
    context = {"version": version, "content": content, "formset": formset, "found": found}
    return render(request, "agreements/version_import_preview.html", context)


def _kept_document(request: HttpRequest, version: AgreementVersion) -> DocxContent | None:
    try:
        token = signing.loads(
            forms.PressedForm(request.GET).value("dokument") or "", salt=DOCUMENT_SALT, max_age=DOCUMENT_SECONDS
        )
        if token[1:] != [version.pk, person(request).pk]:
            return None
        return read_docx(files.open_file(StoredFile.objects.get(pk=token[0])))
    except (signing.BadSignature, StoredFile.DoesNotExist, files.FileDamaged, UnreadableDocument):
        return None


def _topic(heading: str) -> str:
    """The topic whose name the heading begins with."""
    plain = heading.casefold()
    return next((topic.value for topic in Topic if plain.startswith(topic.label.split()[0].casefold())), "other")
