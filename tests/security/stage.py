"""Two declarations with one of everything and people in every role, a form for every page that takes one, and what tells
whether a table has changed."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from deliberation import clock
from deliberation.accounts import actions as accounts
from deliberation.accounts import moving, sessions, tokens
from deliberation.accounts.models import Passkey, Scope, User
from deliberation.annotations.models import Annotation, Kind, StanceValue
from deliberation.annotations.positions import take_stance
from deliberation.api import hooks
from deliberation.api.models import HookEvent
from deliberation.database import db, set_reading
from deliberation.declarations import easy, facilitating, glossary, invitations, showing, unsaved
from deliberation.declarations.glossary import TermWords
from deliberation.declarations.importing import read_to_keep
from deliberation.declarations.models import Declaration, Membership, load_paragraphs
from deliberation.editions.drafting import begin_draft
from deliberation.meetings import protocols
from deliberation.moderation import flagging, restraining
from deliberation.moderation.actions import hide, publish
from deliberation.moderation.models import Decision, FlagReason, Measure, MeasureKind, Objection, Rule
from deliberation.moderation.objections import objecting
from deliberation.moderation.words import text_blocks
from deliberation.notifications import feeds, following
from deliberation.notifications.models import Mail
from deliberation.pages import actions as writing
from deliberation.pages import events, signing
from deliberation.pages import files as page_files
from deliberation.pages.models import PageFile
from deliberation.permissions import Facilitator, Guest, Operator, Phase, Role
from deliberation.privacy import deletion
from deliberation.proposals import ballots
from deliberation.reports import actions as reporting
from deliberation.reports import points, publishing
from deliberation.results import export_jobs
from deliberation.results.archive import snapshots
from deliberation.results.filters import Filters
from deliberation.site import barriers, first
from deliberation.site import writing as site_writing
from deliberation.surveys import actions as surveys
from deliberation.surveys import answering, opening
from deliberation.surveys.models import Entry, ItemKind
from deliberation.web import TOKEN
from tests import builders
from tests.editions import scene
from tests.pages import films

ABSENT = 999_999


@dataclass
class Things:
    """What addresses of one declaration name. `voting` is its sister in the phase of the closing round."""

    declaration: Declaration
    voting: Declaration
    # Another one, that is over.
    closed: Declaration
    # And one that is not public yet.
    drafted: Declaration
    annotation: Annotation
    question: Annotation
    proposal: Annotation
    hidden: Annotation
    decision: Decision
    objected: Annotation
    objection: Objection
    measure: Measure
    warned: Membership
    keys: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)


@dataclass
class Stage:
    """People by role, seen from the first declaration, and what there is in both."""

    app: Flask
    people: dict[str, Any]
    own: Things
    foreign: Things
    cookies: dict[str, str] = field(default_factory=dict)

    def client(self) -> "Browser":
        return Browser(self.app, self.app.response_class, use_cookies=False)

    def send(self, role: str, method: str, address: str, data: Any = None, **more: Any) -> TestResponse:
        """A request of somebody in this role, with her session and nothing else."""
        headers = {**more.pop("headers", {})}
        if role in self.cookies:
            headers["Cookie"] = f"session={self.cookies[role]}"
        return self.client().open(address, method=method, data=data, headers=headers, **more)


class Browser(FlaskClient):
    """Keeps nothing between requests; each has a context of its own, as in production."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            response = super().open(*args, **kwargs)
            response.get_data()
            response.close()
        return response


ROLES = (
    "guest", "stranger", "participant", "author", "moderator", "second", "organiser", "operator", "moderator elsewhere",
    "organiser elsewhere",
)  # fmt: skip


DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000200000002080000000057dd52f80000"
    "000e4944415478da6360606060600000000600016fead79c0000000049454e44ae426082"
)
"""A picture of four points."""


