"""Real nights: a local code is ignored, suggested, accepted by a person, and read from the next night on."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from flows.cli import main
from flows.query import ask

PATIENTS = 24


def hemacohort(*words: object) -> int:
    """Exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0)


def extract(folder: Path) -> Path:
    """Blood counts under LOINC, ferritin under a local code."""
    folder.mkdir()
    lines = ["patient_id,collected_at,code_system,code,name,value,unit,site,specimen"]
    for number in range(PATIENTS):
        who = f"P{number:02d},2026-06-01 08:00"
        lines += [
            f"{who},LOINC,718-7,Hemoglobin,9.{number % 10},g/dL,north,",
            f"{who},LAB,FERR,Ferritin,{8 + number},ng/mL,north,Serum",
            f"{who},LAB,FERR,Ferritin,{8 + number},ng/mL,north,Pleural fluid",
        ]
    (folder / "lab_results.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def run_json(home: Path) -> dict[str, Any]:
    """run.json of the published night."""
    content: dict[str, Any] = json.loads((home / "published" / "run.json").read_text(encoding="utf-8"))
    return content


def test_from_ignored_to_accepted(tmp_path: Path) -> None:
    home, files = tmp_path / "home", extract(tmp_path / "extract")
    run = ("run", "--home", home, "--extract", files, "--direct", "--as-of", "2026-06-15")
    assert hemacohort(*run) == 0
    before = run_json(home)
    assert (before["rows"]["accepted"], before["rows"]["ignored"]) == (PATIENTS, 2 * PATIENTS)
    assert before["code_map"] is None
    seen = ask(home, "SELECT * FROM quality.unmapped_codes ORDER BY specimen").rows(named=True)
    assert [
        (row["specimen"], row["site"], row["rows"], row["numbers"], row["suggested"]) for row in seen
    ] == [
        ("Pleural fluid", "north", PATIENTS, PATIENTS, None),
        ("Serum", "north", PATIENTS, PATIENTS, "ferritin"),
    ]
    assert seen[1]["median"] == pytest.approx(20, rel=0.07)
    assert hemacohort("codes", "review", "--home", home) == 0
    proposal = home / "code_proposal.csv"
    with proposal.open(encoding="utf-8", newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["specimen"], line["analyte"], line["accept"]) == ("Serum", "ferritin", "")

    # without a yes nothing changes
    assert hemacohort("codes", "accept", "--home", home, proposal) == 0
    assert not (home / "code_map.csv").exists()

    with proposal.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, line.keys())
        writer.writeheader()
        writer.writerow({**line, "accept": "yes"})
    assert hemacohort("codes", "accept", "--home", home, proposal, "--by", "Dr. A") == 0
    assert hemacohort(*run) == 0
    after = run_json(home)
    counts = "SELECT count(*), count(*) FILTER (analyte = 'ferritin') FROM lab.result"
    assert ask(home, counts).row(0) == (2 * PATIENTS, PATIENTS)
    content = (home / "code_map.csv").read_bytes()
    assert after["code_map"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert after["code_map"]["lines"] == 1
    used = ask(home, "SELECT code, specimen, analyte, accepted, accepted_by FROM reference.code_map").rows()
    assert used == [("FERR", "Serum", "ferritin", True, "Dr. A")]
    assert (
        ask(home, "SELECT count(*) FROM cohort.membership WHERE rule_id = 'iron_deficiency_anemia'").item()
        > 0
    )
    assert ask(home, "SELECT DISTINCT specimen FROM quality.unmapped_codes").rows() == [("Pleural fluid",)]

    # a map that contradicts itself ends the next run before it begins; the night stays
    (home / "code_map.csv").write_bytes(content + b"yes,LAB,FERR,Serum,,ng/mL,,iron,,,,\n")
    assert hemacohort(*run) == 2
    assert run_json(home)["run_id"] == after["run_id"]
