"""Putting misprints right within an edition: in public, and so that nothing that people said is about other words."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Any

from rapidfuzz.distance import Indel
from sqlalchemy import update

from deliberation.accounts.models import User
from deliberation.annotations.actions import NotInForce
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.actions import join
from deliberation.declarations.editions import to_units
from deliberation.declarations.importing import DraftParagraph, from_json, to_json
from deliberation.declarations.lines import from_source, to_lines
from deliberation.declarations.models import (
    Correction,
    Paragraph,
    ParagraphState,
    Wording,
    current_edition,
    find_wording,
    hold_text,
)
from deliberation.editions.drafting import check_source, find_draft, map_paragraphs
from deliberation.permissions import Outdated, Permission, Person, require
from deliberation.sentences import split_sentences
from deliberation.text import normalised

REASON_MIN = 10
REASON_MAX = 300
ALIKE = 0.9
"""Share of common characters from which two texts differ by misprints alone."""
SENTENCE_ALIKE = 0.7
"""The same of each sentence: it must still be the one that people annotated."""
WORDS_MAX = 5
"""Words that one correction may change."""
WORD_ALIKE = 0.6
"""Share of common characters from which one word is the other one misspelt."""
TURNING = frozenset({"nicht", "nichts", "nie", "niemals", "niemand", "nirgends", "ohne", "kein", "keine", "keinem",
                     "keinen", "keiner", "keines", "nur"})  # fmt: skip
"""Words that are no misprint when they come or go: people said yes or no to them."""
ARTICLES = frozenset({"ein", "eine", "einem", "einen", "einer", "eines"})
MARKS = ".,;:!?()„“–"


class TooMuch(Exception):
    """More than a misprint: another number of sentences, another list, or other words. That takes a new edition."""


class NothingCorrected(Exception):
    """The words are those that stood there before."""


class CorrectionReasonMissing(Exception):
    """Who corrects the text says what was wrong, in REASON_MIN to REASON_MAX characters."""


def correct_misprint(
    organiser: Person, paragraph: Paragraph, source: str, reason: str, seen: int | None = None
) -> Correction:
    """Put a misprint right in the edition in force, for everybody to see; what was said about the words still holds.

    Annotations and stances stay bound to the old wording, whose sentences have the same numbers. A draft of the next
    edition that still has the old words takes the new ones over. `seen` is the wording that the organiser saw. Raises
    NotInForce, CorrectionReasonMissing, SourceInvalid, NothingCorrected, TooMuch, Outdated.
    """
    require(organiser, Permission.EDIT_TEXT, paragraph.declaration)
    if paragraph.is_removed:
        raise NotInForce
    words = " ".join(normalised(reason).split())
    if not REASON_MIN <= len(words) <= REASON_MAX:
        raise CorrectionReasonMissing
    # The draft first, as whoever publishes it does: nobody waits for each other.
    find_draft(paragraph.declaration, for_update=True)
    hold_text(paragraph.declaration)
    db.session.refresh(paragraph, ["wording_id"])
    if seen is not None and seen != paragraph.wording_id:
        raise Outdated(paragraph)
    old = find_wording(paragraph.wording_id or 0)
    if old is None:
        raise NotInForce
    parts = corrected_parts(old.parts, source)
    new = _put_in_force(paragraph, old, parts)
    _keep_draft_in_step(paragraph, old, new)
    return _record(organiser, paragraph, old, new, words)


def corrected_parts(old: list[list[Any]], source: str) -> list[list[Any]]:
    """The parts of the corrected wording: as many units with as many sentences. Raises as `correct_misprint`."""
    check_source(source)
    new = from_source(source, old)
    if new == old:
        raise NothingCorrected
    if [(bool(label), level) for label, level, _words in old] != [(bool(label), level) for label, level, _words in new]:
        raise TooMuch
    parts = [
        [label, level, _same_split(before[2], after)] for before, (label, level, after) in zip(old, new, strict=True)
    ]
    _need_small(_running(old), _running(parts))
    return parts


def _same_split(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The corrected sentences of a unit under their old numbers. Where a unit was split by earlier rules, which cut
    elsewhere, the new words are cut where the old ones were."""
    text = " ".join(before)
    if len(after) != len(before):
        if not before or len(split_sentences(text)) != len(after):
            raise TooMuch
        after = _cut_like(before, " ".join(after))
    if any(Indel.normalized_similarity(*pair) < SENTENCE_ALIKE for pair in zip(before, after, strict=True)):
        raise TooMuch
    return list(after)


