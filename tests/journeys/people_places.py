"""The pages about people, invitations, how somebody logs in, and sent messages, in every state with its own look."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn
from allauth.usersessions.models import UserSession
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from kvinnofrid.core import audit, outbox
from kvinnofrid.core.models import Message, MessageState
from organisations import actions
from organisations.enums import Role
from organisations.models import Appointment, Invitation, Membership, Seat, User
from tests.factories import cast, inviting
from tests.journeys.place import Place

FALUN, FORUM, COUNTY = "/organisationer/falun/", "/forum/styrgruppen/", "/samverkan/"
SECURITY = "/konto/sakerhet/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"

# The same page for every kind of place; that of an organisation is visited.
SAME_PAGES = {
    f"{kind}_{page}": f"the page {page} with other words, asked for in tests/organisations"
    for kind in ("forum", "partnership")
    for page in (
        "membership_create",
        "membership_change",
        "membership_end",
        "invitation_renew",
        "invitation_withdraw",
    )
}


@dataclass(frozen=True)
class Furniture:
    """What has been made, by what makes it worth a look."""

    asked: Invitation  # nobody has answered
    links: dict[str, str]  # the address in the mail, by whom it opens for
    seat: Seat  # by office, vacant
    held: Appointment
    role: Membership  # of somebody who also has a mandate
    passkey: Authenticator
    failed: Message
    secret: Message


def people_places(world: cast.World) -> list[Place]:
    """Asked for when mandates have been made: a person's page tells of them."""
    made = _made(world)
    return [*_members(made), *_people(world), *_invitations(made), *_security(made), *_messages(made)]


# --- making -----------------------------------------------------------------------------------------------------------


def _made(world: cast.World) -> Furniture:
    asked, links = _invited(world)
    seat = Seat(forum=world.steering_group, organisation=world.org["falun"], function="Socialchef")
    audit.save(seat, by=None, verb="imported", reason="Prov")
    return Furniture(
        asked=asked,
        links=links,
        seat=seat,
        held=world.person["steering"].appointments.get(),
        role=_roles(world),
        passkey=_factors(world.person["registrar"]),
        failed=_failed(),
        secret=Message.objects.filter(is_secret=True, state=MessageState.WAITING).latest("pk"),
    )


def _invited(world: cast.World) -> tuple[Invitation, dict[str, str]]:
    """One in each state to Falun, and one each to a forum and the partnership."""
    for state in ("accepted", "withdrawn", "expired"):
        inviting.in_state(world, state, email=f"{state}@cast.example")
    outsider, today = world.person["outsider"].email, timezone.localdate()
    later: dict[str, Any] = {"starts_on": today + timedelta(days=5), "ends_on": today + timedelta(days=200)}
    asked = inviting.invite(world, roles=[Role.REPRESENTATIVE, Role.READER], **later)
    inviting.invite(world, email=outsider, roles=[Role.REGISTRAR])
    by_coordinator: dict[str, Any] = {"by": world.person["coordinator"], "starts_on": today}
    actions.invite(scope=world.steering_group, email="forum@cast.example", roles=[Role.SECRETARY], **by_coordinator)
    partnership = world.person["coordinator"].memberships.get().scope
    actions.invite(scope=partnership, email="lanet@cast.example", roles=[Role.COORDINATOR], **by_coordinator)
    return asked, {"nobody yet": inviting.link(), "outsider": inviting.link(outsider)}


def _roles(world: cast.World) -> Membership:
    """Falun's administrator has a last day, so the organisation will have none; and the role of a representative."""
    administrator = world.person["administrator"]
    last_day = timezone.localdate() + timedelta(days=30)
    actions.change_role(membership=administrator.memberships.get(), ends_on=last_day, by=world.person["coordinator"])
    found: Membership = world.person["representative"].memberships.get()
    return found


def _factors(person: User) -> Authenticator:
    """An app, recovery codes and a passkey; and logged in somewhere else."""
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)
    public_key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    credential = AttestedCredentialData.create(bytes(16), b"jobbtelefonen", public_key)
    data = AuthenticatorData.create(sha256(b"localhost").digest(), AuthenticatorData.FLAG.AT, 0, credential)
    asked = CollectedClientData.create("webauthn.create", b"prov", "https://localhost")
    name = websafe_encode(credential.credential_id)
    response = {
        "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        "clientDataJSON": websafe_encode(asked),
    }
    told = {"id": name, "rawId": name, "type": "public-key", "response": response}
    elsewhere = Client()
    elsewhere.force_login(person)
    key = str(elsewhere.session.session_key)
    UserSession.objects.create(user=person, session_key=key, ip="192.0.2.1", user_agent=FIREFOX)
    passkey: Authenticator = WebAuthn.add(person, "Jobbtelefonen", told).instance
    return passkey


