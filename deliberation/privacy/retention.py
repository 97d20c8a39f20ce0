"""Forgetting on time: every period of `periods.Periods` (`jobs`). What was forgotten is counted by day."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from deliberation.accounts.actions import forget_stale
from deliberation.accounts.models import User, has_roles, load_user, random_key
from deliberation.accounts.staff_access import forget_looks
from deliberation.accounts.tokens import forget_ended_tokens
from deliberation.annotations.drafts import delete_old_drafts
from deliberation.clock import BERLIN, to_day
from deliberation.database import db, rows_changed
from deliberation.declarations.facilitating import forget_past_tables
from deliberation.declarations.invitations import forget_ended_invitations
from deliberation.declarations.unsaved import forget_old_imports
from deliberation.moderation.models import Letter, Message, Note
from deliberation.moderation.records.retention import Keeping, forget_moderation, months_earlier
from deliberation.notifications.actions import forget_old_mail, queue_mail
from deliberation.notifications.bounces import forget_old_bounces
from deliberation.notifications.following import forget_unconfirmed
from deliberation.permissions import Operator
from deliberation.privacy.leaving import erase
from deliberation.privacy.models import Forgotten
from deliberation.privacy.periods import WARN_DAYS, Periods, load_periods
from deliberation.surveys.opening import forget_answers

AT_ONCE = 50


def forget(moment: datetime, default_locale: str, secret: str) -> Mapping[str, int]:
    """Delete what its time is up for; how much of what. The caller commits."""
    periods = load_periods()
    counts = {
        "unconfirmed": forget_stale(moment, periods.unconfirmed_days),
        "mails": forget_old_mail(moment, periods.sent_mail_days, periods.unsent_mail_days) + forget_old_bounces(moment),
        "following": forget_unconfirmed(moment, periods.following_days),
        "drafts": delete_old_drafts(moment, periods.drafts_days, periods.guest_drafts_days),
        "imports": forget_old_imports(moment),
        **forget_moderation(moment, _keeping(periods)),
        "messages": _forget_messages(months_earlier(moment, periods.messages_months)),
        "invitations": forget_ended_invitations(moment),
        "tables": forget_past_tables(moment),
        "answers": forget_answers(to_day(moment)),
        "tokens": forget_ended_tokens(moment),
        "looks": forget_looks(months_earlier(moment, periods.looks_months)),
        "accounts": _end_accounts(moment, periods.accounts_months, secret),
    }
    _warn_absent(moment, periods.accounts_months, default_locale)
    found = {what: rows for what, rows in counts.items() if rows}
    for what, rows in found.items():
        count_forgotten(moment, what, rows)
    return found


def _keeping(periods: Periods) -> Keeping:
    return Keeping(periods.seals_days, periods.reporters_days, periods.log_persons_months, periods.log_lines_months)


def _forget_messages(moment: datetime) -> int:
    """What was written between moderation and authors, and within the team about a case."""
    return (
        rows_changed(delete(Message).where(Message.sent_at <= moment))
        + rows_changed(delete(Note).where(Note.written_at <= moment))
        + rows_changed(delete(Letter).where(Letter.written_at <= moment, Letter.settled_at.is_not(None)))
    )


def _warn_absent(moment: datetime, months: int, default_locale: str) -> None:
    """Tell people a month before that their account ends."""
    soon = User.seen_at <= months_earlier(moment + timedelta(days=WARN_DAYS), months)
    unwarned = select(User).where(soon, User.warned_at.is_(None), *_not_staff()).limit(AT_ONCE)
    for user in db.session.scalars(unwarned).all():
        user.warned_at = moment
        # What is not confirmed may be somebody else's address.
        if user.confirmed_at is not None:
            words = {"day": (moment + timedelta(days=WARN_DAYS)).astimezone(BERLIN).strftime("%d.%m.%Y")}
            queue_mail(user.email, f"ending-{random_key()}", "account_ending", words, user.locale or default_locale)
    db.session.flush()


def _end_accounts(moment: datetime, months: int, secret: str) -> int:
    """Of people who were told and did not come. Staff keep theirs: roles are ended by people."""
    long_ago, told = months_earlier(moment, months), moment - timedelta(days=WARN_DAYS)
    due = select(User.id).where(User.seen_at <= long_ago, User.warned_at <= told, *_not_staff())
    found = [load_user(number) for number in db.session.scalars(due.limit(AT_ONCE)).all()]
    gone = [erase(Operator(), user, secret=secret) for user in found if user is not None]
    return len(gone)


def _not_staff() -> tuple[Any, ...]:
    return User.is_operator.is_(False), ~User.memberships.any(has_roles())


def count_forgotten(moment: datetime, what: str, rows: int) -> None:
    """Add to what was forgotten on this day."""
    day = to_day(moment)
    line = db.session.scalars(select(Forgotten).where(Forgotten.on_day == day, Forgotten.what == what)).one_or_none()
    if line is None:
        db.session.add(Forgotten(on_day=day, what=what, rows=rows))
    else:
        line.rows += rows
    db.session.flush()
