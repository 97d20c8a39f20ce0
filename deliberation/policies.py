"""Who is let in where: one line for every page, to be reviewed without reading code. No line, no start.

The door is watched here, before a page is asked for: a guest is sent to sign in and finds the place again. What stands
under `needs` and `to_write` is asked once more by the verb that does it (`permissions.PERMISSIONS`), about the thing the
address names; addresses below `/d/<slug>` and `/a/<number>` also ask READ, and whatever that hides looks absent.
"""

from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Any

from flask import Flask, abort, current_app, redirect, request
from werkzeug.exceptions import HTTPException

from deliberation import kept
from deliberation.door import FROM_ANYWHERE
from deliberation.permissions import NotAllowed, Permission
from deliberation.urls import sign_in_url
from deliberation.web import csrf, is_half_signed_in, require_proof, viewer


class Door(Enum):
    """Whom the edge lets through at all."""

    PUBLIC = "everybody"
    SIGNED_IN = "everybody who is signed in"
    HALF = "whoever gave the first of two proofs, and everybody who is signed in"
    OPERATOR = "the operator"
    SECRET = "whoever knows the secret in the address"
    TOKEN = "programs: what guests may read, and with a personal token what its owner may do"


class Twice(Enum):
    """Why the same form sent a second time makes nothing a second time."""

    NOTHING = "it stores nothing"
    KEY = "the form carries a key with a unique index; the second sending answers like the first"
    ONE = "there can be only one: one vote, stance, draft for a person or place"
    STATE = "it says how things shall be, and they are so already"
    VERSION = "it names the state it was made for; that one is past, or what was wanted stands there already"
    ONCE = "the code, link or challenge in it is good once"
    LIMIT = "each sending mails a new code, so often in a quarter of an hour"
    STEP = "it moves something that exists by one place"
    REPLACE = "it puts something new in place of what there was; the last sending holds"


PUBLIC, SIGNED_IN, HALF, OPERATOR, SECRET, TOKEN = Door
NOTHING, KEY, ONE, STATE, VERSION, ONCE, LIMIT, STEP, REPLACE = Twice
P = Permission


@dataclass(frozen=True)
class Policy:
    """One line of the table."""

    door: Door
    # Who is meant, in words.
    who: str
    # Asked about what the address names; `to_write` of a form that is sent, on top.
    needs: Permission | None = None
    to_write: Permission | None = None
    # For every page that takes a form.
    twice: Twice | None = None
    # Whether the person must have said within half an hour who she is.
    proof: bool = False
    # Whether everybody may look, and whoever sends the form signs in first.
    account_to_write: bool = False
    # Whether what a guest wrote is kept for her while she signs in.
    keeps_draft: bool = False
    # Whether the secret in the address stands in for the form's own token: programs of mail services send it, without a
    # cookie and from anywhere (RFC 8058). Whoever could forge the request knows the secret, and may do the same.
    one_click: bool = False
    # Whether the page is kept for readers without an account (`kept.py`): it shows no table that `revisions.UNSEEN` names, and
    # nothing that changes with the hour.
    kept: bool = False


