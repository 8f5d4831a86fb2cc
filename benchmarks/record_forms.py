"""The benchmark's canonical extract as records in text: FHIR resources and HL7 v2 messages.

The same rows as ``benchmarks.source_forms`` has them, with about as many words around each as servers send.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

NUMBER = r"^\d+(\.\d+)?$"
_OBSERVATION = (
    '{"resourceType":"Observation","id":"o{}","meta":{"lastUpdated":"2024-02-01T10:00:00.000+00:00",'
    '"profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"]},"status":"{}",'
    '"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category",'
    '"code":"laboratory","display":"Laboratory"}]}],"code":{"coding":[{"system":"{}","code":"{}","display":"{}"}],'
    '"text":"{}"},"subject":{"reference":"Patient/{}"},"encounter":{"reference":"Encounter/{}"},'
    '"effectiveDateTime":"{}","issued":"{}","performer":[{"reference":"Organization/{}"}],'
    '"specimen":{"reference":"Specimen/{}"}{}}'
)


def fhir(extract: Path, folder: Path) -> None:
    """Bulk NDJSON, a file for each kind of resource."""
    lab = pl.scan_csv(extract / "lab_results.csv", infer_schema=False).with_row_index("row", offset=1)
    value = pl.col("value")
    unit = pl.col("unit").fill_null("")
    quantity = _format(
        ',"valueQuantity":{"value":{},"unit":"{}","system":"http://unitsofmeasure.org","code":"{}"}',
        value,
        unit,
        unit,
    )
    held = (
        pl.when(value.str.contains(NUMBER))
        .then(quantity)
        .when(value.is_not_null())
        .then(_format(',"valueString":"{}"', value))
        .otherwise(pl.lit(',"dataAbsentReason":{"text":"not performed"}'))
    )
    system = (
        pl.when(pl.col("code_system") == "LOINC")
        .then(pl.lit("http://loinc.org"))
        .otherwise(pl.lit("urn:lab"))
    )
    zoned = [
        pl.col(name).str.replace(" ", "T", literal=True) + "+00:00"
        for name in ("collected_at", "resulted_at")
    ]
    columns: tuple[str | pl.Expr, ...] = (
        "row",
        "status",
        system,
        "code",
        "name",
        "name",
        "patient_id",
        "specimen_id",
        *zoned,
        "site",
        "specimen_id",
    )
    _write(lab.select(_format(_OBSERVATION, *columns, held)), folder / "Observation.ndjson")
    patients = pl.scan_csv(extract / "patients.csv", infer_schema=False)
    death = pl.when(pl.col("death_date").is_not_null()).then(
        _format(',"deceasedDateTime":"{}"', "death_date")
    )
    text = '{"resourceType":"Patient","id":"{}","gender":"{}","birthDate":"{}"{}}'
    _write(
        patients.select(_format(text, "patient_id", "sex", "birth_date", death.fill_null(""))),
        folder / "Patient.ndjson",
    )
    _events(extract, folder)


def _events(extract: Path, folder: Path) -> None:
    events = pl.scan_csv(extract / "clinical_events.csv", infer_schema=False)
    systems = {
        "ICD-10-CM": "http://hl7.org/fhir/sid/icd-10-cm",
        "ATC": "http://www.whocc.no/atc",
        "CPT": "http://www.ama-assn.org/go/cpt",
    }
    system = pl.col("code_system").replace(systems)
    coded = '{"resourceType":"{}","subject":{"reference":"Patient/{}"},"{}":{"coding":[{"system":"{}","code":"{}"}]},"{}":"{}"}'
    for kind, resource, concept, date in (
        ("diagnosis", "Condition", "code", "onsetDateTime"),
        ("medication", "MedicationRequest", "medicationCodeableConcept", "authoredOn"),
        ("procedure", "Procedure", "code", "performedDateTime"),
    ):
        parts: tuple[str | pl.Expr, ...] = (
            pl.lit(resource),
            "patient_id",
            pl.lit(concept),
            system,
            "code",
            pl.lit(date),
            "start_date",
        )
        _write(events.filter(kind=kind).select(_format(coded, *parts)), folder / f"{resource}.ndjson")
    visit = '{"resourceType":"Encounter","subject":{"reference":"Patient/{}"},"type":[{"text":"{}"}],"period":{"start":"{}"}}'
    visits = events.filter(kind="encounter").select(_format(visit, "patient_id", "code", "start_date"))
    _write(visits, folder / "Encounter.ndjson")


def hl7v2(extract: Path, folder: Path) -> None:
    """One batch of ORU messages, a message for each specimen."""
    lab = pl.scan_csv(extract / "lab_results.csv", infer_schema=False)
    patients = pl.scan_csv(extract / "patients.csv", infer_schema=False)
    sex = pl.col("sex").str.slice(0, 1).str.to_uppercase()
    people = patients.select(
        "patient_id", sex=sex, born=_digits("birth_date"), died=_digits("death_date").fill_null("")
    )
    rows = lab.join(people, on="patient_id", how="left", maintain_order="left")
    collected, resulted = _digits("collected_at"), _digits("resulted_at")
    head = _format(
        "MSH|^~\\&|LAB|{}|EHR|H|{}||ORU^R01^ORU_R01|{}|P|2.5.1\nPID|1||{}^^^H^MR||DOE^JANE||{}|{}" + "|" * 21 + "{}\n"
        "PV1|1|O|WARD^1^1\nORC|RE|{}|{}||CM\nOBR|1|{}|{}|57021-8^CBC panel^LN|||{}|||||||||1234^DOC||||||{}|||F\n",
        "site", resulted, "specimen_id", "patient_id", "born", "sex", "died",
        "specimen_id", "specimen_id", "specimen_id", "specimen_id", collected, resulted,
    )  # fmt: skip
    begins = pl.col("specimen_id").ne_missing(pl.col("specimen_id").shift())
    value = pl.col("value").fill_null("")
    unit = pl.col("unit").fill_null("").str.replace("^", "\\S\\", literal=True)
    observed = _format(
        "OBX|1|{}|{}^{}^{}||{}|{}^{}^UCUM|4.0-11.0|N|||{}|||{}|||||{}",
        pl.when(value.str.contains(NUMBER)).then(pl.lit("NM")).otherwise(pl.lit("ST")),
        "code", "name", pl.when(pl.col("code_system") == "LOINC").then(pl.lit("LN")).otherwise(pl.lit("L")),
        value, unit, unit, pl.col("status").replace({"final": "F", "corrected": "C"}), collected, resulted,
    )  # fmt: skip
    _write(rows.select(pl.when(begins).then(head).otherwise(pl.lit("")) + observed), folder / "batch.hl7")


def _digits(column: str) -> pl.Expr:
    return pl.col(column).str.replace_all(r"[- :]", "")


def _format(text: str, *parts: str | pl.Expr) -> pl.Expr:
    """pl.format for texts that hold braces of their own."""
    pieces = text.split("{}")
    columns = [pl.col(part) if isinstance(part, str) else part for part in parts]
    mixed = [pl.lit(pieces[0])]
    for column, piece in zip(columns, pieces[1:], strict=True):
        mixed += [column.cast(pl.String), pl.lit(piece)]
    return pl.concat_str(mixed)


def _write(lines: pl.LazyFrame, path: Path) -> None:
    lines.sink_csv(path, include_header=False, quote_style="never", maintain_order=True)
