"""How well the check before publication finds what it should: `python benchmarks/patterns.py [--show SET]`.

Prints for each set in `tests/data/patterns/` the number of sentences, recall and precision, and for those that the
patterns may be tuned on also the recall of each kind. Whoever tunes never asks for the sentences of a held-out set:
`--show` is for people who only want to know.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deliberation.annotations.patterns import find_hits

FOLDER = Path(__file__).parents[1] / "tests" / "data" / "patterns"
FILES = ("sentences.csv", "later.csv")
HELD_OUT = "held_out"


@dataclass(frozen=True)
class Sentence:
    """A contribution, and whether a careful reader would want it looked at before it appears."""

    number: int
    set: str
    is_telling: bool
    kind: str
    text: str


@dataclass(frozen=True)
class Figures:
    """What a set of sentences came to. A sentence counts as held as soon as there is one passage in it."""

    sentences: int
    recall: float
    precision: float
    # Recall of each kind, and how many sentences it has.
    kinds: dict[str, tuple[float, int]]
    missed: tuple[Sentence, ...]
    wrongly_held: tuple[Sentence, ...]


def read_corpus() -> list[Sentence]:
    return [sentence for name in FILES for sentence in _read(FOLDER / name)]


def _read(path: Path) -> list[Sentence]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Sentence(int(row["id"]), row["set"], row["label"] == "1", row["kind"], row["text"])
            for row in csv.DictReader(lines, delimiter=";")
        ]


def measure(sentences: Sequence[Sentence]) -> Figures:
    held = {sentence.number for sentence in sentences if find_hits(sentence.text)}
    telling = [sentence for sentence in sentences if sentence.is_telling]
    found = [sentence for sentence in telling if sentence.number in held]
    all_kinds, found_kinds = (Counter(one.kind for one in some) for some in (telling, found))
    return Figures(
        len(sentences),
        len(found) / len(telling) if telling else 1.0,
        len(found) / len(held) if held else 1.0,
        {kind: (found_kinds[kind] / count, count) for kind, count in all_kinds.items()},
        tuple(sentence for sentence in telling if sentence.number not in held),
        tuple(sentence for sentence in sentences if not sentence.is_telling and sentence.number in held),
    )


def main() -> None:
    corpus = read_corpus()
    sets = list(dict.fromkeys(sentence.set for sentence in sorted(corpus, key=lambda one: one.number)))
    parser = argparse.ArgumentParser(description="Recall and precision of the check before publication.")
    parser.add_argument("--show", choices=sets, help="print the sentences of a set that it is wrong about")
    shown = parser.parse_args().show
    for name in sets:
        figures = measure([sentence for sentence in corpus if sentence.set == name])
        print(f"{name}: {figures.sentences} sentences, recall {figures.recall:.3f}, precision {figures.precision:.3f}")
        # The kinds of a held-out set would tell where to tune.
        if HELD_OUT not in name or shown == name:
            for kind, (recall, count) in sorted(figures.kinds.items()):
                print(f"  {kind}: recall {recall:.2f} of {count}")
        if shown == name:
            _say_wrong(figures)


def _say_wrong(figures: Figures) -> None:
    for sentence in figures.missed:
        print(f"  missed {sentence.number} ({sentence.kind}): {sentence.text}")
    for sentence in figures.wrongly_held:
        passages = ", ".join(f"{hit.code} „{hit.text}“" for hit in find_hits(sentence.text))
        print(f"  wrongly held {sentence.number}: {sentence.text} [{passages}]")


if __name__ == "__main__":
    main()