POLICIES: dict[str, Policy] = {
    # --- everything around it ---
    "asset": Policy(PUBLIC, "everybody"),
    "static": Policy(PUBLIC, "everybody"),
    "pages.shelf": Policy(PUBLIC, "everybody; each sees the declarations open to her"),
    "pages.imprint": Policy(PUBLIC, "everybody"),
    "pages.privacy": Policy(PUBLIC, "everybody"),
    "pages.accessibility": Policy(PUBLIC, "everybody"),
    "pages.rules": Policy(PUBLIC, "everybody"),
    "pages.counting": Policy(PUBLIC, "everybody"),
    "pages.language": Policy(PUBLIC, "everybody, for herself", twice=STATE),
    "pages.short_address": Policy(PUBLIC, "everybody"),
    "pages.own_page": Policy(PUBLIC, "everybody; what is not shown for organisers", P.READ, kept=True),
    "pages.own_page_editions": Policy(PUBLIC, "everybody; what is not shown for organisers", P.READ),
    "pages.own_pages": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_PAGES),
    "pages.new_page": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_PAGES, twice=ONE),
    "pages.edit_page": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_PAGES, twice=VERSION),
    "pages.own_page_easy": Policy(PUBLIC, "everybody; what is not shown for organisers", P.READ),
    "pages.announcements": Policy(PUBLIC, "everybody", P.READ),
    "pages.file": Policy(PUBLIC, "everybody who reads a page that leads to it; organisers", P.READ),
    "pages.file_desk": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_PAGES, twice=ONE),
    "pages.edit_file": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_PAGES, twice=STATE),
    "pages.site_index": Policy(PUBLIC, "everybody"),
    "pages.site_page": Policy(PUBLIC, "everybody; with gaps or not shown, the operator"),
    "pages.site_page_easy": Policy(PUBLIC, "everybody; with gaps or not shown, the operator"),
    "pages.site_page_editions": Policy(PUBLIC, "everybody; with gaps or not shown, the operator"),
    "pages.site_file": Policy(PUBLIC, "everybody, where a page leads to it; the operator"),
    "pages.site_pages": Policy(OPERATOR, "the operator", P.RUN_SITE),
    "pages.new_site_page": Policy(OPERATOR, "the operator", P.RUN_SITE, twice=ONE),
    "pages.edit_site_page": Policy(OPERATOR, "the operator", P.RUN_SITE, twice=VERSION),
    "pages.site_file_desk": Policy(OPERATOR, "the operator", P.RUN_SITE, twice=ONE),
    "pages.edit_site_file": Policy(OPERATOR, "the operator", P.RUN_SITE, twice=STATE),
    "pages.event_list": Policy(PUBLIC, "everybody; what is not shown for organisers", P.READ),
    "pages.event": Policy(PUBLIC, "everybody; what is not shown for organisers", P.READ),
    "pages.event_calendar": Policy(PUBLIC, "everybody; what is not shown for organisers", P.READ),
    "pages.event_editions": Policy(PUBLIC, "everybody; what is not shown for organisers", P.READ),
    "pages.own_events": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_PAGES),
    "pages.new_event": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_PAGES, twice=ONE),
    "pages.edit_event": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_PAGES, twice=VERSION),
    "pages.new_item": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_PAGES, twice=KEY),
    "pages.edit_item": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_PAGES, twice=VERSION),
    "pages.move_event_item": Policy(SIGNED_IN, "organisers, the operator", to_write=P.EDIT_PAGES, twice=STEP),
    "pages.remove_event_item": Policy(SIGNED_IN, "organisers, the operator", to_write=P.EDIT_PAGES, twice=STATE),
    "pages.signs": Policy(PUBLIC, "everybody", P.READ),
    "pages.signs_thesis": Policy(PUBLIC, "everybody", P.READ),
    "pages.own_signs": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_PAGES),
    "pages.edit_signs": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_PAGES, twice=STATE),
    "pages.embed": Policy(PUBLIC, "everybody, in frames of other sites too; only what everybody may read", P.FOLLOW),
    "pages.embedding": Policy(PUBLIC, "everybody", P.READ),
    "pages.healthz": Policy(PUBLIC, "everybody"),
    "pages.readyz": Policy(PUBLIC, "everybody"),
    "pages.security_txt": Policy(PUBLIC, "everybody"),
    "pages.robots_txt": Policy(PUBLIC, "everybody"),
    "pages.sitemap": Policy(PUBLIC, "everybody; only what everybody may read"),
    # --- accounts ---
    "accounts.register": Policy(PUBLIC, "everybody", twice=LIMIT),
    "accounts.login": Policy(PUBLIC, "everybody", twice=LIMIT),
    "accounts.code": Policy(PUBLIC, "the browser that asked for the code", twice=ONCE),
    "accounts.link": Policy(SECRET, "whoever was mailed the link", twice=ONCE),
    "accounts.second": Policy(HALF, "the person, between the first proof and the second", twice=ONCE),
    "accounts.prove": Policy(SIGNED_IN, "the person, who says once more who she is", twice=LIMIT),
    "accounts.logout": Policy(PUBLIC, "everybody, for herself", twice=STATE),
    "accounts.password": Policy(SIGNED_IN, "the person, with the present password", twice=STATE),
    "accounts.language": Policy(SIGNED_IN, "the person", twice=STATE),
    "accounts.confirm": Policy(SIGNED_IN, "the person, about her address", twice=LIMIT),
    "accounts.own_sessions": Policy(SIGNED_IN, "the person"),
    "accounts.end_session": Policy(SIGNED_IN, "the person, about her own devices", twice=STATE),
    "accounts.email": Policy(SIGNED_IN, "the person", twice=LIMIT, proof=True),
    "accounts.email_confirm": Policy(SECRET, "whoever was mailed the link at the new address", twice=ONCE),
    "accounts.email_stop": Policy(SECRET, "whoever was mailed the link at the old address", twice=ONCE),
    "accounts.second_settings": Policy(SIGNED_IN, "the person"),
    "accounts.second_app": Policy(SIGNED_IN, "the person", twice=ONCE, proof=True),
    "accounts.second_app_remove": Policy(SIGNED_IN, "the person", twice=STATE, proof=True),
    "accounts.passkey": Policy(SIGNED_IN, "the person", twice=ONCE, proof=True),
    "accounts.passkey_remove": Policy(SIGNED_IN, "the person, about her own passkeys", twice=STATE, proof=True),
    "accounts.recovery_codes": Policy(SIGNED_IN, "the person", twice=REPLACE, proof=True),
    # --- own data, and what the operator answers for ---
    "privacy.own": Policy(SIGNED_IN, "the person", P.LEAVE),
    "privacy.own_statement": Policy(SIGNED_IN, "the person, where she takes part", P.READ),
    "privacy.own_notes": Policy(SIGNED_IN, "the person"),
    "privacy.note": Policy(SIGNED_IN, "the person, for herself alone", P.READ, twice=ONE),
    "accounts.mail_settings": Policy(SIGNED_IN, "the person", twice=STATE),
    # --- told by mail or feed, without an account ---
    "following.follow": Policy(PUBLIC, "everybody; the answer never says whether an address is known", twice=LIMIT),
    "following.asked": Policy(PUBLIC, "everybody"),
    "following.confirm": Policy(SECRET, "whoever was mailed the link", twice=STATE),
    "following.manage": Policy(SECRET, "whoever was mailed the link", twice=STATE),
    "following.leave": Policy(SECRET, "whoever was mailed the link; mail services, for them", twice=STATE, one_click=True),
    "following.mails": Policy(SECRET, "whoever was mailed the link, about how often alone", twice=STATE),
    "following.stop": Policy(SECRET, "whoever was mailed the link; mail services, for them", twice=STATE, one_click=True),
    "feeds.declaration": Policy(PUBLIC, "everybody; only what everybody may read", P.FOLLOW),
    "feeds.thesis": Policy(PUBLIC, "everybody; only what everybody may read", P.FOLLOW),
    "feeds.own": Policy(SIGNED_IN, "the person", P.CHOOSE_MAILS, twice=REPLACE),
    "feeds.secret": Policy(SECRET, "whoever was given the address, what the person may read in public"),
    "feeds.mine": Policy(SECRET, "whoever was given the address, what the person may read in public"),
    "privacy.read": Policy(SIGNED_IN, "the person", P.LEAVE, proof=True),
    "privacy.file": Policy(SIGNED_IN, "the person", P.LEAVE, proof=True),
    "privacy.leave": Policy(SIGNED_IN, "the person", P.LEAVE, twice=STATE, proof=True),
    "privacy.left": Policy(PUBLIC, "everybody"),
    "privacy.consents": Policy(OPERATOR, "the operator; each look is noted", P.SEE_OPERATION),
    "privacy.processing": Policy(OPERATOR, "the operator", P.SEE_OPERATION),
    "privacy.forgotten": Policy(OPERATOR, "the operator", P.SEE_OPERATION),
    "privacy.looks": Policy(OPERATOR, "the operator", P.SEE_OPERATION),
    "privacy.periods": Policy(OPERATOR, "the operator", P.SEE_OPERATION, twice=STATE, proof=True),
    "privacy.address": Policy(
        OPERATOR, "the operator, with a reason; the person is told", P.OPEN_ADDRESS, twice=STATE, proof=True
    ),
    # --- running the site ---
    "site.hub": Policy(OPERATOR, "the operator", P.SEE_OPERATION),
    "site.settings": Policy(OPERATOR, "the operator", P.RUN_SITE, twice=STATE, proof=True),
    "site.mail": Policy(OPERATOR, "the operator, to her own address", P.RUN_SITE, twice=REPLACE),
    "site.jobs": Policy(OPERATOR, "the operator; addresses are masked", P.SEE_OPERATION),
    "site.handle_mail": Policy(OPERATOR, "the operator", to_write=P.RUN_SITE, twice=STATE),
    "site.storage": Policy(OPERATOR, "the operator", P.SEE_OPERATION),
    "site.versions": Policy(OPERATOR, "the operator", P.SEE_OPERATION),
    "site.health": Policy(OPERATOR, "the operator", P.SEE_OPERATION),
    "site.report_barrier": Policy(PUBLIC, "everybody, without an account", to_write=P.REPORT_BARRIER, twice=KEY),
    "site.barrier_reported": Policy(SECRET, "whoever sent it"),
    "site.barriers": Policy(OPERATOR, "the operator", P.SEE_OPERATION),
    "site.barrier": Policy(OPERATOR, "the operator", P.SEE_OPERATION, P.RUN_SITE, STATE),
    "site.discard_barrier": Policy(OPERATOR, "the operator", to_write=P.RUN_SITE, twice=STATE),
    "site.start": Policy(OPERATOR, "the operator", P.SEE_OPERATION),
    "site.step": Policy(OPERATOR, "the operator", P.RUN_SITE, twice=STATE, proof=True),
    "site.first_account": Policy(SECRET, "whoever reads the terminal, while nobody runs the site", twice=ONCE),
    "site.own_start": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS),
    "site.own_step": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS, twice=STATE),
    "pages.change_password": Policy(PUBLIC, "everybody; leads to the person's own page"),
    # --- reading and writing ---
    "declarations.landing": Policy(PUBLIC, "everybody", kept=True),
    "declarations.whole_text": Policy(PUBLIC, "everybody", kept=True),
    "annotations.thesis": Policy(PUBLIC, "everybody", kept=True),
    "annotations.paragraph": Policy(PUBLIC, "everybody", kept=True),
    "annotations.show": Policy(PUBLIC, "everybody; hidden words for author and moderators", kept=True),
    "annotations.history": Policy(PUBLIC, "whoever may read the present words", P.READ_ANNOTATION),
    "annotations.wording": Policy(PUBLIC, "everybody"),
    "annotations.whats_new": Policy(PUBLIC, "everybody"),
    "search.show": Policy(PUBLIC, "everybody", P.READ),
    "annotations.all_read": Policy(SIGNED_IN, "the person, for herself", twice=STATE),
    "annotations.compose": Policy(PUBLIC, "everybody; a guest signs in before it is sent"),
    "annotations.create": Policy(
        PUBLIC, "everybody; a guest signs in before it is sent", to_write=P.ANNOTATE, twice=KEY, keeps_draft=True
    ),
    "annotations.check": Policy(PUBLIC, "whoever wrote the draft"),
    "annotations.reply": Policy(
        PUBLIC, "everybody; a guest signs in before it is sent", to_write=P.REPLY, twice=KEY, keeps_draft=True
    ),
    "annotations.check_reply": Policy(PUBLIC, "whoever wrote the draft"),
    "annotations.edit": Policy(SIGNED_IN, "the author", P.EDIT, twice=STATE),
    "annotations.withdraw_page": Policy(SIGNED_IN, "the author", P.WITHDRAW, twice=STATE),
    "annotations.vote": Policy(SIGNED_IN, "everybody but author and moderators", to_write=P.VOTE, twice=ONE),
    "annotations.stance": Policy(SIGNED_IN, "everybody but moderators", to_write=P.TAKE_STANCE, twice=ONE),
    "annotations.past_stance": Policy(SIGNED_IN, "everybody but moderators", to_write=P.TAKE_STANCE, twice=ONE),
    "annotations.own_stances": Policy(SIGNED_IN, "the person", P.TAKE_STANCE),
    "annotations.me": Policy(SIGNED_IN, "the person"),
    "annotations.own_drafts": Policy(SIGNED_IN, "the person"),
    "annotations.own_standpoints": Policy(SIGNED_IN, "the person"),
    # --- rival wordings ---
    "proposals.place": Policy(PUBLIC, "everybody"),
    "proposals.cosign": Policy(SIGNED_IN, "everybody but author and moderators", to_write=P.COSIGN, twice=ONE),
    "proposals.closing": Policy(PUBLIC, "everybody"),
    "proposals.rate": Policy(SIGNED_IN, "everybody but moderators", to_write=P.RATE, twice=ONE),
    "proposals.put_up": Policy(SIGNED_IN, "organisers, the operator", to_write=P.PREPARE_BALLOT, twice=KEY),
    "proposals.take_down": Policy(SIGNED_IN, "organisers, the operator", to_write=P.PREPARE_BALLOT, twice=STATE),
    # --- surveys ---
    "surveys.index": Policy(PUBLIC, "everybody; drafts for organisers", P.READ),
    "surveys.show": Policy(PUBLIC, "everybody; drafts for organisers"),
    "surveys.begin": Policy(PUBLIC, "everybody, without an account", P.ANSWER_SURVEY, twice=KEY),
    "surveys.fill": Policy(PUBLIC, "whoever began", P.ANSWER_SURVEY, twice=STATE),
    "surveys.later": Policy(PUBLIC, "whoever began, in this browser", twice=STATE),
    "surveys.send": Policy(PUBLIC, "whoever began", P.ANSWER_SURVEY, twice=STATE),
    "surveys.done": Policy(PUBLIC, "everybody"),
    "surveys.results": Policy(PUBLIC, "everybody once they are published; the team before", P.READ_SURVEY_RESULTS),
    "surveys.file": Policy(PUBLIC, "everybody once they are published; the team before", P.READ_SURVEY_RESULTS),
    "surveys.data": Policy(SIGNED_IN, "organisers, the operator", P.TAKE_SURVEY_DATA),
    "surveys.new": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_SURVEY, twice=KEY),
    "surveys.bring_in": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_SURVEY, twice=KEY),
    "surveys.desk": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_SURVEY),
    "surveys.frame": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_SURVEY, twice=STATE),
    "surveys.new_question": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_SURVEY, twice=KEY),
    "surveys.question": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_SURVEY, twice=VERSION),
    "surveys.move_question": Policy(SIGNED_IN, "organisers, the operator", to_write=P.EDIT_SURVEY, twice=STEP),
    "surveys.remove_question": Policy(SIGNED_IN, "organisers, the operator", to_write=P.EDIT_SURVEY, twice=STATE),
    "surveys.cite": Policy(SIGNED_IN, "organisers, the operator", to_write=P.EDIT_SURVEY, twice=STATE),
    "surveys.change_state": Policy(SIGNED_IN, "organisers, the operator", to_write=P.EDIT_SURVEY, twice=STATE),
    "surveys.codes": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_SURVEY, twice=KEY),
    "surveys.texts": Policy(SIGNED_IN, "moderators, organisers, the operator", P.REVIEW_SURVEY_TEXTS, twice=STATE),
    "surveys.preview": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_SURVEY),
    # --- bringing a text in ---
    "declarations.import_upload": Policy(SIGNED_IN, "organisers, the operator", P.CREATE_DECLARATION),
    "declarations.import_read": Policy(SIGNED_IN, "organisers, the operator", to_write=P.CREATE_DECLARATION, twice=KEY),
    "declarations.import_preview": Policy(SIGNED_IN, "whoever brought it in", P.CREATE_DECLARATION),
    "declarations.import_change": Policy(
        SIGNED_IN, "whoever brought it in", to_write=P.CREATE_DECLARATION, twice=VERSION
    ),
    "declarations.easy": Policy(PUBLIC, "everybody", P.READ),
    "declarations.easy_thesis": Policy(PUBLIC, "everybody", P.READ),
    "declarations.edit_easy": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS, twice=STATE),
    "declarations.edit_easy_thesis": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS, twice=STATE),
    "declarations.easy_before": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS),
    "declarations.easy_thesis_before": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS),
    "declarations.glossary": Policy(PUBLIC, "everybody", P.READ),
    "declarations.edit_glossary": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_PAGES),
    "declarations.new_term": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_PAGES, twice=ONE),
    "declarations.edit_term": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_PAGES, twice=VERSION),
    "declarations.office": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS),
    "declarations.texts": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS, twice=STATE),
    "declarations.plan": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS, twice=STATE),
    "declarations.focus": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS, twice=STATE),
    "declarations.phase": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS, twice=STATE),
    "declarations.access": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS, twice=STATE),
    "declarations.close": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS),
    "declarations.close_now": Policy(SIGNED_IN, "organisers, the operator", to_write=P.CHANGE_SETTINGS, twice=STATE),
    "declarations.keep": Policy(
        SIGNED_IN, "organisers, the operator, once it is over", to_write=P.ARCHIVE, twice=STATE
    ),
    "declarations.as_pattern": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS, twice=ONE),
    "declarations.ask_deletion": Policy(
        SIGNED_IN, "organisers; the operator looks", P.CHANGE_SETTINGS, P.ASK_DELETION, ONE, proof=True
    ),
    "declarations.confirm_deletion": Policy(
        SIGNED_IN, "another organiser than who asked, or the operator", to_write=P.CONFIRM_DELETION, twice=STATE, proof=True
    ),
    "declarations.take_deletion_back": Policy(SIGNED_IN, "organisers, the operator", to_write=P.CHANGE_SETTINGS, twice=STATE),
    "declarations.draft_link": Policy(SIGNED_IN, "organisers, the operator, of a draft", P.SHOW_DRAFT, twice=STATE),
    "declarations.revoke_draft_link": Policy(SIGNED_IN, "organisers, the operator", to_write=P.SHOW_DRAFT, twice=STATE),
    "declarations.tables": Policy(SIGNED_IN, "organisers, the operator", P.INVITE, twice=KEY),
    "declarations.revoke_table": Policy(SIGNED_IN, "organisers, the operator", to_write=P.INVITE, twice=STATE),
    "meetings.table": Policy(SECRET, "whoever leads that table, on its day", twice=KEY),
    "meetings.undo": Policy(SECRET, "whoever leads that table, on its day", twice=STATE),
    "meetings.room": Policy(SIGNED_IN, "the team", P.SHOW_IN_ROOM),
    "meetings.sheets": Policy(PUBLIC, "everybody", P.READ),
    "meetings.hands": Policy(PUBLIC, "everybody", P.READ),
    "meetings.enter_paper": Policy(SIGNED_IN, "organisers, the operator", P.ENTER_PAPER, twice=STATE),
    "declarations.shown_draft": Policy(SECRET, "whoever was given the link"),
    "declarations.own_labels": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS, twice=STATE),
    # --- invitations ---
    "declarations.invite": Policy(
        SIGNED_IN, "organisers, the operator; for roles with a fresh proof", P.INVITE, twice=KEY
    ),
    "declarations.revoke_invitation": Policy(SIGNED_IN, "organisers, the operator", to_write=P.INVITE, twice=STATE),
    "declarations.enter_code": Policy(PUBLIC, "everybody", twice=NOTHING),
    "declarations.invitation": Policy(SECRET, "whoever was given the invitation", twice=ONCE, account_to_write=True),
    # --- editions ---
    "editions.shelf": Policy(PUBLIC, "everybody", kept=True),
    "editions.show": Policy(PUBLIC, "everybody", kept=True),
    "editions.changes": Policy(PUBLIC, "everybody", kept=True),
    "editions.redline": Policy(PUBLIC, "everybody"),
    "editions.preview": Policy(SECRET, "whoever was given the link"),
    "editions.draft": Policy(SIGNED_IN, "the team", P.READ_NEXT_EDITION),
    "editions.begin": Policy(SIGNED_IN, "organisers, the operator", to_write=P.EDIT_TEXT, twice=ONE),
    "editions.change_draft": Policy(SIGNED_IN, "organisers, the operator", to_write=P.EDIT_TEXT, twice=VERSION),
    "editions.draft_thesis": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_TEXT, twice=VERSION),
    "editions.new_thesis": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_TEXT, twice=VERSION),
    "editions.draft_paragraph": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_TEXT, twice=VERSION),
    "editions.new_paragraph": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_TEXT, twice=VERSION),
    "editions.move_paragraph": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_TEXT, twice=VERSION),
    "editions.pair_paragraph": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_TEXT, twice=VERSION),
    "editions.upload": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_TEXT, twice=VERSION),
    "editions.adopt": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_TEXT, twice=VERSION),
    "editions.discard": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_TEXT, twice=VERSION),
    "editions.publish_page": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_TEXT),
    "editions.publish": Policy(SIGNED_IN, "organisers, the operator", to_write=P.EDIT_TEXT, twice=VERSION),
    "editions.choose_correction": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_TEXT),
    "editions.correction": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_TEXT, twice=VERSION),
    "editions.anchors": Policy(SIGNED_IN, "the team", P.CHECK_ANCHORS),
    "editions.accept_anchors": Policy(SIGNED_IN, "the team", to_write=P.CHECK_ANCHORS, twice=STATE),
    "editions.anchor": Policy(SIGNED_IN, "the team", P.CHECK_ANCHORS, twice=VERSION),
    "editions.outcome": Policy(SIGNED_IN, "organisers, the operator", P.SET_OUTCOME, twice=KEY),
    "editions.outcomes": Policy(SIGNED_IN, "organisers, the operator", P.SEE_OUTCOMES, twice=KEY),
    # --- moderation ---
    "moderation.rules": Policy(PUBLIC, "everybody"),
    "moderation.log": Policy(PUBLIC, "everybody; figures and states, never texts"),
    "moderation.report_csv": Policy(PUBLIC, "everybody; figures alone"),
    "moderation.report_json": Policy(PUBLIC, "everybody; figures alone"),
    "moderation.flag": Policy(PUBLIC, "everybody but the author, without account too", P.FLAG, twice=KEY),
    "moderation.receipt": Policy(SECRET, "whoever reported it", twice=KEY),
    "moderation.queue": Policy(SIGNED_IN, "moderators", P.SEE_QUEUE),
    "moderation.decide": Policy(SIGNED_IN, "moderators, not about themselves", P.MODERATE, twice=VERSION),
    "moderation.decide_many": Policy(
        SIGNED_IN, "moderators; MODERATE for each one", to_write=P.SEE_QUEUE, twice=VERSION
    ),
    "moderation.letter": Policy(SIGNED_IN, "moderators, to look at it", to_write=P.MODERATE, twice=NOTHING),
    "moderation.undo": Policy(SIGNED_IN, "who decided it, for a day", to_write=P.UNDO, twice=STATE),
    "moderation.handle": Policy(SIGNED_IN, "moderators", to_write=P.HANDLE, twice=KEY),
    "moderation.danger": Policy(SIGNED_IN, "moderators", P.HANDLE, twice=KEY),
    "moderation.respond": Policy(SIGNED_IN, "moderators", P.RESPOND, twice=KEY),
    "moderation.move": Policy(SIGNED_IN, "moderators", P.TIDY, twice=VERSION),
    "moderation.bundle": Policy(SIGNED_IN, "moderators", P.TIDY, twice=STATE),
    "moderation.unbundle": Policy(SIGNED_IN, "moderators", P.TIDY, twice=STATE),
    "moderation.close": Policy(SIGNED_IN, "moderators", P.TIDY, twice=VERSION),
    "moderation.leave": Policy(SIGNED_IN, "the author", P.LEAVE_BUNDLE, twice=STATE),
    "moderation.messages": Policy(SIGNED_IN, "author and moderators", P.WRITE_PRIVATELY, twice=KEY),
    "moderation.own_decision": Policy(SIGNED_IN, "the author", P.READ_LETTERS),
    "moderation.object_to": Policy(SIGNED_IN, "the author", P.READ_LETTERS, P.OBJECT, twice=KEY),
    "moderation.object_to_measure": Policy(SIGNED_IN, "the person it is about", P.OBJECT, twice=KEY),
    "moderation.objections": Policy(SIGNED_IN, "moderators, organisers", P.SEE_OBJECTIONS),
    "moderation.objection": Policy(
        SIGNED_IN, "moderators who did not decide it; organisers where there are none", P.REVIEW, twice=STATE
    ),
    "moderation.members": Policy(SIGNED_IN, "organisers, the operator", P.MANAGE_MEMBERS),
    "moderation.member": Policy(
        SIGNED_IN, "organisers, the operator; to change something with a fresh proof", P.MANAGE_MEMBERS, twice=STATE
    ),
    "moderation.restrain_member": Policy(SIGNED_IN, "organisers", to_write=P.KEEP_AWAY, twice=KEY),
    "moderation.own_role": Policy(SIGNED_IN, "moderators, organisers", P.GIVE_UP_ROLE, twice=STATE),
    "moderation.people": Policy(SIGNED_IN, "moderators", P.SEE_QUEUE),
    "moderation.author": Policy(SIGNED_IN, "moderators", P.HANDLE, P.RESTRAIN, twice=KEY),
    "moderation.lift": Policy(SIGNED_IN, "moderators, organisers", P.RESTRAIN, twice=STATE),
    "moderation.blocks": Policy(SIGNED_IN, "moderators, organisers", P.WRITE_BLOCKS),
    "moderation.new_block": Policy(SIGNED_IN, "moderators, organisers", P.WRITE_BLOCKS, twice=STATE),
    "moderation.block": Policy(SIGNED_IN, "moderators, organisers", P.WRITE_BLOCKS, twice=VERSION),
    "moderation.move_block": Policy(SIGNED_IN, "moderators, organisers", to_write=P.WRITE_BLOCKS, twice=STEP),
    "moderation.remove_block": Policy(SIGNED_IN, "moderators, organisers", to_write=P.WRITE_BLOCKS, twice=STATE),
    "moderation.edit_rules": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS, twice=VERSION),
    "moderation.settings": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS, twice=STATE),
    "moderation.team": Policy(SIGNED_IN, "moderators", P.SEE_QUEUE, twice=STATE),
    "moderation.own": Policy(SIGNED_IN, "the moderator, for herself", P.SEE_QUEUE, twice=STATE),
    "moderation.keys": Policy(SIGNED_IN, "the moderator, for herself", to_write=P.SEE_QUEUE, twice=STATE),
    "moderation.guide": Policy(SIGNED_IN, "the team", P.SEE_TEAM_LOG),
    "moderation.team_log": Policy(SIGNED_IN, "the team", P.SEE_TEAM_LOG),
    "moderation.team_log_csv": Policy(SIGNED_IN, "the team", P.SEE_TEAM_LOG),
    # --- results ---
    "results.show": Policy(PUBLIC, "everybody; tallies from five votes on"),
    "board.listing": Policy(PUBLIC, "everybody, as the results page; lists of the board for the team"),
    "board.decisions": Policy(PUBLIC, "everybody, what the log shows"),
    "board.team": Policy(SIGNED_IN, "the team, the operator", P.SEE_BOARD),
    "board.own_fields": Policy(SIGNED_IN, "the person"),
    "board.own_field": Policy(SIGNED_IN, "the person, where she takes part", P.SAY_FIELD, twice=STATE),
    "results.archive": Policy(PUBLIC, "everybody who may read the declaration"),
    "results.snapshot": Policy(PUBLIC, "everybody who may read the declaration"),
    "results.snapshot_file": Policy(PUBLIC, "everybody who may read the declaration"),
    "results.export_dialog": Policy(SIGNED_IN, "organisers, the operator", P.EXPORT),
    "results.download": Policy(SIGNED_IN, "organisers, the operator", P.EXPORT),
    "results.export_jobs_list": Policy(SIGNED_IN, "organisers, the operator: what they ordered themselves", P.EXPORT),
    "results.export_job": Policy(SIGNED_IN, "who ordered the file", P.EXPORT),
    "results.export_file": Policy(SIGNED_IN, "who ordered the file, while its words may be read", P.EXPORT),
    "results.cancel_export": Policy(SIGNED_IN, "who ordered the file", P.EXPORT, twice=STATE),
    "results.find_export": Policy(SIGNED_IN, "who ordered the file: the address in the mail"),
    "results.first_page": Policy(SIGNED_IN, "organisers, the operator", P.EXPORT),
    "results.columns": Policy(SIGNED_IN, "organisers, the operator", P.EXPORT),
    "results.columns_text": Policy(SIGNED_IN, "organisers, the operator", P.EXPORT),
    # --- the report ---
    "reports.show": Policy(PUBLIC, "everybody; the draft for whoever may read it"),
    "reports.file": Policy(PUBLIC, "everybody"),
    "reports.issue": Policy(PUBLIC, "everybody"),
    "reports.changes": Policy(PUBLIC, "everybody"),
    "reports.draft": Policy(
        SIGNED_IN, "the team; those who take part while it is open to them", P.READ_REPORT_DRAFT, P.SAY_MISSING, KEY
    ),
    "reports.desk": Policy(SIGNED_IN, "the team", P.SEE_TEAM_LOG),
    "reports.bench": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_REPORT),
    "reports.show_draft": Policy(SIGNED_IN, "organisers, the operator", to_write=P.EDIT_REPORT, twice=STATE),
    "reports.new_sentence": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_REPORT, twice=KEY),
    "reports.sentence": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_REPORT, twice=VERSION),
    "reports.move_sentence": Policy(SIGNED_IN, "organisers, the operator", to_write=P.EDIT_REPORT, twice=STEP),
    "reports.remove_sentence": Policy(SIGNED_IN, "organisers, the operator", to_write=P.EDIT_REPORT, twice=VERSION),
    "reports.restore_sentence": Policy(SIGNED_IN, "organisers, the operator", to_write=P.EDIT_REPORT, twice=STATE),
    "reports.point": Policy(SIGNED_IN, "organisers, the operator", P.EDIT_REPORT, twice=VERSION),
    "reports.publish": Policy(
        SIGNED_IN, "the team looks; somebody else than wrote last publishes", P.SEE_TEAM_LOG, P.PUBLISH_REPORT, VERSION
    ),
    # --- the door for programs ---
    "accounts.tokens": Policy(SIGNED_IN, "the person, about her own", P.LEAVE),
    "accounts.new_token": Policy(SIGNED_IN, "the person", P.LEAVE, twice=KEY, proof=True),
    "accounts.revoke_token": Policy(SIGNED_IN, "the person, about her own", to_write=P.LEAVE, twice=STATE),
    "webhooks.index": Policy(SIGNED_IN, "organisers, the operator", P.CHANGE_SETTINGS, twice=KEY),
    "webhooks.test": Policy(SIGNED_IN, "organisers, the operator", to_write=P.CHANGE_SETTINGS, twice=STATE),
    "webhooks.revoke": Policy(SIGNED_IN, "organisers, the operator", to_write=P.CHANGE_SETTINGS, twice=STATE),
    "api.describe": Policy(TOKEN, "everybody"),
    "api.list_declarations": Policy(TOKEN, "everybody; each gets the declarations open to her"),
    "api.declaration": Policy(TOKEN, "everybody", P.READ),
    "api.theses": Policy(TOKEN, "everybody", P.READ),
    "api.thesis": Policy(TOKEN, "everybody", P.READ),
    "api.results": Policy(TOKEN, "everybody; tallies from five votes on", P.READ),
    "api.surveys": Policy(TOKEN, "everybody; only what is published", P.READ),
    "api.survey": Policy(TOKEN, "everybody; only what is published", P.READ),
    "api.hands": Policy(TOKEN, "everybody", P.READ),
    "api.pages": Policy(TOKEN, "everybody; only what is shown", P.READ),
    "api.page": Policy(TOKEN, "everybody; only what is shown", P.READ),
    "api.annotations": Policy(TOKEN, "everybody; only what everybody may read", P.READ),
    "api.annotate": Policy(TOKEN, "a token with scope write", to_write=P.ANNOTATE, twice=KEY),
    "api.annotation": Policy(TOKEN, "everybody", P.READ_ANNOTATION),
    "api.edit": Policy(TOKEN, "the author's token with scope write", to_write=P.EDIT, twice=VERSION),
    "api.withdraw_one": Policy(TOKEN, "the author's token with scope write", to_write=P.WITHDRAW, twice=VERSION),
    "api.reply": Policy(TOKEN, "a token with scope write", to_write=P.REPLY, twice=KEY),
    "api.vote": Policy(TOKEN, "a token with scope write", to_write=P.VOTE, twice=ONE),
    "api.stance": Policy(TOKEN, "a token with scope write", to_write=P.TAKE_STANCE, twice=ONE),
    "api.decide": Policy(TOKEN, "a moderator's token with scope moderate", to_write=P.MODERATE, twice=VERSION),
    "api.export": Policy(TOKEN, "an organiser's token with scope export", P.EXPORT),
}


