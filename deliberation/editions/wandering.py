"""Sentences that went from one paragraph to another: a paragraph was divided, or two were joined.

Pure. Only sentences that stand once in each text count; of others nobody can say where they went.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deliberation.declarations.changes import Elsewhere
from deliberation.declarations.importing import CLOSING, PREAMBLE, DraftDeclaration, DraftParagraph, DraftThesis


@dataclass(frozen=True)
class _Place:
    """A sentence of a text: where it stands, and as which of its paragraph, counted from 1."""

    thesis: DraftThesis
    paragraph: DraftParagraph
    sentence: int


class Wandering:
    """Which paragraphs of the old text gave sentences to which of the new one."""

    def __init__(self, old: DraftDeclaration, new: DraftDeclaration) -> None:
        self.kept = {one.origin for thesis in new.theses for one in thesis.paragraphs if one.origin}
        before, after = _unique(old), _unique(new)
        # By old paragraph, then by the new one: both are objects of their texts, since new ones have no identity yet.
        self.gave: dict[int, dict[int, list[tuple[_Place, _Place]]]] = defaultdict(lambda: defaultdict(list))
        self.got: dict[int, dict[int, list[tuple[_Place, _Place]]]] = defaultdict(lambda: defaultdict(list))
        for words in before.keys() & after.keys():
            was, now = before[words], after[words]
            if was.paragraph.origin != now.paragraph.origin:
                self.gave[id(was.paragraph)][id(now.paragraph)].append((was, now))
                self.got[id(now.paragraph)][id(was.paragraph)].append((was, now))

    def source(self, one: DraftParagraph, is_new: bool) -> Elsewhere | None:
        """Where most of a new paragraph stood, or the paragraph that was merged into one that was there before."""
        for pairs in sorted(self.got.get(id(one), {}).values(), key=lambda pairs: (-len(pairs), _numbers(pairs))):
            was = pairs[0][0]
            whole = one if is_new else was.paragraph
            if 2 * len(pairs) > len(whole.sentences) and (is_new or was.paragraph.origin not in self.kept):
                return Elsewhere(was.thesis.number, full_number(was.thesis, was.paragraph), _numbers(pairs))
        return None

    def targets(self, one: DraftParagraph) -> tuple[Elsewhere, ...]:
        """Where the sentences stand that an old paragraph lost, in the order in which they stood."""
        found = []
        for pairs in self.gave.get(id(one), {}).values():
            now = pairs[0][1]
            found.append(Elsewhere(now.thesis.number, full_number(now.thesis, now.paragraph), _numbers(pairs)))
        return tuple(sorted(found, key=lambda each: each.sentences))


def _numbers(pairs: list[tuple[_Place, _Place]]) -> tuple[int, ...]:
    return tuple(sorted(was.sentence for was, _now in pairs))


def _unique(text: DraftDeclaration) -> Mapping[str, _Place]:
    places = list(_sentences(text))
    counts = Counter(words for words, _place in places)
    return {words: place for words, place in places if counts[words] == 1}


def _sentences(text: DraftDeclaration) -> Iterator[tuple[str, _Place]]:
    for thesis in text.theses:
        for one in thesis.paragraphs:
            for number, words in enumerate(one.sentences, start=1):
                yield words, _Place(thesis, one, number)


def full_number(thesis: DraftThesis, paragraph: DraftParagraph) -> str:
    """3.2; paragraphs of preamble and closing part have no thesis number to show."""
    is_edge = thesis.number in (PREAMBLE, CLOSING)
    return paragraph.number if is_edge else f"{thesis.number}.{paragraph.number}"
