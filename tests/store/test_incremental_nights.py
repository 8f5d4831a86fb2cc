"""What a home says after many nights is what it would say had everything come at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest
from histories import AS_OF, in_nights

from flows.home import Home
from flows.manifest import read_manifest
from transforms.ledger import replayed

Run = Callable[..., dict[str, Any]]
LAB = {
    "patient_id": "p", "collected_at": "2026-06-01 08:00:00", "code_system": "hemacohort", "code": "hb",
    "value": "90", "unit": "g/L", "specimen_id": "s1", "result_id": "r1", "resulted_at": "2026-06-01 10:00:00",
    "status": "final",
}  # fmt: skip


def labs(*rows: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame([{**LAB, **row} for row in rows])


def count(mcv: str = "70", hb: str = "90", day: str = "2026-06-01", who: str = "p") -> list[dict[str, str]]:
    """A blood count with a low ferritin: iron deficiency anemia if the hemoglobin is low."""
    at = f"{day} 08:00:00"
    tests = (("hb", hb, "g/L"), ("mcv", mcv, "fL"), ("ferritin", "6", "ug/L"), ("crp", "1", "mg/L"))
    return [
        {"patient_id": who, "code": code, "value": value, "unit": unit, "collected_at": at,
         "specimen_id": f"{who}-{day}", "result_id": f"{who}-{day}-{code}", "resulted_at": at}
        for code, value, unit in tests
    ]  # fmt: skip


def adults(*who: str) -> pl.DataFrame:
    return pl.DataFrame([{"patient_id": name, "sex": "male", "birth_date": "1970-01-01"} for name in who])


def members(home: Home, rule: str = "iron_deficiency_anemia") -> dict[str, str]:
    rows = pl.read_parquet(home.night() / "membership.parquet").filter(pl.col("rule_id") == rule)
    return dict(rows.select("patient_id", "status").rows())


def entries(home: Home, rule: str = "iron_deficiency_anemia") -> list[tuple[str, ...]]:
    night = home.night()
    ledger = pl.read_parquet(night / "ledger.parquet")
    mine = ledger.filter((pl.col("run_id") == night.name) & (pl.col("rule_id") == rule))
    return mine.select("patient_id", "event", "because", "caused_by").sort("patient_id").rows()


def test_a_home_that_outgrows_its_slices_is_divided_anew(
    extract: dict[str, pl.DataFrame],
    run: Run,
    home_of: Callable[[str], Home],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A small first night, then more rows than its one slice is meant for: no row is lost or read twice."""
    at_once = run("at_once", extract)
    parts = in_nights(extract, 3, seed=3)
    run("grown", parts[0])
    for module in ("flows.loading", "flows.staging"):
        monkeypatch.setattr(f"{module}.ROWS_PER_SLICE", 100)
    nights = [run("grown", part) for part in parts[1:]]
    manifest = read_manifest(home_of("grown").night())
    assert manifest is not None
    assert manifest.slices > 1
    stored = sum(piece.rows for piece in manifest.pieces if piece.table == "lab_results")
    assert stored == extract["lab_results"].height
    assert nights[-1]["digest"] == at_once["digest"]
    assert members(home_of("grown")) == members(home_of("at_once"))


@pytest.mark.parametrize("seed", [1, 2])
def test_nights_add_up_to_everything_at_once(
    seed: int, extract: dict[str, pl.DataFrame], run: Run, home_of: Callable[[str], Home]
) -> None:
    """Late, corrected, cancelled and repeated rows dealt over four nights in any order, and then a full rebuild."""
    at_once = run("at_once", extract)
    parts = in_nights(extract, 4, seed)
    nights = [run("grown", part) for part in parts]
    assert nights[-1]["digest"] == at_once["digest"]
    stages = {stage["stage"]: stage["counts"] for stage in nights[-1]["stages"]}
    assert stages["ingest"]["patients"] is not None  # it was not a full rebuild in disguise
    rows = ("rows", "accepted", "duplicate", "superseded", "ignored", "quarantined")
    for night in nights:
        assert night["rows"]["rows"] == sum(night["rows"][fate] for fate in rows[1:])
    grown = home_of("grown")
    tables = (
        "run.rule_count", "run.attrition", "run.population", "run.site_results", "screen.gap_metric",
        "quality.unmapped_codes", "quality.missing_units", "quality.site_unit_drift", "lab.patient",
    )  # fmt: skip
    for table in tables:
        assert told(grown, table) == told(home_of("at_once"), table), table
    ledger = pl.read_parquet(grown.night() / "ledger.parquet")
    membership = pl.read_parquet(grown.night() / "membership.parquet")
    columns = ["patient_id", "rule_id", "status", "tier"]
    assert replayed(ledger).equals(membership.select(columns).sort(columns[:2]))
    assert run("grown", parts[0], full=True)["digest"] == at_once["digest"]


