"""The checks themselves: a page with faults does not pass them."""

import pytest

from tests.factories import cast
from tests.journeys.axe import reflow_faults, violations
from tests.journeys.conftest import Window
from tests.journeys.watching import Watch

pytestmark = pytest.mark.journey

FAULTY = """<!doctype html><html><head><title>Prov</title></head><body><main><h1>Prov</h1>
<input><img src="/static/icons/favicon.svg"><p>Blek text</p><p>Bred text</p><p>Ovanpå</p></main></body></html>"""
# The policy refuses styles in the HTML, so they are set from outside.
STYLED = """() => {
  const [pale, wide, above] = document.querySelectorAll("p");
  pale.style.color = "#ccc";
  wide.style.inlineSize = "1400px";
  above.style.marginBlockStart = "-2em";
}"""


def test_faults_are_found(window: Window, world: cast.World) -> None:
    page = window()
    page.goto("/hjalp/")
    page.set_content(FAULTY)
    page.evaluate(STYLED)
    found = "\n".join(violations(page))
    assert [
        rule for rule in ("[label]", "[image-alt]", "[html-has-lang]", "[color-contrast]") if rule not in found
    ] == []
    outside = "\n".join(reflow_faults(page))
    assert [text for text in ("Bred text", "Ovanpå") if text not in outside] == []


def test_complaints_are_heard(window: Window, watch: Watch, world: cast.World) -> None:
    """What the page's policy stops, what its scripts throw, what it asks others for, and what it misses."""
    page = window()
    page.goto("/hjalp/")
    with page.expect_console_message():
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), { textContent: '1' }))")
    with page.context.expect_event("weberror"):
        page.evaluate("void setTimeout(() => { throw new Error('trasigt'); })")
    with page.expect_response("**/finns-inte.js"):
        page.evaluate("void fetch('/static/finns-inte.js')")
    with page.expect_request("https://annan.example/"):
        page.evaluate("location.href = 'https://annan.example/'")
    assert {fault.partition(":")[0] for fault in watch.faults} == {"console", "script", "404", "another host"}
    watch.faults.clear()
