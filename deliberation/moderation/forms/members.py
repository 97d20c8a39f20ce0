"""What organisers fill in about a member: a role, and until when."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, Optional

from deliberation.declarations.forms.office import DayField
from deliberation.declarations.roles import GIVEN
from deliberation.labels import LABELS


class RoleForm(FlaskForm):  # type: ignore[misc]
    role = RadioField(
        _l("Welche Rolle?"),
        choices=[SelectChoice(role.value, LABELS[role]) for role in GIVEN],
        validators=[AnyOf([role.value for role in GIVEN], _l("Bitte wählen Sie eine Rolle."))],
        validate_choice=False,
    )
    ends_on = DayField(_l("Bis zu welchem Tag?"), [Optional()])