def test_large_files_stay_in_pieces_and_the_warehouse_shows_them(
    extract: dict[str, pl.DataFrame], run: Run, home_of: Callable[[str], Home]
) -> None:
    """What a night did not change is not written again; a full night writes every file whole."""
    run("at_once", extract)
    for part in in_nights(extract, 3, seed=5):
        grown = run("grown", part, whole_files=0)
    home, whole = home_of("grown"), home_of("at_once")
    written = {path.stem for path in home.night().glob("*.parquet")}
    assert written == {"membership", "ledger"}
    counts = {stage["stage"]: stage["counts"] for stage in grown["stages"]}["exports"]
    for table, file in (
        ("screen.finding", "findings"),
        ("quality.flag", "quality_flags"),
        ("quality.quarantine", "quarantine"),
    ):
        columns = (
            "* EXCLUDE (run_id)" if table == "screen.finding" else "* EXCLUDE (source_file, source_line)"
        )
        shown = [asked(one, f"SELECT {columns} FROM {table} ORDER BY ALL") for one in (home, whole)]
        assert shown[0] == shown[1], table
        assert counts[file] == len(shown[0])
    assert asked(home, "SELECT DISTINCT run_id, as_of FROM screen.finding") == [(home.night().name, AS_OF)]
    run("grown", part, whole_files=0, full=True)
    assert (home.night() / "findings.parquet").is_file()


def test_units_are_told_night_by_night_as_from_everything_at_once(
    run: Run, home_of: Callable[[str], Home]
) -> None:
    """Results without a unit of one month, dealt over nights, sent again, and moved by a merge that is taken back."""
    rows = [
        {"patient_id": f"p{number}", "code": "plt", "value": str(200 + number), "unit": "", "site": "north",
         "collected_at": f"2026-06-{number % 28 + 1:02d} 08:00:00", "specimen_id": f"s{number}",
         "result_id": f"r{number}", "resulted_at": "2026-06-29 08:00:00"}
        for number in range(60)
    ]  # fmt: skip
    merge = pl.DataFrame({"from_patient_id": ["p3"], "to_patient_id": ["p4"]})
    nights = (
        {"lab_results": labs(*rows[:35])},
        {"lab_results": labs(*rows[30:50]), "patient_merges": merge},
        {"lab_results": labs(*rows[50:])},
    )
    for number, night in enumerate(nights):
        grown = run("grown", night)
        seen = pl.concat([part["lab_results"] for part in nights[: number + 1]])
        fresh = run(f"fresh-{number}", {"lab_results": seen, **({"patient_merges": merge} if number else {})})
        for table in ("quality.missing_units", "run.site_results"):
            assert told(home_of("grown"), table) == told(home_of(f"fresh-{number}"), table)
        assert grown["digest"] == fresh["digest"]
    [(*_, unit, outcome)] = told(home_of("grown"), "quality.missing_units")
    assert (unit, outcome) == ("10*9/L", "inferred")
    run(
        "grown",
        {"lab_results": labs(*rows[:1]), "patient_merges": merge.with_columns(to_patient_id=pl.lit("p5"))},
    )
    [(_, _, _, results, patients, *_)] = told(home_of("grown"), "quality.missing_units")
    assert (results, patients) == (60, 59)


def told(home: Home, table: str) -> list[tuple[Any, ...]]:
    return asked(home, f"SELECT * FROM {table} ORDER BY ALL")


def asked(home: Home, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.night() / "hemacohort.duckdb"), read_only=True) as connection:
        return connection.sql(query).fetchall()


def test_time_alone_moves_verdicts_as_a_fresh_look_would(
    extract: dict[str, pl.DataFrame], run: Run, home_of: Callable[[str], Home]
) -> None:
    """Care gaps fall due, counts age out and late rows come into sight, night after night without a new file."""
    for days in (300, 120, 119, 30, 0):
        as_of = AS_OF - timedelta(days=days)
        grown = run("grown", extract, as_of=as_of)
        assert grown["digest"] == run(f"fresh-{days}", extract, as_of=as_of)["digest"]
        for table in ("screen.gap_time", "screen.gap_metric"):
            assert told(home_of("grown"), table) == told(home_of(f"fresh-{days}"), table), (days, table)
    stages = {stage["stage"]: stage["counts"] for stage in grown["stages"]}
    assert stages["ingest"]["known_files"] > 0
    assert stages["screen"]["judged"] is not None


def test_files_are_known_by_their_content(run: Run) -> None:
    first = run("home", {"lab_results": labs(*count()), "patients": adults("p")})
    again = run("home", {"lab_results": labs(*count()), "patients": adults("p")})
    assert (first["rows"]["rows"], again["rows"]["rows"]) == (5, 0)
    assert again["digest"] == first["digest"]
    assert "2 files were loaded on an earlier night and skipped" in str(again["stages"])


def test_correction_takes_a_patient_out_and_the_ledger_says_which(
    run: Run, home_of: Callable[[str], Home]
) -> None:
    home = home_of("home")
    run("home", {"lab_results": labs(*count()), "patients": adults("p")})
    assert entries(home) == [("p", "entered", "backfill", None)]
    right = {**count(hb="150")[0], "status": "corrected", "resulted_at": "2026-06-02 08:00:00"}
    run("home", {"lab_results": labs(right)})
    assert members(home) == {}
    assert entries(home) == [
        ("p", "left", "corrected_result", "hb of 2026-06-01 08:00: 90 g/L became 150 g/L")
    ]
    seen = told(home, "cohort.tonight")
    assert ("withdrawn", "p", "iron_deficiency_anemia") in [row[:3] for row in seen]


