"""S04: the script texts of S03 through every import format, file names, exported files and mails.

Each document holds all texts, as headings and as paragraphs. What is read on the way (answer of the upload, preview, the
declaration's pages, the files handed out) is opened in a browser as in S03; of mails it is looked at whether any part of
them could be shown as a page at all.
"""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from playwright.sync_api import sync_playwright

from benchmarks.assurance import Measured
from benchmarks.assurance.s03_scripts import Seen, Window, fresh_app
from benchmarks.assurance.scripts import texts

NOT_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f]")
NAMES = 12
A_PART = 40


def measure() -> Measured:
    from tests.browser.conftest import ARGUMENTS, CHROMIUM
    from tests.security.stage import build

    with TemporaryDirectory(prefix="deliberation-s04-") as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        app = fresh_app(Path(folder))
        with app.app_context():
            stage, window, seen = build(app), Window(browser.new_page()), Seen()
            documents = list(_documents())
            refused = [name for name, data in documents if not _through(stage, window, seen, name, data)]
            files = _handed_out(stage, window, seen)
            mails, odd = _mails(app, stage, Path(folder) / "mails")
        browser.close()
    faults = seen.ran + seen.called + seen.violated + seen.nodes + odd
    words = (
        f"{len(texts())} texts in {len(documents)} documents of 5 formats ({len(refused)} refused {refused or ''}), {NAMES} file "
        f"names, {files} exported files, {mails} mails: {seen.pages} pages read, {seen.opened} opened; {len(seen.ran)} ran, "
        f"{len(seen.called)} called out, {len(seen.violated)} violated the policy, {len(seen.nodes)} dangerous nodes, "
        f"{len(odd)} mails with more than plain text"
    )
    # A document in which everything after an open comment is none of the text has nothing to bring in.
    met = not faults and len(refused) <= 1 and mails > 0
    return Measured("S04", words + "".join(f"\n     {fault}" for fault in faults[:10]), met)


def _documents() -> Iterator[tuple[str, bytes]]:
    """Forty texts a document, so that one that spoils the reading of its neighbours hides few of them."""
    from tests.declarations.importing_files import docx, odt, p

    for start in range(0, len(texts()), A_PART):
        words = texts()[start : start + A_PART]
        plain = [" ".join(NOT_IN_XML.sub("", text).split()) for text in words]
        clean = [escape(NOT_IN_XML.sub("", text)) for text in words]
        heads = "".join(p(text, style="Heading1") + p(text) for text in (NOT_IN_XML.sub("", text) for text in words))
        yield f"{start}.docx", docx(heads)
        yield (
            f"{start}.odt",
            odt("".join(f'<text:h text:outline-level="1">{text}</text:h><text:p>{text}</text:p>' for text in clean)),
        )
        yield f"{start}.md", "\n\n".join(f"# These {text}\n\nWort. {text}" for text in plain).encode()
        yield f"{start}.txt", "\n\n".join(f"{n}. {text}\n\n{text}" for n, text in enumerate(plain, 1)).encode()
        escaped = "".join(f"<h1>{text}</h1><p>{text}</p>" for text in clean)
        raw = "".join(f"<h1>These {n}</h1><p>Wort.</p>{text}" for n, text in enumerate(plain))
        yield f"{start}.html", f"<html><body>{escaped}</body></html>".encode()
        yield f"{start}-raw.html", f"<html><body>{raw}</body></html>".encode()


