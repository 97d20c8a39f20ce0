"""Somebody who has left traces everywhere: what she wrote, what others wrote to and about her, and what was kept aside."""

from dataclasses import dataclass
from typing import Any

from deliberation.accounts import limits, tokens
from deliberation.accounts.models import Attempt, Passkey, RecoveryCode, Scope, User
from deliberation.annotations.actions import Contribution, edit_annotation, post_reply
from deliberation.annotations.drafts import save_draft
from deliberation.annotations.models import Annotation, Kind, Opening, ResponseKind, StanceValue, Visit, VoteValue
from deliberation.annotations.positions import cast_vote, take_stance
from deliberation.annotations.responses import respond
from deliberation.clock import now, today
from deliberation.database import db
from deliberation.moderation import flagging, privately
from deliberation.moderation.actions import hide, redact
from deliberation.moderation.models import FlagReason, Note, Rule
from deliberation.notifications.actions import queue_mail
from deliberation.permissions import Role
from deliberation.privacy.models import PrivateNote
from deliberation.reports.actions import Words, add_sentence
from deliberation.reports.points import say_missing
from deliberation.reports.publishing import Wish, publish, show_draft
from deliberation.results.field_tallies import choose_field
from deliberation.results.models import Field
from tests import builders
from tests.builders import Cast

ADDRESS = "karla.beispielhaft@kanarien.example"
NAME = "Kanarienbaum 41"
NETWORK = "127.91.82.73"
SECRET_WORDS = "Mein Geheimnis aus dem Entwurf KANARIE-ENTWURF"


@dataclass
class Scene:
    cast: Cast
    karla: User
    own: Annotation
    answer: Annotation
    mention: Annotation
    proposal: Annotation


def build(cast: Cast, secret: str = "") -> Scene:
    declaration = cast.declaration
    karla = builders.make_member(declaration, "karla", pseudonym=NAME)
    karla.email, karla.confirmed_at, karla.consented_at, karla.consent_version = ADDRESS, now(), now(), "2"
    db.session.commit()
    own = builders.annotate(karla, declaration, "3.1", "Das habe ich zuerst so geschrieben, KANARIE-FRÜHER.")
    edit_annotation(karla, own, "Das sehe ich jeden Tag im Dienst, KANARIE-TEXT.")
    proposal = builders.annotate(
        karla, declaration, "3.2", "So ist es klarer.", kind=Kind.PROPOSAL, wording="Öffnungszeiten: KANARIE-WORTLAUT."
    )
    hidden = builders.annotate(karla, declaration, "2.1", "Verborgen: KANARIE-VERBORGEN.")
    hide(cast.mira, hidden, Rule.STAY, f"{NAME} bleibt nicht bei der Sache.", hidden.version)
    redacted = builders.annotate(karla, declaration, "2.1", "Frau KANARIE-STELLE wartet seit März.")
    redact(cast.mira, redacted, Rule.PROTECT, "Hier ist jemand zu erkennen.", ["Frau KANARIE-STELLE"], redacted.version)
    said = f"Da hat @{NAME} recht. **Kanarienbaum** 41 kennt den Dienst."
    answer = reply(cast.ben, own, f"{said}\n\n> Das sehe ich jeden Tag im Dienst, KANARIE-TEXT.\n\nGenau.")
    mention = builders.annotate(cast.ben, declaration, "1.1", f"Wie {NAME} bei 3.1 schreibt; kanarienbaum 41s Punkt.")
    edit_annotation(cast.ben, mention, f"Wie {NAME} bei 3.1 schreibt, und Kanarienbaum  41 hat recht.")
    reply(karla, mention, "Danke, das ist KANARIE-ANTWORT.")
    positions(cast, karla, mention, declaration)
    respond(cast.mira, own, ResponseKind.INQUIRY, f"{NAME}, was meinen Sie genau?", "response-1")
    privately.write_privately(cast.mira, own, f"Liebe {NAME}, bitte melden Sie sich.", "message-1")
    privately.write_privately(karla, own, "Gern: KANARIE-NACHRICHT.", "message-2")
    mira = member(cast.mira, cast).id
    db.session.add(Note(annotation_id=own.number, writer_id=mira, body=f"{NAME} ist schwierig.", form_key="n1"))
    db.session.add(Note(annotation_id=mention.number, writer_id=mira, body=f"Meint {NAME}?", form_key="n2"))
    flagging.flag(karla, mention, FlagReason.OTHER, "Bitte ansehen.", "flag-1")
    flagging.flag(cast.ben, own, FlagReason.ATTACK, f"{NAME} greift an.", "flag-2")
    save_draft(karla, declaration, "t:1", {"body": SECRET_WORDS}, "draft-key")
    save_draft(cast.ben, declaration, "t:2", {"body": f"An {NAME} denken"}, "draft-key")
    for user, body in ((karla, "Private Notiz KANARIE-NOTIZ."), (cast.ben, f"{NAME} fragen")):
        db.session.add(PrivateNote(user_id=user.id, declaration_id=declaration.id, place="t:3", body=body))
    choose_field(karla, declaration, Field.NEED)
    keep_aside(karla, declaration, secret)
    report_on(cast, karla, own)
    db.session.commit()
    return Scene(cast, karla, own, answer, mention, proposal)


