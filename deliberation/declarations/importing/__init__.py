"""Import of declarations: files of six formats become a proposal of theses, paragraphs and sentences.

Pure functions without database and web. `read_in_cage` is for files from outside; `split` and `to_dry_run`
for what was read.
"""

from deliberation.declarations.importing.blocks import Block, Document, Note
from deliberation.declarations.importing.cage import (
    MAX_FILE,
    SHAPES,
    Source,
    look_in_cage,
    read_in_cage,
    read_to_keep,
    split_in_cage,
)
from deliberation.declarations.importing.draft import (
    CLOSING,
    PREAMBLE,
    DraftDeclaration,
    DraftParagraph,
    DraftThesis,
    Unit,
    from_json,
    to_dry_run,
    to_json,
)
from deliberation.declarations.importing.refusals import NOTES, REFUSALS, ImportRefused
from deliberation.declarations.importing.splitting import GROUP_SEPARATOR, split

__all__ = [
    "CLOSING",
    "GROUP_SEPARATOR",
    "MAX_FILE",
    "NOTES",
    "PREAMBLE",
    "REFUSALS",
    "SHAPES",
    "Block",
    "Document",
    "DraftDeclaration",
    "DraftParagraph",
    "DraftThesis",
    "ImportRefused",
    "Note",
    "Source",
    "Unit",
    "from_json",
    "look_in_cage",
    "read_in_cage",
    "read_to_keep",
    "split",
    "split_in_cage",
    "to_dry_run",
    "to_json",
]