def _keep_dot(organiser: Any, declaration: Declaration | None, name: str) -> None:
    """What was looked into before (`add_file` does, in a process of its own) is kept."""
    page_files.keep(organiser, declaration, DOT, PageFile(name=name, kind="image/png", description="Punkte", width=2, height=2))


def build(app: Flask) -> Stage:
    """Everything, through the verbs."""
    cast = builders.cast()
    own_team = {
        "author": cast.ada, "participant": cast.ben, "moderator": cast.mira, "organiser": cast.otto,
        "second": builders.make_member(cast.declaration, "maja", Role.MODERATOR),
    }  # fmt: skip
    other = builders.make_declaration("zweite", title="Zweite Erklärung")
    other_team = {
        "author": builders.make_member(other, "carla", pseudonym="Esche 12"),
        "participant": builders.make_member(other, "clemens", pseudonym="Ulme 34"),
        "moderator": builders.make_member(other, "mona", Role.MODERATOR),
        "second": builders.make_member(other, "martha", Role.MODERATOR),
        "organiser": builders.make_member(other, "olaf", Role.ORGANISER),
    }
    builders.make_declaration("entwurf", phase=Phase.DRAFT, title="Noch nicht öffentlich")
    people = {
        "guest": Guest(),
        "stranger": builders.make_user("stranger"),
        **own_team,
        "operator": builders.make_user("opa", is_operator=True),
        "moderator elsewhere": other_team["moderator"],
        "organiser elsewhere": other_team["organiser"],
    }
    _keep_dot(people["operator"], None, "haus.png")
    site_words = writing.PageWords("Hilfe", "Hier hilft jemand. ![](haus.png)", True, in_footer=True, easy="Hier hilft jemand.")
    for edition, body in enumerate(("Bald mehr.", site_words.body)):
        site_writing.write_page(people["operator"], "hilfe", "de", replace(site_words, body=body), edition)
    stage = Stage(app, people, _fill(cast.declaration, own_team), _fill(other, other_team))
    for role, person in people.items():
        if isinstance(person, User):
            person.confirmed_at = clock.now()
            stage.cookies[role] = sign_in(app, person)
    db.session.commit()
    return stage


def sign_in(app: Flask, person: User) -> str:
    """The cookie of a new session."""
    set_reading(False)
    token = sessions.begin(person, with_second=True)
    db.session.commit()
    return make_cookie(app, {TOKEN: token, "_fresh": True})


def make_cookie(app: Flask, content: dict[str, Any]) -> str:
    signer: Any = app.session_interface
    return str(signer.get_signing_serializer(app).dumps(content))


