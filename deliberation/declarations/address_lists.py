"""Addresses out of whatever people paste: lines from a mail program, a column of a table, `Name <address>`."""

from collections.abc import Sequence
from dataclasses import dataclass

from deliberation.accounts.addresses import AddressInvalid, clean_address

SHOWN_MAX = 80


@dataclass(frozen=True)
class Addresses:
    """A pasted list: what can be written to, each once, and which lines cannot."""

    good: Sequence[str]
    bad: Sequence[tuple[int, str]]


def read_addresses(pasted: str) -> Addresses:
    """Addresses from lines, commas or semicolons, `Name <address>` included; each once."""
    good, bad = dict[str, None](), list[tuple[int, str]]()
    for number, line in enumerate(pasted.splitlines(), start=1):
        for part in line.replace(";", ",").replace("\t", ",").split(","):
            words = part.strip()
            if not words:
                continue
            given = words.rpartition("<")[2].rstrip("> ") if "<" in words else words
            try:
                good[clean_address(given)] = None
            except AddressInvalid:
                bad.append((number, words[:SHOWN_MAX]))
    return Addresses(list(good), bad)
