"""What is filled in about the report. The verbs check it; here stands how it is told."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from deliberation.annotations.models import Annotation
from deliberation.declarations.forms import KEY_MAX
from deliberation.reports.actions import Words
from deliberation.reports.models import ANSWER_MAX, ANSWER_MIN, NOTE_MAX, POINT_MAX, SENTENCE_MAX, PointState
from deliberation.text import excerpt

NUMBER_LENGTH = 9
EVIDENCE_LENGTH = 600
ANSWERS: dict[str, Any] = {
    PointState.TAKEN.value: _l("Aufgenommen: Der Bericht nennt den Punkt jetzt."),
    PointState.DECLINED.value: _l("Nicht aufgenommen"),
}


def to_number(typed: Any) -> int:
    """A number that a form carries; -1 for nonsense, which is no state of anything."""
    digits = str(typed or "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= NUMBER_LENGTH else -1


class SentenceForm(FlaskForm):  # type: ignore[misc]
    """One sentence and what carries it."""

    text = TextAreaField(_l("Satz"), [InputRequired(_l("Der Satz fehlt noch."))])
    evidence = StringField(
        _l("Belege"), [Length(max=EVIDENCE_LENGTH, message=_l("Das sind zu viele Zeichen für eine Reihe von Nummern."))]
    )
    is_framing = BooleanField(
        _l("Einordnung: Der Satz leitet ein oder über und sagt selbst nichts, was einen Beleg braucht.")
    )
    version = HiddenField()
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])

    def to_words(self) -> Words:
        return Words(self.text.data or "", self.evidence.data or "", bool(self.is_framing.data))

    def refuse(self, field: str, message: str) -> None:
        """Say at the field why it cannot be so."""
        self[field].errors = (message,)

    def refuse_words(self, problem: str) -> None:
        messages = {
            "empty": _("Der Satz fehlt noch."),
            "long": _(
                "Bitte höchstens %(max)s Zeichen. Längeres wird besser mehrere Sätze, jeder mit seinen Belegen.",
                max=SENTENCE_MAX,
            ),
            "number": _("Mehr Sätze passen nicht in einen Bericht."),
        }
        self.refuse("text", messages[problem])

    def refuse_quote(self, label: str) -> None:
        """Words that nobody gave free."""
        if label:
            message = _(
                "Hier stehen Worte aus %(label)s, und wer sie geschrieben hat, hat sie nicht zum Zitieren freigegeben. "
                "Sagen Sie es bitte in eigenen Worten und nennen Sie die Nummer.", label=label,
            )  # fmt: skip
        else:
            message = _(
                "Hier stehen Worte aus einer Anmerkung, die nicht gezeigt wird. Sie dürfen nicht in den Bericht."
            )
        self.refuse("text", message)


class PointForm(FlaskForm):  # type: ignore[misc]
    """“Mein Punkt fehlt hier”."""

    annotation = SelectField(_l("Welche Ihrer Anmerkungen sagt es?"), choices=[], validate_choice=False)
    body = TextAreaField(
        _l("Was fehlt, in einem Satz?"),
        [
            InputRequired(_l("Sagen Sie bitte kurz, was fehlt.")),
            Length(max=POINT_MAX, message=_l("Bitte höchstens 600 Zeichen.")),
        ],
    )
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])

    def offer(self, annotations: Sequence[Annotation]) -> None:
        self.annotation.choices = [
            SelectChoice(str(one.number), f"{one.label}: {excerpt(one.body, 60)}") for one in annotations
        ]

    def blame(self, field: str) -> None:
        messages = {
            "annotation": _("Bitte wählen Sie eine Ihrer Anmerkungen, die gezeigt wird."),
            "body": _("Sagen Sie bitte kurz, was fehlt."),
            "number": _("Mehr als 20 Punkte nimmt ein Bericht von einer Person nicht an."),
        }
        self["body" if field == "number" else field].errors = (messages[field],)


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """What became of a point."""

    state = RadioField(
        _l("Was wird daraus?"),
        choices=[SelectChoice(value, words) for value, words in ANSWERS.items()],
        validators=[InputRequired(_l("Bitte wählen Sie, was daraus wird."))],
    )
    answer = TextAreaField(
        _l("Antwort an die Person"), [Length(max=ANSWER_MAX, message=_l("Bitte höchstens 600 Zeichen."))]
    )
    seen = HiddenField()

    def blame(self, field: str) -> None:
        messages = {
            "state": _("Bitte wählen Sie, was daraus wird."),
            "answer": _("Sagen Sie bitte in mindestens %(min)s Zeichen, warum nicht.", min=ANSWER_MIN),
        }
        self[field].errors = (messages[field],)

    @property
    def wanted(self) -> PointState:
        return PointState(self.state.data)

    @property
    def seen_state(self) -> PointState | None:
        return next((state for state in PointState if state.value == self.seen.data), None)


class PublishForm(FlaskForm):  # type: ignore[misc]
    """The second pair of eyes."""

    note = TextAreaField(
        _l("Was ändert sich gegenüber der letzten Ausgabe?"),
        [Length(max=NOTE_MAX, message=_l("Bitte höchstens 600 Zeichen."))],
    )
    tells = BooleanField(_l("Allen, die teilgenommen haben, eine Mail schreiben"))
    version = HiddenField()
