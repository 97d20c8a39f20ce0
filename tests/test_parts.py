"""What is shipped is listed: the bill of materials says what the lock installs."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, set[str]]:
    """Names and versions of everything in the lock: older Pythons may need another version than newer ones."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9_.-]+)==([^\s;\\]+)", line):
            found.setdefault(plain(match[1]), set()).add(match[2])
    return found


def test_bill_of_materials_names_what_the_lock_installs():
    bill = json.loads((ROOT / "docs" / "sbom.cdx.json").read_text("utf-8"))
    listed = {plain(part["name"]): part["version"] for part in bill["components"]}
    wanted = locked()
    assert {name: version for name, version in listed.items() if version not in wanted.get(name, ())} == {}, "run: make sbom"
    # Parts for older Pythons and other systems are in the lock, not in what this machine installed.
    assert set(wanted) - set(listed) <= {"colorama", "async-timeout", "importlib-metadata", "zipp"}, "run: make sbom"


def test_every_part_and_font_has_its_licence():
    bill = json.loads((ROOT / "docs" / "sbom.cdx.json").read_text("utf-8"))
    listed_licences = (ROOT / "docs" / "licences-of-parts.txt").read_text("utf-8")
    for part in bill["components"]:
        assert re.search(rf"^{re.escape(part['name'])}$", listed_licences, re.M | re.I), part["name"]
    fonts = ROOT / "static" / "fonts"
    for font in fonts.glob("*.woff2"):
        assert list(fonts.glob(font.name.split("-latin")[0] + "*OFL.txt")), font.name
