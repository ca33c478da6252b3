"""Invitations: who sends them and to what, how the link is used, and that it tells nobody who has an account."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from kvinnofrid.core import access, audit
from kvinnofrid.core.models import Message
from kvinnofrid.core.workflow import MoveRefused
from organisations import actions, permissions
from organisations.enums import Role
from organisations.models import Appointment, Forum, Invitation, Membership, Partnership, Seat, User
from tests.factories import cast, inviting
from tests.factories.inviting import FORM, NEW, PASSWORD, invite, link

CREATE = "/organisationer/falun/personer/bjud-in/"
LIST = "/organisationer/falun/personer/"
ACCEPT = "/inbjudan/"
TODAY = timezone.localdate
CLOSED = "Länken gäller inte längre"


def post(client: Client, **values: Any) -> Any:
    return client.post(CREATE, {"email": NEW, "roles": ["reader"], "starts_on": str(TODAY()), **values})


def opened(address: str) -> Client:
    """A stranger's browser that has opened the link."""
    client = Client()
    response = client.get(address)
    assert (response.status_code, response["Location"]) == (302, ACCEPT)
    return client


def shown(response: Any) -> tuple[int, str]:
    return response.status_code, response.content.decode()


# --- sending ----------------------------------------------------------------------------------------------------------


def test_an_administrator_invites_to_the_own_organisation(world: cast.World, as_person: Any) -> None:
    people = User.objects.count()
    response = post(as_person("administrator"), email="Ny.Person@CAST.example", roles=["reader", "registrar"])
    assert (response.status_code, response["Location"]) == (302, LIST)
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.roles, invitation.scope) == (NEW, ["reader", "registrar"], world.org["falun"])
    assert (invitation.expires_at - invitation.sent_at).days == 14
    assert User.objects.count() == people
    event = invitation.history.get()
    assert (event.verb, event.history_user) == ("invited", world.person["administrator"])


def test_the_mail_says_who_where_and_what_and_the_token_is_kept_nowhere_else(world: cast.World) -> None:
    invitation = invite(world, ends_on=TODAY() + timedelta(days=400))
    message = Message.objects.get(address=NEW)
    assert (message.subject, message.is_secret) == ("Inbjudan till Kvinnofrid: Falu kommun", True)
    until = TODAY() + timedelta(days=400)
    assert message.body.splitlines()[2:6] == [
        "Alva Administratör bjuder in dig till portalen Kvinnofrid, för Falu kommun.",
        "",
        "Du får: läsare.",
        f"Det gäller från och med {TODAY()} till och med {until}.",
    ]
    token = message.path.removeprefix(ACCEPT).rstrip("/")
    assert len(token) == 43
    assert actions.hash_of(token) == invitation.token_hash
    rows = [*Invitation.objects.values(), *Invitation.history.values()]
    assert not any(token in str(value) for row in rows for value in row.values())
    assert token not in message.body


def test_who_has_an_account_is_invited_with_the_same_words(world: cast.World, as_person: Any) -> None:
    """The inviter is told the same, and the mail says the same, whether or not the address has an account."""
    answers = []
    for email in (NEW, world.person["outsider"].email, world.person["deactivated"].email):
        client = as_person("administrator")
        response = post(client, email=email)
        page = client.get(LIST).content.decode().replace(email, "?")
        body = Message.objects.get(address=email).body
        answers.append((response.status_code, response["Location"], page.count("Inbjudan skickas till ?"), body))
        Invitation.objects.get(email=email)
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][:3] == (302, LIST, 1)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("email", "", "Skriv e-postadressen."),
        ("email", "inte en adress", "Skriv en hel e-postadress."),
        ("email", "ny\x00@cast.example", "Nolltecken"),
        ("roles", [], "Välj minst en roll."),
        ("roles", ["coordinator"], "Välj roller i listan."),
        ("roles", ["chair"], "Välj roller i listan."),
        ("starts_on", "2020-01-01", "Välj i dag eller en dag som kommer."),
        ("starts_on", "i morgon", "Skriv datumet som"),
        ("ends_on", "2001-01-01", "Slutdatum kan inte ligga före startdatum."),
    ],
)
def test_faults_stand_beside_the_field(as_person: Any, field: str, value: Any, message: str) -> None:
    response = post(as_person("administrator"), **{field: value})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    if message != "Nolltecken":
        assert message in response.context["form"].errors[field][0]
    assert (Invitation.objects.count(), Message.objects.count()) == (0, 0)


