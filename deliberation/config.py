"""Settings from the environment (`DELIBERATION_*`) and `instance/config.py`; refuses nonsense at start.

Order, the later wins: defaults, `instance/config.py`, environment, overrides given by a test.
"""

import os
import re
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deliberation.logs import FORMATS

PREFIX = "DELIBERATION_"
SECRETS = ("SECRET_KEY", "ADDRESS_KEY", "DATABASE_URL", "READ_DATABASE_URL", "MAIL_URL", "REDIS_URL")
OPERATOR_FIELDS = ("OPERATOR_NAME", "OPERATOR_ADDRESS", "OPERATOR_EMAIL", "OPERATOR_RESPONSIBLE")
IMPRINT_FIELDS = ("IMPRINT_REPRESENTATIVE", "IMPRINT_PHONE", "IMPRINT_REGISTER", "IMPRINT_VAT", "IMPRINT_AUTHORITY")
"""What § 5 DDG asks of some: whoever has it names it."""
LOCALES = ("de", "en")
SIGN_UPS = ("open", "invited")
"""Whether everybody makes an account, or whoever was invited."""
SECRET_MIN = 32
DRIVER = "postgresql+psycopg://"
SEVERAL = re.compile(r"postgresql\+psycopg://([^/?]*@)?([^/?@]*,[^/?@]*)(/[^?]*)?(?:\?(.*))?")
"""The address of a database that names more than one server."""

DEFAULTS: dict[str, Any] = {
    "DATABASE_URL": "",
    # A copy of it that follows (streaming replication): answers people without an account where it has caught up.
    "READ_DATABASE_URL": "",
    # How many connections one process takes at most.
    "DATABASE_POOL": 15,
    # Processes of `serve` with PostgreSQL; 0: as many as the machine can use.
    "WORKERS": 0,
    "SECRET_KEY": "",
    "ADDRESS_KEY": "",
    "SECOND_FACTOR": "",
    "BASE_URL": "http://127.0.0.1:8000",
    "MAIL_URL": "",
    "MAIL_FROM": "",
    # Where mail servers send back what does not arrive; empty: to the sender.
    "BOUNCE_ADDRESS": "",
    "REDIS_URL": "",
    # Room for pages that are kept for readers without an account, in each process; 0 keeps none.
    "KEPT_PAGES_MB": 16,
    "TRUSTED_PROXIES": 0,
    "RATELIMIT_ENABLED": True,
    "DEFAULT_LOCALE": "de",
    "LOG_LEVEL": "INFO",
    "LOG_FORMAT": "plain",
    # Where counts for Prometheus are told, on 127.0.0.1 alone; 0: nowhere.
    "METRICS_PORT": 0,
    # Where whoever leaves a page in a hurry ends up: the weather, which everybody may look at in an office.
    "QUICK_EXIT_URL": "https://www.dwd.de/",
    "SITE_NAME": "",
    "CONTACT_EMAIL": "",
    "SIGN_UP": "open",
    # For the privacy page: on whose servers this runs, which authority is in charge, and whom to ask.
    "PRIVACY_HOSTING": "",
    "PRIVACY_AUTHORITY": "",
    "PRIVACY_OFFICER": "",
    **dict.fromkeys((*OPERATOR_FIELDS, *IMPRINT_FIELDS), ""),
}


class SettingsError(Exception):
    """A setting that cannot be right. The message is one line for the operator."""


def package_root() -> Path:
    """The folder that holds `templates/` and `static/`: the package when installed, else the checkout."""
    package = Path(__file__).parent
    return package if (package / "templates").is_dir() else package.parent


def instance_folder(overrides: Mapping[str, Any]) -> Path:
    """Where database, mail and files live; made if it is missing."""
    wanted = overrides.get("INSTANCE") or os.environ.get(PREFIX + "INSTANCE")
    if wanted:
        folder = Path(wanted).expanduser().resolve()
    elif package_root() != Path(__file__).parent:
        folder = package_root() / "instance"
    else:
        folder = Path(sys.prefix) / "var" / "deliberation-instance"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"INSTANCE: cannot make the folder {folder}: {error.strerror}") from None
    return folder


