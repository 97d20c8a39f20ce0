"""Readers report an annotation: with or without an account, once each, and nothing happens by itself."""

import pytest
from sqlalchemy import select

from deliberation.annotations.models import Annotation, Status
from deliberation.clock import now
from deliberation.database import db
from deliberation.moderation import actions, flagging, undoing
from deliberation.moderation.models import EXPLANATION_MAX, Flag, FlagReason, Rule
from deliberation.notifications.mailer import to_message
from deliberation.notifications.models import Mail
from deliberation.permissions import Guest, NotAllowed, Phase
from tests import builders

FORM = {"reason": "attack", "explanation": "Das geht zu weit.", "form_key": "f1"}


@pytest.fixture
def annotation(cast):
    return builders.annotate(cast.ada, cast.declaration, body="Ein harter Satz")


@pytest.fixture
def address(annotation):
    return f"/a/{annotation.number}/flags"


def mails():
    return db.session.scalars(select(Mail).order_by(Mail.id)).all()


def flags():
    return db.session.scalars(select(Flag).order_by(Flag.id)).all()


def test_guest_reports_without_an_account_and_leaves_no_trace_of_herself(annotation, client, address):
    assert "Ein harter Satz" in client.get(address).text
    answer = client.post(address, data=FORM, follow_redirects=True)
    assert "Ihre Meldung M-1 ist angekommen." in answer.text
    flag = flags()[0]
    assert (flag.reason, flag.explanation, flag.reporter_id) == (FlagReason.ATTACK, "Das geht zu weit.", None)
    assert (flag.name, flag.email) == ("", "")
    assert mails() == []
    assert db.session.get(Annotation, annotation.number).is_visible


def test_same_form_sent_twice_is_one_report(client, address):
    for _ in range(2):
        assert client.post(address, data=FORM).status_code == 303
    assert len(flags()) == 1


def test_two_guests_are_two_reports(client, address):
    client.post(address, data=FORM)
    client.post(address, data={**FORM, "form_key": "f2"})
    assert len(flags()) == 2


def test_member_has_one_open_report_whose_words_can_be_replaced(cast, annotation):
    flagging.flag(cast.ben, annotation, FlagReason.OTHER, "erst so", "k1")
    flagging.flag(cast.ben, annotation, FlagReason.ATTACK, "dann so", "k2")
    assert [(flag.reason, flag.explanation) for flag in flags()] == [(FlagReason.ATTACK, "dann so")]


def test_member_can_report_again_after_a_decision(cast, annotation):
    flagging.flag(cast.ben, annotation, FlagReason.OTHER, "erst so", "k1")
    actions.publish(cast.mira, annotation, 1)
    flagging.flag(cast.ben, annotation, FlagReason.ATTACK, "jetzt aber", "k2")
    db.session.expire_all()
    assert [flag.closed_at is None for flag in flags()] == [False, True]


def test_form_says_what_is_missing_and_keeps_the_words(client, address):
    for form in ({"reason": "illegal"}, {"reason": "illegal", "explanation": " \u200b "}, {}, {"reason": "boredom"}):
        assert client.post(address, data=form).status_code == 422, form
    answer = client.post(address, data={"explanation": "Bitte ansehen", "reason": ""})
    assert "Bitte wählen Sie aus, warum wir das prüfen sollen." in answer.text
    assert "Bitte ansehen" in answer.text
    assert client.post(address, data={**FORM, "explanation": "x" * (EXPLANATION_MAX + 1)}).status_code == 422
    assert flags() == []


def test_calling_something_illegal_needs_a_word_why(cast, annotation):
    with pytest.raises(actions.ReasonMissing):
        flagging.flag(cast.ben, annotation, FlagReason.ILLEGAL, "  ")
    flagging.flag(cast.ben, annotation, FlagReason.ILLEGAL, "Aufruf zu einer Straftat.")
    assert len(flags()) == 1


def test_author_does_not_report_own_words(cast, annotation, client, address):
    assert client.sign_in(cast.ada).get(address).status_code == 403


