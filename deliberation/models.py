"""Every table of the application, so that the mapper, migrations and `create_all` know them all."""

from deliberation.accounts import models as accounts
from deliberation.annotations import models as annotations
from deliberation.declarations import models as declarations
from deliberation.moderation import models as moderation
from deliberation.notifications import models as notifications
from deliberation.proposals import models as proposals

__all__ = ["accounts", "annotations", "declarations", "moderation", "notifications", "proposals"]
