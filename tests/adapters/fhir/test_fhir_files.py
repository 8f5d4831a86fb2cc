"""What the files of a FHIR extract may look like."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.adapters import adapt
from flows.errors import ExtractError
from tests.adapters.fhir.observations import observation

Rows = Callable[..., pl.DataFrame]


def test_a_bundle_and_a_single_resource_keep_the_line_they_begin_on(folder: Path, adapted: Rows) -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {
                "fullUrl": "urn:uuid:p9",
                "resource": {"resourceType": "Patient", "id": "x", "gender": "female"},
            },
            {"resource": observation(id="o2", valueQuantity={"value": 7.25, "code": "g/dL"})},
            {"request": {"method": "GET"}},
        ],
    }
    (folder / "bundle.json").write_text(json.dumps(bundle, indent=1).replace("7.25", "7.250"))
    (folder / "one.json").write_text("\n\n" + json.dumps(observation(id="o3"), indent=2))
    rows = adapted()
    assert rows.select("result_id", "value", "source_file", "source_line").rows() == [
        ("o2", "7.250", "bundle.json", 13),
        ("o3", "13.5", "one.json", 3),
    ]
    assert adapted("patients").row(0)[:2] == ("p9", "female")


def test_several_files_packed_mixed_and_in_folders(folder: Path, adapted: Rows) -> None:
    patient = json.dumps({"resourceType": "Patient", "id": "p1", "birthDate": "1960-02-03"})
    (folder / "part").mkdir()
    (folder / "Observation.000.ndjson.gz").write_bytes(gzip.compress(json.dumps(observation()).encode()))
    mixed = f"\ufeff{patient}\n\n   \n{json.dumps(observation(id='o2'))}\r\n"
    (folder / "part" / "mixed.ndjson").write_text(mixed, encoding="utf-8", newline="")
    assert adapted().select("result_id", "source_file", "source_line").rows() == [
        ("o1", "Observation.000.ndjson.gz", 1),
        ("o2", "part/mixed.ndjson", 4),
    ]
    assert adapted("patients")["birth_date"].to_list() == ["1960-02-03"]


def test_lines_are_right_in_a_file_of_several_chunks(
    folder: Path, adapted: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.adapters.fhir.CHUNK_BYTES", 1 << 20)
    note = [{"text": "x" * 900}]
    lines = [json.dumps(observation(id=str(number), note=note)) for number in range(1, 12_001)]
    (folder / "Observation.ndjson").write_text("\n".join(lines))  # 14 MB, the last line without an end
    rows = adapted()
    assert rows["source_line"].to_list() == list(range(1, 12_001))
    assert rows["result_id"].to_list() == [str(number) for number in range(1, 12_001)]


BROKEN = [
    '{"resourceType": "Observation", "id": "o',
    '{"resourceType":"Observation","id":"o","component":[{}',
    '{"resourceType":"Observation","id":"o"}}',
    *("null", "[1, 2]", "}", '{"id": "x"}'),
]


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_line_is_set_aside_and_harms_no_other(
    folder: Path, tmp_path: Path, broken: str, separators: tuple[str, str]
) -> None:
    whole = json.dumps(observation(), separators=separators)
    (folder / "Observation.ndjson").write_text(f"{whole}\n{broken}\n{whole}\n")
    out = adapt("fhir", folder, tmp_path / "out")
    assert pl.read_parquet(out / "lab_results_000000.parquet")["source_line"].sort().to_list() == [1, 3]
    unreadable = pl.read_parquet(out / "lab_results_unreadable_000000.parquet")
    assert unreadable.rows() == [(broken, "Observation.ndjson", 2)]


def test_a_bundle_that_breaks_off_keeps_what_came_before(folder: Path, tmp_path: Path) -> None:
    text = json.dumps({"resourceType": "Bundle", "entry": [{"resource": observation()}] * 2}, indent=1)
    (folder / "bundle.json").write_text(text[: text.rindex("valueQuantity")])
    out = adapt("fhir", folder, tmp_path / "out")
    assert pl.read_parquet(out / "lab_results_000000.parquet").height == 1
    assert pl.read_parquet(out / "lab_results_unreadable_000000.parquet")["source_file"].to_list() == [
        "bundle.json"
    ]


def _refusal(folder: Path, tmp_path: Path) -> str:
    with pytest.raises(ExtractError) as caught:
        adapt("fhir", folder, tmp_path / "out")
    message = str(caught.value)
    assert "\n" not in message
    assert str(tmp_path) not in message
    return message


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.ndjson", b"", "a.ndjson is empty"),
        ("a.ndjson", b"PAR1\x00\x01", "a.ndjson is not FHIR JSON: it looks like a Parquet file"),
        ("a.ndjson", b'{"a":1}\n\x00\x01\x02', "a.ndjson, line 2: not FHIR JSON"),
        ("a.ndjson", b'{"a":1}\n{"b":"\xe9\xe8"}\n', "a.ndjson, line 2: not UTF-8 text"),
        ("a.ndjson.gz", b'{"a":1}\n', "a.ndjson.gz is not a gzip file"),
        (
            "a.ndjson.gz",
            gzip.compress(b'{"a":1}\n' * 500, mtime=0)[:-9],
            "a.ndjson.gz is a truncated gzip file",
        ),
        ("Patient.ndjson", b'{"resourceType":"Patient","id":"p"}', "holds no Observation"),
        (
            "a.ndjson",
            b"\n{broken\n",
            "a.ndjson, line 2: no FHIR resource. The fhir extract holds no Observation",
        ),
        ("lab_results.csv", b"patient_id\n", "holds no .ndjson"),
    ],
)
def test_files_that_are_no_fhir(folder: Path, tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (folder / name).write_bytes(content)
    assert words in _refusal(folder, tmp_path)


def test_an_empty_folder(folder: Path, tmp_path: Path) -> None:
    assert "holds no .ndjson, .ndjson.gz or .json file" in _refusal(folder, tmp_path)


def test_bundles_in_lines_in_bundles_and_arrays_of_resources(folder: Path, adapted: Rows) -> None:
    """A search or a batch comes as a Bundle a line, as Bundles in a Bundle, or as an array; none of them is lost."""

    def bundle(*entries: object) -> dict[str, object]:
        return {"resourceType": "Bundle", "entry": list(entries)}

    patient = {"fullUrl": "urn:uuid:p9", "resource": {"resourceType": "Patient", "gender": "male"}}
    found = bundle(patient, {"resource": observation(id="o1")}, {"resource": observation(id="o2")})
    noted = observation(id="o3", note=[{"text": 'a "Bundle" of joy'}])
    (folder / "a.ndjson").write_text(
        f"{json.dumps(observation(id='o0'))}\n{json.dumps(found)}\n{json.dumps(noted)}\n"
    )
    (folder / "b.json").write_text(
        json.dumps(bundle({"resource": bundle({"resource": observation(id="o4")})}))
    )
    (folder / "c.json").write_text(
        json.dumps([observation(id="o5"), bundle({"resource": observation(id="o6")})])
    )
    assert adapted().select("result_id", "source_line").rows() == [
        ("o0", 1),
        ("o1", 2),
        ("o2", 2),
        ("o3", 3),
        ("o4", 1),
        ("o5", 1),
        ("o6", 1),
    ]
    assert adapted("patients").row(0)[:2] == ("p9", "male")