def test_a_role_that_the_person_has_here_is_refused(world: cast.World, as_person: Any) -> None:
    response = post(as_person("administrator"), email=world.person["reader"].email)
    assert response.context["form"].errors == {"roles": ["Personen har redan rollen läsare då."]}
    assert post(as_person("administrator"), email=world.person["reader"].email, roles=["registrar"]).status_code == 302


def test_a_double_click_sends_one_and_another_invitation_is_refused(world: cast.World, as_person: Any) -> None:
    client = as_person("administrator")
    assert [post(client).status_code for _ in range(2)] == [302, 302]
    response = post(client, roles=["registrar"])
    assert list(response.context["form"].errors) == ["email"]
    assert (Invitation.objects.count(), Message.objects.filter(address=NEW).count()) == (1, 1)
    invite(world, by="coordinator", slug="mora")  # somewhere else is another matter
    assert Invitation.objects.count() == 2


@pytest.mark.parametrize("key", ["representative", "commissioner", "reader", "outsider", "chair", "ended", "nobody"])
def test_others_find_no_page(world: cast.World, as_person: Any, key: str) -> None:
    """Within the organisation too: only the administrators give roles."""
    invitation = invite(world)
    client, before = as_person(key), Invitation.history.count()
    membership = world.person["reader"].memberships.get()
    base = "/organisationer/falun/"
    paths = [
        LIST,
        CREATE,
        f"{LIST}ge-roll/",
        f"{LIST}{membership.pk}/andra/",
        f"{LIST}{membership.pk}/avsluta/",
        f"{base}inbjudningar/{invitation.pk}/fornya/",
        f"{base}inbjudningar/{invitation.pk}/aterkalla/",
    ]
    answers = {path: (client.get(path).status_code, client.post(path).status_code) for path in paths}
    assert answers == dict.fromkeys(paths, (404, 404))
    with pytest.raises(access.Refused):
        invite(world, by=key, email="annan@cast.example")
    assert Invitation.history.count() == before


def test_an_administrator_reaches_no_other_place(world: cast.World, as_person: Any) -> None:
    """Not another organisation's people, not a forum's, not the partnership's; nor through an address of its own."""
    client, mora = as_person("administrator"), invite(world, by="coordinator", slug="mora")
    other = world.person["mora_representative"].memberships.get(organisation=world.org["mora"])
    chair = world.person["chair"].memberships.get()
    paths = [
        "/organisationer/mora/personer/",
        "/organisationer/mora/personer/bjud-in/",
        "/organisationer/finns-inte/personer/",
        f"{LIST}{other.pk}/avsluta/",
        f"/organisationer/falun/inbjudningar/{mora.pk}/aterkalla/",
        "/forum/lansgruppen/personer/",
        f"/forum/lansgruppen/personer/{chair.pk}/avsluta/",
        "/samverkan/personer/",
        "/samverkan/personer/bjud-in/",
        "/personer/",
        f"/personer/{other.user_id}/",
    ]
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 404)
    by = world.person["administrator"]
    for scope, role in (
        (world.org["mora"], Role.READER),
        (world.forum, Role.CHAIR),
        (Partnership.objects.get(), Role.COORDINATOR),
    ):
        with pytest.raises(access.Refused):
            actions.invite(scope=scope, email=NEW, roles=[role], by=by, starts_on=TODAY())
        with pytest.raises(access.Refused):
            actions.grant_role(user=by, role=role, scope=scope, by=by, starts_on=TODAY())
    for change in (actions.renew, actions.withdraw):
        with pytest.raises(access.Refused):
            change(invitation=mora, by=by)
    with pytest.raises(access.Refused):
        actions.end_role(membership=other, by=by, ends_on=TODAY(), reason="Nej")
    with pytest.raises(access.Refused):
        actions.change_role(membership=other, by=by, ends_on=None)
    assert Membership.objects.get(pk=other.pk).ends_on is None


def test_the_coordinator_role_fits_no_organisation(world: cast.World) -> None:
    with pytest.raises(ValidationError):
        invite(world, by="coordinator", roles=[Role.COORDINATOR])
    with pytest.raises(ValidationError):
        invite(world, by="coordinator", scope=Partnership.objects.get(), roles=[Role.READER])
    assert Invitation.objects.count() == 0


# --- the link ---------------------------------------------------------------------------------------------------------