class PolicyMissing(Exception):
    """The table and the pages do not agree: the application must not start."""


def init_app(app: Flask) -> None:
    """Compare the table with the pages, then watch the doors. Comes after all pages are there."""
    check(app, POLICIES)
    app.extensions[kept.ENDPOINTS] = {name for name, policy in POLICIES.items() if policy.kept}
    app.extensions[FROM_ANYWHERE] = {name for name, policy in POLICIES.items() if policy.one_click}
    for name in app.extensions[FROM_ANYWHERE]:
        csrf.exempt(app.view_functions[name])
    app.before_request(_watch)


def check(app: Flask, policies: dict[str, Policy]) -> None:
    """Raises PolicyMissing unless each page has its line, each line its page, and each form says what happens when it is
    sent twice."""
    writing = {rule.endpoint for rule in app.url_map.iter_rules() if _methods(rule) - {"GET"}}
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    faults = [f"{name}: no policy; add a line to POLICIES" for name in sorted(endpoints - policies.keys())]
    faults += [f"{name}: no such page; take its line out" for name in sorted(policies.keys() - endpoints)]
    for name in sorted(endpoints & policies.keys()):
        if (name in writing) != (policies[name].twice is not None):
            faults.append(f"{name}: `twice` says what happens to a form sent twice, for pages that take one")
    if faults:
        raise PolicyMissing("deliberation/policies.py and the pages differ:\n  " + "\n  ".join(faults))


