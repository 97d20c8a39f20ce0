"""What an organiser fills in about a page, and about a video in sign language."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from deliberation.declarations.forms import address, has_file, one_line
from deliberation.declarations.forms.office import TOO_LONG
from deliberation.declarations.models import TITLE_MAX
from deliberation.pages.actions import PageWords
from deliberation.pages.models import Page
from deliberation.text import PAGE_MAX, normalised


class PageForm(FlaskForm):  # type: ignore[misc]
    """`place` is the address, when a page is made; `seen` the state that was changed."""

    title = StringField(
        _l("Titel"),
        [InputRequired(_l("Geben Sie der Seite bitte einen Titel.")), Length(max=TITLE_MAX, message=TOO_LONG)],
        filters=[one_line],
    )
    place = StringField(_l("Adresse"), filters=[address])
    body = TextAreaField(
        _l("Text"), [Length(max=PAGE_MAX, message=TOO_LONG)], filters=[lambda value: normalised(value or "")]
    )
    shown = BooleanField(_l("Alle können sie lesen"))
    listed = BooleanField(_l("Steht im Menü"))
    seen = HiddenField()

    @classmethod
    def of(cls, page: Page) -> "PageForm":
        return cls(title=page.title, body=page.body, shown=page.is_shown, listed=page.in_menu, seen=page.edition)

    def to_words(self) -> PageWords:
        return PageWords(self.title.data, self.body.data, bool(self.shown.data), bool(self.listed.data))


NEEDED = _l("Wählen Sie bitte ein Video aus.")


class SignsForm(FlaskForm):  # type: ignore[misc]
    """A video, captions for it, or both."""

    video = FileField(_l("Video in Gebärdensprache"))
    captions = FileField(_l("Untertitel"))

    def validate_video(self, _field: Any) -> None:
        if not has_file(self.video) and not has_file(self.captions):
            raise ValidationError(NEEDED)
