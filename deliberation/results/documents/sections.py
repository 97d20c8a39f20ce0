"""The parts a document can have. Each gives its blocks, or nothing where there is nothing to say."""

from collections.abc import Iterator, Sequence
from textwrap import shorten

from deliberation.annotations.models import Kind
from deliberation.annotations.tallies import PERCENT_FROM, STEP
from deliberation.results import words
from deliberation.results.documents import phrases
from deliberation.results.documents.entries import alone, answering, decided, entry, listed, varied
from deliberation.results.documents.model import (
    Bar,
    Bars,
    Block,
    Bullets,
    Figures,
    Heading,
    Line,
    Paragraph,
    Run,
    Table,
)
from deliberation.results.documents.purposes import Limits
from deliberation.results.headline import headline_sentence
from deliberation.results.items import Item
from deliberation.results.summary import ParagraphResult, Summary, ThesisResult
from deliberation.text import excerpt

_ = words.gettext
TITLE_MAX = 110
DISSENT = 25
"""Percent who do not carry a thesis as it stands, from which it is named among what is disputed."""


def said(*sentences: str, look: str = "text") -> Paragraph:
    return Paragraph((Run(" ".join(filter(None, sentences))),), look)


def what_it_is(summary: Summary, limits: Limits, is_short: bool = False) -> Iterator[Block]:
    yield Heading(1, _("Worum es geht"))
    lead = excerpt(summary.about.lead, limits.lead)
    if is_short and lead:
        yield said(lead, phrases.published_by(summary))
        return
    if lead:
        yield said(lead)
    yield said(
        phrases.published_by(summary), phrases.size(summary), "" if summary.about.lead else phrases.beginning(summary)
    )


def who_took_part(summary: Summary, is_short: bool = False) -> Iterator[Block]:
    """The headings of the figures are those of the page, so that whoever compares finds the same."""
    yield Heading(1, _("Wer mitgemacht hat und wie"))
    yield Figures(tuple(words.figure_rows(summary)))
    if is_short:
        yield said(phrases.way_in(summary), phrases.period(summary), words.steps(summary))
        return
    yield said(phrases.way_in(summary), phrases.ways(summary), phrases.period(summary), phrases.still_open(summary))
    yield said(words.steps(summary), look="small")


def stances(summary: Summary, limits: Limits, level: int = 1) -> Iterator[Block]:
    """How many carry which thesis; where there are too many theses, those with the most voices."""
    yield Heading(level, headline_sentence(summary.headline))
    if not summary.has_stances:
        yield said(phrases.no_picture(summary))
        return
    measured = [thesis for thesis in summary.measured_theses if thesis.has_stances]
    busiest = sorted(measured, key=lambda thesis: -thesis.stances.n)[: limits.theses]
    shown = [thesis for thesis in measured if thesis in busiest]
    yield thesis_bars(summary, shown)
    cut = ""
    if len(shown) < len(measured):
        cut = _(
            "Das sind die %(shown)s von %(all)s Thesen mit den meisten Stimmen.",
            shown=words.number(len(shown)),
            all=words.number(len(measured)),
        )
    too_few = phrases.too_few(len(summary.measured_theses) - len(measured))
    if cut or too_few:
        yield said(cut, too_few, look="small")


def thesis_bars(summary: Summary, theses: Sequence[ThesisResult]) -> Bars:
    rows = (
        _bar(words.thesis_title(one), words.thesis_label(one.number), summary.place_address(one.number), one)
        for one in theses
    )
    return _bars(_("Haltung zu jeder These."), _("These"), rows)


def paragraph_bars(summary: Summary, thesis: ThesisResult) -> Bars:
    shown = [one for one in thesis.paragraphs if one.stances.n >= STEP]
    rows = (
        _bar(
            f"{one.full_number} {one.opening}",
            words.place(thesis.number, one.number),
            summary.place_address(thesis.number, one.number),
            one,
        )
        for one in shown
    )
    return _bars(_("Haltung zu den Absätzen, %(thesis)s.", thesis=words.thesis_label(thesis.number)), _("Absatz"), rows)


def _bars(caption: str, first: str, rows: Iterator[Bar]) -> Bars:
    key = tuple((name, words.stance(name)) for name in words.STANCES)
    head = (first, _("Haltung in Prozent"), _("Anzahl"))
    return Bars(f"{caption} {phrases.how_to_read_bars()}", head, key, tuple(rows))


def _bar(name: str, label: str, address: str, place: ThesisResult | ParagraphResult) -> Bar:
    counts = place.stances
    n = words.number(counts.n) if counts.n >= STEP else _("unter 5")
    if not words.has_shares(counts):
        return Bar(name, address, (), words.stance_sentence(counts), n, "")
    shares = tuple((key, percent) for key, _count, percent in counts.shares)
    return Bar(name, address, shares, "", n, phrases.spoken(label, counts))


