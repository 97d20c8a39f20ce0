"""A document for a purpose as Markdown: the same blocks as in a Word file, in the marks of CommonMark with tables."""

from collections.abc import Iterator

from deliberation.results.documents.model import (
    Bar,
    Bars,
    Block,
    Bullets,
    Callout,
    Document,
    Entry,
    Figures,
    Heading,
    Line,
    Paragraph,
    Run,
    Table,
)
from deliberation.results.writers.marks import escaped, table


def write(document: Document) -> bytes:
    """UTF-8. Words of people never become markup."""
    parts = [escaped(document.kicker), f"# {escaped(document.title)}", escaped(document.state)]
    parts += [part for block in document.blocks for part in _parts(block)]
    return ("\n\n".join(parts) + "\n").encode()


def _parts(block: Block) -> Iterator[str]:
    """Contents and page breaks mean nothing here."""
    match block:
        case Heading():
            yield f"{'#' * (block.level + 1)} {escaped(block.text)}"
        case Paragraph():
            yield _line(block.line)
        case Callout():
            yield f"> {_line(block.line)}"
        case Bullets():
            yield "\n".join(f"- {_line(item)}" for item in block.items)
        case Entry():
            yield from _entry(block)
        case Table():
            yield escaped(block.caption)
            yield table(_cells(block.head), map(_cells, block.rows))
        case Bars():
            yield escaped(block.caption)
            yield table(_cells(block.head), map(_bar, block.rows))
        case Figures():
            yield "\n".join(f"- {escaped(name)}: {number}" for name, number in block.pairs)


def _bar(row: Bar) -> tuple[str, str, str]:
    # The number of voices has a column of its own.
    said = row.spoken.partition(": ")[2].partition(". ")[0] if row.shares else row.words
    return _run(Run(row.name, address=row.address)), escaped(said), escaped(row.n)


def _entry(entry: Entry) -> Iterator[str]:
    indent = "  " * entry.depth
    if not entry.quote:
        yield f"{indent}- {_line(entry.line)}"
        return
    quoted = f"\n{indent}  >\n".join(f"{indent}  > {escaped(words)}" for words in entry.quote)
    yield f"{indent}- {_line(entry.line)}\n\n{quoted}"


def _cells(cells: tuple[str, ...]) -> list[str]:
    return [escaped(cell) for cell in cells]


def _line(line: Line) -> str:
    return "".join(map(_run, line))


def _run(run: Run) -> str:
    """Spaces at the ends belong to the line, not to the mark around the words."""
    inner = run.text.strip()
    before, after = run.text[: len(run.text) - len(run.text.lstrip())], run.text[len(run.text.rstrip()) :]
    words = escaped(inner)
    if run.address:
        words = f"<{run.address}>" if inner == run.address else f"[{words}]({run.address})"
    elif run.strong and inner:
        words = f"**{words}**"
    return f"{before}{words}{after}" if inner else run.text
