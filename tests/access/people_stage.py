"""People on the stage: roles and seats by office, invitations in every state, accounts, and ways to log in.

Who relates how to what is written down here by hand, from the facts that are made; nothing asks the portal.
"""

import time
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, TOTP, format_hotp_value, hotp_value
from allauth.mfa.webauthn.internal.auth import STATE_SESSION_KEY
from allauth.usersessions.models import UserSession
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from kvinnofrid.core import audit
from kvinnofrid.core.models import Message
from organisations import actions
from organisations.enums import Role
from organisations.models import Forum, Invitation, Membership, Partnership, Seat
from tests.factories import cast, inviting

ADMINISTERS = {"administrator": "falun", "sater_administrator": "sater"}
# Both have an app, a passkey and recovery codes; the codes of the first are just made.
FRESH, SAVED = "reader", "commissioner"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of the apps
WORDS = {"falun": "kanarieinbjudanfalun", "sater": "kanarieinbjudansater"}
PASSKEY_WORD, REASON_WORD = "kanariepassnyckel", "kanarieorsak"
LATER = 24 * 60 * 60  # what must not grow old while the tests run, is this many seconds from now


@dataclass(frozen=True)
class Thing:
    """What an address is asked about: its state in the words of the table, whose page it is, and whose own."""

    state: str
    organisation: str = ""
    owner: str = ""


