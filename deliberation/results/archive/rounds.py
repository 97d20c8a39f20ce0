"""What a closing round and the opinion groups came to, as coarse as everybody may know it: as data, from which the pages are
made, so that they are the same where an archive was brought back and neither ratings nor single votes are there."""

from typing import Any

from deliberation.declarations.models import Declaration
from deliberation.permissions import Guest
from deliberation.proposals.closing import BallotView, OptionView, Stage, load_closing
from deliberation.results.opinions import Known, Shared, load_groups
from deliberation.results.summary import Summary


def closing_of(declaration: Declaration) -> list[dict[str, Any]]:
    """Every ballot whose rating is over, with the mean resistance against each wording."""
    if declaration.imported is not None:
        return list(declaration.imported["closing"])
    ballots = load_closing(Guest(), declaration).ballots
    return [_ballot(one, declaration) for one in ballots if one.stage is not Stage.BEFORE and one.shows_results]


def _ballot(view: BallotView, declaration: Declaration) -> dict[str, Any]:
    ballot = view.ballot
    return {
        "thesis": ballot.paragraph.thesis.number,
        "paragraph": ballot.paragraph.number,
        "sentences": list(ballot.sentences or ()),
        "edition": ballot.edition.number,
        "options": [
            {
                "annotation": one.option.annotation.number if one.option.annotation else None,
                "wording": one.option.wording if _may_be_quoted(one, declaration) else None,
                "mean": round(one.result.mean, 1),
                "ratings": one.result.n,
                "is_least": one in view.least,
            }
            for one in view.shown
            if one.result
        ],
    }


def _may_be_quoted(view: OptionView, declaration: Declaration) -> bool:
    annotation = view.option.annotation
    return annotation is None or not declaration.sends_after_look or annotation.reviewed_at is not None


def groups_of(declaration: Declaration, summary: Summary) -> dict[str, Any]:
    """Sizes in steps of five, and for what connects and divides the share of each group in steps of five per cent."""
    found = load_groups(declaration, lambda _numbers: summary.visible)
    return {
        "sizes": list(found.sizes),
        "connects": [_shared(one) for one in found.connects],
        "divides": [_shared(one) for one in found.divides],
        "known": [[_known(one) for one in group] for group in found.known],
    }


def _shared(one: Shared) -> dict[str, Any]:
    return {"annotation": one.item.number, "shares": [share.percent for share in one.shares]}


def _known(one: Known) -> dict[str, Any]:
    return _shared(one.shared) | {"is_agreement": one.is_agreement, "more": one.more, "most": one.most}
