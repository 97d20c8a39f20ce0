"""Finding what has to be told by mail: letters about decisions, what became of reports, and dates (`dates`).

Nothing of it is written into the outbox by the verbs. So what was taken back within half an hour never leaves, and a
second run, or a second process, finds nothing left to do. Whoever calls this commits.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import joinedload

from deliberation.accounts.models import User
from deliberation.annotations.models import Annotation, Status
from deliberation.clock import now
from deliberation.database import db, rows_changed
from deliberation.declarations.models import Declaration, Membership
from deliberation.moderation.models import LETTERS_WAIT, Decision, Flag, Letter, Objection
from deliberation.moderation.posts import find_post
from deliberation.moderation.receipts import find_receipt_of
from deliberation.notifications.actions import queue_mail
from deliberation.notifications.dates import NEW_DATES, REMINDER, has_due_dates, pull_dates, words_about_dates
from deliberation.notifications.digest import DIGEST, FOLLOWED, WAITING
from deliberation.notifications.following import account_token, subscription_token
from deliberation.notifications.harvest import tell
from deliberation.notifications.interests import pace_of
from deliberation.notifications.models import Mail, Matter, NotNeeded, Pace, Subscription, Topic
from deliberation.notifications.telling import digest_words
from deliberation.notifications.waiting import load_waiting

LETTER = "letter"
OUTCOME = "flag_outcome"
ENDING = "declaration_ending"
"""Put into the outbox further down, and made of words here."""


def has_due_letters() -> bool:
    """Whether there is anything to do; reads only."""
    letters = select(Letter.id).where(_is_due(now())).limit(1)
    if db.session.scalar(letters) is not None:
        return True
    if db.session.scalar(select(Flag.id).where(_is_to_be_answered(now())).limit(1)) is not None:
        return True
    return has_due_dates()


def pull_letters(default_locale: str = "de", limit: int = 200) -> int:
    """Put what is due into the outbox and settle it; what needs no mail is settled without one. How many were due."""
    moment = now()
    letters = db.session.scalars(
        select(Letter)
        .options(joinedload(Letter.member).joinedload(Membership.user), joinedload(Letter.annotation))
        .where(_is_due(moment))
        .order_by(Letter.id)
        .limit(limit)
    ).all()
    for letter in letters:
        _pull_letter(letter, default_locale)
    flags = db.session.execute(
        select(Flag, User)
        .outerjoin(Membership, Membership.id == Flag.reporter_id)
        .outerjoin(User, User.id == Membership.user_id)
        .where(_is_to_be_answered(moment))
        .order_by(Flag.id)
        .limit(limit)
    ).all()
    for flag, reporter in flags:
        _answer(flag, reporter)
    return len(letters) + len(flags) + pull_dates(default_locale, limit)


def _is_due(moment: datetime) -> ColumnElement[bool]:
    return and_(Letter.settled_at.is_(None), Letter.due_at <= moment)


def _pull_letter(letter: Letter, default_locale: str) -> None:
    person = letter.member.user
    address, locale = _address_of(person)
    pace = pace_of(person, Topic.DECISIONS) if person is not None and _is_still_needed(letter) else Pace.NEVER
    is_told = bool(address) and pace is not Pace.NEVER
    unsettled = update(Letter).where(Letter.id == letter.id, Letter.settled_at.is_(None))
    if rows_changed(unsettled.values(settled_at=now(), was_mailed=is_told)) == 0 or not is_told:
        return
    if pace is Pace.AT_ONCE:
        queue_mail(address, f"{LETTER}:{letter.id}", LETTER, {LETTER: letter.id}, locale or default_locale)
    else:
        tell(Matter.LETTER, letter.id, letter.member.declaration_id, now())


def _is_still_needed(letter: Letter) -> bool:
    """Not what was taken back, and nothing about a text that its author has taken from view since."""
    is_gone = letter.annotation is not None and letter.annotation.is_withdrawn
    return not letter.is_withdrawn and not is_gone


def _address_of(user: User | None) -> tuple[str, str]:
    """Where an account gets mail; before its address is confirmed, nowhere."""
    return (user.email, user.locale) if user is not None and user.confirmed_at is not None else ("", "")


def _is_to_be_answered(moment: datetime) -> ColumnElement[bool]:
    """Decided on half an hour ago or more, on a report or on an objection against that; or the text is gone."""
    fresh = exists().where(Decision.id == Flag.decision_id, Decision.decided_at > moment - LETTERS_WAIT)
    objected = exists().where(Objection.flag_id == Flag.id, Objection.decided_at > moment - LETTERS_WAIT)
    is_decided = and_(Flag.closed_at.is_not(None), Flag.decision_id.is_not(None), ~fresh, ~objected)
    is_gone = exists().where(Annotation.number == Flag.annotation_id, Annotation.status == Status.WITHDRAWN)
    return and_(Flag.answered_at.is_(None), or_(is_decided, is_gone))


def _answer(flag: Flag, reporter: User | None) -> None:
    address, locale = _address_of(reporter) if flag.reporter_id else (flag.email, flag.locale)
    same = Flag.decision_id == flag.decision_id if flag.decision_id else Flag.decision_id.is_(None)
    unanswered = update(Flag).where(Flag.id == flag.id, Flag.answered_at.is_(None), same)
    if rows_changed(unanswered.values(answered_at=now())) == 1 and address and flag.key:
        objected = select(Objection.id).where(Objection.flag_id == flag.id, Objection.decided_at.is_not(None))
        last = db.session.scalar(objected.order_by(Objection.id.desc()).limit(1))
        cause = f"flag:{flag.id}:{flag.decision_id or 'gone'}" + (f":{last}" if last else "")
        queue_mail(address, cause, OUTCOME, {"flag": flag.id}, locale or flag.locale)


def present_words(mail: Mail) -> dict[str, Any]:
    """What a mail is made of at the moment it is sent. Raises NotNeeded if it must not be sent any more."""
    if mail.template == LETTER:
        letter = db.session.get(Letter, mail.parameters[LETTER], options=[joinedload(Letter.annotation)])
        if letter is None or not _is_still_needed(letter):
            raise NotNeeded
        return {"post": find_post(letter.id)}
    if mail.template == OUTCOME:
        receipt = find_receipt_of(mail.parameters["flag"])
        if receipt is None or (receipt.decision is None and not receipt.annotation.is_withdrawn):
            raise NotNeeded
        return {"receipt": receipt}
    if mail.template in (REMINDER, NEW_DATES):
        words = words_about_dates(mail)
        return {**words, **ways_out(words["reader"])}
    if mail.template == ENDING:
        day = db.session.scalar(select(Declaration.delete_on).where(Declaration.id == mail.parameters["declaration"]))
        if day is None:
            raise NotNeeded
        return {"day": day}
    if mail.template in (DIGEST, FOLLOWED):
        digest = digest_words(mail.parameters)
        return {"digest": digest, **ways_out(digest.reader)}
    if mail.template == WAITING:
        return _words_about_waiting(mail)
    return {}


def _words_about_waiting(mail: Mail) -> dict[str, Any]:
    user = db.session.get(User, mail.parameters["account"])
    waiting = load_waiting(user) if user is not None and pace_of(user, Topic.WAITING) is not Pace.NEVER else ()
    if user is None or not waiting:
        raise NotNeeded
    return {"user": user, "waiting": waiting, **ways_out(user)}


def ways_out(reader: User | Subscription) -> dict[str, str]:
    """Where somebody changes how often this comes, and ends it in one click, without signing in."""
    if isinstance(reader, Subscription):
        page = f"/follow/{subscription_token(reader)}"
        return {"manage_url": page, "unsubscribe_url": f"{page}/leave"}
    page = f"/mails/{account_token(reader)}"
    return {"manage_url": page, "unsubscribe_url": f"{page}/stop"}
