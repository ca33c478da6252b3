"""A form that is sent twice makes one thing: its one-time key is used up in the transaction of what it makes.

A view that creates is marked, nearest to its function, and its form carries a key:

    @requires(is_member)
    @form_page
    @idempotency.once
    def decision_create(request: HttpRequest, slug: str) -> HttpResponse: ...

    <form method="post">{% csrf_token %}{% once_key %}

The second of two at once waits for the first. Whoever sends the same form again, because the button was pressed twice
or no answer came, gets the first one's answer. When the first made nothing (the form is shown again), its key is free.
"""

import hashlib
import secrets
from datetime import timedelta
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from kvinnofrid.core.access import View
from kvinnofrid.core.models import UsedKey

FIELD = "once"
KEPT = timedelta(days=7)  # far longer than a page stays open
ALREADY_SENT = "Du hade redan skickat formuläret, så det sparades inte en gång till."


class KeyForm(forms.Form):
    """The key that a form carries."""

    once = forms.CharField(required=False, max_length=64)


def new_key() -> str:
    """For one showing of one form."""
    return secrets.token_urlsafe(16)


def once(view: View) -> View:
    """Marks a view that creates. What it writes is one transaction with the key, kept or taken back together."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = _key_of(request)
        if not key:
            return view(request, *args, **kwargs)
        with transaction.atomic():
            user = request.user if request.user.is_authenticated else None
            used, is_first = UsedKey.objects.get_or_create(key=key, defaults={"user": user})
            if not is_first:
                messages.info(request, ALREADY_SENT)
                return HttpResponseRedirect(used.answer)
            response = view(request, *args, **kwargs)
            _use(used, getattr(response, "idempotent_answer", "") or response.headers.get("Location", ""))
            return response

    guarded.makes_once = True  # type: ignore[attr-defined]
    return guarded


def made(response: HttpResponse, *, answer: str) -> HttpResponse:
    """For a view that creates and yet shows a page: where to lead somebody who sends the same form again."""
    response.idempotent_answer = answer  # type: ignore[attr-defined]
    return response


def _key_of(request: HttpRequest) -> str:
    """Of a key only as a hash, over the person and the page; empty for a form that carries none."""
    form = KeyForm(request.POST if request.method == "POST" else {})
    if not form.is_valid() or not form.cleaned_data[FIELD]:
        return ""
    whole = f"{request.user.pk}\n{request.path}\n{form.cleaned_data[FIELD]}"
    return hashlib.sha256(whole.encode()).hexdigest()


def _use(used: UsedKey, answer: str) -> None:
    """Keeps the key of what was made, and sets it free where nothing was."""
    if answer:
        used.answer = answer
        used.save(update_fields=["answer"])
    else:
        used.delete()


def forget_old_keys() -> int:
    """Removes keys that nobody sends any more; tells how many."""
    return UsedKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
