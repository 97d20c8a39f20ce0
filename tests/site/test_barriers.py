"""What people cannot use: anybody says it, whoever runs the site answers, and what was said goes when its time is up."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from deliberation.clock import frozen_at, today
from deliberation.database import db
from deliberation.jobs import Jobs
from deliberation.notifications.mailer import to_message
from deliberation.notifications.models import Mail
from deliberation.permissions import Guest, NotAllowed, Operator
from deliberation.privacy.models import Forgotten
from deliberation.privacy.periods import change_period
from deliberation.site import barriers, health
from deliberation.site.barriers import MAILS, Told
from deliberation.site.models import Barrier, SiteChange
from deliberation.whence import shown_page, without_secrets
from tests import builders

FORM = "/barrierefreiheit/melden"
WORDS = "Der Knopf „Weiter“ hat für meinen Bildschirmleser keinen Namen."
ADDRESS = "lea@example.org"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def opa(cast):
    return builders.make_user("opa", is_operator=True)


@pytest.fixture
def contact(app, monkeypatch):
    monkeypatch.setitem(app.config, "CONTACT_EMAIL", "kontakt@example.org")
    return "kontakt@example.org"


def told(words=WORDS, **more) -> Barrier:
    made = barriers.report(Guest(), Told(words, **more))
    db.session.commit()
    return made


def kept() -> list[Barrier]:
    db.session.expire_all()
    return list(db.session.scalars(select(Barrier).order_by(Barrier.id)))


def mails() -> list[Mail]:
    return list(db.session.scalars(select(Mail).where(Mail.template == "barrier_reported")))


class TestReporting:
    def test_a_guest_reports_and_gets_a_number_and_a_day(self, client):
        with frozen_at(START):
            sent = client.post(FORM, data={"text": WORDS, "email": " Lea@Example.org ", "form_key": "k"})
            assert sent.status_code == 303
            page = client.get(sent.location)
        [one] = kept()
        assert (one.text, one.email, one.arrived_on, one.is_open) == (WORDS, ADDRESS, date(2026, 3, 2), True)
        assert f"Ihre Meldung B-{one.id} ist angekommen" in page.text
        assert "Unser Ziel ist der 16. März, also zwei Wochen." in page.text
        assert 'href="/barrierefreiheit#durchsetzung"' in page.text
        assert WORDS not in page.text
        assert ADDRESS not in page.text
        assert page.headers["Cache-Control"] == "no-store"

    def test_without_an_address_nobody_is_promised_a_mail(self, client):
        sent = client.post(FORM, data={"text": WORDS, "form_key": "k"})
        page = client.get(sent.location).text
        assert "Schreiben können wir Ihnen nicht" in page
        assert kept()[0].email == ""

    def test_an_address_is_not_readable_in_the_database(self, client):
        client.post(FORM, data={"text": WORDS, "email": ADDRESS, "form_key": "k"})
        row = db.session.execute(select(Barrier.__table__)).mappings().one()
        assert not any("lea" in str(value) for value in row.values())

    def test_nothing_leads_to_the_account_of_whoever_is_signed_in(self, client, cast):
        member = client.sign_in(cast.ada)
        page = member.get(FORM).text
        assert "nicht mit Ihrem Konto verbunden" in page
        assert cast.ada.email not in page
        member.post(FORM, data={"text": WORDS, "form_key": "k"})
        [one] = kept()
        assert (one.email, one.answered_by_id) == ("", None)

    def test_a_form_sent_twice_answers_like_the_first_time(self, client, contact):
        sent = [client.post(FORM, data={"text": WORDS, "form_key": "k"}).location for _time in range(2)]
        assert sent[0] == sent[1]
        assert (len(kept()), len(mails())) == (1, 1)

    def test_other_words_in_the_same_form_are_another_report(self, client):
        """Whoever goes back in the browser and adds something must not lose it."""
        for words in (WORDS, f"{WORDS} Auch auf dem Telefon."):
            client.post(FORM, data={"text": words, "form_key": "k"})
        assert len(kept()) == 2

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"text": ""}, "Das Feld ist noch leer."),
            ({"text": " \n\u200b "}, "Das Feld ist noch leer."),
            ({"text": "a" * 3001}, "Bitte höchstens 3 000 Zeichen."),
            ({"text": WORDS, "email": "lea"}, "Diese E-Mail-Adresse ist nicht vollständig."),
            ({"text": WORDS, "email": "a" * 5000 + "@example.org"}, "Diese E-Mail-Adresse ist nicht vollständig."),
            ({"text": WORDS, "email": "le\x00a@exa\x00mple.org"}, "Diese E-Mail-Adresse ist nicht vollständig."),
            ({"text": WORDS, "page": "a" * 201}, "Bitte höchstens 200 Zeichen."),
        ],
    )
    def test_what_does_not_fit_is_said_and_nothing_is_lost(self, client, data, words):
        answer = client.post(FORM, data={**data, "form_key": "k"})
        assert answer.status_code == 422
        assert words in answer.text
        assert "<title>Fehler:" in answer.text
        assert data["text"].strip() in answer.text
        assert kept() == []

    def test_signs_that_no_database_keeps_are_left_out(self, client):
        assert client.post(FORM, data={"text": "Das\x00 geht nicht", "page": "hi\x00er", "form_key": "k"}).status_code == 303
        assert (kept()[0].text, kept()[0].page) == ("Das geht nicht", "hier")

    def test_words_are_shown_as_words(self, client, opa):
        one = told("<script>alert(1)</script> {{ 7 * 7 }}", page="<b>hier</b>")
        page = client.sign_in(opa).get(f"/operator/barriers/{one.id}").text
        assert "&lt;script&gt;" in page
        assert "&lt;b&gt;hier" in page
        assert "<b>hier" not in page

    @pytest.mark.parametrize("token", ["x", "B-1", "1", "a" * 500, "ä"])
    def test_receipts_are_not_guessed(self, client, token):
        told()
        assert client.get(f"/barrierefreiheit/gemeldet/{token}").status_code == 404

    def test_the_receipt_says_when_it_is_done(self, client, opa):
        one = told(email=ADDRESS)
        barriers.answer(opa, one, "Behoben.")
        page = client.get(f"/barrierefreiheit/gemeldet/{barriers.receipt_token(one)}").text
        assert "Erledigt am" in page
        assert "Behoben." not in page

    def test_english_speakers_are_answered_in_english(self, client, opa):
        client.post(FORM, data={"text": "No name", "email": ADDRESS, "form_key": "k"}, headers={"Accept-Language": "en"})
        [one] = kept()
        assert one.locale == "en"
        page = client.sign_in(opa).get(f"/operator/barriers/{one.id}").text
        assert f'href="mailto:{ADDRESS}?subject=Your%20message%20B-{one.id}"' in page


class TestWhence:
    @pytest.mark.parametrize(
        ("came", "said"),
        [
            ("http://localhost/d/erste/3/2?order=newest#absatz-3-2", "/d/erste/3/2"),
            ("http://localhost/a/7?page=2", "/a/7"),
            ("http://localhost/follow/geheimnis/leave", "/follow/…/leave"),
            ("http://localhost/d/erste/draft/geheimnis?x=geheimnis", "/d/erste/draft/…"),
            ("http://localhost/m/geheimnis", "/m/…"),
            ("http://localhost/", "/"),
            ("http://localhost/gibt/es/nicht", ""),
            ("http://localhost/barrierefreiheit", ""),
            ("https://elsewhere.example/d/erste", ""),
            ("http://[", ""),
            ("", ""),
        ],
    )
    def test_the_form_knows_from_which_page_somebody_came_and_no_secret(self, client, came, said):
        page = client.get(FORM, headers={"Referer": came}).text
        assert f'name="page" spellcheck="false" type="text" value="{said}"' in page
        assert "geheimnis" not in page

    def test_the_statement_hands_it_on(self, client):
        page = client.get("/barrierefreiheit", headers={"Referer": "http://localhost/follow/geheimnis/leave"}).text
        assert "geheimnis" not in page
        [way] = set(re.findall(r'href="(/barrierefreiheit/melden\?[^"]*)"', page))
        assert 'value="/follow/…/leave"' in client.get(way).text

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("Auf der Startseite", "Auf der Startseite"),
            ("Maus/Tastatur", "Maus/Tastatur"),
            ("http://localhost/follow/geheimnis/leave?a=b.", "/follow/…/leave."),
            ("bei /m/geheimnis, unten", "bei /m/…, unten"),
            ("localhost/m/geheimnis", "/m/…"),
            ("example.org:8000/d/erste", "example.org:8000/…"),
            ("example.org/m/geheimnis", "example.org/…"),
            ("https://wer:was@example.org/m/geheimnis", "example.org/…"),
            ("http://[/x", "/…"),
            ("/ oder //", "/ oder /"),
        ],
    )
    def test_what_was_typed_keeps_none_either(self, app, typed, said):
        with app.test_request_context():
            assert without_secrets(typed) == said

    def test_no_secret_address_of_the_site_is_shown_whole(self, app):
        """Whatever stands for a key in an address is called something that is not shown."""
        from deliberation.policies import POLICIES, Door

        with app.test_request_context():
            secret = [r for r in app.url_map.iter_rules() if POLICIES[r.endpoint].door is Door.SECRET and "GET" in r.methods]
            assert len(secret) > 10
            for rule in secret:
                filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: "7" if "int:" in part[0] else f"geheim{part[1]}", rule.rule)
                found = shown_page(filled)
                assert "…" in found, rule.rule
                assert not re.search("geheim(token|key|code)", found), rule.rule


class TestMail:
    def test_the_operator_is_told_that_there_is_one_and_not_a_word_of_it(self, client, contact):
        client.post(FORM, data={"text": WORDS, "page": "Die Anmeldung", "email": ADDRESS, "form_key": "k"})
        [mail] = mails()
        assert mail.recipient == contact
        message = to_message(mail)
        words = message.get_body(("plain",)).get_content()
        assert message["Subject"] == "Eine Nachricht zur Barrierefreiheit"
        assert f"/operator/barriers/{kept()[0].id}" in words
        assert "möchte eine Antwort" in words
        for theirs in (WORDS, ADDRESS, "Die Anmeldung"):
            assert theirs not in str(message)

    def test_the_address_of_the_imprint_does_where_there_is_no_other(self, app, client, monkeypatch):
        monkeypatch.setitem(app.config, "OPERATOR_EMAIL", "post@example.org")
        client.post(FORM, data={"text": WORDS, "form_key": "k"})
        assert [mail.recipient for mail in mails()] == ["post@example.org"]
        assert "keine" not in to_message(mails()[0])["Subject"]

    def test_without_any_address_the_report_is_kept_all_the_same(self, client):
        assert client.post(FORM, data={"text": WORDS, "form_key": "k"}).status_code == 303
        assert (len(kept()), mails()) == (1, [])

    def test_nobody_fills_the_operators_mailbox(self, contact):
        for number in range(MAILS[0].times + 3):
            told(f"Nummer {number} geht nicht.")
        assert len(mails()) == MAILS[0].times
        assert len(kept()) == MAILS[0].times + 3


class TestOperator:
    def test_finds_the_open_ones_first_and_how_many_on_the_hub(self, client, opa):
        first, second = told("Das erste."), told("Das zweite.")
        barriers.answer(opa, first, "Behoben.")
        db.session.commit()
        seat = client.sign_in(opa)
        hub = seat.get("/operator").text
        assert "1 gemeldete Barriere wartet auf Antwort." in hub
        page = seat.get("/operator/barriers").text
        assert page.index("Das zweite.") < page.index("Das erste.")
        assert "Offen</h2>" not in page
        assert "(1)" in page
        assert "Behoben." in page
        assert f'href="/operator/barriers/{second.id}"' in page

    def test_answers_by_her_own_mail_program_and_marks_it(self, client, opa):
        one = told(email="o'lea+x@example.org", page="/regeln")
        seat = client.sign_in(opa)
        page = seat.get(f"/operator/barriers/{one.id}").text
        assert f'href="mailto:o%27lea%2Bx@example.org?subject=Ihre%20Nachricht%20B-{one.id}"' in page
        assert '<a href="/regeln">/regeln</a>' in page
        answer = seat.post(f"/operator/barriers/{one.id}", data={"note": "Name ergänzt."})
        assert (answer.status_code, answer.location) == (303, "/operator/barriers")
        [done] = kept()
        assert (done.is_open, done.answered_on, done.answered_by_id, done.note) == (False, today(), opa.id, "Name ergänzt.")
        [line] = db.session.scalars(select(SiteChange)).all()
        assert (line.what, line.before, line.after, line.actor_id) == (barriers.ANSWERED, "", f"B-{one.id}", opa.id)
        assert "Gemeldete Barriere beantwortet" in seat.get("/operator/settings/site").text

    def test_still_reads_it_where_the_key_to_the_address_was_lost(self, client, opa):
        one = told(email=ADDRESS)
        one.email_sealed = one.email_sealed[:-6] + "AAAAA="
        db.session.commit()
        page = client.sign_in(opa).get(f"/operator/barriers/{one.id}")
        assert page.status_code == 200
        assert WORDS in page.text
        assert "mailto:" not in page.text.partition("<footer")[0]

    def test_of_two_the_first_note_stays(self, client, opa):
        one = told()
        seat = client.sign_in(opa)
        for note in ("Die erste.", "Die zweite."):
            seat.post(f"/operator/barriers/{one.id}", data={"note": note})
        assert "war schon als beantwortet vermerkt" in seat.get("/operator/barriers").text
        assert kept()[0].note == "Die erste."
        assert len(db.session.scalars(select(SiteChange)).all()) == 1

    def test_a_note_that_is_too_long_is_said(self, client, opa):
        one = told()
        answer = client.sign_in(opa).post(f"/operator/barriers/{one.id}", data={"note": "a" * 1001})
        assert answer.status_code == 422
        assert "Bitte höchstens 1 000 Zeichen." in answer.text
        assert kept()[0].is_open

    def test_takes_everything_out_and_the_number_stays(self, client, opa):
        one, other = told(email=ADDRESS, page="/regeln"), told("Bleibt.")
        seat = client.sign_in(opa)
        for _time in range(2):
            assert seat.post(f"/operator/barriers/{one.id}/discard").status_code == 303
        gone, stays = kept()
        assert (gone.text, gone.page, gone.email_sealed, gone.is_open) == ("", "", "", False)
        assert (stays.id, stays.is_open) == (other.id, True)
        assert [line.what for line in db.session.scalars(select(SiteChange))] == [barriers.DISCARDED]
        assert WORDS not in seat.get(f"/operator/barriers/{one.id}").text
        assert f"B-{one.id}: gelöscht" in seat.get("/operator/barriers").text
        assert told("Neu.").id not in (one.id, other.id)

    @pytest.mark.parametrize("number", ["0", "999999", str(2**31), "9" * 4000])
    def test_a_number_that_there_is_not_is_not_there(self, client, opa, number):
        seat = client.sign_in(opa)
        assert seat.get(f"/operator/barriers/{number}").status_code == 404
        for act in ("", "/discard"):
            assert seat.post(f"/operator/barriers/{number}{act}").status_code == 404

    def test_nobody_else_reads_or_answers(self, client, cast):
        one = told(email=ADDRESS)
        for person in (cast.ada, cast.mira, cast.otto):
            seat = client.sign_in(person)
            for path in ("/operator/barriers", f"/operator/barriers/{one.id}"):
                assert seat.get(path).status_code == 403
            for deed in (barriers.answer, barriers.discard):
                with pytest.raises(NotAllowed):
                    deed(person, one)
            for look in (barriers.load_barriers, lambda who: barriers.find_barrier(who, one.id)):
                with pytest.raises(NotAllowed):
                    look(person)
        assert kept()[0].is_open

    def test_is_reminded_when_one_waits_for_more_than_two_weeks(self, app, client, opa):
        with frozen_at(START):
            one = told()
        for days, is_fine in ((14, True), (15, False)):
            with frozen_at(START + days * DAY):
                found = {f.about: f for f in health.examine(app.config)}["Gemeldete Barrieren, die länger als zwei Wochen warten"]
                assert found.is_fine is is_fine
        with frozen_at(START + 15 * DAY):
            seat = client.sign_in(opa)
            assert "überfällig" in seat.get("/operator/barriers").text
            assert re.search(r"callout--warn[^§]*1 gemeldete Barriere wartet", seat.get("/operator").text)
            barriers.answer(Operator(), one)
            assert barriers.count_overdue() == 0


class TestForgetting:
    @pytest.fixture
    def answered(self, opa):
        with frozen_at(START):
            one = told(email=ADDRESS)
            barriers.answer(opa, one, "Behoben.")
            db.session.commit()
        return one

    def later(self, **after):
        moment = START.replace(**after)
        with frozen_at(moment):
            found = barriers.forget_barriers(moment)
            db.session.commit()
        return found

    def test_the_address_goes_three_months_after_the_answer(self, answered):
        assert self.later(month=6, day=1) == {}
        assert self.later(month=6, day=2) == {"barrier_addresses": 1}
        [one] = kept()
        assert (one.email, one.text) == ("", WORDS)
        assert db.session.scalars(select(Forgotten)).one().what == "barrier_addresses"

    def test_who_answered_goes_with_the_persons_of_the_logs(self, answered, opa):
        self.later(month=9, day=1)
        assert kept()[0].answered_by_id == opa.id
        self.later(month=9, day=2)
        assert kept()[0].answered_by_id is None

    def test_the_report_goes_a_year_after_the_answer(self, answered):
        self.later(year=2027, month=3, day=1)
        assert len(kept()) == 1
        assert self.later(year=2027, month=3, day=2) == {"barriers": 1}
        assert kept() == []

    def test_what_nobody_answers_keeps_its_words_and_loses_its_address_after_a_year(self, app):
        with frozen_at(START):
            told(email=ADDRESS)
        self.later(year=2027, month=3, day=1)
        assert kept()[0].email == ADDRESS
        self.later(year=2030)
        assert (kept()[0].email, kept()[0].text) == ("", WORDS)

    def test_other_periods_hold_and_are_printed(self, answered, client):
        change_period(Operator(), "barrier_addresses_months", 1)
        db.session.commit()
        assert self.later(month=4, day=2) == {"barrier_addresses": 1}
        assert "eine Adresse 1 Monate danach" in client.get("/datenschutz").text

    def test_the_jobs_do_it(self, app, answered):
        with frozen_at(START.replace(year=2028)):
            jobs = Jobs(app)
            assert jobs.run_once()
            jobs.lock.release()
        assert kept() == []

    def test_whoever_answered_may_leave(self, answered, opa):
        db.session.delete(opa)
        db.session.commit()
        assert kept()[0].answered_by_id is None


class TestStatement:
    def test_has_what_the_model_of_the_union_asks_for(self, app, client, monkeypatch):
        for name, value in (("OPERATOR_NAME", "Verein für gute Arbeit"), ("OPERATOR_EMAIL", "post@example.org")):
            monkeypatch.setitem(app.config, name, value)
        page = client.get("/barrierefreiheit").text
        for words in (
            "Verein für gute Arbeit", "teilweise vereinbar", "Was nicht barrierefrei ist", "Selbstbewertung", "erstellt",
            "überprüft", "mailto:post@example.org", FORM, "innerhalb von zwei Wochen",
            "§ 16 des Behindertengleichstellungsgesetzes", "https://www.schlichtungsstelle-bgg.de", "Gebärdensprache",
        ):  # fmt: skip
            assert words in page, words
        assert "gibt es noch nicht.</li>" not in page

    def test_every_page_leads_to_the_form(self, client):
        for path in ("/", "/impressum", "/login", "/gibt-es-nicht"):
            assert f'href="{FORM}"' in client.get(path, follow_redirects=True).text
