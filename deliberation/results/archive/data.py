"""Everything public about a deliberation as data from which `importing` makes the same deliberation again.

Texts, editions and annotations refer to one another by numbers of their own; ids of the database, accounts and times stay
here. Votes and stances are what was published, never single ones.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select

from deliberation.annotations.models import Annotation, StanceTally
from deliberation.annotations.tallies import STEP
from deliberation.database import db
from deliberation.declarations.editions import load_editions
from deliberation.declarations.glossary import TermWords, load_terms
from deliberation.declarations.models import (
    Correction,
    Declaration,
    Edition,
    Paragraph,
    ParagraphState,
    Thesis,
    ThesisState,
    Wording,
)
from deliberation.results import words
from deliberation.results.archive.around import Around, hands_of
from deliberation.results.archive.contributions import Keys, annotations_of, day_of, load_all
from deliberation.results.archive.rounds import closing_of, groups_of
from deliberation.results.archive.twins import easy_of
from deliberation.results.summary import Summary

_ = words.gettext
FORMAT = "deliberation-archive"
VERSION = 1
"""Counts up when what an older program reads would mean something else. What only comes on top does not: whoever reads takes
a part that is missing for empty, and says which parts it does not know (`importing.left_out`)."""
PARTS = (
    "format", "version", "day", "address", "note", "meanings", "declaration", "terms", "editions", "paragraphs", "wordings",
    "corrections", "easy", "last_number", "annotations", "stances", "figures", "closing", "groups", "report", "pages",
    "files", "hands", "surveys", "log",
)  # fmt: skip
issues_of: list[Callable[[Declaration], list[dict[str, Any]]]] = []
"""Who can say every issue of the report as it may be read (`reports.bringing`): what stands above this feature enters
itself here."""


def to_data(declaration: Declaration, summary: Summary, log: Sequence[Any], around: Around) -> dict[str, Any]:
    """`log` are the lines of the public log: day, act, number, whether about a contribution, before, after, rule."""
    editions = load_editions(declaration)[::-1]
    theses = db.session.scalars(select(Thesis).where(Thesis.declaration_id == declaration.id).order_by(Thesis.id)).all()
    paragraphs = load_all(Paragraph, Paragraph.thesis_id, [one.id for one in theses])
    wordings = load_all(Wording, Wording.paragraph_id, [one.id for one in paragraphs])
    keys = Keys(
        {one.id: one.number for one in editions},
        {one.id: one.number for one in theses},
        {one.id: place for place, one in enumerate(paragraphs, start=1)},
        {one.id: place for place, one in enumerate(wordings, start=1)},
    )
    return {
        "format": FORMAT,
        "version": VERSION,
        "day": summary.day.isoformat(),
        "address": f"{summary.site}/d/{summary.about.slug}",
        "note": words.not_representative(),
        "meanings": meanings(),
        "declaration": _declaration(declaration),
        "terms": [asdict(TermWords.of(one)) for one in load_terms(declaration)],
        "editions": [_edition(one, keys) for one in editions],
        "paragraphs": [
            {
                "paragraph": keys.paragraphs[one.id],
                "thesis": keys.theses[one.thesis_id],
                "number": one.number,
                "merged_into": keys.paragraphs.get(one.successor_id or 0),
            }
            for one in paragraphs
        ],
        "wordings": [
            {
                "wording": keys.wordings[one.id],
                "paragraph": keys.paragraphs[one.paragraph_id],
                "edition": keys.editions[one.edition_id],
                "parts": one.parts,
            }
            for one in wordings
        ],
        "corrections": _corrections(paragraphs, keys),
        "easy": easy_of(declaration, keys),
        "last_number": db.session.scalar(
            select(func.max(Annotation.number)).where(Annotation.declaration_id == declaration.id)
        )
        or 0,
        "annotations": annotations_of(declaration, summary, keys),
        "stances": _stances(declaration, keys),
        "figures": _figures(summary),
        "closing": closing_of(declaration),
        "groups": groups_of(declaration, summary),
        "report": [issue for load in issues_of for issue in load(declaration)],
        "pages": list(around.pages),
        "files": list(around.carried),
        "hands": hands_of(around, keys.paragraphs),
        "surveys": [one.data for one in around.surveys],
        "log": [
            {
                "day": day.isoformat(), "act": act.value, "annotation": number, "is_about_annotation": is_about,
                "before": before, "after": after, "rule": rule,
            }
            for day, act, number, is_about, before, after, rule in log
        ],
    }  # fmt: skip


def _declaration(declaration: Declaration) -> dict[str, Any]:
    return {
        "slug": declaration.slug,
        "title": declaration.title,
        "language": declaration.language,
        "is_sample": declaration.is_sample,
        "phase": declaration.phase.value,
        "summary": declaration.summary,
        "publisher": declaration.publisher,
        "about": declaration.about,
        "contact": declaration.contact,
        "licence": declaration.licence,
        "labels": declaration.labels,
        "rules": declaration.rules,
        "rules_line": declaration.rules_line,
        "rules_version": declaration.rules_version,
        "policy": declaration.policy.value,
        "is_private": not declaration.is_open_to_all,
    }


def _edition(edition: Edition, keys: Keys) -> dict[str, Any]:
    states = select(ParagraphState).where(ParagraphState.edition_id == edition.id).order_by(ParagraphState.position)
    paragraphs: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in db.session.scalars(states):
        paragraphs[one.thesis_id].append(
            {
                "paragraph": keys.paragraphs[one.paragraph_id],
                "number": one.number,
                "wording": keys.wordings[one.wording_id],
                "reason": one.reason,
            }
        )
    theses = select(ThesisState).where(ThesisState.edition_id == edition.id).order_by(ThesisState.position)
    return {
        "number": edition.number,
        "day": day_of(edition.published_at),
        "note": edition.note,
        "theses": [
            {
                "number": keys.theses[one.thesis_id],
                "heading": one.heading,
                "group": one.group,
                "since": keys.editions[one.since_id],
                "paragraphs": paragraphs[one.thesis_id],
            }
            for one in db.session.scalars(theses)
        ],
    }


def _corrections(paragraphs: Sequence[Paragraph], keys: Keys) -> list[dict[str, Any]]:
    return [
        {
            "paragraph": keys.paragraphs[one.paragraph_id],
            "edition": keys.editions[one.edition_id],
            "old": keys.wordings[one.old_wording_id],
            "new": keys.wordings[one.new_wording_id],
            "reason": one.reason,
            "day": day_of(one.corrected_at),
        }
        for one in load_all(Correction, Correction.paragraph_id, [one.id for one in paragraphs])
    ]


def _stances(declaration: Declaration, keys: Keys) -> list[dict[str, Any]]:
    query = select(StanceTally).where(StanceTally.declaration_id == declaration.id).order_by(StanceTally.id)
    return [
        {
            "thesis": keys.theses[one.thesis_id],
            "paragraph": keys.paragraphs.get(one.paragraph_id or 0),
            "since": keys.editions[one.edition_id],
            "carry": one.carry,
            "change": one.change,
            "unclear": one.unclear,
            "against": one.against,
        }
        for one in db.session.scalars(query)
        if one.carry + one.change + one.unclear + one.against >= STEP
    ]


def _figures(summary: Summary) -> dict[str, Any]:
    moderation = summary.moderation
    return {
        "people": summary.figures.people,
        "hidden": [[[rule.value for rule in rules], count] for rules, count in moderation.hidden],
        "returned": moderation.returned,
        "restored": moderation.restored,
        "waiting": moderation.waiting,
    }


def meanings() -> dict[str, str]:
    """What stands where, for people and for whoever writes a program that reads it."""
    return {
        "terms": _("Begriffe mit anderen Formen des Wortes, Erklärung und Erklärung in Leichter Sprache"),
        "editions": _("Fassungen: was in welcher Reihenfolge mit welchem Wortlaut dastand"),
        "paragraphs": _("Absätze mit der These und der Nummer, die sie jetzt haben; merged_into: worin er aufging"),
        "wordings": _("Wortlaute; parts: je Einheit Beschriftung, Ebene und Sätze; edition: seit welcher Fassung"),
        "corrections": _("berichtigte Druckfehler"),
        "easy": _(
            "Leichte Sprache, ein Satz in jeder Zeile: about zur ganzen Erklärung, theses zu jeder These Überschrift und Text je "
            "Absatz; wording: für welchen Wortlaut er geschrieben ist"
        ),
        "annotations": _(
            "Anmerkungen und Antworten. thesis und paragraph: wo sie jetzt stehen; edition, wording, sentences und quote: "
            "worauf sie sich beziehen; anchors: was spätere Fassungen damit gemacht haben; agree, disagree und pass: "
            "veröffentlichte Stimmen, null unter fünf; wo nur der Platz steht, war nichts zu lesen"
        ),
        "stances": _("veröffentlichte Haltungen zu These oder Absatz, seit welcher Fassung dieser Wortlaut gilt"),
        "figures": _("Zahlen zur ganzen Beratung; null: zwischen eins und vier"),
        "closing": _("Schlussrunde: mittlerer Widerstand gegen jeden Wortlaut, 0 bis 10"),
        "groups": _(
            "Meinungsgruppen: Größen in Fünferschritten; shares: wie viel Prozent jeder Gruppe zustimmen; known: woran jede zu "
            "erkennen ist, mit beiden Prüfgrößen in Standardabweichungen"
        ),
        "report": _(
            "Der veröffentlichte Bericht, Ausgabe für Ausgabe: Sätze mit den Nummern der Anmerkungen, auf denen sie beruhen; "
            "quotes: aus welchen sie zitieren; ohne Text: was nicht mehr zitiert werden darf"
        ),
        "pages": _(
            "Seiten rund um die Erklärung, in Markdown; easy: in Leichter Sprache; news_on: Tag einer Neuigkeit; editions: was "
            "vorher dort stand und alle sehen konnten"
        ),
        "files": _("Bilder und Dokumente dieser Seiten, sie liegen im Ordner files; description: was zu sehen ist"),
        "hands": _(
            "Handzeichen der Tischgruppen je Absatz: tables (wie oft ein Tisch die Hände hob), present (wie viele dort saßen), "
            "carry, change, unclear und against; sie zählen nicht zu den Haltungen"
        ),
        "surveys": _(
            "Veröffentlichte Ergebnisse von Umfragen; answers: Anzahl und Prozent je Antwort, leer unter fünf Antworten; "
            "n: wie viele das Bild machen; declined: keine Angabe; missing: nicht beantwortet; unasked: nicht gefragt; unable: "
            "kann es nicht beurteilen; texts: was freigegeben ist; source und period: wenn die Zahlen von anderswo stammen"
        ),
        "log": _("das öffentliche Protokoll der Moderation"),
    }
