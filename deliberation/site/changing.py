"""Changing the settings of the site in the browser: what can be set, within which bounds, and what was changed when."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from deliberation.accounts.addresses import AddressInvalid, clean_address
from deliberation.accounts.models import EMAIL_MAX, User
from deliberation.config import IMPRINT_FIELDS, LOCALES, OPERATOR_FIELDS, SIGN_UPS
from deliberation.database import db, rows_changed
from deliberation.moderation.records.retention import months_earlier
from deliberation.permissions import Permission, Person, require
from deliberation.privacy.periods import load_periods
from deliberation.settings import forget_stored, is_fixed, setting, store
from deliberation.site.models import SiteChange

LINE_MAX, TEXT_MAX = 120, 600
LOG_LINES = 50

GROUPS: dict[str, tuple[str, ...]] = {
    "site": ("SITE_NAME", "DEFAULT_LOCALE", "CONTACT_EMAIL", "SIGN_UP"),
    "legal": (*OPERATOR_FIELDS, *IMPRINT_FIELDS),
    "privacy": ("PRIVACY_HOSTING", "PRIVACY_AUTHORITY", "PRIVACY_OFFICER"),
}
LENGTHS = {
    "SITE_NAME": LINE_MAX,
    "OPERATOR_NAME": LINE_MAX,
    "OPERATOR_ADDRESS": TEXT_MAX,
    "OPERATOR_RESPONSIBLE": TEXT_MAX,
    "OPERATOR_EMAIL": EMAIL_MAX,
    "CONTACT_EMAIL": EMAIL_MAX,
    **dict.fromkeys(("IMPRINT_REPRESENTATIVE", "IMPRINT_AUTHORITY", *GROUPS["privacy"]), TEXT_MAX),
}
CHOICES = {"DEFAULT_LOCALE": LOCALES, "SIGN_UP": SIGN_UPS}
ADDRESSES = ("OPERATOR_EMAIL", "CONTACT_EMAIL")


class SettingUnfit(Exception):
    """Too long, none of the choices, no mail address, or empty where the law asks for it; `name` says which."""

    def __init__(self, name: str, code: str) -> None:
        super().__init__(f"{name}: {code}")
        self.name, self.code = name, code


def change_settings(operator: Person, wanted: Mapping[str, str], is_public: bool) -> list[str]:
    """Set what differs, and write down that it was; the names of what was changed. What the environment says stays as it is.
    A public site never loses its imprint: it would not start again. Raises SettingUnfit, and then nothing is changed."""
    require(operator, Permission.RUN_SITE)
    fit = {name: _fit(name, value, is_public) for name, value in wanted.items() if not is_fixed(name)}
    changed = [name for name, value in fit.items() if value != setting(name)]
    for name in changed:
        note_change(operator, name, setting(name), fit[name])
    for name in changed:
        store(name, fit[name])
    forget_stored()
    return changed


def _fit(name: str, value: str, is_public: bool) -> str:
    words = "\n".join(line.strip() for line in value.strip().splitlines())
    if len(words) > LENGTHS.get(name, LINE_MAX):
        raise SettingUnfit(name, "too_long")
    if name in CHOICES and words not in CHOICES[name]:
        raise SettingUnfit(name, "no_choice")
    if is_public and name in OPERATOR_FIELDS and not words:
        raise SettingUnfit(name, "needed")
    if name in ADDRESSES and words:
        try:
            return clean_address(words)
        except AddressInvalid:
            raise SettingUnfit(name, "no_address") from None
    return words


def note_change(operator: Person, what: str, before: str = "", after: str = "") -> None:
    """Write one line into the site's log."""
    require(operator, Permission.RUN_SITE)
    actor_id = operator.id if isinstance(operator, User) else None
    db.session.add(SiteChange(what=what, before=before, after=after, actor_id=actor_id))
    db.session.flush()


def load_changes(operator: Person) -> Sequence[tuple[SiteChange, str]]:
    """The latest first, each with the random key of who it was, or nothing."""
    require(operator, Permission.SEE_OPERATION)
    query = select(SiteChange, User.key).outerjoin(User, User.id == SiteChange.actor_id)
    rows = db.session.execute(query.order_by(SiteChange.id.desc()).limit(LOG_LINES))
    return [(change, key or "") for change, key in rows]


def forget_old_changes(moment: datetime) -> int:
    """Retention, with the periods of the moderation's log: who it was, later the line itself; how many lines."""
    periods = load_periods()
    persons_until = months_earlier(moment, periods.log_persons_months)
    named = (SiteChange.at <= persons_until, SiteChange.actor_id.is_not(None))
    rows_changed(update(SiteChange).where(*named).values(actor_id=None))
    return rows_changed(delete(SiteChange).where(SiteChange.at <= months_earlier(moment, periods.log_lines_months)))
