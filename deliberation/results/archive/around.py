"""What came around the declaration: pages of its organisers, hands of its tables, published results of surveys.

As data, from which the pages of the archive are made, so that they are the same where an archive was brought back."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from deliberation.database import db
from deliberation.declarations.models import Declaration, Paragraph, Thesis
from deliberation.meetings.protocols import COUNTED, Hands, load_hands
from deliberation.pages.models import Page, load_editions_of, load_pages
from deliberation.permissions import Operator
from deliberation.results import words
from deliberation.results.archive.carrying import are_still_shown, fitting, load_facts

_ = words.gettext
HANDS_COLUMNS = ("thesis", "paragraph", *COUNTED)


@dataclass(frozen=True)
class ArchivedSurvey:
    """What was published of a survey (`surveys.published`), and its tables by what stands behind their name."""

    data: Mapping[str, Any]
    tables: Mapping[str, bytes]

    @property
    def page(self) -> str:
        return f"{self._name}.html"

    @property
    def files(self) -> dict[str, bytes]:
        return {f"{self._name}{more}.csv": content for more, content in self.tables.items()}

    @property
    def _name(self) -> str:
        return f"survey-{self.data['number']}"


surveys_of: list[Callable[[Declaration], list[ArchivedSurvey]]] = []
"""Who can say what surveys found (`surveys.published`): what stands above this feature enters itself here."""


@dataclass(frozen=True)
class Around:
    """Everything of it that everybody sees."""

    pages: Sequence[Mapping[str, Any]]
    hands: Sequence[Hands]
    surveys: Sequence[ArchivedSurvey]
    # Of its pages; without bytes.
    files: Sequence[Mapping[str, Any]]

    def __bool__(self) -> bool:
        return bool(self.pages or self.hands or self.surveys)

    @property
    def carried(self) -> Sequence[Mapping[str, Any]]:
        """The files that come along."""
        return fitting(self.files)

    @property
    def tables(self) -> dict[str, bytes]:
        """Of the surveys."""
        return {name: content for survey in self.surveys for name, content in survey.files.items()}


def load_around(declaration: Declaration) -> Around:
    return Around(
        [_page(one) for one in load_pages(declaration) if one.is_shown],
        load_hands(Operator(), declaration),
        [survey for load in surveys_of for survey in load(declaration)],
        load_facts(declaration),
    )


def own_page(address: str) -> str:
    return f"page-{address}.html"


def _page(page: Page) -> dict[str, Any]:
    """In Markdown, with what everybody saw there before, the oldest first."""
    return {
        "address": page.address,
        "title": page.title,
        "body": page.body,
        "easy": page.easy,
        "day": page.changed_on.isoformat(),
        "news_on": page.news_on.isoformat() if page.news_on else None,
        "in_menu": page.in_menu,
        "in_footer": page.in_footer,
        "position": page.position,
        "editions": [
            {"title": one.title, "body": one.body, "easy": one.easy, "day": one.written_on.isoformat()}
            for one in reversed(load_editions_of(page, with_drafts=False))
        ],
    }


def hands_of(around: Around, paragraphs: Mapping[int, int]) -> list[dict[str, Any]]:
    """`paragraphs`: what stands for each in the data, by its id."""
    return [
        {"thesis": one.thesis.number, "paragraph": paragraphs[one.paragraph.id]} | {name: getattr(one, name) for name in COUNTED}
        for one in around.hands
    ]


def hands_rows(around: Around) -> Iterator[Sequence[Any]]:
    """A table, with numbers as they are printed."""
    yield HANDS_COLUMNS
    for one in around.hands:
        yield (one.thesis.number, one.paragraph.number, *(getattr(one, name) for name in COUNTED))


def is_still_public(declaration: Declaration, data: Mapping[str, Any]) -> bool:
    """Whether everything of it in the data of an archive can still be read, in the same words, every file can be opened, and no
    table took its hands back. Archives from before there were pages, tables, surveys and files hold none."""
    # Readers and jobs ask, in whatever language.
    with words.speaking(declaration.language):
        around = load_around(declaration)
    pages = {one["address"]: _page_words(one) for one in around.pages}
    surveys = {one.data["number"]: _survey_words(one.data) for one in around.surveys}
    hands = {one.paragraph.id: one for one in around.hands}
    return (
        all(_page_words(one) <= pages.get(one["address"], set()) for one in data.get("pages", ()))
        and are_still_shown(declaration, data.get("files", ()))
        and all(_survey_words(one) <= surveys.get(one["number"], set()) for one in data.get("surveys", ()))
        and all(_is_counted(one, hands.get(place)) for place, one in _placed(declaration, data))
    )


def _page_words(page: Mapping[str, Any]) -> set[str]:
    """Archives from before there were twins hold none."""
    return {text for one in (page, *page["editions"]) for text in (one["title"], one["body"], one.get("easy", "")) if text}


def _survey_words(survey: Mapping[str, Any]) -> set[str]:
    """What somebody wrote in it. What is made of figures depends on the language that is spoken."""
    around = (survey[name] for name in ("title", "intro", "invited", "source", "period"))
    return {text for text in (*around, *(one for each in survey["questions"] for one in _question_words(each))) if text}


def _question_words(question: Mapping[str, Any]) -> Iterable[str]:
    yield question["words"]
    yield question["section"] or ""
    yield from (text for _key, text in question["options"])
    yield from question["texts"]
    if question["is_own_headline"]:
        yield question["headline"]


def _placed(declaration: Declaration, data: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Hands of the data by the ids of their paragraphs: those are counted in the order in which they came to be."""
    given = data.get("hands", ())
    query = select(Paragraph.id).join(Thesis, Thesis.id == Paragraph.thesis_id).where(Thesis.declaration_id == declaration.id)
    ids = list(db.session.scalars(query.order_by(Paragraph.id))) if given else []
    yield from ((ids[one["paragraph"] - 1], one) for one in given)


