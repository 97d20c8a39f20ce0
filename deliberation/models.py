"""Every table of the application, so that the mapper, migrations and `create_all` know them all."""

from deliberation import revisions, settings
from deliberation.accounts import models as accounts
from deliberation.annotations import models as annotations
from deliberation.annotations import places
from deliberation.api import models as api
from deliberation.declarations import models as declarations
from deliberation.meetings import models as meetings
from deliberation.moderation import models as moderation
from deliberation.notifications import models as notifications
from deliberation.pages import models as pages
from deliberation.privacy import models as privacy
from deliberation.proposals import models as proposals
from deliberation.reports import models as reports
from deliberation.results import models as results
from deliberation.search import models as search
from deliberation.site import models as site
from deliberation.surveys import models as surveys

__all__ = [
    "accounts", "annotations", "api", "declarations", "meetings", "moderation", "notifications", "pages", "places", "privacy",
    "proposals", "reports", "results", "revisions", "search", "settings", "site", "surveys",
]  # fmt: skip
