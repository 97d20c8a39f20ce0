"""Published results out of an archive, stored as figures: what was published can be read again, and nobody answers anything.

Single answers did not come along, so two questions are never shown together. What the file says is checked."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Any

from sqlalchemy import insert

from deliberation.accounts.models import random_key
from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.models import TITLE_MAX, Declaration
from deliberation.results.archive.importing import bringing
from deliberation.results.archive.texts import Text
from deliberation.surveys.bringing import COUNT_MAX
from deliberation.surveys.counting import Figures, keys_of
from deliberation.surveys.models import (
    HINT_MAX,
    INTRO_MAX,
    ITEMS_MAX,
    OPTIONS_MAX,
    TEXT_MAX,
    WORDS_MAX,
    Citation,
    Entry,
    FreeText,
    Item,
    ItemKind,
    Survey,
    SurveyState,
    TextState,
)
from deliberation.text import normalised, to_safe_html

SURVEYS_MAX = 200
NUMBER_MAX = 1_000_000
"""Of what somebody can be asked a number about, and of surveys."""
UNIT_MAX = 40
TEXTS_MAX = 200_000
AT_ONCE = 500


def bring_surveys(declaration: Declaration, given: Any, text: Text) -> None:
    """Write them as they were published. Raises ValueError, TypeError, KeyError."""
    surveys = list(given)
    numbers = [_count(one["number"], 1) for one in surveys]
    if len(surveys) > SURVEYS_MAX or len(set(numbers)) < len(numbers):
        raise ValueError("surveys")
    for one in surveys:
        _bring_survey(declaration, one, text)
    if surveys:
        declaration.surveyed_on = min(date.fromisoformat(one["published"]) for one in surveys)


def _bring_survey(declaration: Declaration, one: Mapping[str, Any], text: Text) -> None:
    intro, source, asked = _words(one["intro"], INTRO_MAX), _words(one["source"], WORDS_MAX), one["invited_count"]
    survey = Survey(
        declaration_id=declaration.id, number=one["number"], form_key=random_key(), state=SurveyState.CLOSED,
        title=_words(one["title"], TITLE_MAX), intro=intro, intro_html=to_safe_html(intro), entry=Entry(one["entry"]),
        opened_on=_day(one["opened"]), closed_on=_day(one["closed"]), published_on=date.fromisoformat(one["published"]),
        # Of figures from elsewhere there never were single answers.
        emptied_on=None if source else today(),
        invited=_words(one["invited"], HINT_MAX), invited_count=None if asked is None else _count(asked),
        people=_count(one["people"]), source=source, period=_words(one["period"], TITLE_MAX),
    )  # fmt: skip
    db.session.add(survey)
    db.session.flush()
    questions = list(one["questions"])
    if len(questions) > ITEMS_MAX:
        raise ValueError("survey questions")
    position, section = 0, None
    for question in questions:
        if question["section"] != section:
            section, position = question["section"], position + 1
            if section is not None:
                _add(Item(survey_id=survey.id, position=position, kind=ItemKind.SECTION, words=_words(section, WORDS_MAX)))
        position += 1
        _bring_question(survey, position, question, text)


def _bring_question(survey: Survey, position: int, one: Mapping[str, Any], text: Text) -> None:
    kind = ItemKind(one["kind"])
    item = Item(
        survey_id=survey.id, position=position, kind=kind, words=_words(one["words"], WORDS_MAX),
        options=_options(one["options"]) if kind in (ItemKind.SINGLE, ItemKind.MULTIPLE) else [],
        unit=_words(one["unit"], UNIT_MAX), headline=_words(one["headline"], WORDS_MAX) if one["is_own_headline"] else "",
    )  # fmt: skip
    if kind is ItemKind.SECTION:
        raise ValueError("survey question")
    if kind is ItemKind.NUMBER:
        item.low, item.high = (_count(one[name], -NUMBER_MAX, NUMBER_MAX) for name in ("low", "high"))
        if item.low >= item.high:
            raise ValueError("survey bounds")
    item.figures = _figures(item, one).to_json()
    _add(item)
    theses = {text.theses[number] for number in one["theses"]}
    db.session.add_all(Citation(item_id=item.id, thesis_id=thesis) for thesis in sorted(theses))
    texts = [_words(body, TEXT_MAX) for body in one["texts"]] if kind is ItemKind.TEXT else []
    if len(texts) > TEXTS_MAX:
        raise ValueError("survey texts")
    for start in range(0, len(texts), AT_ONCE):
        rows = [{"item_id": item.id, "body": body, "state": TextState.SHOWN} for body in texts[start : start + AT_ONCE]]
        db.session.execute(insert(FreeText), rows)


def _add(item: Item) -> None:
    item.form_key = random_key()
    db.session.add(item)
    db.session.flush()


def _options(given: Sequence[Any]) -> list[list[Any]]:
    found = [[_count(key, 1), _words(text, WORDS_MAX)] for key, text in given]
    if len(found) > OPTIONS_MAX or len({key for key, _text in found}) < len(found):
        raise ValueError("survey options")
    return found


def _figures(item: Item, one: Mapping[str, Any]) -> Figures:
    """Where answers have no counts, their percentages are all that was known."""
    answers = {str(answer["key"]): answer for answer in one["answers"]}
    if not answers.keys() <= set(keys_of(item)):
        raise ValueError("survey answers")
    has_counts = any(answer["count"] is not None for answer in answers.values())
    unable = _count(one["unable"])
    return Figures(
        answered=_count(one["n"]) + unable, declined=_count(one["declined"]), missing=_count(one["missing"]),
        unasked=_count(one["unasked"]), unable=unable,
        counts={key: _count(answer["count"]) for key, answer in answers.items()} if has_counts else {},
        percents={} if has_counts else {key: _number(answer["percent"], 0, 100) for key, answer in answers.items()},
        mean=None if one["mean"] is None else _number(one["mean"]),
        quartiles=tuple(_number(value) for value in _three(one["quartiles"])),
    )  # fmt: skip


def _three(given: Sequence[Any]) -> Sequence[Any]:
    if len(given) not in (0, 3):
        raise ValueError("survey quartiles")
    return given


def _count(value: Any, least: int = 0, most: int = COUNT_MAX) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError("survey number")
    return value


def _number(value: Any, least: float = -NUMBER_MAX, most: float = NUMBER_MAX) -> float:
    if type(value) not in (int, float) or not isfinite(value) or not least <= value <= most:
        raise ValueError("survey number")
    return value  # type: ignore[no-any-return]


def _words(value: Any, most: int) -> str:
    if not isinstance(value, str):
        raise TypeError("survey words")
    return normalised(value)[:most]


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


bringing["surveys"] = bring_surveys
