"""Imports run one way, flows -> transforms -> schemas, and ruff says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BANNED = [
    ("transforms", "import flows.home"),
    ("transforms", "from flows.home import Home"),
    ("transforms", "from flows import home"),
    ("transforms", "import duckdb"),
    ("transforms", "from prefect import task"),
    ("transforms", "from pathlib import Path"),
    ("transforms", "import datetime\n\nNOW = datetime.datetime.now()"),
    ("transforms", "from datetime import date\n\nTODAY = date.today()"),
    ("transforms", "import polars as pl\n\nROWS = pl.read_parquet('rows.parquet')"),
    ("transforms/rules", "import duckdb"),
    ("transforms/rules", "from flows.home import Home"),
    ("schemas", "import flows"),
    ("schemas", "from transforms.units import anything"),
    ("schemas", "import duckdb"),
    ("schemas", "import prefect.flows"),
    ("flows", "from tests.testbed import disagreements"),
    ("tests/rules", "from unittest.mock import Mock"),
]
ALLOWED = [
    ("flows", "import transforms.units"),
    ("flows", "import duckdb"),
    ("transforms", "from schemas.analytes import ANALYTES"),
    ("transforms", "import polars as pl"),
    ("schemas", "import polars as pl"),
    ("tests/rules", "from transforms.rules import RULES"),
]


def complaints(root: Path, folder: str, code: str) -> str:
    """What ruff says about the code in a file of that folder (no file is written)."""
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=concise", "--no-fix"]
    answer = subprocess.run(
        [*command, "--stdin-filename", str(root / folder / "example.py"), "-"],
        input=code,
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
    )
    assert answer.returncode in {0, 1}, answer.stderr
    return answer.stdout


@pytest.mark.parametrize(("folder", "code"), BANNED)
def test_import_against_the_direction_is_refused(root: Path, folder: str, code: str) -> None:
    assert "TID251" in complaints(root, folder, code)


@pytest.mark.parametrize(("folder", "code"), ALLOWED)
def test_import_in_the_direction_is_accepted(root: Path, folder: str, code: str) -> None:
    assert "TID251" not in complaints(root, folder, code)


@pytest.mark.parametrize("folder", ["transforms", "schemas"])
def test_files_cannot_be_opened_without_an_import_either(root: Path, folder: str) -> None:
    assert "PTH123" in complaints(root, folder, "ROWS = open('rows.csv')")
