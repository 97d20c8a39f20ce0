"""What came around the declaration, for programs: published results of surveys, hands of tables, own pages. The same for
whoever asks: what is not public yet comes out of no operation."""

from collections.abc import Sequence
from typing import Any

from deliberation.declarations.models import Declaration
from deliberation.meetings.protocols import COUNTED, Hands
from deliberation.pages.models import Page, PageEdition
from deliberation.results.addresses import Addresses
from deliberation.results.words import not_representative
from deliberation.surveys import published
from deliberation.surveys.models import Survey
from deliberation.surveys.results import SurveyResults


def survey_head(survey: Survey, at: Addresses) -> dict[str, Any]:
    url = f"{at.declaration(survey.declaration.slug)}/survey/{survey.number}/results"
    return {**published.to_head(survey), "url": url}


def survey(results: SurveyResults, at: Addresses) -> dict[str, Any]:
    """The words and figures of its page."""
    return {**survey_head(results.survey, at), **published.to_data(results), "note": not_representative()}


def hands(declaration: Declaration, found: Sequence[Hands], at: Addresses) -> dict[str, Any]:
    return {
        "note": not_representative(),
        "url": f"{at.declaration(declaration.slug)}/tables",
        "items": [
            {
                "thesis": one.thesis.number,
                "paragraph": one.paragraph.number,
                "full_number": one.paragraph.full_number,
                "url": at.place(declaration.slug, one.thesis.number, one.paragraph.number),
                **{name: getattr(one, name) for name in COUNTED},
            }
            for one in found
        ],
    }


def page_head(page: Page, slug: str, at: Addresses) -> dict[str, Any]:
    return {
        "address": page.address,
        "title": page.title,
        "in_menu": page.in_menu,
        "news_on": page.news_on.isoformat() if page.news_on else None,
        "changed": page.changed_on.isoformat(),
        "url": f"{at.declaration(slug)}/page/{page.address}",
    }


def page(one: Page, slug: str, editions: Sequence[PageEdition], at: Addresses) -> dict[str, Any]:
    """With what everybody saw there before, the newest first."""
    return {
        **page_head(one, slug, at),
        "body": one.body,
        "easy": one.easy,
        "editions": [
            {"title": before.title, "body": before.body, "easy": before.easy, "day": before.written_on.isoformat()}
            for before in editions
        ],
    }