def load_settings(instance: Path, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Read, check and complete all settings.

    Raises SettingsError with one line naming the setting and what would be right.
    """
    given = {**_from_file(instance / "config.py"), **_from_environment(os.environ), **overrides}
    settings = {**DEFAULTS, **given}
    # What is said here cannot be changed in the browser (`settings.setting`).
    settings["GIVEN"] = frozenset(name for name, value in given.items() if str(value).strip())
    settings["TRUSTED_PROXIES"] = _whole_number("TRUSTED_PROXIES", settings["TRUSTED_PROXIES"])
    settings["KEPT_PAGES_MB"] = _whole_number("KEPT_PAGES_MB", settings["KEPT_PAGES_MB"], most=4096)
    settings["METRICS_PORT"] = _whole_number("METRICS_PORT", settings["METRICS_PORT"], most=65535)
    settings["RATELIMIT_ENABLED"] = _truth("RATELIMIT_ENABLED", settings["RATELIMIT_ENABLED"])
    settings["BASE_URL"] = _base_url(str(settings["BASE_URL"]))
    if not str(settings["QUICK_EXIT_URL"]).startswith(("https://", "http://")):
        raise SettingsError(f"QUICK_EXIT_URL is {settings['QUICK_EXIT_URL']!r}; a web address is needed")
    settings["IS_PRODUCTION"] = settings["BASE_URL"].startswith("https://")
    settings["DATABASE_URL"] = database_url(str(settings["DATABASE_URL"]), instance)
    settings["READ_DATABASE_URL"] = _read_database_url(str(settings["READ_DATABASE_URL"]), settings["DATABASE_URL"])
    settings["DATABASE_POOL"] = _whole_number("DATABASE_POOL", settings["DATABASE_POOL"], 2, 500)
    settings["WORKERS"] = _whole_number("WORKERS", settings["WORKERS"], 0, 500)
    settings["REDIS_URL"] = _redis_url(str(settings["REDIS_URL"]))
    settings["MAIL_URL"] = _mail_url(str(settings["MAIL_URL"]), instance)
    settings["MAIL_FROM"] = settings["MAIL_FROM"] or settings["OPERATOR_EMAIL"] or _default_sender(settings)
    settings["SECOND_FACTOR"] = settings["SECOND_FACTOR"] or _second_factor(settings["IS_PRODUCTION"])
    if settings["BOUNCE_ADDRESS"] and not re.fullmatch(r"[A-Za-z0-9._-]+@[A-Za-z0-9.-]+", str(settings["BOUNCE_ADDRESS"])):
        raise SettingsError(f"BOUNCE_ADDRESS is {settings['BOUNCE_ADDRESS']!r}; an address such as bounces@example.org is needed")
    _one_of("SECOND_FACTOR", settings["SECOND_FACTOR"], ("required", "optional"))
    _one_of("DEFAULT_LOCALE", settings["DEFAULT_LOCALE"], LOCALES)
    _one_of("SIGN_UP", settings["SIGN_UP"], SIGN_UPS)
    _one_of("LOG_LEVEL", settings["LOG_LEVEL"], ("DEBUG", "INFO", "WARNING", "ERROR"))
    _one_of("LOG_FORMAT", settings["LOG_FORMAT"], FORMATS)
    settings["SECRET_KEY"] = _secret_key(str(settings["SECRET_KEY"]), settings["IS_PRODUCTION"], instance)
    # Of its own only where SECRET_KEY was changed later: addresses stay sealed with the old one.
    settings["ADDRESS_KEY"] = str(settings["ADDRESS_KEY"]) or settings["SECRET_KEY"]
    if settings["IS_PRODUCTION"]:
        _require_imprint(settings)
    return settings


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    found: dict[str, Any] = {}
    try:
        # The operator's own file on the operator's own machine.
        exec(compile(path.read_text("utf-8"), str(path), "exec"), found)  # nosec B102
    except Exception as error:
        raise SettingsError(f"{path.name} cannot be read: {error}") from None
    return {name: value for name, value in found.items() if name.isupper()}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """`DELIBERATION_X`, and `DELIBERATION_X_FILE` for what should not stand in an environment."""
    found: dict[str, Any] = {}
    for name in DEFAULTS:
        if PREFIX + name in environ:
            found[name] = environ[PREFIX + name]
        elif name in SECRETS and PREFIX + name + "_FILE" in environ:
            path = Path(environ[PREFIX + name + "_FILE"])
            try:
                found[name] = path.read_text("utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{name}_FILE: cannot read {path}: {error.strerror}") from None
    return found


def _whole_number(name: str, value: Any, least: int = 0, most: int = 10) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = -1
    if not least <= number <= most:
        raise SettingsError(f"{name} is {value!r}; a whole number from {least} to {most} is needed")
    return number


def _truth(name: str, value: Any) -> bool:
    text = str(value).strip().lower()
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("0", "false", "no", "off"):
        return False
    raise SettingsError(f"{name} is {value!r}; 1 or 0 is needed")


def _one_of(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise SettingsError(f"{name} is {value!r}; one of {', '.join(allowed)} is needed")


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(f"BASE_URL is {value!r}; an address such as https://beratung.example.org is needed")
    return value.rstrip("/")


def database_url(value: str, instance: Path) -> str:
    """psycopg 3 is the only PostgreSQL driver we ship, whatever spelling of the address was given."""
    if not value:
        return f"sqlite:///{instance / 'deliberation.sqlite3'}"
    for spelling in ("postgres://", "postgresql://"):
        if value.startswith(spelling):
            value = DRIVER + value.removeprefix(spelling)
    if not value.startswith(("sqlite:///", DRIVER)):
        raise SettingsError("DATABASE_URL must start with sqlite:/// or postgresql://")
    return _with_hosts(value) if value.startswith(DRIVER) else value


def _with_hosts(value: str) -> str:
    """Several servers (`postgresql://name:password@one:5432,two:5432/base`) are all asked, and the one that takes writes is the
    primary: after a failover every process finds the new one by itself."""
    found = SEVERAL.fullmatch(value)
    if found is None:
        return value
    who, hosts, base, query = found.groups()
    told = "".join(f"&host={host}" for host in hosts.split(",") if host)
    told += f"&{query}" if query else ""
    told += "" if "target_session_attrs=" in told else "&target_session_attrs=read-write"
    return f"{DRIVER}{who or ''}{base}?{told[1:]}"


def _read_database_url(value: str, primary: str) -> str:
    if not value:
        return value
    if not primary.startswith(DRIVER):
        raise SettingsError("READ_DATABASE_URL is for a copy of a PostgreSQL database; DATABASE_URL names none")
    for spelling in ("postgres://", "postgresql://"):
        value = DRIVER + value.removeprefix(spelling) if value.startswith(spelling) else value
    if not value.startswith(DRIVER) or SEVERAL.fullmatch(value):
        raise SettingsError("READ_DATABASE_URL must start with postgresql:// and name one server")
    if value == primary:
        raise SettingsError("READ_DATABASE_URL is the same as DATABASE_URL; leave it empty where there is no copy")
    return value


def _redis_url(value: str) -> str:
    if value and not value.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsError("REDIS_URL must start with redis://, rediss:// or unix://")
    return "redis+" + value if value.startswith("unix://") else value


def _mail_url(value: str, instance: Path) -> str:
    if not value:
        return f"file://{instance / 'mail'}"
    if not value.startswith(("smtp://", "smtps://", "file://")):
        raise SettingsError("MAIL_URL must start with smtp://, smtps:// or file://")
    return value


def _default_sender(settings: Mapping[str, Any]) -> str:
    return f"beratung@{urlsplit(settings['BASE_URL']).hostname}"


def _second_factor(is_production: bool) -> str:
    return "required" if is_production else "optional"


def _secret_key(value: str, is_production: bool, instance: Path) -> str:
    """On a laptop a key is made once and kept; in production somebody has to choose one."""
    if value:
        if is_production and len(value) < SECRET_MIN:
            raise SettingsError(f"SECRET_KEY has {len(value)} characters; at least {SECRET_MIN} are needed")
        return value
    if is_production:
        raise SettingsError(
            "SECRET_KEY is missing; make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
        )
    path = instance / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text().strip()


def _require_imprint(settings: Mapping[str, Any]) -> None:
    """In the environment, in the file, or set in the browser before."""
    missing = [name for name in OPERATOR_FIELDS if not str(settings[name]).strip()]
    if missing:
        from deliberation.settings import stored_at

        stored = stored_at(settings["DATABASE_URL"])
        missing = [name for name in missing if not stored.get(name, "").strip()]
    if missing:
        raise SettingsError(f"imprint data are missing (§ 5 DDG): {', '.join(missing)}")
