"""What organisers settle for the moderation, and moderators for themselves: rules, text blocks, policy, names."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length

from deliberation.declarations.models import Policy
from deliberation.labels import LABELS
from deliberation.moderation.models import BlockPurpose, Rule
from deliberation.moderation.words.house_rules import RULES_MAX, HouseRules

VERSION_MAX = 9
NUMBERS = range(1, RULES_MAX + 1)


class RulesForm(FlaskForm):  # type: ignore[misc]
    """heading_1, explanation_1 … heading_5, explanation_5; the verb checks them, so that every way in is checked."""

    line = StringField(_l("Ein Satz über dem Schreibfeld"), validators=[InputRequired(_l("Dieser Satz fehlt noch."))])
    note = TextAreaField(_l("Was hat sich geändert, und warum?"))
    version = HiddenField()

    def fill(self, rules: HouseRules) -> None:
        """Begin with rules as they stand."""
        self.line.data, self.version.data = rules.line, str(rules.version)
        for one in rules.rules:
            self[f"heading_{one.number}"].data = one.heading
            self[f"explanation_{one.number}"].data = one.explanation

    @property
    def rules(self) -> list[tuple[str, str]]:
        return [(self[f"heading_{n}"].data or "", self[f"explanation_{n}"].data or "") for n in NUMBERS]

    @property
    def seen_version(self) -> int:
        """What the organiser saw; 0 for nonsense, which no version is."""
        digits = str(self.version.data or "")
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= VERSION_MAX else 0

    def blame(self, fields: Iterable[str]) -> None:
        """Put what the verb found wrong beside the fields."""
        for name in fields:
            message = str(RULE_ERRORS[name.partition("_")[0]])
            (self["heading_1"] if name == "rules" else self[name]).errors = (message,)


RULE_ERRORS = {
    "line": _l("Dieser Satz braucht 1 bis 200 Zeichen."),
    "heading": _l("Eine Regel braucht eine Überschrift von höchstens 120 Zeichen."),
    "explanation": _l("Bitte höchstens 1 000 Zeichen."),
    "note": _l("Bitte höchstens 600 Zeichen."),
    "rules": _l("Mindestens eine Regel muss es geben."),
}
for _number in NUMBERS:
    setattr(RulesForm, f"heading_{_number}", StringField(_l("Überschrift")))
    setattr(RulesForm, f"explanation_{_number}", TextAreaField(_l("Erklärung")))


class BlockForm(FlaskForm):  # type: ignore[misc]
    """One text block."""

    purpose = RadioField(
        _l("Wofür ist der Baustein?"),
        choices=[SelectChoice(purpose.value, LABELS[purpose]) for purpose in BlockPurpose],
        validators=[InputRequired(_l("Bitte wählen Sie, wofür der Baustein ist."))],
    )
    rule = SelectField(_l("Zu welcher Regel?"), validate_choice=False)
    title = StringField(_l("Kurzer Name"), validators=[InputRequired(_l("Der Name fehlt noch."))])
    body = TextAreaField(_l("Text"), validators=[InputRequired(_l("Der Text fehlt noch."))])
    seen = HiddenField(validators=[Length(max=40)])

    @property
    def chosen_rule(self) -> Rule | None:
        return Rule(self.rule.data) if self.rule.data in {rule.value for rule in Rule} else None

    def blame(self, field: str) -> None:
        """Put what the verb found wrong beside the field."""
        (self.title if field == "number" else self[field]).errors = (str(BLOCK_ERRORS[field]),)


BLOCK_ERRORS = {
    "title": _l("Der Name braucht 1 bis 80 Zeichen."),
    "body": _l("Der Text braucht 1 bis 600 Zeichen."),
    "number": _l("Mehr als 100 Bausteine gehen nicht. Entfernen Sie bitte erst einen anderen."),
}


class SettingsForm(FlaskForm):  # type: ignore[misc]
    policy = RadioField(
        _l("Was liest die Moderation, bevor es erscheint?"),
        choices=[SelectChoice(policy.value, LABELS[policy]) for policy in Policy],
        validators=[InputRequired(_l("Bitte wählen Sie eine der vier Möglichkeiten."))],
    )
    after_look = BooleanField(_l("Mails, Feeds und Berichte erst, wenn jemand den Text gesehen hat"))
    employers = TextAreaField(_l("Einrichtungen und Arbeitgeber aus Ihrer Region"))


class SigningForm(FlaskForm):  # type: ignore[misc]
    name = StringField(_l("Ihr Name als Moderation"), validators=[Length(max=200)])


class MoveForm(FlaskForm):  # type: ignore[misc]
    """Where a block goes among its kind."""

    to = StringField(validators=[AnyOf(("up", "down"))])


def rule_options(words: Iterable[tuple[Rule, str]]) -> list[SelectChoice]:
    """For the list of a text block: any rule, then those in force."""
    return [SelectChoice("", str(_l("Passt zu jeder Regel"))), *(SelectChoice(rule.value, text) for rule, text in words)]
