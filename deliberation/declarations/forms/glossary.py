"""What an organiser fills in about a word that is explained. Limits come from the verbs."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from deliberation.declarations.forms import one_line
from deliberation.declarations.forms.office import TOO_LONG
from deliberation.declarations.glossary import EXPLANATION_MAX, TermRefused, TermWords
from deliberation.declarations.models import FORMS_MAX, TERM_MAX, Term
from deliberation.text import normalised

REFUSALS = {
    "empty": _l("Schreiben Sie bitte etwas in dieses Feld."),
    "long": _l("Das ist zu lang."),
    "comma": _l("Ein Begriff hat kein Komma. Andere Formen gehören in das nächste Feld."),
    "word": _l("Jede Form braucht einen Buchstaben oder eine Ziffer, damit wir sie im Text finden."),
    "number": _l("Mehr als 200 Begriffe gehen nicht."),
}


class TermForm(FlaskForm):  # type: ignore[misc]
    """`seen` is the state that was changed."""

    name = StringField(
        _l("Begriff"),
        [InputRequired(_l("Welches Wort wollen Sie erklären?")), Length(max=TERM_MAX, message=TOO_LONG)],
        filters=[one_line],
    )
    forms = StringField(_l("Andere Formen des Wortes"), [Length(max=FORMS_MAX, message=TOO_LONG)], filters=[one_line])
    explanation = TextAreaField(
        _l("Erklärung"),
        [InputRequired(_l("Erklären Sie das Wort bitte.")), Length(max=EXPLANATION_MAX, message=TOO_LONG)],
        filters=[lambda value: normalised(value or "")],
    )
    easy = TextAreaField(
        _l("Erklärung in Leichter Sprache"),
        [Length(max=EXPLANATION_MAX, message=TOO_LONG)],
        filters=[lambda value: normalised(value or "")],
    )
    seen = HiddenField()

    @classmethod
    def of(cls, term: Term) -> "TermForm":
        return cls(name=term.name, forms=term.forms, explanation=term.explanation, easy=term.easy, seen=term.edition)

    def to_words(self) -> TermWords:
        return TermWords(self.name.data, self.forms.data, self.explanation.data, self.easy.data)

    def refuse(self, refused: TermRefused) -> None:
        words = REFUSALS.get(refused.reason)
        taken = _("Eine dieser Formen steht schon bei „%(term)s“.", term=refused.other)
        self[refused.field].errors = (str(words) if words else taken,)