def test_cancelled_result_is_withdrawn(run: Run, home_of: Callable[[str], Home]) -> None:
    home = home_of("home")
    run("home", {"lab_results": labs(*count()), "patients": adults("p")})
    run("home", {"lab_results": labs({**count()[0], "status": "cancelled"})})
    assert members(home) == {"p": "indeterminate"}
    [(_, event, because, caused_by)] = entries(home)
    assert (event, because) == ("became_indeterminate", "withdrawn")
    assert caused_by == "hb of 2026-06-01 08:00: 90 g/L became withdrawn"


def test_merge_moves_results_and_can_be_taken_back(run: Run, home_of: Callable[[str], Home]) -> None:
    home = home_of("home")
    patients = adults("new", "old")
    before = run("home", {"lab_results": labs(*count(who="old")), "patients": patients})
    assert members(home) == {"old": "met"}
    merge = pl.DataFrame({"from_patient_id": ["old"], "to_patient_id": ["new"]})
    nothing = labs(*count(who="x", hb="150"))
    run("home", {"lab_results": nothing, "patient_merges": merge})
    assert members(home) == {"new": "met"}
    assert [row[:3] for row in entries(home)] == [("new", "entered", "merged"), ("old", "left", "merged")]
    run("home", {"lab_results": nothing, "patient_merges": merge.clear()})
    assert members(home) == {"old": "met"}
    assert [row[:3] for row in entries(home)] == [
        ("new", "left", "unmerged"),
        ("old", "reentered", "unmerged"),
    ]
    at_once = run(
        "fresh", {"lab_results": pl.concat([labs(*count(who="old")), nothing]), "patients": patients}
    )
    assert run("home", {"lab_results": nothing})["digest"] == at_once["digest"]
    assert before["digest"] != at_once["digest"]


def test_death_and_age_end_a_membership(run: Run, home_of: Callable[[str], Home]) -> None:
    home = home_of("home")
    extract = {"lab_results": labs(*count(), *count(who="q")), "patients": adults("p", "q")}
    run("home", extract)
    dead = adults("q").with_columns(death_date=pl.lit("2026-07-01"))
    run(
        "home",
        {"lab_results": labs(*count(who="q", day="2026-05-01")), "patients": dead},
        as_of=date(2026, 7, 2),
    )
    assert [row[:3] for row in entries(home)] == [("q", "left", "died")]
    run("home", extract, as_of=date(2027, 6, 1))
    assert members(home) == {"p": "met"}
    run("home", extract, as_of=date(2027, 6, 2))
    assert [row[:3] for row in entries(home)] == [("p", "left", "aged_out")]


def test_a_new_setting_is_a_reason_of_its_own(run: Run, home_of: Callable[[str], Home]) -> None:
    extract = {"lab_results": labs(*count(hb="131"), *count(who="q")), "patients": adults("p", "q")}
    run("home", extract)
    assert members(home_of("home")) == {"q": "met"}
    night = run("home", extract, timezone="Europe/Vienna")
    assert entries(home_of("home")) == []
    assert next(s["counts"]["patients"] for s in night["stages"] if s["stage"] == "ingest") is None


def test_unused_pieces_of_the_store_go(run: Run, home_of: Callable[[str], Home]) -> None:
    home = home_of("home")
    run("home", {"lab_results": labs(*count()), "patients": adults("p")})
    stray = home.store / "20260101T000000-000000" / "new" / "00000.parquet"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"left by a killed night")
    run("home", {"lab_results": labs(*count(day="2026-06-02"))})
    assert not stray.exists()
    manifest = read_manifest(home.night())
    assert manifest is not None
    assert all((home.store / piece.path).is_file() for piece in manifest.pieces)


def test_many_nights_do_not_heap_up_generations(
    run: Run, home_of: Callable[[str], Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.generations.MOST_GENERATIONS", 2)
    monkeypatch.setattr("flows.store.MOST_SMALL", 2)
    days = [f"2026-06-{day:02d}" for day in range(1, 8)]
    for day in days:
        last = run(
            "home", {"lab_results": labs(*count(day=day, who=f"p{day}")), "patients": adults(f"p{day}")}
        )
    rows = [row for day in days for row in count(day=day, who=f"p{day}")]
    fresh = run("fresh", {"lab_results": labs(*rows), "patients": adults(*(f"p{day}" for day in days))})
    assert last["digest"] == fresh["digest"]
    home = home_of("home")
    generations = {piece.stem.partition("_")[0] for piece in (home.night() / "tables" / "finding").iterdir()}
    assert len(generations) <= 3
    manifest = read_manifest(home.night())
    assert manifest is not None
    assert len(manifest.of("lab_results")) <= 5
