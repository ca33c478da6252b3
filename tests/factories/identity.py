"""Identity providers for the tests: pysaml2's for SAML, and a small one for OpenID Connect that can be made to lie."""

import json
import threading
import warnings
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree

with warnings.catch_warnings():  # they use what their own libraries will drop one day
    warnings.simplefilter("ignore")
    import oidc_provider_mock
    from saml2.config import IdPConfig
    from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
    from saml2.server import Server

CLIENT = "portalen"
SAML_ISSUER = "https://idp.example/metadata"
MAIL = "urn:oid:0.9.2342.19200300.100.1.3"


class Key:
    """A key pair with a certificate of its own."""

    def __init__(self) -> None:
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example")])
        now = datetime.now(UTC)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .sign(self.private, hashes.SHA256())
        )

    @property
    def pem(self) -> bytes:
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def certificate_base64(self) -> str:
        return "".join(self.certificate_pem.decode().splitlines()[1:-1])


class OidcProvider:
    """Answers any code with an ID token of these claims, signed with this key."""

    def __init__(self) -> None:
        self.key = Key()
        self.published = self.key  # the key that is told to the world
        self.changes: dict[str, Any] = {}  # claims of the ID token
        self.headers: dict[str, Any] = {"kid": "1"}
        self.algorithm = "RS256"
        self.told: dict[str, Any] = {}  # what the user information says
        self.discovery: dict[str, Any] = {}
        self.asked: list[dict[str, list[str]]] = []
        self.url = ""

    def id_token(self) -> str:
        now = datetime.now(UTC)
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "person-1",
            "iat": now,
            "exp": now + timedelta(minutes=5),
            "email": "reader@cast.example",
            "email_verified": True,
            **self.changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key: Any = {"RS256": self.key.pem, "HS256": "x" * 40, "none": None}[self.algorithm]
        return jwt.encode(claims, key, algorithm=self.algorithm, headers=self.headers)

    def answer(self, path: str) -> Any:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/jwks",
                **self.discovery,
            }
        if path == "/jwks":
            public = jwt.algorithms.RSAAlgorithm.to_jwk(self.published.private.public_key(), as_dict=True)
            return {"keys": [{**public, "kid": "1", "alg": "RS256", "use": "sig"}]}
        if path == "/token":
            return {"access_token": "token", "token_type": "Bearer", "id_token": self.id_token()}
        return {"sub": "person-1", **self.told}


def real_provider(subject: str, **claims: Any) -> Any:
    """oidc-provider-mock, which knows one person."""
    return oidc_provider_mock.run_server_in_thread(user_claims=[oidc_provider_mock.User(sub=subject, claims=claims)])


@contextmanager
def oidc_provider() -> Iterator[OidcProvider]:
    provider = OidcProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(provider.answer(urlsplit(self.path).path)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            provider.asked.append(parse_qs(self.rfile.read(length).decode()))
            self.do_GET()

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("localhost", 0), Handler)
    provider.url = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class SamlProvider:
    """pysaml2's identity provider. It cannot sign without a program that Debian's packages would bring, so the
    assertion that it makes is signed here with the library that the portal reads signatures with."""

    def __init__(self, portal: str, acs: str) -> None:
        self.key, self.portal, self.acs = Key(), portal, acs
        metadata = (
            f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{portal}"><SPSSODescriptor '
            'WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            f'<AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{acs}" '
            'index="1"/></SPSSODescriptor></EntityDescriptor>'
        )
        config = IdPConfig().load(
            {
                "entityid": SAML_ISSUER,
                "xmlsec_binary": "/bin/true",
                "metadata": {"inline": [metadata]},
                "service": {
                    "idp": {
                        "endpoints": {
                            "single_sign_on_service": [
                                ("https://idp.example/sso", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect")
                            ]
                        },
                        "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
                    }
                },
            }
        )
        self.server = Server(config=config)

    @property
    def metadata(self) -> str:
        """What the provider tells the world."""
        return (
            f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{SAML_ISSUER}">'
            '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor '
            'use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>'
            f"{self.key.certificate_base64}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
            '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
            'Location="https://idp.example/sso"/></IDPSSODescriptor></EntityDescriptor>'
        )

    def response(
        self, request_id: str, email: str = "reader@cast.example", subject: str = "person-1"
    ) -> etree._Element:
        """An answer without signature."""
        made = self.server.create_authn_response(
            identity={"mail": [email]},
            in_response_to=request_id,
            destination=self.acs,
            sp_entity_id=self.portal,
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=subject),
            authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified", "authn_auth": SAML_ISSUER},
            sign_response=False,
            sign_assertion=False,
        )
        return etree.fromstring(str(made).encode())

    def sign(self, response: etree._Element, key: Key | None = None) -> etree._Element:
        """Signs the assertion, as providers do."""
        assertion = find(response, "saml:Assertion")
        template = xmlsec.template.create(
            assertion, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformRsaSha256, ns="ds"
        )
        find(assertion, "saml:Issuer").addnext(template)
        reference = xmlsec.template.add_reference(
            template, xmlsec.constants.TransformSha256, uri=f"#{assertion.get('ID')}"
        )
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
        xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(template))
        xmlsec.tree.add_ids(assertion, ["ID"])
        context = xmlsec.SignatureContext()
        used = key or self.key
        context.key = xmlsec.Key.from_memory(used.pem, xmlsec.constants.KeyDataFormatPem)
        context.key.load_cert_from_memory(used.certificate_pem, xmlsec.constants.KeyDataFormatPem)
        context.sign(template)
        return response


SPACES = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion", "samlp": "urn:oasis:names:tc:SAML:2.0:protocol"}


def find(element: etree._Element, name: str) -> Any:
    found = element.find(f".//{name}", SPACES)
    assert found is not None, name
    return found


def posted(response: etree._Element) -> str:
    """As a form sends it."""
    return b64encode(etree.tostring(response)).decode()