def report_on(cast: Cast, karla: User, own: Annotation) -> None:
    """A published report quotes her and names her, and she misses something in the next draft."""
    own.is_quotable = True
    db.session.commit()
    olga = builders.make_member(cast.declaration, "olga", Role.ORGANISER)
    for number, said in enumerate(("„Das sehe ich jeden Tag im Dienst, KANARIE-TEXT.“", f"{NAME} hat recht.")):
        add_sentence(cast.otto, cast.declaration, None, Words(said, own.label), f"sentence-{number}")
    publish(olga, cast.declaration, Wish(tells=False), 2)
    show_draft(cast.otto, cast.declaration, True)
    say_missing(karla, cast.declaration, own.number, f"Hier fehlt KANARIE-PUNKT, sagt {NAME}.", "point-1")


def member(user: User, cast: Cast) -> Any:
    return user.membership_in(cast.declaration.id)


def reply(person: User, annotation: Annotation, body: str) -> Annotation:
    made = post_reply(person, annotation, Contribution(body=body, form_key=f"reply-{person.id}-{annotation.number}"))
    db.session.commit()
    return made


def positions(cast: Cast, karla: User, mention: Annotation, declaration: Any) -> None:
    place = builders.paragraph(declaration, "1.1")
    for number in range(4):
        cast_vote(builders.make_member(declaration, f"voter{number}"), mention, VoteValue.AGREE)
    cast_vote(karla, mention, VoteValue.AGREE)
    take_stance(karla, place.thesis, place, StanceValue.CHANGE, "Begründung KANARIE-HALTUNG.")
    db.session.commit()


def keep_aside(karla: User, declaration: Any, secret: str) -> None:
    """What no page shows: mails, counts, visits, keys."""
    queue_mail(ADDRESS, "letter:1", "sign_in", {"code": "123456", "link": "x", "until": "12:00"}, "de")
    counted = limits.gate(secret, "sign-in mail", ADDRESS, ())
    db.session.add_all([
        Attempt(key_hash=counted.key), RecoveryCode(user_id=karla.id, code_hash="c" * 64),
        Passkey(user_id=karla.id, credential_id="cred-karla", public_key="AAAA", label="Karlas Handy"),
        Visit(user_id=karla.id, declaration_id=declaration.id, since=now(), last_at=now()),
        Opening(user_id=karla.id, thesis_id=declaration.theses[0].id, opened_at=now()),
    ])  # fmt: skip
    tokens.make(karla, tokens.Wish("Karlas Programm", [Scope.READ], today()), with_second=False)
    db.session.flush()
