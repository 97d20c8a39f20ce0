"""What an organiser fills in: the text to bring in, what stands around it, the split, and the phase."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, Field, FileField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, Length, Optional, StopValidation, ValidationError

from deliberation.clock import today
from deliberation.declarations.actions import Particulars, SlugInvalid, SlugTaken, check_slug
from deliberation.declarations.importing import SHAPES, DraftDeclaration
from deliberation.declarations.models import HEADING_MAX, SLUG_MAX, TITLE_MAX
from deliberation.declarations.preview import Place, numbered, rename_group, rename_theses, renumber
from deliberation.labels import LABELS
from deliberation.permissions import Phase
from deliberation.text import normalised

SUMMARY_MAX = 600
KEY_MAX = 64
# Mails and text files break their lines earlier than this.
WRAPPED_MAX = 100

SHAPE_LABELS: dict[str, Any] = {
    "auto": _l("Selbst herausfinden"),
    "headings": _l("Thesen aus Überschriften"),
    "list": _l("Thesen aus einer Liste"),
    "paragraphs": _l("Jeder Absatz eine These"),
}
SHAPE_HINTS = {
    "auto": _l("Wir sehen nach, wie der Text gebaut ist. Sie können es danach noch ändern."),
    "headings": _l("Unter jeder Überschrift stehen die Absätze der These."),
    "list": _l("Jeder Punkt einer Liste ist eine These. Was davor und danach steht, bleibt erhalten."),
    "paragraphs": _l("Für Texte ohne Überschriften und ohne Liste."),
}
NUMBER_PROBLEMS = {
    "invalid": _l("Eine Nummer besteht aus Ziffern und Buchstaben, zum Beispiel 3, 3a oder IV."),
    "taken": _l("Diese Nummer hat schon eine andere These."),
}
TOO_LONG = _l("Eine Überschrift hat höchstens 500 Zeichen. Längeres gehört in einen Absatz.")


class UploadForm(FlaskForm):  # type: ignore[misc]
    """A file or pasted words, one of them."""

    file = FileField(_l("Datei"))
    text = TextAreaField(_l("Text"))
    shape = RadioField(
        choices=[SelectChoice(shape, SHAPE_LABELS[shape]) for shape in SHAPES], default="auto", validators=[Optional()]
    )

    def validate_file(self, field: Field) -> None:
        if self.has_file and (self.text.data or "").strip():
            raise ValidationError(_("Bitte nur eines von beiden: eine Datei oder eingefügter Text."))
        if not self.has_file and not (self.text.data or "").strip():
            raise ValidationError(_("Wählen Sie bitte eine Datei aus, oder fügen Sie den Text ein."))

    @property
    def has_file(self) -> bool:
        return has_file(self.file)

    @property
    def pasted(self) -> str:
        """The pasted words. Word processors hand over one long line per paragraph, without blank lines between."""
        text = normalised(self.text.data or "")
        lines = text.split("\n")
        is_flowing = max(map(len, lines)) > WRAPPED_MAX and not any(not line.strip() for line in lines)
        return "\n\n".join(lines) if is_flowing else text

    def refuse(self, message: str) -> None:
        """Put the reason why a text cannot be read at the field that it came from."""
        (self.file if self.has_file else self.text).errors = (message,)


class ImportForm(UploadForm):
    """For a new declaration."""

    form_key = HiddenField(validators=[Length(max=KEY_MAX)])


def has_file(field: Any) -> bool:
    """Whether a file came with the form; words in its place are none."""
    return bool(getattr(field.data, "filename", ""))


def table_of(file: Any, pasted: Any) -> tuple[bytes, str]:
    """A table that came as a file or was pasted, and what it is called."""
    if has_file(file):
        return file.data.read(), file.data.filename
    return (pasted.data or "").encode(), "tabelle.csv"


def one_line(value: str | None) -> str:
    return " ".join(normalised(value or "").split())


def address(value: str | None) -> str:
    return normalised(value or "").lower().strip("/ ")


class ParticularsForm(FlaskForm):  # type: ignore[misc]
    """What stands around the text of a new declaration."""

    title = StringField(
        _l("Titel"),
        [DataRequired(_l("Geben Sie der Erklärung bitte einen Titel.")), Length(max=TITLE_MAX)],
        filters=[one_line],
    )
    slug = StringField(_l("Adresse"), [DataRequired(_l("Die Erklärung braucht eine Adresse."))], filters=[address])
    publisher = StringField(_l("Wer gibt sie heraus?"), [Length(max=TITLE_MAX)], filters=[one_line])
    summary = TextAreaField(
        _l("Worum geht es, in ein bis drei Sätzen?"),
        [Length(max=SUMMARY_MAX, message=_l("Bitte höchstens 600 Zeichen."))],
        filters=[one_line],
    )

    def validate_slug(self, field: Field) -> None:
        try:
            check_slug(field.data)
        except SlugInvalid:
            raise StopValidation(
                _(
                    "Eine Adresse besteht aus Kleinbuchstaben (a–z), Ziffern und einzelnen Bindestrichen, "
                    "höchstens %(most)s Zeichen.",
                    most=SLUG_MAX,
                )
            ) from None
        except SlugTaken:
            raise StopValidation(_("Unter dieser Adresse gibt es schon eine Erklärung.")) from None

    def to_fields(self) -> dict[str, str]:
        """What the preview keeps, right or wrong."""
        return {one.name: one.data or "" for one in (self.title, self.slug, self.publisher, self.summary)}

    def to_particulars(self) -> Particulars:
        return Particulars(
            slug=self.slug.data,
            title=self.title.data,
            summary=self.summary.data,
            publisher=self.publisher.data,
        )


class PhaseForm(FlaskForm):  # type: ignore[misc]
    """Which phase a declaration is in, and until when."""

    phase = RadioField(
        _l("Phase"),
        choices=[SelectChoice(phase.value, LABELS[phase]) for phase in Phase],
        validators=[AnyOf([phase.value for phase in Phase], _l("Bitte wählen Sie eine Phase."))],
        validate_choice=False,
    )
    ends_on = DateField(_l("Bis wann?"), [Optional()])

    def validate_ends_on(self, field: Field) -> None:
        if field.data and field.data < today():
            raise ValidationError(_("Dieser Tag ist schon vorbei."))


@dataclass
class SheetEdit:
    """What was typed into the fields of a preview. `problems` names the fields that cannot be so."""

    draft: DraftDeclaration
    first_changed: Place | None = None
    problems: dict[str, str] = field(default_factory=dict)


def read_sheet(posted: Mapping[str, str], draft: DraftDeclaration) -> SheetEdit:
    """Take over headings, groups and numbers; every button of the preview brings all of them along."""
    before = numbered(draft).theses
    headings, numbers, edited = {}, {}, draft
    problems: dict[str, str] = {}
    for index, thesis in enumerate(before):
        heading, group = posted.get(f"heading-{index + 1}"), posted.get(f"group-{index + 1}")
        # Cut in silence, the end of somebody's heading would be gone.
        problems |= {
            f"{name}-{index + 1}": str(TOO_LONG)
            for name, words in (("heading", heading), ("group", group))
            if words is not None and len(one_line(words)) > HEADING_MAX
        }
        if heading is not None and one_line(heading) != thesis.heading:
            headings[index] = one_line(heading)
        if group is not None and one_line(group) != thesis.group:
            edited = rename_group(edited, index, one_line(group))
        number = posted.get(f"number-{index + 1}")
        if number is not None and number.strip() != thesis.number:
            numbers[index] = number.strip()
    edited, wrong = renumber(rename_theses(edited, headings), numbers)
    problems |= {f"number-{index + 1}": str(NUMBER_PROBLEMS[code]) for index, code in wrong.items()}
    changed = [index for index, (old, new) in enumerate(zip(draft.theses, edited.theses, strict=True)) if old != new]
    return SheetEdit(edited, Place(changed[0]) if changed else None, problems)


def read_act(posted: Mapping[str, str]) -> tuple[str, Place]:
    """Which button was pressed, and where: `paragraph-up:3-2` is paragraph 2 of thesis 3."""
    name, _colon, position = posted.get("act", "").partition(":")
    if not re.fullmatch(r"[0-9]{1,5}(?:-[0-9]{1,5})?", position):
        return name, Place(0)
    sentence = posted.get(f"cut-{position}", "")
    thesis, _dash, paragraph = position.partition("-")
    return name, Place(
        int(thesis) - 1,
        int(paragraph) - 1 if paragraph else -1,
        int(sentence) - 1 if re.fullmatch("[0-9]{1,5}", sentence) else -1,
    )
