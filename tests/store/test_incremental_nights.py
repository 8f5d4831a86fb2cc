"""What a home says after many nights is what it would say had everything come at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from histories import AS_OF, in_nights
from small_nights import adults, asked, count, labs, members, rows_of

from flows.errors import UsageError
from flows.generations import pieces_of
from flows.home import Home
from flows.manifest import read_manifest
from flows.night import begin, run_night
from transforms.ledger import MEMBER

Run = Callable[..., dict[str, Any]]


def test_a_home_that_outgrows_its_slices_is_divided_again(
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


def test_a_library_that_divides_patients_otherwise_finds_all_that_is_theirs(
    extract: dict[str, pl.DataFrame],
    run: Run,
    home_of: Callable[[str], Home],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After an upgrade the hash is another, in a home of several slices, buckets and merged patients."""

    def recalled(night: dict[str, Any]) -> dict[str, Any]:
        home = home_of("upgraded").root
        return run_night(begin(home, home, "canonical", AS_OF.isoformat(), {}, known_at=night["started_at"]))

    monkeypatch.setattr("flows.staging.ROWS_PER_SLICE", 300)
    ids = sorted(extract["patients"]["patient_id"])
    merges = pl.DataFrame({"from_patient_id": ids[:8], "to_patient_id": ids[8:16]})
    first, second = in_nights(extract, 2, seed=3)
    at_once = run("at_once", {**extract, "patient_merges": merges}, buckets=3)
    before = run("upgraded", {**first, "patient_merges": merges}, buckets=3)
    monkeypatch.setattr("flows.staging._SEED", 7)
    with pytest.raises(UsageError, match="run a night first"):
        recalled(before)
    after = run("upgraded", second, buckets=3)
    assert after["digest"] == at_once["digest"]
    assert recalled(after)["digest"] == at_once["digest"]


# what does not depend on the file a row came in
RESULTS = (
    "SELECT patient_id, specimen_id, result_id, collected_at, resulted_at, analyte, value_low, value_high, source_value, "
    "status, flags, superseded_at IS NULL FROM lab.result ORDER BY ALL"
)
FLAGS = "SELECT patient_id, specimen_id, collected_at, analyte, flag, detail FROM quality.flag ORDER BY ALL"
QUARANTINE = "SELECT table_name, reasons, count(*) FROM quality.quarantine GROUP BY ALL ORDER BY ALL"


@pytest.mark.parametrize(("seed", "whole_days"), [(1, False), (2, False), (3, True), (4, True)])
def test_nights_add_up_to_everything_at_once(
    seed: int, whole_days: bool, extract: dict[str, pl.DataFrame], run: Run, home_of: Callable[[str], Home]
) -> None:
    """Late, corrected, cancelled and repeated rows dealt over four nights in any order, and then a full rebuild."""
    at_once = run("at_once", extract)
    parts = in_nights(extract, 4, seed, whole_days=whole_days)
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
        "quality.unmapped_codes", "quality.missing_units", "quality.site_unit_drift", "lab.patient", "lab.coverage",
    )  # fmt: skip
    for table in tables:
        assert rows_of(grown, table) == rows_of(home_of("at_once"), table), table
    for query in (RESULTS, FLAGS, QUARANTINE):
        assert asked(grown, query) == asked(home_of("at_once"), query), query
    ledger = pl.read_parquet(grown.night() / "ledger.parquet")
    membership = pl.read_parquet(grown.night() / "membership.parquet")
    columns = ["patient_id", "rule_id", "status", "tier"]
    assert _replayed(ledger).equals(membership.select(columns).sort(columns[:2]))
    assert run("grown", parts[0], full=True)["digest"] == at_once["digest"]


def _replayed(ledger: pl.DataFrame) -> pl.DataFrame:
    """Membership as it follows from the ledger: the entries of all nights, in the order they were made.

    Columns patient_id, rule_id, status and tier; sorted by patient and rule.
    """
    last = ledger.unique(MEMBER, keep="last", maintain_order=True).filter(pl.col("event") != "left")
    undecided = pl.col("event") == "became_indeterminate"
    return last.select(
        *MEMBER,
        status=pl.when(undecided).then(pl.lit("indeterminate")).otherwise(pl.lit("met")),
        tier=pl.when(~undecided).then("tier_after"),
    ).sort(MEMBER)


