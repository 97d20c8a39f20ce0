"""Settings come from one place after the other, and nonsense stops the start with one line."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from deliberation.config import DEFAULTS, PREFIX, SECRET_MIN, SettingsError, instance_folder, load_settings
from deliberation.database import db
from deliberation.settings import SiteSetting

IMPRINT = {
    "OPERATOR_NAME": "Verein",
    "OPERATOR_ADDRESS": "Weg 1, 12345 Ort",
    "OPERATOR_EMAIL": "post@example.org",
    "OPERATOR_RESPONSIBLE": "Ada",
}
PRODUCTION = {"BASE_URL": "https://beratung.example.org", "SECRET_KEY": "x" * SECRET_MIN, **IMPRINT}
SERVER = {"DATABASE_URL": "postgresql://one/db"}


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in DEFAULTS:
        monkeypatch.delenv(PREFIX + name, raising=False)
        monkeypatch.delenv(PREFIX + name + "_FILE", raising=False)


def test_a_laptop_needs_no_settings(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {})
    assert settings["DATABASE_URL"] == f"sqlite:///{tmp_path / 'deliberation.sqlite3'}"
    assert settings["MAIL_URL"] == f"file://{tmp_path / 'mail'}"
    assert settings["BASE_URL"] == "http://127.0.0.1:8000"
    assert settings["SECOND_FACTOR"] == "optional"
    assert not settings["IS_PRODUCTION"]


def test_a_laptop_keeps_the_secret_it_made(tmp_path: Path) -> None:
    first = load_settings(tmp_path, {})["SECRET_KEY"]
    assert len(first) >= SECRET_MIN
    assert load_settings(tmp_path, {})["SECRET_KEY"] == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_later_places_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.py").write_text('DEFAULT_LOCALE = "en"\nLOG_LEVEL = "ERROR"\nTRUSTED_PROXIES = 1\n')
    monkeypatch.setenv(PREFIX + "LOG_LEVEL", "WARNING")
    monkeypatch.setenv(PREFIX + "TRUSTED_PROXIES", "2")
    settings = load_settings(tmp_path, {"TRUSTED_PROXIES": 3})
    assert (settings["DEFAULT_LOCALE"], settings["LOG_LEVEL"], settings["TRUSTED_PROXIES"]) == ("en", "WARNING", 3)


def test_secrets_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret"
    secret.write_text("y" * 40 + "\n")
    monkeypatch.setenv(PREFIX + "SECRET_KEY_FILE", str(secret))
    assert load_settings(tmp_path, {})["SECRET_KEY"] == "y" * 40


@pytest.mark.parametrize(
    "given", ["postgres://u:p@host/db", "postgresql://u:p@host/db", "postgresql+psycopg://u:p@host/db"]
)
def test_every_spelling_of_postgresql_means_the_same(tmp_path: Path, given: str) -> None:
    assert load_settings(tmp_path, {"DATABASE_URL": given})["DATABASE_URL"] == "postgresql+psycopg://u:p@host/db"


@pytest.mark.parametrize(
    ("given", "hosts", "ports"),
    [
        ("postgresql://u:p@one:5432,two:5433/db", "one,two", "5432,5433"),
        ("postgresql://one,two/db?sslmode=require", "one,two", ","),
    ],
)
def test_of_several_servers_the_one_that_takes_writes_is_found(tmp_path: Path, given: str, hosts: str, ports: str) -> None:
    url = sa.make_url(load_settings(tmp_path, {"DATABASE_URL": given})["DATABASE_URL"])
    [_words, told] = sa.create_engine(url).dialect.create_connect_args(url)
    assert (told["host"], told.get("port", ports), told["dbname"]) == (hosts, ports, "db")
    assert told["target_session_attrs"] == "read-write"
    assert told.get("sslmode", "require") == "require"


def test_production_is_an_address_with_https(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, PRODUCTION)
    assert settings["IS_PRODUCTION"]
    assert settings["SECOND_FACTOR"] == "required"
    assert settings["MAIL_FROM"] == "post@example.org"


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        *(({name: " "}, name) for name in IMPRINT),
        ({"BASE_URL": "beratung.example.org"}, "BASE_URL"),
        ({"BASE_URL": "ftp://beratung.example.org"}, "BASE_URL"),
        ({"BASE_URL": "https://beratung.example.org/?a=1"}, "BASE_URL"),
        ({"DATABASE_URL": "mysql://localhost/db"}, "DATABASE_URL"),
        ({"MAIL_URL": "mail.example.org"}, "MAIL_URL"),
        ({"TRUSTED_PROXIES": "many"}, "TRUSTED_PROXIES"),
        ({"TRUSTED_PROXIES": -1}, "TRUSTED_PROXIES"),
        ({"RATELIMIT_ENABLED": "perhaps"}, "RATELIMIT_ENABLED"),
        ({"SECOND_FACTOR": "never"}, "SECOND_FACTOR"),
        ({"DEFAULT_LOCALE": "fr"}, "DEFAULT_LOCALE"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL"),
        ({"DATABASE_POOL": 1}, "DATABASE_POOL"),
        ({"WORKERS": "all"}, "WORKERS"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL"),
        ({"READ_DATABASE_URL": "postgresql://copy/db"}, "DATABASE_URL names none"),
        ({**SERVER, "READ_DATABASE_URL": "mysql://copy/db"}, "READ_DATABASE_URL"),
        ({**SERVER, "READ_DATABASE_URL": "postgresql://one,two/db"}, "one server"),
        ({**SERVER, "READ_DATABASE_URL": SERVER["DATABASE_URL"]}, "the same as DATABASE_URL"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT"),
        ({"METRICS_PORT": "65536"}, "METRICS_PORT"),
        ({"METRICS_PORT": "on"}, "METRICS_PORT"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_nonsense_is_refused_by_name(tmp_path: Path, wrong: dict[str, object], word: str) -> None:
    with pytest.raises(SettingsError, match=word) as refusal:
        load_settings(tmp_path, {**PRODUCTION, **wrong})
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("content", ["SECRET_KEY = ", "import nothing_of_this_name", "raise SystemExit"])
def test_a_broken_settings_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "config.py").write_text(content)
    with pytest.raises((SettingsError, SystemExit)):
        load_settings(tmp_path, {})


def test_a_missing_secret_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "SECRET_KEY_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match="SECRET_KEY_FILE"):
        load_settings(tmp_path, {})


@pytest.mark.any_engine
class TestImprintFromTheBrowser:
    """Production needs imprint data; those that the operator has entered count as much as those of the environment."""

    def store(self, app: Flask, **values: str) -> dict[str, object]:
        for name, value in values.items():
            db.session.add(SiteSetting(name=name, value=value))
        db.session.commit()
        bare = {name: value for name, value in PRODUCTION.items() if name not in IMPRINT}
        return {**bare, "DATABASE_URL": app.config["DATABASE_URL"]}

    def test_public_site_starts_with_them(self, app: Flask, tmp_path: Path) -> None:
        assert load_settings(tmp_path, self.store(app, **IMPRINT))["IS_PRODUCTION"]

    def test_public_site_does_not_start_with_half_of_them(self, app: Flask, tmp_path: Path) -> None:
        given = self.store(app, **{**IMPRINT, "OPERATOR_ADDRESS": " "})
        with pytest.raises(SettingsError, match="OPERATOR_ADDRESS") as refusal:
            load_settings(tmp_path, given)
        assert "OPERATOR_NAME" not in str(refusal.value)

    def test_looking_for_them_makes_no_database(self, tmp_path: Path) -> None:
        bare = {name: value for name, value in PRODUCTION.items() if name not in IMPRINT}
        with pytest.raises(SettingsError, match="imprint"):
            load_settings(tmp_path, bare)
        assert not (tmp_path / "deliberation.sqlite3").exists()


def test_settings_say_what_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.py").write_text('SITE_NAME = "Bezirk"\nCONTACT_EMAIL = ""\n')
    monkeypatch.setenv(PREFIX + "DEFAULT_LOCALE", "en")
    given = load_settings(tmp_path, {"OPERATOR_NAME": "Verein"})["GIVEN"]
    assert {"SITE_NAME", "DEFAULT_LOCALE", "OPERATOR_NAME"} <= given
    assert "CONTACT_EMAIL" not in given


def test_no_refusal_repeats_a_secret(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refusal:
        load_settings(tmp_path, {**PRODUCTION, "SECRET_KEY": "hush-hush"})
    assert "hush" not in str(refusal.value)


def test_instance_folder_is_made(tmp_path: Path) -> None:
    wanted = tmp_path / "deep" / "instance"
    assert instance_folder({"INSTANCE": str(wanted)}) == wanted
    assert wanted.is_dir()


def test_instance_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="INSTANCE"):
        instance_folder({"INSTANCE": str(tmp_path / "file" / "instance")})
