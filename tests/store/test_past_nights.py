"""A past night can be made again as it was known then; what came later does not leak into it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from histories import AS_OF, in_nights

from flows.cli import main
from flows.errors import UsageError
from flows.home import Home
from flows.manifest import read_manifest
from flows.night import begin, run_night

Run = Callable[..., dict[str, Any]]


def past(home: Home, moment: datetime, as_of: date, **flags: Any) -> dict[str, Any]:
    night = begin(home.root, home.root, "canonical", as_of.isoformat(), flags, known_at=moment.isoformat())
    return run_night(night)


def test_past_nights_come_out_as_they_were(
    extract: dict[str, pl.DataFrame], run: Run, home_of: Callable[[str], Home]
) -> None:
    """Late rows, corrections, a merge and its withdrawal between the nights; in two buckets as in one."""
    ids = sorted(extract["patients"]["patient_id"])
    merge = pl.DataFrame({"from_patient_id": [ids[0]], "to_patient_id": [ids[1]]})
    parts = in_nights(extract, 3, seed=5)
    parts[1]["patient_merges"], parts[2]["patient_merges"] = merge, merge.clear()
    nights = [run("home", part, as_of=AS_OF - timedelta(days=2 - n)) for n, part in enumerate(parts)]
    home = home_of("home")
    in_force = home.night()
    for number, night in enumerate(nights[:2]):
        moment = datetime.fromisoformat(night["started_at"])
        again = past(home, moment, AS_OF - timedelta(days=2 - number), buckets=1 + number)
        assert again["digest"] == night["digest"]
        ledger = pl.read_parquet(home.past / again["run_id"] / "ledger.parquet")
        assert ledger["as_of"].max() == AS_OF - timedelta(days=2 - number)
    assert home.night() == in_force
    assert len({night["digest"] for night in nights}) == 3
    assert run("home", parts[0])["digest"] == nights[2]["digest"]  # the next night builds on the one in force


def test_before_the_first_load_nothing_was_known(run: Run, home_of: Callable[[str], Home]) -> None:
    run("home", {"lab_results": pl.DataFrame({"patient_id": ["p"], "collected_at": ["2026-06-01 08:00"],
                                             "code": ["718-7"], "value": ["9"]})})  # fmt: skip
    with pytest.raises(UsageError, match="knew nothing yet at 2020-01-01"):
        past(home_of("home"), datetime(2020, 1, 1), date(2020, 1, 1))


def test_command_says_where_it_lies_and_leaves_the_rest(
    extract: dict[str, pl.DataFrame],
    run: Run,
    home_of: Callable[[str], Home],
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = run("home", extract)
    home = home_of("home")
    with pytest.raises(SystemExit) as ended:
        main(["run", "--home", str(home.root), "--known-at", "2199-01-01", "--as-of", AS_OF.isoformat()])
    assert ended.value.code == 0
    output = capsys.readouterr().out
    assert first["digest"] in output
    [folder] = home.past.iterdir()
    assert str(folder) in output
    assert (
        json.loads((folder / "run.json").read_text(encoding="utf-8"))["known_at"]
        == "2199-01-01 23:59:59.999999"
    )
    assert (folder / "report" / "index.html").is_file()


def test_unmapped_codes_of_a_past_night_are_reported_as_fully_as_then(
    run: Run, home_of: Callable[[str], Home]
) -> None:
    rows = {"patient_id": ["p", "p"], "collected_at": ["2026-06-01 08:00"] * 2, "code_system": ["LOINC"] * 2, "code": ["718-7", "X-1"],
            "unit": ["g/dL", "mg"], "value": ["9", "4"], "site": ["north", "north"], "specimen": ["blood", "serum"]}  # fmt: skip
    first = run("home", {"lab_results": pl.DataFrame(rows)})
    home = home_of("home")
    moment = datetime.fromisoformat(first["started_at"])
    again = home.past / past(home, moment, AS_OF)["run_id"]
    [then], [now] = (
        list((night / "tables" / "unmapped_code").glob("*.parquet")) for night in (home.night(), again)
    )
    assert pl.read_parquet(now).equals(pl.read_parquet(then))
    assert pl.read_parquet(now)["site"].to_list() == ["north"]


@pytest.mark.parametrize("moment", ["yesterday", "2026-06-01T02:00:00Z"])
def test_moment_has_to_be_a_local_time(moment: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--known-at"):
        begin(tmp_path / "home", tmp_path, "canonical", None, {}, known_at=moment)


def test_explanation_of_a_kept_day_is_that_nights(run: Run, home_of: Callable[[str], Home]) -> None:
    row = {"patient_id": ["p"], "collected_at": ["2026-06-01 08:00"], "code": ["718-7"], "unit": ["g/dL"]}
    run("home", {"lab_results": pl.DataFrame({**row, "value": ["9"]})}, as_of=date(2026, 6, 2))
    first = home_of("home").night()
    run("home", {"lab_results": pl.DataFrame({**row, "value": ["10"]})}, as_of=date(2026, 6, 3))
    home = home_of("home")
    assert home.night_of(date(2026, 6, 2)) == first
    assert home.night_of(date(2026, 6, 3)) == home.night_of(None) == home.night_of(date(2026, 6, 4)) != first
    manifest = read_manifest(first)
    assert manifest is not None
    assert manifest.as_of == date(2026, 6, 2)
