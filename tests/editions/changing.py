"""Random texts with look-alikes in them, and random things that editors do to a text."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st

from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis, Unit

SENTENCES = (
    "Das gilt.", "Das gilt auch hier.", "Das gilt nicht hier.", "Technik folgt der Fachlichkeit.",
    "Technik folgt immer der Fachlichkeit.", "Schutz braucht Menschen.", "Schutz braucht erfahrene Menschen.",
    "Eine Inobhutnahme ist keine Dienstleistung.", "Wer plant, fragt die Fachkräfte.", "Ein Gespräch braucht Zeit.",
)  # fmt: skip

Change = Callable[[DraftDeclaration], DraftDeclaration]
paragraphs = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4)


def to_text(theses: list[list[list[str]]]) -> DraftDeclaration:
    """Theses of paragraphs of sentences; ids are counted through."""
    made, origin = [], 0
    for number, found in enumerate(theses, start=1):
        own = []
        for place, sentences in enumerate(found, start=1):
            origin += 1
            own.append(DraftParagraph(str(place), (Unit("", 0, tuple(sentences)),), origin))
        made.append(DraftThesis(str(number), f"These {number}", "", "", tuple(own), number))
    return DraftDeclaration("T", tuple(made), "headings")


texts = st.builds(to_text, st.lists(st.lists(paragraphs, min_size=1, max_size=4), min_size=1, max_size=3))


def _all(text: DraftDeclaration) -> list[tuple[int, int]]:
    return [(t, p) for t, thesis in enumerate(text.theses) for p in range(len(thesis.paragraphs))]


def _put(text: DraftDeclaration, t: int, own: tuple[DraftParagraph, ...]) -> DraftDeclaration:
    theses = list(text.theses)
    theses[t] = replace(theses[t], paragraphs=own)
    return replace(text, theses=tuple(theses))


def _reword(where: int, sentences: list[str]) -> Change:
    def change(text: DraftDeclaration) -> DraftDeclaration:
        places = _all(text)
        if not places:
            return text
        t, p = places[where % len(places)]
        own = list(text.theses[t].paragraphs)
        own[p] = replace(own[p], units=(Unit("", 0, tuple(sentences)),))
        return _put(text, t, tuple(own))

    return change


def _insert(where: int, sentences: list[str]) -> Change:
    def change(text: DraftDeclaration) -> DraftDeclaration:
        t = where % len(text.theses)
        own = text.theses[t].paragraphs
        at = where % (len(own) + 1)
        return _put(text, t, (*own[:at], DraftParagraph("", (Unit("", 0, tuple(sentences)),)), *own[at:]))

    return change


def _remove(where: int, _sentences: list[str]) -> Change:
    def change(text: DraftDeclaration) -> DraftDeclaration:
        places = _all(text)
        if len(places) < 2:
            return text
        t, p = places[where % len(places)]
        own = text.theses[t].paragraphs
        return _put(text, t, (*own[:p], *own[p + 1 :]))

    return change


def _move(where: int, sentences: list[str]) -> Change:
    def change(text: DraftDeclaration) -> DraftDeclaration:
        places = _all(text)
        if not places:
            return text
        t, p = places[where % len(places)]
        own = text.theses[t].paragraphs
        moved = own[p]
        text = _put(text, t, (*own[:p], *own[p + 1 :]))
        goal = (where + len(sentences)) % len(text.theses)
        there = text.theses[goal].paragraphs
        at = where % (len(there) + 1)
        return _put(text, goal, (*there[:at], moved, *there[at:]))

    return change


def _merge(where: int, _sentences: list[str]) -> Change:
    def change(text: DraftDeclaration) -> DraftDeclaration:
        places = [(t, p) for t, p in _all(text) if p]
        if not places:
            return text
        t, p = places[where % len(places)]
        own = text.theses[t].paragraphs
        joined = replace(own[p - 1], units=(Unit("", 0, own[p - 1].sentences + own[p].sentences),))
        return _put(text, t, (*own[: p - 1], joined, *own[p + 1 :]))

    return change


def _split(where: int, _sentences: list[str]) -> Change:
    def change(text: DraftDeclaration) -> DraftDeclaration:
        places = [(t, p) for t, p in _all(text) if len(text.theses[t].paragraphs[p].sentences) > 1]
        if not places:
            return text
        t, p = places[where % len(places)]
        own = text.theses[t].paragraphs
        sentences = own[p].sentences
        at = 1 + where % (len(sentences) - 1)
        halves = (
            replace(own[p], units=(Unit("", 0, sentences[:at]),)),
            DraftParagraph("", (Unit("", 0, sentences[at:]),)),
        )
        return _put(text, t, (*own[:p], *halves, *own[p + 1 :]))

    return change


def _turn_theses(_where: int, _sentences: list[str]) -> Change:
    return lambda text: replace(text, theses=(*text.theses[1:], text.theses[0]))


def _make(kind: Callable[[int, list[str]], Change], where: int, sentences: list[str]) -> Change:
    return kind(where, sentences)


changes = st.builds(
    _make,
    st.sampled_from([_reword, _insert, _remove, _move, _merge, _split, _turn_theses]),
    st.integers(0, 50),
    paragraphs,
)
some_changes = st.lists(changes, min_size=1, max_size=6)
