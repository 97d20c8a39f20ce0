"""What somebody wants to have in a file: read from an address or a command line, checked once for both."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum

from deliberation.annotations.models import Kind
from deliberation.declarations.editions import load_editions
from deliberation.declarations.models import Declaration, find_thesis

FIELDS = ("thesis", "edition", "since", "kind", "names", "purpose", "annex")


class Names(StrEnum):
    """How authors appear in tables: under their pseudonym, as fresh random numbers, or not at all."""

    PSEUDONYMS = "pseudonyms"
    NUMBERS = "numbers"
    NONE = "none"


class Purpose(StrEnum):
    """What a readable document is for: that decides what it contains and how long it may be."""

    CONFERENCE = "conference"
    COUNCIL = "council"
    COMMITTEE = "committee"
    PRESS = "press"
    DATA = "data"


class Annex(StrEnum):
    """Whether all annotations stand at the end of a readable document."""

    WITH = "with"
    WITHOUT = "without"


CHOICES: dict[str, type[Enum]] = {"kind": Kind, "names": Names, "purpose": Purpose, "annex": Annex}
"""Fields that take one of a few words."""
OLD_PURPOSES = {"report": Purpose.CONFERENCE}
"""Before there were several, this was the one; it stands in bookmarks."""


@dataclass(frozen=True)
class Filters:
    """Conditions that every annotation in the summary meets. None leaves a condition out.

    `thesis` is a printed number, `since` the first day in Berlin. `kind` leaves replies out, they have none. `names` is
    about tables and data; `purpose` and `annex` are about readable documents, None is what is usual there.
    """

    thesis: str | None = None
    edition: int | None = None
    since: date | None = None
    kind: Kind | None = None
    names: Names | str = Names.PSEUDONYMS
    purpose: Purpose | None = None
    annex: Annex | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out."""
        return any(value is not None for value in (self.thesis, self.edition, self.since, self.kind))


class FiltersInvalid(Exception):
    """Some values cannot be right; `fields` names them."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


def read_filters(declaration: Declaration, values: Mapping[str, str | None]) -> Filters:
    """Filters from words; an empty one is as good as none. Raises FiltersInvalid with every wrong field."""
    wrong: list[str] = []
    found: dict[str, object] = {}
    for field in FIELDS:
        value = (values.get(field) or "").strip()
        if not value:
            continue
        try:
            found[field] = _read(declaration, field, value)
        except ValueError:
            wrong.append(field)
    if wrong:
        raise FiltersInvalid(tuple(wrong))
    return Filters(**found)  # type: ignore[arg-type]


def read_page_filters(declaration: Declaration, values: Mapping[str, str | None]) -> Filters:
    """The filters of the results page. There `edition` is the one whose stances are shown; that to which annotations were
    written is called `written`. Raises FiltersInvalid."""
    chosen = {name: values.get(name) for name in ("thesis", "kind", "since")}
    return read_filters(declaration, {**chosen, "edition": values.get("written")})


def read_edition(value: str, editions: Collection[int]) -> int:
    """The number of one of these editions. Raises ValueError for everything else."""
    found = next((number for number in editions if str(number) == value), None)
    if found is None:
        raise ValueError(value)
    return found


def _read(declaration: Declaration, field: str, value: str) -> object:
    match field:
        case "thesis":
            if find_thesis(declaration, value) is None:
                raise ValueError(value)
            return value
        case "edition":
            return read_edition(value, {one.number for one in load_editions(declaration)})
        case "since":
            return date.fromisoformat(value)
        case "kind":
            return Kind(value)
        case "purpose":
            return OLD_PURPOSES.get(value) or Purpose(value)
        case "annex":
            return Annex(value)
        case _:
            return Names(value)
