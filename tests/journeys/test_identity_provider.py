"""What somebody sees who logs in through the own organisation, when it does not go well."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.factories import cast, identity
from tests.journeys import steps
from tests.journeys.axe import PHONE, check, reflow_faults
from tests.journeys.conftest import Window

pytestmark = pytest.mark.journey


def test_the_button_and_the_refusals(window: Window, world: cast.World, settings: Any) -> None:
    known = {"client_id": identity.CLIENT, "secret": "hemligt", "name": "Falu kommun", "domains": []}
    with identity.oidc_provider() as provider:
        settings.OIDC = {**known, "server_url": provider.url}
        page = window(width=PHONE)
        page.goto("/konto/logga-in/")
        expect(page.get_by_role("link", name="Logga in med Falu kommun")).to_be_visible()
        check(page)
        assert reflow_faults(page) == []
        page.goto("/konto/leverantor/oidc/klart/?code=kod&state=fel")
        steps.expect_heading(page, "Inloggningen gick inte att slutföra")
        check(page)
        assert reflow_faults(page) == []

        provider.changes = {"email": "ingen@cast.example"}
        asked = page.request.get("/konto/leverantor/oidc/", max_redirects=0).headers["location"]
        state = asked.partition("state=")[2].partition("&")[0]
        page.goto(f"/konto/leverantor/oidc/klart/?code=kod&state={state}")
        steps.expect_heading(page, "Vi hittar inget konto")
        check(page)
        assert reflow_faults(page) == []
