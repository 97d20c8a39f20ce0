"""Putting adopted wordings into the text of the next edition: exactly the words they replace, and nothing else. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from deliberation.declarations.editions import to_parts, to_units
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, Unit
from deliberation.declarations.lines import from_source, normalised_lines
from deliberation.proposals.places import Place, collisions
from deliberation.sentences import split_sentences


class Colliding(Exception):
    """Two wordings for the same words: somebody has to decide. `numbers` are the proposals."""

    def __init__(self, *numbers: int) -> None:
        super().__init__(str(numbers))
        self.numbers = numbers


class WordsGone(Exception):
    """The draft was changed by hand: the words that these proposals would replace do not stand there any more."""

    def __init__(self, *numbers: int) -> None:
        super().__init__(str(numbers))
        self.numbers = numbers


@dataclass(frozen=True)
class Adoption:
    """A wording that replaces others: which proposals it is credited to, where it goes, and all sentences of that
    paragraph as they stand in the edition in force."""

    numbers: tuple[int, ...]
    place: Place
    before: tuple[str, ...]
    wording: str
    reason: str = ""


def apply_proposals(text: DraftDeclaration, chosen: Sequence[Adoption]) -> DraftDeclaration:
    """The text with these wordings in place of what they replace; everything else stays identical.

    Sentences keep their place in the list they stand in: a wording with one line for each unit puts each line into
    its unit, any other goes whole into the first, and a unit without words vanishes. Raises Colliding, WordsGone.
    """
    _refuse_collisions(chosen)
    by_paragraph: dict[int, list[Adoption]] = defaultdict(list)
    for adoption in chosen:
        by_paragraph[adoption.place.paragraph].append(adoption)
    present = {one.origin for thesis in text.theses for one in thesis.paragraphs}
    for origin, adoptions in by_paragraph.items():
        if origin not in present:
            raise WordsGone(*adoptions[0].numbers)
    theses = tuple(
        replace(thesis, paragraphs=tuple(_reworded(one, by_paragraph.get(one.origin, ())) for one in thesis.paragraphs))
        for thesis in text.theses
    )
    return replace(text, theses=theses)


def _refuse_collisions(chosen: Sequence[Adoption]) -> None:
    places = {index: adoption.place for index, adoption in enumerate(chosen)}
    for first, second in collisions(places):
        raise Colliding(*chosen[first].numbers, *chosen[second].numbers)


def _reworded(paragraph: DraftParagraph, adoptions: Sequence[Adoption]) -> DraftParagraph:
    if not adoptions:
        return paragraph
    is_whole = adoptions[0].place.is_whole
    units = _whole(paragraph, adoptions[0]) if is_whole else _with_sentences(paragraph, adoptions)
    return replace(
        paragraph,
        units=units,
        reason=" ".join(filter(None, [paragraph.reason, *(one.reason for one in adoptions)])),
        adopted=tuple(dict.fromkeys([*paragraph.adopted, *(n for one in adoptions for n in one.numbers)])),
    )


def _whole(paragraph: DraftParagraph, adoption: Adoption) -> tuple[Unit, ...]:
    if paragraph.sentences != adoption.before:
        raise WordsGone(*adoption.numbers)
    return to_units(from_source(adoption.wording, to_parts(paragraph.units)))


def _with_sentences(paragraph: DraftParagraph, adoptions: Sequence[Adoption]) -> tuple[Unit, ...]:
    """One pass through the units: what is replaced is left out, and the new words stand where the first of it was."""
    spots = [(index, at) for index, unit in enumerate(paragraph.units) for at in range(len(unit.sentences))]
    replaced: dict[tuple[int, int], int] = {}
    lines: list[Mapping[int, str]] = []
    for key, adoption in enumerate(adoptions):
        mine = [spots[i] for i in _find(paragraph.sentences, adoption)]
        replaced |= dict.fromkeys(mine, key)
        lines.append(_lines(adoption.wording, sorted({index for index, _at in mine})))
    units = []
    for index, unit in enumerate(paragraph.units):
        sentences: list[str] = []
        written = set()
        for at, sentence in enumerate(unit.sentences):
            own = replaced.get((index, at))
            if own is None:
                sentences.append(sentence)
            elif own not in written:
                written.add(own)
                sentences += split_sentences(lines[own].get(index, ""))
        if sentences or not unit.sentences:
            units.append(replace(unit, sentences=tuple(sentences)))
    return tuple(units)


def _lines(wording: str, units: Sequence[int]) -> dict[int, str]:
    """Which words go into which unit."""
    found = normalised_lines(wording)
    if len(found) == len(units):
        return dict(zip(units, found, strict=True))
    return {units[0]: " ".join(found)}


def _find(present: Sequence[str], adoption: Adoption) -> list[int]:
    """Indexes of the sentences in the draft. Of identical ones each keeps its turn; if their number is another one
    than in the edition in force, nobody knows which is meant."""
    before = adoption.before
    if tuple(present) == before:
        found = [number - 1 for number in adoption.place.sentences]
        if found[-1] < len(before):
            return found
        raise WordsGone(*adoption.numbers)
    found = []
    for number in adoption.place.sentences:
        words = before[number - 1] if number <= len(before) else ""
        turns = [i for i, one in enumerate(before) if one == words]
        now = [i for i, one in enumerate(present) if one == words]
        if not turns or len(turns) != len(now):
            raise WordsGone(*adoption.numbers)
        found.append(now[turns.index(number - 1)])
    return found


def fits(paragraph: DraftParagraph, adoption: Adoption) -> bool:
    """Whether the words that it would replace still stand in this paragraph of the draft."""
    try:
        _reworded(paragraph, [adoption])
    except WordsGone:
        return False
    return True


def is_taken_over(wording: str, paragraph: DraftParagraph) -> bool:
    """Whether a proposed wording stands in a paragraph word for word, line by line, labels included or not."""
    units = [(unit.label, " ".join(unit.sentences)) for unit in paragraph.units]
    texts = [" ".join(f"{label} {words}".strip() for label, words in units), " ".join(words for _label, words in units)]
    lines = [" ".join(line.split()) for line in normalised_lines(wording)]
    return any(all(line in text for line in lines) for text in texts)
