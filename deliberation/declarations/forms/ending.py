"""What an organiser fills in when a draft is shown, a declaration becomes the pattern of another, or shall be deleted."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from deliberation.declarations.forms import KEY_MAX, ParticularsForm, address
from deliberation.declarations.forms.invitations import CountField
from deliberation.declarations.models import Declaration
from deliberation.declarations.showing import DAYS_MAX, DAYS_STANDARD


class CloneForm(ParticularsForm):
    """Title and address of the new one; everything else is taken over."""

    publisher: Any = None
    summary: Any = None


class DeleteForm(FlaskForm):  # type: ignore[misc]
    """The address of the declaration, typed: nobody deletes the wrong one by a slip."""

    address = StringField(
        _l("Adresse der Erklärung"), [InputRequired(_l("Tippen Sie bitte die Adresse ab."))], filters=[address]
    )

    def __init__(self, declaration: Declaration) -> None:
        super().__init__()
        self._expected = declaration.slug

    def validate_address(self, field: Field) -> None:
        if field.data != self._expected:
            raise ValidationError(
                _("Das ist nicht die Adresse dieser Erklärung. Sie lautet: %(slug)s", slug=self._expected)
            )


class LinkForm(FlaskForm):  # type: ignore[misc]
    """How long a link to the draft is good."""

    form_key = HiddenField(validators=[Length(max=KEY_MAX)])
    days = CountField(_l("Wie viele Tage lang?"), DAYS_MAX, default=DAYS_STANDARD)
