"""What everybody is shown: every page and file of a town with secrets in it, asked for by people in several roles.

Asked for once, and searched by several tests. Addresses come from the url_map: a page that somebody adds is in it.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import text

from deliberation.accounts.models import User
from deliberation.annotations.actions import Contribution, edit_annotation, post_reply, withdraw
from deliberation.annotations.drafts import save_draft
from deliberation.annotations.models import Annotation, Kind
from deliberation.clock import frozen_at, now
from deliberation.database import db, set_reading
from deliberation.declarations.models import Membership, Policy
from deliberation.moderation import actions, flagging, privately
from deliberation.moderation.models import FlagReason, Note, Rule
from deliberation.privacy.models import PrivateNote
from deliberation.results.writers import WRITERS
from tests import builders
from tests.security import deeds, stage
from tests.security.stage import ABSENT, Stage, Tables

FIRST_USER, FIRST_MEMBER = 71_000_001, 72_000_001
"""Numbers that nothing else has, so that they are found wherever they appear."""
READERS = ("guest", "participant")
OTHERS = ("moderator elsewhere", "moderator", "organiser")
# Pages about the person who asks, or the same for all: what the participant gets says it.
OF_ONESELF = ("accounts.", "pages.", "static", "asset")
# Whatever a reader could put behind an address.
QUERIES = {
    "annotations.paragraph": ("?order=newest&all=1", "?order=unanswered", "?kind=practice", "?kind=proposal&all=1"),
    "annotations.whats_new": ("?since=2020-01-01",),
    "results.show": ("?all=outcomes", "?all=unanswered", "?all=agreed", "?all=disputed", "?edition=1"),
    "annotations.show": ("?page=1", "?page=2"),
}
CHANGING = re.compile(
    r'(name="(csrf_token|form_key)" value=")[^"]*|(data-(?:key|challenge)=")[^"]*|[0-9a-f]{32}'
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    role: str
    endpoint: str
    address: str
    status: int
    mimetype: str
    headers: tuple[tuple[str, str], ...]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    @property
    def words(self) -> str:
        """Everything that can be read in it: headers, the page, and what is packed into a file."""
        return "\n".join([*(f"{name}: {value}" for name, value in self.headers), self.text, *unpacked(self.content)])

    @property
    def steady(self) -> str:
        """Without what is drawn anew for each page."""
        return CHANGING.sub(r"\1\3", self.text)

    def __str__(self) -> str:
        return f"{self.address} as {self.role}"


@dataclass
class Library:
    town: Stage
    canaries: dict[str, str]
    numbers: dict[str, int]
    before: list[Answer] = field(default_factory=list)
    after: list[Answer] = field(default_factory=list)
    alone: list[Answer] = field(default_factory=list)
    # Who keeps the secrets.
    keepers: tuple[User, ...] = ()

    def of(self, *roles: str) -> list[Answer]:
        return [answer for answer in self.after if answer.role in roles]


def unpacked(content: bytes) -> list[str]:
    """The parts of an archive, their names, and its remarks."""
    if not content.startswith(b"PK"):
        return []
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        found = [parts.comment.decode("utf-8", "replace")]
        for one in parts.infolist():
            found += [one.filename, (one.comment + one.extra).decode("utf-8", "replace")]
            found.append(parts.read(one).decode("utf-8-sig", "replace"))
    return found


def build(app: Flask) -> Library:
    """A town, everything in it as shown before there are secrets, and again with one secret of each kind."""
    with frozen_at(now()):
        made = begin(app)
        made.before = walk(made, READERS)
        plant(made)
        made.after = [
            *walk(made, READERS),
            *walk(made, OTHERS, lambda _role, name, _at: not name.startswith(OF_ONESELF)),
        ]
        made.alone = _walk_numbers(made)
    return made


def begin(app: Flask) -> Library:
    """The town before there are secrets in it, but for what a redaction took out."""
    number_from_far_away()
    made = Library(stage.build(app), {}, {})
    karin = builders.make_member(made.town.own.declaration, "karin", pseudonym="Kanarienbaum 41")
    made.keepers = (karin, builders.make_member(made.town.own.declaration, "kurt", pseudonym="Pappel 52"))
    _redact(made, karin)
    return made


def plant(made: Library) -> None:
    """One secret of each kind, a minute later, so that an order by time would tell."""
    with frozen_at(now() + timedelta(minutes=1)):
        _plant(made, *made.keepers)


def number_from_far_away() -> None:
    """Accounts and memberships made from here on have numbers that nothing else has."""
    nobody = builders.make_user("erste", id=FIRST_USER)
    draft = builders.make_declaration("vorher", phase=builders.Phase.DRAFT)
    db.session.add(
        Membership(
            id=FIRST_MEMBER, user_id=nobody.id, declaration_id=draft.id, pseudonym="Erle 15", pseudonym_key="erle15"
        )
    )
    if db.engine.dialect.name == "postgresql":
        for table, first in (("user", FIRST_USER), ("membership", FIRST_MEMBER)):
            db.session.execute(text(f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), {first})"))
    db.session.commit()


# --- secrets ---


def _redact(made: Library, karin: User) -> None:
    """What a redaction took out is gone from the page; that it was there may be seen."""
    builders.annotate(karin, made.town.own.declaration, "3.1", "Nachzulesen [dort](https://elsewhere.example/gesetz).")
    word, earlier = _word(made, "redacted", "Goldammergelb"), _word(made, "redacted before", "Habichtbraun")
    annotation = builders.annotate(
        karin, made.town.own.declaration, "3.1", f"Frau {word} wohnt bei {earlier}, sagt man."
    )
    edit_annotation(karin, annotation, f"Frau {word} wohnt dort, sagt man.")
    mira = made.town.people["moderator"]
    actions.redact(mira, annotation, Rule.PROTECT, "Hier ist jemand zu erkennen.", [word], annotation.version)
    db.session.commit()


def _plant(made: Library, karin: User, kurt: User) -> None:
    """One of everything that nobody but its writer, or the moderation, may read; and nothing in public below it."""
    set_reading(False)
    town, mira = made.town, made.town.people["moderator"]
    declaration = town.own.declaration
    for state, act in _states(mira).items():
        said = _say(made, karin, state, kurt)
        for one in said:
            act(one)
        made.numbers[state] = said[-1].number
    earlier = db.session.get_one(Annotation, town.own.numbers["alike"])
    last = post_reply(kurt, earlier, Contribution(_word(made, "last reply", "Zeisiggruen"), form_key="reply-last"))
    actions.hide(mira, last, Rule.STAY, "Gehört nicht hierher.", last.version)
    asked = builders.annotate(karin, declaration, "1.1", f"{_word(made, 'reported', 'Sumpfmeise')} steht hier.")
    flagging.flag(karin, town.own.annotation, FlagReason.OTHER, f"{_word(made, 'flag', 'Meisengelb')}.", "flag-canary")
    actions.hide(mira, asked, Rule.STAY, "Gehört nicht hierher.", asked.version)
    privately.write_privately(mira, asked, f"{_word(made, 'message', 'Kleiberblau')}?", "message-canary")
    db.session.add_all([
        Note(annotation_id=asked.number, writer_id=mira.membership_in(declaration.id).id, form_key="note-canary",
             body=_word(made, "note of the team", "Lerchenbraun")),
        PrivateNote(user_id=karin.id, declaration_id=declaration.id, place="t:1", body=_word(made, "own note", "Ibisrosa")),
        PrivateNote(user_id=karin.id, declaration_id=declaration.id,
                    place=f"p:{builders.paragraph(declaration, '3.1').id}", body=_word(made, "own note", "Ibisrosa")),
    ])  # fmt: skip
    place = builders.paragraph(declaration, "3.1")
    for where in (f"p:{place.id}", f"t:{place.thesis_id}", f"a:{town.own.annotation.number}"):
        save_draft(karin, declaration, where, {"body": _word(made, "draft", "Elsterweiss")}, f"draft-{where}")
    save_draft(
        "another-browser", declaration, f"p:{place.id}", {"body": _word(made, "draft of a guest", "Eulengrau")}, "d"
    )
    db.session.commit()


def _states(mira: User) -> dict[str, Callable[[Annotation], Any]]:
    return {
        "held": lambda _one: None,
        "hidden": lambda one: actions.hide(mira, one, Rule.STAY, "Gehört nicht hierher.", one.version),
        "returned": lambda one: actions.return_for_revision(mira, one, Rule.STAY, "Bitte kürzer fassen.", one.version),
        "withdrawn": lambda one: withdraw(one.author.user, one),
    }


def _say(made: Library, karin: User, state: str, other: User) -> list[Annotation]:
    """One word wherever an annotation can have words, and in a reply below it; the reply first."""
    word, declaration = _word(made, state, f"Kuckuck{state}"), made.town.own.declaration
    declaration.policy = Policy.ALL if state == "held" else Policy.NONE
    annotation = builders.annotate(
        karin, declaration, "3.1", f"{word} zur Sache.", kind=Kind.PROPOSAL, wording=f"Schutz heißt {word}."
    )
    annotation.is_quotable = True
    edit_annotation(karin, annotation, f"{word} zur Sache, neu.", f"Schutz heißt {word}.")
    declaration.policy = Policy.NONE
    if state == "held":
        # Nobody can answer what nobody sees.
        db.session.commit()
        return [annotation]
    reply = post_reply(other, annotation, Contribution(f"{word} sehe ich auch so.", form_key=f"reply-{state}"))
    db.session.commit()
    return [reply, annotation]


def _word(made: Library, state: str, word: str) -> str:
    made.canaries[state] = word
    return word


# --- asking ---


def walk(
    made: Library, roles: tuple[str, ...], choose: Callable[[str, str, str], bool] = lambda *_asked: True
) -> list[Answer]:
    """Every page by each of these (of those chosen by role, endpoint and address), and the tables as they were."""
    db.session.commit()
    set_reading(True)
    tables = Tables()
    tables.keep()
    found = []
    for role in roles:
        found += [
            _ask(made.town, role, endpoint, address)
            for endpoint, address in _addresses(made.town)
            if choose(role, endpoint, address)
        ]
        tables.bring_back()
    tables.close()
    set_reading(True)
    return found


def _addresses(town: Stage) -> Iterator[tuple[str, str]]:
    for rule in deeds.rules_with(town.app, "GET"):
        address = deeds.own_address(town, rule)
        yield rule.endpoint, address
        for query in QUERIES.get(rule.endpoint, ()):
            yield rule.endpoint, address + query
    for kind in WRITERS:
        for names in ("pseudonyms", "numbers", "none"):
            yield "results.download", f"/d/erklaerung/export.{kind}?names={names}"
    for kind in ("docx", "html"):
        yield "editions.redline", f"/d/erklaerung/changes.{kind}?from=1&to=2"
    for thesis in ("0", "1", "2", "3", "end"):
        yield "annotations.thesis", f"/d/erklaerung/{thesis}"
        yield "annotations.paragraph", f"/d/erklaerung/{thesis}/1"
        yield "annotations.paragraph", f"/d/erklaerung/{thesis}/0"
    yield "", "/gibt-es-nicht"


def _walk_numbers(made: Library) -> list[Answer]:
    """What readers get who ask for the secrets by their numbers, and for one that does not exist."""
    found = []
    for rule in deeds.rules_with(made.town.app, "GET"):
        if not rule.rule.startswith("/a/<"):
            continue
        for state, number in {**made.numbers, "absent": ABSENT}.items():
            address = rule.rule.replace("<int:number>", str(number))
            found += [_ask(made.town, role, f"{rule.endpoint} {state}", address) for role in READERS]
    return found


def _ask(town: Stage, role: str, endpoint: str, address: str) -> Answer:
    answer = town.send(role, "GET", address)
    headers = tuple((name, value) for name, value in answer.headers if name != "X-Request-ID")
    return Answer(role, endpoint, address, answer.status_code, answer.mimetype, headers, answer.get_data())


_built: dict[str, Library] = {}


def borrow(app: Flask, engine: str) -> Library:
    """The library of this engine, built by whoever comes first; afterwards its answers alone are of use."""
    if engine not in _built:
        _built[engine] = build(app)
    return _built[engine]
