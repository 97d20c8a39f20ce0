"""Pages about the text in its editions: reading them, writing the next one, and what it did to what people wrote."""

from flask import Blueprint

editions = Blueprint("editions", __name__)

from deliberation.editions.views import adopting, anchors, drafting, outcomes, reading  # noqa: E402, F401 (their routes)
