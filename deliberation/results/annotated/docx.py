"""The text as a Word file with its annotations as real comments on the words they are about, replies below them.

The XML is written by hand, as for the redline: same text with same annotations, same bytes. Behind a comment stands the
pseudonym, a number or nobody, and no time but the day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree  # type: ignore[attr-defined]

from deliberation.results import words
from deliberation.results.annotated import said
from deliberation.results.annotated.model import Annotated, AnnotatedLine, AnnotatedParagraph, Note
from deliberation.results.annotated.said import Saying
from deliberation.results.redline import package
from deliberation.results.redline.docx import section, w
from deliberation.results.redline.package import About
from deliberation.results.redline.styles import NUMBER, WORD, hanging_indent
from deliberation.results.redline.words import fit

_ = words.gettext
Element = Any

INITIALS = "A"
"""Word shows them beside a number of its own; letters of a name would be a hint."""
WORD_2010 = "http://schemas.microsoft.com/office/word/2010/wordml"
WORD_2012 = "http://schemas.microsoft.com/office/word/2012/wordml"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def write(annotated: Annotated) -> bytes:
    """Opens in Word, LibreOffice and their like without repair."""
    pen = _Pen(annotated)
    summary = annotated.summary
    body = [
        _paragraph("Title", _run(summary.about.title)),
        _paragraph("Subtitle", _run(words.state_of(summary))),
        *(_paragraph("Normal", _run(part)) for part in said.introduction(annotated)),
        *pen.text(),
        *pen.elsewhere(),
        section(),
    ]
    about = About(
        title=fit(summary.about.title),
        subject=_("Der Text mit allen Anmerkungen"),
        language=summary.about.language,
        day=summary.day,
    )
    return package.packed(about, w("document", w("body", *body)), _comments(pen.comments), _threads(pen.threads))


@dataclass
class _Pen:
    """Comments pile up beside the text; `threads` says which belongs under which, by the keys of their last paragraphs."""

    annotated: Annotated
    comments: list[Element] = field(default_factory=list)
    threads: list[tuple[str, str]] = field(default_factory=list)
    paragraphs: int = 0

    def text(self) -> Iterable[Element]:
        theses, group = self.annotated.theses, ""
        has_groups = any(thesis.group for thesis in theses)
        for thesis in theses:
            if thesis.group != group:
                group = thesis.group
                if group:
                    yield _paragraph("Heading1", _run(group))
            level = "Heading2" if has_groups and thesis.group else "Heading1"
            yield _paragraph(level, *self.whole([_run(said.thesis_title(thesis))], thesis.notes))
            for paragraph in thesis.paragraphs:
                yield from self.paragraph(paragraph)

    def elsewhere(self) -> Iterable[Element]:
        if self.annotated.elsewhere:
            yield _paragraph("Heading1", _run(said.elsewhere_title()))
        for note in self.annotated.elsewhere:
            where = words.place(note.lead.thesis, note.lead.paragraph)
            yield _paragraph("Normal", *self.whole([_run(f"{note.lead.label}, {where}")], [note]))

    def whole(self, inside: list[Element], notes: Sequence[Note]) -> list[Element]:
        """With comments on all of it."""
        ids = {note.lead.number: self.comment(note) for note in notes}
        starts = [mark for some in ids.values() for mark in _starts(some)]
        return [*starts, *inside, *(mark for some in ids.values() for mark in _ends(some))]

    def paragraph(self, paragraph: AnnotatedParagraph) -> Iterable[Element]:
        ids = {note.lead.number: self.comment(note) for note in paragraph.notes}
        on_all = [note.lead.number for note in paragraph.notes if not note.marks]
        last = len(paragraph.lines) - 1
        for index, line in enumerate(paragraph.lines):
            inside = [] if index else [_run(paragraph.full_number, NUMBER), _tab()]
            if not index:
                inside += [mark for number in on_all for mark in _starts(ids[number])]
            if line.label:
                inside.append(_run(f"{line.label}\u00a0" if not line.level else line.label))
                inside += [_tab()] if line.level else []
            for piece in line.pieces:
                inside += [mark for number in piece.begins for mark in _starts(ids[number])]
                inside.append(_run(piece.text))
                inside += [mark for number in piece.ends for mark in _ends(ids[number])]
            if index == last:
                inside += [mark for number in on_all for mark in _ends(ids[number])]
            yield w("p", _standing(line, not index), *inside)

    def comment(self, note: Note) -> list[str]:
        """A comment for every voice of the conversation; their ids, that of the first comes first."""
        ids, first = [], ""
        for saying in said.sayings(note, self.annotated):
            number = str(len(self.comments))
            lines = list(self.lines(saying))
            mark = w("comment", *lines, id=number, author=_author(saying), initials=INITIALS)
            if saying.day:
                mark.set(f"{{{WORD}}}date", f"{saying.day.isoformat()}T00:00:00Z")
            self.comments.append(mark)
            own = lines[-1].get(f"{{{WORD_2010}}}paraId")
            self.threads.append((own, first))
            first = first or own
            ids.append(number)
        return ids

    def lines(self, saying: Saying) -> Iterable[Element]:
        head = " · ".join(filter(None, (saying.label, saying.head)))
        yield self.line(_run(head, bold=True), is_first=True)
        for part in saying.paragraphs:
            yield self.line(_run(part))
        if saying.wording:
            yield self.line(_run(_("Vorschlag: %(wording)s", wording=saying.wording)))
        for fact in saying.facts:
            yield self.line(_run(fact, italic=True))

    def line(self, run: Element, is_first: bool = False) -> Element:
        self.paragraphs += 1
        made = w("p", w("pPr", w("pStyle", val="CommentText")))
        made.set(f"{{{WORD_2010}}}paraId", f"{self.paragraphs:08X}")
        if is_first:
            made.append(w("r", w("rPr", w("rStyle", val="CommentReference")), w("annotationRef")))
        made.append(run)
        return made


def _author(saying: Saying) -> str:
    """Who Word says wrote it."""
    if saying.by:
        return saying.by
    return _("Moderation") if saying.is_moderation else _("Anmerkung")


def _standing(line: AnnotatedLine, is_first: bool) -> Element:
    """As in the redline: running text, or an item of a list with its label in front."""
    if not line.level:
        return w("pPr", w("pStyle", val="BodyText" if is_first else "BodyTextIndent"))
    name = "List" if line.label else "ListContinue"
    made = w("pPr", w("pStyle", val=f"{name}{line.level if line.level > 1 else ''}"))
    if is_first:
        left = str(hanging_indent(line.level))
        made.append(w("ind", left=left, hanging=left))
    return made


def _starts(ids: Iterable[str]) -> list[Element]:
    return [w("commentRangeStart", id=one) for one in ids]


def _ends(ids: Iterable[str]) -> list[Element]:
    """The end of what is meant, and the sign of every comment on it: an answer stands on the same words."""
    made = []
    for one in ids:
        sign = w("r", w("rPr", w("rStyle", val="CommentReference")), w("commentReference", id=one))
        made += [w("commentRangeEnd", id=one), sign]
    return made


def _paragraph(style: str, *inside: Element) -> Element:
    return w("p", w("pPr", w("pStyle", val=style)), *inside)


def _run(text: str, style: str = "", bold: bool = False, italic: bool = False) -> Element:
    looks = [w("rStyle", val=style)] if style else []
    looks += [w("b")] if bold else []
    looks += [w("i")] if italic else []
    element = w("t")
    element.text = fit(text).replace("\t", " ").replace("\n", " ")
    element.set(_SPACE, "preserve")
    return w("r", w("rPr", *looks), element) if looks else w("r", element)


def _tab() -> Element:
    return w("r", w("tab"))


def _comments(found: Sequence[Element]) -> Element:
    # Programs that do not know the keys of paragraphs may pass over them.
    root = etree.Element(f"{{{WORD}}}comments", nsmap={"w": WORD, "w14": WORD_2010, "mc": _MC})
    root.set(f"{{{_MC}}}Ignorable", "w14")
    root.extend(found)
    return root


def _threads(found: Sequence[tuple[str, str]]) -> Element:
    root = etree.Element(f"{{{WORD_2012}}}commentsEx", nsmap={"w15": WORD_2012})
    for own, parent in found:
        element = etree.SubElement(root, f"{{{WORD_2012}}}commentEx")
        element.set(f"{{{WORD_2012}}}paraId", own)
        if parent:
            element.set(f"{{{WORD_2012}}}paraIdParent", parent)
        element.set(f"{{{WORD_2012}}}done", "0")
    return root
