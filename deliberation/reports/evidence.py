"""What carries a sentence: annotations named by their numbers, looked at as everybody may see them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from sqlalchemy import select

from deliberation.annotations.models import NUMBER_MAX, Annotation, Kind, Status
from deliberation.annotations.threads import may_be_passed_on
from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.reports.models import EVIDENCE_MAX

_MARK = re.compile(r"(?i)\ba\s*[-–‐‑]?\s*(?=\d)")
AT_ONCE = 500


class EvidenceInvalid(Exception):
    """What was typed as evidence cannot be that. `problem` is unreadable, unknown, hidden, unseen or many; `what` names
    the word or the annotation it is about."""

    def __init__(self, problem: str, what: str = "") -> None:
        super().__init__(f"{problem} {what}")
        self.problem = problem
        self.what = what


@dataclass(frozen=True)
class Cited:
    """An annotation as evidence. `is_public`: everybody may read it, in files too; only then there are words and a kind."""

    number: int
    is_public: bool
    is_unseen: bool = False
    is_quotable: bool = False
    kind: Kind | None = None
    body: str = ""
    wording: str = ""

    @property
    def label(self) -> str:
        return f"A-{self.number}"

    @property
    def words(self) -> str:
        return f"{self.body}\n{self.wording}".strip()

    @property
    def digest(self) -> str:
        """What its present words are known by."""
        return blake2b(self.words.encode(), digest_size=6).hexdigest()


def read_numbers(typed: str) -> list[int]:
    """The numbers in "A-204, A-98", each once, in their order. Raises EvidenceInvalid."""
    found: list[int] = []
    for word in re.split(r"[\s,;]+", _MARK.sub("", typed).strip()):
        if not word:
            continue
        if not re.fullmatch(r"[0-9]{1,10}", word) or not 0 < int(word) <= NUMBER_MAX:
            raise EvidenceInvalid("unreadable", word[:40])
        if int(word) not in found:
            found.append(int(word))
    if len(found) > EVIDENCE_MAX:
        raise EvidenceInvalid("many", str(EVIDENCE_MAX))
    return found


def load_cited(declaration: Declaration, numbers: Iterable[int]) -> Mapping[int, Cited]:
    """The annotations of the declaration with these numbers; those of another one are not there. One query for each 500."""
    wanted, found = sorted(set(numbers)), {}
    public = may_be_passed_on(declaration)
    for start in range(0, len(wanted), AT_ONCE):
        query = select(
            Annotation.number, Annotation.status, Annotation.kind, Annotation.body, Annotation.proposed_wording,
            Annotation.is_quotable, public,
        ).where(Annotation.declaration_id == declaration.id, Annotation.number.in_(wanted[start : start + AT_ONCE]))  # fmt: skip
        for number, status, kind, body, wording, is_quotable, is_public in db.session.execute(query):
            found[number] = (
                Cited(number, True, False, is_quotable, kind, body, wording)
                if is_public
                else Cited(number, False, is_unseen=status is Status.VISIBLE)
            )
    return found


def require_public(declaration: Declaration, numbers: Sequence[int]) -> Mapping[int, Cited]:
    """What these numbers name, if all of it may be read by everybody. Raises EvidenceInvalid about the first that may not."""
    cited = load_cited(declaration, numbers)
    for number in numbers:
        one = cited.get(number)
        if one is None:
            raise EvidenceInvalid("unknown", f"A-{number}")
        if not one.is_public:
            raise EvidenceInvalid("unseen" if one.is_unseen else "hidden", one.label)
    return cited
