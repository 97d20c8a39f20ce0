"""What both files say about changes, in the language that is being spoken, and which characters a file may hold."""

import re
from collections.abc import Sequence

from deliberation.config import LOCALES
from deliberation.declarations.changes import Changes, ChangeState, Credit, Elsewhere, ParagraphChange, ThesisChange
from deliberation.declarations.models import CLOSING, PREAMBLE
from deliberation.results.words import gettext, place, thesis_label

_ = gettext

_UNFIT = re.compile("[^\\t\\n\\r\\x20-\\x7e\\x85\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def fit(text: str) -> str:
    """Without what neither XML nor HTML may contain: control characters, lone surrogates, non-characters."""
    return _UNFIT.sub("", text)


def page_language(changes: Changes) -> str:
    """The language of our own words; a text in a language we do not speak gets German ones around it."""
    return changes.language if changes.language in LOCALES else LOCALES[0]


def headline(changes: Changes) -> str:
    if not changes.new_edition:
        return _("Änderungen von Fassung %(old)s zum Entwurf der nächsten Fassung", old=changes.old_edition)
    return _("Änderungen von Fassung %(old)s zu Fassung %(new)s", old=changes.old_edition, new=changes.new_edition)


def edition(number: int) -> str:
    return _("Fassung %(number)s", number=number) if number else _("Entwurf der nächsten Fassung")


def thesis_title(number: str, heading: str) -> str:
    """`3. Lernen ist Arbeitszeit`, `Vorbemerkung: Worum es geht`; empty for a thesis that is not there."""
    if not number:
        return ""
    if number in (PREAMBLE, CLOSING):
        return f"{thesis_label(number)}: {heading}" if heading else thesis_label(number)
    return f"{number}. {heading}" if heading else thesis_label(number)


def thesis_state(thesis: ThesisChange) -> str:
    if not thesis.old_number:
        return _("neu")
    return "" if thesis.new_number else _("gestrichen")


def heading_state(thesis: ThesisChange) -> str:
    """What to look for at a heading, in the list of changes."""
    if thesis.old_number and thesis.new_number and thesis.old_heading != thesis.new_heading:
        return _("Überschrift neu gefasst")
    return thesis_state(thesis)


def is_renumbered(paragraph: ParagraphChange) -> bool:
    """Whether only the number tells that it was another one: the words for what moved name the old one."""
    is_moved = paragraph.is_reordered or paragraph.state is ChangeState.MOVED
    return (
        not is_moved
        and "" not in (paragraph.old_number, paragraph.new_number)
        and (paragraph.old_number != paragraph.new_number)
    )


def state(paragraph: ParagraphChange, thesis: ThesisChange) -> str:
    """What happened to it, and which words of it stand elsewhere: `neu gefasst. Satz 3 steht jetzt in 2.1a.`"""
    told = [kind(paragraph, thesis), *wandered(paragraph)]
    return told[0] if len(told) == 1 else f"{told[0]}. {' '.join(told[1:])}"


def kind(paragraph: ParagraphChange, thesis: ThesisChange) -> str:
    """`neu gefasst`; empty for a paragraph whose words and place are what they were."""
    number = former_number(paragraph, thesis)
    if paragraph.state is ChangeState.NEW and paragraph.came_from:
        return _("abgeteilt aus %(number)s", number=elsewhere(paragraph.came_from))
    if paragraph.state is ChangeState.REWORDED and paragraph.is_reordered:
        if is_in_place(paragraph, thesis):
            return _("neu gefasst und an eine andere Stelle der These verschoben")
        return _("neu gefasst und verschoben, vorher %(number)s", number=number)
    if paragraph.state is ChangeState.MOVED:
        if is_in_place(paragraph, thesis):
            return _("an eine andere Stelle der These verschoben")
        return _("verschoben, vorher %(number)s", number=number)
    return {ChangeState.NEW: _("neu"), ChangeState.GONE: _("gestrichen"), ChangeState.REWORDED: _("neu gefasst")}.get(
        paragraph.state, ""
    )


def is_in_place(paragraph: ParagraphChange, thesis: ThesisChange) -> bool:
    """Whether it moved and kept its number all the same: naming the old one would puzzle."""
    return former_number(paragraph, thesis) == present_number(paragraph, thesis)


def wandered(paragraph: ParagraphChange) -> list[str]:
    """Where words of it came from or went, beyond its `kind`: `Satz 3 bis 5 stehen jetzt in 2.1a.`"""
    found = []
    if paragraph.came_from and paragraph.state is not ChangeState.NEW:
        found.append(_("Mit %(number)s verbunden.", number=elsewhere(paragraph.came_from)))
    for each in paragraph.went_to:
        sentences, number = _sentences(each.sentences), elsewhere(each)
        if len(each.sentences) == 1:
            found.append(_("Satz %(sentence)s steht jetzt in %(number)s.", sentence=sentences, number=number))
        else:
            found.append(_("Satz %(sentences)s stehen jetzt in %(number)s.", sentences=sentences, number=number))
    return found


def elsewhere(one: Elsewhere) -> str:
    return _unmistakable(one.thesis, one.number)


def _sentences(numbers: Sequence[int]) -> str:
    """`3 bis 5` for sentences that follow one another, else `1, 3, 4`."""
    if len(numbers) > 1 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return _("%(first)s bis %(last)s", first=numbers[0], last=numbers[-1])
    return ", ".join(str(number) for number in numbers)


def former_number(paragraph: ParagraphChange, thesis: ThesisChange) -> str:
    return _unmistakable(paragraph.old_thesis or thesis.old_number, paragraph.old_number)


def present_number(paragraph: ParagraphChange, thesis: ThesisChange) -> str:
    return _unmistakable(thesis.new_number, paragraph.new_number)


def _unmistakable(thesis: str, number: str) -> str:
    """`3.1`; `Vorbemerkung, Absatz 1`, because paragraphs without a thesis number look alike."""
    return place(thesis, number) if thesis in (PREAMBLE, CLOSING) else number


def figures(changes: Changes) -> list[tuple[str, str]]:
    """How many paragraphs changed in which way. Those that were reworded and moved count as reworded."""
    named = {
        ChangeState.REWORDED: _("neu gefasst"),
        ChangeState.NEW: _("neu"),
        ChangeState.GONE: _("gestrichen"),
        ChangeState.MOVED: _("verschoben"),
        ChangeState.SAME: _("unverändert"),
    }
    return [(name, str(changes.count(each))) for each, name in named.items()]


def author(credit: Credit) -> str:
    return credit.pseudonym or _("Gelöschte Person")


def backing(paragraph: ParagraphChange) -> list[tuple[str, Sequence[Credit]]]:
    """The annotations behind a paragraph, with what stands in front of them: `Hinter Satz 2 stehen:`."""
    found: list[tuple[str, Sequence[Credit]]] = [
        (_("Hinter Satz %(number)s stehen:", number=sentence), credits) for sentence, credits in paragraph.credits
    ]
    found.append((_("Dahinter stehen:"), paragraph.credited))
    return [(phrase, credits) for phrase, credits in found if credits]


def backing_sentences(paragraph: ParagraphChange) -> list[str]:
    """`Hinter Satz 2 stehen: A-12 (Weide 27), A-15 (Linde 3)`."""
    return [
        f"{phrase} {', '.join(f'A-{credit.number} ({author(credit)})' for credit in credits)}"
        for phrase, credits in backing(paragraph)
    ]


def how_to_use(changes: Changes) -> str:
    """What a Word file says about itself, in a comment: in the text it would have to be deleted again."""
    return _(
        "Wer alle Änderungen annimmt, erhält „%(new)s“, wer alle ablehnt, „%(old)s“.",
        new=edition(changes.new_edition),
        old=edition(changes.old_edition),
    )
