"""What came of a survey: loaded once, for the page and for every file alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from deliberation.database import db
from deliberation.declarations.models import Declaration, Thesis
from deliberation.permissions import Permission, Person, require
from deliberation.surveys import words
from deliberation.surveys.branching import sections_of
from deliberation.surveys.counting import LEAST, Cross, Figures, cross, shares_of
from deliberation.surveys.models import (
    Citation,
    FreeText,
    Item,
    ItemKind,
    Survey,
    SurveyState,
    TextState,
    load_citations,
)
from deliberation.surveys.opening import load_answers

TEXTS_SHOWN = 200
"""Words of people on the page; all of them stand in the file."""


@dataclass(frozen=True)
class Share:
    key: str
    words: str
    count: int | None
    percent: float


@dataclass(frozen=True)
class Result:
    """One question. Below LEAST answers `shares` is empty."""

    number: int
    item: Item
    section: Item | None
    figures: Figures
    shares: Sequence[Share]
    headline: str
    theses: Sequence[Thesis]
    texts: Sequence[str]

    @property
    def n(self) -> int:
        return self.figures.n


@dataclass(frozen=True)
class CrossView:
    """Two questions together; `cross` is None while two are still to be chosen, or where they cannot be crossed."""

    one: Result | None
    other: Result | None
    cross: Cross | None


@dataclass(frozen=True)
class SurveyResults:
    survey: Survey
    results: Sequence[Result]
    waiting: int
    """Texts that nobody has looked at."""

    @property
    def crossable(self) -> list[Result]:
        """Questions with one answer each, with a picture of their own."""
        return [one for one in self.results if one.item.kind in (ItemKind.SINGLE, ItemKind.SCALE) and one.shares]

    def find(self, number: int) -> Result | None:
        return next((one for one in self.results if one.number == number), None)


def load_results(reader: Person, survey: Survey) -> SurveyResults:
    """Everything that may be shown of a survey that is closed. Three queries."""
    require(reader, Permission.READ_SURVEY_RESULTS, survey)
    theses, sections = load_citations(survey), sections_of(survey.items)
    texts, waiting = _texts(survey)
    results = []
    for number, item in enumerate(survey.questions, start=1):
        figures = Figures.of_json(item.figures or {})
        shares = _shares(item, figures)
        results.append(
            Result(
                number, item, sections.get(item.id), figures, shares, words.headline(item, figures),
                theses.get(item.id, []), texts.get(item.id, []),
            )
        )  # fmt: skip
    return SurveyResults(survey, results, waiting)


def _shares(item: Item, figures: Figures) -> list[Share]:
    if item.kind is ItemKind.TEXT or (figures.n < LEAST and not figures.percents):
        return []
    return [Share(key, words.key_words(item, key), count, percent) for key, count, percent in shares_of(item, figures)]


def _texts(survey: Survey) -> tuple[dict[int, list[str]], int]:
    """What may be shown of people's words, and how many nobody has looked at."""
    query = select(FreeText.item_id, FreeText.body, FreeText.state).join(Item, Item.id == FreeText.item_id)
    found: dict[int, list[str]] = {}
    waiting = 0
    for item_id, body, state in db.session.execute(query.where(Item.survey_id == survey.id).order_by(FreeText.id)):
        waiting += state is TextState.WAITING
        if state is TextState.SHOWN:
            found.setdefault(item_id, []).append(body)
    return found, waiting


def load_cross(results: SurveyResults, one: int, other: int) -> CrossView:
    """Two questions together, by their numbers."""
    choice = results.crossable
    first, second = results.find(one), results.find(other)
    if first not in choice or second not in choice or first is None or second is None or first is second:
        return CrossView(first if first in choice else None, second if second in choice else None, None)
    if not results.survey.has_answers:
        return CrossView(first, second, None)
    return CrossView(first, second, cross(first.item, second.item, load_answers(results.survey)))


@dataclass(frozen=True)
class Cited:
    """A result beside the thesis it belongs to."""

    survey: Survey
    number: int
    headline: str


def load_cited(thesis: Thesis) -> list[Cited]:
    """Published results that belong to a thesis; none without a query where there are no surveys."""
    if thesis.declaration.surveyed_on is None:
        return []
    query = (
        select(Item, Survey)
        .join(Survey, Survey.id == Item.survey_id)
        .join(Citation, Citation.item_id == Item.id)
        .where(Citation.thesis_id == thesis.id, Survey.published_on.is_not(None))
        .order_by(Survey.number, Item.position)
    )
    found = db.session.execute(query).all()
    places = _numbers([item.survey_id for item, _survey in found])
    return [
        Cited(survey, places[item.id], words.headline(item, Figures.of_json(item.figures or {}))) for item, survey in found
    ]


def _numbers(surveys: Sequence[int]) -> dict[int, int]:
    """The printed number of each question."""
    query = select(Item.id, Item.survey_id).where(Item.survey_id.in_(set(surveys)), Item.kind != ItemKind.SECTION)
    found: dict[int, int] = {}
    counted: dict[int, int] = {}
    for item_id, survey_id in db.session.execute(query.order_by(Item.survey_id, Item.position)):
        counted[survey_id] = counted.get(survey_id, 0) + 1
        found[item_id] = counted[survey_id]
    return found


@dataclass(frozen=True)
class Shelf:
    """The surveys of a declaration as a reader sees them."""

    open: Sequence[Survey]
    published: Sequence[Survey]
    # For the team alone: drafts, and what is closed and not published.
    in_work: Sequence[Survey]


def load_shelf(reader: Person, declaration: Declaration, is_team: bool) -> Shelf:
    require(reader, Permission.READ, declaration)
    query = select(Survey).where(Survey.declaration_id == declaration.id).order_by(Survey.number.desc())
    found = db.session.scalars(query).all()
    return Shelf(
        [one for one in found if one.state is SurveyState.OPEN],
        [one for one in found if one.is_published],
        [one for one in found if not one.is_open and not one.is_published] if is_team else [],
    )
