"""What the environment may say about login, and one line for each half or wrong answer."""

import os
from pathlib import Path

import pytest

from kvinnofrid.settings import identity_providers
from kvinnofrid.settings.environment import Environment
from tests.core.test_settings import run, start_production

OIDC = {
    "OIDC_SERVER_URL": "https://idp.example/",
    "OIDC_CLIENT_ID": "portalen",
    "OIDC_CLIENT_SECRET": "hemligt",
    "OIDC_NAME": "Falu kommun",
}
SAML = {"SAML_IDP_METADATA_URL": "https://idp.example/m", "SAML_NAME": "Region", "SAML_EMAIL_DOMAINS": "Region.example"}
NEEDED_OIDC = "Ange OIDC_SERVER_URL, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME, eller ingen av dem."
NEEDED_SAML = "Ange SAML_IDP_METADATA_URL, SAML_NAME, SAML_EMAIL_DOMAINS, eller ingen av dem."


@pytest.fixture
def faults_of(monkeypatch: pytest.MonkeyPatch) -> object:
    def faults(variables: dict[str, str]) -> list[str]:
        for name in [name for name in os.environ if name.startswith(("OIDC_", "SAML_", "MFA_"))]:
            monkeypatch.delenv(name)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        environment = Environment()
        identity_providers.oidc(environment)
        identity_providers.saml(environment)
        environment.choices("MFA_REQUIRED_ROLES", ("reader", "coordinator"), ("coordinator",))
        return environment.faults

    return faults


@pytest.mark.parametrize(
    ("variables", "faults"),
    [
        ({}, []),
        (OIDC | SAML, []),
        (OIDC | {"OIDC_SERVER_URL": "http://localhost:9000"}, []),
        (
            OIDC | {"OIDC_SERVER_URL": "http://idp.example"},
            ["OIDC_SERVER_URL: ska vara en adress som börjar med https://."],
        ),
        ({"OIDC_NAME": "Falu kommun"}, [f"{name}: saknas. {NEEDED_OIDC}" for name in list(OIDC)[:3]]),
        ({"OIDC_EMAIL_DOMAINS": "falun.example"}, [f"{name}: saknas. {NEEDED_OIDC}" for name in OIDC]),
        ({**OIDC, "OIDC_CLIENT_SECRET": " "}, [f"OIDC_CLIENT_SECRET: saknas. {NEEDED_OIDC}"]),
        (
            OIDC | {"OIDC_EMAIL_DOMAINS": "a@falun.example"},
            ["OIDC_EMAIL_DOMAINS: ska vara det som står efter @ i adresserna, med komma emellan."],
        ),
        ({"SAML_NAME": "Region", "SAML_EMAIL_DOMAINS": "x.example"}, [f"SAML_IDP_METADATA_URL: saknas. {NEEDED_SAML}"]),
        ({**SAML, "SAML_EMAIL_DOMAINS": ""}, [f"SAML_EMAIL_DOMAINS: saknas. {NEEDED_SAML}"]),
        (
            {"SAML_NAME": "Region", "SAML_EMAIL_DOMAINS": "x.example", "SAML_IDP_METADATA_FILE": "/finns/inte"},
            ["SAML_IDP_METADATA_FILE: ska vara en läsbar fil med leverantörens metadata (XML)."],
        ),
        (
            {"MFA_REQUIRED_ROLES": "coordinator,chef"},
            ["MFA_REQUIRED_ROLES: ska vara none eller något av reader, coordinator, med komma emellan."],
        ),
    ],
)
def test_half_or_wrong_is_told(faults_of: object, variables: dict[str, str], faults: list[str]) -> None:
    assert faults_of(variables) == faults  # type: ignore[operator]


def test_what_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in (OIDC | SAML).items():
        monkeypatch.setenv(name, value)
    assert identity_providers.oidc(Environment()) == {
        "server_url": "https://idp.example",
        "client_id": "portalen",
        "secret": "hemligt",
        "name": "Falu kommun",
        "domains": [],
    }
    path = tmp_path / "metadata.xml"
    path.write_text("<EntityDescriptor/>", encoding="utf-8")
    monkeypatch.delenv("SAML_IDP_METADATA_URL")
    monkeypatch.setenv("SAML_IDP_METADATA_FILE", str(path))
    found = identity_providers.saml(Environment())
    assert (found["metadata"], found["domains"]) == ("<EntityDescriptor/>", ["region.example"])


def test_production_demands_second_factors_of_whoever_writes() -> None:
    show = "import kvinnofrid.settings.production as s; print(*s.MFA_REQUIRED_ROLES)"
    from tests.core.test_settings import GOOD

    assert run("-c", show, **GOOD).stdout == "coordinator administrator registrar commissioner representative\n"
    assert run("-c", show, **GOOD, MFA_REQUIRED_ROLES="none").stdout == "\n"


def test_production_stops_for_half_a_provider() -> None:
    finished = start_production(OIDC_NAME="Falu kommun")
    assert finished.returncode == 1
    assert [line.partition(":")[0] for line in finished.stderr.splitlines()] == list(OIDC)[:3]
