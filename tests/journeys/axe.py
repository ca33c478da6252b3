"""Accessibility of the page as it stands in the browser right now: axe-core, reflow and enlarged text."""

from typing import Any

from playwright.sync_api import Page, expect

# WCAG 2.0, 2.1 and 2.2 at A and AA, and what axe calls good practice. Target size waits for the asking in axe.
OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations", "incomplete"],
}
# What axe leaves for a person to judge is mostly colour over colour; this one is always a fault here.
CERTAIN = "aria-valid-attr-value"
AXE = "/static/axe/axe.min.js"
NARROWEST, PHONE, DESKTOP = 320, 390, 1280

# How far the content sticks out of the window, and the texts that lie on top of one another.
OUTSIDE = """() => {
  const root = document.scrollingElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const wide = [...document.body.querySelectorAll("*")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.right > root.clientWidth + 1 && box.width && getComputedStyle(element).position !== "fixed";
  });
  return wide.slice(-3).map((element) => `${element.tagName.toLowerCase()}.${element.className} ${element.textContent.trim().slice(0, 60)}`);
}"""
OVERLAPS = """() => {
  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.data.trim() || !node.parentElement.checkVisibility({ visibilityProperty: true })) continue;
    if (node.parentElement.closest(".skip-link, .menu__panel, option, script, style")) continue;
    let around = node.parentElement; // what is only for reading aids is clipped away
    while (around && getComputedStyle(around).clipPath === "none") around = around.parentElement;
    if (around) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) if (box.width > 1) boxes.push({ node, box });
  }
  const found = [];
  boxes.sort((one, other) => one.box.top - other.box.top); // so that what begins further down ends the search
  for (let index = 0; index < boxes.length; index++) for (let next = index + 1; next < boxes.length; next++) {
    const one = boxes[index], other = boxes[next];
    if (other.box.top >= one.box.bottom) break;
    if (one.node === other.node) continue;
    const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
    const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
    if (across > 2 && down > 0.4 * Math.min(one.box.height, other.box.height)) found.push(`${one.node.data.trim().slice(0, 40)} / ${other.node.data.trim().slice(0, 40)}`);
  }
  return found;
}"""


def check(page: Page) -> None:
    """Nothing for axe to say about the page, and one heading of the first level."""
    assert violations(page) == []
    expect(page.locator("h1")).to_have_count(1)


def violations(page: Page) -> list[str]:
    """Each element with a fault: which rule, where, and what is wrong."""
    page.wait_for_load_state()  # whoever clicked may have come no further than to a document without a head
    page.add_script_tag(url=AXE)  # from the portal's own address, so that the browser keeps it compiled
    answer = page.evaluate("options => axe.run(options)", OPTIONS)
    found = answer["violations"] + [rule for rule in answer["incomplete"] if rule["id"] == CERTAIN]
    return [_fault(page, rule, node) for rule in found for node in rule["nodes"]]


def _fault(page: Page, rule: dict[str, Any], node: dict[str, Any]) -> str:
    reasons = "; ".join(check["message"] for check in [*node["any"], *node["all"], *node["none"]])
    return f"{page.url} [{rule['id']}] {node['html'][:160]} – {reasons}"


def reflow_faults(page: Page) -> list[str]:
    """What sticks out or overlaps in the narrowest window, and with text at twice its size; puts all back."""
    size = page.viewport_size
    assert size is not None
    faults = []
    laid_out = [(NARROWEST, 100), (PHONE, 200), (DESKTOP, 200)]
    laid_out.sort(key=lambda way: way[0] == size["width"])  # the page's own width last, with nothing to put back
    for width, text in laid_out:
        page.set_viewport_size({"width": width, "height": size["height"]})
        page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")
        found = page.evaluate(OUTSIDE) + page.evaluate(OVERLAPS)
        faults += [f"{page.url}, {width} px, text at {text} %: {fault}" for fault in found]
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size(size)
    return faults