def _methods(rule: Any) -> set[str]:
    return set(rule.methods) - {"HEAD", "OPTIONS"}


def _watch() -> None:
    """Before every page. Whatever has no line is closed, should one ever appear after the start."""
    if request.endpoint is None or request.method == "OPTIONS":
        return
    policy = POLICIES.get(request.endpoint) or abort(404)
    is_open = policy.door in (Door.PUBLIC, Door.SECRET, Door.TOKEN)
    if is_open and not (policy.account_to_write and request.method == "POST"):
        return
    person = viewer()
    if not person.is_signed_in and not (policy.door is Door.HALF and is_half_signed_in()):
        abort(redirect(sign_in_url(_place()), 303))
    if policy.door is Door.OPERATOR and not person.is_operator:
        raise NotAllowed(Permission.MANAGE_ACCOUNTS, "is_operator")
    if policy.proof:
        require_proof(_place())


def _place() -> str:
    """Where to come back to: this page, or the one that holds the form that was sent."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    sent_to = request.url_rule.rule if request.url_rule is not None else ""
    # Some forms are sent to an address below their page.
    for path, pattern in ((request.path, sent_to), (request.path.rpartition("/")[0], sent_to.rpartition("/")[0])):
        with suppress(HTTPException):
            rule, _values = current_app.url_map.bind("").match(path, method="GET", return_rule=True)
            if rule.rule == pattern:
                return path
    return "/"


def describe(app: Flask) -> list[dict[str, Any]]:
    """Every address with what the table says about it, for scripts and reviewers."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(_methods(rule))))
    return [_described(rule, POLICIES[rule.endpoint]) for rule in rules]


def _described(rule: Any, policy: Policy) -> dict[str, Any]:
    return {
        "rule": rule.rule,
        "methods": sorted(_methods(rule)),
        "endpoint": rule.endpoint,
        "policy": policy.door.name.lower(),
        "who": policy.who,
        "needs": policy.needs.name if policy.needs else None,
        "to_write": (policy.to_write or policy.needs or policy.door).name if policy.twice else None,
        "proof": policy.proof,
        "twice": policy.twice.value if policy.twice else None,
    }
