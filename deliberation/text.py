"""What is safe to show, and how two texts differ. The only module that knows bleach, nh3 and difflib."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from html import unescape

import bleach
import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

RENDER_VERSION = 1
"""Raised when `to_safe_html` changes; stored beside every rendering, so that old ones are made anew."""

TAGS = frozenset({"p", "br", "strong", "em", "s", "a", "ul", "ol", "li", "blockquote", "code", "pre"})
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
PROTOCOLS = frozenset({"http", "https", "mailto"})
SOURCE_MAX = 10_000
"""Characters. The sanitisers are quadratic in nesting depth: longer text never reaches them."""

REDACTED = "[von der Moderation geschwärzt]"
"""What stands in place of a redacted passage, in every text and file."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
# A tag of the serialiser, which puts every value in double quotes; a sign > may stand in a value.
_TAG = re.compile(r'<[^>"]*(?:"[^"]*"[^>"]*)*>')
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")


def normalised(source: str) -> str:
    """The text as we keep it: NFC, unix line ends, no control or direction-changing characters."""
    text = unicodedata.normalize("NFC", source.replace("\r\n", "\n").replace("\r", "\n"))
    return _BIDI.sub("", _CONTROL.sub("", text)).strip()


def has_words(text: str) -> bool:
    """Whether anything in the text can be seen: blanks and zero-width characters alone say nothing."""
    return any(unicodedata.category(character)[0] in "LNPS" for character in text)


@cache
def _markdown() -> MarkdownIt:
    engine = MarkdownIt("commonmark", {"html": False, "linkify": True, "maxNesting": 20, "breaks": True})
    return engine.enable(["linkify", "strikethrough"]).disable(["image", "heading", "lheading", "hr", "html_block"])


def to_safe_html(source: str) -> str:
    """Render the Markdown subset: paragraphs, emphasis, lists, quotes, code, links. Nothing else survives.

    bleach is the allow-list the project was asked for; nh3 behind it is maintained and parses like a browser.
    Raises ValueError above SOURCE_MAX characters.
    """
    if len(source) > SOURCE_MAX:
        raise ValueError(f"text longer than {SOURCE_MAX} characters")
    return _cleaned(_markdown().render(source), TAGS, ATTRIBUTES, _is_allowed, "nofollow ugc noopener noreferrer")


def _cleaned(
    html: str,
    tags: frozenset[str],
    attributes: dict[str, set[str]],
    is_allowed: Callable[[str, str, str], bool],
    link_rel: str,
) -> str:
    html = bleach.clean(html, tags=tags, attributes=is_allowed, protocols=PROTOCOLS, strip=True)
    return nh3.clean(
        html, tags=set(tags), attributes=attributes, url_schemes=set(PROTOCOLS), link_rel=link_rel
    ).strip()


def _is_allowed(tag: str, name: str, value: str) -> bool:
    """Addresses must say where they lead: a relative one is somebody's trick or mistake."""
    if name == "href":
        return tag == "a" and value.lower().startswith(tuple(f"{protocol}:" for protocol in PROTOCOLS))
    return name in ATTRIBUTES.get(tag, ())


def _is_allowed_on_pages(tag: str, name: str, value: str) -> bool:
    """As above; pictures and links of this site have got their address from `_attach`."""
    if name in ("href", "src") and _OWN.fullmatch(value):
        return True
    return name != "src" and (name in PAGE_ATTRIBUTES.get(tag, ()) if tag == "img" else _is_allowed(tag, name, value))


_OWN = re.compile(r"(?:/[a-z0-9-]+)+(?:\.[a-z0-9]+)?")

PAGE_TAGS = TAGS | {"h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td", "hr", "img"}
PAGE_ATTRIBUTES = {**ATTRIBUTES, "img": {"src", "alt", "width", "height", "loading"}}
PAGE_MAX = 40_000
"""Characters of a page that an organiser writes."""


@dataclass(frozen=True)
class Attached:
    """A page or file of this site that a page may lead to; one with a width is a picture, which it may show."""

    address: str
    description: str = ""
    width: int = 0
    height: int = 0


@cache
def _page_markdown() -> MarkdownIt:
    engine = MarkdownIt("commonmark", {"html": False, "linkify": True, "maxNesting": 20})
    return engine.enable(["linkify", "strikethrough", "table"]).disable(["html_block"])


