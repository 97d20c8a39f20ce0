"""The sentences of a document that only documents say. Whoever reads them has never seen the discussion."""

from deliberation.annotations.tallies import PERCENT_FROM, STEP, StanceCounts, VoteCounts
from deliberation.permissions import Access
from deliberation.results import words
from deliberation.results.filters import Purpose
from deliberation.results.summary import Summary

_ = words.gettext


def sample() -> str:
    return _("Mustertext zum Ausprobieren: alle Beiträge sind erfunden.")


def kicker(purpose: Purpose, is_open: bool) -> str:
    """What the document is, above its title."""
    what = {
        Purpose.CONFERENCE: _("Bericht für die Fachtagung"),
        Purpose.COUNCIL: _("Zusammenfassung für Betriebsrat, Personalrat und MAV"),
        Purpose.COMMITTEE: _("Vorlage für den Ausschuss"),
        Purpose.PRESS: _("Information für die Presse"),
        Purpose.DATA: _("Zahlen und Anmerkungen der Beratung"),
    }[purpose]
    return " · ".join((what, _("Zwischenstand"))) if is_open else what


def published_by(summary: Summary) -> str:
    """Who stands behind the text; empty where nobody is named."""
    return _("Herausgegeben von: %(publisher)s.", publisher=summary.about.publisher) if summary.about.publisher else ""


def size(summary: Summary) -> str:
    """`Der Text hat 7 Thesen mit zusammen 21 Absätzen.`"""
    numbered = [thesis for thesis in summary.theses if thesis.is_numbered]
    paragraphs = sum(len(thesis.paragraphs) for thesis in summary.theses)
    theses = words.ngettext("%(num)s These", "%(num)s Thesen", len(numbered))
    return words.ngettext(
        "Der Text hat %(theses)s mit zusammen %(num)s Absatz.",
        "Der Text hat %(theses)s mit zusammen %(num)s Absätzen.",
        paragraphs,
        theses=theses,
    )


def beginning(summary: Summary) -> str:
    """How the text begins, where nobody wrote what it is about."""
    opening = next((thesis.opening for thesis in summary.theses if thesis.opening), "")
    return _("Er beginnt so: „%(opening)s“", opening=opening) if opening else ""


def way_in(summary: Summary) -> str:
    """Who could take part."""
    match summary.about.access:
        case Access.PUBLIC:
            return _("Lesen konnten alle, mitmachen alle, die sich angemeldet haben, unter einem Pseudonym.")
        case Access.INVITED:
            return _("Lesen konnten alle, mitmachen alle, die eingeladen waren, unter einem Pseudonym.")
        case Access.PRIVATE:
            return _("Lesen und mitmachen konnte, wer eingeladen war, unter einem Pseudonym.")


def ways(summary: Summary) -> str:
    """How they took part; where nobody took a stance nothing is said of stances."""
    if summary.figures.stances:
        did = _(
            "Die Beteiligten haben im Netz angegeben, ob sie Thesen und Absätze mittragen, Anmerkungen geschrieben und über "
            "die Anmerkungen anderer abgestimmt."
        )
    else:
        did = _("Die Beteiligten haben im Netz Anmerkungen geschrieben und über die Anmerkungen anderer abgestimmt.")
    return f"{did} {_('Ein Team hat die Beiträge moderiert.')}"


def no_picture(summary: Summary) -> str:
    """In place of bars."""
    if summary.is_open:
        return _("Ab 5 Stimmen zeigen wir hier ein Bild.")
    return _("Für ein Bild kamen zu wenige Haltungen zusammen.")


def period(summary: Summary) -> str:
    """From which day to which the contributions came; empty without any."""
    days = [item.created for item in summary.visible if item.created]
    if not days:
        return ""
    first, last = min(days), max(days)
    if first == last:
        return _("Alle Beiträge sind vom %(day)s.", day=words.day(first))
    return _("Die Beiträge kamen vom %(first)s bis zum %(last)s.", first=words.day(first), last=words.day(last))


def still_open(summary: Summary) -> str:
    if summary.is_open:
        return _("Die Beratung läuft noch, die Zahlen können sich ändern.")
    return _("Haltungen und Stimmen können nicht mehr abgegeben werden.")


def minority(votes: VoteCounts) -> str:
    """Who sees it the other way, among those who decided."""
    decided = votes.agree + votes.disagree
    if votes.agree == votes.disagree:
        return _("Beide Seiten sind gleich groß.")
    if votes.agree > votes.disagree:
        return _("Die kleinere Seite sieht es anders: %(few)s von %(all)s.", few=votes.disagree, all=decided)
    return _("Die kleinere Seite sieht es auch so: %(few)s von %(all)s.", few=votes.agree, all=decided)


def dissent(counts: StanceCounts) -> str:
    """`24 % tragen das nicht mit, 18 % nur mit Änderung`, from ten voices on."""
    share = {key: percent for key, _count, percent in counts.shares}
    return _(
        "%(against)s %% tragen sie nicht mit, %(change)s %% nur mit Änderung (%(n)s Stimmen).",
        against=share["against"],
        change=share["change"],
        n=words.number(counts.n),
    )


def spoken(name: str, counts: StanceCounts) -> str:
    """What a bar shows, as the page says it to those who cannot see it."""
    said = {
        "carry": _("%(percent)s Prozent tragen mit"),
        "change": _("%(percent)s Prozent nur mit Änderung"),
        "unclear": _("%(percent)s Prozent noch unklar"),
        "against": _("%(percent)s Prozent tragen nicht mit"),
    }
    shares = ", ".join(said[key] % {"percent": percent} for key, _count, percent in counts.shares)
    return _("%(label)s: %(shares)s. %(n)s Stimmen.", label=name, shares=shares, n=words.number(counts.n))


def too_few(count: int) -> str:
    """How many theses have no bar; empty for none."""
    if not count:
        return ""
    return words.ngettext(
        "Zu einer weiteren These gibt es noch zu wenige Stimmen.",
        "Zu %(num)s weiteren Thesen gibt es noch zu wenige Stimmen.",
        count,
    )


def open_questions(count: int) -> str:
    if not count:
        return _("Keine Frage ist offen.")
    return words.ngettext("Eine Frage ist noch ohne Antwort.", "%(num)s Fragen sind noch ohne Antwort.", count)


def how_to_read_bars() -> str:
    return _(
        "Anteile in Prozent der Stimmen; unter %(percent)s Stimmen als Anzahl, unter %(step)s gar nicht.",
        percent=PERCENT_FROM,
        step=STEP,
    )


def shown_of(shown: int, total: int) -> str:
    """How much a list leaves out; empty where it shows everything."""
    if shown >= total:
        return ""
    if shown == 1:
        return _("Hier steht nur die erste von %(all)s.", all=words.number(total))
    return _("Die ersten %(shown)s von %(all)s.", shown=words.number(shown), all=words.number(total))
