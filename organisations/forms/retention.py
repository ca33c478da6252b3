"""Postponing the redaction of a person's data, and whose data to look for."""

from django import forms

from kvinnofrid.core.forms import DateField, FreeTextField, SeenField


class KeepForm(forms.Form):
    """Until when, and why."""

    kept_until = DateField(
        label="Behåll till och med",
        help_text="Skriv ÅÅÅÅ-MM-DD. Dagen efter fortsätter gallringen där den är.",
    )
    reason = FreeTextField(
        label="Varför behövs uppgifterna?",
        max_length=500,
        rows=3,
        help_text="Sparas i historiken. Personen kan läsa det i sitt registerutdrag.",
        error_messages={"required": "Skriv varför uppgifterna behövs."},
    )
    seen = SeenField()


class AddressForm(forms.Form):
    """An address that somebody has written."""

    email = forms.EmailField(
        label="E-postadress",
        max_length=254,
        help_text="För den som inte har något konto men kan stå i ett uppdrag, en inbjudan eller ett meddelande.",
        error_messages={"required": "Skriv e-postadressen.", "invalid": "Skriv en hel e-postadress."},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
