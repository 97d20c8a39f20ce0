"""Looking at pages in every way people see them: narrow and wide, light and dark."""

import json
from collections.abc import Iterable
from typing import Any

from axe_playwright_python.sync_playwright import Axe

AXE = Axe().axe_script
COLOURS = ["color-contrast", "color-contrast-enhanced", "link-in-text-block"]
# What else a wider window can change: the rest of the page is the same, whatever its width.
PLACES = [*COLOURS, "target-size", "scrollable-region-focusable", "link-name", "button-name", "list", "landmark-unique"]
LOOKS: tuple[tuple[int, str, list[str]], ...] = (
    (360, "light", []),
    (360, "dark", COLOURS),
    (1280, "light", PLACES),
    (1280, "dark", COLOURS),
)


def assert_pages_are_fit(seat: Any, paths: Iterable[str]) -> None:
    """No barrier that a machine can find, folded parts open, at both widths and in both schemes; no sideways
    scrolling; nothing from elsewhere and no complaint of the browser."""
    faults: dict[str, Any] = {}
    for path in paths:
        page = seat.go(path)
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")
        page.evaluate(AXE)
        for width, scheme, rules in LOOKS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                faults[f"{path} {width} scrolls sideways"] = wide
            # A bar that stays at the lower edge covers half a button at some height of the window: look where it rests.
            page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
            for violation in violations(page, rules):
                faults[f"{path} {width} {scheme} {violation['id']}"] = violation["nodes"]
    assert faults == {}, json.dumps(faults, indent=1, ensure_ascii=False)
    assert seat.foreign == []
    assert [complaint for complaint in seat.complaints if "404" not in complaint] == []


def violations(page: Any, rules: list[str]) -> list[Any]:
    """What axe finds by these rules (none named: by all), with the first places of each."""
    options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
    # Only what is asked about comes back: the whole answer is large and takes longer than the looking.
    found: list[Any] = page.evaluate(
        "async (options) => (await axe.run(document, options)).violations.map(({ id, nodes }) =>"
        " ({ id, nodes: nodes.slice(0, 3).map((node) => node.target) }))",
        options,
    )
    return found
