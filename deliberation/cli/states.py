"""What the command line says of a database whose tables are not those of this code."""

from typing import TYPE_CHECKING

from deliberation.cli.terminal import Mistake, _

if TYPE_CHECKING:
    from deliberation.schema import SchemaState


def require_schema() -> None:
    """Give an empty database its tables; raise Mistake when its schema is not the one of this code."""
    from deliberation import schema

    match schema.state():
        case schema.SchemaState.EMPTY:
            schema.migrate_to(schema.HEAD)
        case schema.SchemaState.CURRENT:
            pass
        case other:
            raise to_mistake(other)


def to_mistake(state: "SchemaState") -> Mistake:
    """Why this code does nothing with a database in this state."""
    from deliberation.schema import SchemaState

    match state:
        case SchemaState.EMPTY:
            return Mistake(_("Es gibt noch keine Datenbank."))
        case SchemaState.OLD:
            return Mistake(_("Die Datenbank ist von einer älteren Fassung. Bitte zuerst: deliberation db upgrade"))
        case SchemaState.COPYING:
            return Mistake(_("In diese Datenbank wird kopiert, und es ist nicht fertig. Bitte zuerst: deliberation db copy"))
    return _newer()


def _newer() -> Mistake:
    """With what is needed to go on, if the database says so."""
    from deliberation import __version__
    from deliberation.site.runs import find_release

    words = _("Die Datenbank ist von einer neueren Fassung dieses Programms. Bitte erst das Programm aktualisieren.")
    if (release := find_release()) not in ("", __version__):
        words += " " + _("Gebraucht wird %(release)s, installiert ist %(own)s.", release=release, own=__version__)
    return Mistake(words)
