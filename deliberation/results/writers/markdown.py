"""The readable summary as Markdown (CommonMark with tables): what a person pastes into a paper or a wiki."""

from collections.abc import Iterator, Sequence

from deliberation.annotations.tallies import STEP
from deliberation.results import field_words, group_words, words
from deliberation.results.annex import grouped, plain_paragraphs
from deliberation.results.documents.fitting import to_document
from deliberation.results.headline import headline_sentence
from deliberation.results.items import Item
from deliberation.results.summary import Summary, ThesisResult
from deliberation.results.writers import markdown_blocks
from deliberation.results.writers.marks import SIGNS, escaped, table
from deliberation.text import excerpt, to_plain_text

LIST_MAX = 10
"""Annotations in each of the three lists; the annex has all."""
QUOTE_WORDS = 200

_ = words.gettext


def write(summary: Summary) -> bytes:
    """UTF-8. Words of people are quoted only with their consent, without pseudonym, and never become markup. Without a
    purpose everything, with one the document for it."""
    if summary.filters.purpose is not None:
        return markdown_blocks.write(to_document(summary))
    parts = [
        *_head(summary),
        *_theses(summary),
        *_lists(summary),
        *_groups(summary),
        *_fields(summary),
        *_outcomes(summary),
        *_course(summary),
        *_annex(summary),
    ]
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def _head(summary: Summary) -> Iterator[str]:
    yield f"# {_('Was die Beratung zeigt')}: {escaped(summary.about.title)}"
    yield escaped(words.state_of(summary)) + f"  \n<{summary.results_address}>"
    yield f"> {words.not_representative()}"
    if summary.about.is_sample:
        yield _("Mustertext zum Ausprobieren: alle Beiträge sind erfunden.")
    yield " ".join(filter(None, (words.quoting(), words.steps(summary), words.selection_note(summary))))
    yield f"## {_('Auf einen Blick')}"
    yield table([_("Was"), _("Anzahl")], words.figure_rows(summary))


def _theses(summary: Summary) -> Iterator[str]:
    yield f"## {headline_sentence(summary.headline)}"
    if not summary.has_stances:
        yield _("Ab 5 Stimmen zeigen wir hier ein Bild.")
    else:
        yield _("Haltung zu jeder These in Prozent der Stimmen, unter zehn Stimmen als Anzahl.")
        rows = ([_linked(summary, t), *words.stance_cells(t.stances)] for t in summary.measured_theses)
        yield table(words.stance_head(_("These")), rows)
    for thesis in summary.theses:
        if thesis.has_paragraph_stances:
            yield f"### {escaped(words.thesis_title(thesis))}"
            yield table(words.stance_head(_("Absatz")), _paragraph_rows(thesis))


def _linked(summary: Summary, thesis: ThesisResult) -> str:
    return f"[{escaped(words.thesis_title(thesis))}]({summary.place_address(thesis.number)})"


def _paragraph_rows(thesis: ThesisResult) -> Iterator[list[str]]:
    for paragraph in thesis.paragraphs:
        name = f"{paragraph.full_number} {paragraph.opening}"
        yield [SIGNS.sub(r"\\\1", name), *words.stance_cells(paragraph.stances)]


def _lists(summary: Summary) -> Iterator[str]:
    yield from _list(summary, _("Was die meisten auch so sehen"), summary.agreed, with_votes=True)
    yield from _list(summary, _("Was umstritten ist"), summary.disputed, with_votes=True)
    yield from _list(summary, _("Fragen ohne Antwort"), summary.unanswered, with_votes=False)


def _groups(summary: Summary) -> Iterator[str]:
    groups = summary.groups
    if not groups.sizes:
        return
    yield f"## {_('Was verbindet und was trennt')}"
    yield ", ".join(group_words.sizes(groups)) + "."
    for title, items in ((_("Verbindet"), groups.connects), (_("Trennt"), groups.divides)):
        yield f"### {title}"
        yield table(group_words.shared_head(groups), group_words.shared_rows(items)) if items else _("Bisher nichts.")
    if claims := group_words.claims(groups):
        yield f"### {_('Woran man die Gruppen erkennt')}"
        yield "\n".join(f"- {claim}" for claim in claims)
        yield table(group_words.statistics_head(), group_words.statistics(groups))


