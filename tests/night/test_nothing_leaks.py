"""Identifiers planted in an extract are in none of what a night writes outside its data files.

Searched after good and failing nights: what the terminal showed, every logger, the log folder, the lock, Prefect's
database with its logs, states and artifacts, and the alerts.
"""

from __future__ import annotations

import gzip
import json
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import polars as pl
import pytest
from sinks import web_sink

from flows.cli import main
from flows.file_names import PLACES, without_names
from flows.home import Home

WHO = "PLANTED7351"
NAME = "Plantedname"
VALUE = "83.625"
PLANTED = (WHO, WHO.lower(), NAME, VALUE)
HEADER = "patient_id,collected_at,code,code_system,value,unit,comment,specimen_id"
ROWS = [
    f"{WHO},2026-06-01T08:00:00,hb,hemacohort,{VALUE},g/L,{NAME},{WHO}-1",
    f"{WHO},2026-06-01T08:00:00,mcv,hemacohort,{NAME},fL,,{WHO}-1",
    f"{WHO},2026-06-01T08:00:00,plt,hemacohort,150,{NAME},,{WHO}-1",
    f"{WHO},2026-06-01,nonsense-{WHO},local,12,g/L,,{WHO}-2",
]


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """A small extract with identifiers in its rows and in the names of its files."""
    folder = tmp_path / "extract"
    folder.mkdir()
    (folder / f"lab_results_{WHO}.csv").write_text("\n".join([HEADER, *ROWS]) + "\n")
    (folder / f"patients-{NAME}.csv").write_text(
        f"patient_id,sex,birth_date,remark\n{WHO},female,1950-02-03,{NAME}\n"
    )
    (folder / f"letter of {NAME}.pdf").write_text(NAME)
    return folder


def good(_: Path, __: pytest.MonkeyPatch) -> None:
    return


def nul_bytes(extract: Path, _: pytest.MonkeyPatch) -> None:
    file = extract / f"lab_results_{WHO}.csv"
    file.write_text(file.read_text() + f"{WHO}\x00,2026-06-01,hb,hemacohort,{VALUE},g/L,{NAME},\n")


def no_header(extract: Path, _: pytest.MonkeyPatch) -> None:
    (extract / f"lab_results_{WHO}.csv").write_text("\n".join(ROWS) + "\n")


def no_header_twice_a_value(extract: Path, _: pytest.MonkeyPatch) -> None:
    (extract / f"lab_results_{WHO}.csv").write_text(f"{WHO};{WHO};{NAME};{VALUE}\n{WHO},{WHO},{VALUE}\n")


def missing_column(extract: Path, _: pytest.MonkeyPatch) -> None:
    (extract / f"lab_results_{WHO}.csv").write_text(
        f"patient_id,collected_at,value\n{WHO},2026-06-01,{VALUE}\n"
    )


def truncated(extract: Path, _: pytest.MonkeyPatch) -> None:
    (extract / f"lab_results_{WHO}.csv").unlink()
    packed = gzip.compress("\n".join([HEADER, *ROWS]).encode())
    (extract / f"lab_results_{WHO}.csv.gz").write_bytes(packed[:-20])


def no_rows(extract: Path, _: pytest.MonkeyPatch) -> None:
    (extract / f"lab_results_{WHO}.csv").write_text(HEADER + "\n")


def odd_name(extract: Path, _: pytest.MonkeyPatch) -> None:
    (extract / f"lab_results_{WHO}\x07.csv").write_text("x")


