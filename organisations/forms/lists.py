"""Filters of the lists."""

from django import forms

from kvinnofrid.core.forms import SearchForm
from organisations.enums import OrganisationKind


class OrganisationSearchForm(SearchForm):
    """Filters the list of organisations."""

    kind = forms.ChoiceField(label="Slag", required=False, choices=[("", "Alla"), *OrganisationKind.choices])
    principal = forms.ChoiceField(
        label="Huvudman", required=False, choices=[("", "Alla"), ("ja", "Huvudmän"), ("nej", "Övriga")]
    )
