"""What people write: filters, own details, roles and invitations, deciding bodies, login."""

from organisations.forms.bodies import BodyForm, MeetingButtonForm, MeetingsForm, YearForm
from organisations.forms.lists import OrganisationSearchForm
from organisations.forms.login import LoginForm, ResetPasswordForm
from organisations.forms.people import (
    AppointForm,
    EndRoleForm,
    EndSeatForm,
    GiveRoleForm,
    InvitationForm,
    JoinForm,
    LastDayForm,
    PeopleForm,
    ReasonForm,
    SeatLastDayForm,
)
from organisations.forms.profile import ProfileForm
from organisations.forms.retention import AddressForm, KeepForm

__all__ = [
    "AddressForm",
    "AppointForm",
    "BodyForm",
    "EndRoleForm",
    "EndSeatForm",
    "GiveRoleForm",
    "InvitationForm",
    "JoinForm",
    "KeepForm",
    "LastDayForm",
    "LoginForm",
    "MeetingButtonForm",
    "MeetingsForm",
    "OrganisationSearchForm",
    "PeopleForm",
    "ProfileForm",
    "ReasonForm",
    "ResetPasswordForm",
    "SeatLastDayForm",
    "YearForm",
]
