"""The forms of the app's pages."""

from mandates.forms.deciding import CommissionerForm, DecideForm, LinkDecideForm, WithdrawForm
from mandates.forms.editions import EditionForm, EditionTextForm, SectionFormSet, sections_of
from mandates.forms.filling import ContactFormSet, LineForm, PersonForm, SeatsForm, StartForm, contacts_of
from mandates.forms.life import ConfirmForm, EndForm, PaperForm, PaperLineFormSet, VacancyForm
from mandates.forms.lists import BundleForm, MandateSearchForm

__all__ = [
    "BundleForm",
    "CommissionerForm",
    "ConfirmForm",
    "ContactFormSet",
    "DecideForm",
    "EditionForm",
    "EditionTextForm",
    "EndForm",
    "LineForm",
    "LinkDecideForm",
    "MandateSearchForm",
    "PaperForm",
    "PaperLineFormSet",
    "PersonForm",
    "SeatsForm",
    "SectionFormSet",
    "StartForm",
    "VacancyForm",
    "WithdrawForm",
    "contacts_of",
    "sections_of",
]