def _fill(declaration: Declaration, team: dict[str, User]) -> Things:
    slug, author, participant = declaration.slug, team["author"], team["participant"]
    # Before anybody writes: a file in which something was taken back is gone.
    due = snapshots.Due(declaration.id, 1, Phase.READING)
    snapshots.keep(due, *snapshots.make(due, ""), Path(current_app.instance_path) / snapshots.FOLDER)
    waiting = builders.annotate(participant, declaration, "1.2", "Bei uns fragt niemand.")
    take_stance(participant, *_place(declaration, "1.2"), StanceValue.CARRY)
    scene.publish(
        declaration, scene.reworded(scene.text(declaration), "1.2", "Wer plant, fragt zuerst die Fachkräfte.")
    )
    annotation = builders.annotate(author, declaration, "3.1", "Das sehe ich jeden Tag im Dienst.")
    reply_to(participant, annotation)
    question = builders.annotate(participant, declaration, "2.1", "Wie viel Zeit ist gemeint?", kind=Kind.QUESTION)
    proposal = builders.annotate(
        author, declaration, "3.2", "So ist es klarer.", kind=Kind.PROPOSAL, wording="Öffnungszeiten sind digital."
    )
    alike = builders.annotate(participant, declaration, "3.1", "Das sehe ich auch jeden Tag.")
    hidden = builders.annotate(author, declaration, "2.1", "Verborgenes Wort KANARIE.")
    decision = hide(team["moderator"], hidden, Rule.STAY, "Gehört nicht hierher, leider.", hidden.version)
    objected = builders.annotate(author, declaration, "2.1", "Noch ein verborgenes Wort.")
    against = hide(team["moderator"], objected, Rule.STAY, "Gehört nicht hierher, leider.", objected.version)
    objection = objecting.object_to(author, against, "Ich sehe das anders.", f"objection-{slug}")
    member = author.membership_in(declaration.id)
    measure = restraining.restrain(
        team["moderator"], member, MeasureKind.REVIEW, Rule.STAY, "Bitte achten Sie darauf.", 3, annotation, f"m-{slug}"
    )
    flagging.flag(Guest(), annotation, FlagReason.ATTACK, "Das geht zu weit.", f"flag-{slug}")
    shown = builders.annotate(participant, declaration, "3.1", "Das wurde gemeldet und bleibt.")
    report = flagging.flag(Guest(), shown, FlagReason.ATTACK, "Das geht zu weit.", f"report-{slug}")
    publish(team["moderator"], shown, shown.version)
    block = text_blocks.add_block(
        team["moderator"],
        declaration,
        text_blocks.BlockWords(text_blocks.BlockPurpose.REASON, "Eigen", "Eigene Worte."),
    )
    easy.change_about(team["organiser"], declaration, "Hier geht es um Arbeit.")
    easy.change_thesis(team["organiser"], _place(declaration, "3.1")[0], "Schutz", {_place(declaration, "3.1")[1].id: "Kurz."})
    _keep_dot(team["organiser"], declaration, "plan.png")
    words = writing.PageWords("Häufige Fragen", "Wer fragt? ![](plan.png)", True, True, easy="Wer fragt?")
    writing.create_page(team["organiser"], declaration, words)
    explained = TermWords("Inobhutnahme", "", "Ein Kind kommt an einen sicheren Ort.")
    term = glossary.add_term(team["organiser"], declaration, explained)
    day = clock.today()
    words = events.EventWords("Fachtagung", day, day, "Musterstadt", is_shown=True)
    meeting = events.create_event(team["organiser"], declaration, words)
    item = events.add_item(team["organiser"], meeting, events.ItemWords("Vortrag", "10:30", summary="Gut."), "a" * 32)
    beside = events.add_item(team["organiser"], meeting, events.ItemWords("Daneben", "10:30"), "b" * 32)
    events.change_item(
        team["organiser"], beside, events.ItemWords("Gespräch", "10:30"), events.mark(events.to_item_words(beside))
    )
    signing.put(
        team["organiser"], signing.SignPlace(declaration, _place(declaration, "3.1")[0]), signing.look_at("video", films.mp4()),
        signing.look_at("captions", films.vtt()),
    )  # fmt: skip
    draft = begin_draft(team["organiser"], declaration)
    kept = _bring_in(team["organiser"])
    code = accounts.request_code(author.email, f"browser-{slug}")
    move, stop = moving.ask_to_move(author, f"neu-{slug}@example.org")
    invited = invitations.make_link(team["organiser"], declaration, invitations.Wish(uses=50))
    invitation = invitations.find_invitation(invited)
    assert invitation is not None
    table = facilitating.make_link(team["organiser"], declaration, "Tisch 4", clock.today())
    credential = hashlib.sha256(slug.encode()).hexdigest()
    passkey = Passkey(user_id=author.id, credential_id=credential, public_key="AAAA", label="Handy")
    db.session.add(passkey)
    hook = hooks.add(team["organiser"], declaration, hooks.Wish("https://example.org/hook", list(HookEvent), f"hook-{slug}"))
    ordered = export_jobs.order(team["organiser"], declaration, "csv", Filters(names="none"))
    tokens.make(author, tokens.Wish("Auswertung", [Scope.READ], clock.today()), with_second=True)
    db.session.commit()
    voting, ballot = _open_closing_round(f"{slug}-schluss", team)
    db.session.commit()
    reported = _report_on(declaration, team, annotation)
    asked, follower = _followers(declaration)
    barrier = barriers.report(Guest(), barriers.Told("Das Menü geht nicht auf.", "/", f"hilfe-{slug}@example.org"), f"b-{slug}")
    db.session.commit()
    feeds.make(author)
    closed = builders.make_declaration(f"{slug}-beendet", phase=Phase.CLOSED, title="Beendet")
    for role in (Role.MODERATOR, Role.ORGANISER):
        builders.grant_role(team[role.value], role, closed)
    deletion.ask(team["organiser"], closed)
    drafted = builders.make_declaration(f"{slug}-entwurf", phase=Phase.DRAFT, title="In Arbeit")
    builders.grant_role(team["organiser"], Role.ORGANISER, drafted)
    shown = showing.make_link(team["organiser"], drafted)
    db.session.commit()
    other_thesis, other_place = _place(declaration, "2.1")
    own = team["moderator"].membership_in(declaration.id)
    return Things(
        declaration=declaration, voting=voting, closed=closed, drafted=drafted,
        annotation=annotation, question=question, proposal=proposal, hidden=hidden,
        decision=decision, objected=objected, objection=objection, measure=measure, warned=member,
        keys={
            "import": kept.key, "draft": draft.key, "receipt": report.key, "passkey": passkey.key,
            "test": hook.key, "revoke": hook.key, "export": ordered.key, "revoke_token": tokens.load(author)[0].key,
            "email_confirm": move.secrets["token"],
            "email_stop": stop.secrets["token"],
            "confirm": asked, "manage": follower, "leave": follower,
            **dict.fromkeys(("mails", "stop"), following.account_token(author)),
            **dict.fromkeys(("secret", "mine"), feeds.feed_token(author)),
            "shown_draft": shown,
            "first_account": first.make_link(),
            "barrier_reported": barriers.receipt_token(barrier),
            "event seen": events.mark(events.to_event_words(meeting)),
            "item seen": events.mark(events.to_item_words(item)),
            "invitation": invited, "revoke_invitation": invitation.key, "pseudonym": member.pseudonym, "block": str(block.id),
            "token": code.secrets["token"], "block seen": block.changed_at.isoformat(), "place": f"p{other_place.id}",
            "table": table, "undo": table, "revoke_table": facilitating.load_links(team["organiser"], declaration)[0].key,
            "member": participant.membership_in(declaration.id).key,
            "restrain_member": participant.membership_in(declaration.id).key,
            "duty": f"{other_thesis.id}-{own.id}", "asset": current_app.jinja_env.globals["asset_names"]["css"],
        },
        numbers={
            "ballot": ballot.id, "import version": kept.version, "draft version": draft.version,
            "since": _place(declaration, "1.2")[1].since_id, "wording": _place(declaration, "3.1")[1].wording_id,
            "waiting": waiting.number, "alike": alike.number, "alike version": alike.version, "year": clock.today().year,
            "given up": _given_up_mail(slug), **reported, **_surveys(declaration, team["organiser"]),
            "event item": item.id,
            "protocol": _protocol(declaration, table),
            "term": term.id,
            "barrier": barrier.id,
            **{f"option {place}": option.id for place, option in enumerate(ballot.options)},
        },
    )  # fmt: skip


