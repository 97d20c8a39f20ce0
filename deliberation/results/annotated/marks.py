"""Which words of a paragraph an annotation is about. Nothing is guessed: in doubt it is about the whole paragraph."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from deliberation.results.items import Item


@dataclass(frozen=True)
class Mark:
    """Words of one line of a paragraph that an annotation is about, by the places of their characters."""

    line: int
    start: int
    end: int


def find_marks(lines: Sequence[Sequence[str]], item: Item, edition: int) -> tuple[Mark, ...]:
    """The words that an annotation is about: those it quotes, if they stand there once, else its sentences.

    Sentences are numbered through the lines from 1. A quote without a sentence is looked for only in the edition it was
    taken from: elsewhere nobody has said that like words are the same."""
    named: list[Mark] = []
    number = 0
    for index, sentences in enumerate(lines):
        at = 0
        for sentence in sentences:
            number += 1
            if number in item.sentences:
                named.append(Mark(index, at, at + len(sentence)))
            at += len(sentence) + 1
    if item.quote and (named or (not item.sentences and item.edition == edition)):
        texts = [" ".join(sentences) for sentences in lines]
        found = [mark for mark in _occurrences(texts, item.quote) if not named or _touches(mark, named)]
        if len(found) == 1:
            return tuple(found)
    return tuple(_joined(named))


def _occurrences(texts: Sequence[str], quote: str) -> Iterator[Mark]:
    for index, text in enumerate(texts):
        at = text.find(quote)
        while at >= 0:
            yield Mark(index, at, at + len(quote))
            at = text.find(quote, at + 1)


def _touches(mark: Mark, others: Iterable[Mark]) -> bool:
    return any(mark.line == one.line and mark.start < one.end and one.start < mark.end for one in others)


def _joined(marks: Iterable[Mark]) -> list[Mark]:
    """Sentences that follow one another are one mark, the blank between them included."""
    made: list[Mark] = []
    for mark in marks:
        if made and made[-1].line == mark.line and made[-1].end + 1 == mark.start:
            mark = Mark(mark.line, made.pop().start, mark.end)
        made.append(mark)
    return made