def test_a_new_person_joins_and_comes_home(world: cast.World) -> None:
    invite(world, roles=[Role.READER, Role.REGISTRAR])
    client = opened(link())
    page = client.get(ACCEPT).content.decode()
    told = ("Falu kommun", "Läsare, registrator", "Alva Administratör", NEW, "Vad sparar portalen om dig?")
    assert [word for word in told if word not in page] == []
    response = client.post(ACCEPT, FORM)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/uppdrag/").status_code == 200
    person = User.objects.get(email=NEW)
    assert (person.name, person.title, person.check_password(PASSWORD)) == ("Nora Ny", "Handläggare", True)
    roles = person.memberships.order_by("role")
    assert [(role.role, role.scope, role.starts_on, role.ends_on) for role in roles] == [
        ("reader", world.org["falun"], TODAY(), None),
        ("registrar", world.org["falun"], TODAY(), None),
    ]
    assert permissions.may_register(person, world.org["falun"])
    assert {row.history_user for role in roles for row in role.history.all()} == {world.person["administrator"]}
    assert world.person["administrator"].messages.get().subject == "Nora Ny har tackat ja"


def test_the_link_opens_once(world: cast.World) -> None:
    invite(world)
    address, second = link(), opened(link())
    assert opened(address).post(ACCEPT, FORM).status_code == 302
    people = User.objects.count()
    answers = [shown(Client().get(address)), shown(second.get(ACCEPT)), shown(second.post(ACCEPT, FORM))]
    assert [(status, CLOSED in page) for status, page in answers] == [(404, True)] * 3
    assert User.objects.count() == people


def test_wrong_used_withdrawn_and_expired_links_look_the_same(world: cast.World) -> None:
    used, withdrawn, expired = (f"{state}@cast.example" for state in ("used", "withdrawn", "expired"))
    inviting.in_state(world, "accepted", email=used)
    inviting.in_state(world, "withdrawn", email=withdrawn)
    inviting.in_state(world, "expired", email=expired)
    late, taken_back = link(expired), Message.objects.get(address=withdrawn)
    assert (taken_back.path, taken_back.body) == ("", "")  # not sent yet, so it never is
    answers = {shown(Client().get(address)) for address in (link(used), late, "/inbjudan/felskriven/")}
    answers.add(shown(Client().get(ACCEPT)))  # no link at all
    assert len(answers) == 1
    [(status, page)] = answers
    assert (status, page.count(CLOSED) > 0) == (404, True)


def test_a_renewal_kills_the_old_link(world: cast.World) -> None:
    invitation = invite(world)
    old, browser = link(), opened(link())
    inviting.age(invitation, days=3)
    actions.renew(invitation=invitation, by=world.person["coordinator"])
    assert shown(Client().get(old))[0] == shown(browser.get(ACCEPT))[0] == 404
    invitation.refresh_from_db()
    assert (invitation.expires_at - invitation.sent_at).days == 14
    assert invitation.invited_by == world.person["coordinator"]
    assert opened(link()).post(ACCEPT, FORM).status_code == 302


def test_a_second_renewal_within_a_minute_sends_nothing(world: cast.World, as_person: Any) -> None:
    invitation = invite(world)
    before = Message.objects.count(), Invitation.objects.get().token_hash
    response = as_person("administrator").post(f"/organisationer/falun/inbjudningar/{invitation.pk}/fornya/")
    assert response.status_code == 302
    assert (Message.objects.count(), Invitation.objects.get().token_hash) == before


def test_pages_of_renewal_and_withdrawal(world: cast.World, as_person: Any) -> None:
    invitation, client = inviting.in_state(world, "expired"), as_person("administrator")
    base = f"/organisationer/falun/inbjudningar/{invitation.pk}/"
    for page in ("fornya/", "aterkalla/"):
        assert client.get(base + page).status_code == 200
    assert Invitation.objects.get().state == "expired"  # reading changes nothing
    assert client.post(f"{base}fornya/")["Location"] == LIST
    assert Invitation.objects.get().state == "open"
    assert client.post(f"{base}aterkalla/")["Location"] == LIST
    assert Invitation.objects.get().state == "withdrawn"
    assert client.post(f"{base}fornya/")["Location"] == LIST
    assert "redan besvarad eller återkallad" in client.get(LIST).content.decode()


def test_the_link_ends_with_the_roles(world: cast.World) -> None:
    """A role until tomorrow is not given the day after, and cannot be renewed into the past."""
    invitation = invite(world, ends_on=TODAY() + timedelta(days=1))
    assert timezone.localtime(invitation.expires_at).date() == TODAY() + timedelta(days=2)
    Invitation.objects.get()
    inviting.age(invitation, days=5)
    invitation.starts_on = invitation.ends_on = TODAY() - timedelta(days=1)
    invitation.save()
    with pytest.raises(MoveRefused):
        actions.renew(invitation=invitation, by=world.person["administrator"])


