"""Once somebody who followed by mail has left, the address stands nowhere: not readable, not sealed, not as its hash."""

from sqlalchemy import select

from deliberation.accounts.addresses import address_hash
from deliberation.database import db, set_reading
from deliberation.jobs import Jobs
from deliberation.notifications import following
from deliberation.notifications.actions import queue_mail
from deliberation.notifications.mailer import send_due_mail
from deliberation.notifications.models import Mail, Subscription
from deliberation.permissions import Guest
from tests.privacy.disguises import hits
from tests.privacy.test_nothing_stays import files, settle

ADDRESS = "wer.mitliest-kanarie@example.org"


def traces() -> list[str]:
    """What is kept of the address while somebody follows."""
    same = Subscription.address_hash == address_hash(ADDRESS)
    rows = db.session.scalars(select(Subscription).where(same)).all()
    mails = db.session.scalars(select(Mail).where(Mail.recipient_hash == address_hash(ADDRESS))).all()
    return [address_hash(ADDRESS), *(one.address_sealed for one in rows), *(one.sealed for one in mails if one.sealed)]


def found(app, words):
    settle()
    return hits(files(app), words)


def test_who_followed_and_left_is_nowhere(app, client, cast):
    for number in range(40):
        # Others around it, so that pages of the table are full.
        following.ask(Guest(), cast.declaration, f"andere{number}@example.org", following.Wish())
    subscription = following.ask(Guest(), cast.declaration, ADDRESS, following.Wish())
    following.confirm(subscription)
    token = following.subscription_token(subscription)
    db.session.commit()
    send_due_mail()
    queue_mail(ADDRESS, f"subscription:{subscription.id}:digest", "test_mail", {"words": "kanarie"}, "de")
    db.session.commit()
    wanted = traces()
    assert found(app, wanted)
    jobs = Jobs(app)
    assert jobs.run_once()

    set_reading(True)
    assert client.post(f"/follow/{token}/leave").status_code == 200

    set_reading(False)
    db.session.remove()
    assert jobs.run_once()
    jobs.lock.release()
    assert found(app, [*wanted, ADDRESS]) == []
