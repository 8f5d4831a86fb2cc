"""What was superseded may be removed: tonight and every night since say the same, and nights before are refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from histories import AS_OF, Tables, in_nights

from flows import retention
from flows.cli import main
from flows.errors import HemacohortError, UsageError
from flows.home import Home
from flows.kept_nights import prune, roll_back
from flows.manifest import read_manifest
from flows.night import begin, run_night
from flows.query import ask

Run = Callable[..., dict[str, Any]]
TOMORROW = date.today() + timedelta(days=1)
NIGHTS = 4


def histories(extract: Tables) -> list[dict[str, pl.DataFrame]]:
    """Nights with late corrections, the last three of which send again what others had sent."""
    parts = in_nights(extract, NIGHTS, seed=11)
    for number in range(1, NIGHTS):
        earlier = parts[number - 1]["lab_results"].sample(fraction=0.5, seed=number)
        parts[number]["lab_results"] = pl.concat([parts[number]["lab_results"], earlier])
    first = parts[0]["lab_results"].filter(pl.col("status").is_in(["final", "preliminary"])).head(80)
    parts[1]["lab_results"] = pl.concat(
        [
            parts[1]["lab_results"],
            first.with_columns(status=pl.lit("corrected"), resulted_at=pl.lit("2026-06-30 23:00")),
        ]
    )
    older = extract["patients"].head(20).with_columns(sex=pl.lit("female"))
    parts[1]["patients"] = older  # a second word on some, so that the first one is an older row
    return parts


def as_of(number: int) -> date:
    return AS_OF - timedelta(days=NIGHTS - 1 - number)


def known_at(home: Home, night: dict[str, Any], day: date) -> dict[str, Any]:
    moment = datetime.fromisoformat(night["started_at"]).isoformat()
    return run_night(begin(home.root, home.root, "canonical", day.isoformat(), {}, known_at=moment))


def stored(home: Home) -> int:
    manifest = read_manifest(home.night())
    assert manifest is not None
    labs = [home.store / piece.path for piece in manifest.of("lab_results")]
    assert pl.scan_parquet(labs, missing_columns="insert", extra_columns="ignore").select(
        pl.len()
    ).collect().item() == sum(piece.rows for piece in manifest.of("lab_results"))
    return sum(piece.rows for piece in manifest.of("lab_results"))


@pytest.fixture
def grown(extract: Tables, run: Run, home_of: Callable[[str], Home]) -> tuple[Home, list[dict[str, Any]]]:
    """A home of four nights, and what their run.json said."""
    parts = histories(extract)
    nights = [run("home", part, as_of=as_of(number)) for number, part in enumerate(parts)]
    return home_of("home"), nights


def test_tonight_and_nights_since_come_out_the_same_and_earlier_ones_are_refused(
    grown: tuple[Home, list[dict[str, Any]]], extract: Tables, run: Run, tmp_path: Path
) -> None:
    home, nights = grown
    ledger = "SELECT * FROM run.input_file ORDER BY ALL"
    counted_before, rows = ask(home.root, ledger), stored(home)
    shutil.copytree(home.root, tmp_path / "untouched", symlinks=True)
    dry = prune(home.root, 2, dry=True, superseded_before=TOMORROW)
    assert stored(home) == rows
    done = prune(home.root, 2, dry=False, superseded_before=TOMORROW)
    assert dry.shed is not None
    assert done.shed is not None
    counts = ("copies", "replaced", "patients", "rows", "since")
    assert [getattr(dry.shed, name) for name in counts] == [getattr(done.shed, name) for name in counts]
    assert stored(home) == rows - done.shed.copies - done.shed.replaced
    assert done.shed.copies > 300
    assert done.shed.replaced > 40
    assert done.shed.patients > 5
    assert ask(home.root, ledger).equals(counted_before)

    # nights since the third, which is the oldest that stays, can still be made again; earlier ones cannot
    assert known_at(home, nights[2], as_of(2))["digest"] == nights[2]["digest"]
    assert known_at(home, nights[3], as_of(3))["digest"] == nights[3]["digest"]
    for number in (0, 1):
        with pytest.raises(UsageError, match=r"can be shown as it was known from 20.* on, not at .*prune"):
            known_at(home, nights[number], as_of(number))

    # a full night, and nights to come, say what they say in a home that kept everything
    untouched = Home(tmp_path / "untouched")
    late = {"lab_results": extract["lab_results"].sample(fraction=0.3, seed=3)}
    for tables, full in ((late, False), (late, True), (extract, False)):
        one, other = (run(each.root.name, tables, as_of=AS_OF, full=full) for each in (home, untouched))
        assert one["digest"] == other["digest"]
    assert ask(home.root, ledger.replace("*", "rows, accepted + duplicate + superseded + ignored + quarantined AS sum")).filter(
        pl.col("rows") != pl.col("sum")
    ).is_empty()  # fmt: skip

    # and going back still works: the third night's own manifest names pruned pieces as well
    roll_back(home.root, nights[2]["run_id"])
    roll_back(untouched.root, nights[2]["run_id"])
    one, other = (run(each.root.name, late, as_of=AS_OF, full=True) for each in (home, untouched))
    assert one["digest"] == other["digest"]


def test_killed_while_removing_leaves_every_night_whole(
    grown: tuple[Home, list[dict[str, Any]]], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after each manifest in turn, and before the first."""
    home, nights = grown
    write = retention.write_manifest
    for number in range(3):
        calls = iter(range(99))

        def fails(folder: Path, manifest: Any, calls: Any = calls, number: int = number) -> None:
            if next(calls) == number:
                raise KeyboardInterrupt
            write(folder, manifest)

        monkeypatch.setattr(retention, "write_manifest", fails)
        with pytest.raises(KeyboardInterrupt):
            prune(home.root, 3, dry=False, superseded_before=TOMORROW)
        for folder in home.finished():
            manifest = read_manifest(folder)
            assert manifest is not None
            assert manifest.of("lab_results")
            assert all((home.store / piece.path).is_file() for piece in manifest.pieces)
    monkeypatch.undo()
    prune(home.root, 3, dry=False, superseded_before=TOMORROW)
    assert known_at(home, nights[3], as_of(3))["digest"] == nights[3]["digest"]
    named = {piece.path for folder in home.finished() for piece in read_manifest(folder).pieces}  # type: ignore[union-attr]
    assert {path.relative_to(home.store).as_posix() for path in home.store.rglob("*.parquet")} == named