def _failed() -> Message:
    """One that no mail server took, and one that has been sent."""
    ordinary = Message.objects.filter(is_secret=False, state=MessageState.WAITING).order_by("pk")
    failed, sent = ordinary[:2]
    outbox.settle(failed, MessageState.FAILED, tries=5, error="Adressen finns inte (550).")
    outbox.settle(sent, MessageState.SENT, tries=1)
    return failed


# --- where to see it --------------------------------------------------------------------------------------------------


def _members(made: Furniture) -> list[Place]:
    role, asked = f"{FALUN}personer/{made.role.pk}/", f"{FALUN}inbjudningar/{made.asked.pk}/"
    office = f"{FORUM}forordnanden/{made.held.pk}/"
    return [
        Place("member_list", f"{FALUN}personer/", "administrator"),
        Place("member_list", "/organisationer/lansstyrelsen/personer/"),
        Place("member_list", "/organisationer/mora/personer/", "administrator", 404),
        Place("forum_member_list", f"{FORUM}personer/"),
        Place("partnership_member_list", f"{COUNTY}personer/"),
        Place("invitation_create", f"{FALUN}personer/bjud-in/", "administrator"),
        Place("forum_invitation_create", f"{FORUM}personer/bjud-in/"),
        Place("partnership_invitation_create", f"{COUNTY}personer/bjud-in/"),
        Place("invitation_renew", f"{asked}fornya/", "administrator"),
        Place("invitation_withdraw", f"{asked}aterkalla/", "administrator"),
        Place("membership_create", f"{FALUN}personer/ge-roll/", "administrator"),
        Place("membership_change", f"{role}andra/", "administrator"),
        Place("membership_end", f"{role}avsluta/", "administrator"),
        Place("forum_appointment_create", f"{FORUM}platser/{made.seat.pk}/tillsatt/"),
        Place("forum_appointment_change", f"{office}andra/"),
        Place("forum_appointment_end", f"{office}avsluta/"),
    ]


def _people(world: cast.World) -> list[Place]:
    pages = {key: f"/personer/{person.pk}/" for key, person in world.person.items()}
    return [
        Place("person_list", "/personer/"),
        Place("person_list", "/personer/?q=finns+inte"),
        Place("person_detail", pages["representative"]),
        Place("person_detail", pages["steering"]),
        Place("person_detail", pages["deactivated"]),
        Place("person_deactivate", f"{pages['representative']}stang-av/"),
        Place("person_reactivate", f"{pages['deactivated']}oppna/"),
        Place("factors_reset", f"{pages['registrar']}tvasteg/aterstall/", "administrator"),
    ]


def _invitations(made: Furniture) -> list[Place]:
    """Each link leads on to the page of the invitation."""
    return [
        Place("invitation_open", made.links["nobody yet"], ""),
        Place("invitation_open", made.links["outsider"], ""),
        Place("invitation_open", made.links["outsider"], "reader"),
        Place("invitation_open", made.links["outsider"], "outsider"),
        Place("invitation_open", "/inbjudan/finns-inte/", "", 404),
        Place("invitation_accept", "/inbjudan/", "commissioner", 404),
    ]


def _security(made: Furniture) -> list[Place]:
    """The reader has a password only, the registrar everything, the administrator not even a password."""
    passkey = f"{SECURITY}passnycklar/{made.passkey.pk}/"
    return [
        *[Place("account_security", SECURITY, person) for person in ("reader", "registrar", "administrator")],
        Place("mfa_activate_totp", f"{SECURITY}app/", "reader"),
        Place("mfa_deactivate_totp", f"{SECURITY}app/ta-bort/", "registrar"),
        Place("mfa_add_webauthn", f"{SECURITY}passnycklar/ny/", "reader"),
        Place("mfa_edit_webauthn", f"{passkey}namn/", "registrar"),
        Place("mfa_remove_webauthn", f"{passkey}ta-bort/", "registrar"),
        Place("recovery_codes", f"{SECURITY}reservkoder/", "registrar"),
        Place("mfa_generate_recovery_codes", f"{SECURITY}reservkoder/nya/", "registrar"),
        Place("account_reauthenticate", "/konto/bekrafta/", "registrar"),
        Place("mfa_reauthenticate", "/konto/bekrafta/kod/", "registrar"),
        Place("mfa_reauthenticate_webauthn", "/konto/bekrafta/passnyckel/", "registrar"),
        Place("session_list", "/konto/inloggningar/", "reader"),
        Place("session_list", "/konto/inloggningar/", "registrar"),
    ]


def _messages(made: Furniture) -> list[Place]:
    return [
        Place("message_outbox", "/utskick/"),
        Place("message_outbox", "/utskick/?q=finns+inte"),
        Place("message_outbox_detail", f"/utskick/{made.failed.pk}/"),
        Place("message_outbox_detail", f"/utskick/{made.secret.pk}/"),
    ]
