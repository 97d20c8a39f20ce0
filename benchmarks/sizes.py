"""What a first view costs over the wire: the page, and what it asks for at once."""

import re
from dataclasses import dataclass

from browsing import Answer, Browser

ASSET = re.compile(
    r'<(?:link rel="(?:stylesheet|preload|icon)" href|script src)="([^"]+)"',
)


@dataclass(frozen=True)
class Piece:
    path: str
    body: int
    headers: int


def first_view(browser: Browser, path: str) -> list[Piece]:
    """The page, then style, script, fonts and icon, each with the size of body and headers in bytes."""
    page = browser.get(path)
    assets = [(found, browser.get(found)) for found in ASSET.findall(page.text)]
    return [_piece(path, page), *(_piece(name, answer) for name, answer in assets)]


def _piece(path: str, answer: Answer) -> Piece:
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    headers = sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
    return Piece(path, len(answer.body), headers)
