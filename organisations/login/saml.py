"""Login through SAML 2.0: our request by redirect, the provider's signed answer by a POST from its page."""

from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser as MetadataParser
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

ANSWER_SECONDS = 300
METADATA_SECONDS = 4 * 60 * 60
MOST_OF_A_SUBJECT = 1000
EMAIL = (
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "mail",
    "email",
)
SUBJECT = "urn:oasis:names:tc:SAML:attribute:subject-id"
LASTING = (Names.NAMEID_PERSISTENT, Names.NAMEID_EMAIL_ADDRESS, Names.NAMEID_UNSPECIFIED)


class AnswerRefused(Exception):
    """The provider's answer does not hold."""


@dataclass(frozen=True)
class Answer:
    """What a valid answer tells."""

    issuer: str
    subject: str
    email: str
    request_id: str


def saml_settings(request: HttpRequest, *, for_metadata: bool = False) -> OneLogin_Saml2_Settings:
    """python3-saml's settings: strict, assertions signed, nothing unsolicited, no old algorithms."""
    config: dict[str, Any] = {
        "strict": True,
        "sp": {
            "entityId": request.build_absolute_uri(reverse("saml_metadata")),
            "assertionConsumerService": {
                "url": request.build_absolute_uri(reverse("saml_acs")),
                "binding": Names.BINDING_HTTP_POST,
            },
            "NameIDFormat": Names.NAMEID_PERSISTENT,
        },
        "security": {
            "wantAssertionsSigned": True,
            "requestedAuthnContext": False,
            "rejectDeprecatedAlgorithm": True,
            "wantAttributeStatement": False,
            "allowSingleLabelDomains": True,  # ALLOWED_HOSTS says which names are ours
        },
    }
    if not for_metadata:
        config["idp"] = provider_metadata()
    return OneLogin_Saml2_Settings(config, sp_validation_only=for_metadata)


def provider_metadata() -> dict[str, Any]:
    """The provider's name, address and certificates, from the file or from its address (remembered for hours)."""
    known = settings.SAML
    entity_id = known["entity_id"] or None
    if known["metadata"]:
        return dict(MetadataParser.parse(known["metadata"], entity_id=entity_id)["idp"])
    key = f"saml-metadata:{known['metadata_url']}:{known['entity_id']}"
    found = cache.get(key)
    if found is None:
        found = MetadataParser.parse_remote(known["metadata_url"], entity_id=entity_id, timeout=10)["idp"]
        cache.set(key, found, METADATA_SECONDS)
    return dict(found)


def begin(request: HttpRequest) -> tuple[str, str]:
    """Where the person is sent, and the id of the question."""
    auth = OneLogin_Saml2_Auth(_as_asked(request), old_settings=saml_settings(request))
    address = auth.login(return_to="/")
    return str(address), str(auth.get_last_request_id())


def keep(posted: str) -> str:
    """Lets an answer wait for the browser it came with, under a name that nobody can guess."""
    key = token_urlsafe(24)
    cache.set(f"saml-answer:{key}", posted, ANSWER_SECONDS)
    return key


def take(key: str) -> str | None:
    """The answer that waits under the name, once."""
    posted: str | None = cache.get(f"saml-answer:{key}")
    return posted if posted is not None and cache.delete(f"saml-answer:{key}") else None


def read(request: HttpRequest, posted: str) -> Answer:
    """What the answer tells, when its signature, issuer, receiver, time and all else hold. Raises AnswerRefused."""
    known = saml_settings(request)
    try:
        response = OneLogin_Saml2_Response(known, posted)
        if not response.is_valid(_as_asked(request)):
            raise AnswerRefused(response.get_error())
        return _told(known, response)
    except AnswerRefused:
        raise
    except Exception as fault:  # the library raises whatever lxml and xmlsec do
        raise AnswerRefused(type(fault).__name__) from fault


def _told(known: OneLogin_Saml2_Settings, response: OneLogin_Saml2_Response) -> Answer:
    """More than the library asks: an answer to a question, to us by name, about a lasting subject."""
    request_id = response.get_in_response_to()
    if not request_id:
        raise AnswerRefused("unsolicited")
    if known.get_sp_data()["entityId"] not in response.get_audiences():
        raise AnswerRefused("no audience")
    attributes = response.get_attributes()
    subject = _one(attributes, SUBJECT) or _lasting_name(response)
    if not 0 < len(subject) <= MOST_OF_A_SUBJECT:
        raise AnswerRefused("no lasting subject")
    email = next((found for name in EMAIL if (found := _one(attributes, name))), "").strip().lower()
    may_speak = email.rpartition("@")[2] in settings.SAML["domains"]
    issuer = str(known.get_idp_data()["entityId"])
    return Answer(issuer=issuer, subject=subject, email=email if may_speak else "", request_id=str(request_id))


def _one(attributes: dict[str, list[Any]], name: str) -> str:
    """The attribute's value, when it has exactly one."""
    values = attributes.get(name) or []
    return str(values[0] or "") if len(values) == 1 else ""


def _lasting_name(response: OneLogin_Saml2_Response) -> str:
    """The name of the subject, when it is the same the next time."""
    name = response.get_nameid_data()
    return str(name["Value"]) if (name.get("Format") or Names.NAMEID_UNSPECIFIED) in LASTING else ""


def metadata(request: HttpRequest) -> bytes:
    """The portal's own metadata, for whoever looks after the provider."""
    made = saml_settings(request, for_metadata=True).get_sp_metadata()
    return made if isinstance(made, bytes) else str(made).encode()


def _as_asked(request: HttpRequest) -> dict[str, Any]:
    """The address that answers are posted to, in the library's words."""
    return {
        "https": "on" if request.is_secure() else "off",
        "http_host": request.get_host(),
        "script_name": reverse("saml_acs"),
        "get_data": {},
        "post_data": {},
    }
