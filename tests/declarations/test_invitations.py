"""Inviting people: by mail, by link, by code; once, in time, and nobody learns who came."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation.accounts.models import load_user
from deliberation.clock import frozen_at, now
from deliberation.database import db, set_reading
from deliberation.declarations import accepting, invitations
from deliberation.declarations.accepting import ForSomebodyElse, InvitationDead
from deliberation.declarations.actions import take_role
from deliberation.declarations.address_lists import read_addresses
from deliberation.declarations.invitations import OneUseOnly, Wish
from deliberation.declarations.models import Invitation, LogEntry, Membership
from deliberation.notifications.mailer import to_message
from deliberation.permissions import Access, NotAllowed, Phase, Role
from tests import builders
from tests.accounts.post import enter_code, last_code, last_link, mails_to, register, without_secrets


@pytest.fixture
def closed(cast):
    cast.declaration.access = Access.PRIVATE
    db.session.commit()
    return cast


def guest_of(closed, name="gast", confirmed=True):
    user = builders.make_user(name)
    user.confirmed_at = now() if confirmed else None
    db.session.commit()
    return user


def invite(browser, **fields):
    """The form, sent from the preview on."""
    sent = {"kind": "mail", "role": "participant", "days": "14", "step": "send", **fields}
    return browser.post("/d/erklaerung/invitations", data=sent)


def look(browser, method, path, **fields):
    """All that tells one answer from another, without what differs each time."""
    answer = browser.open(path, method=method, data=fields or None)
    words = without_secrets(answer.text.replace(path, "…"))
    for value in fields.values():
        words = words.replace(value, "…")
    skipped = ("Set-Cookie", "Date", "X-Request-ID", "Content-Length")
    return answer.status_code, words, str(sorted((k, v) for k, v in answer.headers if k not in skipped))


class TestByMail:
    def test_invited_person_signs_up_and_joins(self, closed, client, app):
        otto = app.test_client().sign_in(closed.otto)
        assert invite(otto, addresses="Neu <neu@example.org>").status_code == 303
        link = last_link("neu@example.org")
        page = client.get(link)
        assert "Erklärung" in page.text
        assert f"/register?next={link}" in page.text
        assert client.get("/d/erklaerung").status_code == 404
        register(client, next=link)
        assert enter_code(client, last_code("neu@example.org"), next=link).location == link
        assert client.post(link).location == "/d/erklaerung"
        assert client.get("/d/erklaerung").status_code == 200
        assert app.test_client().get(link).status_code == 410

    def test_opening_the_link_accepts_nothing(self, closed, app):
        otto = app.test_client().sign_in(closed.otto)
        invite(otto, addresses="gast@example.org")
        user = guest_of(closed)
        client = app.test_client().sign_in(user)
        client.get(last_link("gast@example.org"))
        db.session.refresh(user, ["memberships"])
        assert user.memberships == []

    def test_it_is_for_that_address_alone(self, closed, app):
        [post] = invitations.invite_by_mail(closed.otto, closed.declaration, ["gast@example.org"], Wish())
        db.session.commit()
        with pytest.raises(ForSomebodyElse):
            accepting.accept(guest_of(closed, "anders"), post.token)
        with pytest.raises(ForSomebodyElse):
            accepting.accept(guest_of(closed, "gast", confirmed=False), post.token)

    def test_list_has_error_lines_and_nobody_gets_mail_twice(self, closed, app):
        otto = app.test_client().sign_in(closed.otto)
        pasted = "a@example.org, b@example.org; A@Example.ORG\nkein Mensch\nC Person <c@example.org>"
        refused = invite(otto, addresses=pasted)
        assert refused.status_code == 422
        assert "Zeile 2: kein Mensch" in refused.text
        assert mails_to("a@example.org") == []
        assert invite(otto, addresses=pasted, send_good="y").status_code == 303
        assert invite(otto, addresses="a@example.org\nd@example.org").status_code == 303
        for name in "abcd":
            assert len(mails_to(f"{name}@example.org")) == 1, name

    def test_whoever_has_accepted_gets_no_second_mail(self, closed, app):
        otto = app.test_client().sign_in(closed.otto)
        invite(otto, addresses="gast@example.org")
        client = app.test_client().sign_in(guest_of(closed))
        client.post(last_link("gast@example.org"))
        invite(otto, addresses="gast@example.org")
        assert len(mails_to("gast@example.org")) == 1
        # For another role it is another invitation.
        invite(otto, addresses="gast@example.org", role="moderator")
        assert len(mails_to("gast@example.org")) == 2

    def test_before_anything_is_sent_organisers_see_what(self, closed, app):
        otto = app.test_client().sign_in(closed.otto)
        page = invite(otto, addresses="a@example.org\nb@example.org", step="", days="5")
        assert page.status_code == 200
        for words in ("An 2 Adressen", "2 Einladungen senden", "Eine Einladung", "Der Link gilt 5 Tage"):
            assert words in page.text
        assert mails_to("a@example.org") == []
        assert db.session.scalars(select(Invitation)).all() == []
        # The list of the first step is still there for sending.
        assert "a@example.org\nb@example.org" in page.text.replace("\r", "")
        invite(otto, addresses="a@example.org")
        assert (
            "1 Adresse hat schon eine Einladung" in invite(otto, addresses="a@example.org\nb@example.org", step="").text
        )

    def test_form_sent_twice_sends_one_mail_to_each(self, closed, app):
        otto = app.test_client().sign_in(closed.otto)
        for _time in range(2):
            assert invite(otto, addresses="a@example.org\nb@example.org", form_key="k" * 32).status_code == 303
        assert [len(mails_to(f"{name}@example.org")) for name in "ab"] == [1, 1]
        assert len(db.session.scalars(select(Invitation)).all()) == 2

    def test_mail_into_a_private_declaration_does_not_name_it(self, closed, app):
        """Mailboxes at work have other readers; the subject never names it."""
        otto = app.test_client().sign_in(closed.otto)
        closed.declaration.title = "Betriebsrat gründen"
        invite(otto, addresses="a@example.org", role="moderator")
        closed.declaration.access = Access.INVITED
        invite(otto, addresses="b@example.org")
        db.session.commit()
        to_a, to_b = (to_message(mails_to(f"{name}@example.org")[0]) for name in "ab")
        assert "Betriebsrat" not in to_a.get_body(("plain",)).get_content()
        assert "Ihre Rolle: Moderation" in to_a.get_body(("plain",)).get_content()
        assert "Betriebsrat gründen" in to_b.get_body(("plain",)).get_content()
        assert to_a["Subject"] == to_b["Subject"] == "Eine Einladung"

    def test_inviting_looks_the_same_whether_the_address_has_an_account(self, closed, app):
        otto = app.test_client().sign_in(closed.otto)
        pages = []
        for address in ("ada@example.org", "fremd@example.org"):
            builders_page = invite(otto, addresses=address, step="")
            sent = invite(otto, addresses=address)
            after = otto.get("/d/erklaerung/invitations")
            pages.append((builders_page.status_code, sent.status_code, sent.location, after.text.count("newslist")))
            assert len(mails_to(address)) == 1
        assert pages[0] == pages[1]

    def test_organiser_sees_no_address_afterwards(self, closed, app):
        otto = app.test_client().sign_in(closed.otto)
        invite(otto, addresses="geheim@example.org")
        page = otto.get("/d/erklaerung/invitations").text
        assert "geheim" not in page
        assert "Einladung 1" in page
        assert "offen" in page

    def test_addresses_are_read_from_whatever_is_pasted(self):
        found = read_addresses("a@example.org;b@example.org,  \n\n<c@example.org>\n@\nd@")
        assert list(found.good) == ["a@example.org", "b@example.org", "c@example.org"]
        assert [number for number, _words in found.bad] == [4, 5]


class TestLinksAndCodes:
    def test_link_lets_in_as_many_as_it_says(self, closed):
        token = invitations.make_link(closed.otto, closed.declaration, Wish(uses=2))
        for number in range(2):
            assert accepting.accept(guest_of(closed, f"gast{number}"), token)
        with pytest.raises(InvitationDead):
            accepting.accept(guest_of(closed, "zuviel"), token)

    def test_accepting_twice_uses_one_place(self, closed):
        token = invitations.make_link(closed.otto, closed.declaration, Wish(uses=2))
        guest = guest_of(closed)
        first = accepting.accept(guest, token)
        db.session.commit()
        db.session.refresh(guest, ["memberships"])
        assert accepting.accept(guest, token).id == first.id
        assert db.session.scalars(select(Invitation.uses)).one() == 1

    def test_last_place_goes_to_one_of_many_at_once(self, closed, app):
        token = invitations.make_link(closed.otto, closed.declaration, Wish(uses=3))
        guests = [guest_of(closed, f"gast{number}").id for number in range(12)]
        db.session.commit()
        before = db.session.query(Membership).count()
        db.session.rollback()

        def accept(number):
            with app.app_context():
                set_reading(False)
                try:
                    accepting.accept(load_user(number), token)
                    db.session.commit()
                except InvitationDead:
                    db.session.rollback()
                    return False
                finally:
                    db.session.remove()
                return True

        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(accept, guests)) == 3
        assert db.session.query(Membership).count() == before + 3

    def test_code_is_shown_once_and_typed_in_any_way(self, closed, client, app):
        otto = app.test_client().sign_in(closed.otto)
        page = invite(otto, kind="code", uses="30").text
        code = page.split('class="secret">')[1].split("<")[0]
        assert len(code.replace("-", "")) == 10
        assert code not in otto.get("/d/erklaerung/invitations").text
        for typed in (code, code.upper(), code.replace("-", " "), code.replace("-", "")):
            answer = client.post("/invitation", data={"code": typed})
            assert answer.status_code == 303, typed
            assert "Sie sind eingeladen" in client.get(answer.location).text
        assert client.post("/invitation", data={"code": "abcde-fghjk"}).status_code == 422

    def test_bare_code_opens_nothing_where_tries_are_not_counted(self, closed, client):
        code = invitations.make_code(closed.otto, closed.declaration, Wish(uses=30))
        db.session.commit()
        ticket = client.post("/invitation", data={"code": code}).location
        assert client.get(ticket).status_code == 200
        plain = code.replace("-", "")
        for address in (code, plain, f"{plain}-{'0' * 32}", f"{ticket.rpartition('/')[2][:-1]}x"):
            assert client.get(f"/invitation/{address}").status_code == 410, address

    def test_pasted_link_is_as_good_as_a_code(self, closed, client):
        token = invitations.make_link(closed.otto, closed.declaration, Wish())
        db.session.commit()
        answer = client.post("/invitation", data={"code": f" http://localhost/invitation/{token} "})
        assert answer.location == f"/invitation/{token}"

    def test_guesses_are_counted_and_right_ones_are_not(self, closed, client, app, monkeypatch):
        """A room full of people comes in through one network address; somebody who guesses does not."""
        code = invitations.make_code(closed.otto, closed.declaration, Wish(uses=100))
        db.session.commit()
        monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
        right = [client.post("/invitation", data={"code": code}).status_code for _each in range(60)]
        assert set(right) == {303}
        wrong = [client.post("/invitation", data={"code": f"aaaaa-aaa{n // 10 + 2}{n % 10 or 'x'}"}) for n in range(51)]
        assert {answer.status_code for answer in wrong[:50]} == {422}
        assert wrong[50].status_code == 429
        assert int(wrong[50].headers["Retry-After"]) > 60
        # From now on a right one is answered as a wrong one, and other doors stay open.
        assert client.post("/invitation", data={"code": code}).status_code == 429
        assert (
            client.post("/login", data={"email": "ada@example.org", "password": "falsch und lang"}).status_code == 422
        )
        elsewhere = client.post("/invitation", data={"code": code}, environ_base={"REMOTE_ADDR": "127.9.9.9"})
        assert elsewhere.status_code == 303
        with frozen_at(now() + timedelta(minutes=16)):
            assert client.post("/invitation", data={"code": code}).status_code == 303

    def test_one_button_pressed_twice_uses_one_place(self, closed, app):
        token = invitations.make_link(closed.otto, closed.declaration, Wish(uses=20))
        guest = guest_of(closed).id
        db.session.rollback()

        def press(_number):
            with app.app_context():
                set_reading(False)
                try:
                    accepting.accept(load_user(guest), token)
                    db.session.commit()
                finally:
                    db.session.remove()

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(press, range(12)))
        assert db.session.scalars(select(Invitation.uses)).one() == 1
        assert db.session.query(Membership).filter_by(user_id=guest).count() == 1

    def test_secrets_are_kept_as_hashes(self, closed):
        token = invitations.make_link(closed.otto, closed.declaration, Wish())
        code = invitations.make_code(closed.otto, closed.declaration, Wish(uses=5))
        assert len(token) >= 22
        stored = str(db.session.execute(select(Invitation.__table__)).all())
        assert token not in stored
        assert code.replace("-", "") not in stored
        # 128 bits for what is written down; of a code, whose letters nobody mistakes for others, as many as can be typed.
        assert len(token) * 4 >= 128
        assert not set(code.replace("-", "")) & set("ilo01")

    @pytest.mark.parametrize("end", ["expired", "revoked", "unknown", "used up"])
    def test_every_dead_invitation_looks_the_same(self, closed, client, app, end):
        token = invitations.make_link(closed.otto, closed.declaration, Wish(days=14))
        [entry] = db.session.scalars(select(Invitation))
        db.session.commit()
        at = now()
        if end == "revoked":
            otto = app.test_client().sign_in(closed.otto)
            assert otto.post(f"/d/erklaerung/invitations/{entry.key}/revoke").status_code == 303
        elif end == "used up":
            accepting.accept(guest_of(closed), token)
            db.session.commit()
        elif end == "expired":
            at += timedelta(days=14, seconds=1)
        with frozen_at(at):
            page = client.get(f"/invitation/{'x' * 22 if end == 'unknown' else token}")
            assert page.status_code == 410
            assert "Diese Einladung gilt nicht" in page.text
            assert "Erklärung" not in page.text.split("<main")[1].split("</main")[0]
            with pytest.raises(InvitationDead):
                accepting.accept(guest_of(closed, "spaet"), "x" * 22 if end == "unknown" else token)

    def test_dead_ones_cannot_be_told_apart(self, closed, client, app):
        """Status, page and headers, for guests and accounts, opened and sent; nor can a wrong code from an ended one."""
        ends = [
            "x" * 32,
            *(invitations.make_link(closed.otto, closed.declaration, Wish(days=days)) for days in (1, 9, 9)),
        ]
        codes = [
            "bcdef-ghjkm",
            *(invitations.make_code(closed.otto, closed.declaration, Wish(days=d)) for d in (1, 9, 9)),
        ]
        for secret in (ends[2], codes[2].replace("-", "")):
            invitations.revoke(closed.otto, invitations.find_invitation(secret))
        for secret in (ends[3], codes[3].replace("-", "")):
            invitations.find_invitation(secret).uses = 1
        guest = app.test_client().sign_in(guest_of(closed))
        with frozen_at(now() + timedelta(days=2)):
            for browser, method in ((client, "GET"), (guest, "GET"), (guest, "POST")):
                assert len({look(browser, method, f"/invitation/{token}") for token in ends}) == 1
            assert len({look(client, "POST", "/invitation", code=code) for code in codes}) == 1

    def test_expired_invitation_stays_expired_whatever_one_does(self, closed, client, app):
        """Signing up, signing in, another password: no way leads past its end (Decidim, CVE-2023-48220)."""
        otto = app.test_client().sign_in(closed.otto)
        invite(otto, addresses="neu@example.org", days="3")
        link = last_link("neu@example.org")
        with frozen_at(now() + timedelta(days=3, seconds=1)):
            register(client, next=link)
            enter_code(client, last_code("neu@example.org"), next=link)
            assert client.post("/me/password", data={"password": "vier Wörter ohne Zusammenhang"}).status_code == 303
            assert client.get(link).status_code == 410
            assert client.post(link).status_code == 410
            assert client.get("/d/erklaerung").status_code == 404
        assert db.session.query(Membership).count() == 4

    def test_opening_by_a_program_changes_nothing(self, closed, client, app):
        """Mail scanners open links, with GET and HEAD, and guests find no form on the page."""
        token = invitations.make_link(closed.otto, closed.declaration, Wish())
        for method in ("GET", "HEAD"):
            for browser in (client, app.test_client().sign_in(guest_of(closed, method))):
                assert browser.open(f"/invitation/{token}", method=method).status_code == 200
        assert "<form" not in client.get(f"/invitation/{token}").text.split("<main")[1].split("</main")[0]
        assert "Set-Cookie" not in client.get(f"/invitation/{token}").headers
        assert db.session.scalars(select(Invitation.uses)).one() == 0
        assert db.session.query(Membership).count() == 4

    def test_guest_who_sends_the_form_signs_in_first_and_comes_back(self, closed, client):
        token = invitations.make_link(closed.otto, closed.declaration, Wish())
        db.session.commit()
        assert client.post(f"/invitation/{token}").location == f"/login?next=/invitation/{token}"

    def test_page_says_who_invites_but_never_a_pseudonym(self, closed, client):
        token = invitations.make_link(closed.otto, closed.declaration, Wish())
        db.session.commit()
        own = closed.otto.membership_in(closed.declaration.id)
        page = client.get(f"/invitation/{token}").text
        assert "Eingeladen hat Sie die Organisation dieser Beratung." in page
        assert own.pseudonym not in page
        own.signing_name = "Olga Berger"
        assert "Eingeladen hat Sie Olga Berger" in client.get(f"/invitation/{token}").text

    def test_invited_into_a_draft_learns_that_it_has_not_begun(self, closed, app):
        token = invitations.make_link(closed.otto, closed.declaration, Wish())
        closed.declaration.phase = Phase.DRAFT
        guest = app.test_client().sign_in(guest_of(closed))
        answer = guest.post(f"/invitation/{token}", follow_redirects=True)
        assert answer.status_code == 200
        assert "noch nicht eröffnet" in answer.text

    def test_list_tells_what_became_of_each_and_never_by_whom(self, closed, app):
        otto = app.test_client().sign_in(closed.otto)
        invite(otto, addresses="gast@example.org\nanders@example.org")
        guest = guest_of(closed)
        app.test_client().sign_in(guest).post(last_link("gast@example.org"))
        invite(otto, kind="link", uses="5")
        keys = [line.invitation.key for line in invitations.load_invitations(closed.otto, closed.declaration).lines]
        otto.post(f"/d/erklaerung/invitations/{keys[0]}/revoke")
        lines = invitations.load_invitations(closed.otto, closed.declaration).lines
        assert [(line.number, line.state.value) for line in lines] == [(3, "revoked"), (2, "open"), (1, "used")]
        with frozen_at(now() + timedelta(days=15)):
            lines = invitations.load_invitations(closed.otto, closed.declaration).lines
            assert [line.state.value for line in lines] == ["revoked", "expired", "used"]
        pseudonym = guest.membership_in(closed.declaration.id).pseudonym
        page = otto.get("/d/erklaerung/invitations").text
        for secret in ("gast@", "anders@", pseudonym):
            assert secret not in page
        # Nor does the log put an hour beside a pseudonym.
        known = (None, closed.otto.membership_in(closed.declaration.id).id)
        log = db.session.scalars(select(LogEntry).where(LogEntry.declaration_id == closed.declaration.id))
        assert [entry.act for entry in log if entry.actor_id not in known] == []

    def test_long_list_is_turned_over(self, closed, app):
        for _each in range(invitations.LIST_MAX + 2):
            invitations.make_link(closed.otto, closed.declaration, Wish())
        otto = app.test_client().sign_in(closed.otto)
        first, second = (otto.get(f"/d/erklaerung/invitations?page={page}").text for page in (1, 2))
        assert first.count("Angelegt am") == invitations.LIST_MAX
        assert second.count("Angelegt am") == 2
        for strange in ("-1", "0", "999999999", "NaN"):
            assert otto.get(f"/d/erklaerung/invitations?page={strange}").status_code == 200

    @pytest.mark.parametrize(
        ("field", "value"), [("days", "0"), ("days", "91"), ("days", "drei"), ("uses", "501"), ("uses", "9" * 30)]
    )
    def test_numbers_out_of_bounds_are_refused_in_words(self, closed, app, field, value):
        otto = app.test_client().sign_in(closed.otto)
        refused = invite(otto, kind="link", **{field: value})
        assert refused.status_code == 422
        assert "Bitte eine Zahl von 1 bis" in refused.text
        assert "Not a valid" not in refused.text


class TestRoles:
    def test_role_is_given_to_one_person_by_mail_or_link(self, closed):
        for make, wish in (
            (invitations.make_link, Wish(Role.MODERATOR, uses=2)),
            (invitations.make_code, Wish(Role.MODERATOR)),
        ):
            with pytest.raises(OneUseOnly):
                make(closed.otto, closed.declaration, wish)
        token = invitations.make_link(closed.otto, closed.declaration, Wish(Role.MODERATOR))
        assert Role.MODERATOR in accepting.accept(guest_of(closed), token).roles

    def test_new_role_ends_the_sessions(self, closed, client):
        client.sign_in(closed.ben)
        token = invitations.make_link(closed.otto, closed.declaration, Wish(Role.MODERATOR))
        db.session.commit()
        answer = client.post(f"/invitation/{token}")
        # Not to a page that is not there for guests.
        assert answer.location == "/login?next=/d/erklaerung"
        assert "Bitte melden Sie sich dafür neu an" in client.get(answer.location).text
        assert client.get("/me").location.startswith("/login")
        db.session.refresh(closed.ben, ["memberships"])
        assert Role.MODERATOR in closed.ben.roles_in(closed.declaration.id)

    def test_giving_a_role_asks_again_who_it_is(self, closed, app):
        otto = app.test_client().sign_in(closed.otto)
        with frozen_at(now() + timedelta(minutes=31)):
            for kind in ("mail", "link"):
                asked = invite(otto, kind=kind, addresses="a@example.org", role="moderator")
                assert asked.status_code == 403
                assert "/login/again?next=/d/erklaerung/invitations" in asked.text
                # What was typed is still there.
                assert "a@example.org" in asked.text
            assert db.session.scalars(select(Invitation)).all() == []
            assert invite(otto, addresses="a@example.org").status_code == 303
        assert [mail.template for mail in mails_to("a@example.org")] == ["invitation"]

    def test_whoever_lost_the_role_does_not_come_back_through_an_own_link(self, closed):
        """Made while she was the organiser; those for taking part go on."""
        role = invitations.make_link(closed.otto, closed.declaration, Wish(Role.ORGANISER))
        part = invitations.make_link(closed.otto, closed.declaration, Wish())
        db.session.commit()
        take_role(closed.otto, Role.ORGANISER, closed.declaration)
        db.session.commit()
        db.session.refresh(closed.otto, ["memberships"])
        with pytest.raises(InvitationDead):
            accepting.accept(closed.otto, role)
        with pytest.raises(InvitationDead):
            accepting.accept(guest_of(closed), role)
        assert accepting.accept(guest_of(closed, "zwei"), part)

    def test_operator_who_takes_part_invites_as_the_operator(self, closed):
        closed.ben.is_operator = True
        token = invitations.make_link(closed.ben, closed.declaration, Wish(Role.ORGANISER))
        assert Role.ORGANISER in accepting.accept(guest_of(closed), token).roles

    @pytest.mark.parametrize("name", ["ada", "mira"])
    def test_only_organisers_invite(self, closed, app, name):
        person = getattr(closed, name)
        with pytest.raises(NotAllowed):
            invitations.make_link(person, closed.declaration, Wish())
        assert app.test_client().sign_in(person).get("/d/erklaerung/invitations").status_code == 403


def test_ended_invitations_are_forgotten_after_a_month(closed):
    invitations.make_link(closed.otto, closed.declaration, Wish(days=10))
    invitations.forget_ended_invitations(now() + timedelta(days=39))
    assert db.session.scalars(select(Invitation)).all()
    invitations.forget_ended_invitations(now() + timedelta(days=41))
    assert db.session.scalars(select(Invitation)).all() == []
