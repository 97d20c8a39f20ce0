"""Both editions as a Word file with tracked changes: accepting all gives the new text, refusing all the old one.

The XML is written by hand, because libraries for Word files know no tracked changes. Nothing in it says more about
anybody than the neutral name it is given, and times are days.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lxml import etree  # type: ignore[attr-defined]

from deliberation.clock import to_day
from deliberation.declarations.changes import Changes
from deliberation.results.redline import package, words
from deliberation.results.redline.package import About, R, W
from deliberation.results.redline.rows import CONTINUED, Format, Row, rows
from deliberation.results.redline.styles import NUMBER, WORD, hanging_indent
from deliberation.results.words import speaking
from deliberation.text import DiffPart

Element = Any


def write(changes: Changes, when: datetime, author: str) -> bytes:
    """The same changes give the same bytes. `when`: since when they hold. `author` stands behind every change and comment:
    the name of an organisation or an office, not of a person."""
    day = to_day(when) if when.tzinfo else when.date()
    pen = _Pen(words.fit(author), f"{day.isoformat()}T00:00:00Z")
    with speaking(words.page_language(changes)):
        found = rows(changes)
        about = About(
            title=words.fit(changes.title),
            subject=words.headline(changes),
            language=changes.language,
            day=day,
        )
        body = w("body", *(pen.paragraph(row) for row in found))
        if found[-1].kind != "kept":
            # The mark of a paragraph can only go by joining the next one: the last paragraph has to stay.
            body.append(w("p", w("pPr", w("pStyle", val=CONTINUED))))
        body.append(section())
        comments = w("comments", *pen.comments)
        return package.packed(about, w("document", body), comments)


@dataclass
class _Pen:
    """Who changed the text and when, and which number the next mark gets. Comments pile up beside the text."""

    author: str
    day: str
    marks: int = 0
    comments: list[Element] = field(default_factory=list)

    def mark(self, tag: str, *children: Element) -> Element:
        self.marks += 1
        return w(tag, *children, id=str(self.marks), author=self.author, date=self.day)

    def paragraph(self, row: Row) -> Element:
        inside = [*self.runs(row.number, NUMBER), *self.runs(row.parts)]
        if row.remarks:
            inside = self.remarked(row, inside)
        return w("p", self.properties(row), *inside)

    def properties(self, row: Row) -> Element:
        """How the paragraph stands; the mark at its end is tracked when all of it came or went."""
        made = _standing(row.old if row.kind == "deleted" else row.new)
        if row.kind != "kept":
            made.append(w("rPr", self.mark(_TAGS[row.kind])))
        elif row.old != row.new:
            made.append(self.mark("pPrChange", _standing(row.old)))
        return made

    def runs(self, parts: tuple[DiffPart, ...], style: str = "") -> list[Element]:
        return [self.tracked(part.kind, _run(part, style)) for part in parts if words.fit(part.text)]

    def tracked(self, kind: str, run: Element) -> Element:
        return run if kind == "kept" else self.mark(_TAGS[kind], run)

    def remarked(self, row: Row, inside: list[Element]) -> list[Element]:
        """The same with a comment around it. Where the paragraph goes, the comment's sign goes with it."""
        number = str(len(self.comments))
        initials = "".join(word[0] for word in self.author.split())[:3]
        lines = [_comment_line(words.fit(line), not i) for i, line in enumerate(row.remarks)]
        self.comments.append(w("comment", *lines, id=number, author=self.author, date=self.day, initials=initials))
        sign = w("r", w("rPr", w("rStyle", val="CommentReference")), w("commentReference", id=number))
        around = [w("commentRangeStart", id=number), *inside, w("commentRangeEnd", id=number)]
        return [*around, self.tracked(row.kind, sign)]


_TAGS = {"inserted": "ins", "deleted": "del"}


def w(tag: str, *children: Element, **attributes: str) -> Element:
    """An element of WordprocessingML, where attributes have the namespace too."""
    element = etree.Element(
        f"{{{WORD}}}{tag}", {f"{{{WORD}}}{name}": value for name, value in attributes.items()}, nsmap=W
    )
    element.extend(children)
    return element


def _standing(form: Format) -> Element:
    properties = w("pPr", w("pStyle", val=form.style))
    if form.is_hung and form.level:
        left = str(hanging_indent(form.level))
        properties.append(w("ind", left=left, hanging=left))
    return properties


def _run(part: DiffPart, style: str) -> Element:
    run = w("r")
    if style:
        run.append(w("rPr", w("rStyle", val=style)))
    for piece in re.split(r"(\t)", words.fit(part.text)):
        if piece == "\t":
            run.append(w("tab"))
        elif piece:
            run.append(_text(piece, "delText" if part.kind == "deleted" else "t"))
    return run


def _text(text: str, tag: str = "t") -> Element:
    element = w(tag)
    element.text = text
    element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return element


def _comment_line(line: str, is_first: bool) -> Element:
    made = w("p", w("pPr", w("pStyle", val="CommentText")))
    if is_first:
        made.append(w("r", w("rPr", w("rStyle", val="CommentReference")), w("annotationRef")))
    made.append(w("r", _text(line)))
    return made


def section() -> Element:
    """A4 with the footer that counts the pages."""
    footer = w("footerReference", type="default")
    footer.set(f"{{{R}}}id", package.FOOTER_ID)
    return w(
        "sectPr",
        footer,
        w("pgSz", w="11906", h="16838"),
        w("pgMar", top="1418", right="1418", bottom="1418", left="1418", header="709", footer="709", gutter="0"),
    )
