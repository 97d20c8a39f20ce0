"""What an organiser fills in about a survey, its questions, and figures from elsewhere."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, ValidationError

from deliberation.declarations.forms import KEY_MAX, has_file, one_line, table_of
from deliberation.declarations.forms.office import TOO_LONG, DayField
from deliberation.declarations.models import TITLE_MAX
from deliberation.surveys.actions import Frame, Question
from deliberation.surveys.bringing import Origin
from deliberation.surveys.models import (
    HINT_MAX,
    INTRO_MAX,
    OPTIONS_MAX,
    WORDS_MAX,
    Entry,
    Item,
    ItemKind,
    Survey,
)
from deliberation.surveys.opening import CODES_AT_ONCE
from deliberation.text import normalised

NUMBER_MAX = 1_000_000
PEOPLE_MAX = 100_000_000
ENTRIES: dict[Entry, Any] = {
    Entry.EVERYBODY: _l("Alle, die die Adresse haben"),
    Entry.CODES: _l("Nur mit Code, jeder Code einmal"),
}
WHOLE_NUMBER = _l("Bitte eine ganze Zahl größer als null.")
TITLE_MISSING = _l("Geben Sie der Umfrage bitte einen Titel.")


class WholeNumber(IntegerField):
    """Says what is wrong in the person's language, also where no number was typed at all."""

    def process_formdata(self, valuelist: Any) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(WHOLE_NUMBER)) from None


def several_lines(value: str | None) -> str:
    return normalised(value or "")


def _title() -> StringField:
    return StringField(_l("Titel"), [InputRequired(TITLE_MISSING), Length(max=TITLE_MAX, message=TOO_LONG)], filters=[one_line])


def _whole_number(label: Any, *validators: Any, least: int = 1, most: int = PEOPLE_MAX) -> WholeNumber:
    return WholeNumber(label, [*validators, NumberRange(least, most, WHOLE_NUMBER)])


class NewSurveyForm(FlaskForm):  # type: ignore[misc]
    title = _title()
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])


class FrameForm(FlaskForm):  # type: ignore[misc]
    """What stands around the questions."""

    title = _title()
    intro = TextAreaField(_l("Worum geht es?"), [Length(max=INTRO_MAX, message=TOO_LONG)], filters=[several_lines])
    thanks = TextAreaField(_l("Was steht am Ende?"), [Length(max=INTRO_MAX, message=TOO_LONG)], filters=[several_lines])
    entry = RadioField(
        _l("Wer kann teilnehmen?"),
        choices=[SelectChoice(entry.value, words) for entry, words in ENTRIES.items()],
        default=Entry.EVERYBODY.value,
        validators=[AnyOf([entry.value for entry in Entry], _l("Bitte wählen Sie eine Möglichkeit."))],
        validate_choice=False,
    )
    last_day = DayField(_l("Letzter Tag"), [Optional()])
    invited = TextAreaField(_l("Wer wird gefragt, und wie?"), [Length(max=HINT_MAX, message=TOO_LONG)], filters=[several_lines])
    asked_people = _whole_number(_l("Wie viele Menschen sind das?"), Optional())

    @classmethod
    def of(cls, survey: Survey) -> "FrameForm":
        return cls(
            title=survey.title, intro=survey.intro, thanks=survey.thanks, entry=survey.entry.value,
            last_day=survey.last_day, invited=survey.invited, asked_people=survey.invited_count,
        )  # fmt: skip

    def to_frame(self) -> Frame:
        return Frame(
            self.title.data, self.intro.data, self.thanks.data, Entry(self.entry.data), self.last_day.data,
            self.invited.data, self.asked_people.data,
        )  # fmt: skip


