"""What kinds, stances and theses are called in one declaration, where the usual words do not fit. Files and programs that
are read by machines keep the fixed keys; words are looked up in `labels`."""

from collections.abc import Mapping

from deliberation.annotations.models import Kind, StanceValue
from deliberation.database import db
from deliberation.declarations.models import Act, Declaration, hold_text
from deliberation.declarations.record import record
from deliberation.permissions import Permission, Person, require
from deliberation.text import normalised

LABEL_MAX, HINT_MAX = 40, 120
THESIS, THESES = "thesis", "theses"
_MEMBERS: tuple[Kind | StanceValue, ...] = (*Kind, *StanceValue)
NAMES = (*(f"{type(one).__name__}_{one.value}" for one in _MEMBERS), THESIS, THESES)
HINTS = tuple(f"Kind_{kind.value}_hint" for kind in Kind)
KEYS = NAMES + HINTS


class LabelsInvalid(Exception):
    """`long` names what is too long or has no letters, `same` what is called like another thing of its sort."""

    def __init__(self, long: tuple[str, ...], same: tuple[str, ...]) -> None:
        super().__init__(", ".join(long + same))
        self.long, self.same = long, same


def change_labels(
    organiser: Person, declaration: Declaration, wanted: Mapping[str, str], standard: Mapping[str, str]
) -> bool:
    """Call things otherwise; what is empty or reads like the standard is called as usual. Whether anything is another now.

    `standard` are the usual words. Raises LabelsInvalid."""
    hold_text(declaration)
    db.session.flush()
    db.session.refresh(declaration, ["labels"])
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    own = check_labels(wanted, standard)
    if own == declaration.labels:
        return False
    changed = [key for key in KEYS if own.get(key) != declaration.labels.get(key)]
    declaration.labels = own
    record(organiser.membership_in(declaration.id), declaration, Act.LABELS, after=str(len(changed)))
    return True


def check_labels(wanted: Mapping[str, str], standard: Mapping[str, str]) -> dict[str, str]:
    """What would be called otherwise. Raises LabelsInvalid."""
    words = {key: " ".join(normalised(wanted.get(key, "")).split()) for key in KEYS}
    own = {key: said for key, said in words.items() if said and said != standard.get(key)}
    _check(own, {key: own.get(key) or standard.get(key, "") for key in NAMES})
    return own


def _check(own: Mapping[str, str], shown: Mapping[str, str]) -> None:
    most = {**dict.fromkeys(NAMES, LABEL_MAX), **dict.fromkeys(HINTS, HINT_MAX)}
    long = tuple(key for key, said in own.items() if len(said) > most[key] or not any(map(str.isalnum, said)))
    # Two kinds, or two stances, that read the same could not be told from each other.
    said_by: dict[tuple[str, str], list[str]] = {}
    for key, said in shown.items():
        if key not in (THESIS, THESES):
            said_by.setdefault((key.partition("_")[0], said.casefold()), []).append(key)
    same = tuple(key for keys in said_by.values() if len(keys) > 1 for key in keys if key in own)
    if long or same:
        raise LabelsInvalid(long, same)
