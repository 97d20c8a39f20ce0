"""Two people, or one person twice, at the same moment; each in a thread with a session of her own."""

import threading

from sqlalchemy import func, select

from deliberation.accounts import actions
from deliberation.accounts.models import User
from deliberation.database import db
from tests import builders
from tests.accounts.post import PASSWORD, last_code, mails_to


def at_once(app, *deeds):
    """Run the deeds in parallel, each committed; what each of them returned."""
    results, start = {}, threading.Barrier(len(deeds), timeout=20)

    def run(number, deed):
        with app.app_context():
            start.wait()
            try:
                results[number] = deed()
                db.session.commit()
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return [results[number] for number in range(len(deeds))]


def test_of_two_who_use_one_code_at_once_one_gets_in(app):
    user = builders.make_user("ada")
    code = actions.request_code(user.email, "browser").secrets["code"]
    db.session.commit()
    redeem = lambda: actions.redeem_code("browser", code) is not None  # noqa: E731
    assert sorted(at_once(app, redeem, redeem)) == [False, True]


def test_of_many_who_use_one_link_at_once_one_gets_in(app):
    user = builders.make_user("ada")
    token = actions.request_code(user.email, "browser").secrets["token"]
    db.session.commit()
    redeem = lambda: actions.redeem_link(token, None) is not None  # noqa: E731
    assert at_once(app, *[redeem] * 4).count(True) == 1


def test_one_address_signed_up_twice_at_once_is_one_account(app):
    application = actions.Application(email="neu@example.org", pseudonym="Ulme 61", browser="browser")
    letters = at_once(app, *[lambda: actions.register(application).template] * 3)
    assert sorted(letters) == ["account_exists", "account_exists", "welcome"]
    assert db.session.scalar(select(func.count(User.id))) == 1


def test_many_guesses_at_once_are_not_more_than_allowed(app, monkeypatch):
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    builders.make_user("ada")

    def guess():
        answer = app.test_client().post("/login", data={"email": "ada@example.org", "password": PASSWORD})
        return answer.status_code

    states = [state for _round in range(2) for state in at_once(app, *[guess] * 8)]
    assert states.count(422) <= 10
    states += [guess() for _time in range(12)]
    assert states.count(422) == 10
    assert set(states) == {422, 429}


def test_many_wishes_for_a_mail_at_once_are_three_mails(app):
    user = builders.make_user("ada")

    def ask():
        return app.test_client().post("/login", data={"email": user_email}).location

    user_email = user.email
    assert set(at_once(app, *[ask] * 6)) == {"/login/code"}
    assert len(mails_to(user_email)) <= 3
    assert last_code(user_email)


def test_sign_up_sent_many_times_at_once_is_one_account_and_one_mail(app):
    """Double clicks and impatience: each sending is answered alike. Fifty over a real server: `make assurance ONLY=r06`."""

    def send():
        fields = {"email": "neu@example.org", "pseudonym": "Ulme 61", "consent": "y"}
        return app.test_client().post("/register", data=fields).location

    assert set(at_once(app, *[send] * 12)) == {"/login/code"}
    assert set(at_once(app, *[send] * 12)) == {"/login/code"}
    assert db.session.scalar(select(func.count(User.id))) == 1
    assert len(mails_to("neu@example.org")) == 1
