"""What organisers fill in while they write the next edition. Limits come from the verbs."""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation, ValidationError

from deliberation.declarations.forms import UploadForm as TextForm
from deliberation.declarations.models import HEADING_MAX
from deliberation.declarations.preview import Place
from deliberation.editions import correcting
from deliberation.editions.drafting import NOTE_MAX, REASON_MAX, SOURCE_MAX
from deliberation.text import has_words, normalised

DIGITS_MAX = 9


def one_line(value: str | None) -> str:
    return " ".join(normalised(value or "").split())


def to_number(value: Any) -> int:
    """A number as a hidden field brings it; -1 for what is none, which is no version and no id."""
    words = str(value or "")
    return int(words) if words.isascii() and words.isdigit() and len(words) <= DIGITS_MAX else -1


class AtMost:
    """Not longer than `limit` characters, counted as they will be kept."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, form: Any, field: Any) -> None:
        over = len(normalised(field.data or "")) - self.limit
        if over > 0:
            raise StopValidation(
                _("Bitte höchstens %(most)s Zeichen; das sind %(over)s zu viel.", most=self.limit, over=over)
            )


class Words:
    """There is something to read, and not too much of it."""

    def __init__(self, missing: Any) -> None:
        self.missing = missing

    def __call__(self, form: Any, field: Any) -> None:
        if not has_words(normalised(field.data or "")):
            raise StopValidation(str(self.missing))
        AtMost(SOURCE_MAX)(form, field)


class VersionForm(FlaskForm):  # type: ignore[misc]
    """`version` is the state of the draft that the page showed."""

    version = HiddenField()

    @property
    def seen_version(self) -> int:
        return to_number(self.version.data)


class ParagraphForm(VersionForm):
    """The words of one paragraph. `seen` is how they stood when the page was opened, `origin` whose they are."""

    source = TextAreaField(
        _l("Wortlaut"), [Words(_l("Ein Absatz braucht Worte. Soll er wegfallen, wählen Sie auf der Übersicht „Streichen“."))]
    )  # fmt: skip
    reason = TextAreaField(_l("Warum?"), [AtMost(REASON_MAX)])
    seen = HiddenField()
    origin = HiddenField()


class ThesisForm(VersionForm):
    """A new thesis with its first paragraph."""

    heading = StringField(_l("Überschrift"), [AtMost(HEADING_MAX)], filters=[one_line])
    source = TextAreaField(_l("Erster Absatz"), [Words(_l("Schreiben Sie bitte den ersten Absatz der neuen These."))])
    reason = TextAreaField(_l("Warum?"), [AtMost(REASON_MAX)])


class HeadingForm(VersionForm):
    """The heading of a thesis; one that has no paragraphs keeps it."""

    heading = StringField(_l("Überschrift"), [AtMost(HEADING_MAX)], filters=[one_line])


class PlaceForm(VersionForm):
    """Where a paragraph is to stand, or which one it continues."""

    target = SelectField(choices=[], validate_choice=False)

    def validate_target(self, field: Any) -> None:
        if not re.fullmatch(r"[0-9]{1,9}(-[0-9]{1,5})?", field.data or ""):
            raise ValidationError(_l("Bitte wählen Sie eine Stelle aus der Liste."))


class NoteForm(FlaskForm):  # type: ignore[misc]
    """What changes and why. `seen` is the note that stood there when the page was opened."""

    note = TextAreaField(_l("Was ändert sich, und warum?"), [AtMost(NOTE_MAX)])
    seen = HiddenField()


class PublishForm(VersionForm):
    note = TextAreaField(_l("Was ändert sich, und warum?"), [AtMost(NOTE_MAX)])

    def validate_note(self, field: Any) -> None:
        if not has_words(normalised(field.data or "")):
            raise StopValidation(_l("Schreiben Sie bitte, was sich ändert und warum. Alle lesen das."))


class UploadForm(TextForm):
    """A whole revised text: a file or pasted words."""

    version = HiddenField()

    @property
    def seen_version(self) -> int:
        return to_number(self.version.data)


class CorrectionForm(FlaskForm):  # type: ignore[misc]
    """`seen` is the wording that the page showed."""

    source = TextAreaField(_l("Wortlaut"), [Words(_l("Ein Absatz braucht Worte."))])
    reason = StringField(_l("Was war falsch?"), filters=[one_line])
    seen = HiddenField()

    def validate_reason(self, field: Any) -> None:
        if not correcting.REASON_MIN <= len(field.data) <= correcting.REASON_MAX or not has_words(field.data):
            raise ValidationError(
                _l("Bitte schreiben Sie in einem Satz, was falsch war: 10 bis 300 Zeichen. Alle lesen ihn.")
            )


def read_act(posted: Mapping[str, str]) -> tuple[str, Place, int]:
    """Which button of the desk was pressed, and on what: `paragraph-up:3-2` is paragraph 2 of thesis 3; what was struck
    has no place and is named by its id (`restore:17`)."""
    name, _colon, value = posted.get("act", "").partition(":")
    found = re.fullmatch(r"([0-9]{1,9})(?:-([0-9]{1,5}))?", value)
    if not found:
        return name, Place(-1), 0
    sentence = to_number(posted.get(f"cut-{value}"))
    return name, Place(int(found[1]) - 1, int(found[2] or 0) - 1, max(sentence, 0) - 1), int(found[1])
