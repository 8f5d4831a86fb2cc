"""What `pip install .` installs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as pip builds it but without fetching a build backend."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-qq", "--no-deps", "--no-build-isolation"]
    built = subprocess.run(
        [*command, "--wheel-dir", str(folder), str(root)], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("hemacohort-*.whl")
    return path


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    """The files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def sources(root: Path, folder: str, pattern: str) -> set[str]:
    """The files of a folder of the repository."""
    return {path.relative_to(root).as_posix() for path in (root / folder).rglob(pattern)}


@pytest.mark.parametrize("package", ["flows", "transforms", "schemas"])
def test_every_module_is_in_the_wheel(names: set[str], root: Path, package: str) -> None:
    modules = sources(root, package, "*.py")
    assert modules
    assert modules <= names


def test_every_statement_travels_inside_flows(names: set[str], root: Path) -> None:
    statements = {f"flows/{name}" for name in sources(root, "sql", "*.sql")}
    assert statements
    assert statements <= names
    assert not {name for name in names if name.startswith("sql/")}


def test_every_template_is_in_the_wheel(names: set[str], root: Path) -> None:
    templates = sources(root, "flows/templates", "*.j2")
    assert templates
    assert templates <= names


def test_every_value_set_is_in_the_wheel_and_no_other_table(names: set[str], root: Path) -> None:
    sets = sources(root, "schemas/value_sets", "*.csv")
    assert sets
    assert sets == {name for name in names if name.endswith(".csv")}


def test_nothing_else_is_in_the_wheel(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"flows", "transforms", "schemas"}
    assert not {name for name in names if name.endswith((".pyc", ".duckdb", ".parquet", ".toml"))}


def test_wheel_brings_the_command_and_the_pins_that_keep_prefect_working(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        files = {
            name.split("/")[-1]: archive.read(name).decode()
            for name in archive.namelist()
            if ".dist-info" in name
        }
    about = HeaderParser().parsestr(files["METADATA"])
    needs = {need.replace(" ", "") for need in about.get_all("Requires-Dist", [])}
    assert "hemacohort = flows.cli:main" in files["entry_points.txt"]
    assert about["Requires-Python"] == ">=3.11"
    assert {"fastapi<0.151,>=0.139", "sqlalchemy<2.1"} <= needs


def test_installed_wheel_finds_its_own_statements_and_value_sets(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        "import flows.sql; print(flows.sql.__file__); print(len(flows.sql.statement('evidence/events'))); "
        "from schemas.value_sets import CODE_SETS; print(len(CODE_SETS))"
    )
    # -I keeps the repository, which is the folder of the tests and perhaps installed for editing, out of the way.
    answer = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert answer.returncode == 0, answer.stderr
    where, length, value_sets = answer.stdout.split()
    assert Path(where).is_relative_to(tmp_path)
    assert int(length) > 0
    assert int(value_sets) > 0
