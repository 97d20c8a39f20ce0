"""Undoing: an act is remembered by the theses that it replaced, which is little even in a long text."""

from dataclasses import replace
from typing import Any

from deliberation.declarations.importing import DraftDeclaration, from_json, to_json

Step = dict[str, Any]


def to_step(before: DraftDeclaration, after: DraftDeclaration) -> Step:
    """What `undo` needs, as plain data, to come from `after` back to `before`."""
    old, new = before.theses, after.theses
    most = min(len(old), len(new))
    head = next((i for i in range(most) if old[i] != new[i]), most)
    tail = next((i for i in range(most - head) if old[-1 - i] != new[-1 - i]), most - head)
    lost = replace(before, theses=old[head : len(old) - tail])
    return {"at": head, "count": len(new) - tail - head, "draft": to_json(lost)}


def undo(after: DraftDeclaration, step: Step) -> DraftDeclaration:
    """The draft as it was before the step."""
    lost = from_json(step["draft"])
    behind = after.theses[step["at"] + step["count"] :]
    return replace(lost, theses=after.theses[: step["at"]] + lost.theses + behind)