def _is_counted(then: Mapping[str, Any], now: Hands | None) -> bool:
    """Sums only ever fall when a table takes something back."""
    return now is not None and all(then[name] <= getattr(now, name) for name in COUNTED)


def survey_columns() -> dict[str, str]:
    """What each column of the table of a survey holds, for people."""
    return {
        "question": _("Nummer der Frage"),
        "words": _("Wortlaut der Frage"),
        "kind": _("Art: single (eine Antwort), multiple (mehrere), scale (vier Stufen), number (Zahl), text (eigene Worte)"),
        "answer": _("Schlüssel der Antwort, der Stufe oder des Bereichs; leer: unter fünf Antworten oder eigene Worte"),
        "answer_words": _("Antwort in Worten"),
        "count": _("Anzahl; leer: nicht bekannt oder unter fünf Antworten auf die Frage"),
        "percent": _("Anteil an denen, die geantwortet haben, gerundet"),
        "n": _("wie viele Antworten das Bild machen"),
        "declined": _("„Keine Angabe“"),
        "missing": _("gefragt und nicht beantwortet"),
        "unasked": _("nicht gefragt, weil eine frühere Antwort daran vorbeiführte"),
        "unable": _("„Kann ich nicht beurteilen“; zählt nicht zu n"),
    }


def text_columns() -> dict[str, str]:
    return {"question": _("Nummer der Frage"), "text": _("was jemand schrieb und das Team freigegeben hat")}


def hands_columns() -> dict[str, str]:
    return {
        "thesis": _("Nummer der These"),
        "paragraph": _("Nummer des Absatzes in der These"),
        "tables": _("wie oft ein Tisch dazu die Hände hob"),
        "present": _("wie viele Personen an diesen Tischen saßen"),
        "carry": _("Hände für „Trage ich mit“"),
        "change": _("Hände für „Nur mit Änderung“"),
        "unclear": _("Hände für „Noch unklar“"),
        "against": _("Hände für „Trage ich nicht mit“"),
    }


def readme(around: Around) -> str:
    """What the columns of its tables mean; nothing where there are none."""
    parts = [
        (_("Handzeichen der Tischgruppen: %(file)s", file="tables.csv"), hands_columns(), bool(around.hands)),
        (_("Umfragen: %(file)s", file="survey-1.csv …"), survey_columns(), bool(around.surveys)),
        (
            _("Texte aus Umfragen: %(file)s", file="survey-1-texts.csv …"), text_columns(),
            any("-texts" in one.tables for one in around.surveys),
        ),
    ]  # fmt: skip
    return "".join(
        "\n".join(["", title, *(f"{name}: {meaning}" for name, meaning in columns.items()), ""])
        for title, columns, is_there in parts
        if is_there
    )
