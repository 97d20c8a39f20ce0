"""Automatic numbering of Word as the reader sees it: counters, formats, restarts and start values."""

from dataclasses import dataclass, field
from typing import Any

from deliberation.declarations.importing.labels import format_number

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def value_of(parent: Any, tag: str) -> str | None:
    """The attribute `w:val` of the child `w:tag`, or None."""
    child = parent.find(W + tag) if parent is not None else None
    return None if child is None else child.get(W + "val")


def is_on(parent: Any, tag: str) -> bool | None:
    """A switch such as `w:b`: True, False, or None when it is not mentioned."""
    child = parent.find(W + tag) if parent is not None else None
    if child is None:
        return None
    return child.get(W + "val", "true") not in ("0", "false", "off", "none")


@dataclass
class _Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False


@dataclass
class Numbering:
    """All lists of a document with their running counters."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)  # abstract list → levels
    lists: dict[str, str] = field(default_factory=dict)  # list → abstract list
    overrides: dict[str, dict[int, _Level]] = field(default_factory=dict)
    restarts: dict[str, dict[int, int]] = field(default_factory=dict)
    styles: dict[tuple[str, str], int] = field(default_factory=dict)  # (abstract list, style) → level
    counters: dict[str, dict[int, int]] = field(default_factory=dict)
    seen: set[tuple[str, int]] = field(default_factory=set)

    @classmethod
    def parse(cls, root: Any) -> "Numbering":
        """Read `word/numbering.xml`; None gives an empty one."""
        found = cls()
        if root is None:
            return found
        linked: dict[str, str] = {}
        defined: dict[str, str] = {}
        for abstract in root.iterfind(W + "abstractNum"):
            name = abstract.get(W + "abstractNumId", "")
            found.levels[name] = {}
            for node in abstract.iterfind(W + "lvl"):
                number = _integer(node.get(W + "ilvl"), 0)
                found.levels[name][number] = _level(node)
                if style := value_of(node, "pStyle"):
                    found.styles[name, style] = number
            if style := value_of(abstract, "numStyleLink"):
                linked[name] = style
            if style := value_of(abstract, "styleLink"):
                defined[style] = name
        for name, style in linked.items():
            found.levels[name] = found.levels[name] or found.levels.get(defined.get(style, ""), {})
        for node in root.iterfind(W + "num"):
            found._add_list(node)
        return found

    def _add_list(self, node: Any) -> None:
        name = node.get(W + "numId", "")
        self.lists[name] = value_of(node, "abstractNumId") or ""
        for override in node.iterfind(W + "lvlOverride"):
            level = _integer(override.get(W + "ilvl"), 0)
            if (own := override.find(W + "lvl")) is not None:
                self.overrides.setdefault(name, {})[level] = _level(own)
            if start := value_of(override, "startOverride"):
                self.restarts.setdefault(name, {})[level] = _integer(start, 1)

    def level_of_style(self, num_id: str, style: str) -> int | None:
        """The level that a list gives to a paragraph style, or None."""
        return self.styles.get((self.lists.get(num_id, ""), style))

    def next_label(self, num_id: str, level: int) -> tuple[str, int | None] | None:
        """Count one paragraph of a list. Returns its label and value (None for bullets), or None when there
        is no such list.
        """
        abstract = self.lists.get(num_id)
        if abstract is None:
            return None
        here = self._level(num_id, level)
        value = self._count(abstract, num_id, level)
        if here.format == "bullet":
            return ("•" if here.text.strip() else "", None)
        return self._write(num_id, abstract, here), value

    def _count(self, abstract: str, num_id: str, level: int) -> int:
        counters = self.counters.setdefault(abstract, {})
        restart = self.restarts.get(num_id, {}).get(level)
        if restart is not None and (num_id, level) not in self.seen:
            counters[level] = restart
        elif level in counters:
            counters[level] += 1
        else:
            counters[level] = self._level(num_id, level).start
        self.seen.add((num_id, level))
        for deeper in [one for one in counters if one > level]:
            restart_after = self._level(num_id, deeper).restart
            if restart_after is None or 0 < restart_after >= level + 1:
                del counters[deeper]
        return counters[level]

    def _write(self, num_id: str, abstract: str, here: _Level) -> str:
        text = here.text
        for number in range(9):
            place = f"%{number + 1}"
            if place in text:
                level = self._level(num_id, number)
                value = self.counters[abstract].get(number, level.start)
                style = "decimal" if here.legal else level.format
                text = text.replace(place, format_number(value, style))
        return text.strip()

    def _level(self, num_id: str, level: int) -> _Level:
        own = self.overrides.get(num_id, {}).get(level)
        return own or self.levels.get(self.lists.get(num_id, ""), {}).get(level) or _Level(text=f"%{level + 1}.")


def _level(node: Any) -> _Level:
    restart = value_of(node, "lvlRestart")
    return _Level(
        _integer(value_of(node, "start"), 0 if node.find(W + "start") is None else 1),
        value_of(node, "numFmt") or "decimal",
        value_of(node, "lvlText") or "",
        None if restart is None else _integer(restart, 0),
        bool(is_on(node, "isLgl")),
    )


def _integer(word: str | None, default: int) -> int:
    try:
        return min(max(int(word or ""), 0), 1_000_000)
    except ValueError:
        return default
