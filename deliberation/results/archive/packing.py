"""The files of an archive, and the zip they go into: same content, same bytes."""

import hashlib
import io
import json
import zipfile

from deliberation.results import words
from deliberation.results.annotated import pdf
from deliberation.results.annotated.said import quoting
from deliberation.results.archive import around, pages
from deliberation.results.archive.carrying import FOLDER
from deliberation.results.archive.model import Archive
from deliberation.results.redline.package import ZIP_TIME
from deliberation.results.writers import csv
from deliberation.results.writers.columns import readme

_ = words.gettext
SUMS = "SHA256SUMS"
DATA = "data.json"
DOCUMENT = "document.pdf"
TABLE = "annotations.csv"
HANDS = "tables.csv"


def packed(archive: Archive) -> bytes:
    """The zip. Everything lies in one folder, so that unpacking makes no mess."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packing:
        for name, content in to_files(archive).items():
            entry = zipfile.ZipInfo(f"{folder(archive)}/{name}", ZIP_TIME)
            # Pictures and documents are packed in themselves.
            entry.compress_type = zipfile.ZIP_STORED if name in archive.files else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            packing.writestr(entry, content)
    return target.getvalue()


def folder(archive: Archive) -> str:
    """`erklaerung-archiv-2026-11-27`"""
    return f"{archive.summary.about.slug}-archiv-{archive.summary.day.isoformat()}"


def to_files(archive: Archive) -> dict[str, bytes]:
    """Every file by its name; the checksums come last, of all the others."""
    files = pages.write(archive)
    if archive.has_document:
        files[DOCUMENT] = pdf.write(archive.annotated)
    files[DATA] = (json.dumps(archive.data, ensure_ascii=False, indent=1) + "\n").encode()
    table = io.BytesIO()
    csv.stream(archive.summary, table)
    files[TABLE] = table.getvalue()
    if archive.around.hands:
        files[HANDS] = csv.write_table(around.hands_rows(archive.around))
    files |= archive.around.tables
    files |= archive.files
    files["COLUMNS.txt"] = (readme(archive.summary, TABLE) + around.readme(archive.around)).encode()
    files["LICENCE.txt"] = _licence(archive).encode()
    files["README.txt"] = _readme(archive).encode()
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in sorted(files.items()))
    files[SUMS] = ("\n".join(lines) + "\n").encode()
    return files


def _licence(archive: Archive) -> str:
    text = archive.annotated.licence or _("Dazu ist nichts gesagt. Fragen Sie, wer den Text veröffentlicht hat.")
    by = _("Veröffentlicht von: %(publisher)s", publisher=archive.annotated.publisher or "–")
    parts = (archive.summary.about.title, by, _("Lizenz des Textes: %(licence)s", licence=text), quoting())
    return "\n\n".join(parts) + "\n"


def _readme(archive: Archive) -> str:
    tables = archive.around.tables
    files = {
        "index.html": _("Hier anfangen: im Browser öffnen"),
        **({DOCUMENT: _("der Text mit allen Anmerkungen zum Drucken")} if archive.has_document else {}),
        TABLE: _("alle Anmerkungen als Tabelle; was die Spalten bedeuten, steht in COLUMNS.txt"),
        **({HANDS: _("Handzeichen der Tischgruppen als Tabelle")} if archive.around.hands else {}),
        **({", ".join(tables): _("Ergebnisse der Umfragen als Tabellen")} if tables else {}),
        **({f"{FOLDER}/": _("Bilder und Dokumente, die auf Seiten stehen")} if archive.files else {}),
        DATA: _("alles als Daten; „deliberation import“ macht daraus wieder eine Beratung"),
        "LICENCE.txt": _("was Sie mit dem Text dürfen"),
        SUMS: _("Prüfsummen; prüfen mit: sha256sum --check SHA256SUMS"),
    }
    parts = (
        archive.summary.about.title,
        words.state_of(archive.summary),
        _("Zu finden unter: %(address)s", address=archive.own_address),
        words.not_representative(),
        pages.keeping(archive),
        "\n".join(f"{name}: {meaning}" for name, meaning in files.items()),
    )
    return "\n\n".join(parts) + "\n"
