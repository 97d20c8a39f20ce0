"""What the sample deliberation has of surveys in the browser's tests: a draft, one that is open, one that is over."""

from datetime import timedelta

from sqlalchemy import select

from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.models import find_declaration
from deliberation.permissions import Operator
from deliberation.surveys import actions, opening
from deliberation.surveys.actions import Frame
from deliberation.surveys.bringing import Origin, bring_in, read_table
from deliberation.surveys.models import FreeText, TextState
from tests.surveys import scene
from tests.surveys.test_results import fill

TABLE = """Frage;Antwort;Anzahl;n;Art
Hat die Digitalisierung Ihre Arbeit verändert?;sehr;702;1310;
Hat die Digitalisierung Ihre Arbeit verändert?;etwas;498;1310;
Hat die Digitalisierung Ihre Arbeit verändert?;kaum oder gar nicht;110;1310;
Womit arbeiten Sie?;Fachsoftware;960;1298;mehrfach
Womit arbeiten Sie?;Messenger;411;1298;mehrfach
Womit arbeiten Sie?;Videogespräche;820;1298;mehrfach
"""


class Sample:
    """Stands in for the cast of other tests."""

    def __init__(self) -> None:
        self.declaration = find_declaration("musterstadt")
        self.otto = Operator()


def load() -> None:
    """1 is over and published, 2 open, 3 a draft, 4 from elsewhere."""
    cast = Sample()
    over = scene.thirty_questions(cast)
    actions.change_frame(
        cast.otto, over,
        Frame("Digitalisierung im Arbeitsalltag", intro="Wir fragen, *was sich verändert hat*.",
              invited="Alle Fachkräfte im Bezirk, per E-Mail ihrer Träger", invited_count=2400),
    )  # fmt: skip
    scene.open_(cast, over)
    fill(over, 60)
    scene.close(cast, over)
    for text in db.session.scalars(select(FreeText).order_by(FreeText.id).limit(12)):
        text.state = TextState.SHOWN
    actions.cite(cast.otto, over, over.questions[1], {"2"})
    scene.publish(cast, over)
    running = scene.thirty_questions(cast)
    actions.change_frame(
        cast.otto, running,
        Frame("Was brauchen Sie für gute Arbeit?", intro="Dauert etwa zehn Minuten.", last_day=today() + timedelta(days=20)),
    )  # fmt: skip
    scene.open_(cast, running)
    scene.thirty_questions(cast)
    origin = Origin("Umfrage 2021/22", "Abschlussbericht 2023, Seite 12", "Dezember 2021 bis Februar 2022", 1338)
    brought = bring_in(cast.otto, cast.declaration, origin, read_table(TABLE.encode(), "t.csv"), "brought")
    opening.publish(cast.otto, brought)
    db.session.commit()
