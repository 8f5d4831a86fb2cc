"""A small extract in the layout of MIMIC-IV, written on the spot, and the demo where it is at hand."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.adapters import adapt
from flows.home import Home
from flows.night import begin, run_night

# The columns of the published files, in their order.
COLUMNS = {
    "labevents": (
        "labevent_id,subject_id,hadm_id,specimen_id,itemid,order_provider_id,charttime,storetime,value,valuenum,"
        "valueuom,ref_range_lower,ref_range_upper,flag,priority,comments"
    ),
    "d_labitems": "itemid,label,fluid,category",
    "patients": "subject_id,gender,anchor_age,anchor_year,anchor_year_group,dod",
    "admissions": "subject_id,hadm_id,admittime,dischtime,deathtime,edregtime",
    "diagnoses_icd": "subject_id,hadm_id,seq_num,icd_code,icd_version",
    "prescriptions": "subject_id,hadm_id,starttime,stoptime,drug_type,drug,route",
    "services": "subject_id,hadm_id,transfertime,prev_service,curr_service",
    "procedures_icd": "subject_id,hadm_id,seq_num,chartdate,icd_code,icd_version",
    "hcpcsevents": "subject_id,hadm_id,chartdate,hcpcs_cd,seq_num,short_description",
}
_LAB = {"subject_id": "1", "specimen_id": "70", "itemid": "51222", "charttime": "2150-03-01 07:00:00"}
_PATIENT = {"subject_id": "1", "gender": "F", "anchor_age": "40", "anchor_year": "2150"}
Row = dict[str, str]


@pytest.fixture
def lab() -> Row:
    """A row of labevents."""
    return dict(_LAB)


@pytest.fixture
def patient() -> Row:
    """A row of patients."""
    return dict(_PATIENT)


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """An empty extract folder whose name would mean something to a glob."""
    folder = tmp_path / "mimic [1]"
    folder.mkdir()
    return folder


@pytest.fixture
def write(extract: Path) -> Callable[..., Path]:
    """Write a table; columns that a row does not name stay empty."""

    def table(name: str, *rows: Row, file: str | None = None, drop: str | None = None) -> Path:
        columns = [column for column in COLUMNS[name].split(",") if column != drop]
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        path = extract / (file or f"{name}.csv")
        path.parent.mkdir(exist_ok=True)
        packed = text.getvalue().encode()
        path.write_bytes(gzip.compress(packed) if path.name.endswith(".gz") else packed)
        return path

    return table


@pytest.fixture
def adapted(extract: Path, tmp_path: Path) -> Callable[[str], pl.DataFrame]:
    """Bring the extract to the canonical layout and read a table of it in the order of its lines."""

    def read(table: str) -> pl.DataFrame:
        out = adapt("mimic-iv", extract, tmp_path / "out")
        return pl.read_parquet(out / f"{table}.parquet", glob=False).sort("source_line")

    return read


@pytest.fixture
def labs(write: Callable[..., Path], adapted: Callable[[str], pl.DataFrame]) -> Callable[..., pl.DataFrame]:
    """Canonical laboratory rows of labevents rows, which need to name only what the test is about."""

    def convert(*rows: Row) -> pl.DataFrame:
        write("patients", _PATIENT)
        write("labevents", *({**_LAB, "labevent_id": str(n), **row} for n, row in enumerate(rows, start=1)))
        return adapted("lab_results")

    return convert


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for files of records in text, whose name would mean something to a glob."""
    made = tmp_path / "texts [1]"
    made.mkdir()
    return made


@pytest.fixture
def adapted_texts(folder: Path, tmp_path: Path) -> Callable[[str, str], pl.DataFrame]:
    """Bring the folder, of the source named, to the canonical layout and read the pieces of a table by line."""

    def read(source: str, table: str) -> pl.DataFrame:
        out = adapt(source, folder, tmp_path / "out")
        pieces = [path for path in sorted(out.glob(f"{table}*.parquet")) if "unreadable" not in path.name]
        return pl.concat([pl.read_parquet(path, glob=False) for path in pieces]).sort(
            "source_file", "source_line"
        )

    return read


@pytest.fixture
def tables(tmp_path: Path) -> Callable[..., Path]:
    """Write the tables of a source: name to its lines of fields, the names of the columns first."""

    def write_all(content: dict[str, str], *, separator: str = ",", suffix: str = ".csv") -> Path:
        folder = tmp_path / "source"
        folder.mkdir(exist_ok=True)
        for name, text in content.items():
            lines = [
                separator.join(field.strip() for field in line.split("|"))
                for line in text.strip().splitlines()
            ]
            packed = ("\n".join(lines) + "\n").encode()
            path = folder / f"{name}{suffix}"
            path.write_bytes(gzip.compress(packed) if suffix.endswith(".gz") else packed)
        return folder

    return write_all


@pytest.fixture
def screened(tmp_path: Path) -> Callable[..., Path]:
    """Screen a source's extract with the stages of ``run --direct``; the folder of the published night."""

    def screen(source: str, extract: Path) -> Path:
        home = Home(tmp_path / "home")
        run_night(begin(home.root, extract, source, "auto", {}))
        return home.night()

    return screen


@pytest.fixture(scope="session")
def demo() -> Path:
    """Folder of the MIMIC-IV demo beside the repository."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "data" / "mimic_iv_demo"
    if not (folder / "labevents.csv.gz").is_file():
        pytest.skip("the MIMIC-IV demo (../shared/data/mimic_iv_demo) is not there")
    return folder
