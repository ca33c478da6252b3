"""Links to the board for those without an account: given out and withdrawn by the coordinator, opened by anyone."""

from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agreements.actions import following
from agreements.forms.following import ShareLinkForm
from agreements.models import Agreement, ShareLink
from agreements.permissions import is_coordinator
from agreements.queries.following import given_links, open_link
from kvinnofrid.core.access import Refused, View, public, requires
from kvinnofrid.core.downloads import pdf_response
from kvinnofrid.core.idempotency import made, once
from mandates.views.filling import form_page
from mandates.views.lookups import person
from organisations.permissions import is_member
from reports import pdf
from reports.queries import board_pictures
from reports.queries.board import Board
from reports.queries.board import board as board_on
from reports.queries.register import registers


@requires(is_member)
@form_page
@once
def share_link_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The links that have been given out; a new one is shown once, in the answer to its form."""
    agreement = _agreement(request, slug)
    form = ShareLinkForm(request.POST or None)
    address = ""
    if request.method == "POST" and form.is_valid():
        _link, token = following.create_share_link(agreement=agreement, by=person(request), **form.cleaned_data)
        address = request.build_absolute_uri(reverse("shared_board", args=[token]))
        form = ShareLinkForm()
    context = {
        "agreement": agreement,
        "form": form,
        "address": address,
        "links": given_links(agreement, timezone.localdate()),
    }
    page = render(request, "reports/share_link_list.html", context)
    return made(page, answer=request.path) if address else page


@requires(is_member)
@require_POST
def share_link_revoke(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The link opens nothing from now on."""
    agreement = _agreement(request, slug)
    link = get_object_or_404(ShareLink, agreement=agreement, pk=pk)
    following.revoke_share_link(link=link, by=person(request))
    messages.success(request, f"Länken för {link.label} är återkallad och gäller inte längre.")
    return redirect("share_link_list", agreement.slug)


def _agreement(request: HttpRequest, slug: str) -> Agreement:
    agreement: Agreement = get_object_or_404(Agreement.objects.visible_to(request.user), slug=slug)
    if not is_coordinator(request.user):
        raise Refused
    return agreement


def shared(view: View) -> View:
    """Nothing of the answer is kept, found by a search or told to another site."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    return answered


@public
@require_safe
@shared
def shared_board(request: HttpRequest, token: str) -> HttpResponse:
    """The board as it stands today, to read and nothing else."""
    board = _shared(token)
    if board is None:
        return render(request, "reports/shared_board_closed.html", status=404)
    context = {
        "board": board,
        "agreement": board.agreement,
        "counts": board_pictures.counts(board, lambda _verdict: ""),
        "drawing": board_pictures.county(board, lambda _row: "", lambda _verdict: ""),
        "chart": board_pictures.chart(board),
        "pdf_url": reverse("shared_board_pdf", args=[token]),
    }
    return render(request, "reports/shared_board.html", context)


@public
@require_safe
@shared
def shared_board_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The same on one sheet of paper."""
    board = _shared(token)
    if board is None:
        return render(request, "reports/shared_board_closed.html", status=404)
    return pdf_response(request, lambda: pdf.board_pdf(board), f"{board.agreement.slug}-lage-{board.status.as_of}.pdf")


def _shared(token: str) -> Board | None:
    """The board that the token opens today; a link that has ended and one that never was are answered alike."""
    today = timezone.localdate()
    link = open_link(following.hash_of(token), today)
    if link is None:
        return None
    [found] = registers(Agreement.objects.filter(pk=link.agreement_id), today)
    return board_on(found, as_of=today, known_on=today, today=today)
