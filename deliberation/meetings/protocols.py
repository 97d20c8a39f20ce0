"""Table protocols: entering what a group said, taking it back on the same day, and adding up hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update

from deliberation.annotations.actions import Contribution, TextInvalid, post_for_group
from deliberation.annotations.models import BODY_MAX, Annotation, Kind, Status
from deliberation.clock import now, today
from deliberation.database import db, once
from deliberation.declarations.models import (
    Act,
    Declaration,
    Origin,
    Paragraph,
    Thesis,
    find_paragraph,
    hold_text,
)
from deliberation.declarations.record import record
from deliberation.meetings.groups import group_called
from deliberation.meetings.models import HANDS, PRESENT_MAX, SENTENCES, TableProtocol
from deliberation.permissions import Facilitator, Outdated, Permission, Person, require
from deliberation.text import has_words, normalised


class ProtocolInvalid(Exception):
    """`reason` is place, present, hands, empty, kind or long."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Said:
    """One of the sentences that a table wrote down."""

    kind: Kind
    body: str


@dataclass(frozen=True)
class Protocol:
    """What is entered about one paragraph. `hands` are carry, change, against, unclear."""

    present: int
    hands: tuple[int, int, int, int]
    said: Sequence[Said] = ()
    # Of the wording that was read aloud.
    wording_id: int = 0


def name_of_group(table: str, present: int) -> str:
    """What stands where a pseudonym stands otherwise."""
    people = "1 Person" if present == 1 else f"{present} Personen"
    return f"Tischgruppe, {people} ({table})"


def enter(facilitator: Facilitator, paragraph: Paragraph, protocol: Protocol, form_key: str) -> TableProtocol:
    """Keep hands and sentences of the table. The same form key sent again, after a bad connection, is the same protocol.

    Raises ProtocolInvalid, and Outdated if the paragraph reads otherwise now than it was read aloud."""
    declaration, table = paragraph.declaration, facilitator.table
    hold_text(declaration, shared=True)
    require(facilitator, Permission.ENTER_AT_TABLE, declaration)
    declaration.met_on = declaration.met_on or today()
    sent = select(TableProtocol).where(TableProtocol.declaration_id == declaration.id, TableProtocol.form_key == form_key)
    found = db.session.scalars(sent).one_or_none()
    if found is not None:
        return found
    check(protocol)
    if paragraph.is_removed:
        raise ProtocolInvalid("place")
    if protocol.wording_id and protocol.wording_id != paragraph.wording_id:
        raise Outdated(paragraph)
    group = group_called(declaration, Origin.TABLE, name_of_group(table.name, protocol.present))
    return once(
        sent,
        lambda: TableProtocol(
            declaration=declaration, paragraph=paragraph, wording_id=paragraph.wording_id, group=group, table=table.name,
            day=today(), form_key=form_key, present=protocol.present, **dict(zip(HANDS, protocol.hands, strict=True)),
        ),
        lambda made: _keep_words(made, protocol.said),
    )  # fmt: skip


def check(protocol: Protocol) -> None:
    """Raises ProtocolInvalid for hands that cannot be, or sentences without words."""
    if not 1 <= protocol.present <= PRESENT_MAX:
        raise ProtocolInvalid("present")
    if any(count < 0 for count in protocol.hands) or sum(protocol.hands) > protocol.present:
        raise ProtocolInvalid("hands")
    if not sum(protocol.hands) and not protocol.said:
        raise ProtocolInvalid("empty")
    if len(protocol.said) > SENTENCES or any(len(normalised(one.body)) > BODY_MAX for one in protocol.said):
        raise ProtocolInvalid("long")
    if any(not has_words(one.body) or one.kind is Kind.PROPOSAL for one in protocol.said):
        raise ProtocolInvalid("kind")


def _keep_words(made: TableProtocol, said: Sequence[Said]) -> None:
    thesis = made.paragraph.thesis
    for place, one in enumerate(said):
        try:
            words = Contribution(one.body, one.kind, is_quotable=True, form_key=_key(made, place))
            post_for_group(made.group, thesis, made.paragraph, words)
        except TextInvalid:
            raise ProtocolInvalid("long") from None
    record(None, made.declaration, Act.TABLE, after="protocol")


def _key(made: TableProtocol, place: int) -> str:
    return f"protocol-{made.id}-{place}"


