"""Tables of the pages under docs, read as the cases of a test."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def table_under(page: str, heading: str) -> list[tuple[str, ...]]:
    """Rows of the first table under a heading, cells without their backticks; "(nothing)" is an empty text.

    A cell keeps the blanks inside its backticks; several texts in one cell are joined by a comma.
    """
    lines = iter((DOCS / page).read_text(encoding="utf-8").splitlines())
    for line in lines:
        if line.strip("# ") == heading:
            break
    rows: list[tuple[str, ...]] = []
    for line in lines:
        if line.startswith("|"):
            rows.append(tuple(_plain(cell) for cell in line.strip("|").split("|")))
        elif rows:
            break
    return rows[2:]


def _plain(cell: str) -> str:
    texts = cell.split("`")[1::2]
    return ",".join(texts) if texts else cell.strip().replace("(nothing)", "")
