"""Whether a sentence of the report repeats what somebody wrote, word by word.

Many words in a row are nobody's coincidence. What stands in the declaration itself may be repeated by everybody.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from deliberation.annotations.models import Annotation
from deliberation.annotations.threads import may_be_passed_on
from deliberation.database import db
from deliberation.declarations.models import Declaration, Edition, Thesis, Wording
from deliberation.reports.evidence import Cited

IN_A_ROW = 7
"""So many words in the same order are a quote. Shorter runs are shared by many ("in der Praxis ist es so, dass")."""
WHOLE_FROM = 5
"""A whole annotation of so many words is a quote, however short it is."""
MARKED_FROM = 3
"""Between quotation marks so many words of a cited annotation are enough: there they claim to be a quote."""

_WORD = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r"[„“”»«\"]([^„“”»«\"]+)[„“”»«\"]")


@dataclass(frozen=True)
class Echo:
    """An annotation of which stretches (`runs`) stand in the sentence; `words` are all of its words."""

    number: int
    is_public: bool
    is_quotable: bool
    runs: frozenset[str]
    words: str

    @property
    def is_free(self) -> bool:
        """Whether everybody may read it and it may be quoted."""
        return self.is_public and self.is_quotable


def to_words(text: str) -> list[str]:
    """In small letters, without marks and stops."""
    return _WORD.findall(text.lower())


def _joined(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "


def stretches(sentence: str, source: str, marked: bool = False) -> list[str]:
    """Runs of words of the sentence that stand in the source too. `marked`: shorter ones between quotation marks count."""
    said, written = to_words(sentence), to_words(source)
    place = _joined(written)
    runs = [_joined(said[start : start + IN_A_ROW]) for start in range(len(said) - IN_A_ROW + 1)]
    if WHOLE_FROM <= len(written) < IN_A_ROW:
        runs += [_joined(written)] if place in _joined(said) else []
    if marked:
        quoted = [to_words(found) for found in _QUOTED.findall(sentence)]
        runs += [_joined(words) for words in quoted if len(words) >= MARKED_FROM]
    return [run for run in runs if run in place]


def count_quoted(sentence: str, cited: Cited) -> int:
    """How many runs of words of the sentence stand in the annotation as it is now: fewer than once, and some were taken
    out of it."""
    return len(_runs(sentence, cited.body, cited.wording, True))


def find_echoes(declaration: Declaration, sentence: str, cited: Mapping[int, Cited]) -> list[Echo]:
    """The annotations of the declaration, whatever their state, of which a stretch stands in the sentence that does not
    stand in the declaration. One query, and two more if there are any."""
    rows = _candidates(declaration, sentence)
    found = [(row, _runs(sentence, row.body, row.wording, row.number in cited)) for row in rows]
    texts = [_joined(to_words(text)) for text in _texts(declaration)] if any(runs for _row, runs in found) else []
    return [
        Echo(
            row.number, bool(row.is_public), bool(row.is_quotable), own, _joined(to_words(f"{row.body} {row.wording}"))
        )
        for row, runs in found
        if (own := frozenset(run for run in runs if not any(run in text for text in texts)))
    ]


def not_free(echoes: Sequence[Echo]) -> list[Echo]:
    """Those of which something stands in the sentence that nobody gave free."""
    free = [echo.words for echo in echoes if echo.is_free]
    return [
        echo
        for echo in echoes
        if not echo.is_free and any(not any(run in words for words in free) for run in echo.runs)
    ]


def _runs(sentence: str, body: str, wording: str, marked: bool) -> set[str]:
    return {*stretches(sentence, body, marked), *stretches(sentence, wording, marked)}


def _candidates(declaration: Declaration, sentence: str) -> Sequence[Any]:
    signs = _signs(sentence)
    if not signs:
        return []
    texts = (Annotation.body, Annotation.proposed_wording)
    query = select(
        Annotation.number, Annotation.body, Annotation.proposed_wording.label("wording"), Annotation.is_quotable,
        may_be_passed_on(declaration).label("is_public"),
    ).where(
        Annotation.declaration_id == declaration.id,
        or_(*(text.icontains(sign, autoescape=True) for text in texts for sign in signs)),
    ).order_by(Annotation.number)  # fmt: skip
    return db.session.execute(query).all()


def _signs(sentence: str) -> list[str]:
    """Of every stretch the longest run of plain letters: what holds it must hold that, whatever the database thinks of
    capital letters outside ASCII. Of short sentences each word is one."""
    words = to_words(sentence)
    plain = [max(re.findall(r"[a-z0-9]+", word), key=len, default="") for word in words]
    width = min(MARKED_FROM if _QUOTED.search(sentence) else WHOLE_FROM, len(plain))
    rows = [plain[start : start + width] for start in range(len(plain) - width + 1)]
    return sorted({max(row, key=len) for row in rows if row} - {""})


def _texts(declaration: Declaration) -> list[str]:
    query = (
        select(Wording).join(Edition, Edition.id == Wording.edition_id).where(Edition.declaration_id == declaration.id)
    )
    headings = select(Thesis.heading).where(Thesis.declaration_id == declaration.id)
    return [wording.text for wording in db.session.scalars(query)] + list(db.session.scalars(headings))
