"""Putting what people wrote in order: to the right paragraph, alike ones together, a conversation to its end.

The verbs stand in moving, bundling and closing; here is how each of them is taken back.
"""

from deliberation.annotations.models import Annotation
from deliberation.moderation.models import Decision, DecisionKind
from deliberation.moderation.ordering import bundling, closing, moving_back


def put_back(annotation: Annotation, decision: Decision) -> None:
    """Undo what a decision of this kind did; nothing for other kinds, nor for one that put something back itself."""
    if "undone" in decision.facts:
        return
    match decision.kind:
        case DecisionKind.MOVE:
            moving_back.put_back(annotation, decision)
        case DecisionKind.BUNDLE | DecisionKind.UNBUNDLE:
            bundling.put_back(annotation, decision)
        case DecisionKind.CLOSE | DecisionKind.REOPEN:
            closing.put_back(annotation, decision)
