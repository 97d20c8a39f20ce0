"""German text to fill a database with: the sample declaration's contributions and paragraphs, used again and again."""

import random
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

import deliberation
from deliberation.annotations.patterns import find_hits
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis, Unit
from deliberation.sentences import split_sentences
from deliberation.text import normalised

SAMPLE = Path(deliberation.__file__).parent / "sample"
TEXTS = 1500


@cache
def bodies() -> list[str]:
    """What people wrote, without those texts that a moderator would have to look at first."""
    found = tomllib.loads((SAMPLE / "discussion.toml").read_text("utf-8"))["contributions"]
    texts = [normalised(contribution["body"]) for contribution in found]
    return [text for text in texts if text and not find_hits(text)]


@cache
def texts() -> list[str]:
    """Contributions in larger numbers: each a few sentences of those above, in one paragraph or two. As with `bodies`,
    nobody would have to look at them first. The same ones every time."""
    chance = random.Random(1)
    sentences = [one for body in bodies() for one in split_sentences(" ".join(body.split()))]
    found: dict[str, None] = {}
    while len(found) < TEXTS:
        parts = [" ".join(chance.sample(sentences, chance.choice((1, 2, 2, 3)))) for _part in range(chance.choice((1, 1, 2)))]
        body = normalised("\n\n".join(parts))
        if not find_hits(body):
            found[body] = None
    return list(found)


@cache
def paragraphs() -> list[tuple[str, ...]]:
    """Paragraphs of running text as sentences."""
    blocks = (SAMPLE / "erklaerung.md").read_text("utf-8").split("\n\n")
    running = [block for block in blocks if block[:1].isalpha()]
    return [tuple(split_sentences(" ".join(block.split()))) for block in running]


def make_draft(theses: int, per_thesis: int) -> DraftDeclaration:
    """A declaration as the importer would hand it over."""
    texts = paragraphs()

    def part(thesis: int, place: int) -> DraftParagraph:
        sentences = texts[(thesis * per_thesis + place) % len(texts)]
        return DraftParagraph(str(place + 1), (Unit("", 0, sentences),))

    parts = [
        DraftThesis(str(number + 1), f"Was in These {number + 1} Zeit braucht", "", "", tuple(
            part(number, place) for place in range(per_thesis)
        ))
        for number in range(theses)
    ]  # fmt: skip
    return DraftDeclaration("Erklärung für die Messung", tuple(parts), "headings")


def number_sentences(draft: DraftDeclaration) -> DraftDeclaration:
    """The same text with every sentence made different from all others by its place."""

    def unlike(thesis: DraftThesis, part: DraftParagraph) -> DraftParagraph:
        sentences = (
            f"{words.rstrip('.')} ({thesis.number}.{part.number}.{number})."
            for number, words in enumerate(part.sentences, start=1)
        )
        return replace(part, units=(Unit("", 0, tuple(sentences)),))

    theses = (replace(one, paragraphs=tuple(unlike(one, part) for part in one.paragraphs)) for one in draft.theses)
    return replace(draft, theses=tuple(theses))
