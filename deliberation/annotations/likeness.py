"""Which annotations say nearly the same: found by their words alone, on this machine. It suggests, people decide."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from sqlalchemy import select

from deliberation.annotations.models import Annotation, Kind, Status, load_annotations
from deliberation.annotations.wordlists import words
from deliberation.database import db

COMPARED_MAX = 2000
"""The newest annotations of a thesis that are compared; more would make people wait."""
ALIKE_FROM = 60
WORDS_MIN = 3
_COMMON = words(
    """
    aber alle allen alles als also am an auch auf aus bei beim bin bis da dadurch daher damit dann das dass dazu dem den
    denn der des dies diese diesem diesen dieser dieses die doch dort durch ein eine einem einen einer eines er es etwas
    für gegen gibt habe haben hat hier ich ihr ihre im immer in ist ja kann kein keine können man mehr mein meine mich
    mir mit muss müssen nach nicht noch nun nur ob oder ohne schon sehr sein seine sich sie sind so soll sollen sollte
    über um und uns unser unsere unter vom von vor war was weil wenn wer werden wie wir wird wo wurde zu zum zur
    """
)


@dataclass(frozen=True)
class Alike:
    """An annotation and how much its words are like those it was compared with, in percent."""

    annotation: Annotation
    percent: int


def find_alike(thesis_id: int, source: str, limit: int = 8, skip: Sequence[int] = ()) -> list[Alike]:
    """Annotations of a thesis that are shown and say something alike, the most alike first; never proposals, whose
    point is their wording. Nothing for a text of fewer than three words that say something. At most two queries."""
    wanted = _content(source)
    if wanted.count(" ") + 1 < WORDS_MIN:
        return []
    query = (
        select(Annotation.number, Annotation.body)
        .where(Annotation.thesis_id == thesis_id, Annotation.status == Status.VISIBLE, Annotation.parent_id.is_(None))
        .where(Annotation.kind != Kind.PROPOSAL, Annotation.number.not_in(list(skip)))
        .order_by(Annotation.number.desc())
        .limit(COMPARED_MAX)
    )
    texts = {number: _content(body) for number, body in db.session.execute(query)}
    found = process.extract(wanted, texts, scorer=fuzz.token_set_ratio, limit=limit, score_cutoff=ALIKE_FROM)
    scores = {number: int(score) for _text, score, number in found}
    annotations = {one.number: one for one in load_annotations(list(scores))}
    return [Alike(annotations[number], percent) for number, percent in scores.items() if number in annotations]


def _content(source: str) -> str:
    """The words that say something, in small letters, in one line; a text of nothing but common words is empty."""
    found = re.findall(r"\w+", source.casefold())
    return " ".join(word for word in found if len(word) > 1 and word not in _COMMON)
