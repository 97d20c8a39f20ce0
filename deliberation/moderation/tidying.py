"""Putting what people wrote in order: to the right paragraph, alike ones together, a conversation to its end."""

from deliberation.annotations.models import Annotation
from deliberation.moderation.models import Decision


def put_back(annotation: Annotation, decision: Decision) -> None:
    """Undo what a decision of this module did; nothing for other kinds."""