def _report_on(declaration: Declaration, team: dict[str, User], annotation: Annotation) -> dict[str, int]:
    """Two issues, a draft that is open to those who take part, and a point that is missed in it."""
    organiser = team["organiser"]
    said = [
        reporting.add_sentence(organiser, declaration, None, reporting.Words(text, annotation.label), f"s{number}")
        for number, text in enumerate(("So ist es.", "Und so bleibt es.", "Das fiel weg."))
    ]
    reporting.remove_sentence(organiser, said[2], 1)
    publishing.publish(Operator(), declaration, publishing.Wish(tells=False), 4)
    reporting.move_sentence(organiser, said[1], up=True)
    publishing.publish(Operator(), declaration, publishing.Wish("Anders geordnet.", tells=False), 5)
    reporting.move_sentence(organiser, said[1], up=False)
    publishing.show_draft(organiser, declaration, True)
    point = points.say_missing(team["author"], declaration, annotation.number, "Der Alltag fehlt.", "point")
    db.session.commit()
    return {"sentence": said[0].id, "removed": said[2].id, "point": point.id, "report version": 6}


def _protocol(declaration: Declaration, secret: str) -> int:
    """What the table of today entered."""
    link = facilitating.find_link(secret)
    assert link is not None
    said = [protocols.Said(Kind.PRACTICE, "Der Tisch sagt das auch.")]
    made = protocols.enter(Facilitator(link), _place(declaration, "3.1")[1], protocols.Protocol(5, (3, 1, 0, 1), said), "table-1")
    db.session.commit()
    return made.id


