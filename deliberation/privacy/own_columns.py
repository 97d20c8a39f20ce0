"""What the file of one's own data holds of every table, and why it leaves out what it leaves out.

A column that is neither here nor there is not in the file, and a test fails: whoever adds a column decides.
"""

from dataclasses import dataclass

from deliberation.declarations.importing.refusals import N_


@dataclass(frozen=True)
class Section:
    """One table. A row is the person's own if one of the columns `by` leads to her account, to a membership or to a
    contribution of hers, or if `found_by` holds the hash of her address."""

    title: str
    by: tuple[str, ...]
    columns: tuple[str, ...]
    found_by: str = ""


SEALED = frozenset({"user.address_sealed", "flag.name_sealed", "flag.email_sealed", "login_code.address_sealed"})
"""Opened for the file."""
PLACES = frozenset({"draft.place", "private_note.place"})

_ABOUT = ("declaration_id", "thesis_id", "paragraph_id", "edition_id")

OWN: dict[str, Section] = {
    "user": Section(N_("Konto"), ("id",), (
        "key", "address_sealed", "created_at", "confirmed_at", "consent_version", "consented_at", "locale", "first_pseudonym",
        "wants_dates", "seen_at", "warned_at", "second_factor_at", "is_operator",
    )),
    "session": Section(N_("Angemeldete Geräte"), ("user_id",), ("device", "created_at", "seen_at", "proved_at", "second_at")),
    "passkey": Section(N_("Passkeys"), ("user_id",), ("label", "created_at", "used_at")),
    "api_token": Section(N_("Schlüssel für Programme"), ("user_id",), (
        "label", "scopes", "with_second", "created_at", "ends_on", "used_on",
    )),
    "recovery_code": Section(N_("Codes für den Notfall"), ("user_id",), ("used_at",)),
    "login_code": Section(N_("Codes und Links, die wir geschickt haben"), ("user_id",), (
        "purpose", "created_at", "expires_at", "used_at", "tries", "address_sealed",
    )),
    "mail": Section(N_("Mails an Sie"), (), ("template", "locale", "created_at", "due_at", "sent_at", "tries"), "recipient_hash"),
    "bounce": Section(N_("Mails, die nicht ankamen"), (), ("failed_days", "last_on", "fault"), "address_hash"),
    "interest": Section(N_("Wie oft wir Ihnen schreiben"), ("user_id",), ("topic", "pace", "hour", "due_at")),
    "subscription": Section(N_("Mitlesen per E-Mail"), (), (
        "declaration_id", "theses", "rhythm", "locale", "requested_at", "text_version", "confirmed_at", "due_at",
    ), "address_hash"),
    "invitation": Section(N_("Einladungen"), ("inviter_id",), (
        "declaration_id", "kind", "role", "uses", "max_uses", "created_at", "expires_at", "revoked_at",
    ), "address_hash"),
    "membership": Section(N_("Mitarbeit an Erklärungen"), ("user_id",), (
        "declaration_id", "pseudonym", "signing_name", "key", "joined_at", "is_invited", "results_seen_at",
        "reviewed_until", "paused_until", "blocked_until", "uses_keys",
    )),
    "work_field": Section(N_("Ihr Arbeitsfeld, wenn Sie es angegeben haben"), ("membership_id",), ("membership_id", "field")),
    "role_grant": Section(N_("Rollen"), ("membership_id",), ("role", "granted_at", "ends_on")),
    "annotation": Section(N_("Beiträge"), ("author_id",), (
        "id", *_ABOUT, "parent_id", "kind", "sentences", "quote", "body", "proposed_wording", "is_quotable", "status",
        "held_because", "created_at", "edited_at", "reviewed_at", "closed_at", "outcome", "bundled_with", "left_bundle_at",
    )),
    "earlier_version": Section(N_("Frühere Fassungen Ihrer Beiträge"), ("annotation_id",), (
        "annotation_id", "body", "proposed_wording", "written_at",
    )),
    "anchor": Section(N_("Ihre Beiträge in späteren Fassungen der Erklärung"), ("annotation_id", "checked_by_id"), (
        "annotation_id", "edition_id", "paragraph_id", "sentences", "state", "similarity", "verdict", "checked_at",
    )),
    "outcome": Section(N_("Was aus Beiträgen wurde"), ("annotation_id", "decider_id"), (
        "annotation_id", "value", "reason", "edition_id", "paragraph_id", "sentences", "decided_at",
    )),
    "ballot_option": Section(N_("Ihre Vorschläge in der Schlussrunde"), ("annotation_id",), (
        "annotation_id", "position", "wording",
    )),
    "vote": Section(N_("Stimmen"), ("voter_id",), ("annotation_id", "value", "seen_before", "cast_at", "edition_id")),
    "stance": Section(N_("Haltungen"), ("holder_id",), (*_ABOUT, "value", "reason", "seen_before", "taken_at", "let_go_at")),
    "cosignature": Section(N_("Mitgezeichnet"), ("signer_id",), ("annotation_id", "signed_at")),
    "resistance": Section(N_("Widerstand in der Schlussrunde"), ("rater_id",), ("option_id", "value", "rated_at")),
    "draft": Section(N_("Entwürfe"), ("user_id",), ("declaration_id", "place", "fields", "saved_at")),
    "private_note": Section(N_("Private Notizen"), ("user_id",), ("declaration_id", "place", "body", "saved_at")),
    "visit": Section(N_("Letzte Besuche"), ("user_id",), ("declaration_id", "since", "last_at")),
    "opening": Section(N_("Geöffnete Absätze"), ("user_id",), ("thesis_id", "paragraph_key", "opened_at")),
    "flag": Section(N_("Meldungen"), ("reporter_id",), (
        "id", "annotation_id", "reason", "explanation", "in_good_faith", "locale", "name_sealed", "email_sealed", "created_at",
        "closed_at", "answered_at",
    )),
    "decision": Section(N_("Entscheidungen der Moderation"), ("annotation_id", "moderator_id"), (
        "annotation_id", "kind", "old_status", "new_status", "rule", "rules_version", "occasion", "reason", "decided_at",
    )),
    "seal": Section(N_("Geschwärzte Stellen"), ("annotation_id",), ("annotation_id", "passages", "sealed_at")),
    "measure": Section(N_("Maßnahmen"), ("member_id", "moderator_id"), (
        "annotation_id", "kind", "rule", "reason", "until", "taken_at", "lifted_at",
    )),
    "objection": Section(N_("Beschwerden"), ("objector_id",), (
        "declaration_id", "explanation", "created_at", "verdict", "reason", "decided_at",
    )),
    "letter": Section(N_("Briefe der Moderation"), ("member_id",), (
        "annotation_id", "template", "facts", "body", "written_at", "was_mailed", "is_withdrawn",
    )),
    "message": Section(N_("Nachrichten an die Moderation"), ("sender_id",), ("annotation_id", "from_team", "body", "sent_at")),
    "log_entry": Section(N_("Protokoll"), ("actor_id", "subject_id"), (
        "declaration_id", "act", "annotation_id", "before", "after", "rule", "at",
    )),
    "staff_access": Section(N_("Wer auf was geschaut hat"), ("actor_id", "subject_id"), ("look", "place", "reason", "at")),
    "site_change": Section(N_("Was Sie an der Seite eingestellt haben"), ("actor_id",), ("what", "before", "after", "at")),
    "barrier": Section(N_("Gemeldete Barrieren, die Sie beantwortet haben"), ("answered_by_id",), (
        "id", "arrived_on", "answered_on", "note",
    )),
    "response": Section(N_("Antworten als Moderation"), ("author_id",), ("annotation_id", "kind", "body", "created_at")),
    "note": Section(N_("Notizen im Team"), ("writer_id",), ("annotation_id", "kind", "body", "advice", "written_at")),
    "handling": Section(N_("Fälle in der Hand"), ("holder_id", "handed_by_id", "asked_by_id"), (
        "annotation_id", "held_until", "asked_at",
    )),
    "presence": Section(N_("Offen am Schreibtisch"), ("membership_id",), ("annotation_id", "thesis_id", "seen_at")),
    "assignment": Section(N_("Zuständig für Thesen"), ("membership_id",), ("thesis_id",)),
    "correction": Section(N_("Berichtigte Tippfehler"), ("corrector_id",), (
        "paragraph_id", "edition_id", "reason", "corrected_at",
    )),
    "rules_version": Section(N_("Geänderte Regeln"), ("writer_id",), ("declaration_id", "number", "note", "written_at")),
    "webhook": Section(N_("Webhooks"), ("maker_id",), (
        "declaration_id", "url", "events", "created_at", "revoked_at", "gave_up_at",
    )),
    "export_job": Section(N_("Bestellte Dateien"), ("user_id",), (
        "declaration_id", "file_format", "filters", "state", "ordered_at", "expires_at", "name", "size",
    )),
    "deletion": Section(N_("Gelöschte Erklärungen"), ("asker_id", "confirmer_id"), (
        "declaration_id", "asked_at", "confirmed_at",
    )),
    "report": Section(N_("Berichte, die Sie zuletzt bearbeitet haben"), ("editor_id",), ("declaration_id", "edited_at")),
    "report_issue": Section(N_("Berichte, die Sie veröffentlicht oder zuletzt bearbeitet haben"), ("editor_id", "confirmer_id"), (
        "number", "edition_id", "published_at",
    )),
    "report_point": Section(N_("Was Sie in Berichten vermisst haben"), ("author_id",), (
        "annotation_id", "body", "created_at", "state", "answer", "answered_at",
    )),
    "import_preview": Section(N_("Eingelesene Texte"), ("user_id",), ("created_at", "fields", "draft", "declaration_id")),
}  # fmt: skip

