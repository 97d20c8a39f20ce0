"""Words that a team of moderators uses again: reasons, public answers, good questions. The standard ones are offered
until somebody changes one; from then on all of them belong to the declaration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Act, Declaration, hold_text
from deliberation.declarations.record import record
from deliberation.moderation.models import BLOCK_MAX, BLOCK_TITLE_MAX, BlockPurpose, Rule, TextBlock
from deliberation.moderation.words.standard_blocks import STANDARD
from deliberation.permissions import Outdated, Permission, Person, require
from deliberation.text import has_words, normalised

BLOCKS_MAX = 100
STANDARD_KEY = "s"
"""Standard blocks are called s0, s1 …, those of a declaration by their id."""
_RULES = {rule: place for place, rule in enumerate(Rule)}
_PURPOSES = {purpose: place for place, purpose in enumerate(BlockPurpose)}


@dataclass(frozen=True)
class Block:
    """One text block as a page shows it. `seen` tells one state of it from another."""

    key: str
    purpose: BlockPurpose
    rule: Rule | None
    title: str
    body: str
    seen: str = ""

    @property
    def group(self) -> tuple[BlockPurpose, Rule | None]:
        """Within it blocks have an order that the team can change."""
        return self.purpose, self.rule


@dataclass(frozen=True)
class Blocks:
    """All text blocks of a declaration: by purpose, reasons by rule, each group in the order of the team."""

    all: Sequence[Block]
    is_standard: bool

    def of(self, purpose: BlockPurpose) -> list[Block]:
        return [block for block in self.all if block.purpose is purpose]

    def reasons(self, rule: Rule | None) -> list[Block]:
        """Those for a rule, and those that fit any."""
        return [block for block in self.of(BlockPurpose.REASON) if block.rule in (rule, None)]

    def find(self, key: str) -> Block | None:
        return next((block for block in self.all if block.key == key), None)

    def can_go_up(self, block: Block) -> bool:
        group = self._group(block)
        return group[0] != block

    def can_go_down(self, block: Block) -> bool:
        group = self._group(block)
        return group[-1] != block

    def _group(self, block: Block) -> list[Block]:
        return [one for one in self.all if one.group == block.group]


@dataclass(frozen=True)
class BlockWords:
    """What a moderator writes into a block. Only reasons belong to a rule."""

    purpose: BlockPurpose
    title: str
    body: str
    rule: Rule | None = None


class BlockInvalid(Exception):
    """Title or words are missing or too long, or there are too many blocks: `field` is title, body or number."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def load_blocks(declaration: Declaration) -> Blocks:
    """One query."""
    own = _own_rows(declaration)
    if not own:
        return Blocks(_in_order(_standard()), is_standard=True)
    return Blocks(_in_order(_to_block(row) for row in own), is_standard=False)


