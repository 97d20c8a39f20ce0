"""Which annotations the report names, and which it does not: by thesis, by kind, objections first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from deliberation.annotations.models import Annotation, Kind
from deliberation.annotations.ordering import wilson
from deliberation.annotations.threads import may_be_passed_on
from deliberation.database import count_rows, db
from deliberation.declarations.models import Declaration
from deliberation.results.items import Item

ORDER = (Kind.OBJECTION, Kind.PRACTICE, Kind.PROPOSAL, Kind.QUESTION, Kind.AGREEMENT, Kind.REFERENCE)
"""In which order what is missing is shown: what contradicts comes first."""


@dataclass(frozen=True)
class Count:
    """Of `total` annotations so many are named, by their own number or by that of what they are bundled with."""

    cited: int = 0
    total: int = 0

    @property
    def missing(self) -> int:
        return self.total - self.cited

    @property
    def percent(self) -> int:
        """Whole; all of nothing is 100."""
        return round(100 * self.cited / self.total) if self.total else 100


@dataclass(frozen=True)
class Coverage:
    """Annotations that everybody may read, replies aside. `by_thesis` by printed number, without those that have none."""

    all: Count
    by_thesis: Mapping[str, Count]
    by_kind: Mapping[Kind, Count]
    missing: tuple[Item, ...]

    def missing_in(self, thesis: str) -> list[Item]:
        return [item for item in self.missing if item.thesis == thesis]

    def of(self, thesis: str) -> Count:
        return self.by_thesis.get(thesis, Count())


def load_bundled(declaration: Declaration) -> Mapping[int, int]:
    """What is bundled, with the number that it is bundled with. One query."""
    query = select(Annotation.number, Annotation.bundled_with).where(
        Annotation.declaration_id == declaration.id, Annotation.bundled_with.is_not(None)
    )
    return {number: lead for number, lead in db.session.execute(query) if lead is not None}


def to_coverage(items: Iterable[Item], named: Collection[int], bundled: Mapping[int, int]) -> Coverage:
    """`named` are the numbers that carry a sentence. Pure."""
    roots = [item for item in items if item.is_visible and not item.is_reply]
    cited = {item.number for item in roots if item.number in named or bundled.get(item.number) in named}
    missing = sorted((item for item in roots if item.number not in cited), key=_urgency)
    theses = dict.fromkeys(item.thesis for item in roots)
    return Coverage(
        all=_count(roots, cited),
        by_thesis={thesis: _count([one for one in roots if one.thesis == thesis], cited) for thesis in theses},
        by_kind={kind: _count([one for one in roots if one.kind is kind], cited) for kind in ORDER},
        missing=tuple(missing),
    )


def count_coverage(declaration: Declaration, named: Collection[int]) -> Count:
    """The one figure of all, for whoever reads the report. Two queries."""
    roots = Annotation.declaration_id == declaration.id, Annotation.parent_id.is_(None), may_be_passed_on(declaration)
    cited = or_(Annotation.number.in_(named), Annotation.bundled_with.in_(named))
    return Count(count_rows(Annotation.number, *roots, cited), count_rows(Annotation.number, *roots))


def _count(items: Sequence[Item], cited: Collection[int]) -> Count:
    return Count(sum(item.number in cited for item in items), len(items))


def _urgency(item: Item) -> tuple[int, float, int]:
    place = ORDER.index(item.kind) if item.kind in ORDER else len(ORDER)
    return place, -wilson(item.votes), item.number
