"""Writing a feed in Atom (RFC 4287): names that never change, days, plain words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from xml.etree import ElementTree

from deliberation.clock import BERLIN

NAMESPACE = "http://www.w3.org/2005/Atom"
SINCE = date(2026, 11, 27)
"""Part of every name, and therefore never changed."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """`author`: empty where the feed speaks for itself."""

    name: str
    title: str
    url: str
    summary: str
    published: date
    updated: date
    author: str = ""


@dataclass(frozen=True)
class Feed:
    name: str
    title: str
    author: str
    self_url: str
    page_url: str
    locale: str
    entries: Sequence[Entry]
    # Its age as long as nothing has appeared: it must say some day.
    since: date = SINCE


def tag(host: str, what: str) -> str:
    """A name for ever (RFC 4151); the day says who had the host then, and must not change."""
    return f"tag:{host},{SINCE.isoformat()}:{what}"


def to_atom(feed: Feed) -> bytes:
    """The file, in UTF-8."""
    ElementTree.register_namespace("", NAMESPACE)
    root = ElementTree.Element(_q("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": feed.locale})
    _add(root, "id", feed.name)
    _add(root, "title", feed.title)
    _add(root, "updated", _moment(max((entry.updated for entry in feed.entries), default=feed.since)))
    _author(root, feed.author)
    _link(root, "self", feed.self_url, "application/atom+xml")
    _link(root, "alternate", feed.page_url, "text/html")
    for entry in feed.entries:
        _entry(root, entry)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _entry(root: ElementTree.Element, entry: Entry) -> None:
    element = ElementTree.SubElement(root, _q("entry"))
    _add(element, "id", entry.name)
    _add(element, "title", entry.title)
    _add(element, "published", _moment(entry.published))
    _add(element, "updated", _moment(entry.updated))
    if entry.author:
        _author(element, entry.author)
    _link(element, "alternate", entry.url, "text/html")
    _add(element, "summary", entry.summary)


def _add(parent: ElementTree.Element, name: str, words: str) -> None:
    ElementTree.SubElement(parent, _q(name)).text = _NOT_XML.sub("", words)


def _author(parent: ElementTree.Element, name: str) -> None:
    _add(ElementTree.SubElement(parent, _q("author")), "name", name)


def _link(parent: ElementTree.Element, rel: str, url: str, mimetype: str) -> None:
    ElementTree.SubElement(parent, _q("link"), {"rel": rel, "type": mimetype, "href": url})


def _q(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _moment(day: date) -> str:
    """RFC 3339; the hour says nothing."""
    return datetime.combine(day, time(), BERLIN).isoformat()