def _own_rows(declaration: Declaration) -> list[TextBlock]:
    query = (
        select(TextBlock)
        .where(TextBlock.declaration_id == declaration.id)
        .order_by(TextBlock.position, TextBlock.id)
        # Somebody else may have changed them before it was our turn.
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def _standard() -> list[Block]:
    return [Block(f"{STANDARD_KEY}{place}", *found[:2], *found[2:]) for place, found in enumerate(STANDARD)]


def _to_block(row: TextBlock) -> Block:
    return Block(str(row.id), row.purpose, row.rule, row.title, row.body, row.changed_at.isoformat())


def _in_order(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """By purpose and rule; within them as the team put them."""
    return tuple(sorted(blocks, key=lambda one: (_PURPOSES[one.purpose], _RULES.get(one.rule, -1))))  # type: ignore[arg-type]


def add_block(moderator: Person, declaration: Declaration, words: BlockWords) -> TextBlock:
    """Offer new words, behind the others of their kind. The same words twice are one block. Raises BlockInvalid."""
    require(moderator, Permission.WRITE_BLOCKS, declaration)
    checked = _checked(words)
    rows = _make_own(declaration)
    if sent_before := _find_same(rows, checked):
        return sent_before
    if len(rows) >= BLOCKS_MAX:
        raise BlockInvalid("number")
    block = TextBlock(declaration_id=declaration.id, position=len(rows) and rows[-1].position + 1)
    _write(block, checked)
    db.session.add(block)
    db.session.flush()
    _log(moderator, declaration, after=_name(block))
    return block


def change_block(moderator: Person, declaration: Declaration, key: str, words: BlockWords, seen: str = "") -> TextBlock:
    """Change words. `seen` is the state that the moderator saw. Raises BlockInvalid, and Outdated if somebody else
    changed or removed the block meanwhile."""
    require(moderator, Permission.WRITE_BLOCKS, declaration)
    checked = _checked(words)
    rows = _make_own(declaration)
    is_first = key.startswith(STANDARD_KEY)
    block = (_find_same(rows, checked) if is_first else None) or _find_own(declaration, key, rows)
    if block is _find_same([block], checked):
        return block
    if not is_first and block.changed_at.isoformat() != seen:
        raise Outdated(declaration)
    before = _name(block)
    _write(block, checked)
    block.changed_at = now()
    _log(moderator, declaration, before=before, after=_name(block))
    return block


def remove_block(moderator: Person, declaration: Declaration, key: str) -> None:
    """Offer a block no more; without any of its own a declaration has the standard ones again. One that is gone
    already is gone."""
    require(moderator, Permission.WRITE_BLOCKS, declaration)
    rows = _make_own(declaration)
    try:
        block = _find_own(declaration, key, rows)
    except Outdated:
        return
    _log(moderator, declaration, before=_name(block))
    db.session.delete(block)
    db.session.flush()


def move_block(moderator: Person, declaration: Declaration, key: str, up: bool) -> None:
    """Put a block before or behind its neighbour of the same kind. Raises Outdated if it is gone."""
    require(moderator, Permission.WRITE_BLOCKS, declaration)
    rows = _make_own(declaration)
    block = _find_own(declaration, key, rows)
    group = [row for row in rows if (row.purpose, row.rule) == (block.purpose, block.rule)]
    place = group.index(block)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(group):
        return
    block.position, group[other].position = group[other].position, block.position
    _log(moderator, declaration, before=f"{_name(block)}:{place + 1}", after=f"{_name(block)}:{other + 1}")


def _make_own(declaration: Declaration) -> list[TextBlock]:
    """The declaration's own blocks with positions that differ; the first time, copies of the standard ones."""
    hold_text(declaration)
    rows = _own_rows(declaration)
    if not rows:
        rows = [
            TextBlock(declaration_id=declaration.id, purpose=purpose, rule=rule, title=title, body=body.strip())
            for purpose, rule, title, body in STANDARD
        ]
        db.session.add_all(rows)
    for position, row in enumerate(rows):
        row.position = position
    db.session.flush()
    return rows


def _find_own(declaration: Declaration, key: str, rows: Sequence[TextBlock]) -> TextBlock:
    """The block of a key; a standard one by the words that it still has."""
    if key.startswith(STANDARD_KEY):
        standard = next((one for one in _standard() if one.key == key), None)
        found = [one for one in rows if standard and (one.title, one.body) == (standard.title, standard.body.strip())]
    else:
        found = [one for one in rows if str(one.id) == key]
    if not found:
        raise Outdated(declaration)
    return found[0]


def _find_same(rows: Sequence[TextBlock], words: BlockWords) -> TextBlock | None:
    """The block that says just this: a form sent twice changes nothing the second time."""
    wanted = (words.purpose, words.rule, words.title, words.body)
    return next((row for row in rows if (row.purpose, row.rule, row.title, row.body) == wanted), None)


def _checked(words: BlockWords) -> BlockWords:
    title, body = " ".join(normalised(words.title).split()), normalised(words.body)
    if not has_words(title) or len(title) > BLOCK_TITLE_MAX:
        raise BlockInvalid("title")
    if not has_words(body) or len(body) > BLOCK_MAX:
        raise BlockInvalid("body")
    return BlockWords(words.purpose, title, body, words.rule if words.purpose is BlockPurpose.REASON else None)


def _write(block: TextBlock, words: BlockWords) -> None:
    block.purpose, block.rule, block.title, block.body = words.purpose, words.rule, words.title, words.body


def _name(block: TextBlock) -> str:
    return f"{block.purpose.value}:{block.id}"


def _log(moderator: Person, declaration: Declaration, before: str = "", after: str = "") -> None:
    record(moderator.membership_in(declaration.id), declaration, Act.BLOCKS, before=before, after=after)