def _cut_like(before: Sequence[str], text: str) -> list[str]:
    opcodes = Indel.opcodes(" ".join(before), text)
    cuts, at = [0], 0
    for sentence in before[:-1]:
        at += len(sentence) + 1
        step = next(one for one in opcodes if one.src_start <= at < one.src_end)
        cuts.append(min(step.dest_start + at - step.src_start, step.dest_end))
    return [text[start:stop].strip() for start, stop in pairwise([*cuts, len(text)])]


def _running(parts: Sequence[Sequence[Any]]) -> str:
    return " ".join(line.words for line in to_lines(parts))


def _need_small(old: str, new: str) -> None:
    """Raises TooMuch unless two texts differ by a few letters in a few words, and by none that turns their meaning."""
    if Indel.normalized_similarity(old, new) < ALIKE:
        raise TooMuch
    before, after = _words(old), _words(new)
    gone: list[str] = []
    come: list[str] = []
    for step in Indel.opcodes(before, after):
        if step.tag != "equal":
            gone += before[step.src_start : step.src_end]
            come += after[step.dest_start : step.dest_end]
    if max(len(gone), len(come)) > WORDS_MAX or _turns(gone, come) or _turns(come, gone):
        raise TooMuch


def _words(text: str) -> list[str]:
    """A word that was typed twice counts once: taking it out is a correction, whatever it means."""
    return [word for word, _again in groupby(text.split())]


def _turns(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether one of the words says no (or "only") and none of the others is the same one misspelt."""
    plain = [other.casefold().strip(MARKS) for other in others]
    misspelt = [other for other in plain if other not in ARTICLES]
    for word in (word.casefold().strip(MARKS) for word in words):
        if word in TURNING and not any(Indel.normalized_similarity(word, one) >= WORD_ALIKE for one in misspelt):
            return True
        if word.startswith("un") and word[2:] in plain:
            return True
    return False


def _put_in_force(paragraph: Paragraph, old: Wording, parts: list[list[Any]]) -> Wording:
    """A second wording of the same edition; the edition in force has it from now on."""
    new = Wording(paragraph_id=paragraph.id, edition_id=old.edition_id, parts=parts)
    db.session.add(new)
    db.session.flush()
    paragraph.wording = new
    edition = current_edition(paragraph.declaration)
    state = update(ParagraphState).where(
        ParagraphState.edition_id == edition.id, ParagraphState.paragraph_id == paragraph.id
    )
    db.session.execute(state.values(wording_id=new.id))
    db.session.flush()
    return new


def _keep_draft_in_step(paragraph: Paragraph, old: Wording, new: Wording) -> None:
    """The draft of the next edition and the way back in it, where the old words still stand there."""
    draft = find_draft(paragraph.declaration, for_update=True)
    if draft is None:
        return
    db.session.refresh(draft, ["version", "text", "steps"])
    before, after = to_units(old.parts), to_units(new.parts)

    def corrected(one: DraftParagraph) -> DraftParagraph:
        return replace(one, units=after) if one.origin == paragraph.id and one.units == before else one

    def corrected_json(data: dict[str, Any]) -> dict[str, Any]:
        return to_json(map_paragraphs(from_json(data), corrected))

    text, steps = corrected_json(draft.text), [{**one, "draft": corrected_json(one["draft"])} for one in draft.steps]
    if from_json(text) != from_json(draft.text):
        draft.version += 1
        draft.changed_at = now()
    draft.text, draft.steps = text, steps
    db.session.flush()


def _record(organiser: Person, paragraph: Paragraph, old: Wording, new: Wording, reason: str) -> Correction:
    membership = join(organiser, paragraph.declaration) if isinstance(organiser, User) else None
    correction = Correction(
        paragraph_id=paragraph.id,
        edition_id=current_edition(paragraph.declaration).id,
        old_wording_id=old.id,
        new_wording_id=new.id,
        corrector_id=membership.id if membership else None,
        reason=reason,
    )
    db.session.add(correction)
    db.session.flush()
    return correction