def test_roles_begin_when_they_are_accepted_at_the_earliest(world: cast.World) -> None:
    invitation = invite(world)
    invitation.starts_on = TODAY() - timedelta(days=9)
    invitation.save()
    person = actions.join(invitation=invitation, values=inviting.JOINED, password=PASSWORD)
    assert person.memberships.get().starts_on == TODAY()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Nora 850709-9805"}, "name"),
        ({"phone": "ring mig"}, "phone"),
        ({"password1": "kort", "password2": "kort"}, "password1"),
        ({"password1": NEW, "password2": NEW}, "password1"),
        ({"password1": "Nora Ny Nora", "password2": "Nora Ny Nora"}, "password1"),
        ({"password2": "annat"}, "password2"),
    ],
)
def test_faults_when_joining(world: cast.World, values: dict[str, str], field: str) -> None:
    invite(world)
    client = opened(link())
    response = client.post(ACCEPT, {**FORM, **values})
    assert (response.status_code, list(response.context["form"].errors)) == (200, [field])
    assert not User.objects.filter(email=NEW).exists()
    assert Invitation.objects.get().state == "open"
    assert client.post(ACCEPT, FORM).status_code == 302


def test_the_address_cannot_be_posted(world: cast.World) -> None:
    invite(world)
    opened(link()).post(ACCEPT, {**FORM, "email": "annan@cast.example", "is_active": "", "roles": "administrator"})
    assert not User.objects.filter(email="annan@cast.example").exists()
    assert [role.role for role in User.objects.get(email=NEW).memberships.all()] == ["reader"]


# --- with an account already ------------------------------------------------------------------------------------------


def test_somebody_known_from_paper_only_gets_the_account(world: cast.World) -> None:
    known = User(email=NEW, name="Som på pappret", is_active=False)
    known.set_unusable_password()
    audit.save(known, by=world.person["coordinator"], verb="registered")
    invite(world)
    opened(link()).post(ACCEPT, FORM)
    person = User.objects.get(email=NEW)
    assert (person.pk, person.name, person.is_active) == (known.pk, "Nora Ny", True)
    assert person.check_password(PASSWORD)