THINGS: dict[str, Thing] = {
    "people of falun": Thing("of an organisation", "falun"),
    "people of sater": Thing("of an organisation", "sater"),
    "people of lansgruppen": Thing("of a forum"),
    "people of styrgruppen": Thing("of a forum"),
    "role of the reader": Thing("in force", "falun"),
    "role to come": Thing("to come", "falun"),
    "role that is over": Thing("over", "falun"),
    "role in sater": Thing("in force", "sater"),
    "role elsewhere": Thing("of another place", "falun"),
    "role of the chair": Thing("in force"),
    "role in another forum": Thing("of another place"),
    "coordination to come": Thing("to come"),
    "only coordination": Thing("of the only coordinator"),
    "role in no partnership": Thing("of another place"),
    "vacant seat by office": Thing("vacant"),
    "held seat by office": Thing("held"),
    "seat with mandates": Thing("with mandates"),
    "seat by office elsewhere": Thing("of another place"),
    "office of steering": Thing("in force"),
    "office that is over": Thing("over"),
    "office elsewhere": Thing("of another place"),
    "open invitation": Thing("open", "falun"),
    "expired invitation": Thing("expired", "falun"),
    "accepted invitation": Thing("accepted", "falun"),
    "withdrawn invitation": Thing("withdrawn", "falun"),
    "own invitation": Thing("open", "falun"),  # of somebody who has an account
    "invitation to sater": Thing("open", "sater"),
    "invitation elsewhere": Thing("of another place", "falun"),
    "invitation to lansgruppen": Thing("open"),
    "invitation to another forum": Thing("of another place"),
    "invitation to coordinate": Thing("open"),
    "invitation to no partnership": Thing("of another place"),
    "person of falun": Thing("open account", "falun"),
    "person of sater": Thing("open account", "sater"),
    "protected person": Thing("open account", "sater"),
    "person without role": Thing("open account"),
    "person with closed account": Thing("closed account", "falun"),
    "administrator of falun": Thing("open account", "falun", "administrator"),
    "coordinator": Thing("the only coordinator", "", "coordinator"),
    "passkey": Thing("passkey", owner=FRESH),
    "login": Thing("login", owner=FRESH),
    "answer of a provider": Thing("answer"),
}
_ROLES = ("role of the reader", "role to come", "role that is over", "role in sater", "role elsewhere")
_INVITATIONS = (
    "open invitation",
    "expired invitation",
    "accepted invitation",
    "withdrawn invitation",
    "invitation to sater",
    "invitation elsewhere",
)
_PERSONS = ("person of falun", "protected person", "person with closed account", "coordinator")
_ORGANISATIONS, _FORUMS = ("people of falun", "people of sater"), ("people of lansgruppen", "people of styrgruppen")
_OFFICES = ("office of steering", "office that is over", "office elsewhere")
_OF_FORUM, _OF_PARTNERSHIP = (
    ("role of the chair", "role in another forum"),
    ("coordination to come", "only coordination", "role in no partnership"),
)
_TO_FORUM, _TO_PARTNERSHIP = (
    ("invitation to lansgruppen", "invitation to another forum"),
    ("invitation to coordinate", "invitation to no partnership"),
)
# What each address is asked about; the first by all of NEAR, the others by some.
PEOPLE_PAGES: dict[str, tuple[str, ...]] = {
    "member_list": _ORGANISATIONS,
    "invitation_create": _ORGANISATIONS,
    "membership_create": _ORGANISATIONS,
    "membership_change": _ROLES,
    "membership_end": _ROLES,
    "invitation_renew": _INVITATIONS,
    "invitation_withdraw": _INVITATIONS,
    "forum_member_list": _FORUMS,
    "forum_invitation_create": _FORUMS,
    "forum_membership_create": ("people of lansgruppen",),
    "forum_membership_change": _OF_FORUM,
    "forum_membership_end": _OF_FORUM,
    "forum_invitation_renew": _TO_FORUM,
    "forum_invitation_withdraw": _TO_FORUM,
    "forum_appointment_create": (
        "vacant seat by office",
        "held seat by office",
        "seat with mandates",
        "seat by office elsewhere",
    ),
    "forum_appointment_change": _OFFICES,
    "forum_appointment_end": _OFFICES,
    "partnership_member_list": ("",),
    "partnership_invitation_create": ("",),
    "partnership_membership_create": ("",),
    "partnership_membership_change": _OF_PARTNERSHIP,
    "partnership_membership_end": _OF_PARTNERSHIP,
    "partnership_invitation_renew": _TO_PARTNERSHIP,
    "partnership_invitation_withdraw": _TO_PARTNERSHIP,
    "person_list": ("",),
    "person_detail": _PERSONS,
    "person_deactivate": _PERSONS,
    "person_reactivate": _PERSONS,
    "factors_reset": (
        "person of falun",
        "person of sater",
        "protected person",
        "person without role",
        "person with closed account",
        "administrator of falun",
        "coordinator",
    ),
}
LINK_PAGES: dict[str, tuple[str, ...]] = {
    "invitation_accept": ("",),
    "invitation_open": ("open invitation", "expired invitation", "accepted invitation", "withdrawn invitation"),
}
LOGIN_PAGES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "mfa_authenticate",
            "mfa_login_webauthn",
            "mfa_reauthenticate",
            "mfa_reauthenticate_webauthn",
            "account_security",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_add_webauthn",
            "recovery_codes",
            "recovery_codes_download",
            "mfa_generate_recovery_codes",
            "session_list",
            "session_end_others",
            "oidc_login",
            "oidc_callback",
            "saml_login",
            "saml_acs",
            "saml_metadata",
        ),
        ("",),
    ),
    "mfa_edit_webauthn": ("passkey",),
    "mfa_remove_webauthn": ("passkey",),
    "session_end": ("login",),
    "saml_finish": ("answer of a provider",),
}
PAGES = PEOPLE_PAGES | LINK_PAGES | LOGIN_PAGES
NEAR = (
    "coordinator",
    "administrator",
    "sater_administrator",
    "reader",
    "orsa_reader",
    "chair",
    "steering",
    "future_coordinator",
    "ended",
    "deactivated",
    "anonymous",
)
SOME_NEAR = ("coordinator", "administrator", "sater_administrator", "reader", "anonymous")
NEAR_LINKS = ("link_holder", "invited_person", "coordinator", "administrator", "nobody", "deactivated", "anonymous")
NEAR_LOGIN = (FRESH, SAVED, "coordinator", "outsider", "nobody", "anonymous")


def askers_of(page: str, key: str) -> tuple[str, ...]:
    """Who asks an address about a thing."""
    if page in LINK_PAGES:
        return NEAR_LINKS
    if page in LOGIN_PAGES:
        return NEAR_LOGIN
    return NEAR if key == PAGES[page][0] else SOME_NEAR