@pytest.mark.parametrize("status", [Status.HIDDEN, Status.WITHDRAWN, Status.PENDING])
def test_what_is_not_shown_cannot_be_reported(annotation, client, address, status):
    annotation.status = status
    with pytest.raises(NotAllowed):
        flagging.flag(Guest(), annotation, FlagReason.OTHER)
    page = client.get(address)
    assert page.status_code in (403, 404)
    assert "Ein harter Satz" not in page.text


def test_reporting_stays_possible_after_the_end(cast, client, address):
    cast.declaration.phase = Phase.CLOSED
    assert client.post(address, data=FORM).status_code == 303


def test_moderators_read_the_words_but_not_who_reported(cast, annotation, client):
    flagging.flag(cast.ben, annotation, FlagReason.ATTACK, "Bitte lesen")
    page = client.sign_in(cast.mira).get("/d/erklaerung/moderation").text
    assert "Bitte lesen" in page
    assert builders.membership(cast.ben, cast.declaration).pseudonym not in page


def test_hiding_says_nothing_about_reports_in_public(cast, annotation, client):
    flagging.flag(cast.ben, annotation, FlagReason.ATTACK, "Bitte lesen")
    actions.hide(cast.mira, annotation, Rule.RESPECT, "Das greift einen Menschen an.", 1)
    for path in ("/d/erklaerung/moderation/log", f"/a/{annotation.number}"):
        assert "Bitte lesen" not in client.get(path).text


ILLEGAL = {
    "reason": "illegal", "explanation": "Ein Aufruf zu einer Straftat.", "name": "Gerda Beispiel",
    "email": " Gerda@Example.ORG ", "in_good_faith": "y", "form_key": "f9",
}  # fmt: skip


class TestIllegalContent:
    def test_form_asks_for_everything_that_makes_a_notice_complete(self, annotation, client, address):
        page = client.get(address).text
        for words in (
            f"http://localhost/a/{annotation.number}#a-{annotation.number}",
            'name="name"',
            'name="email"',
            'name="in_good_faith"',
            "Beides ist freiwillig",
            "sexuelle Gewalt gegen Kinder",
            "110",
            "112",
        ):
            assert words in page, words

    def test_complete_one_is_marked_so(self, client, address):
        assert client.post(address, data=ILLEGAL).status_code == 303
        flag = flags()[0]
        assert (flag.name, flag.email, flag.in_good_faith) == ("Gerda Beispiel", "gerda@example.org", True)
        assert flag.is_full_notice

    @pytest.mark.parametrize("missing", ["name", "email", "in_good_faith"])
    def test_nothing_of_it_is_forced(self, client, address, missing):
        assert client.post(address, data={**ILLEGAL, missing: ""}).status_code == 303
        assert not flags()[0].is_full_notice

    def test_member_is_known_without_a_name(self, cast, client, address):
        member = client.sign_in(cast.ben)
        assert 'name="email"' not in member.get(address).text
        assert member.post(address, data=ILLEGAL).status_code == 303
        flag = flags()[0]
        assert (flag.name, flag.email) == ("", "")
        assert flag.is_full_notice

    @pytest.mark.parametrize("wrong", ["gerda", "gerda@", "a@b.org, c@d.org", "gerda@example.org\r\nBcc: x@y.org"])
    def test_address_typed_wrong_is_said_in_a_sentence(self, client, address, wrong):
        answer = client.post(address, data={**ILLEGAL, "email": wrong})
        assert answer.status_code == 422
        assert "Diese E-Mail-Adresse ist nicht vollständig." in answer.text
        assert "Gerda Beispiel" in answer.text
        assert "Ein Aufruf zu einer Straftat." in answer.text
        assert flags() == []
        assert mails() == []