def agreed(summary: Summary, limits: Limits) -> Iterator[Block]:
    yield Heading(1, _("Was die meisten auch so sehen"))
    if not summary.agreed:
        yield said(_("Dafür gibt es noch zu wenige Stimmen."))
    yield from listed(summary, summary.agreed, limits.listed, limits.words)


def disputed(summary: Summary, limits: Limits, is_short: bool = False) -> Iterator[Block]:
    """Theses that many do not carry, and annotations on which people differ: with the smaller side, and what it
    says. The short form leaves out what the bars show and what was answered."""
    yield Heading(1, _("Was umstritten ist"))
    theses = [] if is_short else _disputed_theses(summary)
    if theses:
        yield Bullets(tuple(_dissent(summary, one) for one in theses[: limits.listed]))
    if left := phrases.shown_of(min(limits.listed, len(theses)), len(theses)):
        yield said(left, look="small")
    left = phrases.shown_of(min(limits.listed, len(summary.disputed)), len(summary.disputed))
    for item in summary.disputed[: limits.listed]:
        note = f"{words.votes_sentence(item.votes)}. {phrases.minority(item.votes)}"
        yield entry(summary, item, limits.words, alone(note, left, limits.listed))
        if not is_short:
            yield from answering(summary, item, limits.words)
    if left and limits.listed > 1:
        yield said(left, look="small")
    if not theses and not summary.disputed:
        yield said(_("Bisher nichts: dafür braucht es mindestens zehn Stimmen und zwei Seiten."))


def _disputed_theses(summary: Summary) -> list[ThesisResult]:
    """The most contradicted first."""

    def against(thesis: ThesisResult) -> int:
        shares = {key: percent for key, _count, percent in thesis.stances.shares}
        return shares["against"] + shares["change"]

    found = [one for one in summary.measured_theses if one.stances.n >= PERCENT_FROM and against(one) >= DISSENT]
    return sorted(found, key=against, reverse=True)


def _dissent(summary: Summary, thesis: ThesisResult) -> Line:
    title = shorten(words.thesis_title(thesis), TITLE_MAX, placeholder="…")
    return (Run(title, address=summary.place_address(thesis.number)), Run(f": {phrases.dissent(thesis.stances)}"))


def unanswered(summary: Summary, limits: Limits) -> Iterator[Block]:
    yield Heading(1, _("Fragen ohne Antwort"))
    if not summary.unanswered:
        yield said(_("Keine Frage ist offen."))
    yield from listed(summary, summary.unanswered, limits.listed, limits.words, votes=False)


def outcomes_in_short(summary: Summary) -> Iterator[Block]:
    """Numbers alone, with the questions that wait."""
    yield Heading(1, _("Was wurde daraus?"))
    counted = (*_counted(words.outcome_rows(summary)), Run(". ")) if summary.expecting else ()
    yield Paragraph((*counted, Run(phrases.open_questions(len(summary.unanswered)))))


def outcomes(summary: Summary, limits: Limits, as_table: bool) -> Iterator[Block]:
    yield Heading(1, _("Was wurde daraus?"))
    if not summary.expecting:
        yield said(words.nothing_expected(summary))
        return
    waits = _("„Eingegangen“ heißt: Darüber ist noch nicht entschieden.") if summary.is_waited_for else ""
    yield said(_("Zu jedem Textvorschlag, jedem Einwand und jeder Frage steht öffentlich, was daraus wurde."), waits)
    if as_table:
        yield Table(_("Was daraus wurde"), (_("Ergebnis"), _("Anzahl")), tuple(words.outcome_rows(summary)))
    else:
        yield Paragraph(tuple(_counted(words.outcome_rows(summary))))
    shown = varied(summary.decided)[: limits.decided]
    if not shown:
        return
    yield Bullets(tuple(decided(summary, item) for item in shown))
    if left := phrases.shown_of(len(shown), len(summary.decided)):
        yield said(left, look="small")


def _counted(rows: Sequence[tuple[str, str]]) -> Iterator[Run]:
    """`Übernommen: 3 · In Prüfung: 2`, without what never happened."""
    found = [(name, count) for name, count in rows if count != words.number(0)]
    for place, (name, count) in enumerate(found):
        yield Run(f"{' · ' if place else ''}{name}: ")
        yield Run(count, strong=True)


