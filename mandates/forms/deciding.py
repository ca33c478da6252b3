"""The answers to a form: attest, send back, withdraw, and to whom a one-time link is sent."""

from typing import Any

from django import forms

from kvinnofrid.core.forms import FreeTextField, SeenField
from kvinnofrid.core.validators import refuse_personal_number


class DecideForm(forms.Form):
    """The commissioner's answer for one line."""

    ATTEST, SEND_BACK = "attest", "send_back"
    decision = forms.ChoiceField(
        label="Ditt beslut",
        choices=[
            (ATTEST, "Attestera: representanten får uppdraget"),
            (SEND_BACK, "Återsänd: representanten behöver rätta något"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Välj om du attesterar eller återsänder."},
    )
    comment = FreeTextField(
        label="Kommentar till representanten",
        required=False,
        help_text="Behövs när du återsänder. Skriv vad som behöver rättas.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        sends_back = values.get("decision") == self.SEND_BACK
        if sends_back and not values.get("comment") and "comment" not in self.errors:
            self.add_error("comment", "Skriv vad som behöver rättas.")
        return values


class WithdrawForm(forms.Form):
    """Why the form is taken back."""

    reason = FreeTextField(
        label="Varför återtar du uppdraget?", error_messages={"required": "Skriv varför uppdraget återtas."}
    )


class LinkDecideForm(DecideForm):
    """The answer of a commissioner without account."""

    is_me = forms.BooleanField(
        label="Jag är den som anges som uppdragsgivare ovan och har rätt att ge uppdraget för organisationen",
        error_messages={"required": "Intyga att du är uppdragsgivaren. Är du inte det ska du inte svara här."},
    )


class CommissionerForm(forms.Form):
    """A commissioner without account, to whom a one-time link is sent."""

    seen = SeenField()
    commissioner_name = forms.CharField(
        label="Uppdragsgivarens namn",
        max_length=120,
        validators=[refuse_personal_number],
        error_messages={"required": "Skriv uppdragsgivarens namn."},
    )
    commissioner_title = forms.CharField(
        label="Uppdragsgivarens funktion",
        max_length=120,
        validators=[refuse_personal_number],
        help_text="Till exempel socialchef.",
        error_messages={"required": "Skriv uppdragsgivarens funktion."},
    )
    commissioner_email = forms.EmailField(
        label="Uppdragsgivarens e-postadress",
        max_length=254,
        validators=[refuse_personal_number],
        help_text="Länken går dit, kan användas en gång och gäller i 14 dagar.",
        error_messages={"required": "Skriv uppdragsgivarens e-postadress."},
    )