NUMBER = N_("Nummer innerhalb des Programms; sie sagt nichts über Sie.")
TECHNICAL = N_("Hält technisch zusammen, was zusammengehört; sie sagt nichts über Sie.")
SECRET = N_("Schützt Ihr Konto. Wer die Datei fände, könnte damit hinein.")
DERIVED = N_("Aus anderen Angaben errechnet, die in der Datei stehen.")
OTHERS = N_("Worte oder Angaben anderer Menschen.")
TEXT = N_("Text der Erklärung oder Einstellung der Seite, kein Bezug zu einer Person.")
LOGGED = N_("Was Sie als Moderation oder Organisation taten, steht unter „Protokoll“.")

LEFT_OUT: dict[str, str] = {
    # Whole tables.
    "declaration": TEXT, "edition": TEXT, "thesis": TEXT, "thesis_state": TEXT, "paragraph": TEXT, "paragraph_state": TEXT,
    "wording": TEXT, "edition_draft": TEXT, "text_block": TEXT, "ballot": TEXT, "period_setting": TEXT,
    "site_setting": TEXT, "rules_look": TEXT, "job_run": N_("Wann das Programm zuletzt etwas von selbst getan hat."),
    "first_link": N_("Der Link, mit dem eine neue Seite eingerichtet wird. Er gilt einen Tag."),
    "search_doc": N_("Für die Suche: welche Texte es gibt."), "search_term": N_("Für die Suche: welche Wörter es gibt."),
    "search_posting": N_("Für die Suche: welche Wörter in welchen Texten stehen."),
    "news": N_("Was es zu erzählen gibt; wem, steht nicht darin."), "harvest": TEXT,
    "delivery": TEXT, "gone_declaration": TEXT, "table_link": TEXT,
    "table_protocol": N_("Handzeichen an Tischen; wer dort saß, steht nirgends."),
    "page": TEXT, "page_edition": TEXT, "page_file": TEXT, "page_file_part": TEXT, "term": TEXT, "term_edition": TEXT,
    "easy_edition": TEXT, "event": TEXT, "programme_item": TEXT, "event_edition": TEXT, "sign_video": TEXT,
    "survey": TEXT, "survey_item": TEXT, "survey_citation": TEXT,
    "survey_sheet": N_("Antworten auf Umfragen. Von wem sie sind, steht nirgends."),
    "survey_text": N_("Antworten auf Umfragen. Von wem sie sind, steht nirgends."),
    "survey_code": N_("Codes für Umfragen. Wer sie bekam und was damit geantwortet wurde, steht nirgends."),
    "report_sentence": N_("Sätze des Berichts. Wer sie schrieb, steht unter „Protokoll“."),
    "report_issue_sentence": N_("Sätze des Berichts. Wer sie schrieb, steht unter „Protokoll“."),
    "opinion_groups": N_("Wie ganze Gruppen abgestimmt haben; wer in welcher ist, steht nirgends."),
    "field_figures": N_("Anteile ganzer Arbeitsfelder ab fünf Personen; wer wo arbeitet, steht nicht darin."),
    "snapshot": N_("Festgehaltene Stände der Beratung. Darin steht nur, was alle lesen können."),
    "revision": TEXT, "place_count": DERIVED,
    "kept_part": N_("Fertige Dateien. Darin steht nur, was lesen darf, wer sie holt."),
    "forgotten": N_("Zahlen darüber, wie viel an einem Tag gelöscht wurde."),
    "stance_tally": N_("Summen ab fünf Stimmen; wer wie stimmte, steht nicht darin."),
    "attempt": N_("Versuche beim Anmelden, einen Tag lang. Sie hängen an Kennzahlen, aus denen sich niemand ablesen lässt."),
    "erasure": N_("Entsteht erst, wenn ein Konto gelöscht ist."),
    # Columns.
    "membership.origin": N_("Nur bei Tischgruppen und Papier, nie bei einer Person."),
    **dict.fromkeys((
        "session.key", "passkey.id", "passkey.key", "recovery_code.id", "login_code.id", "mail.id",
        "mail.cause", "invitation.id", "invitation.key", "membership.id", "work_field.id", "role_grant.id",
        "earlier_version.id", "anchor.id", "outcome.id", "ballot_option.id", "vote.id", "stance.id", "cosignature.id",
        "resistance.id", "draft.id", "private_note.id", "visit.id", "opening.id", "decision.id", "seal.id", "measure.id",
        "objection.id", "letter.id", "letter.cause", "message.id", "log_entry.id", "staff_access.id", "response.id", "note.id",
        "assignment.id", "correction.id", "rules_version.id", "import_preview.id", "import_preview.key",
        "site_change.id", "deletion.id", "export_job.id", "export_job.key",
        "api_token.id", "api_token.key", "webhook.id", "webhook.key",
        "bounce.id", "interest.id", "interest.mark", "subscription.id", "subscription.mark",
        "report.id", "report_issue.id", "report_point.id",
    ), NUMBER),
    **dict.fromkeys((
        "login_code.state", "mail.error", "annotation.wording_id", "annotation.root_id", "annotation.render_version",
        "annotation.version", "annotation.form_key", "anchor.wording_id", "outcome.form_key", "ballot_option.ballot_id",
        "stance.wording_id", "draft.browser", "draft.form_key", "flag.decision_id", "flag.form_key", "decision.version",
        "decision.undoes_id", "decision.facts", "seal.decision_id", "measure.form_key", "objection.decision_id",
        "objection.measure_id", "objection.flag_id", "objection.form_key", "letter.due_at", "letter.settled_at",
        "message.form_key", "response.form_key", "note.form_key", "correction.old_wording_id", "correction.new_wording_id",
        "import_preview.version", "import_preview.steps", "import_preview.source",
        "webhook.form_key", "export_job.percent", "export_job.tries", "export_job.fault", "export_job.mark",
        "report.version", "report_issue.report_id", "report_issue.tells", "report_issue.told_at",
        "report_point.report_id", "report_point.form_key", "barrier.form_key", "barrier.locale",
    ), TECHNICAL),
    **dict.fromkeys((
        "user.password_hash", "user.password_browser", "user.totp_sealed", "user.totp_step", "session.token_hash",
        "passkey.credential_id", "passkey.public_key", "passkey.sign_count", "recovery_code.code_hash", "login_code.browser",
        "login_code.code_hash", "login_code.token_hash", "mail.sealed", "invitation.secret_hash", "flag.key",
        "api_token.token_hash", "webhook.secret_sealed", "user.feed_version", "subscription.key",
        "subscription.address_sealed",
    ), SECRET),
    **dict.fromkeys((
        "bounce.address_hash", "subscription.address_hash", "user.address_hash",
        "mail.recipient_hash", "invitation.address_hash", "membership.pseudonym_key",
        "annotation.body_html", "annotation.quote_prefix", "annotation.quote_suffix", "annotation.quote_start",
        "earlier_version.body_html", "response.body_html",
    ), DERIVED),
    **dict.fromkeys((
        "annotation.shown_agree", "annotation.shown_disagree", "annotation.shown_pass", "ballot_option.shown", "seal.texts",
        "rules_version.line", "rules_version.rules", "report_issue.publisher", "report_issue.note",
        "barrier.text", "barrier.page", "barrier.email_sealed",
    ), OTHERS),
    "measure.lifted_by_id": LOGGED,
    "objection.decider_id": LOGGED,
    "report_point.answerer_id": LOGGED,
}  # fmt: skip
