"""The words that a proposal is about, as its author finds them in the field: a line for each item of a list."""

from collections.abc import Sequence

from deliberation.declarations.lines import to_source
from deliberation.declarations.models import Wording


def source_of(wording: Wording, sentences: Sequence[int]) -> str:
    """The whole paragraph with its labels, or the named sentences alone: one line for each unit they stand in.

    Numbers outside the wording are ignored; if none is left, it is the whole paragraph."""
    chosen = set(sentences)
    lines = [" ".join(text for number, text in unit.numbered_sentences if number in chosen) for unit in wording.units]
    return "\n".join(filter(None, lines)) or to_source(wording.parts)
