"""Looking at pages in every way people see them: narrow and wide, light and dark."""

import json
from collections.abc import Iterable
from typing import Any

from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import WIDTHS

EVERYTHING = {"resultTypes": ["violations"]}
# All that can differ in the dark.
COLOURS = {**EVERYTHING, "runOnly": ["color-contrast", "color-contrast-enhanced", "link-in-text-block"]}


def assert_pages_are_fit(seat: Any, paths: Iterable[str]) -> None:
    """No barrier that a machine can find, folded parts open, at both widths and in both schemes; no sideways
    scrolling; nothing from elsewhere and no complaint of the browser."""
    faults: dict[str, Any] = {}
    for path in paths:
        page = seat.go(path)
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults[f"{path} {width} scrolls sideways"] = page.evaluate("document.documentElement.scrollWidth")
            for scheme, options in (("light", EVERYTHING), ("dark", COLOURS)):
                page.emulate_media(color_scheme=scheme)
                for violation in Axe().run(page, options=options).response["violations"]:
                    targets = [node["target"] for node in violation["nodes"]][:3]
                    faults[f"{path} {width} {scheme} {violation['id']}"] = targets
    assert faults == {}, json.dumps(faults, indent=1, ensure_ascii=False)
    assert seat.foreign == []
    assert [complaint for complaint in seat.complaints if "404" not in complaint] == []
