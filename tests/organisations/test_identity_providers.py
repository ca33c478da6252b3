"""Login through OpenID Connect and SAML against real providers, and all that is refused."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core.cache import cache
from django.test import Client
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from kvinnofrid.core.models import Message
from organisations.models import User
from tests.factories import cast, identity

OIDC, SAML = "/konto/leverantor/oidc/", "/konto/leverantor/saml/"
ACS, METADATA = f"{SAML}svar/", f"{SAML}metadata/"
REFUSED, UNKNOWN = "Inloggningen gick inte att slutföra", "Vi hittar inget konto"


@pytest.fixture(autouse=True)
def _empty_limits(db: None) -> None:
    cache.clear()


def is_in(client: Client) -> bool:
    return bool(client.get("/konto/uppgifter/").status_code == 200)


def known(**more: Any) -> dict[str, Any]:
    return {"client_id": identity.CLIENT, "secret": "hemligt", "name": "Falu kommun", "domains": [], **more}


def nothing_was_made() -> bool:
    return User.objects.count() == len(cast.PEOPLE) and not SocialAccount.objects.exists()


# --- OpenID Connect ---------------------------------------------------------------------------------------------------


@pytest.fixture
def provider(settings: Any) -> Iterator[identity.OidcProvider]:
    with identity.oidc_provider() as running:
        settings.OIDC = known(server_url=running.url)
        yield running


def asked(client: Client, path: str = OIDC) -> dict[str, str]:
    """What the portal asks the provider, when the button is pressed."""
    answer = client.get(path)
    assert answer.status_code == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def come_back(client: Client, **changes: str) -> Any:
    """The provider sends the person back with a code."""
    return client.get(f"{OIDC}klart/", {"code": "kod", "state": asked(client)["state"], **changes})


def test_the_button_stands_there_when_a_provider_is_set_up(world: cast.World, settings: Any) -> None:
    page = Client().get("/konto/logga-in/").content.decode()
    assert "genom din organisation" not in page
    for path in (OIDC, f"{OIDC}klart/", SAML, f"{SAML}klart/abc/", METADATA):
        assert Client().get(path).status_code == 404
    assert Client().post(ACS, {"SAMLResponse": "x"}).status_code == 404
    settings.OIDC = known(server_url="https://idp.example")
    page = Client().get("/konto/logga-in/?next=/uppdrag/").content.decode()
    assert "Logga in med Falu kommun" in page
    assert f'href="{OIDC}?next=%2Fuppdrag%2F"' in page


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the provider uses what its own libraries will drop
def test_a_real_provider_logs_in_whoever_has_an_account(world: cast.World, settings: Any) -> None:
    """Against oidc-provider-mock: authorisation with PKCE, code, token, user information."""
    person = world.person["reader"]
    with identity.real_provider("falun-17", email=person.email, email_verified=True) as server:
        settings.OIDC = known(server_url=f"http://localhost:{server.server_port}")
        client = Client()
        page = client.get(f"{OIDC}?next=/uppdrag/")["Location"]
        assert "code_challenge=" in page
        back = requests.post(page, data={"sub": "falun-17"}, allow_redirects=False, timeout=10).headers["Location"]
        assert back.startswith(f"http://testserver{OIDC}klart/?code=")
        answer = client.get(back.removeprefix("http://testserver"))
    assert (answer.status_code, answer["Location"]) == (302, "/uppdrag/")
    assert is_in(client)
    tied = SocialAccount.objects.get()
    assert (tied.user, tied.provider, tied.extra_data) == (person, "oidc", {})
    assert "falun-17" not in tied.uid
    assert not SocialToken.objects.exists()
    assert not EmailAddress.objects.exists()
    assert person.memberships.count() == 1
    assert User.objects.get(pk=person.pk).has_usable_password()
    assert Message.objects.get(recipient=person).subject == "Ditt konto är kopplat till Falu kommun"


def test_the_subject_counts_when_the_address_has_changed(world: cast.World, provider: identity.OidcProvider) -> None:
    assert come_back(Client())["Location"] == "/"
    provider.changes = {"email": "commissioner@cast.example"}
    client = Client()
    assert come_back(client)["Location"] == "/"
    assert client.get("/konto/uppgifter/").context["user"] == world.person["reader"]
    assert SocialAccount.objects.count() == 1


def test_an_address_that_got_a_new_owner_is_not_the_old_person(
    world: cast.World, provider: identity.OidcProvider
) -> None:
    come_back(Client())
    provider.changes = {"sub": "somebody-else"}
    client = Client()
    assert UNKNOWN in come_back(client).content.decode()
    assert not is_in(client)


def test_another_provider_in_the_same_place_is_not_taken_for_the_first(
    world: cast.World, provider: identity.OidcProvider, settings: Any
) -> None:
    come_back(Client())
    with identity.oidc_provider() as other:
        settings.OIDC = known(server_url=other.url)
        other.changes = {"email": "ingen@cast.example"}
        client = Client()
        assert UNKNOWN in come_back(client).content.decode()
    assert not is_in(client)


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "ingen@cast.example"},
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "false"},
        {"email": "deactivated@cast.example"},
        {"email": ""},
        {"email": 17},
        {"email": "reader@cast.example\x00"},
    ],
    ids=["unknown", "not verified", "nothing said", "said no", "inactive", "empty", "a number", "NUL"],
)
def test_nobody_is_let_in_or_made_for_an_address_that_is_not_an_account(
    world: cast.World, provider: identity.OidcProvider, claims: dict[str, Any]
) -> None:
    provider.changes = claims
    client = Client()
    answer = come_back(client)
    assert answer.status_code == 403
    assert UNKNOWN in answer.content.decode()
    assert not is_in(client)
    assert nothing_was_made()


def test_a_provider_speaks_for_its_own_domains_only(
    world: cast.World, provider: identity.OidcProvider, settings: Any
) -> None:
    settings.OIDC = known(server_url=provider.url, domains=["falun.example"])
    assert UNKNOWN in come_back(Client()).content.decode()
    settings.OIDC = known(server_url=provider.url, domains=["cast.example"])
    provider.changes = {"email_verified": None}  # says nothing, but may speak for the domain
    assert come_back(Client())["Location"] == "/"


def test_the_user_information_is_about_the_same_subject(world: cast.World, provider: identity.OidcProvider) -> None:
    provider.changes = {"email": None, "email_verified": None}
    provider.told = {"sub": "somebody-else", "email": "coordinator@cast.example", "email_verified": True}
    assert REFUSED in come_back(Client()).content.decode()
    provider.told = {"email": "reader@cast.example", "email_verified": True}
    client = Client()
    assert come_back(client)["Location"] == "/"
    assert is_in(client)


def _wrong_signature(provider: identity.OidcProvider) -> None:
    provider.published = identity.Key()


def _no_signature(provider: identity.OidcProvider) -> None:
    provider.algorithm = "none"


def _signed_with_a_shared_word(provider: identity.OidcProvider) -> None:
    provider.algorithm = "HS256"


def _unknown_key(provider: identity.OidcProvider) -> None:
    provider.headers = {"kid": "2"}


def _other_issuer(provider: identity.OidcProvider) -> None:
    provider.changes = {"iss": "https://annan.example"}


def _other_receiver(provider: identity.OidcProvider) -> None:
    provider.changes = {"aud": "annan"}


def _meant_for_another(provider: identity.OidcProvider) -> None:
    provider.changes = {"aud": [identity.CLIENT, "annan"], "azp": "annan"}


def _expired(provider: identity.OidcProvider) -> None:
    provider.changes = {"exp": datetime.now(UTC) - timedelta(minutes=5)}


def _without_an_end(provider: identity.OidcProvider) -> None:
    provider.changes = {"exp": None}


def _without_a_subject(provider: identity.OidcProvider) -> None:
    provider.changes = {"sub": None}


def _endless_subject(provider: identity.OidcProvider) -> None:
    provider.changes = {"sub": 300 * "x"}


@pytest.mark.parametrize(("field", "seconds"), [("iat", 30), ("nbf", 30), ("exp", -30)])
def test_clocks_may_differ_by_less_than_a_minute(
    world: cast.World, provider: identity.OidcProvider, field: str, seconds: int
) -> None:
    provider.changes = {field: datetime.now(UTC) + timedelta(seconds=seconds)}
    client = Client()
    come_back(client)
    assert is_in(client)


def _from_a_clock_far_ahead(provider: identity.OidcProvider) -> None:
    provider.changes = {"iat": datetime.now(UTC) + timedelta(minutes=5)}


@pytest.mark.parametrize(
    "lie",
    [
        _wrong_signature,
        _no_signature,
        _signed_with_a_shared_word,
        _unknown_key,
        _other_issuer,
        _other_receiver,
        _meant_for_another,
        _expired,
        _from_a_clock_far_ahead,
        _without_an_end,
        _without_a_subject,
        _endless_subject,
    ],
    ids=lambda lie: lie.__name__,
)
def test_an_id_token_that_does_not_hold(
    world: cast.World, provider: identity.OidcProvider, lie: Callable[[identity.OidcProvider], None]
) -> None:
    lie(provider)
    client = Client()
    answer = come_back(client)
    assert (answer.status_code, REFUSED in answer.content.decode()) == (403, True)
    assert not is_in(client)
    assert nothing_was_made()


def test_an_answer_that_nobody_asked_for_or_a_second_time(world: cast.World, provider: identity.OidcProvider) -> None:
    client = Client()
    state = asked(client)["state"]
    path = f"{OIDC}klart/?code=kod&state={state}"
    assert REFUSED in Client().get(path).content.decode()  # another browser
    assert REFUSED in client.get(f"{OIDC}klart/?code=kod&state=annat").content.decode()
    assert REFUSED in client.get(f"{OIDC}klart/").content.decode()
    assert client.get(path)["Location"] == "/"
    again = Client()
    again.cookies = client.cookies
    assert REFUSED in again.get(path).content.decode()
    assert provider.asked[0]["code_verifier"]


def test_who_says_no_at_the_provider_comes_to_a_calm_page(world: cast.World, provider: identity.OidcProvider) -> None:
    client = Client()
    answer = client.get(f"{OIDC}klart/", {"error": "access_denied", "state": asked(client)["state"]})
    assert (answer.status_code, REFUSED in answer.content.decode()) == (403, True)


def test_a_provider_that_is_away_or_somebody_else(
    world: cast.World, provider: identity.OidcProvider, settings: Any
) -> None:
    provider.discovery = {"issuer": "https://annan.example"}
    answer = Client().get(OIDC)
    assert (answer.status_code, REFUSED in answer.content.decode()) == (502, True)
    settings.OIDC = known(server_url="http://localhost:9")
    assert Client().get(OIDC).status_code == 502


def test_what_the_visitor_adds_to_the_address_changes_nothing(
    world: cast.World, provider: identity.OidcProvider
) -> None:
    """allauth would take scope, parameters and the kind of process from there."""
    client = Client()
    plain, changed = asked(client), asked(client, f"{OIDC}?scope=x&auth_params=prompt%3Dnone&process=connect")
    for name in ("state", "code_challenge", "scope"):
        assert plain.pop(name)
        assert changed.pop(name)
    assert plain == changed


def test_the_provider_is_trusted_with_its_own_second_factor(
    world: cast.World, provider: identity.OidcProvider, settings: Any
) -> None:
    settings.MFA_REQUIRED_ROLES = ["reader"]
    client = Client()
    come_back(client)
    assert is_in(client)
    assert "Din roll kräver" not in client.get("/konto/sakerhet/").content.decode()
    by_password = Client()
    by_password.post("/konto/logga-in/", {"login": "reader@cast.example", "password": cast.PASSWORD})
    assert by_password.get("/konto/uppgifter/")["Location"] == "/konto/sakerhet/"


def test_without_a_password_nothing_can_be_added_by_an_open_browser_alone(
    world: cast.World, provider: identity.OidcProvider
) -> None:
    person = world.person["reader"]
    person.set_unusable_password()
    person.save(update_fields=["password"])
    client = Client()
    come_back(client)
    for path in ("/konto/sakerhet/app/", "/konto/sakerhet/passnycklar/ny/", "/konto/losenord/byt/"):
        assert client.get(path)["Location"] == "/konto/losenord/glomt/"


# --- SAML -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def saml_provider() -> identity.SamlProvider:
    return identity.SamlProvider(f"http://testserver{METADATA}", f"http://testserver{ACS}")


@pytest.fixture
def saml(saml_provider: identity.SamlProvider, settings: Any) -> identity.SamlProvider:
    settings.SAML = known(metadata=saml_provider.metadata, metadata_url="", entity_id="", domains=["cast.example"])
    return saml_provider


def question(client: Client) -> str:
    """The id of what the portal asks, when the button is pressed."""
    address = urlsplit(client.get(f"{SAML}?next=/uppdrag/")["Location"])
    assert (address.netloc, address.path) == ("idp.example", "/sso")
    text = OneLogin_Saml2_Utils.decode_base64_and_inflate(parse_qs(address.query)["SAMLRequest"][0])
    return str(etree.fromstring(text).get("ID"))


def deliver(client: Client, response: Any) -> Any:
    """From the provider's page, which is another site: the browser sends no cookie with the POST."""
    answer = Client().post(ACS, {"SAMLResponse": identity.posted(response)})
    assert answer.status_code == 303
    assert not answer.cookies
    return client.get(answer["Location"])


