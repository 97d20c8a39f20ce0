"""Whose annotations stand behind which sentences of an edition, and why its paragraphs were changed."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from deliberation.annotations.history import stands_behind_words
from deliberation.annotations.models import Annotation, Outcome, Status
from deliberation.annotations.outcomes import adopted_sentences
from deliberation.annotations.threads import may_be_passed_on
from deliberation.database import db
from deliberation.declarations.changes import Credit
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph
from deliberation.declarations.models import Correction, Declaration, Edition, Membership, ParagraphState, Wording

Behind = Mapping[int, Sequence[Credit]]
"""The annotations behind sentences of a paragraph, counted from 1; 0 stands for a change that no sentence shows."""


def load_reasons(edition_ids: Sequence[int]) -> dict[int, str]:
    """Why paragraphs were changed in one of these editions, by paragraph; the newest reason counts."""
    query = (
        select(ParagraphState.paragraph_id, ParagraphState.reason)
        .where(ParagraphState.edition_id.in_(edition_ids), ParagraphState.reason != "")
        .order_by(ParagraphState.edition_id)
    )
    return {paragraph: reason for paragraph, reason in db.session.execute(query)}  # noqa: C416


def load_corrected(old: Edition, later: Sequence[Edition]) -> dict[int, str]:
    """Paragraphs in which these later editions only put a misprint right, with the reason of the last time: their
    words stand since `old` or before. One query."""
    query = (
        select(Correction.paragraph_id, Correction.reason)
        .join(
            ParagraphState,
            and_(ParagraphState.paragraph_id == Correction.paragraph_id, ParagraphState.edition_id == later[-1].id),
        )
        .join(Wording, Wording.id == ParagraphState.wording_id)
        .join(Edition, Edition.id == Wording.edition_id)
        .where(Correction.edition_id.in_([one.id for one in later]), Edition.number <= old.number)
        .order_by(Correction.id)
    )
    return {paragraph: reason for paragraph, reason in db.session.execute(query)}  # noqa: C416


def load_credits(editions: Sequence[Edition], text: DraftDeclaration, for_file: bool = False) -> dict[int, Behind]:
    """The annotations behind the words that these editions changed, by paragraph, as far as those words still stand
    in `text`, which is the last of them; `for_file` only those that may leave the site. One query."""
    places = _Places(text)
    found: dict[int, dict[int, list[Credit]]] = defaultdict(lambda: defaultdict(list))
    query = _query(editions)
    if for_file:
        query = query.where(may_be_passed_on(editions[-1].declaration))
    for row in db.session.execute(query):
        credit = Credit(row.number, row.pseudonym or "")
        for paragraph, sentence in places.of(row):
            if credit not in found[paragraph][sentence]:
                found[paragraph][sentence].append(credit)
    return {paragraph: dict(sentences) for paragraph, sentences in found.items()}


def _query(editions: Sequence[Edition]) -> Any:
    then, now_standing = aliased(ParagraphState), aliased(ParagraphState)
    words_then, words_now = aliased(Wording), aliased(Wording)
    last = editions[-1].id
    here = Outcome.paragraph_id
    return (
        select(
            Annotation.number,
            Membership.pseudonym,
            Outcome.paragraph_id,
            Outcome.sentences,
            words_then.parts,
            # Its sentences kept their numbers as long as the words stand, even if a misprint was put right.
            (words_now.edition_id == Outcome.edition_id).label("still_stands"),
        )
        .select_from(Outcome)
        .join(Annotation, Annotation.number == Outcome.annotation_id)
        .outerjoin(Membership, Membership.id == Annotation.author_id)
        .outerjoin(then, and_(then.paragraph_id == here, then.edition_id == Outcome.edition_id))
        .outerjoin(words_then, words_then.id == then.wording_id)
        .outerjoin(now_standing, and_(now_standing.paragraph_id == here, now_standing.edition_id == last))
        .outerjoin(words_now, words_now.id == now_standing.wording_id)
        .where(Outcome.edition_id.in_([one.id for one in editions]), here.is_not(None), stands_behind_words())
        .order_by(Annotation.number)
    )


class _Places:
    """Where sentences stand in a text."""

    def __init__(self, text: DraftDeclaration) -> None:
        self.paragraphs = {one.origin: one for thesis in text.theses for one in thesis.paragraphs}
        self.by_words: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for one in self.paragraphs.values():
            for number, words in enumerate(one.sentences, start=1):
                self.by_words[words].append((one.origin, number))

    def of(self, row: Any) -> list[tuple[int, int]]:
        """Paragraph and sentence for each sentence that an outcome names; words that are gone have none. Words that
        stand in one other paragraph only have gone there."""
        if row.parts is None or not row.sentences:
            # The paragraph was taken out because of it, or words of it.
            return [(row.paragraph_id, 0)]
        if row.still_stands:
            return [(row.paragraph_id, number) for number in row.sentences]
        words = [sentence for _label, _level, sentences in row.parts for sentence in sentences]
        found = []
        for sentence in (words[number - 1] for number in row.sentences if 0 < number <= len(words)):
            everywhere = self.by_words[sentence]
            here = [place for place in everywhere if place[0] == row.paragraph_id]
            found += here[:1] or (everywhere if len(everywhere) == 1 else [])
        return found


def behind_draft(
    declaration: Declaration, old: DraftDeclaration, new: DraftDeclaration
) -> Callable[[DraftParagraph], Behind]:
    """The proposals that each paragraph of a draft adopted, beside the sentences that they asked for. One query."""
    numbers = {number for thesis in new.theses for one in thesis.paragraphs for number in one.adopted}
    if not numbers:
        return lambda _one: {}
    query = (
        select(Annotation.number, Annotation.proposed_wording, Membership.pseudonym)
        .outerjoin(Membership, Membership.id == Annotation.author_id)
        .where(Annotation.number.in_(numbers), Annotation.declaration_id == declaration.id)
        .where(Annotation.status == Status.VISIBLE)
    )
    adopted = {row.number: row for row in db.session.execute(query)}
    before = {one.origin: set(one.sentences) for thesis in old.theses for one in thesis.paragraphs}

    def behind(one: DraftParagraph) -> Behind:
        known = before.get(one.origin, set())
        changed = {n: words for n, words in enumerate(one.sentences, start=1) if words not in known}
        found: dict[int, list[Credit]] = defaultdict(list)
        for row in (adopted[number] for number in sorted(one.adopted) if number in adopted):
            for sentence in adopted_sentences(changed, row.proposed_wording) or changed or {0}:
                found[sentence].append(Credit(row.number, row.pseudonym or ""))
        return found

    return behind
