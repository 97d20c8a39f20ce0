"""What an organiser can do to a proposed split before it is stored. Pure: every act returns a new draft.

While a draft is being edited, a thesis that is counted automatically has no number; `numbered` fills the
numbers in. Nothing but leaving out loses a word, and only moving changes the order of reading.
"""

from deliberation.declarations.preview.acts import PARAGRAPH_ACTS, THESIS_ACTS, offered, perform
from deliberation.declarations.preview.numbers import (
    count_anew,
    count_numbered,
    numbered,
    renumber,
    to_editable,
)
from deliberation.declarations.preview.parts import ActRefused, Edit, Place, is_edge
from deliberation.declarations.preview.sheet import Sheet, page_of, to_sheet
from deliberation.declarations.preview.steps import Step, to_step, undo
from deliberation.declarations.preview.theses import rename_group, rename_theses

__all__ = [
    "PARAGRAPH_ACTS",
    "THESIS_ACTS",
    "ActRefused",
    "Edit",
    "Place",
    "Sheet",
    "Step",
    "count_anew",
    "count_numbered",
    "is_edge",
    "numbered",
    "offered",
    "page_of",
    "perform",
    "rename_group",
    "rename_theses",
    "renumber",
    "to_editable",
    "to_sheet",
    "to_step",
    "undo",
]
