"""Which words stand where: an index of our own in plain tables, so that both databases give the same answers.

Made from other rows, and made anew from them at any time. Whether a text may be found is never asked here, but of the text."""

from enum import Enum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from deliberation.columns import named_values
from deliberation.database import Model

WORD_MAX = 60


class DocKind(Enum):
    """What a text is that can be found."""

    THESIS = "thesis"
    PARAGRAPH = "paragraph"
    ANNOTATION = "annotation"
    RESPONSE = "response"


class SearchDoc(Model):
    """One text as it was when its words were taken in. `version` is what the text had then: while it has another one, it is
    not found by these words."""

    __tablename__ = "search_doc"
    __table_args__ = (
        UniqueConstraint("kind", "ref"),
        Index("ix_search_doc_declaration", "declaration_id", "kind"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DocKind] = mapped_column(named_values(DocKind))
    # The number of the annotation, else the id of the row.
    ref: Mapped[int]
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    version: Mapped[int]


class SearchTerm(Model):
    """A word of a declaration, folded and stemmed, and in how many of its texts it stands; without any it is gone."""

    __tablename__ = "search_term"
    __table_args__ = (UniqueConstraint("declaration_id", "word"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    word: Mapped[str] = mapped_column(String(WORD_MAX))
    docs: Mapped[int] = mapped_column(default=0)


class SearchPosting(Model):
    """A word stands in a text."""

    __tablename__ = "search_posting"
    __table_args__ = (Index("ix_search_posting_doc", "doc_id"), {"sqlite_with_rowid": False})

    term_id: Mapped[int] = mapped_column(ForeignKey("search_term.id"), primary_key=True)
    doc_id: Mapped[int] = mapped_column(ForeignKey("search_doc.id"), primary_key=True)
