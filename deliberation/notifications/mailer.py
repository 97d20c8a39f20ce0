"""Sending what waits in the outbox.

One of the few modules outside the edge that may import flask: mails are rendered from templates, in the
language of the recipient, with links built from BASE_URL alone. It commits on its own, because sending is slow
and must hold no lock: claim, commit, send, note the outcome, commit. A crash after sending and before the note
sends the mail once more; it never loses one.
"""

import logging
import smtplib
import uuid
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, render_template
from flask_babel import force_locale
from sqlalchemy import ColumnElement, delete, select, update

from deliberation.accounts.addresses import to_ascii
from deliberation.clock import now
from deliberation.database import db, reading_only, rows_changed
from deliberation.notifications.blocks import to_blocks
from deliberation.notifications.bounces import note_bounce, sender_of
from deliberation.notifications.models import Mail, NotNeeded
from deliberation.notifications.pulling import present_words
from deliberation.notifications.transports import Send, ServerAway, open_transport
from deliberation.settings import sender, setting
from deliberation.urls import absolute

BACK_OFF = (1, 5, 15, 60, 240, 720, 1440)
"""Minutes until the next try after the first, second … failure; after the last the mail is left for a person."""
RESTING = (1, 2, 5, 10)
"""Minutes in which a server that is away is left in peace, after the first, second … time."""
RESTS = "outbox rests"
ERROR_MAX = 500
LINE_MAX = 900
"""Bytes; beyond 998 a line may be cut on its way (RFC 5322, 2.1.1)."""

log = logging.getLogger("deliberation.mail")


def send_due_mail(limit: int = 100) -> tuple[int, int]:
    """Send up to `limit` mails that are due; how many went out and how many failed. Commits.

    When the server cannot be reached the run ends: all stay due, that is no try of theirs, and this process leaves it in
    peace for a while."""
    sent = failed = 0
    if _is_resting():
        return sent, failed
    with open_transport(current_app.config["MAIL_URL"]) as send:
        while sent + failed < limit and (mail_id := _claim()):
            try:
                _hand_over(mail_id, send)
                _rest(is_away=False)
                sent += 1
            except ServerAway as error:
                _put_back(mail_id, error)
                _rest(is_away=True)
                failed += 1
                break
            except NotNeeded:
                _call_back(mail_id)
            # Whatever is wrong with one mail, the others must still go out.
            except Exception as error:
                _note_failure(mail_id, error)
                failed += 1
    return sent, failed


def _is_resting() -> bool:
    """Also where the clock was put back: never longer than the longest rest."""
    until = _rests()[1]
    return until is not None and timedelta(0) < until - now() <= timedelta(minutes=RESTING[-1])


def _rest(is_away: bool) -> None:
    times = _rests()[0]
    minutes = RESTING[min(times, len(RESTING) - 1)]
    rest = (times + 1, now() + timedelta(minutes=minutes)) if is_away else (0, None)
    current_app.extensions[RESTS] = {current_app.config["MAIL_URL"]: rest}


def _rests() -> tuple[int, datetime | None]:
    """How often this server was away in a row, and until when it is left in peace."""
    found: tuple[int, datetime | None] = current_app.extensions.get(RESTS, {}).get(current_app.config["MAIL_URL"], (0, None))
    return found


def is_given_up() -> tuple[ColumnElement[bool], ...]:
    """What holds of a mail that failed for good and waits for a person."""
    return Mail.sent_at.is_(None), Mail.tries > len(BACK_OFF)


def _claim() -> int | None:
    """Take the next mail out of the reach of other runs, until the back-off is over."""
    while found := _next_due():
        mail_id, tries = found
        wait = timedelta(minutes=BACK_OFF[min(tries, len(BACK_OFF) - 1)])
        unclaimed = (Mail.id == mail_id) & (Mail.tries == tries) & Mail.sent_at.is_(None)
        claim = update(Mail).where(unclaimed).values(tries=tries + 1, due_at=now() + wait)
        is_mine = rows_changed(claim) == 1
        db.session.commit()
        if is_mine:
            return mail_id
    return None


