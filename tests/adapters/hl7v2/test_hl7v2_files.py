"""What belongs together in messages, and what the files may look like."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.adapters import adapt
from flows.adapters.hl7v2_segments import Part, segments
from flows.errors import ExtractError
from tests.adapters.hl7v2.messages import MSH, OBR, PID, obx

Read = Callable[..., pl.DataFrame]


def test_what_belongs_to_one_order_or_patient_does_not_reach_the_next(labs: Read) -> None:
    rows = labs(
        MSH, PID, OBR, obx(), "SPM|1|^S1",
        OBR.replace("F1", "F2").replace("0730", "0830"), obx(sub="2"),
        "PID|2||P2", obx(),
        MSH, obx(), PID, OBR, obx(),
    )  # fmt: skip
    assert rows.select("patient_id", "specimen_id", "result_id", "collected_at", "source_line").rows() == [
        ("P1", "S1", "F1", "2024-03-05 07:30:00", 4),
        ("P1", "F2", "F2.2", "2024-03-05 08:30:00", 7),
        ("P2", None, None, None, 9),
        (None, None, None, None, 11),
        ("P1", "F1", "F1", "2024-03-05 07:30:00", 14),
    ]


def test_a_number_of_several_times_is_no_id_of_a_result(labs: Read) -> None:
    later = OBR.replace("20240305073000", "20240305113000")
    same = OBR.replace("58410-2^CBC^LN", "FER")
    rows = labs(
        MSH, PID, OBR, obx(), later, obx(sub="2"), MSH, PID, OBR, obx(), same, obx(), MSH, PID, later, obx()
    )
    assert rows.select("result_id", "specimen_id", "source_line").rows() == [
        (None, "F1", 4),
        (None, "F1", 6),
        ("F1", "F1", 10),
        ("F1", "F1", 12),
        ("F1", "F1", 16),
    ]


def test_nothing_reaches_from_one_file_to_the_next(folder: Path, adapted: Read) -> None:
    (folder / "a.hl7").write_text(f"{MSH}\r{PID}\r{OBR}\r{obx()}", newline="")
    (folder / "b.hl7").write_text(f"FHS|^~\\&\r{obx()}\rNTE|1||x", newline="")
    assert adapted().select("patient_id", "result_id", "comment", "source_file", "source_line").rows() == [
        ("P1", "F1", None, "a.hl7", 4),
        (None, None, "x", "b.hl7", 2),
    ]


def test_in_a_message_of_specimens_the_specimen_comes_first(labs: Read) -> None:
    head = MSH.replace("ORU^R01^ORU_R01", "OUL^R22^OUL_R22")
    rows = labs(head, PID, "SPM|1|^S1", OBR, obx(), "SPM|2|^S2", OBR, obx(), head, PID, OBR, obx())
    assert rows["specimen_id"].to_list() == ["S1", "S2", "F1"]  # nor from one message to the next


@pytest.mark.parametrize(
    ("fields", "patient"),
    [
        ("PID|1||7^^^A^PI~8^^^B^MR~9^^^C^SS", "8"),
        ("PID|1||7^^^A^PI~8^^^B^MRN", "8"),
        ("PID|1||7^^^A^SS~8^^^B^PI", "8"),
        ("PID|1||7^^^A^SS~8^^^B^PT", "8"),
        ("PID|1||7^^^A^SS~8^^^B^MRT", "7"),
        ("PID|1||7^^^A~8^^^B", "7"),
        ("PID|1|66|", "66"),
        ("PID|1||^^^A", None),
    ],
)
def test_whose_it_is(labs: Read, fields: str, patient: str | None) -> None:
    assert labs(MSH, fields, OBR, obx())["patient_id"].to_list() == [patient]


def test_patients_are_written_once(labs: Read, adapted: Read) -> None:
    dead = "PID|1||P2||DOE||1950|U" + "|" * 21 + "20240101120000|Y"
    labs(MSH, PID, OBR, obx(), MSH, PID, OBR, obx(), MSH, dead, MSH, PID.replace("|F", "|M"))
    assert adapted("patients").rows() == [
        ("P1", "F", "1960-02-03", None, "a.hl7", 2),
        ("P2", None, "1950", "2024-01-01", "a.hl7", 10),
        ("P1", "M", "1960-02-03", None, "a.hl7", 12),
    ]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("198005", "1980-05"),
        ("19800000", "1980-00-00"),
        ("1980", "1980"),
        ("19800517+0100", "1980-05-17"),
        ('""', None),
    ],
)
def test_a_birth_that_is_no_day_comes_as_the_extract_has_it(
    labs: Read, adapted: Read, sent: str, read: str | None
) -> None:
    labs(MSH, PID.replace("19600203", sent), OBR, obx())
    assert adapted("patients")["birth_date"].to_list() == [read]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("F", "F"),
        ("M ", "M"),
        ("F^Female^HL70001", "F"),
        ("U^Unknown", None),
        ("o", None),
        ("", None),
        ('""', None),
    ],
)
def test_sexes(labs: Read, adapted: Read, sent: str, read: str | None) -> None:
    labs(MSH, PID.removesuffix("F") + sent, OBR, obx())
    assert adapted("patients")["sex"].to_list() == [read]


def test_a_merge(labs: Read, adapted: Read) -> None:
    labs(
        MSH,
        PID,
        OBR,
        obx(),
        MSH.replace("ORU^R01^ORU_R01", "ADT^A40"),
        "EVN|A40",
        "PID|1||NEW",
        "MRG|OLD^^^H^MR",
    )
    assert adapted("patient_merges").row(0) == ("OLD", "NEW", "2024-03-05 10:00:00", "a.hl7", 8)


@pytest.mark.parametrize("event", ["A43", "A44", "A45"])
def test_what_was_moved_to_another_patient_merges_nobody(
    labs: Read, tmp_path: Path, caplog: pytest.LogCaptureFixture, event: str
) -> None:
    """An account that was booked on the wrong patient: afterwards there are two patients as before."""
    moved = [MSH.replace("ORU^R01^ORU_R01", f"ADT^{event}^ADT_A43"), "PID|1||NEW", "MRG|OLD^^^H^MR||ACC1"]
    merged = [MSH.replace("ORU^R01^ORU_R01", "ADT^A40"), "PID|1||NEW", "MRG|OLDER^^^H^MR"]
    with caplog.at_level("INFO", logger="hemacohort"):
        labs(MSH, PID, OBR, obx(), *moved, *merged)
    rows = pl.read_parquet(tmp_path / "out" / "patient_merges_000000.parquet")
    assert rows.select("from_patient_id", "to_patient_id", "source_line").rows() == [("OLDER", "NEW", 10)]
    assert "1 MRG of messages that merge nobody" in caplog.text


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("20240101120000-0500", "2024-01-01"),
        ("20240101-0500", "2024-01-01"),
        ("2024", "2024-12-31"),
        ("20240000", "2024-12-31"),
        ("202402", "2024-02-29"),
        ("20240200", "2024-02-29"),
        ("202413", "202413"),
        ('""', None),
    ],
)
def test_a_death_that_is_no_day_is_sure_at_the_end_of_its_month_or_year(
    labs: Read, adapted: Read, sent: str, read: str | None
) -> None:
    labs(MSH, PID + "|" * 21 + sent, OBR, obx())
    assert adapted("patients").select("sex", "death_date").rows() == [("F", read)]


def test_measurements_of_other_messages_are_no_results(labs: Read, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="hemacohort"):
        rows = labs(MSH.replace("ORU^R01", "ADT^A01"), PID, obx("80"), MSH, PID, OBR, obx())
    assert rows["value"].to_list() == ["13.5"]
    assert "1 OBX of messages that bring no results" in caplog.text


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("framed", [False, True])
def test_batches_framing_and_line_ends(folder: Path, adapted: Read, end: str, framed: bool) -> None:
    message = end.join([MSH, PID, OBR, obx(), ""])
    if framed:
        message = f"\x0b{message}\x1c\r"
    text = f"FHS|^~\\&|LIS{end}BHS|^~\\&|LIS{end}{message}{message}BTS|2{end}FTS|1"
    (folder / "a.hl7").write_text("\ufeff" + text, encoding="utf-8", newline="")
    assert adapted()["source_line"].to_list() == ([6, 11] if framed else [6, 10])


def test_segments_without_fields_are_segments() -> None:
    """The name alone is a whole segment, and a batch may end so; an OBX without a value is cut off all the same."""
    lines = [MSH, PID, "PV1", OBR, obx(), "OBX", "BTS", "FTS", "?"]
    cut = segments([Part("a.hl7", 1, "".join(f"{line}\n" for line in lines).encode())], 0)
    assert cut.tables["observation"]["source_line"].to_pylist() == [5]
    assert cut.tables["broken"]["source_line"].to_pylist() == [6, 9]


def test_messages_with_other_separators(labs: Read) -> None:
    own = str.maketrans("|^~\\&", "#@*!%")
    rows = labs(
        MSH, PID, OBR, obx(), *(part.translate(own) for part in (MSH, PID, OBR, obx(r"a\S\b", "ST"))), MSH
    )
    assert rows.select("patient_id", "code", "value").rows() == [
        ("P1", "718-7", "13.5"),
        ("P1", "718-7", "a@b"),
    ]


def test_several_files_packed_in_latin_1_and_in_folders(folder: Path, adapted: Read) -> None:
    text = "\r".join([MSH + "||||||8859/1", PID, OBR, obx("très", "ST")])
    (folder / "a.hl7.gz").write_bytes(gzip.compress(text.encode("latin-1")))
    (folder / "day").mkdir()
    (folder / "day" / "1.txt").write_text("\r".join([MSH, PID, OBR, obx("très bas", "ST")]), encoding="utf-8")
    assert adapted().select("value", "source_file").rows() == [
        ("très", "a.hl7.gz"),
        ("très bas", "day/1.txt"),
    ]


def test_segments_find_each_other_across_pieces(
    folder: Path, adapted: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.file_probe.CHUNK", 1_000)
    monkeypatch.setattr("flows.adapters.hl7v2.CHUNK_BYTES", 20_000)
    messages = [
        part
        for number in range(300)
        for part in (
            MSH,
            PID.replace("P1", f"P{number}"),
            OBR.replace("F1", f"F{number}"),
            obx(str(number)),
            obx(),
        )
    ]
    (folder / "a.hl7").write_text("\r".join(messages), newline="")
    rows = adapted()
    assert rows["source_line"].to_list() == [5 * n + part for n in range(300) for part in (4, 5)]
    assert rows["patient_id"].to_list() == [f"P{n}" for n in range(300) for _ in range(2)]
    assert rows["result_id"].to_list() == [f"F{n}" for n in range(300) for _ in range(2)]
    assert adapted("patients").height == 300


def test_what_is_no_segment_is_set_aside_and_harms_no_other(folder: Path, tmp_path: Path) -> None:
    lines = [MSH, PID, OBR, obx(), "a line end in a text", "OBX|3|NM|718", "", "OBX", obx(), "Obx|2|NM|x||1"]
    (folder / "a.hl7").write_text("\n".join(lines))
    out = adapt("hl7v2", folder, tmp_path / "out")
    assert pl.read_parquet(out / "lab_results_000000.parquet")["source_line"].sort().to_list() == [4, 9]
    assert pl.read_parquet(out / "lab_results_unreadable_000000.parquet").sort("source_line").rows() == [
        ("a line end in a text", "a.hl7", 5),
        ("OBX|3|NM|718", "a.hl7", 6),
        ("OBX", "a.hl7", 8),
        ("Obx|2|NM|x||1", "a.hl7", 10),
    ]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.hl7", b"", "a.hl7 is empty"),
        ("a.hl7", b"PAR1\x00\x01", "a.hl7 is not HL7 text: it looks like a Parquet file"),
        ("a.hl7", b"patient_id,value\n", "a.hl7, line 1: not HL7 text; it does not begin with MSH"),
        ("a.hl7", MSH.encode() + b"\rPID|\x00\x01\x02\x03\rOBX", "a.hl7, line 2: not HL7 text"),
        ("a.hl7", MSH.encode() + b"\rPID|\xe9\xe8|\rOBX", "a.hl7, line 2: not UTF-8 text"),
        ("a.hl7.gz", gzip.compress(MSH.encode() * 50, mtime=0)[:-9], "a.hl7.gz is a truncated gzip file"),
        ("a.hl7", MSH.encode() + b"\r" + PID.encode(), "holds no OBX"),
        ("a.hl7", MSH.encode() + b"\rOBX|1", "a.hl7, line 2: no HL7 segment. The hl7v2 extract holds no OBX"),
        ("lab_results.csv", b"patient_id\n", "holds no file ending in"),
    ],
)
def test_files_that_are_no_results(
    folder: Path, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(ExtractError) as caught:
        adapt("hl7v2", folder, tmp_path / "out")
    message = str(caught.value)
    assert words in message
    assert "\n" not in message
    assert str(tmp_path) not in message
