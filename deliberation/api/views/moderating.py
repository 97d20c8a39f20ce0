"""Moderators' decisions, on the version they have read."""

from flask import Response

from deliberation.api.checking import unfit
from deliberation.api.views import answer, api, body, readable_annotation
from deliberation.moderation import actions
from deliberation.moderation.actions import Deed, ReasonMissing
from deliberation.moderation.models import REASON_MAX, REASON_MIN, DecisionKind, Rule
from deliberation.moderation.redacting import PassageMissing
from deliberation.permissions import Permission, require
from deliberation.web import viewer


@api.post("/d/<slug>/annotations/<int:number>/decisions")
def decide(slug: str, number: int) -> Response:
    annotation, sent = readable_annotation(slug, number), body()
    require(viewer(), Permission.SEE_QUEUE, annotation)
    deed = Deed(
        kind=DecisionKind(sent["decision"]),
        version=sent["version"],
        rule=Rule(sent["rule"]) if sent.get("rule") else None,
        reason=sent.get("reason", ""),
        letter=sent.get("letter", ""),
        passages=sent.get("passages", ()),
    )
    try:
        decision = actions.decide(viewer(), annotation, deed)
    except ReasonMissing:
        raise unfit([("/reason", f"with a rule and {REASON_MIN} to {REASON_MAX} characters")]) from None
    except PassageMissing:
        raise unfit([("/passages", "must stand in the text")]) from None
    return answer({"decision": decision.kind.value, "status": annotation.status.value, "version": annotation.version})
