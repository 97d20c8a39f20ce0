"""What moderation did, for everybody."""

from flask import render_template, request

from deliberation.annotations.views import readable_declaration
from deliberation.moderation.log import load_log
from deliberation.moderation.views import ID_MAX, moderation


@moderation.get("/d/<slug>/moderation/log")
def log(slug: str) -> str:
    declaration = readable_declaration(slug)
    before = request.args.get("before", type=int)
    page = load_log(declaration, before if before and 0 < before <= ID_MAX else None)
    return render_template("moderation/log.html", declaration=declaration, page=page, here="log")
