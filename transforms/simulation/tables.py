"""The tables of the canonical extract as text, with the slips that registries make."""

from __future__ import annotations

import numpy as np
import polars as pl

NO_SEX, NO_BIRTH_DATE, BAD_BIRTH_DATE, ABSENT = 0.004, 0.002, 0.0005, 0.001  # shares of the patients
DUFFY_NULL_KIND = "low neutrophils from birth"
DUFFY_DOCUMENTED = 0.4
HIGH_HOMES, HIGHEST_M = 0.04, 2600.0
DASHED_SYSTEM = 0.05  # of the diagnoses: ICD-10-CM, as some sources spell it
BAD_EVENT_DATE = 0.0005
RESULT_COLUMNS = (
    "patient_id collected_at code value code_system specimen_id resulted_at name unit status site method comment "
    "result_id"
).split()


def result_rows(results: pl.DataFrame) -> pl.DataFrame:
    """lab_results, in the order in which the draws were made. results: ``dirt.soil``."""
    return results.select(RESULT_COLUMNS)


def patient_rows(them: pl.DataFrame, died: pl.Series, chance: np.random.Generator) -> pl.DataFrame:
    """Table patients; some are missing from it, some without sex or birth date.

    them: ``people.people``. died: day, null for the living.
    """
    size = len(them)
    duffy = (them["kind_name"] == DUFFY_NULL_KIND) & pl.Series(chance.random(size) < DUFFY_DOCUMENTED)
    high = pl.Series(chance.random(size) < HIGH_HOMES)
    elevation = pl.Series(np.rint(chance.uniform(500, HIGHEST_M, size)).astype(np.int64)).cast(pl.String)
    area = pl.Series(np.array(["town", "country"])[(chance.random(size) < 0.3).astype(int)])
    no_sex, no_birth, bad_birth, absent = (
        pl.Series(chance.random(size) < share) for share in (NO_SEX, NO_BIRTH_DATE, BAD_BIRTH_DATE, ABSENT)
    )
    sex = pl.when(pl.col("female")).then(pl.lit("female")).otherwise(pl.lit("male"))
    return (
        them.with_columns(death_day=died)
        .select(
            "patient_id",
            sex=pl.when(no_sex).then(pl.lit(None, pl.String)).otherwise(sex),
            birth_date=pl.when(bad_birth)
            .then(pl.lit("1900-00-00"))
            .when(~no_birth)
            .then(_day(pl.col("birth_day"))),
            death_date=_day(pl.col("death_day")),
            duffy_null=pl.when(duffy).then(pl.lit("true")),
            residence_elevation_m=pl.when(high).then(elevation),
            stratum_area=area,
        )
        .filter(~absent)
    )


def event_rows(events: pl.DataFrame, them: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    """Table clinical_events. events: ``people.clinical_events``; them: ``people.people``."""
    size = len(events)
    dashed = (pl.col("code_system") == "ICD10CM") & pl.Series(chance.random(size) < DASHED_SYSTEM)
    bad = pl.Series(chance.random(size) < BAD_EVENT_DATE)
    return _named(events, them).select(
        "patient_id",
        "kind",
        pl.when(dashed).then(pl.lit("ICD-10-CM")).otherwise("code_system").alias("code_system"),
        "code",
        pl.when(bad).then(pl.lit("unknown")).otherwise(_day(pl.col("start_day"))).alias("start_date"),
        _day(pl.col("end_day")).alias("end_date"),
    )


def coverage_rows(spans: pl.DataFrame, them: pl.DataFrame) -> pl.DataFrame:
    """Table coverage. spans: ``people.coverage``; them: ``people.people``."""
    return _named(spans, them).select(
        "patient_id",
        "domain",
        observed_from=_day(pl.col("from_day")),
        observed_to=_day(pl.col("to_day")),
    )


def _named(rows: pl.DataFrame, them: pl.DataFrame) -> pl.DataFrame:
    return rows.join(them.select("patient", "patient_id"), on="patient", how="left", maintain_order="left")


def _day(day: pl.Expr) -> pl.Expr:
    """``YYYY-MM-DD`` of days since 1970-01-01."""
    return day.cast(pl.Int32).cast(pl.Date).dt.strftime("%Y-%m-%d")
