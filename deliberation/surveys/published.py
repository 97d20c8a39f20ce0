"""Published results as data: what archives and programs get of a survey, in the words and figures of its page.

Never a single answer, nor two questions together, nor words that nobody has released."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.permissions import Operator
from deliberation.results.archive.around import ArchivedSurvey, surveys_of
from deliberation.surveys import words
from deliberation.surveys.files import result_rows, text_rows, write_table
from deliberation.surveys.models import Survey, find_survey, load_items
from deliberation.surveys.results import Result, SurveyResults, load_results


def load_published(declaration: Declaration) -> Sequence[Survey]:
    """Those whose results everybody sees, the oldest first; without their questions."""
    query = select(Survey).where(Survey.declaration_id == declaration.id, Survey.published_on.is_not(None))
    return db.session.scalars(query.order_by(Survey.number)).all()


def find_published(declaration: Declaration, number: int) -> Survey | None:
    """None also for whoever might see it before it is published."""
    found = find_survey(declaration, number)
    return found if found is not None and found.is_published else None


def to_archived(declaration: Declaration) -> list[ArchivedSurvey]:
    """All of them as an archive holds them."""
    found = []
    for survey in load_published(declaration):
        load_items(survey)
        # Whoever makes an archive is no reader of it: what is published was chosen above.
        results = load_results(Operator(), survey)
        tables = {"": write_table(result_rows(results))}
        if any(one.texts for one in results.results):
            tables["-texts"] = write_table(text_rows(results))
        found.append(ArchivedSurvey(to_data(results), tables))
    return found


def to_head(survey: Survey) -> dict[str, Any]:
    """What stands above the results. `source` and `period` are of figures that were brought from elsewhere."""
    return {
        "number": survey.number,
        "title": survey.title,
        "people": survey.people,
        "opened": _iso(survey.opened_on),
        "closed": _iso(survey.closed_on),
        "published": _iso(survey.published_on),
        "source": survey.source,
        "period": survey.period,
    }


def to_data(results: SurveyResults) -> dict[str, Any]:
    """`method` is for people, the rest of it for programs, and for the way back (`returning`)."""
    survey = results.survey
    return {
        **to_head(survey),
        "intro": survey.intro,
        "entry": survey.entry.value,
        "invited": survey.invited,
        "invited_count": survey.invited_count,
        "method": [[name, told] for name, told in words.method(survey)],
        "questions": [_question(one) for one in results.results],
    }


def _question(one: Result) -> dict[str, Any]:
    """Below five answers nothing but how many there were, as on the page."""
    item, found = one.item, one.figures
    has_middle = bool(one.shares) and found.mean is not None and bool(found.quartiles)
    return {
        "number": one.number,
        "section": one.section.words if one.section else None,
        "words": item.words,
        "kind": item.kind.value,
        "options": [[key, text] for key, text in item.options],
        "low": item.low,
        "high": item.high,
        "unit": item.unit,
        "headline": one.headline,
        "is_own_headline": bool(item.headline),
        "n": found.n,
        "declined": found.declined,
        "missing": found.missing,
        "unasked": found.unasked,
        "unable": found.unable,
        "mean": found.mean if has_middle else None,
        "quartiles": list(found.quartiles) if has_middle else [],
        "answers": [
            {"key": share.key, "words": share.words, "count": share.count, "percent": share.percent} for share in one.shares
        ],
        "texts": list(one.texts),
        "theses": [thesis.number for thesis in one.theses],
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


surveys_of.append(to_archived)
