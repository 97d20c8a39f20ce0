"""What an organiser sends of a video in sign language."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FileField
from wtforms.validators import ValidationError

from deliberation.declarations.forms import has_file

NEEDED = _l("Wählen Sie bitte ein Video aus.")


class SignsForm(FlaskForm):  # type: ignore[misc]
    """A video, captions for it, or both."""

    video = FileField(_l("Video in Gebärdensprache"))
    captions = FileField(_l("Untertitel"))

    def validate_video(self, _field: Any) -> None:
        if not has_file(self.video) and not has_file(self.captions):
            raise ValidationError(NEEDED)
