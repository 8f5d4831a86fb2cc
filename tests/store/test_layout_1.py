"""A home of the first layout goes on: kept as the last version that wrote it left it, without what is made anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from histories import AS_OF

from flows.home import FORMAT, Home

STORED = Path(__file__).parent / "layout_1"


def test_first_night_on_a_home_of_layout_1_takes_it_over(
    tmp_path: Path, run: Callable[..., dict[str, Any]], home_of: Callable[[str], Home]
) -> None:
    """It loads what the extract holds, for that layout kept no rows; who was a member by then does not enter again."""
    home = home_of("home")
    shutil.copytree(STORED, home.root, ignore=shutil.ignore_patterns("extract"))
    assert (home.root / "format").read_text(encoding="utf-8").strip() == "1"
    [first] = (home.root / "nights").iterdir()
    home.published.symlink_to(Path("nights") / first.name, target_is_directory=True)
    tables = {path.stem: pl.read_csv(path, infer_schema=False) for path in (STORED / "extract").glob("*.csv")}

    content = run("home", tables)

    assert (home.root / "format").read_text(encoding="utf-8").strip() == str(FORMAT)
    assert content["rows"]["rows"] == tables["lab_results"].height + tables["patients"].height
    assert content["digest"] == run("fresh", tables)["digest"]
    assert pl.read_parquet(home.night() / "ledger.parquet").equals(pl.read_parquet(first / "ledger.parquet"))
    again = run("home", tables, as_of=AS_OF)
    assert again["rows"]["rows"] == 0  # the files are known from now on
    assert again["digest"] == content["digest"]
