"""From a proposal to the code map: only a person's yes maps anything, and a no is remembered."""

from __future__ import annotations

import csv
import errno
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.cli import main
from flows.code_map import read_code_map
from flows.code_review import accept, review
from flows.errors import HomeLockedError, UsageError
from flows.home import Home
from schemas.code_map import COLUMNS, PROPOSED
from tests.codes.conftest import around

Make = Callable[..., Path]
FERRITIN = {"code": "F1", "name": "Ferritin", "unit": "ng/mL", "site": "north", "rows": 300, **around(90)}
IRON = {"code": "=I", "name": "Iron", "unit": "ug/dL", "site": "north", "rows": 100, **around(80)}
SODIUM = {"code": "NA", "name": "Sodium", "unit": "mmol/L", "site": "north", "rows": 900, **around(140)}


def lines(path: Path) -> list[dict[str, str]]:
    """Lines of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def answer(path: Path, **answers: str) -> Path:
    """Fill the column accept by analyte."""
    rows = lines(path)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, (*COLUMNS, *PROPOSED))
        writer.writeheader()
        writer.writerows({**row, "accept": answers.get(row["analyte"], "")} for row in rows)
    return path


def test_proposal_has_the_form_of_the_map_and_no_answers(home: Make) -> None:
    root = home(FERRITIN, IRON, SODIUM)
    path, count = review(root, None)
    assert path == root / "code_proposal.csv"
    rows = lines(path)
    assert count == len(rows) == 2
    assert [*rows[0]] == [*COLUMNS, *PROPOSED]
    assert {row["accept"] for row in rows} == {""}
    assert (rows[0]["code"], rows[0]["unit"], rows[0]["analyte"]) == ("F1", "ng/mL", "ferritin")
    assert (rows[0]["rows"], rows[0]["score"]) == ("300", "1.00")
    assert rows[0]["values"] == "72 to 108, median 90 ng/mL"
    assert rows[0]["reason"].startswith("the name is one of Ferritin; ")
    assert "site: north" in rows[0]["reason"]
    assert rows[1]["code"] == "'=I"
    assert not (root / "code_map.csv").exists()


def test_all_lists_codes_without_a_suggestion_too(home: Make) -> None:
    path, count = review(home(FERRITIN, SODIUM), None, everything=True)
    assert count == 2
    assert {row["code"]: row["analyte"] for row in lines(path)} == {"NA": "", "F1": "ferritin"}


def test_yes_maps_no_is_remembered_and_no_answer_is_neither(home: Make) -> None:
    root = home(
        FERRITIN, IRON, {**FERRITIN, "code": "B", "name": "Vitamin B12", "unit": "pg/mL", **around(400)}
    )
    path, _ = review(root, None)
    merged = accept(root, answer(path, ferritin="Yes", iron="n"), "Dr. A")
    assert (merged.accepted, merged.refused, merged.undecided, merged.known) == (1, 1, 1, 0)
    found = {line.code: line for line in read_code_map(root, None).map.lines}
    assert found.keys() == {"F1", "=I"}
    assert (found["F1"].accepted, found["F1"].analyte, found["F1"].unit) == (True, "ferritin", "ng/mL")
    assert (found["=I"].accepted, found["=I"].analyte) == (False, "iron")
    assert {line.accepted_by for line in found.values()} == {"Dr. A"}
    assert {line.accepted_on for line in found.values()} == {datetime.now(UTC).date().isoformat()}
    path.unlink()
    again, _ = review(root, None)
    assert [row["analyte"] for row in lines(again)] == ["b12"]


def test_lines_written_by_hand_stay_as_they_are(home: Make) -> None:
    root = home(FERRITIN)
    (root / "code_map.csv").write_text("code_system,code,analyte,note\nLAB,OLD,hb,by hand\n")
    accept(root, answer(review(root, None)[0], ferritin="yes"), "A")
    first, second = read_code_map(root, None).map.lines
    assert (first.code, first.note, first.accepted_by) == ("OLD", "by hand", "")
    assert second.code == "F1"
    assert lines(root / "code_map.csv")[0]["accept"] == "yes"


def test_a_second_acceptance_changes_nothing_and_a_later_yes_replaces_a_no(home: Make) -> None:
    root = home(FERRITIN)
    path = answer(review(root, None)[0], ferritin="no")
    accept(root, path, "A")
    assert accept(root, path, "A").known == 1
    merged = accept(root, answer(path, ferritin="yes"), "B")
    assert merged.accepted == 1
    (line,) = read_code_map(root, None).map.lines
    assert (line.accepted, line.accepted_by) == (True, "B")


def test_a_no_to_a_line_in_force_is_a_contradiction(home: Make) -> None:
    root = home(FERRITIN)
    path = answer(review(root, None)[0], ferritin="yes")
    accept(root, path, "A")
    with pytest.raises(UsageError, match=r"line 2: the line contradicts line 2 of code_map\.csv"):
        accept(root, answer(path, ferritin="no"), "A")


def test_the_person_may_correct_the_analyte_and_name_a_unit(home: Make) -> None:
    root = home({**FERRITIN, "unit": None})
    path, _ = review(root, None)
    assert lines(path)[0]["unit"] == "none"
    path.write_text("accept,code_system,code,unit,analyte,default_unit\nyes,LAB,F1,none,2276-4,ug/L\n")
    accept(root, path, "A")
    (line,) = read_code_map(root, None).map.lines
    assert (line.analyte, line.unit, line.default_unit) == ("ferritin", "none", "ug/L")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("code_system,code,analyte\nLAB,F1,ferritin\n", "line 1: the column accept is missing"),
        ("accept,code_system,code,analyte\nmaybe,LAB,F1,ferritin\n", "line 2: accept is 'maybe'"),
        (
            "accept,code_system,code,analyte\nyes,LAB,1,ferritin\n",
            "line 2: the published night ignored no such code",
        ),
        ("accept,code_system,code,analyte\nyes,LAB,F1,\n", "line 2: analyte is empty"),
        ("accept,code_system,code,analyte\nyes,LAB,F1,ferritn\n", "line 2: 'ferritn' is not an analyte"),
        (
            "accept,code_system,code,analyte\nyes,LAB,F1,ferritin\nyes,LAB,F1,iron\n",
            "line 3: the line contradicts line 2",
        ),
    ],
)
def test_nothing_is_taken_in_where_a_line_is_wrong(home: Make, text: str, says: str) -> None:
    root = home(FERRITIN)
    file = root / "answers.csv"
    file.write_text(text)
    with pytest.raises(UsageError) as raised:
        accept(root, file, "A")
    assert f"answers.csv, {says}" in str(raised.value)
    assert not (root / "code_map.csv").exists()


def test_answers_are_not_overwritten(home: Make) -> None:
    root = home(FERRITIN)
    path, _ = review(root, None)
    review(root, None)
    answer(path, ferritin="yes")
    with pytest.raises(UsageError, match="holds answers"):
        review(root, None)
    other, _ = review(root, root / "other.csv")
    assert other.exists()


def test_answers_that_were_accepted_do_not_block_the_next_review(home: Make) -> None:
    root = home(FERRITIN)
    path, _ = review(root, None)
    answer(path, ferritin="no")
    accept(root, path, "A")
    assert review(root, None) == (path, 0)
    path.write_text(path.read_text() + "maybe" + 15 * "," + "\n")
    with pytest.raises(UsageError, match="holds answers"):
        review(root, None)


def test_a_home_without_a_night_has_nothing_to_review(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no published night"):
        review(tmp_path, None)


def test_the_map_does_not_change_while_a_run_holds_the_home(home: Make) -> None:
    root = home(FERRITIN)
    path = answer(review(root, None)[0], ferritin="yes")
    with Home(root).lock(), pytest.raises(HomeLockedError):
        accept(root, path, "A")
    assert not (root / "code_map.csv").exists()


def proposed(root: Path, **flags: Any) -> list[dict[str, str]]:
    """Lines of a new proposal."""
    return lines(review(root, root / "proposal.csv", **flags)[0])


def test_units_and_specimens_are_asked_for_as_seen(home: Make) -> None:
    rows = proposed(home(FERRITIN, {**FERRITIN, "unit": "ug/L", "specimen": "Serum", "rows": 5}))
    assert [(row["unit"], row["specimen"], row["name"], row["site"]) for row in rows] == [
        ("ng/mL", "", "", ""),
        ("ug/L", "Serum", "", ""),
    ]


def test_rows_of_one_code_that_may_be_different_things_are_told_apart(home: Make) -> None:
    rows = proposed(
        home(
            FERRITIN,
            {**FERRITIN, "name": "Hepcidin", "unit": "ng/mL", **around(30)},
            {**FERRITIN, "name": "Sodium"},
        )
    )
    assert {(row["name"], row["analyte"]) for row in rows} == {
        ("Ferritin", "ferritin"),
        ("Hepcidin", "hepcidin"),
    }


def test_a_code_that_only_its_site_tells_apart_asks_for_the_site(home: Make) -> None:
    bare = {**FERRITIN, "name": None, "code": "100", "unit": "fL"}
    rows = proposed(home({**bare, **around(90)}, {**bare, "site": "south", **around(9)}))
    assert {(row["site"], row["analyte"]) for row in rows} == {("north", "mcv"), ("south", "mpv")}


def test_a_line_that_would_take_other_material_along_is_not_proposed(home: Make) -> None:
    blood = {"code": "CREA", "name": "Creatinine", "unit": "mg/dL", "site": None, **around(1)}
    assert proposed(home(blood, {**blood, "specimen": "urine", **around(90)})) == []


def test_commands_say_that_suggestions_are_suggestions(
    home: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    root = home(FERRITIN)
    with pytest.raises(SystemExit) as ended:
        main(["codes", "review", "--home", str(root)])
    assert ended.value.code == 0
    output = capsys.readouterr().out
    assert "1 suggestion in" in output
    assert "nothing is mapped until a person says yes" in output
    with pytest.raises(SystemExit):
        main(["codes", "review", "--home", str(root), "--all", "--out", str(root / "all.csv")])
    assert "1 code in" in capsys.readouterr().out
    path = answer(root / "code_proposal.csv", ferritin="yes")
    with pytest.raises(SystemExit) as ended:
        main(["codes", "accept", "--home", str(root), str(path), "--by", " "])
    assert ended.value.code == 2
    with pytest.raises(SystemExit) as ended:
        main(["codes", "accept", "--home", str(root), str(path), "--by", "Dr. A"])
    assert ended.value.code == 0
    assert "1 accepted, 0 refused" in capsys.readouterr().out


def test_a_user_without_a_name_is_asked_who_decided(home: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.setattr("getpass.getuser", nobody)
    root = home(FERRITIN)
    path, _ = review(root, None)
    with pytest.raises(UsageError, match="--by must name who decided"):
        accept(root, answer(path, ferritin="yes"), None)


def test_proposal_on_a_disk_that_is_mounted_to_be_read_is_wrong_usage(
    home: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Such a disk refuses to remove the half-written file, too, even where there is none."""
    root = home(FERRITIN)
    opened, unlinked = Path.open, Path.unlink

    def read_only(path: Path, mode: str = "r", **more: Any) -> Any:
        if "w" in mode and path.is_relative_to(root):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return opened(path, mode, **more)

    def kept(path: Path, *, missing_ok: bool = False) -> None:
        if path.is_relative_to(root):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        unlinked(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "open", read_only)
    monkeypatch.setattr(Path, "unlink", kept)
    with pytest.raises(SystemExit) as done:
        main(["codes", "review", "--home", str(root)])
    assert done.value.code == 2
    errors = " ".join(capsys.readouterr().err.split())
    assert (
        f"{root / 'code_proposal.csv'} cannot be written: Read-only file system. Name another file with --out."
        in errors
    )
    assert review(root, tmp_path / "elsewhere.csv") == (tmp_path / "elsewhere.csv", 1)