def to_page_html(source: str, attached: Mapping[str, Attached] | None = None) -> str:
    """As `to_safe_html` for a page of an organiser: with headings below the title of the page, tables, rules, and what is
    `attached` under the names it uses instead of addresses. A picture or a link of another name stays words.

    Raises ValueError above PAGE_MAX characters."""
    if len(source) > PAGE_MAX:
        raise ValueError(f"text longer than {PAGE_MAX} characters")
    engine = _page_markdown()
    tokens = engine.parse(source)
    highest = min((int(token.tag[1]) for token in tokens if token.type == "heading_open"), default=1)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            # Whichever level somebody begins with, the next one below the title is the first.
            token.tag = f"h{min(int(token.tag[1]) - highest + 2, 4)}"
        # How cells are aligned would be a style attribute.
        token.attrs.pop("style", None)
    for token in _walk(tokens):
        _attach(token, attached or {})
    html = engine.renderer.render(tokens, engine.options, {})
    return _cleaned(html, PAGE_TAGS, PAGE_ATTRIBUTES, _is_allowed_on_pages, "noopener noreferrer")


def to_names(source: str) -> set[str]:
    """What a page leads to or shows by a name instead of an address."""
    tokens = _walk(_page_markdown().parse(source[:PAGE_MAX]))
    targets = {str(token.attrs[_TARGETS[token.type]]) for token in tokens if token.type in _TARGETS}
    return {target for target in targets if not _SCHEME.match(target)}


_TARGETS = {"image": "src", "link_open": "href"}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def _walk(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _walk(token.children or ())


def _attach(token: Token, attached: Mapping[str, Attached]) -> None:
    if token.type not in _TARGETS:
        return
    target = str(token.attrs[_TARGETS[token.type]])
    found = attached.get(target)
    if found is not None:
        token.attrs[_TARGETS[token.type]] = found.address
    elif not _SCHEME.match(target):
        token.attrs[_TARGETS[token.type]] = ""
    if token.type == "image" and found is not None and found.width:
        token.attrs |= {"width": found.width, "height": found.height, "loading": "lazy"}
        if not token.content:
            token.children = [Token("text", "", 0, content=found.description)]
    elif token.type == "image":
        token.type, token.content = "text", token.content or target


@lru_cache(512)
def to_plain_text(source: str) -> str:
    """The words without marks, in one line, for excerpts, titles and tables. The same headings stand on every page."""
    words = []
    for token in _markdown().parse(source[:SOURCE_MAX]):
        for child in token.children or [token]:
            if child.type in ("text", "code_inline", "fence", "code_block"):
                words.append(child.content)
            elif child.type in ("softbreak", "hardbreak"):
                words.append(" ")
        words.append(" ")
    return " ".join("".join(words).split())


def to_words(rendered: str) -> str:
    """The words of safe HTML as `to_page_html` makes it, without its tags."""
    return unescape(_TAG.sub(" ", rendered))


def excerpt(source: str, limit: int = 80) -> str:
    """At most `limit` characters of the plain words, cut between words, with an ellipsis when cut."""
    plain = to_plain_text(source)
    if len(plain) <= limit:
        return plain
    cut = plain[: limit - 1]
    head = cut if plain[limit - 1] == " " else cut.rpartition(" ")[0]
    return (head if len(head) > limit // 2 else cut).rstrip(" ,;:–-") + "…"


@dataclass(frozen=True)
class DiffPart:
    """A run of words: kept, inserted or deleted."""

    kind: str
    text: str


_STOPS = ".,;:!?…"
_MARK = re.escape(REDACTED)
# What was redacted is one word: of a mark in pieces nobody could say what it is.
_WORD = re.compile(rf"{_MARK}\s*|(?:(?!{_MARK})\S)+\s*|\s+")


def word_diff(old: str, new: str) -> tuple[DiffPart, ...]:
    """What changed between two wordings, word by word; joining kept and inserted parts gives `new`.

    A word is the same whatever stop stands behind it; then only the stop has changed.
    """
    before, after = _WORD.findall(old), _WORD.findall(new)
    matcher = difflib.SequenceMatcher(None, [_bare(word) for word in before], [_bare(word) for word in after], False)
    parts: list[DiffPart] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            _keep(parts, before[i:j], after[k:m])
            continue
        if j > i:
            gap = " " if parts and not parts[-1].text[-1:].isspace() else ""
            parts.append(DiffPart("deleted", gap + "".join(before[i:j])))
        if m > k:
            parts.append(DiffPart("inserted", "".join(after[k:m])))
    return tuple(parts)


def _bare(word: str) -> str:
    # A word at the end of the text has no blank behind it and is the same word all the same.
    word = word.rstrip()
    return word.rstrip(_STOPS) or word


def _keep(parts: list[DiffPart], before: list[str], after: list[str]) -> None:
    kept = ""
    for was, now in zip(before, after, strict=True):
        bare, words = _bare(now), now.rstrip()
        lost, won = was.rstrip()[len(bare) :], words[len(bare) :]
        if lost == won:
            kept += now
            continue
        changed = [DiffPart("deleted", lost), DiffPart("inserted", won)]
        parts += [DiffPart("kept", kept + bare), *(part for part in changed if part.text)]
        kept = now[len(words) :]
    if kept:
        parts.append(DiffPart("kept", kept))