def _fields(summary: Summary) -> Iterator[str]:
    if not summary.fields.people:
        return
    yield f"## {_('Arbeitsfelder')}"
    yield field_words.field_caution()
    rows = [(name, words.number(count)) for name, count in field_words.people_rows(summary)]
    yield table([_("Arbeitsfeld"), _("Personen, etwa")], rows)
    if summary.fields.theses:
        yield table([_("These"), _("Arbeitsfeld"), _("Trage ich mit")], field_words.table_rows(summary))


def _list(summary: Summary, title: str, items: Sequence[Item], with_votes: bool) -> Iterator[str]:
    yield f"## {title}"
    if not items:
        yield _("Keine.") if not with_votes else _("Dafür gibt es noch zu wenige Stimmen.")
        return
    lines = []
    for item in items[:LIST_MAX]:
        votes = f" ({words.votes_sentence(item.votes)})" if with_votes else ""
        lines.append(f"- {named(summary, item)}{votes}")
    yield "\n".join(lines)
    if len(items) > LIST_MAX:
        yield _("Die ersten %(shown)s von %(all)s.", shown=LIST_MAX, all=words.number(len(items)))


def _outcomes(summary: Summary) -> Iterator[str]:
    yield f"## {_('Was wurde daraus?')}"
    if not summary.expecting:
        yield words.nothing_expected(summary)
        return
    yield _("Zu jedem Textvorschlag, jedem Einwand und jeder Frage steht öffentlich, was daraus wurde.")
    yield table([_("Ergebnis"), _("Anzahl")], words.outcome_rows(summary))
    lines = [f"- {_decided(summary, item)}" for item in summary.decided[:LIST_MAX]]
    if lines:
        yield "\n".join(lines)
    if len(summary.decided) > LIST_MAX:
        yield _("Die ersten %(shown)s von %(all)s.", shown=LIST_MAX, all=words.number(len(summary.decided)))


def _decided(summary: Summary, item: Item) -> str:
    link = f"[{item.label}]({summary.annotation_address(item.number)})"
    return f"{link}, {escaped(words.mention(item))}: **{escaped(words.outcome(item))}.** {escaped(item.outcome_reason)}"


def named(summary: Summary, item: Item) -> str:
    """Its number as a link, what it is, and its words where that is allowed."""
    link = f"[{item.label}]({summary.annotation_address(item.number)})"
    line = f"{link}, {escaped(words.mention(item))}"
    return f"{line}: „{escaped(excerpt(item.body, QUOTE_WORDS))}“" if item.is_quotable else line


def _course(summary: Summary) -> Iterator[str]:
    yield f"## {_('Welche Art von Beiträgen kam')}"
    yield table([_("Art"), _("Anzahl")], [(words.label(k), words.number(c)) for k, c in summary.kinds])
    if summary.timeline:
        yield f"## {_('Wann die Beiträge kamen')}"
        columns = summary.timeline.columns
        rows = [(words.column_name(summary.timeline, when), words.number(count)) for when, count in columns]
        yield table([words.timeline_title(summary.timeline), _("Anzahl")], rows)
    yield f"## {_('So wurde moderiert')}"
    rows = words.moderation_rows(summary)
    yield table([_("Entscheidung"), _("Anzahl")], rows) if rows else _("Bisher war keine Entscheidung nötig.")


def _annex(summary: Summary) -> Iterator[str]:
    yield f"## {_('Anhang: alle Anmerkungen')}"
    groups = grouped(summary)
    if not groups:
        yield _("Noch keine.")
    for place, items in groups:
        yield f"### {escaped(place)}"
        yield "\n".join(line for item in items for line in _entry(summary, item))


def _entry(summary: Summary, item: Item) -> Iterator[str]:
    indent = "  " if item.is_reply else ""
    if not item.is_visible:
        yield f"{indent}- {item.label}: {escaped(words.placeholder(item))}"
        return
    what = words.mention(item) if item.is_reply else words.item_kind(item)
    votes = f" ({words.votes_sentence(item.votes)})" if item.votes.n >= STEP else ""
    yield f"{indent}- [{item.label}]({summary.annotation_address(item.number)}), {what}{votes}"
    if item.is_quotable:
        yield from _quote(item, indent + "  ")


def _quote(item: Item, indent: str) -> Iterator[str]:
    parts = plain_paragraphs(item.body)
    if item.wording:
        parts.append(_("Vorschlag: %(wording)s", wording=to_plain_text(item.wording)))
    yield ""
    for place, part in enumerate(parts):
        if place:
            yield f"{indent}>"
        yield f"{indent}> {escaped(part)}"
    yield ""