def theses_one_by_one(summary: Summary, limits: Limits) -> Iterator[Block]:
    """Those with the most contributions: stances on the paragraphs, what most say, what divides, what is open."""
    busy = [thesis for thesis in summary.theses if thesis.total or thesis.has_paragraph_stances]
    most = sorted(busy, key=lambda thesis: -thesis.total)[: limits.details]
    if not most:
        return
    yield Heading(1, _("These für These"))
    for thesis in (one for one in busy if one in most):
        yield from _thesis(summary, thesis, limits)
    if left := len(busy) - len(most):
        yield said(
            words.ngettext(
                "Eine weitere These mit Beiträgen steht nur auf der Seite.",
                "%(num)s weitere Thesen mit Beiträgen stehen nur auf der Seite.",
                left,
            ),
            look="small",
        )


def _thesis(summary: Summary, thesis: ThesisResult, limits: Limits) -> Iterator[Block]:
    yield Heading(2, words.thesis_title(thesis))
    items = [item for item in summary.visible if item.thesis == thesis.number]
    counts = [(words.label(kind), sum(item.kind is kind for item in items)) for kind in Kind]
    kinds = ", ".join(f"{name}: {words.number(count)}" for name, count in counts if count)
    total = words.ngettext("%(num)s Beitrag", "%(num)s Beiträge", len(items))
    yield said(f"{total}{f' ({kinds})' if kinds else ''}.", look="small")
    if thesis.has_paragraph_stances:
        yield paragraph_bars(summary, thesis)
    for title, found in (
        (_("Viele sehen das auch so:"), summary.agreed),
        (_("Hier gehen die Meinungen auseinander:"), summary.disputed),
    ):
        for item in [one for one in found if one.thesis == thesis.number][:1]:
            yield said(title, look="intro")
            yield entry(summary, item, limits.words, words.votes_sentence(item.votes))
    waiting = [item for item in summary.unanswered if item.thesis == thesis.number]
    if waiting:
        yield said(_("Ohne Antwort:"), look="intro")
        yield from _questions(summary, waiting, limits)


def _questions(summary: Summary, items: Sequence[Item], limits: Limits) -> Iterator[Block]:
    first = items[0]
    yield entry(summary, first, limits.words)
    if others := len(items) - 1:
        yield said(words.ngettext("Und %(num)s weitere Frage.", "Und %(num)s weitere Fragen.", others), look="small")


def course(summary: Summary) -> Iterator[Block]:
    """What kind of contributions came when, and how they were moderated: tables."""
    yield Heading(1, _("Beiträge und Moderation in Zahlen"))
    kinds = tuple((words.label(kind), words.number(count)) for kind, count in summary.kinds)
    yield Table(_("Anmerkungen nach Art"), (_("Art"), _("Anzahl")), kinds)
    if summary.timeline:
        columns = summary.timeline.columns
        rows = tuple((words.column_name(summary.timeline, when), words.number(count)) for when, count in columns)
        yield Table(words.timeline_title(summary.timeline), (_("Zeit"), _("Anzahl")), rows)
    acts = tuple(words.moderation_rows(summary))
    if acts:
        yield Table(_("Entscheidungen der Moderation"), (_("Entscheidung"), _("Anzahl")), acts)
    else:
        yield said(_("Die Moderation musste bisher nichts entscheiden."))


def numbers(summary: Summary) -> Iterator[Block]:
    """Every stance that may be known, as tables."""
    if summary.has_stances:
        rows = tuple((words.thesis_title(one), *words.stance_cells(one.stances)) for one in summary.measured_theses)
        yield Table(_("Haltung zu jeder These"), tuple(words.stance_head(_("These"))), rows)
    for thesis in summary.theses:
        if thesis.has_paragraph_stances:
            caption = _("Haltung zu den Absätzen, %(thesis)s", thesis=words.thesis_label(thesis.number))
            rows = tuple((f"{p.full_number} {p.opening}", *words.stance_cells(p.stances)) for p in thesis.paragraphs)
            yield Table(caption, tuple(words.stance_head(_("Absatz"))), rows)


def read_on(summary: Summary, is_short: bool = False) -> Iterator[Block]:
    """How the document came about, and where everything else is."""
    yield Heading(1, _("Wo Sie weiterlesen"))
    addresses = (
        (_("Der ganze Text:"), summary.declaration_address),
        (_("Alle Ergebnisse mit jeder Anmerkung:"), summary.results_address),
    )
    lines = tuple((Run(f"{name} "), Run(address, address=address)) for name, address in addresses)
    if is_short:
        yield Paragraph((*lines[0], Run(" · "), *lines[1]))
    else:
        yield Bullets(lines)
    if summary.about.contact:
        yield said(_("Fragen an: %(contact)s", contact=summary.about.contact))
    yield said(words.quoting(), words.selection_note(summary), look="small")