def test_many_patients_are_divided_so_that_memory_stays_bounded(
    extract: dict[str, pl.DataFrame],
    run: Run,
    home_of: Callable[[str], Home],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a night on which much comes the parts are judged one after the other, and nothing depends on how many."""
    at_once = run("at_once", extract)
    parts = in_nights(extract, 2, seed=5, whole_days=True)
    run("grown", parts[0])
    monkeypatch.setattr("flows.derive.ROWS_PER_SLICE", 500)
    monkeypatch.setattr("flows.derive.ROWS_PER_BUCKET", 1500)
    monkeypatch.setattr("flows.gathering.DRAWS_GATHERED", 4)
    assert run("grown", parts[1])["digest"] == at_once["digest"]
    pieces = pieces_of(home_of("grown").night() / "tables", "verdict")
    assert len(pieces[max(pieces)]) > 10
    for query in (RESULTS, FLAGS, QUARANTINE):
        assert asked(home_of("grown"), query) == asked(home_of("at_once"), query), query


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


def test_units_are_reported_night_by_night_as_from_everything_at_once(
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
            assert rows_of(home_of("grown"), table) == rows_of(home_of(f"fresh-{number}"), table)
        assert grown["digest"] == fresh["digest"]
    [(*_, unit, outcome)] = rows_of(home_of("grown"), "quality.missing_units")
    assert (unit, outcome) == ("10*9/L", "inferred")
    run(
        "grown",
        {"lab_results": labs(*rows[:1]), "patient_merges": merge.with_columns(to_patient_id=pl.lit("p5"))},
    )
    [(_, _, _, results, patients, *_)] = rows_of(home_of("grown"), "quality.missing_units")
    assert (results, patients) == (60, 59)


def test_a_stratum_that_comes_later_takes_in_those_of_whom_it_says_nothing(
    run: Run, home_of: Callable[[str], Home]
) -> None:
    """The estimates by stratum are those of a rebuild: whoever it does not name is in it as unknown."""
    named = adults("r").with_columns(stratum_area=pl.lit("town"))
    run("grown", {"lab_results": labs(*count(), *count(who="q")), "patients": adults("p", "q")})
    grown = run("grown", {"lab_results": labs(*count(who="r")), "patients": named})
    everybody = {
        "lab_results": labs(*count(), *count(who="q"), *count(who="r")),
        "patients": pl.concat([named, adults("p", "q")], how="diagonal"),
    }
    assert grown["digest"] == run("fresh", everybody)["digest"]
    for table in ("screen.gap_metric", "screen.gap_time"):
        assert rows_of(home_of("grown"), table) == rows_of(home_of("fresh"), table), table
    by_area = "SELECT stratum_value, n FROM screen.gap_metric WHERE stratum = 'stratum_area' AND metric = 'anemia_to_ferritin'"
    assert asked(home_of("grown"), f"{by_area} ORDER BY n") == [("town", 1), (None, 2)]


def test_a_newer_record_without_a_stratum_says_nothing_of_it_whatever_else_changed(
    run: Run, home_of: Callable[[str], Home]
) -> None:
    named = adults("p", "q").with_columns(stratum_area=pl.lit("town"))
    run("grown", {"lab_results": labs(*count(), *count(who="q")), "patients": named})
    without = adults("p", "q").with_columns(sex=pl.Series(["female", "male"]))
    run("grown", {"lab_results": labs(*count()), "patients": without})
    by_area = "SELECT patient_id, sex, stratum_area FROM lab.patient ORDER BY patient_id"
    assert asked(home_of("grown"), by_area) == [("p", "female", None), ("q", "male", None)]


def test_time_alone_moves_verdicts_as_a_fresh_look_would(
    extract: dict[str, pl.DataFrame], run: Run, home_of: Callable[[str], Home]
) -> None:
    """Care gaps fall due, counts age out and late rows come into sight, night after night without a new file."""
    for days in (300, 120, 119, 30, 0, -1):  # coverage ends with day 0
        as_of = AS_OF - timedelta(days=days)
        grown = run("grown", extract, as_of=as_of)
        assert grown["digest"] == run(f"fresh-{days}", extract, as_of=as_of)["digest"]
        for table in ("screen.gap_time", "screen.gap_metric"):
            assert rows_of(home_of("grown"), table) == rows_of(home_of(f"fresh-{days}"), table), (days, table)
    stages = {stage["stage"]: stage["counts"] for stage in grown["stages"]}
    assert stages["ingest"]["known_files"] > 0
    assert stages["screen"]["judged"] is not None


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
    assert len(manifest.of("lab_results")) == 2
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
