"""Alike annotations under one of them, the lead. Nothing is merged: each keeps its words, votes and replies, and its
own page; in a list that has both, those bundled with the lead are folded under it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_

from deliberation.annotations.models import Annotation, Status
from deliberation.annotations.tallies import vote_counts
from deliberation.annotations.threads import Entry, load_entries


@dataclass(frozen=True)
class BundleCount:
    """What stands in a bundle: texts, the people who wrote them, and how often somebody agreed, as it is published.
    A person who agreed with two texts is counted twice there; None until the reader has voted on the lead."""

    texts: int
    people: int
    agreed: int | None


def load_bundles(person: Any, declaration_id: int, threads: Sequence[Entry], known: Sequence[Entry] = ()) -> None:
    """Put under each lead what is bundled with it. No query if all of it is among the `known`, else one."""
    leads = {entry.annotation.number: entry for entry in threads if entry.bundle_size and entry.annotation.is_visible}
    found = [entry for entry in known if entry.lead in leads and entry.annotation.is_visible]
    if sum(lead.bundle_size for lead in leads.values()) > len(found):
        seen = {entry.annotation.number for entry in found}
        bundled = and_(Annotation.bundled_with.in_(leads), Annotation.status == Status.VISIBLE)
        loaded = load_entries(person, declaration_id, bundled, None)
        found += [entry for entry in loaded if entry.annotation.number not in seen]
    for entry in sorted(found, key=lambda one: one.annotation.number):
        leads[entry.lead or 0].bundled.append(entry)


def folded(threads: Sequence[Entry]) -> list[Entry]:
    """The threads without those that stand under their lead in the same list."""
    shown = {entry.annotation.number for entry in threads if entry.annotation.is_visible}
    return [entry for entry in threads if entry.lead not in shown]


def count_bundle(lead: Entry) -> BundleCount:
    annotations = [lead.annotation, *(entry.annotation for entry in lead.bundled)]
    agreed = sum(vote_counts(one).agree for one in annotations) if lead.own_vote else None
    return BundleCount(len(annotations), len({one.author_id for one in annotations}), agreed)
