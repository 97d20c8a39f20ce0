"""P16: staff see no address; the operator only by an act that is logged and told to the person."""

import pytest
from sqlalchemy import func, select

from deliberation.accounts.models import Look, StaffAccess, User
from deliberation.accounts.staff_access import ReasonMissing
from deliberation.database import db
from deliberation.notifications.mailer import to_message
from deliberation.notifications.models import Mail
from deliberation.permissions import NotAllowed
from deliberation.privacy.operation import NobodyThere, open_address_of
from tests import builders
from tests.security import deeds, stage

pytestmark = pytest.mark.any_engine

REASON = "Anordnung des Amtsgerichts vom 3. März."


@pytest.fixture
def opa(cast):
    return builders.make_user("opa", is_operator=True)


@pytest.fixture
def town(app):
    return stage.build(app)


@pytest.mark.parametrize("role", ["moderator", "organiser", "second"])
def test_no_page_or_file_of_staff_shows_an_address(town, role):
    own = town.people[role].email
    addresses = {user.email: user for user in db.session.scalars(select(User))}
    db.session.commit()
    faults, walked = [], 0
    for rule in deeds.rules_with(town.app, "GET"):
        if rule.endpoint == "accounts.link":
            # Shown to whoever was mailed the link, and to nobody without it.
            continue
        answer = town.send(role, "GET", deeds.own_address(town, rule))
        walked += answer.status_code == 200
        if answer.status_code >= 500:
            faults.append(f"{rule.endpoint}: {answer.status_code}")
        words = answer.text if answer.mimetype.startswith(("text/", "application/json")) else ""
        for address, user in addresses.items():
            if address != own and (address in words or user.address_hash in words or user.key in words):
                faults.append(f"{rule.endpoint}: {address}")
    assert not faults
    assert walked > 50


class TestOpening:
    def test_operator_opens_one_with_a_reason(self, client, cast, opa):
        cast.ada.confirmed_at = cast.ada.created_at
        answer = client.sign_in(opa).post(
            "/operator/address", data={"declaration": "erklaerung", "pseudonym": "Weide 27", "reason": REASON}
        )
        assert answer.status_code == 200
        assert "ada@example.org" in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        [look] = db.session.scalars(select(StaffAccess)).all()
        assert (look.look, look.actor_id, look.subject_id, look.reason) == (Look.ADDRESS, opa.id, cast.ada.id, REASON)

    def test_person_is_told_by_mail_and_in_her_own_area(self, app, client, cast, opa):
        client.sign_in(opa).post(
            "/operator/address", data={"declaration": "erklaerung", "pseudonym": "weide27", "reason": REASON}
        )
        mail = db.session.scalars(select(Mail).where(Mail.template == "address_opened")).one()
        assert mail.recipient == "ada@example.org"
        assert REASON in to_message(mail).get_body(("plain",)).get_content()
        ada = app.test_client().sign_in(cast.ada)
        for path in ("/me", "/me/data"):
            assert REASON in ada.get(path).text
        assert REASON not in app.test_client().sign_in(cast.ben).get("/me").text

    def test_form_sent_twice_is_one_look(self, client, cast, opa):
        for _sending in range(2):
            client.sign_in(opa).post(
                "/operator/address", data={"declaration": "erklaerung", "pseudonym": "Weide 27", "reason": REASON}
            )
        assert db.session.scalar(select(func.count(StaffAccess.id))) == 1
        assert db.session.scalar(select(func.count(Mail.id))) == 1

    @pytest.mark.parametrize("reason", ["", "kurz", "x" * 601, "   \n   \t  "])
    def test_nothing_is_opened_without_a_reason(self, client, cast, opa, reason):
        answer = client.sign_in(opa).post(
            "/operator/address", data={"declaration": "erklaerung", "pseudonym": "Weide 27", "reason": reason}
        )
        assert answer.status_code == 422
        assert "ada@example.org" not in answer.text
        with pytest.raises(ReasonMissing):
            open_address_of(opa, "erklaerung", "Weide 27", reason)
        assert db.session.scalar(select(func.count(StaffAccess.id))) == 0

    def test_nobody_is_found_under_another_name(self, client, cast, opa):
        answer = client.sign_in(opa).post(
            "/operator/address", data={"declaration": "erklaerung", "pseudonym": "Weide 28", "reason": REASON}
        )
        assert answer.status_code == 422
        with pytest.raises(NobodyThere):
            open_address_of(opa, "erklaerung", "Weide 28", REASON)

    def test_nobody_else_opens_any(self, client, cast):
        for person in (cast.ada, cast.mira, cast.otto):
            assert client.sign_in(person).get("/operator/address").status_code in (403, 404)
            with pytest.raises(NotAllowed):
                open_address_of(person, "erklaerung", "Linde 88", REASON)


class TestLog:
    def test_consents_stand_under_random_keys(self, client, cast, opa):
        cast.ada.consented_at, cast.ada.consent_version = cast.ada.created_at, "2"
        page = client.sign_in(opa).get("/operator/consents").text
        assert cast.ada.key in page
        assert "ada@example.org" not in page
        assert "Weide 27" not in page
        assert [one.look for one in db.session.scalars(select(StaffAccess))] == [Look.CONSENTS]

    def test_files_with_names_are_noted_and_others_not(self, client, cast, opa):
        otto = client.sign_in(cast.otto)
        for file in ("export.csv?names=none", "export.docx", "export.md"):
            assert otto.get(f"/d/erklaerung/{file}").status_code == 200
        assert db.session.scalars(select(StaffAccess)).all() == []
        assert otto.get("/d/erklaerung/export.csv").status_code == 200
        [look] = db.session.scalars(select(StaffAccess)).all()
        assert (look.look, look.actor_id, look.place) == (Look.NAMES, cast.otto.id, "erklaerung")
        page = client.sign_in(opa).get("/operator/looks").text
        assert "Datei mit Pseudonymen geholt" in page
        assert "otto@example.org" not in page

    @pytest.mark.parametrize("page", ["", "/consents", "/register", "/forgotten", "/looks", "/periods", "/address"])
    def test_pages_are_the_operators_alone(self, client, cast, opa, page):
        assert client.sign_in(opa).get(f"/operator{page}").status_code == 200
        for person in (cast.ada, cast.mira, cast.otto):
            assert client.sign_in(person).get(f"/operator{page}").status_code in (403, 404)
        client.post("/logout")
        assert client.get(f"/operator{page}").status_code == 303
