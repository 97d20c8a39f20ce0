"""Plays the sample discussion through the verbs, day by day, so that nothing in it is impossible.

All or nothing: the caller commits. The same files give the same discussion, moved to end today.
"""

import tomllib
from datetime import timedelta
from ipaddress import ip_address
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deliberation import clock
from deliberation.accounts.actions import create_user
from deliberation.accounts.models import User, find_user_by_email
from deliberation.annotations.positions import change_phase
from deliberation.database import db
from deliberation.declarations.actions import (
    Particulars,
    change_policy,
    create_declaration,
    grant_role,
)
from deliberation.declarations.importing import read_in_cage
from deliberation.declarations.models import Declaration, Paragraph, Policy, Thesis, find_declaration, load_paragraphs
from deliberation.permissions import Operator, Phase, Role
from deliberation.sample import voices
from deliberation.sample.scenes import Scene
from deliberation.sample.stage import Stage, moment

FOLDER = Path(__file__).parent
SLUG = "musterstadt"
PASSWORD = "Musterstadt-8-Thesen"
"""Printed by `demo`, and therefore only for a site that nobody else can reach (`is_private`)."""


def N_(message: str) -> str:
    """Mark a message for the catalogue of translations."""
    return message


ACCOUNTS = (
    ("teilnahme@example.org", N_("Teilnehmerin")),
    ("moderation@example.org", N_("Moderatorin")),
    ("organisation@example.org", N_("Organisator")),
    ("betrieb@example.org", N_("Betrieb")),
)
MODERATORS = {"mira": ("moderation@example.org", "Mira S."), "tomasz": ("tomasz@example.org", "Tomasz W.")}


def is_private(base_url: str, host: str) -> bool:
    """Whether only this machine can reach the site, so that known passwords do no harm."""
    parts = urlsplit(base_url)
    return parts.scheme == "http" and all(_is_loopback(name or "") for name in (parts.hostname, host))


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def sign_ins() -> list[tuple[str, str]]:
    """Role, as a message id, and address of those who can sign in with the printed password."""
    return [(role, email) for email, role in ACCOUNTS if find_user_by_email(email)]


def load_sample() -> bool:
    """Bring in the sample unless its address is taken; whether anything was added."""
    if find_declaration(SLUG):
        return False
    script = tomllib.loads((FOLDER / "discussion.toml").read_text("utf-8"))
    with clock.frozen_at(moment(script["declaration"]["days_open"], 0)):
        stage = _set_the_stage(script)
    _perform(stage, script)
    change_policy(Operator(), stage.declaration, Policy.FIRST)
    db.session.flush()
    return True


def _set_the_stage(script: dict[str, Any]) -> Stage:
    about = script["declaration"]
    draft = read_in_cage((FOLDER / "erklaerung.md").read_bytes(), "erklaerung.md")
    particulars = Particulars(
        slug=SLUG,
        title=draft.title,
        summary=about["summary"],
        publisher=about["publisher"],
        about=about["about"].strip(),
        is_sample=True,
    )
    declaration = create_declaration(Operator(), draft, particulars)
    ends_on = clock.today() + timedelta(days=about["days_open"] + about["days_left"])
    change_phase(Operator(), declaration, Phase.ANNOTATING, ends_on)
    change_policy(Operator(), declaration, Policy.NONE)
    db.session.refresh(declaration, ["theses"])
    return Stage(
        declaration=declaration,
        days_open=about["days_open"],
        people=_people(declaration, script["people"]),
        views={person["pseudonym"]: person["view"] for person in script["people"]},
        places=_places(declaration),
    )


def _people(declaration: Declaration, people: list[dict[str, str]]) -> dict[str, User]:
    """Everybody by the name the script calls them; only those of ACCOUNTS get a password."""
    found = {}
    for place, person in enumerate(people):
        email = ACCOUNTS[0][0] if place == 0 else f"person{place + 1:02}@example.org"
        found[person["pseudonym"]] = _person(email, declaration, Role.PARTICIPANT, person["pseudonym"])
    for name, (email, signing_name) in MODERATORS.items():
        found[name] = _person(email, declaration, Role.MODERATOR, signing_name=signing_name)
    _person("organisation@example.org", declaration, Role.ORGANISER)
    _account("betrieb@example.org")
    return found


def _person(email: str, declaration: Declaration, role: Role, pseudonym: str = "", signing_name: str = "") -> User:
    user = _account(email, pseudonym)
    grant_role(user, role, declaration, signing_name)
    return user


def _account(email: str, pseudonym: str = "") -> User:
    user = find_user_by_email(email)
    if user is None:
        password = PASSWORD if email in dict(ACCOUNTS) else ""
        user = create_user(Operator(), email, "", password, is_operator=email.startswith("betrieb@"))
    user.first_pseudonym = pseudonym
    return user


def _places(declaration: Declaration) -> dict[str, tuple[Thesis, Paragraph | None]]:
    """Everything that can be annotated, as the script writes it: `2.0` is thesis 2 as a whole."""
    places: dict[str, tuple[Thesis, Paragraph | None]] = {}
    for thesis in declaration.theses:
        places[f"{thesis.number}.0"] = thesis, None
    for paragraph in load_paragraphs([thesis.id for thesis in declaration.theses]):
        places[f"{paragraph.thesis.number}.{paragraph.number}"] = paragraph.thesis, paragraph
    return places


def _perform(stage: Stage, script: dict[str, Any]) -> None:
    """All deeds in the order of their days, then the positions people took on them."""
    scenes = [Scene(stage, contribution) for contribution in script["contributions"]]
    deeds = sorted((deed for scene in scenes for deed in scene.deeds()), key=lambda deed: deed.day)
    for day, of_the_day in groupby(deeds, key=lambda deed: deed.day):
        together = list(of_the_day)
        hours = sorted(stage.chance.uniform(7, 22) for _ in together)
        for deed, hour in zip(together, hours, strict=True):
            with stage.on(day, hour):
                deed.act()
    voices.vote(stage, scenes)
    voices.take_stances(stage, script["stances"])
