"""What the operator sets in the browser holds at once, unless the environment says otherwise, and is written down."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from deliberation.accounts.models import User
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.invitations import Wish, make_code, make_link
from deliberation.notifications.mailer import to_message
from deliberation.notifications.models import Mail
from deliberation.permissions import NotAllowed, Operator
from deliberation.settings import SiteSetting, setting
from deliberation.site.changing import LENGTHS, SettingUnfit, change_settings, forget_old_changes, load_changes
from deliberation.site.models import SiteChange
from tests import builders
from tests.counting import count_queries

LEGAL = {
    "OPERATOR_NAME": "Bündnis für Beratung e. V.",
    "OPERATOR_ADDRESS": "Weg 1\n12345 Ort",
    "OPERATOR_EMAIL": "Post@Example.org",
    "OPERATOR_RESPONSIBLE": "Ada Musterfrau, Weg 1, 12345 Ort",
}
SITE = {"SITE_NAME": "Beratung im Bezirk", "DEFAULT_LOCALE": "de", "CONTACT_EMAIL": "", "SIGN_UP": "open"}


@pytest.fixture
def opa(client, cast):
    """Runs the site; two declarations, so that the front page is a shelf."""
    builders.make_declaration("zweite")
    return builders.make_user("opa", is_operator=True)


def set_to(**values):
    change_settings(Operator(), values, is_public=False)
    db.session.commit()


class TestHolds:
    def test_imprint_shows_what_was_entered(self, app, client, opa):
        answer = client.sign_in(opa).post("/operator/settings/legal", data=LEGAL)
        assert answer.status_code == 303
        page = app.test_client().get("/impressum").text
        for words in ("Bündnis für Beratung e. V.", "12345 Ort", "post@example.org", "Ada Musterfrau"):
            assert words in page
        assert "fehlen noch Angaben" not in page
        assert "mailto:post@example.org" in app.test_client().get("/.well-known/security.txt").text

    def test_mails_come_from_the_new_address_and_answers_go_to_the_other(self, client, opa):
        client.sign_in(opa).post("/operator/settings/legal", data=LEGAL)
        client.post("/operator/settings/site", data={**SITE, "CONTACT_EMAIL": "fragen@example.org"})
        message = to_message(Mail("ada@example.org", {}, cause="", template="test_mail", locale="de"))
        assert message["From"] == "post@example.org"
        assert message["Reply-To"] == "fragen@example.org"

    def test_site_has_its_name(self, client, opa):
        client.sign_in(opa).post("/operator/settings/site", data=SITE)
        page = client.get("/").text
        assert "<title>Beratung im Bezirk</title>" in page
        assert "Beratung über einen Text" not in page

    def test_language_is_for_those_whose_browser_names_none_of_ours(self, app, client, opa):
        client.sign_in(opa).post("/operator/settings/site", data={**SITE, "DEFAULT_LOCALE": "en"})
        guest = app.test_client()
        for spoken, shown in (("", "en"), ("fr", "en"), ("de", "de"), ("en-GB", "en")):
            assert f'<html lang="{shown}"' in guest.get("/impressum", headers={"Accept-Language": spoken}).text, spoken

    def test_privacy_page_says_what_only_the_operator_knows(self, app, client, opa):
        words = {"PRIVACY_HOSTING": "Rechenzentrum Nord", "PRIVACY_AUTHORITY": "Die Behörde", "PRIVACY_OFFICER": "Frau Roth"}
        client.sign_in(opa).post("/operator/settings/privacy", data=words)
        page = app.test_client().get("/datenschutz").text
        assert all(one in page for one in words.values())
        register = client.get("/operator/register").text
        assert "Rechenzentrum Nord" in register
        assert "Frau Roth" in register

    def test_another_process_sees_it_with_its_next_page(self, app, client, opa):
        guest = app.test_client()
        assert "Beratung im Bezirk" not in guest.get("/").text
        set_to(SITE_NAME="Beratung im Bezirk")
        assert "Beratung im Bezirk" in guest.get("/").text

    def test_emptied_it_is_as_delivered(self, client, opa):
        set_to(SITE_NAME="Bezirk")
        client.sign_in(opa).post("/operator/settings/site", data={**SITE, "SITE_NAME": ""})
        assert "<title>Beratung über einen Text</title>" in client.get("/").text

    def test_a_page_asks_for_all_of_it_once_and_only_where_it_is_shown(self, app, client, opa):
        set_to(**{**SITE, **LEGAL})
        for path, most in (("/d/erklaerung", 0), ("/d/erklaerung/3/1", 0), ("/impressum", 1), ("/", 1)):
            with count_queries() as queries:
                app.test_client().get(path)
            assert len([one for one in queries.statements if "site_setting" in one]) == most, path


class TestEnvironment:
    def test_wins_and_the_page_says_so(self, app, client, opa, monkeypatch):
        set_to(SITE_NAME="Aus dem Browser")
        monkeypatch.setitem(app.config, "GIVEN", frozenset({"SITE_NAME"}))
        monkeypatch.setitem(app.config, "SITE_NAME", "Aus der Umgebung")
        page = client.sign_in(opa).get("/operator/settings/site").text
        assert "Aus der Umgebung" in page
        assert "Steht in der Umgebung oder in config.py (SITE_NAME)" in page
        assert 'name="SITE_NAME"' not in page
        assert "Aus dem Browser" not in client.get("/").text

    def test_what_it_says_cannot_be_changed_by_a_forged_form(self, app, client, opa, monkeypatch):
        monkeypatch.setitem(app.config, "GIVEN", frozenset({"SITE_NAME"}))
        monkeypatch.setitem(app.config, "SITE_NAME", "Aus der Umgebung")
        client.sign_in(opa).post("/operator/settings/site", data=SITE)
        assert db.session.get(SiteSetting, "SITE_NAME") is None
        assert setting("SITE_NAME") == "Aus der Umgebung"


class TestRefused:
    @pytest.mark.parametrize(
        ("group", "name", "value"),
        [
            ("site", "SITE_NAME", "x" * (LENGTHS["SITE_NAME"] + 1)),
            ("site", "DEFAULT_LOCALE", "fr"),
            ("site", "SIGN_UP", "nobody"),
            ("site", "CONTACT_EMAIL", "keine Adresse"),
            ("legal", "OPERATOR_EMAIL", "a@b@c"),
            ("legal", "OPERATOR_ADDRESS", "x" * (LENGTHS["OPERATOR_ADDRESS"] + 1)),
        ],
    )
    def test_nonsense_is_named_and_nothing_is_changed(self, client, opa, group, name, value):
        given = {**(SITE if group == "site" else LEGAL), name: value}
        answer = client.sign_in(opa).post(f"/operator/settings/{group}", data=given)
        assert answer.status_code == 422
        assert f'href="#{name}' in answer.text
        assert db.session.scalars(select(SiteSetting)).all() == []

    def test_public_site_keeps_its_imprint(self, app, opa):
        change_settings(opa, LEGAL, is_public=True)
        with pytest.raises(SettingUnfit) as unfit:
            change_settings(opa, {**LEGAL, "OPERATOR_ADDRESS": " \n "}, is_public=True)
        assert (unfit.value.name, unfit.value.code) == ("OPERATOR_ADDRESS", "needed")

    def test_nobody_else_changes_any(self, client, cast, opa):
        for person in (cast.ada, cast.mira, cast.otto):
            with pytest.raises(NotAllowed):
                change_settings(person, SITE, is_public=False)
            assert client.sign_in(person).post("/operator/settings/site", data=SITE).status_code == 403
        assert client.sign_in(opa).get("/operator/settings/gibt-es-nicht").status_code == 404

    def test_markup_stays_words(self, app, client, opa):
        set_to(SITE_NAME="<b>Bezirk</b>")
        assert "<b>Bezirk" not in app.test_client().get("/").text


class TestLog:
    def test_says_what_was_changed_by_whom(self, client, opa):
        client.sign_in(opa).post("/operator/settings/site", data=SITE)
        client.post("/operator/settings/site", data={**SITE, "SITE_NAME": "Anders"})
        [(last, who), (first, _who)] = load_changes(opa)
        assert (first.what, first.before, first.after) == ("SITE_NAME", "", "Beratung im Bezirk")
        assert (last.before, last.after, who) == ("Beratung im Bezirk", "Anders", opa.key)
        page = client.get("/operator/settings/legal").text
        assert "Beratung im Bezirk" in page
        assert "opa@example.org" not in page

    def test_the_same_again_is_no_change(self, client, opa):
        for _sending in range(2):
            client.sign_in(opa).post("/operator/settings/site", data=SITE)
        assert db.session.scalar(select(func.count(SiteChange.id))) == 1

    def test_forgets_who_it_was_and_later_everything(self, opa):
        set_to(SITE_NAME="Alt")
        db.session.add(SiteChange(what="SITE_NAME", actor_id=opa.id))
        db.session.commit()
        forget_old_changes(now() + timedelta(days=200))
        db.session.commit()
        db.session.expire_all()
        assert {one.actor_id for one in db.session.scalars(select(SiteChange))} == {None}
        assert forget_old_changes(now() + timedelta(days=800)) == 2


class TestSignUp:
    """Open to everybody, or by invitation only."""

    def register(self, client, path):
        return client.post("/register", data={"email": "neu@example.org", "consent": "y", "next": path})

    def count(self):
        return db.session.scalar(select(func.count(User.id)))

    def test_without_invitation_nobody_makes_an_account(self, client, opa):
        set_to(SIGN_UP="invited")
        before = self.count()
        page = client.get("/register")
        assert page.status_code == 403
        assert "mit einer Einladung" in page.text
        for path in ("", "/", "/invitation/gibtsnicht", "/d/erklaerung"):
            assert self.register(client, path).status_code == 403
        assert self.count() == before

    def test_with_one_everybody_does(self, client, cast, opa):
        set_to(SIGN_UP="invited")
        token = make_link(cast.otto, cast.declaration, Wish(uses=5))
        db.session.commit()
        before = self.count()
        assert client.get(f"/register?next=/invitation/{token}").status_code == 200
        assert self.register(client, f"/invitation/{token}").status_code == 303
        assert self.count() == before + 1

    def test_a_code_opens_the_way_too(self, client, cast, opa):
        set_to(SIGN_UP="invited")
        code = make_code(cast.otto, cast.declaration, Wish(uses=5))
        way = client.post("/invitation", data={"code": code}).location
        assert client.get(f"/register?next={way}").status_code == 200

    def test_a_revoked_one_opens_nothing(self, client, cast, opa):
        from deliberation.declarations.invitations import find_invitation, revoke

        set_to(SIGN_UP="invited")
        token = make_link(cast.otto, cast.declaration, Wish())
        revoke(cast.otto, find_invitation(token))
        assert self.register(client, f"/invitation/{token}").status_code == 403

    def test_whoever_has_an_account_signs_in_as_before(self, client, cast, opa):
        set_to(SIGN_UP="invited")
        assert client.post("/login", data={"email": "ada@example.org"}).status_code == 303
