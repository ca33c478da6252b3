"""Filters of lists, and what is gathered from them."""

from typing import Any

from django import forms
from django.utils import timezone

from kvinnofrid.core.forms import DateField, SearchForm
from mandates.enums import BundleContent, BundleFormat, MandateState
from organisations.models import Forum


class MandateSearchForm(SearchForm):
    """Filters the list of mandates."""

    state = forms.ChoiceField(label="Läge", required=False, choices=[("", "Alla"), *MandateState.choices])


class BundleForm(forms.Form):
    """Which mandates to gather in one file, and what sort of file."""

    forum = forms.ModelChoiceField(
        Forum.objects.none(),
        label="Forum",
        to_field_name="slug",
        empty_label="Välj forum",
        error_messages={"required": "Välj ett forum.", "invalid_choice": "Välj ett forum i listan."},
    )
    day = DateField(label="Dag")
    content = forms.ChoiceField(label="Vilka uppdrag", choices=BundleContent.choices, widget=forms.RadioSelect)
    format = forms.ChoiceField(label="Vad för fil", choices=BundleFormat.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, forums: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["forum"]
        field.queryset = forums
        self.initial = {
            "forum": forums[0].slug if len(forums) == 1 else "",
            "day": timezone.localdate(),
            "content": BundleContent.ACTIVE,
            "format": BundleFormat.PDF,
            **self.initial,
        }
