"""Words that organisers explain (Begriffe): a page with all of them, and under each paragraph those that occur in it.

The text itself stays as it is, because annotations hang on its exact words. `Declaration.terms` says what to look for without a
query, so pages without such words pay nothing. Nothing that stood there is lost."""

import unicodedata
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TypeVar

from sqlalchemy import select

from deliberation.clock import today
from deliberation.database import ID_MAX, db, once
from deliberation.declarations.models import (
    FORMS_MAX,
    TERM_MAX,
    Act,
    Declaration,
    Paragraph,
    Term,
    TermEdition,
    hold_text,
    load_paragraphs,
)
from deliberation.declarations.record import record
from deliberation.declarations.terms import Tokens, find_terms, has_word, to_key
from deliberation.permissions import Outdated, Permission, Person, require
from deliberation.text import has_words, normalised

TERMS_MAX = 200
EXPLANATION_MAX = 1000
Key = TypeVar("Key", bound=Hashable)


class TermRefused(Exception):
    """`field` is name, forms, explanation or easy; `reason` empty, long, word (a form without letter or digit), taken or number
    (too many); `other` is the term that has this form already."""

    def __init__(self, field: str, reason: str, other: str = "") -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
        self.other = other


@dataclass(frozen=True)
class TermWords:
    """`forms` with commas between them; `easy` with one sentence on each line."""

    name: str
    forms: str
    explanation: str
    easy: str = ""

    @classmethod
    def of(cls, term: Term) -> "TermWords":
        return cls(term.name, term.forms, term.explanation, term.easy)

    @property
    def spellings(self) -> list[str]:
        return [self.name, *(one for one in self.forms.split(", ") if one)]