def library_quotes_a_row(extract: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        file = extract / f"lab_results_{WHO}.csv"
        error = pl.exceptions.ComputeError(f'could not parse `{VALUE}` of "{WHO}" in {file}')
        raise error from ValueError(f"row {ROWS[0]!r}")

    import flows.ingest  # noqa: F401

    monkeypatch.setattr(sys.modules["flows.ingest"], "ingest", broken)


def file_cannot_be_read(extract: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise FileNotFoundError(2, "No such file or directory", str(extract / f"lab_results_{WHO}.csv"))

    import flows.ingest  # noqa: F401

    monkeypatch.setattr(sys.modules["flows.ingest"], "ingest", broken)


WAYS = [
    (good, 0),
    (nul_bytes, 10),
    (no_header, 10),
    (no_header_twice_a_value, 10),
    (missing_column, 10),
    (truncated, 10),
    (no_rows, 10),
    (odd_name, 10),
    (library_quotes_a_row, 1),
    (file_cannot_be_read, 1),
]


def hits(text: str | bytes) -> set[str]:
    raw = text.encode() if isinstance(text, str) else text
    return {word for word in PLANTED if word.encode() in raw}


def written(home: Home) -> Iterator[tuple[Path, bytes]]:
    """Every file of the home that is not the data of a night."""
    data = (home.nights, home.published, home.store)
    for path in home.root.rglob("*"):
        if path.is_file() and not any(path.is_relative_to(folder) for folder in data):
            yield path, path.read_bytes()


@pytest.mark.parametrize(("way", "code"), WAYS, ids=[way.__name__ for way, _ in WAYS])
def test_nothing_planted_is_printed_by_a_direct_night(
    way: Callable[..., None],
    code: int,
    extract: Path,
    home: Home,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    way(extract, monkeypatch)
    with pytest.raises(SystemExit) as done:
        main(
            ["run", "--home", str(home.root), "--extract", str(extract), "--direct", "--as-of", "2026-06-15"]
        )
    captured = capsys.readouterr()
    assert done.value.code == code, captured.err
    assert hits(captured.out + captured.err + caplog.text) == set()
    if code == 10:  # a place that stands for a name says how to find it
        assert captured.err.rstrip().endswith(PLACES)
    assert {path: found for path, raw in written(home) if (found := hits(raw))} == {}
    events = [
        json.loads(line) for file in home.logs.glob("*.jsonl") for line in file.read_text().splitlines()
    ]
    assert events[0]["event"] == "run began"
    assert events[-1]["event"] == ("night published" if code == 0 else "run failed")
    assert events[-1].get("exit_code", 0) == code
    assert len({event["run_id"] for event in events}) == 1


def test_nothing_planted_reaches_prefect_or_an_alert(
    prefect_night: None,
    extract: Path,
    home: Home,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from prefect.logging.handlers import APILogHandler
    from prefect.settings import get_current_settings

    from flows.prefect_flow import hemacohort_night

    with web_sink() as (webhook, posts):
        home.create()
        (home.root / "hemacohort.toml").write_text(f'alert_webhook = "{webhook}"\n')
        ends = []
        for way in (good, missing_column, library_quotes_a_row, file_cannot_be_read):
            way(extract, monkeypatch)
            state = hemacohort_night(
                home=str(home.root), extract=str(extract), as_of="2026-06-15", return_state=True
            )
            ends.append(state.message)
    APILogHandler().flush()
    assert len(posts) == 3
    assert ends[0].startswith("Night of 2026-06-15 published")
    database = Path(
        urlparse(get_current_settings().server.database.connection_url.get_secret_value()).path[1:]
    )
    raw = b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*"))
    assert ends[1].encode() in raw  # what is searched is what Prefect keeps
    assert hits(raw) == set()
    captured = capfd.readouterr()
    assert (
        hits(captured.out + captured.err + caplog.text + json.dumps(posts) + " ".join(map(str, ends)))
        == set()
    )
    assert {path: found for path, text in written(home) if (found := hits(text))} == {}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("lab_results.csv, line 3: torn", "lab_results.csv, line 3: torn"),
        ("lab_results_02.csv.gz is torn", "lab_results_02.csv.gz is torn"),
        ("lab_results-2026-06-15.parquet is torn", "lab_results-2026-06-15.parquet is torn"),
        ("MedicationRequest.000.ndjson is torn", "MedicationRequest.000.ndjson is torn"),
        ("Patient.ndjson.gz is torn", "Patient.ndjson.gz is torn"),
        (f"lab_results_{WHO}.csv, line 3: torn", "file 7 of 7, line 3: torn"),
        ("lab_results_20260615.csv is torn", "file 6 of 7 is torn"),  # may be a number of a patient
        (f"/x/{NAME}/patients.csv is torn", "/x/folder 1 of 1/patients.csv is torn"),
        (f"no file is called x{WHO}", f"no file is called x{WHO}"),
    ],
)
def test_name_of_a_file_is_shown_only_where_it_is_plain(text: str, shown: str, tmp_path: Path) -> None:
    for name in (
        "lab_results.csv",
        "lab_results_02.csv.gz",
        "lab_results-2026-06-15.parquet",
        f"lab_results_{WHO}.csv",
        "lab_results_20260615.csv",
        "MedicationRequest.000.ndjson",
        "Patient.ndjson.gz",
    ):
        (tmp_path / name).touch()
    (tmp_path / NAME).mkdir()
    (tmp_path / NAME / "patients.csv").touch()
    assert without_names(text, tmp_path) == shown


def test_log_of_a_night_has_its_counts_and_no_other_text(night: Path, home: Home) -> None:
    (file,) = home.logs.glob("*.jsonl")
    assert file.stat().st_mode & 0o777 == 0o600
    events = [json.loads(line) for line in file.read_text().splitlines()]
    assert [event["stage"] for event in events[1:-1]][:3] == ["adapt", "ingest", "as_of"]
    screen = next(event for event in events if event.get("stage") == "screen")
    assert screen["counts"]["draws"] > 0
    assert screen["seconds"] >= 0
    assert all(event["run_id"] == night.name and event["timestamp"].endswith("Z") for event in events)
    texts = {
        name for event in events for name, value in event.get("counts", {}).items() if isinstance(value, str)
    }
    assert texts == set()
