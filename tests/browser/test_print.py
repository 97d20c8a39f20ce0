"""On paper: the words and their numbers, dark on white, without anything to press or fill in."""

import io

import pytest
from pypdf import PdfReader

from tests.browser.test_every_page import ROLES

LEFT_OVER = """() => [...document.querySelectorAll(
    'header.site, .foot, .exitbar, .mainnav, .skip, button, .btn, select, textarea, input:not([type=hidden])'
)].filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 1).map((one) => one.outerHTML.slice(0, 120))"""
INK = "getComputedStyle(document.body).backgroundColor + ' ' + getComputedStyle(document.body).color"


@pytest.mark.parametrize("role", ROLES)
def test_pages_on_paper_have_nothing_to_press_and_are_never_dark(desk, role):
    email, paths = ROLES[role]
    seat = desk(width=658, dark=True)
    if email:
        seat.sign_in(email)
    faults = []
    for path in paths:
        page = seat.go(path)
        page.emulate_media(media="print", color_scheme="dark")
        faults += [f"{path}: {left}" for left in page.evaluate(LEFT_OVER)]
        ink = page.evaluate(INK)
        if ink != "rgb(255, 255, 255) rgb(0, 0, 0)":
            faults.append(f"{path}: {ink}")
        # The width of an A4 page between its margins.
        if page.evaluate("document.documentElement.scrollWidth") > 660:
            faults.append(f"{path}: too wide")
        page.emulate_media(media="screen")
    assert not faults, "\n".join(faults)


def test_printed_text_keeps_its_numbers_on_pages_of_a4(desk):
    page = desk(dark=True).go("/d/musterstadt/text")
    found = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    width, height = found.pages[0].mediabox.width, found.pages[0].mediabox.height
    assert (round(float(width) / 72 * 25.4), round(float(height) / 72 * 25.4)) == (210, 297)
    words = "".join(one.extract_text() for one in found.pages)
    for number in ("1.1", "3.2", "8.1"):
        assert number in words
    assert "/d/musterstadt" in words


def test_what_is_folded_on_the_screen_can_be_read_on_paper(desk):
    page = desk().go("/d/musterstadt/results")
    page.emulate_media(media="print")
    tables = page.locator(".datatable table")
    assert tables.count() > 0
    assert all(table.is_visible() for table in tables.all())