def _through(stage: Any, window: Window, seen: Seen, name: str, data: bytes) -> bool:
    """Upload, preview, declaration; said is whether the document was taken."""
    number = int(re.split(r"[.-]", name)[0]) // A_PART
    hostile = texts()[number * 7 % len(texts())].replace("/", "∕") if number < NAMES else "text"
    form = {
        "file": (io.BytesIO(data), f"{hostile}.{name.rsplit('.', 1)[1]}"),
        "shape": "headings",
        "form_key": f"s04-{name}",
    }
    answer = stage.send("organiser", "POST", "/import", form)
    window.judge(seen, f"answer to {name}", [answer.get_data(as_text=True)], with_policy=True)
    if answer.status_code != 303:
        return False
    preview = answer.headers["Location"]
    page = stage.send("organiser", "GET", preview).get_data(as_text=True)
    window.judge(seen, f"preview of {name}", [page], with_policy=True)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    slug = f"s04-{re.sub('[^a-z0-9]', '-', name)}"
    made = {
        "act": "create", "version": version[1], "title": texts()[number], "slug": slug, "language": "de",
        "licence": "CC BY 4.0", "source": texts()[number + 1],
    }  # fmt: skip
    answer = stage.send("organiser", "POST", preview, made)
    if answer.status_code != 303:
        window.judge(seen, f"refusal of {name}", [answer.get_data(as_text=True)], with_policy=True)
        return False
    for path in (
        f"/d/{slug}",
        f"/d/{slug}/text",
        f"/d/{slug}/1",
        f"/d/{slug}/{A_PART // 2}",
        f"/d/{slug}/export.html?names=none",
    ):
        shown = stage.send("organiser", "GET", path)
        window.judge(seen, path, [_without_ours(shown.get_data(as_text=True))], with_policy="export" not in path)
    return True


def _without_ours(page: str) -> str:
    """An exported page brings its own style sheet along; a second one would not be ours."""
    return re.sub(r"<style>.*?</style>", "", page, count=1, flags=re.DOTALL)


def _handed_out(stage: Any, window: Window, seen: Seen) -> int:
    """Every text as a contribution, a quoted wording and a response; every file opened as a page, whatever it says it is."""
    from deliberation.database import db, set_reading
    from deliberation.results.writers import WRITERS
    from tests import builders

    set_reading(False)
    author = stage.people["author"]
    for text in texts():
        builders.annotate(author, stage.own.declaration, "3.1", f"Wort. {text}"[:4000])
    db.session.commit()
    slug = stage.own.declaration.slug
    own = ("/me/statement/" + slug, "/me/data/read", "/me/data/file", f"/d/{slug}/results")
    files = [(f"/d/{slug}/export.{kind}?names=pseudonyms", "organiser") for kind in WRITERS]
    files += [(path, "author") for path in own]
    for path, role in files:
        shown = stage.send(role, "GET", path)
        assert shown.status_code == 200, (path, shown.status_code)
        if shown.mimetype == "text/html":
            window.judge(seen, path, [_without_ours(shown.get_data(as_text=True))], with_policy="export" not in path)
        else:
            # No page, and the browser is told to keep it and not to guess.
            assert shown.headers["X-Content-Type-Options"] == "nosniff", path
            assert shown.headers["Content-Disposition"].startswith("attachment"), path
    return len(files)


def _mails(app: Flask, stage: Any, folder: Path) -> tuple[int, list[str]]:
    """Each text as the reason of a decision that its author is told, sent into a folder and parsed again."""
    from deliberation import jobs
    from deliberation.annotations.models import Annotation, Status
    from deliberation.clock import frozen_at, now
    from deliberation.database import db, set_reading
    from deliberation.moderation.actions import hide
    from deliberation.moderation.models import Rule
    from deliberation.notifications.mailer import send_due_mail

    set_reading(False)
    own = db.select(Annotation).filter_by(author_id=stage.people["author"].id, status=Status.VISIBLE)
    for annotation, text in zip(db.session.scalars(own.order_by(Annotation.number.desc())).all(), texts(), strict=False):
        hide(stage.people["moderator"], annotation, Rule.STAY, f"Das ging zu weit. {text}"[:500], annotation.version)
    db.session.commit()
    app.config["MAIL_URL"] = f"file://{folder}"
    stage.people["author"].confirmed_at = now()
    db.session.commit()
    with app.test_request_context(), frozen_at(now() + timedelta(hours=2)):
        for _batch in range(10):
            jobs.pull_due_letters("de")
        send_due_mail(10_000)
    letters = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("**/*.eml")]
    kinds = [(str(letter["Subject"]), part.get_content_type()) for letter in letters for part in letter.walk()]
    return len(letters), [f"{kind} in {subject}" for subject, kind in kinds if kind != "text/plain"]
