"""Where things are, from the configured address of the site alone; and the way back from an address to a place in the text."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

ROOT = "/api/v1"
_PLACE = re.compile(r"/d/(?P<slug>[^/]+)/(?P<t>[^/]+)(?:/(?P<p>[^/]+))?")
_EDITION = re.compile(r"/d/(?P<slug>[^/]+)/(?:text|editions/(?P<edition>\d{1,6}))")
_ANCHOR = re.compile(r"absatz-(?P<t>[^-]+)-(?P<p>[^-]+)")
_ANNOTATION = re.compile(r"(?:/api/v1/d/[^/]+/annotations|/a)/(?P<number>\d{1,10})")
NO_THESIS = frozenset({"text", "results", "export", "exports", "new", "search", "editions", "changes", "moderation"})


@dataclass(frozen=True)
class Target:
    """What an address names: a place in a text (`p` None: the thesis as a whole; `edition` None: whichever is in force),
    or an annotation."""

    slug: str = ""
    t: str = ""
    p: str | None = None
    edition: int | None = None
    number: int | None = None


@dataclass(frozen=True)
class Addresses:
    site: str

    def declaration(self, slug: str) -> str:
        return f"{self.site}/d/{quote(slug)}"

    def place(self, slug: str, t: str, p: str | None = None) -> str:
        path = f"{quote(t)}/{quote(p)}" if p is not None else quote(t)
        return f"{self.declaration(slug)}/{path}"

    def paragraph_of(self, slug: str, edition: int, t: str, p: str) -> str:
        """The paragraph as it stood in an edition."""
        return f"{self.declaration(slug)}/editions/{edition}#absatz-{quote(t)}-{quote(p)}"

    def page_of(self, number: int) -> str:
        return f"{self.site}/a/{number}"

    def container(self, slug: str) -> str:
        return f"{self.site}{ROOT}/d/{quote(slug)}/annotations/"

    def annotation(self, slug: str, number: int) -> str:
        return f"{self.container(slug)}{number}"

    def read(self, address: str) -> Target | None:
        """What one of our own addresses names; None for everything else."""
        if not address.startswith(self.site + "/"):
            return None
        parts = urlsplit(address.removeprefix(self.site))
        if found := _ANNOTATION.fullmatch(parts.path):
            return Target(number=int(found["number"]))
        anchor = _ANCHOR.fullmatch(unquote(parts.fragment))
        if (found := _EDITION.fullmatch(parts.path)) and anchor:
            edition = int(found["edition"]) if found["edition"] else None
            return Target(unquote(found["slug"]), anchor["t"], anchor["p"], edition)
        found = _PLACE.fullmatch(parts.path)
        if found is None or found["t"] in NO_THESIS:
            return None
        return Target(unquote(found["slug"]), unquote(found["t"]), unquote(found["p"]) if found["p"] else None)
