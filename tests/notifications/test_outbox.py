from datetime import timedelta

from sqlalchemy import func, select

from deliberation.clock import now
from deliberation.database import db
from deliberation.notifications.actions import forget_old_mail, forget_recipient, queue_mail
from deliberation.notifications.models import Mail

ADA = "ada@example.org"


def count():
    return db.session.scalar(select(func.count(Mail.id)))


def test_same_cause_is_one_mail_whatever_else_differs(app):
    queue_mail(ADA, "code-1", "sign_in", {"code": "111111"}, "de")
    queue_mail(ADA, "code-1", "welcome", {"code": "222222"}, "en")
    queue_mail(ADA, "code-2", "sign_in", {"code": "333333"}, "de")
    queue_mail("ben@example.org", "code-1", "sign_in", {"code": "444444"}, "de")
    codes = [mail.parameters for mail in db.session.scalars(select(Mail).order_by(Mail.id))]
    assert [parameters["code"] for parameters in codes] == ["111111", "333333", "444444"]


def test_mail_is_in_the_transaction_of_the_deed(app):
    queue_mail(ADA, "code-1", "sign_in", {}, "de")
    db.session.rollback()
    assert count() == 0


def test_forgetting_a_person_deletes_what_was_sent_and_what_was_not(app):
    queue_mail(ADA, "code-1", "sign_in", {}, "de")
    queue_mail(ADA, "code-2", "sign_in", {}, "de")
    queue_mail("ben@example.org", "code-3", "sign_in", {}, "de")
    db.session.execute(select(Mail).where(Mail.cause == "code-1")).scalar_one().sent_at = now()
    forget_recipient(ADA)
    assert [mail.recipient for mail in db.session.scalars(select(Mail))] == ["ben@example.org"]


def test_sent_mail_is_forgotten_after_a_month_and_unsent_after_a_week(app):
    queue_mail(ADA, "sent", "sign_in", {}, "de")
    queue_mail(ADA, "unsent", "sign_in", {}, "de")
    queue_mail(ADA, "later", "sign_in", {}, "de", due_at=now() + timedelta(days=60))
    db.session.execute(select(Mail).where(Mail.cause == "sent")).scalar_one().sent_at = now()

    forget_old_mail(now() + timedelta(days=6))
    assert count() == 3
    forget_old_mail(now() + timedelta(days=8))
    assert set(db.session.scalars(select(Mail.cause))) == {"sent", "later"}
    forget_old_mail(now() + timedelta(days=31))
    assert set(db.session.scalars(select(Mail.cause))) == {"later"}