def _surveys(declaration: Declaration, organiser: User) -> dict[str, int]:
    """A draft, one that is open, one with codes, and one that is over, published, with words to be looked at."""
    names = ("draft", "open", "coded", "over")
    made = {name: surveys.create_survey(organiser, declaration, f"Umfrage {name}", name) for name in names}
    items = {
        name: [
            surveys.add_item(organiser, survey, surveys.Question(kind, f"Frage {kind.value}?", options=options), kind.value)
            for kind, options in ((ItemKind.SINGLE, ("Ja", "Nein")), (ItemKind.TEXT, ()))
        ]
        for name, survey in made.items()
    }
    surveys.change_frame(organiser, made["coded"], surveys.Frame("Mit Code", entry=Entry.CODES))
    for name in ("open", "over"):
        opening.open_survey(organiser, made[name])
    sheet = answering.find_sheet(made["over"], answering.begin(Guest(), made["over"], "", "sheet"))
    assert sheet is not None
    answering.keep(Guest(), made["over"], sheet, items["over"][1], "Worte aus der Umfrage.")
    answering.hand_in(Guest(), made["over"], sheet)
    opening.close_survey(organiser, made["over"])
    opening.publish(organiser, made["over"])
    db.session.commit()
    return {
        **{f"{name} survey": survey.number for name, survey in made.items()},
        "draft item": items["draft"][0].id, "over item": items["over"][0].id,
        "survey text": opening.load_texts(organiser, made["over"])[0].id,
    }  # fmt: skip


def _followers(declaration: Declaration) -> list[str]:
    """Tokens of one who asked and of one who confirmed."""
    found = [
        following.ask(Guest(), declaration, f"{name}-{declaration.slug}@example.org", following.Wish())
        for name in ("fragt", "liest")
    ]
    following.confirm(found[1])
    db.session.commit()
    return [following.subscription_token(one) for one in found]


def _given_up_mail(slug: str) -> int:
    mail = Mail(f"fort-{slug}@example.org", {}, cause=f"gone-{slug}", template="test_mail", tries=99, error="Fort: x")
    db.session.add(mail)
    db.session.commit()
    return mail.id


def reply_to(person: User, annotation: Annotation) -> Annotation:
    from deliberation.annotations.actions import Contribution, post_reply

    return post_reply(
        person, annotation, Contribution(body="Bei uns auch, und zwar oft.", form_key=f"r-{annotation.number}")
    )


def _place(declaration: Declaration, number: str) -> tuple[Any, Any]:
    thesis_number, _dot, own = number.partition(".")
    thesis = next(one for one in declaration.theses if one.number == thesis_number)
    return thesis, next(one for one in load_paragraphs([thesis.id]) if one.number == own)


def _bring_in(organiser: User) -> Any:
    draft, source = _read_once()
    return unsaved.keep_import(organiser, draft, source)


_read: list[Any] = []