def test_a_person_with_an_account_logs_in_and_accepts(world: cast.World) -> None:
    outsider = world.person["outsider"]
    invite(world, email=outsider.email, roles=[Role.REGISTRAR])
    client = opened(link(outsider.email))
    page = client.get(ACCEPT)
    assert page.context["login_url"] == "/konto/logga-in/?next=%2Finbjudan%2F"
    answer = client.post(page.context["login_url"], {"login": outsider.email, "password": cast.PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, ACCEPT)
    assert outsider.memberships.count() == 1
    assert client.get(ACCEPT).status_code == 200
    assert client.post(ACCEPT)["Location"] == "/"
    assert sorted(role.role for role in outsider.memberships.all()) == ["reader", "registrar"]
    assert client.get(ACCEPT).status_code == 404


def test_the_link_sets_no_password_on_an_account_there_is(world: cast.World) -> None:
    outsider = world.person["outsider"]
    invite(world, email=outsider.email, roles=[Role.REGISTRAR])
    client = opened(link(outsider.email))
    assert client.post(ACCEPT, FORM).status_code == 200
    outsider.refresh_from_db()
    assert (outsider.name, outsider.check_password(cast.PASSWORD)) == ("Pia Polis", True)
    assert outsider.memberships.count() == 1
    with pytest.raises(MoveRefused):
        actions.join(invitation=Invitation.objects.get(), values=inviting.JOINED, password=PASSWORD)


def test_somebody_else_cannot_accept(world: cast.World, as_person: Any) -> None:
    invite(world)
    client = as_person("outsider")
    client.get(link())
    for response in (client.get(ACCEPT), client.post(ACCEPT, FORM)):
        assert "Inbjudan gäller en annan adress" in response.content.decode()
    with pytest.raises(access.Refused):
        actions.accept(invitation=Invitation.objects.get(), by=world.person["outsider"])
    assert (Invitation.objects.get().state, world.person["outsider"].memberships.count()) == ("open", 1)


def test_a_closed_account_cannot_accept(world: cast.World) -> None:
    person = world.person["deactivated"]
    invite(world, email=person.email)
    client = opened(link(person.email))
    client.post("/konto/logga-in/?next=%2Finbjudan%2F", {"login": person.email, "password": cast.PASSWORD})
    client.post(ACCEPT)
    assert Invitation.objects.get().state == "open"
    with pytest.raises(access.Refused):
        actions.accept(invitation=Invitation.objects.get(), by=person)


def test_a_role_given_meanwhile_is_not_given_twice(world: cast.World) -> None:
    outsider, today = world.person["outsider"], TODAY()
    invite(world, email=outsider.email, roles=[Role.READER, Role.REGISTRAR])
    actions.grant_role(user=outsider, role=Role.READER, scope=world.org["falun"], by=None, starts_on=today)
    actions.accept(invitation=Invitation.objects.get(), by=outsider)
    held = outsider.memberships.filter(organisation=world.org["falun"])
    assert sorted(role.role for role in held) == ["reader", "registrar"]


# --- forums and the partnership ---------------------------------------------------------------------------------------


def test_an_invitation_to_a_seat_by_office(world: cast.World, as_person: Any) -> None:
    forum = Forum.objects.get(slug="styrgruppen")
    seat = Seat(forum=forum, organisation=world.org["falun"], function="Ledamot")
    audit.save(seat, by=None, verb="imported")
    path = "/forum/styrgruppen/personer/bjud-in/"
    client = as_person("coordinator")
    nothing = client.post(path, {"email": NEW, "starts_on": str(TODAY())})
    assert nothing.context["form"].errors == {"roles": ["Välj minst en roll eller en plats."]}
    response = client.post(path, {"email": NEW, "seat": seat.pk, "roles": ["secretary"], "starts_on": str(TODAY())})
    assert response["Location"] == "/forum/styrgruppen/personer/"
    assert opened(link()).post(ACCEPT, FORM).status_code == 302
    person = User.objects.get(email=NEW)
    assert Appointment.objects.get(holder=person).seat == seat
    assert [role.role for role in person.memberships.all()] == ["secretary"]
    assert permissions.sees_coverage(person)


def test_a_seat_that_has_been_taken_meanwhile(world: cast.World) -> None:
    seat = Seat.objects.get(forum__slug="styrgruppen")
    actions.invite(scope=seat.forum, seat=seat, email=NEW, roles=[], by=world.person["coordinator"], starts_on=TODAY())
    response = opened(link()).post(ACCEPT, FORM)
    assert "Platsen har fått en annan innehavare" in response.content.decode()
    assert (Invitation.objects.get().state, User.objects.filter(email=NEW).exists()) == ("open", False)


def test_a_seat_of_another_forum_cannot_be_posted(world: cast.World, as_person: Any) -> None:
    values = {"email": NEW, "seat": world.seat("falun").pk, "starts_on": str(TODAY())}
    response = as_person("coordinator").post("/forum/styrgruppen/personer/bjud-in/", values)
    assert response.context["form"].errors["seat"] == ["Välj en plats i listan."]
    with pytest.raises(access.Refused):
        invite(world, by="coordinator", seat=world.seat("falun"))


def test_a_coordinator_is_invited_by_a_coordinator(world: cast.World, as_person: Any) -> None:
    response = as_person("coordinator").post(
        "/samverkan/personer/bjud-in/", {"email": NEW, "roles": ["coordinator"], "starts_on": str(TODAY())}
    )
    assert response["Location"] == "/samverkan/personer/"
    opened(link()).post(ACCEPT, FORM)
    assert permissions.is_coordinator(User.objects.get(email=NEW))


def test_a_protected_inviter_is_not_named(world: cast.World) -> None:
    administrator = world.person["administrator"]
    administrator.has_protected_identity = True
    administrator.save()
    invite(world)
    body = Message.objects.get(address=NEW).body
    page = opened(link()).get(ACCEPT).content.decode()
    assert [administrator.name in text for text in (body, page)] == [False, False]
    assert "Du är inbjuden till portalen Kvinnofrid, för Falu kommun." in body


def test_the_form_is_not_sent_again_and_again(world: cast.World) -> None:
    invite(world)
    client = opened(link())
    answers = [client.post(ACCEPT, {**FORM, "name": ""}).status_code for _ in range(32)]
    assert answers == [200] * 30 + [429] * 2


def test_other_methods_are_refused(world: cast.World, as_person: Any) -> None:
    assert Client().post("/inbjudan/abc/").status_code == 405
    assert as_person("administrator").post(LIST).status_code == 405
    assert as_person("administrator").delete(CREATE).status_code == 405
