"""What tests of the report begin with: three annotations that can be told apart, and short ways to the verbs."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from deliberation.accounts.models import User
from deliberation.annotations.models import Annotation, Kind
from deliberation.database import db
from deliberation.declarations.models import Declaration, find_thesis
from deliberation.permissions import Operator
from deliberation.reports.actions import Words, add_sentence
from deliberation.reports.models import ReportIssue, ReportSentence, find_report
from deliberation.reports.publishing import Wish, publish
from deliberation.reports.showing import ReportView, load_report
from tests import builders

FREE = "Wir haben abends niemanden mehr, der ans Telefon geht."
KEPT = "Ohne eine Vertretung geht jede freie Stunde zu Lasten der Familien im Bezirk."
SHORT = "Das kostet uns nur Zeit."

_keys = count(1)


@dataclass
class Scene:
    """`free` may be quoted, `kept` may not, `short` is short and may not either."""

    cast: builders.Cast
    free: Annotation
    kept: Annotation
    short: Annotation

    @property
    def declaration(self) -> Declaration:
        return self.cast.declaration

    @property
    def otto(self) -> User:
        return self.cast.otto

    def write(self, text: str, evidence: str = "", thesis: str = "", **more: Any) -> ReportSentence:
        """A sentence by the organiser, committed."""
        place = find_thesis(self.declaration, thesis) if thesis else None
        made = add_sentence(self.otto, self.declaration, place, Words(text, evidence, **more), f"key-{next(_keys)}")
        db.session.commit()
        return made

    def publish(self, note: str = "", tells: bool = False) -> ReportIssue:
        """By the operator, who did not write; committed."""
        report = find_report(self.declaration)
        made = publish(Operator(), self.declaration, Wish(note, tells), report.version if report else 0)
        db.session.commit()
        return made

    def read(self, number: int | None = None) -> ReportView:
        found = load_report(self.declaration, number)
        assert found is not None
        return found

    def texts(self, number: int | None = None) -> list[str]:
        return [line.text for section in self.read(number).sections for line in section.lines]


def build(cast: builders.Cast) -> Scene:
    free = builders.annotate(cast.ada, cast.declaration, "3.1", FREE)
    free.is_quotable = True
    kept = builders.annotate(cast.ben, cast.declaration, "1.1", KEPT, kind=Kind.OBJECTION)
    short = builders.annotate(cast.ben, cast.declaration, "3.1", SHORT)
    db.session.commit()
    return Scene(cast, free, kept, short)