def test_a_real_saml_answer_logs_in(world: cast.World, saml: identity.SamlProvider) -> None:
    client = Client()
    answer = deliver(client, saml.sign(saml.response(question(client))))
    assert (answer.status_code, answer["Location"]) == (302, "/uppdrag/")
    assert is_in(client)
    tied = SocialAccount.objects.get()
    assert (tied.user, tied.provider, tied.extra_data) == (world.person["reader"], "saml", {})
    again = Client()
    moved = saml.response(question(again), email="commissioner@cast.example")
    assert deliver(again, saml.sign(moved))["Location"] == "/uppdrag/"
    assert again.get("/konto/uppgifter/").context["user"] == world.person["reader"]


@pytest.mark.parametrize("email", ["ingen@cast.example", "deactivated@cast.example", "samordnare@annan.example", ""])
def test_saml_lets_nobody_in_without_an_account(world: cast.World, saml: identity.SamlProvider, email: str) -> None:
    client = Client()
    answer = deliver(client, saml.sign(saml.response(question(client), email=email)))
    assert (answer.status_code, UNKNOWN in answer.content.decode()) == (403, True)
    assert nothing_was_made()


def _change(name: str, **attributes: str) -> Callable[[Any], None]:
    def change(response: Any) -> None:
        for key, value in attributes.items():
            identity.find(response, name).set(key, value)

    change.__name__ = name
    return change


