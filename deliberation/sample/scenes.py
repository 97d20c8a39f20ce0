"""One contribution of the script with everything that happens to it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from deliberation.accounts.models import User
from deliberation.annotations import actions
from deliberation.annotations.models import Annotation, Kind, ResponseKind
from deliberation.annotations.responses import respond
from deliberation.declarations.models import Policy
from deliberation.moderation.actions import hide
from deliberation.moderation.flagging import flag
from deliberation.moderation.models import FlagReason, Rule
from deliberation.moderation.objections.objecting import object_to
from deliberation.moderation.objections.reviews import find_last_decision
from deliberation.sample.stage import Stage


@dataclass(frozen=True)
class Deed:
    """Something that somebody does on a day."""

    day: int
    act: Callable[[], None]


class Scene:
    """`script` is a table `[[contributions]]` of discussion.toml; `opening` and `replies` fill as it is played."""

    def __init__(self, stage: Stage, script: dict[str, Any]) -> None:
        self.stage = stage
        self.script = script
        self.opening: Annotation | None = None
        self.replies: list[Annotation] = []

    def deeds(self) -> list[Deed]:
        """In an order that can be played; whatever has the same day stays in it."""
        script = self.script
        deeds = [Deed(script["day"], self._open)]
        deeds += [Deed(reply["day"], partial(self._reply, reply)) for reply in script.get("replies", ())]
        deeds += [Deed(answer["day"], partial(self._respond, answer)) for answer in script.get("responses", ())]
        deeds += [Deed(report["day"], partial(self._flag, report)) for report in script.get("flags", ())]
        if "edited_day" in script:
            deeds.append(Deed(script["edited_day"], self._edit))
        last_day = max(deed.day for deed in deeds)
        match script.get("status"):
            case "hidden":
                deeds.append(Deed(last_day, self._hide))
                if "objection" in script:
                    deeds.append(Deed(last_day + 1, self._object))
            case "withdrawn":
                deeds.append(Deed(last_day + 1, self._withdraw))
        return deeds

    @property
    def author(self) -> User:
        return self.stage.people[self.script["by"]]

    @property
    def annotation(self) -> Annotation:
        assert self.opening is not None
        return self.opening

    def _open(self) -> None:
        script = self.script
        thesis, paragraph = self.stage.places[script["at"]]
        words = actions.Contribution(
            body=script.get("previous_body", script["body"]),
            kind=Kind(script["kind"]),
            sentences=script.get("sentences", ()),
            quote=script.get("quote", ""),
            wording=script.get("wording", ""),
            is_quotable=script.get("quotable", False),
        )
        waits = script.get("status") == "pending"
        # Set for a moment, not changed by anybody: nothing of it stands in the log.
        self.stage.declaration.policy = Policy.ALL if waits else Policy.NONE
        self.opening = actions.post_annotation(self.author, thesis, paragraph, words)
        self.stage.declaration.policy = Policy.NONE

    def _reply(self, script: dict[str, Any]) -> None:
        parent = self.replies[script["to"] - 1] if "to" in script else self.annotation
        words = actions.Contribution(body=script["body"])
        self.replies.append(actions.post_reply(self.stage.people[script["by"]], parent, words))

    def _respond(self, script: dict[str, Any]) -> None:
        moderator = self.stage.people[script["by"]]
        respond(moderator, self.annotation, ResponseKind(script["kind"]), self._with_numbers(script["body"]))

    def _with_numbers(self, body: str) -> str:
        """The script writes {0} for the number of the opening contribution, {1} for that of the first reply."""
        for place, annotation in enumerate((self.annotation, *self.replies)):
            body = body.replace(f"{{{place}}}", annotation.label)
        return body

    def _flag(self, script: dict[str, Any]) -> None:
        names = [name for name in self.stage.views if name != self.script["by"]]
        reader = self.stage.people[self.stage.chance.choice(names)]
        flag(reader, self.annotation, FlagReason(script["reason"]), script.get("explanation", ""))

    def _edit(self) -> None:
        actions.edit_annotation(self.author, self.annotation, self.script["body"], self.script.get("wording", ""))

    def _hide(self) -> None:
        rule = Rule(str(self.script["rule"]))
        moderator = self.stage.people[self.script.get("hidden_by", "mira")]
        hide(moderator, self.annotation, rule, self.script["reason"], self.annotation.version)

    def _object(self) -> None:
        decision = find_last_decision(self.annotation)
        assert decision is not None
        object_to(self.author, decision, self.script["objection"])

    def _withdraw(self) -> None:
        actions.withdraw(self.author, self.annotation)