def standings(persona: str, key: str, **_roles: Any) -> list[str]:
    """How somebody stands to a thing, the nearest first, as the headings of the tables."""
    thing = THINGS.get(key, Thing(""))
    near = {
        "holder of a link": persona in {"link_holder", "invited_person"},
        "oneself": thing.owner == persona,
        "with new codes": persona == FRESH,
        "with saved codes": persona == SAVED,
        "coordinator": persona == "coordinator",
        "administrator": bool(thing.organisation) and ADMINISTERS.get(persona) == thing.organisation,
        "other administrator": persona in ADMINISTERS,
    }
    return [name for name, is_so in near.items() if is_so]


# --- making -----------------------------------------------------------------------------------------------------------


def build(world: cast.World) -> dict[str, dict[str, Any]]:
    """Make everything, through the portal's own actions; what the addresses hold, by the keys above."""
    found = _places() | _roles(world) | _offices(world) | _invitations(world) | _persons(world) | _ways_in(world)
    found["answer of a provider"] = {"key": "svar-som-ingen-vantar"}
    assert set(found) == set(THINGS)
    return found


def _places() -> dict[str, dict[str, Any]]:
    return {key: {"slug": key.rpartition(" ")[2]} for key in (*_ORGANISATIONS, *_FORUMS)}


def _roles(world: cast.World) -> dict[str, dict[str, Any]]:
    falun, sater, forum = {"slug": "falun"}, {"slug": "sater"}, {"slug": "lansgruppen"}
    in_falun, in_sater = (Membership.objects.filter(organisation=world.org[slug]) for slug in ("falun", "sater"))
    registrar = in_sater.get(user=world.person["sater_registrar"]).pk
    coordinating = Membership.objects.filter(role=Role.COORDINATOR)
    return {
        "role of the reader": falun | {"pk": in_falun.get(user=world.person["reader"]).pk},
        "role to come": falun | {"pk": in_falun.get(user=world.person["future"]).pk},
        "role that is over": falun | {"pk": in_falun.get(user=world.person["ended"]).pk},
        "role in sater": sater | {"pk": registrar},
        "role elsewhere": falun | {"pk": registrar},
        "role of the chair": forum | {"pk": Membership.objects.get(user=world.person["chair"]).pk},
        "role in another forum": forum | {"pk": Membership.objects.get(user=world.person["secretary"]).pk},
        "coordination to come": {"pk": coordinating.get(user=world.person["future_coordinator"]).pk},
        "only coordination": {"pk": coordinating.get(user=world.person["coordinator"]).pk},
        "role in no partnership": {"pk": registrar},
    }


def _offices(world: cast.World) -> dict[str, dict[str, Any]]:
    """A seat of Falun in the steering group that somebody held until yesterday, and the one that is held."""
    there, elsewhere = {"slug": "styrgruppen"}, {"slug": "lansgruppen"}
    vacant = Seat(forum=world.steering_group, organisation=world.org["falun"], function="Socialchef")
    audit.save(vacant, by=None, verb="imported", reason="Prov")
    nobody = world.person["nobody"]
    over = actions.appoint(seat=vacant, holder=nobody, by=None, starts_on=_day(-20), ends_on=_day(-1))
    held = world.person["steering"].appointments.get()
    return {
        "vacant seat by office": there | {"seat_pk": vacant.pk},
        "held seat by office": there | {"seat_pk": held.seat_id},
        "seat with mandates": elsewhere | {"seat_pk": world.seat("falun").pk},
        "seat by office elsewhere": elsewhere | {"seat_pk": vacant.pk},
        "office of steering": there | {"pk": held.pk},
        "office that is over": there | {"pk": over.pk},
        "office elsewhere": elsewhere | {"pk": held.pk},
    }


