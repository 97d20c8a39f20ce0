"""Nothing moves while a page comes in (P7 of docs/performance.md)."""

import re
from pathlib import Path

import pytest

from tests.browser.conftest import WIDTHS

WATCH = """
    window.moved = [];
    new PerformanceObserver((list) => {
        for (const one of list.getEntries()) {
            const what = one.sources.map((source) => source.node && source.node.nodeName + '.' + source.node.className);
            window.moved.push([one.value, what.join(' ')]);
        }
    }).observe({ type: 'layout-shift', buffered: true });
"""
PATHS = (
    "/", "/d/musterstadt", "/d/musterstadt/2", "/d/musterstadt/2/1", "/d/musterstadt/text", "/d/musterstadt/results", "/a/1",
    "/d/musterstadt/search?q=technik", "/login",
)  # fmt: skip
STYLES = Path(__file__).parents[2] / "static" / "css"


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_moves_while_a_page_comes_in(desk, width):
    """With what stands in for the fonts: these come when they come, and whether that is seen is a question of their measures,
    below, on devices that have the fonts they are measured by."""
    seat = desk(width=width)
    seat.page.add_init_script(WATCH)
    seat.page.route("**/*.woff2", lambda route: route.abort())
    assert not {path: found for path in PATHS if (found := _open(seat, path))}


def _open(seat, path):
    """What moved until nothing more comes: shares of the window, and what it was."""
    page = seat.go(path)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(200)
    return page.evaluate("window.moved")


def test_what_stands_in_for_a_font_has_its_measures():
    base, tokens = (STYLES.joinpath(name).read_text("utf-8") for name in ("base.css", "tokens.css"))
    for own, other in (("Atkinson Hyperlegible Next", "Atkinson Fallback"), ("Literata", "Literata Fallback")):
        assert re.search(rf'{own}"?, "{other}"', tokens)
        face = re.search(rf'@font-face {{ font-family: "{other}";[^}}]*}}', base)
        assert face is not None
        assert all(f"{name}-override" in face[0] for name in ("ascent", "descent", "line-gap"))
        assert "size-adjust" in face[0]
