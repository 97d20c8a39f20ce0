"""What stands about an annotation, and around a text with annotations, in the language that is being spoken."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from deliberation.annotations.tallies import STEP
from deliberation.declarations.importing import DraftThesis
from deliberation.declarations.models import CLOSING, PREAMBLE
from deliberation.results import words
from deliberation.results.annex import plain_paragraphs
from deliberation.results.annotated.model import Annotated, AnnotatedThesis, Note
from deliberation.results.filters import Names
from deliberation.results.items import Answer, Item
from deliberation.results.redline.words import fit
from deliberation.text import to_plain_text

_ = words.gettext


@dataclass(frozen=True)
class Saying:
    """One voice beside the text: an annotation, a reply, or an answer of the moderation.

    `head` is what it is ("Einwand"), `by` whose, empty without names; `facts` are short remarks below its words. `number` is
    0 and `label` empty for answers of the moderation. What is not shown has neither words nor day."""

    number: int
    label: str
    head: str
    by: str
    day: date | None
    paragraphs: tuple[str, ...]
    wording: str
    facts: tuple[str, ...]
    is_reply: bool
    is_visible: bool

    @property
    def is_moderation(self) -> bool:
        return not self.number

    @property
    def when(self) -> str:
        return words.day(self.day) if self.day else ""

    @property
    def line(self) -> str:
        """`A-204 · Einwand · Weide 27 · 23. November 2026`."""
        return " · ".join(filter(None, (self.label, self.head, self.by, self.when)))


def sayings(note: Note, annotated: Annotated) -> list[Saying]:
    """The whole conversation in reading order; answers of the moderation follow what they answer."""
    found = []
    for item in note.items:
        found.append(_saying(item, note, annotated))
        found += [_answer(answer, item) for answer in item.responses]
    return found


def _saying(item: Item, note: Note, annotated: Annotated) -> Saying:
    is_lead = item is note.lead
    head = words.item_kind(item) if item.parent is None else words.mention(item)
    if not item.is_visible:
        return Saying(
            item.number, item.label, "", "", None, (words.placeholder(item),), "", (), not is_lead, is_visible=False
        )
    return Saying(
        number=item.number,
        label=item.label,
        head=head,
        by=_("Gelöschte Person") if item.author is None else fit(item.author),
        day=item.created,
        paragraphs=tuple(fit(part) for part in plain_paragraphs(item.body)),
        wording=fit(to_plain_text(item.wording)),
        facts=tuple(map(fit, _facts(item, note if is_lead else None, annotated))),
        is_reply=not is_lead,
        is_visible=True,
    )


def _facts(item: Item, note: Note | None, annotated: Annotated) -> Iterator[str]:
    edition = annotated.summary.edition
    if note is not None and item.quote and not _is_marked(note):
        yield _("Zu den Worten „%(quote)s“ aus Fassung %(number)s", quote=item.quote, number=item.edition)
    elif note is not None and item.edition != edition:
        yield _("Geschrieben zu Fassung %(number)s", number=item.edition)
    if note is not None and len(note.marks) > 1 and item.sentences:
        yield _("Zu den Sätzen %(numbers)s", numbers=", ".join(map(str, item.sentences)))
    if item.edited:
        yield _("Zuletzt geändert am %(day)s", day=words.day(item.edited))
    if item.votes.n >= STEP:
        yield words.votes_sentence(item.votes)
    if item.outcome:
        reason = f": {item.outcome_reason}" if item.outcome_reason else ""
        yield _("Was wurde daraus? %(outcome)s", outcome=words.outcome(item)) + reason
    if item.is_quotable:
        yield _("Darf wörtlich zitiert werden, ohne Pseudonym")


def _is_marked(note: Note) -> bool:
    return bool(note.marks)


def _answer(answer: Answer, item: Item) -> Saying:
    return Saying(
        number=0,
        label="",
        head=_("Moderation, %(kind)s zu %(label)s", kind=words.label(answer.kind), label=item.label),
        by=fit(answer.by),
        day=answer.day,
        paragraphs=tuple(fit(part) for part in plain_paragraphs(answer.body)),
        wording="",
        facts=(),
        is_reply=True,
        is_visible=True,
    )


def thesis_title(thesis: AnnotatedThesis | DraftThesis) -> str:
    """`3. Schutz ist kein Service`, `These 3`, `Vorbemerkung`."""
    name = words.thesis_label(thesis.number)
    if not thesis.heading:
        return name
    is_numbered = thesis.number not in (PREAMBLE, CLOSING)
    return fit(f"{thesis.number}. {thesis.heading}" if is_numbered else f"{name}: {thesis.heading}")


def on_the_whole(thesis: AnnotatedThesis) -> str:
    """Above annotations on a thesis that stand behind its text."""
    return _("Zu %(thesis)s insgesamt", thesis=words.thesis_label(thesis.number))


def introduction(annotated: Annotated) -> list[str]:
    """What whoever opens the file must know, a paragraph each."""
    summary = annotated.summary
    count = words.ngettext(
        "Hier steht der Text mit einer Anmerkung oder Antwort, an der Stelle, um die es geht.",
        "Hier steht der Text mit %(n)s Anmerkungen und Antworten, jede an der Stelle, um die es geht.",
        annotated.shown,
        n=words.number(annotated.shown),
    )
    names = {
        Names.PSEUDONYMS: "",
        Names.NUMBERS: _("Statt der Pseudonyme stehen Nummern da, die nur in dieser Datei gelten."),
        Names.NONE: _("Pseudonyme sind weggelassen."),
    }[Names(summary.filters.names)]
    sample = _("Mustertext zum Ausprobieren: alle Beiträge sind erfunden.") if summary.about.is_sample else ""
    parts = (
        f"{count} {words.not_representative()}",
        " ".join(filter(None, (quoting(), names))),
        sample,
        _("Lizenz des Textes: %(licence)s", licence=annotated.licence) if annotated.licence else "",
    )
    return [fit(part) for part in parts if part]


def quoting() -> str:
    """Which words may go further, and which may not."""
    return _(
        "Es sind dieselben Anmerkungen, die alle auf der Seite lesen können. In Berichten und Presseunterlagen wörtlich "
        "zitieren dürfen Sie nur die mit dem Vermerk „Darf wörtlich zitiert werden“, und ohne Pseudonym."
    )


def elsewhere_title() -> str:
    return _("Zu Stellen, die diese Fassung nicht mehr hat")
