"""Where links of organisers lead in an archive: to its own pages and files where it has them. Other addresses are written out
behind their words, for paper and for later. Pictures that did not come along are what they are called."""

from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser

from deliberation.pages.linking import FIXED
from deliberation.results import words
from deliberation.results.archive.around import own_page
from deliberation.results.archive.carrying import path_of
from deliberation.results.archive.model import Archive, thesis_page
from deliberation.results.archive.twins import EASY
from deliberation.text import Attached, to_page_html

_ = words.gettext
TABLES = "tables.html"


def at_home(archive: Archive, body: str) -> str:
    """The Markdown of an own page as HTML of this archive: every link in it is relative."""
    reader = _Reader(_pages(archive), archive.summary.site)
    reader.feed(to_page_html(body, _attached(archive)))
    reader.close()
    return "".join(reader.made)


def _attached(archive: Archive) -> dict[str, Attached]:
    """What pages call by a name, as `pages.linking` has it, without asking the database again."""
    around, before = archive.around, f"/d/{archive.summary.about.slug}"
    return {
        **{name: Attached(f"/{name}") for name in FIXED},
        **{one["address"]: Attached(f"{before}/page/{one['address']}") for one in around.pages},
        **{
            one["name"]: Attached(f"{before}/file/{one['name']}", one["description"], one["width"], one["height"])
            for one in around.files
        },
    }


def _pages(archive: Archive) -> dict[str, str]:
    """Pages and files of the archive by the addresses of what they show."""
    around, annotated = archive.around, archive.annotated
    found = {
        "": "index.html",
        "/text": f"edition-{archive.summary.edition}.html",
        "/results": "results.html",
        **{f"/page/{one['address']}": own_page(one["address"]) for one in around.pages},
        **{f"/file/{one['name']}": path_of(one["name"]) for one in around.carried},
        **({"/tables": TABLES} if around.hands else {}),
        **({"/report": "report.html"} if archive.report else {}),
    }
    easy = archive.data["easy"]
    found |= {"/easy": EASY} if easy else {}
    found |= {f"/{one['thesis']}/easy": f"{EASY}#leicht-{one['thesis']}" for one in easy.get("theses", ())}
    for survey in around.surveys:
        place = f"/survey/{survey.data['number']}"
        found |= {place: survey.page, f"{place}/results": survey.page}
    for thesis in annotated.theses:
        page = thesis_page(thesis.number)
        found[f"/{thesis.number}"] = page
        found |= {f"/{thesis.number}/{one.number}": f"{page}#absatz-{thesis.number}-{one.number}" for one in thesis.paragraphs}
    return {archive.address + place: page for place, page in found.items()}


class _Reader(HTMLParser):
    """Of what `to_page_html` made, which is known to be whole; everything but links and pictures passes as it is."""

    def __init__(self, pages: Mapping[str, str], site: str) -> None:
        super().__init__(convert_charrefs=False)
        self.pages, self.site, self.made = pages, site, list[str]()
        # Of the link that is being read: where it leads, if not to a page of ours, and where its words begin.
        self.away: tuple[str, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "img":
            page = self.pages.get(self._whole(given.get("src") or ""))
            shown = "".join(f' {name}="{escape(given.get(name) or "")}"' for name in ("alt", "width", "height"))
            words_for_it = escape(_("[Bild: %(words)s]", words=given.get("alt") or "–"))
            self.made.append(f'<img src="{escape(page)}"{shown}>' if page else words_for_it)
        elif tag == "a":
            address = self._whole(given.get("href") or "")
            page = self.pages.get(address.partition("#")[0].rstrip("/"))
            self.away = None if page else (address, len(self.made))
            self.made.append(f'<a href="{escape(page)}">' if page else "")
        else:
            self.made.append(self.get_starttag_text() or "")

    def _whole(self, address: str) -> str:
        return self.site + address if address.startswith("/") else address

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag != "a" or self.away is None:
            self.made.append(f"</{tag}>")
            return
        address, start = self.away
        shown = escape(address.removeprefix("mailto:"), quote=False)
        said = "".join(self.made[start:])
        self.made.append("" if shown in said or not shown else f" ({shown})")
        self.away = None

    def handle_data(self, data: str) -> None:
        self.made.append(data)

    def handle_entityref(self, name: str) -> None:
        self.made.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.made.append(f"&#{name};")
