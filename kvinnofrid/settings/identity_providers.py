"""The identity providers that people may log in through: one for OpenID Connect, one for SAML, both or none."""

from pathlib import Path
from typing import Any

from kvinnofrid.settings.environment import Environment


def oidc(environment: Environment) -> Any:
    """The provider for OpenID Connect, or none. Half of its variables is a fault."""
    server = environment.address("OIDC_SERVER_URL")
    names = ("OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME")
    if not _is_configured(environment, names, ("OIDC_EMAIL_DOMAINS",)):
        return None
    return {
        "server_url": server.rstrip("/"),
        "client_id": environment.text("OIDC_CLIENT_ID"),
        "secret": environment.text("OIDC_CLIENT_SECRET"),
        "name": environment.text("OIDC_NAME"),
        "domains": _domains(environment, "OIDC_EMAIL_DOMAINS"),
    }


def saml(environment: Environment) -> Any:
    """The provider for SAML, or none: its metadata from an address or a file. Half of its variables is a fault."""
    address, path = environment.address("SAML_IDP_METADATA_URL"), environment.text("SAML_IDP_METADATA_FILE")
    source = "SAML_IDP_METADATA_FILE" if path else "SAML_IDP_METADATA_URL"
    if address and path:
        environment.fault(source, "ska inte anges tillsammans med SAML_IDP_METADATA_URL. Ange en av dem.")
    if not _is_configured(environment, (source, "SAML_NAME", "SAML_EMAIL_DOMAINS"), ("SAML_IDP_ENTITY_ID",)):
        return None
    return {
        "metadata_url": address,
        "metadata": _metadata(environment, path) if path else "",
        "entity_id": environment.text("SAML_IDP_ENTITY_ID"),
        "name": environment.text("SAML_NAME"),
        "domains": _domains(environment, "SAML_EMAIL_DOMAINS"),
    }


def _is_configured(environment: Environment, needed: tuple[str, ...], optional: tuple[str, ...]) -> bool:
    """Whether all of them are there. When some are, the others are missing."""
    missing = [name for name in needed if not environment.text(name)]
    if len(missing) == len(needed) and not any(environment.text(name) for name in optional):
        return False
    for name in missing:
        environment.fault(name, f"saknas. Ange {', '.join(needed)}, eller ingen av dem.")
    return not missing


def _domains(environment: Environment, name: str) -> list[str]:
    domains = [domain.lower() for domain in environment.words(name)]
    if any("@" in domain or "." not in domain for domain in domains):
        environment.fault(name, "ska vara det som står efter @ i adresserna, med komma emellan.")
    return domains


def _metadata(environment: Environment, path: str) -> str:
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    if "EntityDescriptor" not in text:
        environment.fault("SAML_IDP_METADATA_FILE", "ska vara en läsbar fil med leverantörens metadata (XML).")
    return text
