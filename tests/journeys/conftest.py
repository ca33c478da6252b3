"""The journeys' browser: Debian's Chromium, a window per person, and an eye on what every page must keep."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.http import HttpRequest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from kvinnofrid.bootstrap import BROWSERS
from tests.factories import cast
from tests.journeys.axe import DESKTOP
from tests.journeys.watching import Watch

# Playwright keeps an event loop in the thread of the tests, and Django would refuse the database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Window = Callable[..., Page]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = next(filter(None, map(shutil.which, BROWSERS)))
    return {**browser_type_launch_args, "executable_path": found, "args": CHROMIUM_ARGUMENTS}


@pytest.fixture
def world(transactional_world: cast.World) -> cast.World:
    """The browser reads what other connections have committed, so a journey has a cast of its own."""
    cache.clear()  # the counts of tried logins
    return transactional_world


@pytest.fixture
def watch(live_server: Any) -> Watch:
    """What the windows of this test complained about."""
    return Watch(live_server.url)


@pytest.fixture
def window(browser: Browser, live_server: Any, watch: Watch, world: cast.World) -> Iterator[Window]:
    """Opens a window: `window("representative", width=PHONE)` is logged in, `window()` is a stranger's.

    When the test is over, no page may have complained, asked another host or lost a file on the way.
    """
    contexts: list[BrowserContext] = []

    def open_window(person: str = "", *, width: int = DESKTOP, script: bool = True, dark: bool = False) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            locale="sv-SE",
            timezone_id="Europe/Stockholm",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        watch.over(context)
        if person:
            context.add_cookies([_session(world.person[person], live_server.url)])
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()
    assert watch.faults == []


def _session(user: Any, address: str) -> Any:
    """The cookie of somebody who has just confirmed the password, which pages about the own login ask for."""
    client = Client()
    client.force_login(user)
    request: Any = HttpRequest()
    request.user, request.session = user, client.session
    request.META = {"REMOTE_ADDR": "127.0.0.1", "HTTP_USER_AGENT": "Chrome"}
    reauthenticate_by_password(request)
    request.session.save()
    UserSession.objects.create_from_request(request)
    cookie = client.cookies["sessionid"]
    return {"name": "sessionid", "value": cookie.value, "url": address, "httpOnly": True, "sameSite": "Lax"}