def _next_due() -> tuple[int, int] | None:
    query = (
        select(Mail.id, Mail.tries)
        .where(Mail.sent_at.is_(None), Mail.due_at <= now(), Mail.tries <= len(BACK_OFF))
        .order_by(Mail.due_at, Mail.id)
        .limit(1)
    )
    # Looking takes no write lock: most of the time there is nothing to send.
    with reading_only():
        row = db.session.execute(query).one_or_none()
    db.session.commit()
    return (row.id, row.tries) if row else None


def _hand_over(mail_id: int, send: Send) -> None:
    with reading_only():
        message = to_message(db.session.get_one(Mail, mail_id))
    db.session.commit()
    send(message, f"{now():%Y%m%dT%H%M%SZ}-{mail_id}", sender_of(mail_id))
    db.session.execute(update(Mail).where(Mail.id == mail_id).values(sent_at=now(), sealed="", error=""))
    db.session.commit()


def _call_back(mail_id: int) -> None:
    """What it was to tell does not hold any more: it is as if it had never been queued."""
    db.session.rollback()
    db.session.execute(delete(Mail).where(Mail.id == mail_id))
    db.session.commit()


def _put_back(mail_id: int, error: Exception) -> None:
    """As if it had not been taken: nobody has refused it."""
    db.session.rollback()
    log.warning("mail server away: %s", type(error).__name__)
    back = {"tries": Mail.tries - 1, "due_at": now(), "error": _words_of(error)}
    db.session.execute(update(Mail).where(Mail.id == mail_id).values(back))
    db.session.commit()


def _note_failure(mail_id: int, error: Exception) -> None:
    db.session.rollback()
    log.warning("mail %s not sent: %s", mail_id, type(error).__name__)
    mail = db.session.get_one(Mail, mail_id)
    # A mail server's answer names the recipient; whoever looks at what went wrong need not know him.
    changed: dict[str, Any] = {"error": _words_of(error).replace(mail.recipient or "\0", "…")}
    if refusal := _refused_for_good(error):
        note_bounce(mail.recipient_hash, str(refusal), now())
        changed["tries"] = len(BACK_OFF) + 1
    db.session.execute(update(Mail).where(Mail.id == mail_id).values(changed))
    db.session.commit()


def _words_of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:ERROR_MAX]


def _refused_for_good(error: Exception) -> int:
    """The code with which a server said that it will never take mail for this address; 0 if it did not."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _words in error.recipients.values()]
        return next((code for code in codes if 500 <= code < 600), 0)
    return 0


def to_message(mail: Mail) -> EmailMessage:
    """Render the mail: plain text and the same as HTML, one recipient, headers that no parameter can reach past."""
    with force_locale(mail.locale):
        told = mail.parameters | present_words(mail)
        words = render_template(f"mail/{mail.template}.txt", **told)
    subject, _newline, body = words.partition("\n")
    host = urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
    recipient = to_ascii(mail.recipient)
    message = EmailMessage(policy=SMTP if recipient.isascii() else SMTPUTF8)
    message["From"] = sender()
    if answers_to := setting("CONTACT_EMAIL"):
        message["Reply-To"] = answers_to
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = _one_line(subject)
    message["Date"] = format_datetime(now())
    message["Message-ID"] = f"<{uuid.uuid4().hex}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    if "unsubscribe_url" in told:
        # One click in the mail program, without opening a page (RFC 8058).
        message["List-Unsubscribe"] = f"<{absolute(told['unsubscribe_url'])}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    text = body.strip() + "\n"
    is_short = all(len(line.encode()) <= LINE_MAX for line in text.splitlines())
    message.set_content(text, cte="8bit" if is_short else "quoted-printable")
    with force_locale(mail.locale):
        html = to_html(text, str(message["Subject"]), mail.locale)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def to_html(text: str, subject: str, locale: str) -> str:
    """A whole page that says what the plain part says."""
    blocks, signature = to_blocks(text)
    return render_template("mail/page.html", blocks=blocks, signature=signature, subject=subject, locale=locale)


def read_text(message: EmailMessage) -> str:
    """What its plain part says."""
    part = message.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""  # type: ignore[attr-defined]


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
