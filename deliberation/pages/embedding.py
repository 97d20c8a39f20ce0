"""What other sites may show of a thesis, in a frame of theirs: the text, and where it is talked about."""

from dataclasses import dataclass

from deliberation.annotations.counts import load_counts
from deliberation.annotations.overview import Part, load_parts
from deliberation.declarations.models import Declaration, Thesis
from deliberation.permissions import Guest, Permission, require


@dataclass(frozen=True)
class Embedded:
    """A thesis as everybody reads it, with how much was said about it."""

    part: Part
    total: int


def load_embedded(declaration: Declaration, thesis: Thesis) -> Embedded | None:
    """None for a thesis that an edition took out. Whoever asks is a guest here: the same for all. Raises NotAllowed where not
    everybody reads."""
    require(Guest(), Permission.FOLLOW, declaration)
    part = next((one for one in load_parts(declaration) if one.thesis.id == thesis.id), None)
    if part is None:
        return None
    return Embedded(part, load_counts(Guest(), declaration, None).of_thesis(thesis.id).total)
