"""Everything public as data, with the meaning of each column inside."""

import json
from collections.abc import Iterable
from typing import IO, Any

from deliberation.annotations.tallies import STEP, StanceCounts
from deliberation.results import words
from deliberation.results.field_tallies import FieldsView
from deliberation.results.opinions import GroupsView, Shared
from deliberation.results.summary import ParagraphResult, Summary, ThesisResult
from deliberation.results.writers.columns import meanings, row, to_json

HERE = "\0"
"""Where in an object the long list stands; no text of people carries it (`text.normalised`, `door.refuse_nul`)."""


def stream(summary: Summary, out: IO[bytes]) -> None:
    """UTF-8, keys in a fixed order, annotations last and one a line. A number that is null must not be known (below five)."""
    rows = (to_json(row(item)) for item in summary.items)
    write_around({**to_data(summary), "annotations": HERE}, rows, out)


def write_around(data: dict[str, Any], rows: Iterable[str], out: IO[bytes]) -> None:
    """`data` with a list in place of `HERE` that is longer than memory; its `rows` are JSON already."""
    before, after = json.dumps(data, ensure_ascii=False, indent=1).split(json.dumps(HERE))
    out.write(f"{before}[".encode())
    between = "\n"
    for one in rows:
        out.write(f"{between}{one}".encode())
        between = ",\n"
    out.write(f"\n]{after}\n".encode())


def to_data(summary: Summary) -> dict[str, Any]:
    """Everything but the annotations."""
    figures, filters = summary.figures, summary.filters
    return {
        "declaration": {"slug": summary.about.slug, "title": summary.about.title, "is_sample": summary.about.is_sample},
        "exported_on": summary.day.isoformat(),
        "edition": summary.edition,
        "edition_in_force": summary.about.edition,
        "filters": {
            "thesis": filters.thesis,
            "edition": filters.edition,
            "since": filters.since.isoformat() if filters.since else None,
            "kind": filters.kind.value if filters.kind else None,
            "names": str(filters.names),
        },
        "note": words.not_representative(),
        "figures": {
            "people": figures.people,
            "annotations": figures.annotations,
            "replies": figures.replies,
            "votes": figures.votes,
            "stances": figures.stances,
            "in_steps_of_five": summary.is_open,
        },
        "theses": [_thesis(thesis) for thesis in summary.theses],
        "most_agreed": [item.number for item in summary.agreed],
        "most_disputed": [item.number for item in summary.disputed],
        "unanswered": [item.number for item in summary.unanswered],
        "kinds": {kind.value: count for kind, count in summary.kinds},
        "outcomes": {value.value: count for value, count in summary.outcomes},
        "timeline": _timeline(summary),
        "moderation": _moderation(summary),
        "opinion_groups": _groups(summary.groups),
        "fields_of_work": _fields(summary.fields),
        "columns": meanings(),
    }


def _thesis(thesis: ThesisResult) -> dict[str, Any]:
    return {
        "number": thesis.number,
        "heading": thesis.heading,
        "stances": _stances(thesis.stances),
        "contributions": thesis.contributions,
        "paragraphs": [_paragraph(paragraph) for paragraph in thesis.paragraphs],
    }


def _paragraph(paragraph: ParagraphResult) -> dict[str, Any]:
    return {
        "number": paragraph.number,
        "stances": _stances(paragraph.stances),
        "contributions": paragraph.contributions,
    }


def _stances(counts: StanceCounts) -> dict[str, int] | None:
    if counts.n < STEP:
        return None
    return {**{key: count for key, count, _percent in counts.shares}, "n": counts.n}


def _groups(groups: GroupsView) -> dict[str, Any] | None:
    """Shares in steps of five per cent: 95 stands for more than 90, 5 for fewer than 10."""
    if not groups.sizes:
        return None

    def shared(one: Shared) -> dict[str, Any]:
        return {"number": one.item.number, "agree_percent": [share.percent for share in one.shares]}

    return {
        "sizes": list(groups.sizes),
        "connects": [shared(one) for one in groups.connects],
        "divides": [shared(one) for one in groups.divides],
        "known_by": [
            {
                "group": letter,
                "number": known.shared.item.number,
                "says": "agree" if known.is_agreement else "disagree",
                "z_others": known.more,
                "z_half": known.most,
            }
            for letter, found in zip(groups.letters, groups.known, strict=False)
            for known in found
        ],
    }


def _fields(found: FieldsView) -> dict[str, Any] | None:
    """People in steps of five, shares in tens of per cent: 90 stands for 85 and more, 10 for less than 15."""
    if not found.people:
        return None
    return {
        "people": [{"fields": [field.value for field in fields], "people": count} for fields, count in found.people],
        "carry_percent": {thesis.thesis: {field.value: share for field, share in thesis.rows} for thesis in found.theses},
    }


def _timeline(summary: Summary) -> dict[str, Any] | None:
    if summary.timeline is None:
        return None
    return {
        "span": summary.timeline.span.value,
        "columns": [[when.isoformat(), count] for when, count in summary.timeline.columns],
    }


def _moderation(summary: Summary) -> dict[str, Any]:
    found = summary.moderation
    return {
        "hidden": [{"rules": [rule.value for rule in rules], "count": count} for rules, count in found.hidden],
        "returned": found.returned,
        "restored": found.restored,
        "waiting": found.waiting,
    }
