"""Commas in quoted fields, counted in a file that is read piece by piece."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.quoted_fields import commas_in_fields

SIMPLE = [
    ("a,b\n1,2\n", 0),
    ('a,b\n"x,y",1\n', 1),
    ('a,b\r\n1,"x,,y"\r\n"u,v","w"\r\n', 3),
    ('a,b\n1,"last, without a line end"', 1),
    ('"a","b"\n"","c,d"\n', 1),
]
NOT_SIMPLE = [
    'a,b\n1,"x\ny"\n',
    'a,b\n1,"never closed\n2,3\n',
    'a,b\n1,5" of snow\n',
    'a,b\n1,"he said ""no"""\n',
]


@pytest.mark.parametrize("piece", [1, 3, 7, 1 << 22])
@pytest.mark.parametrize(("text", "commas"), [*SIMPLE, *((text, None) for text in NOT_SIMPLE)])
def test_pieces_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, commas: int | None, piece: int
) -> None:
    monkeypatch.setattr("flows.quoted_fields.PIECE", piece)
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode())
    assert commas_in_fields(path, text.count('"')) == commas


def test_a_file_is_not_mapped_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of a mapped file count as memory of the process: 1.5 GB for ten million rows."""
    monkeypatch.setattr("mmap.mmap", None)
    path = tmp_path / "t.csv"
    path.write_text('a,b\n"x,y",1\n')
    assert commas_in_fields(path, 2) == 1
