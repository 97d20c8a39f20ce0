"""What is to be done from an empty installation to an opened deliberation. What is done says the data, not a click; the one
exception is that somebody has looked at the house rules."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from deliberation.clock import now
from deliberation.config import OPERATOR_FIELDS
from deliberation.database import db
from deliberation.declarations.models import Declaration, Invitation, find_declaration
from deliberation.declarations.office import ENOUGH, count_roles
from deliberation.permissions import Permission, Person, Phase, Role, require
from deliberation.settings import setting
from deliberation.site.models import RulesLook
from deliberation.site.runs import TEST_MAIL, load_runs

SITE_STEPS = ("legal", "privacy", "mail", "text")
OWN_STEPS = ("moderators", "rules", "open")
STEPS = SITE_STEPS + OWN_STEPS


@dataclass(frozen=True)
class Step:
    """One thing to do, whether it is done, and how much of it where that is a number."""

    key: str
    is_done: bool
    count: int = 0
    invited: int = 0

    @property
    def is_own(self) -> bool:
        """Whether it is about one declaration."""
        return self.key in OWN_STEPS


@dataclass(frozen=True)
class Checklist:
    """The steps in their order; `declaration` is the one that those of a declaration are about, once there is one."""

    steps: Sequence[Step]
    declaration: Declaration | None = None

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def is_complete(self) -> bool:
        return self.done == len(self.steps)

    @property
    def next(self) -> Step | None:
        """What to do now."""
        return next((step for step in self.steps if not step.is_done), None)

    def step(self, key: str) -> Step:
        return next(step for step in self.steps if step.key == key)

    def after(self, key: str) -> Step | None:
        """What to do when `key` is left for later: the next open one behind it, else the first that is open."""
        behind = self.steps[[step.key for step in self.steps].index(key) + 1 :]
        opened = [step for step in (*behind, *self.steps) if not step.is_done and step.key != key]
        return opened[0] if opened else None


def load_site_checklist(operator: Person, transport: str) -> Checklist:
    """For whoever runs the site. `transport`: where mails go now; a test of another server says nothing about this one."""
    require(operator, Permission.SEE_OPERATION)
    declaration = _latest()
    steps = [
        Step("legal", all(setting(name).strip() for name in OPERATOR_FIELDS)),
        Step("privacy", bool(setting("PRIVACY_HOSTING") and setting("PRIVACY_AUTHORITY"))),
        Step("mail", _is_tested(transport)),
        Step("text", declaration is not None),
    ]
    return Checklist((*steps, *_own_steps(declaration)), declaration)


def load_own_checklist(organiser: Person, declaration: Declaration) -> Checklist:
    """For whoever organises this declaration."""
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    return Checklist(_own_steps(declaration), declaration)


def load_open_checklists(person: Person) -> Sequence[Checklist]:
    """Of drafts that the person organises: what is still to be done before they are opened."""
    wanted = [one.declaration_id for one in getattr(person, "memberships", ()) if Role.ORGANISER in one.roles]
    if not wanted:
        return []
    drafts = select(Declaration).where(Declaration.id.in_(wanted), Declaration.phase == Phase.DRAFT)
    found = [load_own_checklist(person, one) for one in db.session.scalars(drafts.order_by(Declaration.id.desc()))]
    return [one for one in found if not one.is_complete]


def note_rules_look(organiser: Person, declaration: Declaration) -> None:
    """Say that the rules are as they shall be; a second time changes nothing."""
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    if db.session.get(RulesLook, declaration.id) is None:
        db.session.merge(RulesLook(declaration_id=declaration.id))
        db.session.flush()


def _latest() -> Declaration | None:
    """The newest that is no sample; a draft before one that is opened."""
    is_draft = Declaration.phase == Phase.DRAFT
    query = select(Declaration.slug).where(Declaration.is_sample.is_(False))
    slug = db.session.scalar(query.order_by(is_draft.desc(), Declaration.id.desc()).limit(1))
    return find_declaration(slug) if slug else None


def _is_tested(transport: str) -> bool:
    run = load_runs().get(TEST_MAIL)
    return run is not None and not run.error and run.detail == transport[:200]


def _own_steps(declaration: Declaration | None) -> tuple[Step, ...]:
    if declaration is None:
        return tuple(Step(key, False) for key in OWN_STEPS)
    moderators = count_roles(declaration)[Role.MODERATOR]
    looked = declaration.rules_version > 1 or db.session.get(RulesLook, declaration.id) is not None
    return (
        Step("moderators", moderators >= ENOUGH, moderators, _count_invited(declaration)),
        Step("rules", looked),
        Step("open", not declaration.is_draft),
    )


def _count_invited(declaration: Declaration) -> int:
    query = select(func.count()).select_from(Invitation).where(
        Invitation.declaration_id == declaration.id, Invitation.role == Role.MODERATOR, Invitation.revoked_at.is_(None),
        Invitation.uses < Invitation.max_uses, Invitation.expires_at > now(),
    )  # fmt: skip
    return db.session.scalar(query) or 0