def words_of(protocol: TableProtocol) -> Sequence[Annotation]:
    """What the table wrote down with these hands."""
    keys = [_key(protocol, place) for place in range(SENTENCES)]
    query = select(Annotation).where(Annotation.author_id == protocol.group_id, Annotation.form_key.in_(keys))
    return db.session.scalars(query.order_by(Annotation.number)).all()


def take_back(facilitator: Facilitator, protocol: TableProtocol) -> bool:
    """Let it count for nothing, and its sentences be withdrawn; whether it counted. On its day, by its table."""
    require(facilitator, Permission.ENTER_AT_TABLE, protocol.declaration)
    db.session.refresh(protocol, ["taken_back_at"], with_for_update={"of": TableProtocol})
    if protocol.is_taken_back:
        return False
    protocol.taken_back_at = now()
    numbers = [one.number for one in words_of(protocol)]
    if numbers:
        withdrawn = update(Annotation).where(Annotation.number.in_(numbers))
        db.session.execute(
            withdrawn.values(status=Status.WITHDRAWN, version=Annotation.version + 1),
            execution_options={"synchronize_session": "fetch"},
        )
    record(None, protocol.declaration, Act.TABLE, before="protocol", after="taken back")
    db.session.flush()
    return True


def load_own(facilitator: Facilitator) -> Sequence[TableProtocol]:
    """What this table entered today, the newest first."""
    table = facilitator.table
    query = select(TableProtocol).where(
        TableProtocol.declaration_id == table.declaration_id, TableProtocol.table == table.name, TableProtocol.day == today()
    )
    return db.session.scalars(query.order_by(TableProtocol.id.desc())).all()


def find_own(facilitator: Facilitator, number: int) -> TableProtocol | None:
    return next((one for one in load_own(facilitator) if one.id == number), None)


def find_place(declaration: Declaration, given: str) -> Paragraph | None:
    """A paragraph by what the picker says: "3-2"."""
    number, _dash, own = given.partition("-")
    thesis = next((one for one in declaration.theses if one.number == number), None)
    found = find_paragraph(thesis, own) if thesis is not None else None
    return found if found is not None and not found.is_removed else None


COUNTED = ("tables", "present", *HANDS)


@dataclass(frozen=True)
class Hands:
    """Hands of all tables about one paragraph."""

    thesis: Thesis
    paragraph: Paragraph
    tables: int
    present: int
    carry: int
    change: int
    against: int
    unclear: int

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        return tuple((name, getattr(self, name)) for name in ("carry", "change", "unclear", "against"))

    @property
    def raised(self) -> int:
        return sum(count for _name, count in self.counts)


def load_hands(
    reader: Person, declaration: Declaration, paragraph: Paragraph | None = None, days: tuple[date, date] | None = None
) -> list[Hands]:
    """Sums by paragraph, in the order of the text; what was taken back counts for nothing. A table that raised hands about the
    same paragraph twice is counted each time: it said so twice. What an archive brought comes on top, but where only the `days`
    from the first to the last are asked for. At most two queries."""
    require(reader, Permission.READ, declaration)
    query = select(TableProtocol).where(TableProtocol.declaration_id == declaration.id, TableProtocol.taken_back_at.is_(None))
    if paragraph is not None:
        query = query.where(TableProtocol.paragraph_id == paragraph.id)
    if days is not None:
        query = query.where(TableProtocol.day.between(*days))
    found: dict[int, list[Hands]] = {}
    for row in db.session.scalars(query):
        one = Hands(row.paragraph.thesis, row.paragraph, 1, row.present, **row.hands)
        found.setdefault(row.paragraph_id, []).append(one)
    for one in _brought(declaration) if days is None else ():
        if paragraph is None or one.paragraph.id == paragraph.id:
            found.setdefault(one.paragraph.id, []).append(one)
    sums = [_sum(some) for some in found.values()]
    return sorted(sums, key=lambda one: (one.thesis.position, one.paragraph.position))


def _brought(declaration: Declaration) -> list[Hands]:
    """What tables had said before the declaration came here out of an archive: sums, by the ids of paragraphs."""
    given = {one["paragraph"]: one for one in (declaration.imported or {}).get("hands", ())}
    found = db.session.scalars(select(Paragraph).where(Paragraph.id.in_(given))) if given else ()
    return [Hands(one.thesis, one, **{name: given[one.id][name] for name in COUNTED}) for one in found]


def _sum(some: Sequence[Hands]) -> Hands:
    return Hands(some[0].thesis, some[0].paragraph, **{name: sum(getattr(one, name) for one in some) for name in COUNTED})