def test_a_day_before_the_first_load_removes_nothing(
    grown: tuple[Home, list[dict[str, Any]]], capsys: pytest.CaptureFixture[str]
) -> None:
    home, nights = grown
    with pytest.raises(SystemExit) as ended:
        main(["prune", "--home", str(home.root), "--superseded-before", "2020-01-01", "--yes"])
    assert ended.value.code == 0
    assert "removed: 0 of" in capsys.readouterr().out
    assert known_at(home, nights[0], as_of(0))["digest"] == nights[0]["digest"]


def test_command_says_what_would_go_and_what_that_ends(
    grown: tuple[Home, list[dict[str, Any]]], capsys: pytest.CaptureFixture[str]
) -> None:
    home, nights = grown
    known_at(home, nights[0], as_of(0))
    asked = ["prune", "--home", str(home.root), "--keep", "1", "--superseded-before", TOMORROW.isoformat()]
    for more, words in (
        ([], ("would go", "could then be made again", "--yes")),
        (["--yes"], ("removed", "can be")),
    ):
        with pytest.raises(SystemExit) as ended:
            main([*asked, *more])
        assert ended.value.code == 0
        output = capsys.readouterr().out
        assert all(word in output for word in words)
        assert "stored laboratory rows" in output
    events = [
        json.loads(line) for file in home.logs.glob("*.jsonl") for line in file.read_text().splitlines()
    ]
    assert "superseded rows removed" in {event["event"] for event in events}
    with pytest.raises(HemacohortError, match="at the latest"):
        prune(home.root, 1, dry=True, superseded_before=TOMORROW + timedelta(days=2))


def test_a_report_on_which_another_value_rests_stays(run: Run, home_of: Callable[[str], Home]) -> None:
    """A hemoglobin in mmol/L that only the red cells of a replaced report tell apart from tetramers."""
    row = {"patient_id": "p", "collected_at": "2026-06-01 08:00", "code_system": "hemacohort", "specimen_id": "s",
           "status": "final"}  # fmt: skip
    rows = [
        {**row, "code": "hb", "unit": "mmol/L", "value": "2.5"},
        {**row, "code": "rbc", "unit": "10*12/L", "value": "2.0", "status": "preliminary"},
        {**row, "code": "rbc", "unit": "10*12/L", "value": "3.5"},
        {**row, "code": "mch", "unit": "pg", "value": "20"},
    ]
    first = run("home", {"lab_results": pl.DataFrame(rows)})
    home = home_of("home")
    done = prune(home.root, 1, dry=False, superseded_before=TOMORROW)
    assert done.shed is not None
    assert done.shed.replaced == 0
    assert run("home", {"lab_results": pl.DataFrame(rows)}, full=True)["digest"] == first["digest"]
