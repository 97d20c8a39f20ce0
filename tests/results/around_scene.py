"""Around a declaration: shown and hidden pages, hands of tables, surveys of every state, and secrets in all of it."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations import facilitating
from deliberation.meetings import protocols
from deliberation.meetings.protocols import Protocol
from deliberation.pages import actions as pages
from deliberation.pages.actions import PageWords
from deliberation.pages.models import Page
from deliberation.permissions import Facilitator
from deliberation.surveys import actions, bringing, opening
from deliberation.surveys.bringing import Origin, read_table
from deliberation.surveys.models import FreeText, TextState
from tests import builders
from tests.surveys import scene as surveys

SITE = "https://beratung.example"
SECRETS = (
    "GEHEIMSEITE", "GEHEIMENTWURF", "GEHEIMUMFRAGE", "GEHEIMERGEBNIS", "GEHEIMTEXT", "GEHEIMDANK",
)  # fmt: skip
BODY = f"""# Vormittag

Begrüßung, dann [These 3]({SITE}/d/erklaerung/3) und [die Anfahrt](https://anfahrt.example/?von=a&nach=b).

| Zeit | Was |
|---|---|
| 9 | Ankommen |

Fragen an <tagung@example.org>; mehr auf {SITE}/d/erklaerung/page/fragen"""
EASY = "Am Vormittag reden wir.\n\nDann essen wir."
PROGRAMME = PageWords("Programm der Tagung", BODY, True, True, news_on=date(2026, 11, 20), easy=EASY, position=9)
TABLE = "Frage;Antwort;Prozent;n\nWomit arbeiten Sie?;Akte;62,5;1300\nWomit arbeiten Sie?;=Kalender;37,5;1300\n"


def table(cast: Any, name: str = "Tisch 4") -> Facilitator:
    return Facilitator(facilitating.find_link(facilitating.make_link(cast.otto, cast.declaration, name, today())))


def enter(cast: Any, who: Facilitator, key: str, at: str = "3.1", present: int = 7, hands: Any = (4, 1, 1, 1)) -> Any:
    made = protocols.enter(who, builders.paragraph(cast.declaration, at), Protocol(present, hands), key)
    db.session.commit()
    return made


def write_pages(cast: Any) -> Page:
    shown = pages.create_page(cast.otto, cast.declaration, PageWords("Programm", "GEHEIMENTWURF", easy="GEHEIMENTWURF"))
    pages.change_page(cast.otto, shown, PageWords("Programm", "Zuerst so.", True, True, easy="Das war.\nFrüher."), 1)
    pages.change_page(cast.otto, shown, PROGRAMME, 2)
    pages.create_page(cast.otto, cast.declaration, PageWords("Fragen", "Wer fragt?", True, in_footer=True, position=7))
    pages.create_page(cast.otto, cast.declaration, PageWords("Noch nicht", "GEHEIMSEITE", False, True))
    db.session.commit()
    return shown


def ask(cast: Any, title: str = "Digitalisierung", people: int = 8) -> Any:
    """A survey of every kind of question, closed."""
    survey = surveys.make_survey(cast, title)
    surveys.add(cast, survey, "Zur Arbeit", surveys.SECTION)
    one = surveys.add(cast, survey, "Arbeiten Sie mit Fachsoftware?")
    scale = surveys.add(cast, survey, "Hilft sie?", surveys.SCALE)
    surveys.add(cast, survey, "Zum Schluss", surveys.SECTION)
    hours = surveys.add(cast, survey, "Wie viele Stunden?", surveys.NUMBER)
    several = surveys.add(cast, survey, "Was davon?", surveys.MULTIPLE, ("Akte", "Kalender"))
    few = surveys.add(cast, survey, "Und selten?", surveys.SINGLE, ("Immer", "Nie"))
    words = surveys.add(cast, survey, "Was fehlt?", surveys.TEXT)
    actions.change_frame(cast.otto, survey, actions.Frame(title, "Wie geht *Arbeit*?", "GEHEIMDANK", invited="Alle im Team"))
    db.session.commit()
    surveys.open_(cast, survey)
    for number in range(people):
        said = {one: one.options[number % 2][0], scale: number % 5, hours: 5 * number, several: [several.options[0][0]]}
        said |= {few: few.options[0][0]} if number < 3 else {}
        said |= {words: ("Mehr Zeit.", "GEHEIMTEXT")[number]} if number < 2 else {}
        surveys.answer(survey, said)
    surveys.close(cast, survey)
    actions.cite(cast.otto, survey, survey.questions[0], {"3"})
    actions.change_headline(cast.otto, survey, survey.questions[0], "Die Hälfte arbeitet damit.")
    db.session.commit()
    for text in db.session.scalars(select(FreeText).where(FreeText.body == "Mehr Zeit.")):
        opening.review_text(cast.otto, survey, text, TextState.SHOWN)
    db.session.commit()
    return survey


def bring(cast: Any) -> Any:
    origin = Origin("Umfrage 2021/22", "Bericht 2023, Seite 12", "Dezember 2021 bis Februar 2022", 1338, "Fachkräfte, offen")
    survey = bringing.bring_in(cast.otto, cast.declaration, origin, read_table(TABLE.encode(), "t.csv"), "elsewhere")
    db.session.commit()
    return survey


def build(cast: Any) -> SimpleNamespace:
    """All of it, public where it can be, with secrets beside it."""
    page, who, other = write_pages(cast), table(cast), table(cast, "Tisch 5")
    enter(cast, who, "k1")
    protocol = enter(cast, other, "k2", present=3, hands=(0, 3, 0, 0))
    taken = enter(cast, who, "k3", present=99, hands=(99, 0, 0, 0))
    protocols.take_back(who, taken)
    survey, brought = ask(cast), bring(cast)
    surveys.publish(cast, survey)
    surveys.publish(cast, brought)
    hidden = ask(cast, "GEHEIMERGEBNIS")
    draft = surveys.make_survey(cast, "GEHEIMUMFRAGE")
    db.session.commit()
    return SimpleNamespace(
        page=page, who=who, other=other, protocol=protocol, survey=survey, brought=brought, hidden=hidden, draft=draft
    )