def to_order(name: str) -> tuple[str, str]:
    """As in a German dictionary: ä like a, ß like ss."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(one for one in plain if not unicodedata.combining(one)), name


def find_term(declaration: Declaration, number: int) -> Term | None:
    """One that was taken out is found too."""
    if not 0 < number <= ID_MAX:
        return None
    return db.session.scalars(select(Term).where(Term.declaration_id == declaration.id, Term.id == number)).one_or_none()


def load_terms(declaration: Declaration, removed: bool = False) -> list[Term]:
    """In alphabetical order; `removed`: those that were taken out."""
    gone = Term.removed_on.is_not(None) if removed else Term.removed_on.is_(None)
    found = db.session.scalars(select(Term).where(Term.declaration_id == declaration.id, gone))
    return sorted(found, key=lambda one: to_order(one.name))


def load_editions_of(term: Term) -> list[TermEdition]:
    """What stood there before, the newest first."""
    query = select(TermEdition).where(TermEdition.term_id == term.id).order_by(TermEdition.number.desc())
    return list(db.session.scalars(query))


def load_terms_in(declaration: Declaration, texts: Mapping[Key, str]) -> dict[Key, list[Term]]:
    """The terms that occur in each of these texts, in alphabetical order. One query, none where nothing occurs."""
    ids = find_ids(declaration, texts)
    wanted = {number for found in ids.values() for number in found}
    if not wanted:
        return {}
    query = select(Term).where(Term.declaration_id == declaration.id, Term.removed_on.is_(None), Term.id.in_(wanted))
    rows = sorted(db.session.scalars(query), key=lambda one: to_order(one.name))
    return {key: [row for row in rows if row.id in found] for key, found in ids.items()}


def load_terms_of(declaration: Declaration, paragraphs: Iterable[Paragraph]) -> dict[int, list[Term]]:
    """As `load_terms_in`, by the id of the paragraph. They have their wordings."""
    return load_terms_in(declaration, {one.id: one.wording.text for one in paragraphs} if declaration.terms else {})


def load_unused(declaration: Declaration) -> set[int]:
    """The ids of terms that occur nowhere in the text in force: perhaps a form is missing. One query."""
    found = load_paragraphs([one.id for one in declaration.theses]) if declaration.terms else []
    used = find_ids(declaration, {one.id: one.wording.text for one in found}).values()
    return {number for number, *_forms in declaration.terms} - {number for some in used for number in some}


def find_ids(declaration: Declaration, texts: Mapping[Key, str]) -> dict[Key, set[int]]:
    """Which terms occur in which of these texts, where any does."""
    if not declaration.terms:
        return {}
    spellings = tuple((number, tuple(forms)) for number, *forms in declaration.terms)
    return {key: ids for key, text in texts.items() if (ids := find_terms(spellings, text))}


def add_term(organiser: Person, declaration: Declaration, words: TermWords) -> Term:
    """A new word; the same one sent again is the same word, and one that was taken out comes back. Raises TermRefused."""
    hold_text(declaration)
    require(organiser, Permission.EDIT_PAGES, declaration)
    words = _checked(words)
    same = select(Term).where(Term.declaration_id == declaration.id, Term.name == words.name)
    found = db.session.scalars(same).one_or_none()
    if found is not None and found.removed_on is None and TermWords.of(found) == words:
        return found
    _check_place(declaration, words, found if found is not None and found.removed_on else None)
    if found is not None:
        _change(found, words, None)
        _note(organiser, declaration, found, "back")
    made = once(
        same,
        lambda: _take_over(Term(declaration_id=declaration.id, edition=1), words),
        lambda term: _note(organiser, declaration, term, "made"),
    )
    _refresh(declaration)
    return made


def change_term(organiser: Person, declaration: Declaration, term: Term, words: TermWords, edition: int) -> bool:
    """Other words; whether anything is another now. Raises TermRefused, and Outdated if somebody else changed it meanwhile."""
    hold_text(declaration)
    require(organiser, Permission.EDIT_PAGES, declaration)
    words = _checked(words)
    db.session.refresh(term)
    if words == TermWords.of(term):
        return False
    if term.edition != edition:
        raise Outdated(term)
    if term.removed_on is None:
        _check_place(declaration, words, term)
    elif words.name != term.name:
        _check_name(declaration, words, term)
    _change(term, words, term.removed_on)
    _note(organiser, declaration, term, "changed")
    _refresh(declaration)
    return True


def remove_term(organiser: Person, declaration: Declaration, term: Term) -> bool:
    """Explain it no more; its words stay with the organisers. Whether it was there still."""
    hold_text(declaration)
    require(organiser, Permission.EDIT_PAGES, declaration)
    db.session.refresh(term)
    if term.removed_on is not None:
        return False
    term.removed_on, term.edition = today(), term.edition + 1
    _note(organiser, declaration, term, "removed")
    _refresh(declaration)
    return True


def restore_term(organiser: Person, declaration: Declaration, term: Term) -> bool:
    """Explain it again; whether it was not there. Raises TermRefused."""
    hold_text(declaration)
    require(organiser, Permission.EDIT_PAGES, declaration)
    db.session.refresh(term)
    if term.removed_on is None:
        return False
    _check_place(declaration, TermWords.of(term), term)
    term.removed_on, term.edition = None, term.edition + 1
    _note(organiser, declaration, term, "back")
    _refresh(declaration)
    return True


def write_terms(declaration: Declaration, given: Iterable[TermWords]) -> None:
    """The terms of a pattern or an archive, where none are yet: what does not fit the limits or comes twice is left out."""
    taken: set[Tokens] = set()
    for one in islice(given, TERMS_MAX):
        try:
            words = _checked(one)
        except TermRefused:
            continue
        keys = {to_key(spelling) for spelling in words.spellings}
        if not keys & taken:
            taken |= keys
            db.session.add(_take_over(Term(declaration_id=declaration.id, edition=1), words))
    _refresh(declaration)


def _checked(words: TermWords) -> TermWords:
    """As they are kept."""
    name = " ".join(normalised(words.name).split())
    forms = [" ".join(one.split()) for one in normalised(words.forms).replace("\n", ",").split(",")]
    forms = [one for one in dict.fromkeys(forms) if one and one != name]
    kept = TermWords(name, ", ".join(forms), normalised(words.explanation), _lines(words.easy))
    limits = {"name": TERM_MAX, "forms": FORMS_MAX, "explanation": EXPLANATION_MAX, "easy": EXPLANATION_MAX}
    for field, limit in limits.items():
        if len(getattr(kept, field)) > limit:
            raise TermRefused(field, "long")
    if not name or not has_words(kept.explanation):
        raise TermRefused("explanation" if name else "name", "empty")
    if "," in name:
        raise TermRefused("name", "comma")
    for field, some in (("name", [name]), ("forms", forms)):
        if not all(map(has_word, some)):
            raise TermRefused(field, "word")
    return kept


def _lines(source: str) -> str:
    return "\n".join(line.strip() for line in normalised(source).split("\n"))


def _check_place(declaration: Declaration, words: TermWords, own: Term | None) -> None:
    """Whether there is room for it, and no other term has one of its forms."""
    others = [one for one in load_terms(declaration) if own is None or one.id != own.id]
    if len(others) >= TERMS_MAX:
        raise TermRefused("name", "number")
    keys = {to_key(one) for one in words.spellings}
    for other in others:
        if shared := keys & {to_key(one) for one in other.spellings}:
            raise TermRefused("name" if to_key(words.name) in shared else "forms", "taken", other.name)
    _check_name(declaration, words, own)


def _check_name(declaration: Declaration, words: TermWords, own: Term | None) -> None:
    """Names are given once, those of removed terms among them."""
    same = select(Term).where(Term.declaration_id == declaration.id, Term.name == words.name)
    found = db.session.scalars(same if own is None else same.where(Term.id != own.id)).one_or_none()
    if found is not None:
        raise TermRefused("name", "taken", found.name)


def _change(term: Term, words: TermWords, removed_on: date | None) -> None:
    """Keep what stood there, if it is another."""
    before = TermWords.of(term)
    if words != before:
        kept = TermEdition(
            term_id=term.id, number=term.edition, name=before.name, forms=before.forms, explanation=before.explanation,
            easy=before.easy, written_on=term.changed_on,
        )  # fmt: skip
        db.session.add(kept)
    term.edition += 1
    term.removed_on = removed_on
    _take_over(term, words)


def _take_over(term: Term, words: TermWords) -> Term:
    term.name, term.forms, term.explanation, term.easy = words.name, words.forms, words.explanation, words.easy
    term.changed_on = today()
    return term


def _note(organiser: Person, declaration: Declaration, term: Term, after: str) -> None:
    record(organiser.membership_in(declaration.id), declaration, Act.TEXTS, after=f"term:{term.id},{after}")


def _refresh(declaration: Declaration) -> None:
    """So that pages know what to look for. What somebody else wrote meanwhile is there already."""
    db.session.flush()
    db.session.refresh(declaration, ["terms"])
    declaration.terms = [[one.id, *one.spellings] for one in load_terms(declaration)]
    db.session.flush()
