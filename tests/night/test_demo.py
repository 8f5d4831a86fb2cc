"""`hemacohort demo`: it replaces what a demo made, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.cli import main
from flows.commands import simulate_into, what_to_try
from flows.errors import UsageError
from flows.home import Home


def demo(home: Home) -> int:
    """Exit code of a small demo."""
    with pytest.raises(SystemExit) as done:
        main(["demo", "--home", str(home.root), "--patients", "3", "--direct"])
    return int(done.value.code or 0)


def test_a_demo_leaves_a_home_alone_that_is_none_of_its_own(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    home.root.joinpath("extract").mkdir(parents=True)
    real = home.root / "extract" / "lab_results.csv"
    real.write_text("patient_id\n")
    assert demo(home) == 2
    assert "name another folder" in capsys.readouterr().err
    assert real.exists()
    assert not home.work.exists()


def test_a_demo_does_not_mix_invented_patients_into_nights_of_others(night: Path, home: Home) -> None:
    assert demo(home) == 2
    assert home.night() == night


def test_a_demo_can_be_run_again(home: Home) -> None:
    def patients() -> bytes:
        return (home.root / "extract" / "patients.csv.gz").read_bytes()

    assert simulate_into(home.root, patients=3, seed=1) == home.root / "extract"
    first = patients()
    simulate_into(home.root, patients=3, seed=2)  # nothing was screened yet
    second = patients()
    assert first != second
    home.published.symlink_to("nights")
    simulate_into(home.root, patients=3, seed=2)
    with pytest.raises(UsageError, match="a demo of other patients"):
        simulate_into(home.root, patients=3, seed=1)
    assert patients() == second
    assert not [*home.work.iterdir()]


@pytest.mark.parametrize(
    ("found", "typed"), [("/usr/bin/hemacohort", "hemacohort"), (None, "'my env/bin/hemacohort'")]
)
def test_what_to_try_can_be_typed_as_it_stands(
    night: Path, home: Home, monkeypatch: pytest.MonkeyPatch, found: str | None, typed: str
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: found)
    monkeypatch.setattr("sys.argv", ["my env/bin/hemacohort", "demo"])
    assert f"then try: {typed} explain --home " in what_to_try(home.root)
