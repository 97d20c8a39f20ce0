"""How each page is asked for, and for each that takes a form one that is really taken: by whom, where, with what.

Whoever adds a page adds a line here; `test_every_page_is_asked_for` names those that are missing.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from deliberation.clock import today
from deliberation.privacy.periods import BOUNDS
from tests.security.stage import ABSENT, DOT, Stage, Things

KEY = "0123456789abcdef0123456789abcdef"
REASON = "Das gehört nicht zu dieser Stelle."


class Again(io.BytesIO):
    """A file that can be sent more than once."""

    def close(self) -> None:
        self.seek(0)


@dataclass(frozen=True)
class Deed:
    """A form that `role` can send about her own things; `values` fill the address where it is not about the annotation.

    `status`: what she gets; 303 unless the deed needs something a test cannot have (a code from a mail)."""

    role: str
    body: Callable[[Things], dict[str, Any]] = lambda _things: {}
    values: dict[str, Any] = field(default_factory=dict)
    status: int = 303


def _(**fields: Any) -> Callable[[Things], dict[str, Any]]:
    return lambda _things: dict(fields)


def _draft(**fields: Any) -> Callable[[Things], dict[str, Any]]:
    return lambda things: {"version": things.numbers["draft version"], **fields}


def _version(**fields: Any) -> Callable[[Things], dict[str, Any]]:
    return lambda things: {"version": things.annotation.version, **fields}


DEEDS: dict[str, Deed] = {
    "pages.language": Deed("guest", _(lang="en")),
    "accounts.register": Deed("guest", _(email="neu@example.org", pseudonym="Erle 96", consent="y")),
    "accounts.login": Deed("guest", _(email="ada@example.org")),
    "accounts.code": Deed("guest", _(code="000000"), status=422),
    "accounts.link": Deed("guest"),
    "accounts.logout": Deed("author"),
    "accounts.second": Deed("author"),
    "accounts.prove": Deed("author", _(by_mail="1")),
    "accounts.end_session": Deed("author", _(key="others")),
    "accounts.email": Deed("author", _(email="neue-adresse@example.org")),
    "accounts.email_confirm": Deed("guest"),
    "accounts.email_stop": Deed("guest"),
    "accounts.second_app": Deed("author", _(code="000000"), status=200),
    "accounts.second_app_remove": Deed("author"),
    "accounts.passkey": Deed("author", _(label="Mein Gerät"), status=422),
    "accounts.passkey_remove": Deed("author"),
    "accounts.recovery_codes": Deed("author"),
    "accounts.password": Deed("author", _(password="vier Wörter ohne jeden Zusammenhang")),
    "accounts.language": Deed("author", _(lang="en")),
    "accounts.confirm": Deed("author"),
    "privacy.leave": Deed("stranger", _(parting="kept")),
    "privacy.periods": Deed("operator", lambda _things: {name: str(low) for name, (low, _high) in BOUNDS.items()}),
    "privacy.address": Deed(
        "operator",
        lambda things: {"declaration": things.declaration.slug, "pseudonym": "Weide 27", "reason": REASON},
        status=200,
    ),
    # Running the site.
    "site.settings": Deed("operator", _(SITE_NAME="Beratung im Bezirk", DEFAULT_LOCALE="de", SIGN_UP="open")),
    "site.mail": Deed("operator"),
    "site.handle_mail": Deed("operator", lambda things: {"mail": things.numbers["given up"], "act": "retry"}),
    "site.step": Deed("operator", _(PRIVACY_HOSTING="Im eigenen Haus", PRIVACY_AUTHORITY="Die Behörde im Land")),
    "site.first_account": Deed("guest", _(email="neu@example.org", password="vier Wörter ohne Zusammenhang")),
    "site.own_step": Deed("organiser"),
    "site.report_barrier": Deed("guest", _(text="Der Knopf hat keinen Namen.", page="Die Startseite", form_key=KEY)),
    "site.barrier": Deed("operator", _(note="Beantwortet."), {"number": "barrier"}),
    "site.discard_barrier": Deed("operator", values={"number": "barrier"}),
    "board.own_field": Deed("author", _(field="youth")),
    "accounts.mail_settings": Deed("author", _(lang="de", replies="daily")),
    "following.follow": Deed(
        "guest", lambda things: {"email": "mit@example.org", "declaration": things.declaration.slug, "rhythm": "daily"}
    ),
    "following.confirm": Deed("guest"),
    "following.manage": Deed("guest", _(rhythm="daily", thesis="3", locale="de")),
    "following.leave": Deed("guest", _(**{"List-Unsubscribe": "One-Click"}), status=200),
    "following.mails": Deed("guest", _(replies="daily")),
    "following.stop": Deed("guest", _(**{"List-Unsubscribe": "One-Click"}), status=200),
    "feeds.own": Deed("author", _(act="renew")),
    "privacy.note": Deed("author", _(body="Daran denken.")),
    "annotations.all_read": Deed("author"),
    "annotations.create": Deed(
        "participant", _(kind="practice", body="Auch bei uns so.", action="send", checked="1", form_key=KEY)
    ),
    "annotations.reply": Deed("participant", _(body="Bei uns nicht so.", action="send", checked="1", form_key=KEY)),
    "annotations.edit": Deed("author", _(body="Das sehe ich jede Woche im Dienst.")),
    "annotations.withdraw_page": Deed("author"),
    "annotations.vote": Deed("participant", _(vote="agree")),
    "annotations.stance": Deed("participant", _(stance="against", reason="Zu ungenau.")),
    "annotations.past_stance": Deed(
        "participant", lambda things: {"value": "keep", "since": things.numbers["since"]}, {"t": "1", "p": "2"}
    ),
    "proposals.cosign": Deed(
        "participant", lambda things: {"cosign": "yes", "version": things.proposal.version}, {"number": "proposal"}
    ),
    "proposals.rate": Deed(
        "participant",
        lambda things: {
            "ballot": things.numbers["ballot"],
            f"option-{things.numbers['option 0']}": "2",
            f"option-{things.numbers['option 1']}": "7",
        },
        {"slug": "voting"},
    ),
    "proposals.put_up": Deed(
        "organiser", lambda things: {"proposal": [things.proposal.number], "form_key": KEY}, {"p": "2"}
    ),
    "proposals.take_down": Deed("organiser", values={"slug": "voting", "number": "ballot"}),
    "declarations.import_read": Deed("organiser", _(text="1. Eine These. Sie steht hier.", shape="auto", form_key=KEY)),
    "declarations.import_change": Deed(
        "organiser", lambda things: {"act": "save", "version": things.numbers["import version"], "heading-1": "Anders"}
    ),
    "declarations.access": Deed("organiser", _(access="invited", voters="all")),
    "declarations.invite": Deed(
        "organiser", _(kind="link", role="participant", days="7", uses="3", form_key=KEY), status=200
    ),
    "declarations.revoke_invitation": Deed("organiser"),
    "declarations.enter_code": Deed("guest", lambda things: {"code": things.keys["invitation"]}),
    "declarations.invitation": Deed("stranger"),
    "declarations.phase": Deed("organiser", _(phase="voting")),
    "declarations.texts": Deed("organiser", _(publisher="Bündnis", summary="Worum es geht.", about="Ein *Absatz*.")),
    "declarations.plan": Deed("organiser", _(closed="2999-01-01")),
    "declarations.tables": Deed(
        "organiser", lambda _things: {"name": "Tisch 4", "day": str(today()), "form_key": KEY}, status=200
    ),
    "declarations.revoke_table": Deed("organiser"),
    "declarations.focus": Deed("organiser", _(thesis_1="2999-01-01")),
    "declarations.close_now": Deed("organiser"),
    "declarations.keep": Deed("organiser", _(archive="in"), {"slug": "closed"}),
    "declarations.as_pattern": Deed("organiser", _(title="Noch einmal", slug="noch-einmal")),
    "declarations.draft_link": Deed("organiser", _(days="7", form_key=KEY), {"slug": "drafted"}, status=200),
    "declarations.revoke_draft_link": Deed("organiser", values={"slug": "drafted"}),
    "declarations.own_labels": Deed("organiser", _(Kind_practice="Aus dem Alltag")),
    "declarations.ask_deletion": Deed("organiser", lambda things: {"address": things.declaration.slug}),
    "declarations.confirm_deletion": Deed("operator", values={"slug": "closed"}),
    "declarations.take_deletion_back": Deed("organiser", values={"slug": "closed"}),
    "editions.begin": Deed("organiser"),
    "editions.change_draft": Deed("organiser", _(act="note", note="Was sich ändert.", seen="")),
    "editions.draft_thesis": Deed("organiser", _draft(heading="Anders überschrieben"), {"t": 2}),
    "editions.new_thesis": Deed("organiser", _draft(heading="Neue These", source="Ein Absatz."), {"t": 2}),
    "editions.draft_paragraph": Deed("organiser", _draft(source="Ganz andere Worte."), {"t": 3, "p": 1}),
    "editions.new_paragraph": Deed("organiser", _draft(source="Noch ein Absatz."), {"t": 3, "p": 1}),
    "editions.move_paragraph": Deed("organiser", _draft(target="2-0"), {"t": 4, "p": 1}),
    "editions.pair_paragraph": Deed("organiser", _draft(target="0"), {"t": 3, "p": 1}),
    "editions.upload": Deed("organiser", _draft(text="1. Eine ganz andere These.", shape="auto")),
    "editions.adopt": Deed(
        "organiser",
        lambda things: {"adopt": [things.proposal.number], "version": things.numbers["draft version"]},
    ),
    "editions.discard": Deed("organiser", _draft()),
    "editions.publish": Deed("organiser", _draft(note="Nichts geändert."), status=422),
    "editions.correction": Deed(
        "organiser",
        lambda things: {
            "source": "Eine Inobhutnahme ist keine Dienstleistung. Sie braucht Menschn.",
            "reason": "Ein Buchstabe zu viel.",
            "seen": things.numbers["wording"],
        },
    ),
    "editions.accept_anchors": Deed("moderator", lambda things: {"edition": 2, "number": [things.numbers["waiting"]]}),
    "editions.anchor": Deed("moderator", _(edition=2, verdict="leave"), {"number": "waiting"}),
    "editions.outcome": Deed("organiser", _(outcome="in_review", form_key=KEY)),
    "editions.outcomes": Deed(
        "organiser", lambda things: {"outcome": "in_review", "number": [things.annotation.number], "form_key": KEY}
    ),
    "moderation.flag": Deed("guest", _(reason="attack", explanation="Zu scharf.", form_key=KEY)),
    "moderation.receipt": Deed("guest", _(explanation="Sehen Sie noch einmal hin.", form_key=KEY), status=303),
    "moderation.decide": Deed("moderator", _version(decision="hide", rule="1", reason=REASON)),
    "moderation.decide_many": Deed(
        "moderator",
        lambda things: {"decision": "publish", "case": f"{things.question.number}:{things.question.version}"},
    ),
    "moderation.letter": Deed("moderator", _(decision="hide", rule="1", reason=REASON), status=200),
    "moderation.undo": Deed("moderator", lambda things: {"decision": things.decision.id}),
    "moderation.handle": Deed("moderator", _(act="note", note="Ich sehe es mir an.", form_key=KEY)),
    "moderation.danger": Deed("moderator", _(steps=["nothing"], body="Bitte hinsehen.", form_key=KEY)),
    "moderation.respond": Deed(
        "moderator", _(kind="information", body="Danke für den Hinweis.", form_key=KEY), {"number": "question"}
    ),
    "moderation.move": Deed(
        "moderator",
        lambda things: {"version": things.annotation.version, "target": things.keys["place"], "reason": REASON},
    ),
    "moderation.bundle": Deed(
        "moderator", lambda things: {"pick": [f"{things.numbers['alike']}:{things.numbers['alike version']}"]}
    ),
    "moderation.unbundle": Deed("moderator"),
    "moderation.close": Deed(
        "moderator",
        lambda things: {
            "version": things.annotation.version,
            "body": f"So steht das Gespräch, siehe {things.annotation.label}.",
        },
    ),
    "moderation.leave": Deed("author"),
    "moderation.messages": Deed("author", _(body="Eine Frage dazu.", form_key=KEY)),
    "moderation.object_to": Deed("author", _(explanation="Ich sehe das anders.", form_key=KEY), {"number": "hidden"}),
    "moderation.object_to_measure": Deed("author", _(explanation="Ich sehe das anders.", form_key=KEY)),
    "moderation.objection": Deed(
        "second", _(verdict="rejected", reason="Es bleibt dabei, leider."), {"number": "objection"}
    ),
    "moderation.author": Deed(
        "moderator", _(kind="warn", rule="1", reason=REASON, form_key=KEY), {"number": "question"}
    ),
    "moderation.member": Deed("organiser", _(act="give", role="moderator")),
    "moderation.restrain_member": Deed("organiser", _(kind="pause", days="3", rule="1", reason=REASON, form_key=KEY)),
    "moderation.own_role": Deed("moderator", _(role="moderator")),
    "moderation.lift": Deed("moderator", _(reason="War ein Irrtum.")),
    "moderation.new_block": Deed("moderator", _(purpose="reason", title="Neu", body="Neue Worte.")),
    "moderation.block": Deed(
        "moderator",
        lambda things: {
            "purpose": "reason",
            "title": "Eigen",
            "body": "Andere Worte.",
            "seen": things.keys["block seen"],
        },
    ),
    "moderation.move_block": Deed("moderator", _(to="up")),
    "moderation.remove_block": Deed("moderator"),
    "moderation.edit_rules": Deed(
        "organiser", _(line="Bleiben Sie bei der Sache.", heading_1="Zur Sache", explanation_1="So.", version="1")
    ),
    "moderation.settings": Deed("organiser", _(policy="all", employers="")),
    "moderation.team": Deed("moderator", lambda things: {"duty": things.keys["duty"]}),
    "moderation.own": Deed("moderator", _(name="M. Ohlsen")),
    "moderation.keys": Deed("moderator", _(keys="on")),
    "pages.new_page": Deed("organiser", _(title="Programm", place="tagung", body="# Vormittag\n\nBegrüßung.", shown="y")),
    "pages.file_desk": Deed("organiser", lambda _things: {"file": (Again(DOT), "neu.png"), "description": "Ein Punkt"}),
    "pages.edit_file": Deed("organiser", _(description="Ein Plan von oben")),
    "pages.site_file_desk": Deed("operator", lambda _things: {"file": (Again(DOT), "neu.png"), "description": "Ein Punkt"}),
    "pages.edit_site_file": Deed("operator", _(description="Ein Haus von vorn")),
    "pages.new_site_page": Deed("operator", _(title="Beirat", place="beirat", body="Wer.", shown="y")),
    "pages.edit_site_page": Deed("operator", _(title="Hilfe", body="Andere Worte.", shown="y", seen="2")),
    "pages.edit_page": Deed(
        "organiser", _(title="Fragen", body="Andere Worte.", shown="y", seen="1"), {"address": "haeufige-fragen"}
    ),
    "pages.new_event": Deed("organiser", _(title="Nachtreffen", first_on="2999-01-01")),
    "pages.edit_event": Deed(
        "organiser",
        lambda things: {"title": "Tagung", "first_on": str(today()), "shown": "y", "seen": things.keys["event seen"]},
        {"address": "fachtagung"},
    ),
    "pages.new_item": Deed("organiser", _(title="Pause", starts_at="12:00", form_key=KEY), {"address": "fachtagung"}),
    "pages.edit_item": Deed(
        "organiser",
        lambda things: {"title": "Anderer Vortrag", "starts_at": "10:30", "seen": things.keys["item seen"]},
        {"address": "fachtagung", "item": "event item"},
    ),
    "pages.move_event_item": Deed("organiser", _(to="down"), {"address": "fachtagung", "item": "event item"}),
    "pages.remove_event_item": Deed("organiser", values={"address": "fachtagung", "item": "event item"}),
    "pages.edit_signs": Deed("organiser", _(act="away"), {"key": "thesis-3"}),
    "declarations.edit_easy": Deed("organiser", _(about="Hier geht es um Arbeit.\nUnd um Computer.")),
    "declarations.edit_easy_thesis": Deed(
        "organiser",
        _(heading="Schutz"),
    ),
    "declarations.new_term": Deed("organiser", _(name="Beratung", forms="Beratungen", explanation="Reden und entscheiden.")),
    "declarations.edit_term": Deed(
        "organiser", _(name="Inobhutnahme", explanation="Andere Worte.", seen="1"), {"number": "term"}
    ),
    # Rooms and paper.
    "meetings.table": Deed(
        "guest",
        lambda things: {
            "place": f"3-1:{things.numbers['wording']}", "present": "7",
            "carry": "4", "change": "1", "against": "1", "unclear": "1",
            "kind_1": "practice", "body_1": "Bei uns fehlt Zeit.", "action": "send", "form_key": KEY,
        },
    ),
    "meetings.undo": Deed("guest", values={"number": "protocol"}),
    "meetings.enter_paper": Deed("organiser", _(pasted="Stelle;Art;Text;Herkunft\n3.1;Frage;Wer zahlt das?;Bogen 12\n")),
    # Surveys.
    "surveys.new": Deed("organiser", _(title="Eine Umfrage", form_key=KEY)),
    "surveys.bring_in": Deed(
        "organiser",
        _(title="Früher", source="Bericht", period="2021", took_part="12", form_key=KEY,
          pasted="Frage;Antwort;Anzahl\nX?;ja;7\nX?;nein;5\n"),
    ),
    "surveys.frame": Deed("organiser", _(title="Anders", entry="everybody", asked_people="12"), {"number": "draft survey"}),
    "surveys.new_question": Deed(
        "organiser", _(sort="single", words="Und dann?", answers="Ja\nNein", form_key=KEY), {"number": "draft survey"}
    ),
    "surveys.question": Deed(
        "organiser", _(sort="single", words="Anders?", answers="Ja\nNein", version="1"),
        {"number": "draft survey", "item": "draft item"},
    ),
    "surveys.move_question": Deed("organiser", _(to="down"), {"number": "draft survey", "item": "draft item"}),
    "surveys.remove_question": Deed("organiser", values={"number": "draft survey", "item": "draft item"}),
    "surveys.cite": Deed("organiser", _(thesis="3"), {"number": "over survey", "item": "over item"}),
    "surveys.change_state": Deed("organiser", _(act="open"), {"number": "draft survey"}),
    "surveys.codes": Deed("organiser", _(amount="3", form_key=KEY), {"number": "coded survey"}, status=200),
    "surveys.texts": Deed(
        "moderator", lambda things: {"text": things.numbers["survey text"], "act": "show"}, {"number": "over survey"}
    ),
    "surveys.begin": Deed("guest", _(act="begin", form_key=KEY), {"number": "open survey"}),
    "surveys.fill": Deed("guest", _(answer="1", go="next"), {"number": "open survey", "q": 1}),
    "surveys.later": Deed("guest", values={"number": "open survey"}),
    "surveys.send": Deed("guest", values={"number": "open survey"}),
    # The report.
    "reports.draft": Deed(
        "author", lambda things: {"annotation": things.annotation.number, "body": "Der Dienst fehlt.", "form_key": KEY}
    ),
    "reports.show_draft": Deed("organiser", _(shown="no")),
    "reports.new_sentence": Deed(
        "organiser", lambda things: {"text": "Viele sagen es.", "evidence": things.annotation.label, "form_key": KEY}
    ),
    "reports.sentence": Deed(
        "organiser", lambda things: {"text": "Anders gesagt.", "is_framing": "y", "version": 1}, {"number": "sentence"}
    ),
    "reports.move_sentence": Deed("organiser", _(to="up"), {"number": "sentence"}),
    "reports.remove_sentence": Deed("organiser", _(version=1), {"number": "sentence"}),
    "reports.restore_sentence": Deed("organiser", values={"number": "removed"}),
    "reports.point": Deed("organiser", _(state="taken", answer="Danke.", seen="open"), {"number": "point"}),
    "reports.publish": Deed("operator", lambda things: {"version": things.numbers["report version"], "note": "Ein Wort."}),
    "results.cancel_export": Deed("organiser"),
    # --- the door for programs ---
    "accounts.new_token": Deed(
        "author", lambda _things: {"label": "Auswertung", "scopes": ["read"], "ends_on": today().isoformat(), "form_key": KEY},
        status=200,
    ),
    "accounts.revoke_token": Deed("author"),
    "webhooks.index": Deed(
        "organiser",
        lambda _things: {"url": "https://example.org/neu", "events": ["phase.changed"], "form_key": KEY},
        status=200,
    ),
    "webhooks.test": Deed("organiser"),
    "webhooks.revoke": Deed("organiser"),
}

# What stands in addresses of pages that are only read, where it is not about the annotation.
VALUES: dict[str, dict[str, Any]] = {
    "static": {"filename": "favicon.svg"},
    "asset": {"name": "asset"},
    "pages.short_address": {"code": "short"},
    "editions.preview": {"key": "draft"},
    "declarations.shown_draft": {"slug": "drafted"},
    "site.settings": {"group": "site"},
    "site.step": {"step": "privacy"},
    "site.own_step": {"step": "rules"},
    "editions.redline": {"file_format": "html"},
    "editions.show": {"number": 1},
    "editions.anchor": {"number": "waiting"},
    "proposals.place": {"p": "2"},
    "results.download": {"file_format": "csv"},
    "reports.file": {"file_format": "docx"},
    "results.snapshot": {"number": 1},
    "results.snapshot_file": {"number": 1},
    "moderation.own_decision": {"number": "hidden"},
    "reports.issue": {"number": 1},
    "meetings.room": {"p": "1"},
    "pages.own_page": {"address": "haeufige-fragen"},
    "pages.own_page_easy": {"address": "haeufige-fragen"},
    "pages.site_page": {"address": "sicher-mitmachen"},
    "pages.site_page_easy": {"address": "hilfe"},
    "pages.site_page_editions": {"address": "hilfe"},
    "pages.file": {"name": "plan.png"},
    "pages.edit_file": {"name": "plan.png"},
    "pages.site_file": {"name": "haus.png"},
    "pages.edit_site_file": {"name": "haus.png"},
    "pages.new_site_page": {"language": "de"},
    "pages.edit_site_page": {"language": "de", "address": "hilfe"},
    "pages.own_page_editions": {"address": "haeufige-fragen"},
    "pages.event": {"address": "fachtagung"},
    "pages.event_calendar": {"address": "fachtagung"},
    "pages.event_editions": {"address": "fachtagung"},
    "surveys.show": {"number": "open survey"},
    "surveys.desk": {"number": "draft survey"},
    "surveys.preview": {"number": "draft survey", "q": 1},
    "surveys.done": {"number": "open survey"},
    "surveys.results": {"number": "over survey"},
    "surveys.file": {"number": "over survey", "name": "results", "file_format": "csv"},
    "surveys.data": {"number": "over survey", "file_format": "csv"},
    "moderation.report_csv": {"year": "year"},
    "moderation.report_json": {"year": "year"},
}
KEYS = {"declarations": "import", "editions": "draft", "accounts": "passkey", "results": "export"}
QUERIES = {"editions.redline": "?from=1&to=2", "editions.changes": "?from=1&to=2", "reports.changes": "?from=1&to=2"}


def values_of(endpoint: str, things: Things) -> dict[str, Any]:
    """What to put into the address of a page for it to be about these things."""
    prefix = endpoint.partition(".")[0]
    found: dict[str, Any] = {
        "slug": things.declaration.slug,
        "number": things.annotation.number,
        "t": "3",
        "p": "1",
        "key": things.keys[KEYS.get(prefix, "block")],
        "token": things.keys["token"],
        "measure_id": things.measure.id,
        "name": things.keys["asset"],
        "code": f"{things.declaration.slug}-3-1",
        "year": things.numbers["year"],
    }
    for name, what in (
        ("key", "moderation.receipt"),
        ("key", "declarations.revoke_invitation"),
        ("key", "declarations.revoke_table"),
        ("token", "meetings.table"),
        ("token", "meetings.undo"),
        ("key", "moderation.member"),
        ("key", "moderation.restrain_member"),
        ("key", "accounts.revoke_token"),
        ("key", "webhooks.test"),
        ("key", "webhooks.revoke"),
        ("token", "declarations.invitation"),
        ("token", "declarations.shown_draft"),
        ("token", "accounts.email_confirm"),
        ("token", "accounts.email_stop"),
        ("token", "following.confirm"),
        ("token", "following.manage"),
        ("token", "following.leave"),
        ("token", "following.mails"),
        ("token", "following.stop"),
        ("token", "feeds.secret"),
        ("token", "feeds.mine"),
        ("token", "site.first_account"),
        ("token", "site.barrier_reported"),
    ):
        if endpoint == what:
            found[name] = things.keys[what.rpartition(".")[2]]
    given = {**VALUES.get(endpoint, {}), **(DEEDS[endpoint].values if endpoint in DEEDS else {})}
    named = {
        ("slug", "voting"): things.voting.slug,
        ("slug", "closed"): things.closed.slug,
        ("slug", "drafted"): things.drafted.slug,
        ("number", "proposal"): things.proposal.number,
        ("number", "question"): things.question.number,
        ("number", "hidden"): things.hidden.number,
        ("number", "objection"): things.objection.id,
        ("key", "draft"): things.keys["draft"],
    }
    found |= {name: named.get((name, value), found.get(name, value) if value in ("asset", "short", "year") else value)
              for name, value in given.items()}  # fmt: skip
    for name in found.keys() & {"number", "item"}:
        found[name] = things.numbers.get(found[name], found[name])
    return found


def address(app: Flask, rule: Rule, values: dict[str, Any]) -> str:
    """The address of a rule with these values; converters make them fit."""
    adapter = app.url_map.bind("localhost")
    wanted = {name: values[name] for name in rule.arguments}
    return adapter.build(rule.endpoint, wanted, force_external=False) + QUERIES.get(rule.endpoint, "")


def absent(endpoint: str, rule: Rule, things: Things) -> list[dict[str, Any]]:
    """The same with one thing that does not exist: each part of the address in turn."""
    values = values_of(endpoint, things)
    nothing: dict[str, Any] = {
        "slug": "gibt-es-nicht",
        "number": ABSENT,
        "t": "999",
        "p": "999",
        "key": "f" * 32,
        "token": "f" * 43,
        "measure_id": ABSENT,
        "name": "nichts.css",
        "filename": "nichts.css",
        "code": "gibt-es-nicht-9-9",
        "year": 1999,
        "file_format": "exe",
        "group": "gibt-es-nicht",
        "step": "gibt-es-nicht",
        "item": ABSENT,
        "address": "gibt-es-nicht",
        "language": "xx",
        "q": 999,
    }
    # Who may work there is told that somebody took the place or the block away meanwhile.
    gone = {"t", "p"} if "/editions/draft/" in rule.rule else {"key"} if "/blocks/" in rule.rule else set()
    return [values | {name: nothing[name]} for name in sorted(rule.arguments - gone)]


def rules_with(app: Flask, method: str) -> list[Rule]:
    """Every page that takes this method, in a fixed order. What programs ask for has its own matrix (tests/api)."""
    pages = [rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith("api.")]
    found = [rule for rule in pages if method in (rule.methods or ())]
    return sorted(found, key=lambda rule: (rule.endpoint, rule.rule))


def own_address(stage: Stage, rule: Rule) -> str:
    return address(stage.app, rule, values_of(rule.endpoint, stage.own))
