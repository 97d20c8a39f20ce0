"""How the command line talks: in the site's language, one line for a mistake, never a traceback.

Also the way from a command to the application: `site()` opens it, commits when the command is done, and rolls
back when it is not.
"""

import gettext
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from datetime import date
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deliberation.config import PREFIX, SettingsError
from deliberation.permissions import PromiseMade

if TYPE_CHECKING:
    from flask import Flask

BAR = 40
"""Signs across, for how far something has come."""
TRANSLATIONS = Path(__file__).parents[1] / "translations"


def N_(message: str) -> str:
    """Mark a message for the catalogue of translations; it is translated when it is shown."""
    return message


def _(message: str, /, **values: Any) -> str:
    """The message in the language of the command line."""
    words = _catalogue(_locale()).gettext(message)
    return words % values if values else words


def plural(one: str, many: str, n: int) -> str:
    """`one` or `many` with its number, in the language of the command line."""
    return _catalogue(_locale()).ngettext(one, many, n) % {"n": n}


def translated(message: str | None) -> str:
    """As `_`, for a message id that was marked elsewhere; nothing for none."""
    return _catalogue(_locale()).gettext(message) if message else ""


def _locale() -> str:
    from flask import current_app, has_app_context

    if has_app_context():
        return str(current_app.config["DEFAULT_LOCALE"])
    return os.environ.get(PREFIX + "DEFAULT_LOCALE", "de")


@cache
def _catalogue(locale: str) -> gettext.NullTranslations:
    return gettext.translation("messages", TRANSLATIONS, [locale], fallback=True)


def say(message: str) -> None:
    click.echo(message)


