"""allauth's forms for login and second factors, with the portal's own words and an end to hostile input."""

import struct
from collections.abc import Callable
from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as codes
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError

from kvinnofrid.core.forms import FreeTextField
from kvinnofrid.core.validators import refuse_personal_number

MOST_OF_A_CREDENTIAL = 20_000
# What the readers of a passkey's answer raise for what no browser sends.
MALFORMED = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError, struct.error)
NOT_CONFIRMED = "Det gick inte att bekräfta med passnyckeln. Försök igen."
CODE_REQUIRED = "Skriv koden."


class LoginForm(account.LoginForm):
    """allauth's, with the portal's own word for the address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-postadress"


class ResetPasswordForm(account.ResetPasswordForm):
    """allauth's, with the portal's own word for the address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-postadress"


def code_field(label: str) -> forms.CharField:
    """A code from the app or a recovery code; spaces in it do no harm."""
    attributes = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}
    return forms.CharField(
        label=label, max_length=40, widget=forms.TextInput(attrs=attributes), error_messages={"required": CODE_REQUIRED}
    )


class CodeForm(codes.AuthenticateForm):
    """The code at login."""

    code = code_field("Engångskod eller reservkod")


class CodeAgainForm(codes.ReauthenticateForm):
    """The code before something sensitive."""

    code = code_field("Engångskod eller reservkod")


class FirstCodeForm(totp.ActivateTOTPForm):
    """The first code, which shows that the app has the secret."""

    code = code_field("Engångskod")


class CredentialField(forms.JSONField):
    """What the browser says about a passkey."""

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput, error_messages={"required": NOT_CONFIRMED, "invalid": NOT_CONFIRMED})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and (len(value) > MOST_OF_A_CREDENTIAL or r"\u0000" in value):
            raise ValidationError(NOT_CONFIRMED)
        return well_formed(lambda: super(CredentialField, self).to_python(value))


def well_formed(read: Callable[[], Any]) -> Any:
    """What the reader returns; whatever it stumbles over is a credential that does not hold."""
    try:
        return read()
    except MALFORMED as fault:
        raise ValidationError(NOT_CONFIRMED) from fault


class ReadCredentialMixin:
    """allauth's reading of a credential at login."""

    def clean_credential(self) -> Any:
        return well_formed(super().clean_credential)  # type: ignore[misc]


class PasskeyForm(ReadCredentialMixin, webauthn.AuthenticateWebAuthnForm):
    """A passkey as second factor after the password."""

    credential = CredentialField()


class PasskeyAgainForm(ReadCredentialMixin, webauthn.ReauthenticateWebAuthnForm):
    """A passkey before something sensitive."""

    credential = CredentialField()


class PasskeyLoginForm(ReadCredentialMixin, webauthn.LoginWebAuthnForm):
    """A passkey instead of address and password."""

    credential = CredentialField()


def name_field() -> forms.CharField:
    return forms.CharField(
        label="Namn på passnyckeln",
        max_length=60,
        validators=[refuse_personal_number],
        help_text="Så att du känner igen den, till exempel Jobbtelefonen.",
        error_messages={"required": "Skriv ett namn."},
    )


class AddPasskeyForm(webauthn.AddWebAuthnForm):
    """A new passkey. The browser asks for fingerprint, face or PIN, and the server refuses one that did not."""

    name = name_field()
    credential = CredentialField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["name"] = ""
        del self.fields["passwordless"]

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"])

    def clean(self) -> Any:
        return well_formed(super().clean)


class PasskeyNameForm(webauthn.EditWebAuthnForm):
    """Another name for a passkey."""

    name = name_field()


class ResetFactorsForm(forms.Form):
    """Why somebody's second factors are taken away."""

    reason = FreeTextField(
        label="Motivering",
        max_length=500,
        rows=3,
        help_text="Hur du har försäkrat dig om att det är rätt person som ber. Syns i historiken.",
        error_messages={"required": "Skriv en motivering."},
    )


class SamlResponseForm(forms.Form):
    """What an identity provider posts."""

    SAMLResponse = forms.CharField(max_length=300_000)