class ItemForm(FlaskForm):  # type: ignore[misc]
    """A question or heading. `answers` has one answer in each line; `shown_if` is "<question>:<answer>", repeated."""

    sort = HiddenField()
    words = StringField(
        _l("Frage"), [InputRequired(_l("Schreiben Sie bitte die Frage.")), Length(max=WORDS_MAX, message=TOO_LONG)],
        filters=[one_line],
    )  # fmt: skip
    hint = TextAreaField(_l("Erläuterung"), [Length(max=HINT_MAX, message=TOO_LONG)], filters=[several_lines])
    answers = TextAreaField(_l("Antworten, eine in jeder Zeile"), filters=[several_lines])
    least = _whole_number(_l("Kleinste Zahl"), Optional(), least=-NUMBER_MAX, most=NUMBER_MAX)
    most = _whole_number(_l("Größte Zahl"), Optional(), least=-NUMBER_MAX, most=NUMBER_MAX)
    unit = StringField(_l("Einheit"), [Length(max=40, message=TOO_LONG)], filters=[one_line])
    must = BooleanField(_l("Ohne Antwort oder „Keine Angabe“ geht es nicht weiter"))
    shown_if = SelectMultipleField(_l("Nur zeigen, wenn"), choices=[], validate_choice=False)
    version = HiddenField()
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])

    @classmethod
    def of(cls, item: Item) -> "ItemForm":
        return cls(
            sort=item.kind.value, words=item.words, hint=item.hint, answers="\n".join(text for _key, text in item.options),
            least=item.low, most=item.high, unit=item.unit, must=item.is_required, version=item.version,
            shown_if=[f"{item.asks_id}:{key}" for key in item.asks_keys],
        )  # fmt: skip

    @property
    def kind(self) -> ItemKind:
        """What sort of question; an unknown one is a question with one answer."""
        values = {kind.value: kind for kind in ItemKind}
        return values.get(self.sort.data or "", ItemKind.SINGLE)

    def mark_needed(self) -> None:
        """What this sort of question cannot do without is not called voluntary."""
        needed = {ItemKind.SINGLE: (self.answers,), ItemKind.MULTIPLE: (self.answers,), ItemKind.NUMBER: (self.least, self.most)}
        for field in needed.get(self.kind, ()):
            field.flags.required = True  # type: ignore[attr-defined]

    @property
    def options(self) -> list[str]:
        return [line for line in (one_line(each) for each in (self.answers.data or "").split("\n")) if line]

    def validate_answers(self, field: Any) -> None:
        if self.kind not in (ItemKind.SINGLE, ItemKind.MULTIPLE):
            return
        options = self.options
        if len(options) < 2:
            raise ValidationError(_("Es braucht mindestens zwei Antworten."))
        if len(options) > OPTIONS_MAX:
            raise ValidationError(_("Höchstens %(most)s Antworten.", most=OPTIONS_MAX))
        if len(set(options)) < len(options):
            raise ValidationError(_("Eine Antwort steht zweimal da."))
        if any(len(option) > WORDS_MAX for option in options):
            raise ValidationError(_("Eine Antwort hat höchstens %(most)s Zeichen.", most=WORDS_MAX))

    def validate_most(self, field: Any) -> None:
        if self.kind is ItemKind.NUMBER and (self.least.data is None or field.data is None or self.least.data >= field.data):
            raise ValidationError(_("Bitte beide Zahlen, und die größte über der kleinsten."))

    def validate_shown_if(self, field: Any) -> None:
        if len({one.partition(":")[0] for one in field.data or []}) > 1:
            raise ValidationError(_("Bitte nur Antworten derselben Frage."))

    def to_question(self, earlier: Sequence[Item]) -> Question:
        """`earlier`: the questions it may depend on; what is none of them is no condition."""
        is_number = self.kind is ItemKind.NUMBER
        has_options = self.kind in (ItemKind.SINGLE, ItemKind.MULTIPLE)
        return Question(
            self.kind, self.words.data, self.hint.data, bool(self.must.data), self.options if has_options else [],
            self.least.data if is_number else None, self.most.data if is_number else None,
            self.unit.data if is_number else "", self._condition(earlier),
        )  # fmt: skip

    def _condition(self, earlier: Sequence[Item]) -> tuple[int, list[int]] | None:
        chosen = [one.partition(":")[::2] for one in self.shown_if.data or []]
        for item in earlier:
            keys = [int(key) for number, key in chosen if number == str(item.id) and key.isascii() and key.isdigit()]
            if keys:
                return item.id, sorted(keys)
        return None


class HeadlineForm(FlaskForm):  # type: ignore[misc]
    headline = StringField(_l("Ergebnis in einem Satz"), [Length(max=WORDS_MAX, message=TOO_LONG)], filters=[one_line])


class CodesForm(FlaskForm):  # type: ignore[misc]
    amount = WholeNumber(
        _l("Wie viele?"),
        [InputRequired(WHOLE_NUMBER), NumberRange(1, CODES_AT_ONCE, _l("Auf einmal mindestens einen und höchstens 2000."))],
    )
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])


class BringForm(FlaskForm):  # type: ignore[misc]
    """Figures of a survey that was made elsewhere."""

    title = _title()
    period = StringField(
        _l("Wann wurde gefragt?"),
        [InputRequired(_l("Sagen Sie bitte, von wann die Zahlen sind.")), Length(max=TITLE_MAX, message=TOO_LONG)],
        filters=[one_line],
    )
    source = StringField(
        _l("Quelle"),
        [InputRequired(_l("Nennen Sie bitte die Quelle.")), Length(max=WORDS_MAX, message=TOO_LONG)],
        filters=[one_line],
    )
    took_part = _whole_number(_l("Wie viele haben mitgemacht?"), InputRequired(WHOLE_NUMBER))
    invited = TextAreaField(_l("Wer wurde gefragt, und wie?"), [Length(max=HINT_MAX, message=TOO_LONG)], filters=[several_lines])
    file = FileField(_l("Tabelle (CSV oder Excel)"))
    pasted = TextAreaField(_l("Oder hier einfügen"))
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])

    def validate_file(self, field: Any) -> None:
        if has_file(self.file) == bool((self.pasted.data or "").strip()):
            raise ValidationError(_("Bitte eines von beiden: eine Datei oder eine eingefügte Tabelle."))

    def to_content(self) -> tuple[bytes, str]:
        """What was sent, and what the file is called."""
        return table_of(self.file, self.pasted)

    def to_origin(self) -> Origin:
        return Origin(self.title.data, self.source.data, self.period.data, self.took_part.data, self.invited.data)
