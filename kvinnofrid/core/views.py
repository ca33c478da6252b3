"""Pages that belong to no app: the one that shows the portal's components."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kvinnofrid.core import access, samples


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
    }
    return render(request, "core/components.html", context)
