"""Pages that every site has from the start, in both languages: with what the settings say filled in, and with gaps that only
whoever runs the site can fill. A page with a gap is shown to nobody else."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from deliberation.config import LOCALES
from deliberation.pages.linking import FIXED, to_html
from deliberation.pages.models import Page, find_page
from deliberation.settings import operator_facts, store, stored_json

START = "start"
"""The words above the list of declarations."""
SHIPPED = (START, "worum-es-geht", "sicher-mitmachen", "fragen-und-antworten", "kontakt")
AT_THE_FOOT = SHIPPED[1:]
"""Those whose link stands at the foot of every page until somebody decides otherwise."""
INDEX = "SITE_PAGES"
"""Under this name `settings` keeps what there is of the site's own pages: every page has a foot."""
_FACT = re.compile(r"\{\{([a-z]+)\}\}")
_GAP = re.compile(r"\[\[(.+?)\]\]", re.DOTALL)
_FACTS = {"betreiber": "name", "kontakt": "contact"}
_UNSET = {
    "de": {
        "betreiber": "Wer betreibt diese Seite? Einzutragen unter Betrieb, Impressum.",
        "kontakt": "Adresse für Fragen? Einzutragen unter Betrieb, Einstellungen der Seite.",
    },
    "en": {
        "betreiber": "Who runs this site? To be set under operation, imprint.",
        "kontakt": "Address for questions? To be set under operation, settings of the site.",
    },
}


@dataclass(frozen=True)
class SitePage:
    """A page of the site in one language; `page` is none as long as it reads as it was delivered."""

    address: str
    language: str
    title: str
    source: str
    is_shown: bool
    page: Page | None = None

    @classmethod
    def of(cls, page: Page) -> "SitePage":
        return cls(page.address, page.language, page.title, page.body, page.is_shown, page)

    @property
    def words(self) -> str:
        """The source with what the settings say."""
        return _filled(self.source, self.language)

    @property
    def gaps(self) -> list[str]:
        """What is still to be said, in the words of the template."""
        return find_gaps(self.words)

    @property
    def is_public(self) -> bool:
        return self.is_shown and not self.gaps

    @property
    def html(self) -> str:
        return to_html(None, self.words)

    @property
    def changed_on(self) -> date | None:
        return self.page.changed_on if self.page else None


def find_gaps(words: str) -> list[str]:
    return [" ".join(gap.split()) for gap in _GAP.findall(words)]


def find_site_page(address: str, language: str, is_operator: bool = False) -> SitePage | None:
    """In this language, else in the other one: a page in German says more than none. The operator gets those with gaps and those
    not shown as well, where there is nothing else."""
    found = [one for each in _from(language) if (one := find_in(address, each)) is not None]
    return next((one for one in found if one.is_public), found[0] if found and is_operator else None)


def _from(language: str) -> tuple[str, ...]:
    return (language, *(other for other in LOCALES if other != language))


def find_in(address: str, language: str) -> SitePage | None:
    """In this language alone, as it stands there or as it was delivered."""
    page = find_page(None, address, language)
    if page is not None:
        return SitePage.of(page)
    return delivered(address, language)


def delivered(address: str, language: str) -> SitePage | None:
    """As it was shipped."""
    template = _template(address, language)
    return SitePage(address, language, *template, True) if template else None


@cache
def _template(address: str, language: str) -> tuple[str, str] | None:
    if address not in SHIPPED or language not in LOCALES:
        return None
    words = (Path(__file__).parent / language / f"{address}.md").read_text(encoding="utf-8")
    title, _end, body = words.partition("\n")
    return title.removeprefix("# "), body.strip()


def _filled(source: str, language: str) -> str:
    facts = operator_facts()

    def fact(found: "re.Match[str]") -> str:
        name = found[1]
        return facts.get(_FACTS.get(name, ""), "") or f"[[{_UNSET[language].get(name, name)}]]"

    return _FACT.sub(fact, source)


def load_public(language: str) -> list[SitePage]:
    """What everybody may read, but for the words above the list and below the fixed pages."""
    addresses = (*AT_THE_FOOT, *(own for own in _index() if own not in (*SHIPPED, *FIXED)))
    return [one for address in addresses if (one := find_site_page(address, language)) is not None]


def load_gaps() -> list[SitePage]:
    """Pages of the site that are meant to be shown and still have gaps, as they stand."""
    wanted = {(address, language) for address in SHIPPED for language in LOCALES}
    wanted |= {(address, language) for address, by_language in _index().items() for language in by_language}
    found = (find_in(address, language) for address, language in sorted(wanted))
    return [one for one in found if one is not None and one.is_shown and one.gaps]


def note_pages(pages: Sequence[Page]) -> None:
    """Let every page know what stands at its foot: after any change, with all pages of the site."""
    index: dict[str, dict[str, Any]] = {}
    for page in pages:
        entry = {"title": page.title, "foot": page.is_shown and page.in_footer and not find_gaps(page.body)}
        index.setdefault(page.address, {})[page.language] = entry | {"at": page.position}
    store(INDEX, json.dumps(index))


def _index() -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = stored_json(INDEX) or {}
    return found


def load_foot(language: str) -> list[tuple[str, str, str]]:
    """What the operator wants at the foot of every page: address, title and language of each. Asks no query of its own."""
    index = _index()
    found = []
    for number, address in enumerate((*AT_THE_FOOT, *(own for own in index if own not in (*SHIPPED, *FIXED)))):
        entry = _foot_entry(index.get(address, {}), address, language)
        if entry:
            found.append((entry[0], number, address, *entry[1:]))
    return [(address, title, spoken) for _at, _number, address, title, spoken in sorted(found)]


def _foot_entry(kept: Mapping[str, Any], address: str, language: str) -> tuple[int, str, str] | None:
    for each in _from(language):
        shipped = None if each in kept else delivered(address, each)
        if each in kept and kept[each]["foot"]:
            return kept[each]["at"], kept[each]["title"], each
        if shipped is not None and shipped.is_public:
            return 0, shipped.title, each
    return None