def _text(name: str, text: str) -> Callable[[Any], None]:
    def change(response: Any) -> None:
        identity.find(response, name).text = text

    return change


def _drop(name: str) -> Callable[[Any], None]:
    def change(response: Any) -> None:
        found = identity.find(response, name)
        found.getparent().remove(found)

    return change


def _unsolicited(response: Any) -> None:
    del response.attrib["InResponseTo"]


PAST = "2020-01-01T00:00:00Z"
BEFORE_SIGNING = {
    "other issuer": _text("saml:Assertion/saml:Issuer", "https://annan.example"),
    "wrong audience": _text("saml:Audience", "https://annan.example"),
    "no audience": _drop("saml:AudienceRestriction"),
    "expired": _change("saml:Conditions", NotOnOrAfter=PAST),
    "not yet": _change("saml:Conditions", NotBefore="2099-01-01T00:00:00Z"),
    "old confirmation": _change("saml:SubjectConfirmationData", NotOnOrAfter=PAST),
    "other receiver": _change("saml:SubjectConfirmationData", Recipient="https://annan.example/acs"),
    "passing name": _change("saml:NameID", Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient"),
    "unsolicited": _unsolicited,
}


@pytest.mark.parametrize("change", BEFORE_SIGNING.values(), ids=BEFORE_SIGNING)
def test_a_signed_saml_answer_that_does_not_hold(
    world: cast.World, saml: identity.SamlProvider, change: Callable[[Any], None]
) -> None:
    client = Client()
    response = saml.response(question(client))
    change(response)
    answer = deliver(client, saml.sign(response))
    assert (answer.status_code, REFUSED in answer.content.decode()) == (403, True)
    assert not is_in(client)
    assert nothing_was_made()


def _wrapped(response: Any) -> None:
    """The signed assertion is kept, and another one put before it."""
    signed = identity.find(response, "saml:Assertion")
    forged = etree.fromstring(etree.tostring(signed))
    forged.set("ID", "_forged")
    forged.remove(forged.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    identity.find(forged, "saml:AttributeValue").text = "coordinator@cast.example"
    signed.addprevious(forged)


AFTER_SIGNING = {
    "tampered address": _text("saml:AttributeValue", "coordinator@cast.example"),
    "tampered subject": _text("saml:NameID", "somebody-else"),
    "wrapped": _wrapped,
}


@pytest.mark.parametrize("change", AFTER_SIGNING.values(), ids=AFTER_SIGNING)
def test_a_saml_answer_changed_on_the_way(
    world: cast.World, saml: identity.SamlProvider, change: Callable[[Any], None]
) -> None:
    client = Client()
    response = saml.sign(saml.response(question(client)))
    change(response)
    assert REFUSED in deliver(client, response).content.decode()
    assert not is_in(client)
    assert nothing_was_made()


def test_a_saml_answer_without_signature_or_with_another(world: cast.World, saml: identity.SamlProvider) -> None:
    client = Client()
    assert REFUSED in deliver(client, saml.response(question(client))).content.decode()
    other = saml.sign(saml.response(question(client)), key=identity.Key())
    assert REFUSED in deliver(client, other).content.decode()
    assert nothing_was_made()


def test_a_saml_answer_counts_once_and_where_it_was_asked_for(world: cast.World, saml: identity.SamlProvider) -> None:
    client = Client()
    response = saml.sign(saml.response(question(client)))
    assert REFUSED in deliver(Client(), response).content.decode()  # somebody else's browser
    posted = Client().post(ACS, {"SAMLResponse": identity.posted(response)})
    assert client.get(posted["Location"])["Location"] == "/uppdrag/"
    assert REFUSED in client.get(posted["Location"]).content.decode()  # the same address again
    assert REFUSED in deliver(client, response).content.decode()  # the same answer again
    stranger = Client()
    question(stranger)
    assert REFUSED in deliver(stranger, response).content.decode()


@pytest.mark.parametrize("junk", ["", "x", "\x00", 400_000 * "x", "PHg+", identity.posted(etree.fromstring("<x/>"))])
def test_junk_is_refused_calmly(world: cast.World, saml: identity.SamlProvider, junk: str) -> None:
    answer = Client().post(ACS, {"SAMLResponse": junk}, follow=True)
    assert (answer.status_code, REFUSED in answer.content.decode()) == (403, True)


def test_the_portals_metadata_says_where_answers_go(world: cast.World, saml: identity.SamlProvider) -> None:
    answer = Client().get(METADATA)
    assert answer["Content-Type"] == "application/samlmetadata+xml"
    text = answer.content.decode()
    assert f'entityID="http://testserver{METADATA}"' in text
    assert re.findall(r'Location="([^"]+)"', text) == [f"http://testserver{ACS}"]
    assert 'WantAssertionsSigned="true"' in text


def test_metadata_that_cannot_be_read_is_no_crash(world: cast.World, settings: Any) -> None:
    settings.SAML = known(metadata="<EntityDescriptor/>", metadata_url="", entity_id="", domains=["cast.example"])
    assert Client().get(SAML).status_code == 502


def test_trying_is_limited(world: cast.World, saml: identity.SamlProvider) -> None:
    answers = [Client().post(ACS, {"SAMLResponse": "x"}).status_code for _ in range(31)]
    assert answers == [303] * 30 + [429]
