"""The picture in docs/architecture.md is true: imports are parsed, templates and styles are searched."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "deliberation"
FEATURES = (
    "accounts", "declarations", "annotations", "proposals", "editions", "moderation", "search", "notifications", "meetings",
    "pages", "results", "reports", "surveys", "privacy", "site", "api",
)  # fmt: skip
FOUNDATION = (
    "config", "database", "clock", "columns", "permissions", "text", "sentences", "assets", "urls", "web", "errors",
    "filters", "schema", "turnstile", "sealing", "answers", "bodies", "backups", "connecting", "counters", "door", "logs",
    "settings", "keepers", "problems", "replica", "whence", "revisions", "kept", "parts", "metrics", "metering", "copying",
    "sqlite",
)  # fmt: skip
# What puts the rest together: may know every feature, and no feature knows it.
ASSEMBLY = ("__init__", "models", "labels", "policies", "jobs", "archiving", "serving", "cli", "sample", "migrations")
# Beside views and forms: requests, words and templates cannot be had without flask.
KNOWS_FLASK = (
    "__init__", "web", "answers", "bodies", "door", "errors", "metering", "problems", "replica", "urls", "filters", "labels",
    "policies", "jobs", "serving", "cli", "sealing", "settings", "whence", "parts", "notifications/mailer",
    "notifications/trying", "results/words", "results/archive/naming", "privacy/erasures", "privacy/erased",
)  # fmt: skip
COMMITS = (
    "web", "jobs", "cli", "notifications/mailer", "accounts/views", "declarations/views", "editions/views/drafting",
    "pages/views/files", "pages/views/signing", "privacy/views", "notifications/views", "results/views/exports", "site/views",
)  # fmt: skip
# How a page finds what it shows, asked by pages of other features too.
SHARED_VIEW_HELPERS = {"readable_declaration", "readable_annotation", "after_sign_in", "find_place"}
LINES = 300
# The nouns of a feature stand in one file, however many there are.
LONGER = {"accounts/models": 350, "annotations/models": 560, "declarations/models": 920, "moderation/models": 500,
    "pages/models": 340,
    # The policy is one page, and so is what everything is called.
    "permissions": 600,
    "labels": 500,
    "results/words": 320,
    "urls": 370,
    # One job after the other.
    "jobs": 360,
    "policies": 580,
}  # fmt: skip
EMPTY_NAMES = ("utils", "helpers", "common", "misc", "services", "service", "manager", "repository", "base")


@dataclass(frozen=True)
class Import:
    """`what` is the imported module, and with it the name where one was taken out of it."""

    module: str
    what: str
    line: int

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.what}"


def name_of(path: Path) -> str:
    """`accounts/models`; a package is called like its folder."""
    name = path.relative_to(PACKAGE).with_suffix("").as_posix()
    return name.removesuffix("/__init__") if name != "__init__" else name


@cache
def modules() -> dict[str, ast.Module]:
    paths = [path for path in PACKAGE.rglob("*.py") if "versions" not in path.parts]
    return {name_of(path): ast.parse(path.read_text("utf-8")) for path in sorted(paths)}


@cache
def imports() -> tuple[Import, ...]:
    """Every import at run time, also those inside functions; those for type checkers alone are left out."""
    return tuple(found for name, tree in modules().items() for found in _imports_in(name, tree))


def _imports_in(name: str, node: ast.AST) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.Import):
            yield from (Import(name, alias.name, child.lineno) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (Import(name, f"{child.module}.{alias.name}", child.lineno) for alias in child.names)
        else:
            yield from _imports_in(name, child)


def own(imported: str) -> str:
    """`accounts.models.User` for `deliberation.accounts.models.User`, nothing for what is not ours."""
    return imported.removeprefix("deliberation.") if imported.startswith("deliberation.") else ""


def feature_of(name: str) -> str:
    first = re.split(r"[./]", name)[0]
    return first if first in FEATURES else ""


def is_edge(name: str) -> bool:
    """Pages and their forms, where a feature meets the browser."""
    return bool(re.search(r"/(views|forms)(/|$)", name))


def is_in(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(place + "/") for place in places)


def test_every_module_has_its_place() -> None:
    strange = [n for n in modules() if not feature_of(n) and not is_in(n, FOUNDATION + ASSEMBLY)]
    assert not strange


def test_foundation_knows_no_feature() -> None:
    wrong = [i for i in imports() if is_in(i.module, FOUNDATION) and feature_of(own(i.what))]
    assert not wrong, list(map(str, wrong))


def test_features_look_to_the_left() -> None:
    """Pages may show what stands to the right; tables and verbs must not know it."""
    wrong = [
        i
        for i in imports()
        if feature_of(i.module)
        and not is_edge(i.module)
        and feature_of(own(i.what))
        and FEATURES.index(feature_of(own(i.what))) > FEATURES.index(feature_of(i.module))
    ]
    assert not wrong, list(map(str, wrong))


def test_features_do_not_know_who_puts_them_together() -> None:
    assembly = tuple(name for name in ASSEMBLY if name != "__init__")
    wrong = [i for i in imports() if feature_of(i.module) and is_in(own(i.what).replace(".", "/"), assembly)]
    # What things are called is asked by whoever writes words.
    assert not [
        i
        for i in wrong
        if not (own(i.what).startswith("labels") and (is_edge(i.module) or is_in(i.module, KNOWS_FLASK)))
    ]


def test_nobody_imports_a_page() -> None:
    wrong = [
        i
        for i in imports()
        if re.search(r"^\w+\.views\b", own(i.what))
        and i.module != "__init__"
        and not i.module.startswith(f"{feature_of(own(i.what))}/views")
        and i.what.rpartition(".")[2] not in SHARED_VIEW_HELPERS
    ]
    assert not wrong, list(map(str, wrong))


def test_models_know_neither_verbs_nor_pages() -> None:
    wrong = [
        i
        for i in imports()
        if i.module.endswith("/models") and re.search(r"^\w+\.(actions|views|forms)\b", own(i.what))
    ]
    assert not wrong, list(map(str, wrong))


def test_verbs_never_see_a_request() -> None:
    wrong = [
        i
        for i in imports()
        if re.match(r"flask(_babel|_wtf|_login|_limiter)?(\.|$)", i.what)
        and not is_edge(i.module)
        and not is_in(i.module, KNOWS_FLASK)
    ]
    assert not wrong, list(map(str, wrong))


def test_only_the_edge_commits() -> None:
    wrong = [
        f"{name}:{node.lineno}"
        for name, tree in modules().items()
        if not is_in(name, COMMITS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]
    assert not wrong


def test_queries_are_written_in_one_style() -> None:
    wrong = [
        f"{name}:{node.lineno}"
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("query", "first_or_404", "get_or_404")
        if ast.unparse(node.value).endswith("session") or ast.unparse(node.value)[:1].isupper()
    ]
    assert not wrong


def test_names_say_something() -> None:
    assert not [name for name in modules() if name.rpartition("/")[2] in EMPTY_NAMES]


def test_every_module_says_what_lives_in_it() -> None:
    silent = [name for name, tree in modules().items() if tree.body and not ast.get_docstring(tree)]
    assert not silent


def test_files_can_be_read_in_one_go() -> None:
    long = {
        name: lines
        for name, tree in modules().items()
        if (lines := max((getattr(node, "end_lineno", 0) for node in tree.body), default=0)) > LONGER.get(name, LINES)
    }
    assert not long


def templates() -> list[Path]:
    return sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".xml", ".txt"))


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"\|\s*safe\b|autoescape\s+false", "text.to_safe_html is the only way in for HTML"),
        (r"\sstyle\s*=", "the content security policy refuses it: use a class"),
        (r"<[a-z][^>]*\son[a-z]+=", "the content security policy refuses it: bind in a module"),
        (r"<script(?![^>]*\ssrc=)", "no script in a page"),
        (r"javascript:", "no script in an address"),
        (r"""(src|href)=["'](https?:)?//(?!www\.w3\.org)""", "nothing from a third party"),
        (r"\b(db\.|session\.execute|\.query\b|select\()", "a template never queries"),
        (r"\b(Role|Phase|Status)\.|\.roles_in\(", "a template asks may() and properties"),
    ],
    ids=lambda value: "" if value.startswith("(") else value,
)
def test_templates_stay_plain(pattern: str, why: str) -> None:
    found = []
    for path in templates():
        text = re.sub(r"\{#.*?#\}", lambda m: "\n" * m.group().count("\n"), path.read_text("utf-8"), flags=re.DOTALL)
        found += [
            f"{path.relative_to(ROOT)}:{text[: match.start()].count(chr(10)) + 1}: {why}"
            for match in re.finditer(pattern, text)
        ]
    assert not found


def test_pages_are_short() -> None:
    long = {str(path.relative_to(ROOT)): n for path in templates() if (n := path.read_text("utf-8").count("\n")) > 130}
    assert not long


def test_colours_live_in_one_file() -> None:
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch)a?\(")
    found = []
    for path in sorted((ROOT / "static" / "css").rglob("*.css")):
        text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        if path.name != "tokens.css":
            found += [f"{path.name}: {match.group()}" for match in colour.finditer(text)]
    assert not found


def test_styles_never_shout() -> None:
    found = []
    for path in (ROOT / "static" / "css").rglob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        found += [f"{path.name}: {word}" for word in re.findall(r"!important|https?://[^\s)]+", text)]
    assert not found