def show_progress(done: int, total: int) -> None:
    """How far something long has come, for whoever watches; nothing in a log or a pipe."""
    if sys.stderr.isatty():
        percent = min(100 * done // max(total, 1), 100)
        bar = "#" * (percent * BAR // 100)
        click.echo(f"\r[{bar:.<{BAR}}] {percent:3} %", nl=done >= total, err=True)


class Mistake(click.ClickException):
    """Something the person at the keyboard can put right: one line on standard error, exit status 1."""

    def show(self, file: Any = None) -> None:
        click.echo(_("Fehler: %(message)s", message=self.format_message()), err=True)


class OneOf(click.ParamType[Any]):
    """One of a few words; another one is answered with the list. Gives the enumeration's member if it has one."""

    name = "word"

    def __init__(self, words: type[Enum] | tuple[str, ...]) -> None:
        self.members = words if isinstance(words, type) else None
        self.words = tuple(member.value for member in words) if isinstance(words, type) else words

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "/".join(self.words) if isinstance(param, click.Option) else ""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        if value not in self.words:
            allowed = ", ".join(self.words)
            raise Mistake(_("„%(value)s“ gibt es nicht. Erlaubt sind: %(allowed)s.", value=value, allowed=allowed))
        return self.members(value) if self.members else value


class Day(click.ParamType[Any]):
    """A calendar day, as 2026-11-30 or 30.11.2026."""

    name = "day"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "JJJJ-MM-TT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, date):
            return value
        parts = value.split(".")
        try:
            return date.fromisoformat("-".join(part.zfill(2) for part in reversed(parts)) if len(parts) == 3 else value)
        except ValueError:
            raise Mistake(_("„%(value)s“ ist kein Tag. Bitte so: 2026-11-30.", value=value)) from None


class _Worded(click.Command):
    """Help in the site's language. What is given as `help` is a message id."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = N_("Diese Hilfe zeigen.")
        return option

    def get_short_help_str(self, limit: int = 45) -> str:
        return translated(self.help).partition("\n")[0].removesuffix(".")

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        for word, translated in (("[OPTIONS]", _("[OPTIONEN]")), ("COMMAND [ARGS]...", _("BEFEHL …"))):
            pieces = pieces.replace(word, translated)
        formatter.write_usage(ctx.command_path, pieces, prefix=_("Aufruf:") + " ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(translated(self.help))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for param in self.get_params(ctx):
            if isinstance(param, click.Option):
                worded = copy(param)
                worded.help = translated(param.help)
                rows.append(worded.get_help_record(ctx))
        with formatter.section(_("Optionen")):
            formatter.write_dl([row for row in rows if row])


class Command(_Worded):
    """A command whose failures are told in one line."""

    def invoke(self, ctx: click.Context) -> Any:
        with in_plain_words():
            return super().invoke(ctx)


class Group(_Worded, click.Group):
    """Commands under one name."""

    command_class = Command
    group_class = type

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _Worded.format_options(self, ctx, formatter)
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None:
                rows.append((name, command.get_short_help_str()))
        with formatter.section(_("Befehle")):
            formatter.write_dl(rows)


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Turn what can go wrong outside the code into one line: settings, database, files."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except SettingsError as error:
        raise Mistake(_("Einstellung: %(message)s", message=error)) from None
    except PromiseMade:
        raise Mistake(_("Darauf haben sich Menschen verlassen. Es lässt sich nicht mehr lockern.")) from None
    except OSError as error:
        raise Mistake(": ".join(str(part) for part in (error.filename, error.strerror or error) if part)) from None
    except Exception as error:
        if os.environ.get(PREFIX + "LOG_LEVEL") == "DEBUG":
            raise
        raise _unforeseen(error) from None


def _unforeseen(error: Exception) -> Mistake:
    from sqlalchemy.exc import DBAPIError

    cause = error.orig if isinstance(error, DBAPIError) else error
    words = str(cause).strip().partition("\n")[0]
    if isinstance(error, DBAPIError):
        return Mistake(_("Die Datenbank antwortet nicht, wie sie soll: %(cause)s", cause=words))
    fault = f"{type(error).__name__}: {words}"
    return Mistake(_("Das war nicht vorgesehen: %(fault)s (mehr mit DELIBERATION_LOG_LEVEL=DEBUG)", fault=fault))


@contextmanager
def site() -> Iterator["Flask"]:
    """The application with an up-to-date schema. What the command did is committed when it succeeds.

    An empty database gets its tables; one that needs an upgrade, or a newer program, is left alone.
    """
    with application() as app:
        from deliberation.cli.states import require_schema
        from deliberation.database import db

        require_schema()
        try:
            yield app
            db.session.commit()
        finally:
            db.session.remove()


@contextmanager
def application() -> Iterator["Flask"]:
    """The application as it is, whatever the state of its database."""
    from deliberation.database import set_reading

    app = _load_app()
    with app.app_context():
        set_reading(False)
        yield app


def _load_app() -> "Flask":
    """The one that `flask --app …` has loaded, else a new one."""
    loader = getattr(click.get_current_context().find_root().obj, "load_app", None)
    if loader is not None:
        return loader()  # type: ignore[no-any-return]
    from deliberation import create_app

    return create_app()


def run(group: click.Group) -> None:
    """Run the command line and leave with its exit status: 0 done, 1 a mistake, told in one line."""
    try:
        group.main(prog_name="deliberation", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.ctx.get_help())
    except click.UsageError as error:
        usage = error.ctx.get_usage().replace("\n", " ") if error.ctx else ""
        click.echo(_("Fehler: %(message)s", message=f"{_usage_message(error)} {usage}".strip()), err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has gone; nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _name_of(param: click.Parameter, ctx: click.Context | None) -> str:
    if isinstance(param, click.Option):
        return max(param.opts, key=len)
    return param.make_metavar(ctx) if ctx else str(param.name)


def _usage_message(error: click.UsageError) -> str:
    match error:
        case click.MissingParameter(param=click.Parameter() as param):
            return _("Es fehlt: %(name)s.", name=_name_of(param, error.ctx))
        case click.exceptions.NoSuchCommand(command_name=name):
            return _("Den Befehl „%(name)s“ gibt es nicht.", name=name)
        case click.NoSuchOption(option_name=name):
            return _("Die Option „%(name)s“ gibt es nicht.", name=name)
    return error.format_message()
