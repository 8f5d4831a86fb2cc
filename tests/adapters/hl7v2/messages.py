"""Segments of HL7 v2 messages as short texts."""

from __future__ import annotations

MSH = "MSH|^~\\&|LIS|NORTH|EHR|H|20240305100000||ORU^R01^ORU_R01|M1|P|2.5.1"
PID = "PID|1||P1^^^H^MR||DOE^JANE||19600203|F"
OBR = "OBR|1|PL1|F1|58410-2^CBC^LN|||20240305073000|||||||||||||||20240305093000|||F"


def obx(
    value: str = "13.5",
    kind: str = "NM",
    test: str = "718-7^Hemoglobin^LN",
    unit: str = "g/dL",
    limits: str = "12-16",
    flag: str = "N",
    status: str = "F",
    sub: str = "",
    rest: str = "",
) -> str:
    """An OBX; rest: whatever follows OBX-11."""
    return f"OBX|1|{kind}|{test}|{sub}|{value}|{unit}|{limits}|{flag}|||{status}{rest}"
