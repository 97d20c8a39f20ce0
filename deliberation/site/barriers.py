"""What people cannot use on this site: told by everybody, answered by whoever runs it.

Each report is a row, so that none is lost where no mail goes out. The mail about it says that there is one and nothing of it:
words and address stand in one place, from which they go when their time is up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from deliberation.accounts import limits
from deliberation.accounts.models import User
from deliberation.annotations.actions import key_about
from deliberation.clock import to_day, today
from deliberation.database import ID_MAX, count_rows, db, once, rows_changed
from deliberation.moderation.records.retention import months_earlier
from deliberation.notifications.actions import queue_mail
from deliberation.permissions import Permission, Person, require
from deliberation.privacy.periods import load_periods
from deliberation.privacy.retention import count_forgotten
from deliberation.sealing import handle, read_handle
from deliberation.settings import operator_facts, setting
from deliberation.site.changing import note_change
from deliberation.site.models import Barrier
from deliberation.text import has_words, normalised

TEXT_MAX, PAGE_MAX, NOTE_MAX = 3000, 200, 1000
ANSWER_DAYS = 14
"""What the statement on accessibility, the form and the mails call two weeks; an aim."""
MAILS = (limits.Limit(10, 60), limits.Limit(40, 24 * 60))
"""To the operator's mailbox, whoever fills in the form; what comes beyond stands on her page."""
OPEN_LINES, ANSWERED_LINES = 100, 50
UNANSWERED_MONTHS = 12
"""So long the address waits for an answer that does not come."""
ANSWERED, DISCARDED = "barrier_answered", "barrier_discarded"
RECEIPT = "barrier"


@dataclass(frozen=True)
class Told:
    """What somebody says; all but `text` may be missing. `page` is free of secrets (`whence`), `email` an address as
    `accounts.addresses` cleans it."""

    text: str
    page: str = ""
    email: str = ""
    locale: str = "de"


@dataclass(frozen=True)
class Barriers:
    """The open ones, the oldest first, with how many there are of them in all, and those that were answered last."""

    open: Sequence[Barrier]
    open_count: int
    answered: Sequence[Barrier]


class TextMissing(Exception):
    """There is not a word in it."""


def report(person: Person, told: Told, form_key: str = "", secret: str = "") -> Barrier:
    """Keep what does not work for somebody, and tell the operator that it came. Nothing leads from it to an account. The same
    form with other words in it is another report. `secret`: the key that limits are counted with. Raises TextMissing."""
    require(person, Permission.REPORT_BARRIER)
    text = normalised(told.text)[:TEXT_MAX]
    if not has_words(text):
        raise TextMissing
    key = key_about(form_key, "barrier", text, told.page, told.email)

    def make() -> Barrier:
        page = normalised(told.page)[:PAGE_MAX]
        return Barrier(text=text, page=page, email=told.email, locale=told.locale, form_key=key)

    return once(select(Barrier).where(Barrier.form_key == key), make, lambda made: _tell_operator(made, secret))


def _tell_operator(barrier: Barrier, secret: str) -> None:
    """Not so often that somebody could fill the mailbox from here."""
    contact = operator_facts()["contact"]
    if not contact:
        return
    gate = limits.gate(secret, "barrier mail", contact, MAILS)
    tries = limits.note([gate])
    if limits.open_again_at([gate], tries):
        limits.take_back(tries)
        return
    facts = {"label": barrier.label, "number": barrier.id, "wants_answer": bool(barrier.email_sealed)}
    queue_mail(contact, f"barrier:{barrier.id}", "barrier_reported", facts, setting("DEFAULT_LOCALE"))


def answer_by(barrier: Barrier) -> date:
    """The day by which an answer is aimed at."""
    return barrier.arrived_on + timedelta(days=ANSWER_DAYS)


def receipt_token(barrier: Barrier) -> str:
    """What the address of its receipt carries: it says nothing to anybody else, and nothing is stored about it."""
    return handle(RECEIPT, str(barrier.id))


def find_by_receipt(token: str) -> Barrier | None:
    number = read_handle(RECEIPT, token)
    return db.session.get(Barrier, int(number)) if number else None


# --- whoever runs the site ---


def load_barriers(operator: Person) -> Barriers:
    require(operator, Permission.SEE_OPERATION)
    waiting = select(Barrier).where(is_open()).order_by(Barrier.arrived_on, Barrier.id).limit(OPEN_LINES)
    answered = select(Barrier).where(~is_open()).order_by(Barrier.answered_on.desc(), Barrier.id.desc()).limit(ANSWERED_LINES)
    return Barriers(db.session.scalars(waiting).all(), count_open(), db.session.scalars(answered).all())


def find_barrier(operator: Person, number: int) -> Barrier | None:
    require(operator, Permission.SEE_OPERATION)
    return db.session.get(Barrier, number) if 0 < number <= ID_MAX else None


def is_open() -> ColumnElement[bool]:
    return Barrier.answered_on.is_(None)


def is_overdue(day: date) -> ColumnElement[bool]:
    """Whether it waits for longer than the statement says."""
    return and_(is_open(), Barrier.arrived_on < day - timedelta(days=ANSWER_DAYS))


def count_open() -> int:
    return count_rows(Barrier.id, is_open())


def count_overdue() -> int:
    return count_rows(Barrier.id, is_overdue(today()))


def answer(operator: Person, barrier: Barrier, note: str = "") -> bool:
    """Write down that it was answered, by her own mail program or because there was nobody to answer; from then on its periods
    run. Whether it was still open: of two people the first one's note stays."""
    require(operator, Permission.RUN_SITE)
    words = normalised(note)[:NOTE_MAX]
    done = {"answered_on": today(), "answered_by_id": _number(operator), "note": words}
    if not rows_changed(update(Barrier).where(Barrier.id == barrier.id, is_open()).values(**done)):
        return False
    db.session.refresh(barrier)
    note_change(operator, ANSWERED, after=barrier.label)
    return True


def discard(operator: Person, barrier: Barrier) -> bool:
    """Take out every word and the address, of spam or because the person wishes it; the number stays, so that no other report
    gets it. Whether there was something to take out."""
    require(operator, Permission.RUN_SITE)
    if barrier.is_discarded:
        return False
    barrier.text = barrier.page = barrier.email_sealed = barrier.note = ""
    if barrier.is_open:
        barrier.answered_on, barrier.answered_by_id = today(), _number(operator)
    note_change(operator, DISCARDED, after=barrier.label)
    return True


def _number(operator: Person) -> int | None:
    return operator.id if isinstance(operator, User) else None


def forget_barriers(moment: datetime) -> dict[str, int]:
    """Retention: addresses, who answered, and the reports themselves; counted by day like everything that is forgotten. What
    nobody has answered keeps its words."""
    periods = load_periods()

    def before(months: int) -> date:
        return to_day(months_earlier(moment, months))

    is_due = or_(
        Barrier.answered_on <= before(periods.barrier_addresses_months), Barrier.arrived_on <= before(UNANSWERED_MONTHS)
    )
    addresses = rows_changed(update(Barrier).where(Barrier.email_sealed != "", is_due).values(email_sealed=""))
    named = (Barrier.answered_by_id.is_not(None), Barrier.answered_on <= before(periods.log_persons_months))
    rows_changed(update(Barrier).where(*named).values(answered_by_id=None))
    gone = rows_changed(delete(Barrier).where(Barrier.answered_on <= before(periods.barriers_months)))
    found = {what: rows for what, rows in (("barrier_addresses", addresses), ("barriers", gone)) if rows}
    for what, rows in found.items():
        count_forgotten(moment, what, rows)
    return found
