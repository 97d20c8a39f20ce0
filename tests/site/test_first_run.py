"""From an empty installation to an opened deliberation, led only by the screens."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation.accounts.models import User
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.permissions import NotAllowed, Phase, Role
from deliberation.site import first
from deliberation.site.checklist import load_own_checklist, load_site_checklist, note_rules_look
from deliberation.site.models import FirstLink, RulesLook
from tests import builders

ACCOUNT = {"email": "opa@example.org", "password": "vier Wörter ohne jeden Zusammenhang"}


def link():
    token = first.make_link()
    db.session.commit()
    return f"/operator/first/{token}"


class TestFirstAccount:
    def test_link_makes_the_operator_and_leads_on(self, app, client):
        path = link()
        assert "Die Seite in Betrieb nehmen" in client.get(path).text
        answer = client.post(path, data=ACCOUNT)
        assert (answer.status_code, answer.location) == (303, "/operator/start")
        [opa] = db.session.scalars(select(User)).all()
        assert opa.is_operator
        assert opa.email == "opa@example.org"
        assert client.get("/operator/start").status_code == 200
        signed_in = app.test_client().post("/login", data=ACCOUNT)
        assert signed_in.status_code == 303
        assert signed_in.location == "/"

    def test_is_good_once(self, app, client):
        path = link()
        client.post(path, data=ACCOUNT)
        again = app.test_client().post(path, data={**ACCOUNT, "email": "fremd@example.org"})
        assert again.status_code == 303
        assert again.location == "/operator/start"
        assert len(db.session.scalars(select(User)).all()) == 1

    def test_is_good_for_a_day(self, client):
        path = link()
        with frozen_at(now() + timedelta(hours=23)):
            assert client.get(path).status_code == 200
        with frozen_at(now() + timedelta(hours=25)):
            assert client.get(path).status_code == 410
            assert client.post(path, data=ACCOUNT).status_code == 410
        assert db.session.scalars(select(User)).all() == []

    def test_is_good_only_while_nobody_runs_the_site(self, app, client):
        path, other = link(), link()
        client.post(path, data=ACCOUNT)
        for dead in (path, other):
            with pytest.raises(first.LinkDead):
                first.become_operator(dead.rpartition("/")[2], "fremd@example.org", "")
        assert app.test_client().post(other, data={**ACCOUNT, "email": "b@example.org"}).location == "/operator/start"

    def test_a_used_link_opens_nothing_even_if_the_operator_has_left(self, client):
        path = link()
        client.post(path, data=ACCOUNT)
        db.session.delete(db.session.scalars(select(User)).one())
        db.session.commit()
        with pytest.raises(first.LinkDead):
            first.become_operator(path.rpartition("/")[2], "fremd@example.org", "")

    def test_only_its_hash_is_kept(self, app):
        token = first.make_link()
        [row] = db.session.scalars(select(FirstLink)).all()
        assert token not in row.token_hash
        assert len(token) >= 43

    def test_a_guessed_one_looks_like_an_old_one(self, client):
        assert client.get("/operator/first/geraten").status_code == 410

    @pytest.mark.parametrize("wrong", [{"email": "keine"}, {"password": "kurz"}, {"password": "passwort1234"}, {"email": ""}])
    def test_nonsense_is_named_and_the_link_stays_good(self, client, wrong):
        path = link()
        assert client.post(path, data={**ACCOUNT, **wrong}).status_code == 422
        assert client.post(path, data=ACCOUNT).status_code == 303

    def test_an_address_that_is_taken_is_refused_and_the_link_stays_good(self, client, cast):
        path = link()
        assert client.post(path, data={**ACCOUNT, "email": "ada@example.org"}).status_code == 422
        assert client.post(path, data=ACCOUNT).status_code == 303

    def test_asks_for_the_second_proof_where_that_is_required(self, app, client, monkeypatch):
        monkeypatch.setitem(app.config, "SECOND_FACTOR", "required")
        assert client.post(link(), data=ACCOUNT).location == "/login/second?next=/operator/start"
        assert client.get("/operator").status_code == 303


@pytest.fixture
def opa(app):
    return builders.make_user("opa", is_operator=True)


def states(checklist):
    return {step.key: step.is_done for step in checklist.steps}


class TestChecklist:
    def test_an_empty_installation_has_everything_before_it(self, opa):
        found = load_site_checklist(opa, "here")
        assert not any(states(found).values())
        assert found.next.key == "legal"

    def test_follows_the_data_and_not_clicks(self, app, client, opa):
        seat = client.sign_in(opa)
        for _time in range(2):
            for step in ("legal", "privacy", "mail", "text"):
                assert seat.get(f"/operator/start/{step}").status_code == 200
        assert load_site_checklist(opa, "here").done == 0

    def test_the_way_from_nothing_to_an_opened_deliberation(self, app, client):
        client.post(link(), data=ACCOUNT)
        assert "Weiter: Impressum ausfüllen" in client.get("/operator/start").text
        client.post(
            "/operator/start/legal",
            data={
                "OPERATOR_NAME": "Verein",
                "OPERATOR_ADDRESS": "Weg 1",
                "OPERATOR_EMAIL": "post@example.org",
                "OPERATOR_RESPONSIBLE": "Ada Musterfrau",
            },
        )
        client.post("/operator/start/privacy", data={"PRIVACY_HOSTING": "Wir", "PRIVACY_AUTHORITY": "Das Amt"})
        assert "Weiter: Mailversand prüfen" in client.get("/operator/start").text
        client.post("/operator/start/mail")
        assert "Weiter: Den Text einlesen" in client.get("/operator/start").text
        declaration = builders.make_declaration(phase=Phase.DRAFT)
        page = client.get("/operator/start").text
        assert "4 von 7 Schritten" in page
        assert "/d/erklaerung/start/moderators" in page
        for name in ("mira", "maja"):
            builders.make_member(declaration, name, Role.MODERATOR)
        client.post("/d/erklaerung/start/rules")
        assert "Weiter: Die Beratung eröffnen" in client.get("/operator/start").text
        answer = client.post("/d/erklaerung/start/open", data={"phase": "annotating"})
        assert (answer.status_code, answer.location) == (303, "/operator/start")
        assert db.session.scalars(select(Declaration)).one().phase is Phase.ANNOTATING
        assert "Alles ist eingerichtet" in client.get("/operator/start").text

    def test_stays_on_the_hub_until_all_is_done(self, client, opa):
        assert "Weiter einrichten" in client.sign_in(opa).get("/operator").text

    def test_the_sample_is_no_declaration_of_ones_own(self, opa):
        sample = builders.make_declaration()
        sample.is_sample = True
        db.session.commit()
        assert not states(load_site_checklist(opa, "here"))["text"]

    def test_a_step_can_be_left_for_later(self, client, opa):
        page = client.sign_in(opa).get("/operator/start/legal").text
        assert re.search(r'href="/operator/start/privacy">Später. Zuerst: Datenschutz', page)

    def test_a_test_of_another_mail_server_does_not_count(self, app, client, opa):
        client.sign_in(opa).post("/operator/start/mail")
        from deliberation.notifications.trying import transport_place

        assert states(load_site_checklist(opa, transport_place()))["mail"]
        assert not states(load_site_checklist(opa, "smtps://anders:465"))["mail"]

    def test_strangers_to_the_list_get_nothing(self, client, cast, opa):
        for person in (cast.ada, cast.mira, cast.otto):
            assert client.sign_in(person).get("/operator/start").status_code == 403
            with pytest.raises(NotAllowed):
                load_site_checklist(person, "here")


class TestOrganiser:
    """Sees the steps of her own declaration."""

    @pytest.fixture
    def draft(self, cast):
        cast.declaration.phase = Phase.DRAFT
        db.session.commit()
        return cast

    def test_finds_them_in_her_own_area_until_they_are_done(self, client, draft):
        seat = client.sign_in(draft.otto)
        assert "/d/erklaerung/start" in seat.get("/me").text
        page = seat.get("/d/erklaerung/start").text
        assert "0 von 3 Schritten" in page
        assert "1 Mensch moderiert." in page
        builders.make_member(draft.declaration, "maja", Role.MODERATOR)
        seat.post("/d/erklaerung/start/rules")
        answer = seat.post("/d/erklaerung/start/open", data={"phase": "reading"})
        assert answer.location == "/d/erklaerung/start"
        assert draft.declaration.phase is Phase.READING
        assert "/d/erklaerung/start" not in seat.get("/me").text

    def test_looking_at_the_page_of_the_rules_is_not_saying_that_they_fit(self, client, draft):
        client.sign_in(draft.otto).get("/d/erklaerung/start/rules")
        assert db.session.scalars(select(RulesLook)).all() == []

    def test_rules_of_ones_own_have_been_looked_at(self, draft):
        draft.declaration.rules_version = 2
        db.session.commit()
        assert states(load_own_checklist(draft.otto, draft.declaration))["rules"]

    def test_moderators_who_have_left_do_not_count(self, draft):
        gone = builders.make_member(draft.declaration, "maja", Role.MODERATOR)
        assert states(load_own_checklist(draft.otto, draft.declaration))["moderators"]
        gone.memberships[0].user_id = None
        db.session.commit()
        assert not states(load_own_checklist(draft.otto, draft.declaration))["moderators"]

    @pytest.mark.parametrize("phase", ["", "draft", "closed", "voting", "nichts"])
    def test_a_deliberation_begins_with_reading_or_annotating(self, client, draft, phase):
        assert client.sign_in(draft.otto).post("/d/erklaerung/start/open", data={"phase": phase}).status_code == 422
        assert draft.declaration.is_draft

    def test_opening_again_does_not_take_a_phase_back(self, client, cast):
        cast.declaration.phase = Phase.EVALUATING
        db.session.commit()
        client.sign_in(cast.otto).post("/d/erklaerung/start/open", data={"phase": "reading"})
        assert cast.declaration.phase is Phase.EVALUATING

    def test_others_do_not(self, client, draft):
        for person in (draft.ada, draft.mira):
            answer = client.sign_in(person).get("/d/erklaerung/start")
            assert answer.status_code in (403, 404)
            with pytest.raises(NotAllowed):
                note_rules_look(person, draft.declaration)

    def test_looking_twice_is_looking_once(self, client, draft):
        for _sending in range(2):
            assert client.sign_in(draft.otto).post("/d/erklaerung/start/rules").status_code == 303
        assert len(db.session.scalars(select(RulesLook)).all()) == 1