class TestReceipt:
    def test_it_is_mailed_at_once_with_the_secret_address(self, client, address):
        answer = client.post(address, data=ILLEGAL)
        flag = flags()[0]
        assert answer.location == f"/m/{flag.key}"
        [mail] = mails()
        assert (mail.recipient, mail.cause) == ("gerda@example.org", f"flag:{flag.id}")
        message = to_message(mail)
        assert message["Subject"] == "Ihre Nachricht an uns"
        words = message.get_body(("plain",)).get_content()
        assert f"http://localhost/m/{flag.key}" in words
        for secret in ("Straftat", "harter Satz", "Weide 27", "Gerda"):
            assert secret not in words

    def test_members_get_it_at_their_account_once_it_is_confirmed(self, cast, client, address):
        member = client.sign_in(cast.ben)
        member.post(address, data=FORM)
        assert mails() == []
        cast.ben.confirmed_at = now()
        member.post(address, data={**FORM, "form_key": "f2"})
        assert [mail.recipient for mail in mails()] == ["ben@example.org"]

    def test_same_form_sent_twice_is_one_mail(self, client, address):
        for _ in range(2):
            client.post(address, data=ILLEGAL)
        assert len(mails()) == 1

    def test_nobody_is_flooded_by_somebody_elses_reports(self, client, address):
        for number in range(9):
            assert client.post(address, data={**ILLEGAL, "form_key": f"k{number}"}).status_code == 303
        assert len(flags()) == 9
        assert len(mails()) == 5

    def test_page_is_kept_nowhere(self, client, address):
        page = client.get(client.post(address, data=FORM).location)
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Robots-Tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in page.text

    def test_wrong_key_opens_nothing(self, client, address):
        client.post(address, data=FORM)
        for key in ("x", "1", "None", "", "a" * 500):
            assert client.get(f"/m/{key}").status_code == 404, key

    @pytest.mark.parametrize(
        ("decide", "words"),
        [
            (lambda cast, a: actions.publish(cast.mira, a, 1), "bleibt zu sehen"),
            (lambda cast, a: actions.hide(cast.mira, a, Rule.RESPECT, "Das greift an.", 1), "ist nicht mehr zu sehen"),
            (
                lambda cast, a: actions.return_for_revision(cast.mira, a, Rule.RESPECT, "Das greift an.", 1),
                "ist zurzeit nicht zu sehen",
            ),
            (
                lambda cast, a: actions.redact(cast.mira, a, Rule.RESPECT, "Das greift an.", ["harter"], 1),
                "haben wir Stellen geschwärzt",
            ),
        ],
    )
    def test_it_says_what_became_of_it_in_general_words(self, cast, annotation, client, address, decide, words):
        location = client.post(address, data=FORM).location
        assert "Ein Mensch sieht sich den Beitrag an." in client.get(location).text
        decide(cast, annotation)
        page = client.get(location).text
        assert words in page
        assert "Das greift an." not in page
        assert "harter" not in page

    def test_decision_taken_back_makes_it_open_again(self, cast, annotation, client, address):
        location = client.post(address, data=FORM).location
        undoing.undo(cast.mira, actions.publish(cast.mira, annotation, 1))
        assert "Ein Mensch sieht sich den Beitrag an." in client.get(location).text

    def test_members_find_their_reports_in_their_area(self, cast, client, address):
        member = client.sign_in(cast.ben)
        location = member.post(address, data=FORM).location
        assert f'href="{location}"' in member.get("/me").text


def test_neither_author_nor_team_learns_who_reported(cast, annotation, app, client, address):
    client.post(address, data=ILLEGAL)
    actions.hide(cast.mira, annotation, Rule.LAW, "Das ist verboten.", 1)
    for name in ("ada", "mira", "otto"):
        person = app.test_client().sign_in(getattr(cast, name))
        for path in (
            "/d/erklaerung/moderation", f"/a/{annotation.number}/decisions", f"/a/{annotation.number}/decision",
            f"/a/{annotation.number}", "/me", "/d/erklaerung/moderation/log",
        ):  # fmt: skip
            page = person.get(path).text
            for secret in ("Gerda", "gerda@example.org", flags()[0].key):
                assert secret not in page, (name, path)
