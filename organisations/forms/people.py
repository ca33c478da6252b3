"""Inviting people, giving and ending their roles, and the person's own way in."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from kvinnofrid.core.forms import DateField, FilterForm, FreeTextField, SeenField
from organisations import queries
from organisations.enums import FORUM_ROLES, ORGANISATION_ROLES, PARTNERSHIP_ROLES, Role, SeatHolding
from organisations.models import Forum, Organisation, Seat, User

MEANINGS = {
    Role.READER: "ser det som är internt för organisationen",
    Role.REPRESENTATIVE: "fyller i uppdrag för organisationen",
    Role.COMMISSIONER: "attesterar organisationens uppdrag",
    Role.REGISTRAR: "tar emot handlingar och registrerar beslut",
    Role.ADMINISTRATOR: "bjuder in personer och ger roller",
    Role.CHAIR: "ser uppdragsläget i forumet",
    Role.SECRETARY: "ser uppdragsläget i forumet",
    Role.COORDINATOR: "sköter hela länets samverkan",
}


def roles_in(scope: Any) -> tuple[Role, ...]:
    """The roles that are held in a place."""
    if isinstance(scope, Organisation):
        return ORGANISATION_ROLES
    return FORUM_ROLES if isinstance(scope, Forum) else PARTNERSHIP_ROLES


def role_choices(scope: Any) -> list[tuple[str, str]]:
    return [(role.value, f"{role.label}: {MEANINGS[role]}") for role in roles_in(scope)]


SEAT_LASTS = "Skriv ÅÅÅÅ-MM-DD. Lämna tomt om platsen innehas tills vidare."


class PeriodForm(forms.Form):
    """From which day a role holds, and until when."""

    starts_on = DateField(label="Gäller från och med", initial=timezone.localdate)
    ends_on = DateField(
        label="Gäller till och med",
        required=False,
        help_text="Skriv ÅÅÅÅ-MM-DD. Lämna tomt om rollen gäller tills vidare.",
    )

    def clean_starts_on(self) -> date:
        day: date = self.cleaned_data["starts_on"]
        if day < timezone.localdate():
            raise ValidationError("Välj i dag eller en dag som kommer.")
        return day

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "Slutdatum kan inte ligga före startdatum.")
        return values


class SeatPeriodForm(PeriodForm):
    """From which day a seat is held, and until when."""

    ends_on = DateField(label="Gäller till och med", required=False, help_text=SEAT_LASTS)


class InvitationForm(PeriodForm):
    """Whom to invite, to which roles."""

    email = forms.EmailField(
        label="E-postadress",
        max_length=254,
        help_text="Adressen i arbetet. Den blir personens inloggning. Länken fungerar bara en gång.",
        error_messages={"required": "Skriv e-postadressen.", "invalid": "Skriv en hel e-postadress."},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    roles = forms.MultipleChoiceField(
        label="Roller",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Välj minst en roll.", "invalid_choice": "Välj roller i listan."},
    )
    seat = forms.ModelChoiceField(
        Seat.objects.none(),
        label="Plats",
        required=False,
        empty_label="Ingen plats",
        help_text="Bara om personen ska inneha en plats genom sin befattning eller sitt förtroendeuppdrag.",
        error_messages={"invalid_choice": "Välj en plats i listan."},
    )
    field_order = ("email", "roles", "seat", "starts_on", "ends_on")

    def __init__(self, *args: Any, scope: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles: Any = self.fields["roles"]
        roles.choices = role_choices(scope)
        if len(roles.choices) == 1:
            roles.initial = [value for value, _ in roles.choices]
        if isinstance(scope, Forum) and scope.seats_held_by == SeatHolding.EX_OFFICIO:
            seat: Any = self.fields["seat"]
            seat.queryset = scope.seats.active_on(timezone.localdate()).in_order()
            roles.required = False
        else:
            del self.fields["seat"]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if "seat" in self.fields and not (values.get("roles") or values.get("seat") or self.errors):
            self.add_error("roles", "Välj minst en roll eller en plats.")
        return values


class GiveRoleForm(PeriodForm):
    """One more role for somebody who has one in the place."""

    user = forms.ModelChoiceField(
        User.objects.none(),
        label="Person",
        empty_label="Välj person",
        error_messages={"required": "Välj en person.", "invalid_choice": "Välj en person i listan."},
    )
    role = forms.ChoiceField(
        label="Roll",
        widget=forms.RadioSelect,
        error_messages={"required": "Välj en roll.", "invalid_choice": "Välj en roll i listan."},
    )
    field_order = ("user", "role", "starts_on", "ends_on")

    def __init__(self, *args: Any, scope: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user, role = self.fields["user"], self.fields["role"]
        user.queryset = queries.members_to_choose(scope, timezone.localdate())  # type: ignore[attr-defined]
        role.choices = role_choices(scope)  # type: ignore[attr-defined]


class AppointForm(SeatPeriodForm):
    """Who holds a seat by office."""

    holder = forms.ModelChoiceField(
        User.objects.none(),
        label="Innehavare",
        empty_label="Välj person",
        help_text="Personer som har en roll i organisationen. Saknas personen? Bjud in till platsen i stället.",
        error_messages={"required": "Välj en person.", "invalid_choice": "Välj en person i listan."},
    )
    field_order = ("holder", "starts_on", "ends_on")

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holder: Any = self.fields["holder"]
        holder.queryset = queries.holders_to_choose(seat, timezone.localdate())


class LastDayForm(forms.Form):
    """Another last day of a role, or none."""

    ends_on = DateField(
        label="Gäller till och med",
        required=False,
        help_text="Skriv ÅÅÅÅ-MM-DD. Lämna tomt om rollen gäller tills vidare.",
    )
    seen = SeenField()


class SeatLastDayForm(LastDayForm):
    """Another last day of a seat by office, or none."""

    ends_on = DateField(label="Gäller till och med", required=False, help_text=SEAT_LASTS)


class EndRoleForm(forms.Form):
    """The last day of a role, and why."""

    keeps = "Personen har kvar rollen hela den dagen. Skriv {day} om den ska upphöra genast."
    ends_on = DateField(label="Sista dagen", initial=timezone.localdate)
    reason = FreeTextField(
        label="Varför avslutas rollen?",
        max_length=500,
        rows=3,
        help_text="Sparas i historiken och kan läsas av dem som ger roller här.",
        error_messages={"required": "Skriv varför rollen avslutas."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        yesterday = timezone.localdate() - timedelta(days=1)
        self.fields["ends_on"].help_text = self.keeps.format(day=yesterday)


class EndSeatForm(EndRoleForm):
    """The last day of a seat by office, and why."""

    keeps = "Personen har kvar platsen hela den dagen. Skriv {day} om innehavet ska upphöra genast."
    reason = FreeTextField(
        label="Varför avslutas innehavet av platsen?",
        max_length=500,
        rows=3,
        help_text="Sparas i historiken och kan läsas av dem som ger roller här.",
        error_messages={"required": "Skriv varför innehavet avslutas."},
    )


class ReasonForm(forms.Form):
    """Why an account is closed or opened."""

    reason = FreeTextField(
        label="Varför?",
        max_length=500,
        rows=3,
        help_text="Sparas i historiken. Bara samordnaren läser den.",
        error_messages={"required": "Skriv varför."},
    )


class PeopleForm(FilterForm):
    """Which people to show."""

    q = forms.CharField(label="Namn, befattning eller e-postadress", required=False, max_length=100)
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label="Organisation", required=False, to_field_name="slug", empty_label="Alla"
    )
    role = forms.ChoiceField(
        label="Roll", required=False, choices=[("", "Alla"), *[(r.value, r.label) for r in Role if r != Role.MEMBER]]
    )
    state = forms.ChoiceField(
        label="Konto",
        required=False,
        choices=[("", "Alla"), ("active", "Aktiva"), ("without_role", "Aktiva utan roll"), ("inactive", "Avstängda")],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisation: Any = self.fields["organisation"]
        organisation.queryset = Organisation.objects.in_order()


class JoinForm(forms.ModelForm):
    """What a new person chooses: how to be shown, and a password."""

    password1 = forms.CharField(
        label="Välj ett lösenord",
        max_length=200,
        strip=False,
        help_text="Minst 12 tecken. Gärna flera ord efter varandra.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Välj ett lösenord."},
    )
    password2 = forms.CharField(
        label="Lösenordet en gång till",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Skriv lösenordet en gång till."},
    )

    class Meta:
        model = User
        fields = ["name", "title", "phone"]
        help_texts = {"phone": "Visas för alla som deltar i samverkan."}
        error_messages = {"name": {"required": "Skriv ditt namn."}}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "title": forms.TextInput(attrs={"autocomplete": "organization-title"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "work tel"}),
        }

    def __init__(self, data: Any, *, email: str) -> None:
        super().__init__(data, instance=User(email=email))

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        first, second = values.get("password1"), values.get("password2")
        if first and second and first != second:
            self.add_error("password2", "Lösenorden är inte lika.")
        if first:
            person = User(email=self.instance.email, name=values.get("name", ""))
            try:
                validate_password(first, person)
            except ValidationError as error:
                self.add_error("password1", error)
        return values
