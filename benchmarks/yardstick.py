"""The yardstick: a bare Polars script that reads the same CSV, pivots, joins and applies simple rules.

It validates nothing, quarantines nothing, explains nothing and keeps no provenance. It is written to be fast, with
the streaming engine where that helps. Run it as a program: ``python -m benchmarks.yardstick EXTRACT OUT``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

CODES = {
    "718-7": "hb",
    "59260-0": "hb",
    "4544-3": "hct",
    "789-8": "rbc",
    "787-2": "mcv",
    "785-6": "mch",
    "788-0": "rdw",
    "6690-2": "wbc",
    "777-3": "plt",
    "751-8": "anc",
    "2160-0": "creatinine",
    "14682-9": "creatinine",
    "1988-5": "crp",
    "76485-2": "crp",
    "2276-4": "ferritin",
    "2498-4": "iron",
    "14798-3": "iron",
    "2500-7": "tibc",
    "14800-7": "tibc",
    "60474-4": "retic",
    "2132-9": "b12",
    "14685-2": "b12",
}
FACTORS = {
    ("hb", "g/dL"): 10.0,
    ("hb", "mmol/L"): 16.114,
    ("hct", "L/L"): 100.0,
    ("creatinine", "mg/dL"): 88.4,
    ("crp", "mg/dL"): 10.0,
    ("iron", "ug/dL"): 0.1791,
    ("tibc", "ug/dL"): 0.1791,
    ("b12", "pg/mL"): 0.738,
}
COUNT = ("hb", "hct", "rbc", "mcv", "mch", "rdw", "wbc", "plt", "anc")
WINDOWS = {"creatinine": 90, "crp": 7, "ferritin": 30, "iron": 30, "tibc": 30, "retic": 3, "b12": 90}  # days
DISEASES = {"heart_failure": "I50", "kidney_disease": "N18", "cancer": "C"}


def results(extract: Path) -> pl.DataFrame:
    """Results of known tests in one unit each."""
    types = {"patient_id": pl.String, "code": pl.String, "unit": pl.String, "value": pl.String}
    factors = pl.LazyFrame(
        [(*key, factor) for key, factor in FACTORS.items()],
        schema=["analyte", "unit", "factor"],
        orient="row",
    )
    return (
        pl.scan_csv(extract / "lab_results*.csv", schema_overrides=types)
        .select(
            "patient_id",
            pl.col("collected_at").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False),
            pl.col("code").replace_strict(CODES, default=None, return_dtype=pl.Categorical).alias("analyte"),
            pl.col("value").cast(pl.Float64, strict=False),
            "unit",
        )
        .filter(pl.col("analyte").is_not_null() & pl.col("value").is_not_null())
        .join(factors.cast({"analyte": pl.Categorical}), on=["analyte", "unit"], how="left")
        .select(
            "patient_id", "collected_at", "analyte", value=pl.col("value") * pl.col("factor").fill_null(1.0)
        )
        .collect(engine="streaming")
    )


def evidence(found: pl.DataFrame, extract: Path) -> pl.DataFrame:
    """One row a blood count: its values, the nearest of the other tests, the patient and known diseases."""
    wide = (
        found.lazy()
        .filter(pl.col("analyte").is_in(COUNT))
        .group_by("patient_id", "collected_at")
        .agg(*(pl.col("value").filter(pl.col("analyte") == name).max().alias(name) for name in COUNT))
        .collect(engine="streaming")
        .sort("patient_id", "collected_at")
    )
    for name, days in WINDOWS.items():
        other = found.filter(pl.col("analyte") == name).select(
            "patient_id",
            "collected_at",
            pl.col("value").alias(name),
            pl.col("collected_at").alias(f"{name}_at"),
        )
        wide = wide.join_asof(
            other.sort("patient_id", "collected_at"),
            on="collected_at",
            by="patient_id",
            strategy="nearest",
            tolerance=f"{days}d",
            check_sortedness=False,
        )
    patients = pl.read_csv(extract / "patients.csv", try_parse_dates=True)
    events = pl.read_csv(extract / "clinical_events.csv", try_parse_dates=True).filter(
        pl.col("kind") == "diagnosis"
    )
    firsts = events.group_by("patient_id").agg(
        *(
            pl.col("start_date").filter(pl.col("code").str.starts_with(code)).min().alias(name)
            for name, code in DISEASES.items()
        )
    )
    day = pl.col("collected_at").dt.date()
    return (
        wide.join(patients, on="patient_id", how="left")
        .join(firsts, on="patient_id", how="left")
        .with_columns(
            *((pl.col(name) <= day).fill_null(value=False).alias(name) for name in DISEASES),
            age=(day - pl.col("birth_date")).dt.total_days() / 365.25,
            tsat=100 * pl.col("iron") / pl.col("tibc"),
        )
    )


def findings(wide: pl.DataFrame) -> pl.DataFrame:
    """Rows of patient, time and rule for a dozen simple rules."""
    col = pl.col
    anemia = col("hb") < pl.when(col("sex") == "male").then(130).otherwise(120)
    inflamed = (col("crp") > 5) | col("heart_failure") | col("kidney_disease")
    low_counts = pl.sum_horizontal(anemia, col("anc") < 1.8, col("plt") < 150)
    rules = {
        "iron_deficiency_anemia": anemia & (col("ferritin") < 30),
        "iron_deficiency": ~anemia & (col("ferritin") < 15),
        "iron_deficiency_inflamed": anemia & inflamed & (col("ferritin") < 100),
        "functional": anemia & inflamed & col("ferritin").is_between(100, 500) & (col("tsat") < 20),
        "anemia_of_inflammation": anemia & inflamed & (col("ferritin") > 100) & (col("tsat") < 20),
        "microcytic_untested": anemia & (col("mcv") < 80) & col("ferritin").is_null(),
        "thalassemia": (col("mcv") / col("rbc") < 13) & (col("ferritin") > 30),
        "macrocytic": anemia & (col("mcv") > 100) & (col("b12") < 150),
        "hypoproliferative": anemia & (col("retic") < 50),
        "renal": anemia & (col("creatinine") > 150),
        "bicytopenia": low_counts == 2,
        "pancytopenia": low_counts == 3,
    }
    return pl.concat(
        [
            wide.filter(condition).select(
                "patient_id", "collected_at", "hb", "mcv", "ferritin", "tsat", "crp", rule=pl.lit(rule)
            )
            for rule, condition in rules.items()
        ]
    )


def main(extract: Path, out: Path) -> None:
    """Read EXTRACT and write evidence and findings into OUT."""
    out.mkdir(parents=True, exist_ok=True)
    wide = evidence(results(extract), extract)
    wide.write_parquet(out / "evidence.parquet")
    findings(wide).write_parquet(out / "findings.parquet")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