def _invitations(world: cast.World) -> dict[str, dict[str, Any]]:
    """In each state, with the organisation's word in the address; and one to somebody who has an account."""
    falun, forum = {"slug": "falun"}, Forum.objects.get(slug="lansgruppen")
    accepted = "accepted invitation"  # whose address is that of an account now, which others see
    found = {
        key: falun | _invitation(world, email=f"{'ny' if key == accepted else WORDS['falun']}-{number}@cast.example")
        for number, key in enumerate(_INVITATIONS[:4])
    }
    rows = {key: Invitation.objects.get(pk=found[key]["pk"]) for key in found}
    inviting.age(rows["expired invitation"], days=15)
    actions.join(invitation=rows[accepted], values=inviting.JOINED, password=inviting.PASSWORD)
    actions.withdraw(invitation=rows["withdrawn invitation"], by=world.person["administrator"])
    own = _invitation(world, email=world.person["invited_person"].email)
    to_sater = _invitation(world, email=f"{WORDS['sater']}@cast.example", by="sater_administrator", slug="sater")
    to_forum = _invitation(world, email="sekreterare@cast.example", by="coordinator", scope=forum, roles=["secretary"])
    partnership: Any = {"scope": Partnership.objects.get(), "roles": ["coordinator"]}
    to_all = _invitation(world, email="samordnare@cast.example", by="coordinator", **partnership)
    return found | {
        "own invitation": falun | own,
        "invitation to sater": {"slug": "sater"} | to_sater,
        "invitation elsewhere": falun | to_sater,
        "invitation to lansgruppen": {"slug": "lansgruppen"} | to_forum,
        "invitation to another forum": {"slug": "styrgruppen"} | to_forum,
        "invitation to coordinate": to_all,
        "invitation to no partnership": to_forum,
    }


def _invitation(world: cast.World, *, email: str, **values: Any) -> dict[str, Any]:
    """Sent a while ago, so that a renewal is not taken for a second click."""
    invitation = inviting.invite(world, email=email, **values)
    path = Message.objects.get(address=email).path
    inviting.age(invitation, minutes=5)
    return {"pk": invitation.pk, "token": path.rstrip("/").rpartition("/")[2]}


def _persons(world: cast.World) -> dict[str, dict[str, Any]]:
    people = {
        "person of falun": "reader",
        "person of sater": "sater_registrar",
        "protected person": "protected",
        "person without role": "nobody",
        "person with closed account": "deactivated",
        "administrator of falun": "administrator",
        "coordinator": "coordinator",
    }
    return {key: {"pk": world.person[person].pk} for key, person in people.items()}


def _ways_in(world: cast.World) -> dict[str, dict[str, Any]]:
    """Second factors of two people, and a login on another device of one."""
    keys = {}
    for person in (FRESH, SAVED):
        user = world.person[person]
        TOTP.activate(user, SECRET)
        RecoveryCodes.activate(user)
        named = {"name": f"{PASSKEY_WORD}{person}", "credential": passkey()}
        keys[person] = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=named).pk
    store = SessionStore()
    store.create()
    login = UserSession.objects.create(
        user=world.person[FRESH], ip="192.0.2.7", session_key=store.session_key, user_agent="Firefox"
    )
    return {"passkey": {"pk": keys[FRESH]}, "login": {"pk": login.pk}}


def _day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


# --- sessions ---------------------------------------------------------------------------------------------------------


def confirmed(user: Any) -> dict[str, Any]:
    """What a session holds of somebody who has just confirmed that it is oneself; for as long as the tests run."""
    found: dict[str, Any] = {
        "account_authentication_methods": [
            {"method": "password", "at": time.time() + LATER, "email": user.email, "reauthenticated": True}
        ],
        "account_authentication_methods_user": str(user.pk),
    }
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    if codes and user.email.startswith(FRESH):
        found["fresh_recovery_codes"] = {"pk": codes.pk, "at": time.time() + LATER}
    return found


def passkey(session_key: str = "") -> dict[str, Any]:
    """What a browser answers that has made a passkey for the session's latest page."""
    asked = SessionStore(session_key).get(STATE_SESSION_KEY) if session_key else None
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    number, key = token_bytes(16), ES256.from_cryptography_key(generate_private_key(SECP256R1()).public_key())
    made = AttestedCredentialData.create(bytes(16), number, key)
    data = AuthenticatorData.create(sha256(b"testserver").digest(), flags, 0, made)
    client = CollectedClientData.create("webauthn.create", (asked or {}).get("challenge", ""), "https://testserver")
    answer = {
        "clientDataJSON": websafe_encode(client),
        "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
    }
    named = websafe_encode(number)
    return {"id": named, "rawId": named, "type": "public-key", "response": answer, "clientExtensionResults": {}}


def code_shown(session_key: str) -> str:
    """What an app shows that has read the picture on the session's latest page."""
    secret = SessionStore(session_key).get(SECRET_SESSION_KEY) or SECRET
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
