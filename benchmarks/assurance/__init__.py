"""Checks that take longer than the test suite may: each module measures one row of docs/assurance.md.

A module has one function, `measure()`, which runs the real thing and returns what it saw.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """One row: what was seen in words with numbers, and whether the target is met."""

    row: str
    words: str
    is_met: bool
