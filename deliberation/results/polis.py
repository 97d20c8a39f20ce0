"""Bringing a finished conversation over from Polis: statements become annotations, participants anonymous voters."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from deliberation.accounts import pseudonyms
from deliberation.annotations import tallies
from deliberation.annotations.models import Annotation, Kind, Status, Vote, VoteValue
from deliberation.annotations.positions import change_phase
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.actions import Particulars, create_declaration, is_pseudonym_free
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis, Unit
from deliberation.declarations.importing.refusals import N_
from deliberation.declarations.models import Declaration, Membership, Thesis, current_edition, find_thesis
from deliberation.moderation.models import Decision, DecisionKind, Rule
from deliberation.permissions import Permission, Person, Phase, require
from deliberation.results.polis_files import (
    REFUSALS,
    Conversation,
    PolisRefused,
    Statement,
    read_conversation,
    read_summary,
)
from deliberation.sentences import split_sentences
from deliberation.text import RENDER_VERSION, to_plain_text, to_safe_html

__all__ = ["DONE", "REFUSALS", "Counts", "PolisRefused", "create_for_polis", "import_polis"]

THESIS = "1"
KEY = "polis-{number}"
"""Form key of an imported statement: it carries the number that Polis gave."""
PARTICIPANT = "Teilnehmende {number}"
"""Pseudonym of an imported participant: it carries the public number, which a later Polis export gives back."""
MODERATOR = "Polis-Import"
REASON = "In Polis nicht zugelassen (moderated -1)."
CHUNK = 5000
VOTES = {1: VoteValue.AGREE, -1: VoteValue.DISAGREE, 0: VoteValue.PASS}
DONE = N_(
    "Eingelesen: %(statements)s Aussagen, davon %(hidden)s nicht gezeigt; %(votes)s Stimmen von %(people)s Personen."
)


@dataclass(frozen=True)
class Counts:
    """What an import brought; `people` are those who voted."""

    statements: int
    hidden: int
    people: int
    votes: int

    def __str__(self) -> str:
        return DONE % vars(self)


def create_for_polis(operator: Person, slug: str, folder: Path) -> Declaration:
    """A declaration for a conversation, in evaluation: its topic is the title, its description thesis 1.

    Raises SlugTaken, SlugInvalid, PolisRefused.
    """
    topic, description = read_summary(folder)
    title = topic or slug
    plain = [to_plain_text(part) for part in description.split("\n\n")]
    texts = [part for part in plain if part] or [title]
    paragraphs = tuple(
        DraftParagraph(str(place), (Unit("", 0, tuple(split_sentences(text))),))
        for place, text in enumerate(texts, start=1)
    )
    thesis = DraftThesis(number=THESIS, heading=title, group="", label="", paragraphs=paragraphs)
    draft = DraftDeclaration(title=title, theses=(thesis,), shape="headings")
    declaration = create_declaration(operator, draft, Particulars(slug=slug, title=title))
    change_phase(operator, declaration, Phase.EVALUATING)
    db.session.flush()
    return declaration


def import_polis(
    operator: Person, declaration: Declaration, folder: Path, report: Callable[[int, int], None] | None = None
) -> Counts:
    """Statements become annotations on thesis 1, votes become votes of people without account.

    What Polis did not admit comes in hidden, with a decision. Statements may be quoted: nobody can be asked any
    more, and Polis published them without names. Authors keep the vote on their own statement that Polis casts for
    them. The votes are published at once and exactly. All or nothing, and once per declaration: raises PolisRefused.
    `report` is told how many of how many votes are stored.
    """
    require(operator, Permission.CHANGE_SETTINGS, declaration)
    thesis = find_thesis(declaration, THESIS)
    if thesis is None:
        raise PolisRefused("no_thesis")
    if _was_imported(declaration):
        raise PolisRefused("imported")
    conversation = read_conversation(folder)
    people = _add_people(declaration, conversation)
    annotations = _add_statements(thesis, conversation.statements, people)
    _hide(declaration, conversation.statements, annotations)
    votes = _add_votes(conversation, current_edition(declaration).id, people, annotations, report)
    tallies.publish_exact(annotations.values())
    return Counts(
        statements=len(annotations),
        hidden=sum(statement.is_rejected for statement in conversation.statements),
        people=sum(bool(ballot.votes) for ballot in conversation.ballots),
        votes=votes,
    )


def _was_imported(declaration: Declaration) -> bool:
    query = (
        select(Annotation.number)
        .join(Membership, Membership.id == Annotation.author_id)
        .where(
            Annotation.declaration_id == declaration.id,
            Annotation.form_key.startswith(KEY.format(number="")),
            Membership.user_id.is_(None),
        )
        .limit(1)
    )
    return db.session.scalar(query) is not None


def _add_people(declaration: Declaration, conversation: Conversation) -> dict[int, int]:
    """Membership ids by the number of the participant, authors who never voted included."""
    authors = {statement.author for statement in conversation.statements}
    numbers = sorted(authors | {ballot.participant for ballot in conversation.ballots})
    taken = set(db.session.scalars(select(Membership.pseudonym_key).where(Membership.declaration_id == declaration.id)))

    def row(number: int) -> dict[str, Any]:
        name = PARTICIPANT.format(number=number)
        if pseudonyms.to_key(name) in taken:
            name = f"{name} (Polis)"
        return _membership(declaration, name)

    ids = _insert(Membership, Membership.id, [row(number) for number in numbers])
    return dict(zip(numbers, ids, strict=True))


def _membership(declaration: Declaration, name: str, signing_name: str = "") -> dict[str, Any]:
    return {
        "declaration_id": declaration.id,
        "pseudonym": name,
        "pseudonym_key": pseudonyms.to_key(name),
        "signing_name": signing_name,
    }


def _add_statements(thesis: Thesis, statements: Sequence[Statement], people: dict[int, int]) -> dict[int, int]:
    """Annotation numbers by the number of the statement."""
    edition = current_edition(thesis.declaration)
    moment = now()
    rows = [
        {
            "declaration_id": thesis.declaration_id,
            "thesis_id": thesis.id,
            "edition_id": edition.id,
            "author_id": people[statement.author],
            "kind": Kind.REFERENCE,
            "body": statement.body,
            "body_html": to_safe_html(statement.body),
            "render_version": RENDER_VERSION,
            "is_quotable": True,
            "status": Status.HIDDEN if statement.is_rejected else Status.VISIBLE,
            "form_key": KEY.format(number=statement.number),
            "created_at": statement.written_at,
            # Somebody in Polis looked at them: they may be passed on.
            "reviewed_at": moment,
        }
        for statement in statements
    ]
    numbers = _insert(Annotation, Annotation.number, rows)
    return dict(zip((statement.number for statement in statements), numbers, strict=True))


def _hide(declaration: Declaration, statements: Iterable[Statement], annotations: dict[int, int]) -> None:
    rejected = [annotations[statement.number] for statement in statements if statement.is_rejected]
    if not rejected:
        return
    name = MODERATOR if is_pseudonym_free(declaration, MODERATOR) else f"{MODERATOR} {declaration.slug}"
    [moderator] = _insert(Membership, Membership.id, [_membership(declaration, name, signing_name=MODERATOR)])
    moment = now()
    rows = [
        {
            "annotation_id": number,
            "moderator_id": moderator,
            "kind": DecisionKind.HIDE,
            "old_status": Status.PENDING,
            "new_status": Status.HIDDEN,
            "rule": Rule.STAY,
            "reason": REASON,
            "decided_at": moment,
        }
        for number in rejected
    ]
    _insert(Decision, Decision.id, rows)


def _add_votes(
    conversation: Conversation,
    edition_id: int,
    people: dict[int, int],
    annotations: dict[int, int],
    report: Callable[[int, int], None] | None,
) -> int:
    moment = now()
    rows = [
        {
            "annotation_id": annotations[statement],
            "voter_id": people[ballot.participant],
            "value": VOTES[value],
            "cast_at": moment,
            "edition_id": edition_id,
        }
        for ballot in conversation.ballots
        for statement, value in ballot.votes.items()
    ]
    for start in range(0, len(rows), CHUNK):
        db.session.execute(insert(Vote), rows[start : start + CHUNK])
        if report:
            report(min(start + CHUNK, len(rows)), len(rows))
    return len(rows)


def _insert(table: Any, key: Any, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Many rows at once; their keys in the same order."""
    statement = insert(table).returning(key, sort_by_parameter_order=True)
    return list(db.session.scalars(statement, rows))
