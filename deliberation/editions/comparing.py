"""What changed between two states of the text, and whose annotations stand behind it.

A paragraph is the same, whatever its number and words, as long as its identity (`origin`) is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from deliberation.declarations.changes import Changes, ChangeState, ParagraphChange, ThesisChange
from deliberation.declarations.editions import load_editions, load_text, numbered_next, to_parts
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis
from deliberation.declarations.lines import to_lines
from deliberation.declarations.models import Declaration, Edition, EditionDraft
from deliberation.declarations.order import find_reordered
from deliberation.editions.credits import Behind, behind_draft, load_corrected, load_credits, load_reasons
from deliberation.editions.wandering import Wandering, full_number

NOBODY: Behind = {}


@dataclass(frozen=True)
class Span:
    """Which two states are compared: `new` is 0 for a text that is not published yet; `note` says why it changed."""

    old: int
    new: int = 0
    note: str = ""
    language: str = "de"


def load_changes(declaration: Declaration, old: Edition, new: Edition, for_file: bool = False) -> Changes:
    """Everything between two editions, the older one first, with the annotations behind it. At most eight queries.

    What the editions between them did is told together: their notes and reasons, and the annotations behind those of
    their sentences that still stand in the new text. A misprint put right is shown and is no rewording. A file names
    nobody's annotation that may not leave the site.
    """
    before, after = load_text(old), load_text(new)
    between = [one for one in load_editions(declaration)[::-1] if old.number < one.number <= new.number]
    reasons = load_reasons([one.id for one in between]) if len(between) > 1 else {}
    credits = load_credits(between, after, for_file) if between else {}
    corrected = load_corrected(old, between) if between else {}
    note = "\n\n".join(one.note for one in between if one.note)
    span = Span(old.number, new.number, note, declaration.language)
    return to_changes(before, after, span, lambda one: credits.get(one.origin, NOBODY), reasons, corrected)


def load_draft_changes(draft: EditionDraft, text: DraftDeclaration) -> Changes:
    """What the draft of the next edition would change in the edition it was begun on, with the numbers it would get
    and the proposals it adopted. At most six queries."""
    before, after = load_text(draft.edition), numbered_next(draft.declaration, text)
    span = Span(draft.edition.number, note=draft.note, language=draft.declaration.language)
    return to_changes(before, after, span, behind_draft(draft.declaration, before, after))


def to_changes(
    old: DraftDeclaration,
    new: DraftDeclaration,
    span: Span,
    behind: Callable[[DraftParagraph], Behind] = lambda _one: NOBODY,
    reasons: Mapping[int, str] | None = None,
    corrected: Mapping[int, str] | None = None,
) -> Changes:
    """Two states of a text laid side by side. In both, `origin` says who is who, and all numbers are given.

    `behind` names the annotations behind each sentence of a changed paragraph (0: behind the change as a whole);
    `reasons` stand, by paragraph, in place of those that the new text brings along; `corrected` are paragraphs in
    which nothing but a misprint was put right, and why.
    """
    return _Comparison(old, new, behind, reasons or {}, corrected or {}).changes(span)


@dataclass(frozen=True)
class _Stood:
    """Where a paragraph stood in the old text."""

    thesis: DraftThesis
    paragraph: DraftParagraph
    position: int


class _Comparison:
    def __init__(
        self,
        old: DraftDeclaration,
        new: DraftDeclaration,
        behind: Callable[[DraftParagraph], Behind],
        reasons: Mapping[int, str],
        corrected: Mapping[int, str],
    ) -> None:
        self.old, self.new, self.behind, self.reasons, self.corrected = old, new, behind, reasons, corrected
        places = [(thesis, one) for thesis in old.theses for one in thesis.paragraphs]
        self.stood = {one.origin: _Stood(thesis, one, at) for at, (thesis, one) in enumerate(places)}
        self.old_theses = {thesis.origin: (at, thesis) for at, thesis in enumerate(old.theses)}
        self.kept = {one.origin for thesis in new.theses for one in thesis.paragraphs if one.origin in self.stood}
        self.kept_theses = {thesis.origin for thesis in new.theses if thesis.origin in self.old_theses}
        self.reordered = find_reordered(old, new)
        self.wandering = Wandering(old, new)

    def changes(self, span: Span) -> Changes:
        present = [(thesis.origin, self._thesis(thesis)) for thesis in self.new.theses]
        gone = {key: self._gone_thesis(key) for key in self.old_theses if key not in self.kept_theses}
        theses = _put_back(present, [thesis.origin for thesis in self.old.theses], gone)
        return Changes(self.new.title, span.language, span.old, span.new, span.note, tuple(theses))

    def _thesis(self, thesis: DraftThesis) -> ThesisChange:
        at, before = self.old_theses.get(thesis.origin, (-1, None))
        present = [(one.origin, self._paragraph(thesis, one)) for one in thesis.paragraphs]
        return ThesisChange(
            old_number=before.number if before else "",
            new_number=thesis.number,
            old_heading=before.heading if before else "",
            new_heading=thesis.heading,
            paragraphs=tuple(self._with_gone(present, before) if before else [one for _key, one in present]),
            old_position=at,
        )

    def _gone_thesis(self, key: int) -> ThesisChange:
        at, thesis = self.old_theses[key]
        return ThesisChange(thesis.number, "", thesis.heading, "", tuple(self._with_gone([], thesis)), at)

    def _with_gone(self, present: Sequence[tuple[int, ParagraphChange]], before: DraftThesis) -> list[ParagraphChange]:
        gone = {one.origin: self._gone(one) for one in before.paragraphs if one.origin not in self.kept}
        return _put_back(present, [one.origin for one in before.paragraphs], gone, self.reordered)

    def _paragraph(self, thesis: DraftThesis, one: DraftParagraph) -> ParagraphChange:
        stood = self.stood.get(one.origin) if one.origin else None
        is_reordered = stood is not None and one.origin in self.reordered
        state = self._state(stood, one)
        is_elsewhere = stood is not None and stood.thesis.origin != thesis.origin
        is_changed = state is not ChangeState.SAME
        is_reworded = state in (ChangeState.NEW, ChangeState.REWORDED)
        behind = self.behind(one) if is_changed else NOBODY
        reason = (self.reasons.get(one.origin) or one.reason) if is_changed else self.corrected.get(one.origin, "")
        return ParagraphChange(
            state=state,
            old_number=full_number(stood.thesis, stood.paragraph) if stood else "",
            new_number=full_number(thesis, one),
            old=to_lines(to_parts(stood.paragraph.units)) if stood else (),
            new=to_lines(to_parts(one.units)),
            is_reordered=is_reordered,
            old_position=stood.position if stood else -1,
            old_thesis=stood.thesis.number if stood and is_elsewhere else "",
            reason=reason,
            credits=tuple((number, tuple(behind[number])) for number in sorted(behind) if number),
            credited=tuple(behind.get(0, ())),
            came_from=self.wandering.source(one, stood is None) if is_reworded else None,
            went_to=self.wandering.targets(stood.paragraph) if stood and is_reworded else (),
        )

    def _state(self, stood: _Stood | None, one: DraftParagraph) -> ChangeState:
        if stood is None:
            return ChangeState.NEW
        if stood.paragraph.sentences != one.sentences and one.origin not in self.corrected:
            return ChangeState.REWORDED
        return ChangeState.MOVED if one.origin in self.reordered else ChangeState.SAME

    def _gone(self, one: DraftParagraph) -> ParagraphChange:
        stood = self.stood[one.origin]
        return ParagraphChange(
            state=ChangeState.GONE,
            old_number=full_number(stood.thesis, one),
            new_number="",
            old=to_lines(to_parts(one.units)),
            new=(),
            old_position=stood.position,
            credited=tuple(self.behind(one).get(0, ())),
            went_to=self.wandering.targets(one),
        )


T = TypeVar("T")


def _put_back(
    present: Sequence[tuple[int, T]], old: Sequence[int], gone: Mapping[int, T], reordered: frozenset[int] = frozenset()
) -> list[T]:
    """The present things in their order, and what is gone behind whatever stood before it and is still there."""
    keys, things = [key for key, _thing in present], [thing for _key, thing in present]
    after = -1
    for key in old:
        if key in gone:
            after += 1
            keys.insert(after, key)
            things.insert(after, gone[key])
        elif key in keys and key not in reordered:
            after = keys.index(key)
    return things
