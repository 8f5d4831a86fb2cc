"""The benchmark's canonical extract in the layouts of foreign sources: the same rows, as those sources would write them.

Run as a program: ``python -m benchmarks.source_forms EXTRACT SOURCE FOLDER``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from benchmarks.forms import lab_rows, number, table, uuid, write
from benchmarks.omop_form import omop
from benchmarks.record_forms import fhir, hl7v2

SPECIALTIES = ("hematology", "gastroenterology", "internal medicine")
DRUG_NAMES = {
    "B03AC": "Iron Sucrose",
    "B03XA01": "Epoetin Alfa",
    "L01BA01": "Methotrexate",
    "B03AA07": "Ferrous Sulfate",
}
ITEMS = {
    "718-7": "51222",
    "59260-0": "51222",
    "4544-3": "51221",
    "789-8": "51279",
    "787-2": "51250",
    "785-6": "51248",
    "788-0": "51277",
    "6690-2": "51301",
    "777-3": "51265",
    "751-8": "52075",
    "2160-0": "50912",
    "14682-9": "50912",
    "1988-5": "50889",
    "76485-2": "50889",
    "2276-4": "50924",
    "2498-4": "50952",
    "14798-3": "50952",
    "2500-7": "50953",
    "14800-7": "50953",
    "60474-4": "51282",
    "2132-9": "51010",
    "14685-2": "51010",
    "2951-2": "50983",
}


def synthea(extract: Path, folder: Path) -> None:
    """Synthea's CSV export, with identifiers of its length."""
    time = pl.col("collected_at").str.replace(" ", "T", literal=True) + "Z"
    write(
        lab_rows(extract).select(
            DATE=time,
            PATIENT=uuid("patient_id"),
            ENCOUNTER=uuid("specimen_id"),
            CATEGORY=pl.lit("laboratory"),
            CODE="code",
            DESCRIPTION=pl.col("name"),
            VALUE="value",
            UNITS=pl.col("unit").fill_null("null"),
            TYPE=pl.lit("numeric"),
        ),
        folder,
        "observations",
    )
    patients = table(extract, "patients")
    write(
        patients.select(
            Id=uuid("patient_id"),
            BIRTHDATE="birth_date",
            DEATHDATE="death_date",
            GENDER=pl.col("sex").str.slice(0, 1).str.to_uppercase(),
        ),
        folder,
        "patients",
    )
    events = table(extract, "clinical_events").with_row_index("row")
    start = pl.col("start_date")
    common = {"START": start, "STOP": pl.lit(None, pl.String), "PATIENT": uuid("patient_id")}
    write(
        events.filter(kind="diagnosis").select(**common, SYSTEM=pl.lit("icd-10"), CODE="code"),
        folder,
        "conditions",
    )
    names = pl.col("code").replace_strict(DRUG_NAMES, default="Another Drug")
    write(
        events.filter(kind="medication").select(**common, CODE=pl.lit("310325"), DESCRIPTION=names),
        folder,
        "medications",
    )
    write(events.filter(kind="procedure").select(**common, CODE=pl.lit("73761001")), folder, "procedures")
    write(
        events.filter(kind="encounter").select(Id="row", **common, PROVIDER=pl.col("code")),
        folder,
        "encounters",
    )
    pl.DataFrame({"Id": SPECIALTIES, "SPECIALITY": SPECIALTIES}).write_csv(folder / "providers.csv")


def mimic_iv(extract: Path, folder: Path) -> None:
    """MIMIC-IV: items, comments in every seventh row (quoted, for they hold commas), one long stay a patient."""
    value = pl.col("value")
    comment = pl.when(pl.col("row") % 7 == 0).then(pl.lit("VERIFIED BY REPLICATE ANALYSIS, PLEASE NOTE."))
    write(
        lab_rows(extract).select(
            labevent_id="row",
            subject_id=number("patient_id"),
            hadm_id=number("patient_id"),
            specimen_id=number("specimen_id"),
            itemid=pl.col("code").replace_strict(ITEMS, default="50931"),
            order_provider_id=pl.lit(None, pl.String),
            charttime="collected_at",
            storetime="resulted_at",
            value="value",
            valuenum=pl.when(value.str.contains(r"^\d+(\.\d+)?$")).then(value),
            valueuom="unit",
            ref_range_lower=pl.lit(None, pl.String),
            ref_range_upper=pl.lit(None, pl.String),
            flag=pl.lit(None, pl.String),
            priority=pl.lit("ROUTINE"),
            comments=pl.when(pl.col("status") == "corrected")
            .then(pl.lit("CORRECTED RESULT."))
            .otherwise(comment),
        ),
        folder,
        "labevents",
    )
    _mimic_iv_stays(extract, folder)


def _mimic_iv_stays(extract: Path, folder: Path) -> None:
    """The patients, and what is coded of the one long stay of each."""
    patients = table(extract, "patients")
    year = pl.col("birth_date").str.slice(0, 4).cast(pl.Int64)
    write(
        patients.select(
            subject_id=number("patient_id"),
            gender=pl.col("sex").str.slice(0, 1).str.to_uppercase(),
            anchor_age=2022 - year,
            anchor_year=pl.lit(2022),
            dod="death_date",
        ),
        folder,
        "patients",
    )
    stay = {"subject_id": number("patient_id"), "hadm_id": number("patient_id")}
    write(
        patients.select(
            **stay,
            admittime=pl.lit("2019-01-01 00:00:00"),
            dischtime=pl.lit("2024-06-30 00:00:00"),
            edregtime=pl.lit(None, pl.String),
        ),
        folder,
        "admissions",
    )
    events = table(extract, "clinical_events")
    write(
        events.filter(kind="diagnosis").select(
            **stay, icd_code=pl.col("code").str.replace(".", "", literal=True), icd_version=pl.lit(10)
        ),
        folder,
        "diagnoses_icd",
    )
    start = pl.col("start_date") + " 08:00:00"
    write(
        events.filter(kind="medication").select(
            **stay,
            starttime=start,
            stoptime=start,
            drug=pl.col("code").replace_strict(DRUG_NAMES, default="Another Drug"),
            route=pl.lit("PO"),
        ),
        folder,
        "prescriptions",
    )
    write(
        events.filter(kind="encounter").select(**stay, transfertime=start, curr_service=pl.lit("MED")),
        folder,
        "services",
    )


FORMS: Mapping[str, Callable[[Path, Path], None]] = {
    "mimic-iv": mimic_iv,
    "omop": omop,
    "fhir": fhir,
    "synthea": synthea,
    "hl7v2": hl7v2,
}

if __name__ == "__main__":
    target = Path(sys.argv[3])
    target.mkdir(parents=True, exist_ok=True)
    FORMS[sys.argv[2]](Path(sys.argv[1]), target)