def _read_once() -> Any:
    """The cage is slow to start and reads the same each time."""
    if not _read:
        _read.append(read_to_keep(b"1. Erste These. Sie steht hier.\n2. Zweite These. Sie auch.\n", "t.txt", "auto"))
    return _read[0]


def _open_closing_round(slug: str, team: dict[str, User]) -> tuple[Declaration, Any]:
    declaration = builders.make_declaration(slug, title="Schlussrunde")
    for role in (Role.MODERATOR, Role.ORGANISER):
        builders.grant_role(team[role.value], role, declaration)
    for name in ("author", "participant"):
        builders.join(team[name], declaration)
    proposal = builders.annotate(
        team["author"], declaration, "3.1", "Kürzer.", kind=Kind.PROPOSAL, wording="Schutz braucht Menschen."
    )
    declaration.phase = Phase.VOTING
    db.session.commit()
    paragraph = builders.paragraph(declaration, "3.1")
    return declaration, ballots.put_up(Operator(), paragraph, [proposal], f"ballot-{slug}")


# --- what changes and what does not ---


class Tables:
    """All rows of all tables: a digest of them, and a way back to how they were."""

    def __init__(self) -> None:
        # The revision goes up with every change, also with one that puts everything back.
        self._tables = [table for table in db.metadata.sorted_tables if table.name != "revision"]
        self.is_sqlite = db.engine.dialect.name == "sqlite"
        # A connection of its own, that sees what others have committed.
        self._watch = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._kept: dict[str, list[Any]] = {}
        self.kept_digest: dict[str, str] = {}

    def close(self) -> None:
        self._watch.close()

    def sign(self) -> int:
        """Another number as soon as anybody has written anything; costs next to nothing."""
        if self.is_sqlite:
            return int(self._raw("PRAGMA data_version"))
        return int(self._raw("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"))

    def _raw(self, statement: str) -> Any:
        cursor = self._watch.connection.cursor()
        cursor.execute(statement)
        [found] = cursor.fetchone()
        cursor.close()
        return found

    def digest(self) -> dict[str, str]:
        """Of each table; equal digests are equal rows."""
        return {name: hashlib.sha256(repr(sorted(map(repr, rows))).encode()).hexdigest() for name, rows in self.rows()}

    def rows(self) -> Iterator[tuple[str, list[Any]]]:
        for table in self._tables:
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            cursor = self._watch.connection.cursor()
            cursor.execute(f'SELECT {columns} FROM "{table.name}"')
            yield table.name, cursor.fetchall()
            cursor.close()

    def counts(self) -> dict[str, int]:
        return {name: len(rows) for name, rows in self.rows()}

    def keep(self) -> None:
        with db.engine.connect() as connection:
            self._kept = {
                table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
                for table in self._tables
            }
        self.kept_digest = self.digest()

    def bring_back(self) -> None:
        """Put the tables that differ back as they were kept."""
        differ = differing(self.kept_digest, self.digest())
        if "annotation" in differ:
            differ.add("place_count")
        changed = [table for table in self._tables if table.name in differ]
        if not changed:
            return
        set_reading(False)
        off, on = (
            ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON")
            if self.is_sqlite
            else ("SET session_replication_role = replica", "SET session_replication_role = DEFAULT")
        )
        with db.engine.connect() as connection:
            # Outside a transaction, else SQLite would not listen.
            connection.connection.cursor().execute(off)
            if not self.is_sqlite:
                connection.connection.commit()
            with connection.begin():
                for table in changed:
                    connection.execute(table.delete())
                # Counts last: on SQLite the rows that come back are counted again.
                for table in sorted(changed, key=lambda one: one.name == "place_count"):
                    if table.name == "place_count":
                        connection.execute(table.delete())
                    if self._kept[table.name]:
                        connection.execute(table.insert(), self._kept[table.name])
            connection.connection.cursor().execute(on)
            if not self.is_sqlite:
                connection.connection.commit()
        set_reading(True)


def differing(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Names of the tables that are not as they were."""
    return {name for name in before if before[name] != after[name]}
