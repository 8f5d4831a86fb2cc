"""The simulated extract: reproducible, coherent, of every kind, with the gaps and the dirt of a hospital."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl
import pytest

from schemas.analytes import ANALYTES, analyte_of
from schemas.extract import EXTRACT_TABLES
from transforms.results import normalize_results
from transforms.simulation import END, simulate
from transforms.simulation.bodies import bodies, creatinine_of
from transforms.simulation.kinds import KINDS
from transforms.simulation.people import blood_draws, days, people
from transforms.simulation.sites import SITES, factor

SMALL = {"patients": 300, "years": 2}


def test_a_seed_gives_the_same_extract_and_another_seed_another() -> None:
    once, again, other = (simulate(**SMALL, seed=seed) for seed in (7, 7, 8))
    assert list(once) == ["lab_results", "patients", "clinical_events", "coverage"]
    for table, frame in once.items():
        assert frame.equals(again[table]), table
        assert not frame.equals(other[table]), table


@pytest.mark.parametrize("seed", [0, -3, 2**40])
def test_any_whole_number_is_a_seed(seed: int) -> None:
    assert simulate(patients=20, years=1, seed=seed)["lab_results"].height > 0


@pytest.mark.parametrize("patients", [1, 2, 50])
def test_an_extract_may_be_small(patients: int) -> None:
    frames = simulate(patients=patients, years=1, seed=3)
    assert frames["coverage"]["patient_id"].n_unique() == patients


def test_tables_are_text_in_columns_of_the_extract(frames: dict[str, pl.DataFrame]) -> None:
    assert set(frames) <= set(EXTRACT_TABLES)
    assert {"lab_results", "patients", "clinical_events", "coverage"} <= set(frames)
    for table, frame in frames.items():
        described = EXTRACT_TABLES[table]
        assert set(frame.dtypes) == {pl.String}, table
        strange = [name for name in frame.columns if name not in described.column_names]
        assert all(name.startswith("stratum_") for name in strange), strange
        assert set(described.required_names) <= set(frame.columns)


def test_every_kind_has_someone_and_most_are_healthy(truth: pl.DataFrame) -> None:
    counts = dict(truth["kind_name"].value_counts().iter_rows())
    assert set(counts) == {kind.name for kind in KINDS}
    assert min(counts.values()) >= 3
    healthy = counts["healthy"] + counts["healthy child"]
    assert len(truth) / 2 < healthy < len(truth) * 0.8


def test_patients_are_numbered_and_their_kind_cannot_be_told_from_the_number(truth: pl.DataFrame) -> None:
    assert truth["patient_id"].str.contains(r"^P\d{6}$").all()
    assert truth["patient_id"].n_unique() == len(truth)
    first, second = truth.head(1000)["kind_name"], truth.tail(1000)["kind_name"]
    assert first.n_unique() > 25
    assert second.n_unique() > 25


def test_blood_and_iron_agree_with_themselves() -> None:
    chance = np.random.default_rng(5)
    them = people(2000, END, chance)
    drawn = blood_draws(them, 3, END, chance)
    blood = bodies(drawn, them, chance)
    assert np.allclose(blood["mcv"], 10 * blood["hct"] / blood["rbc"])
    assert np.allclose(blood["mch"], blood["hb"] / blood["rbc"])
    assert np.allclose(blood["mchc"], 100 * blood["hb"] / blood["hct"])
    assert np.allclose(blood["tsat"], 100 * blood["iron"] / blood["tibc"])
    assert np.allclose(blood["retic_abs"], blood["retic_pct"] * blood["rbc"] * 10)
    assert (blood["anc"] + blood["alc"] + blood["mono"] <= blood["wbc"]).all()
    for analyte, values in blood.items():
        limits = ANALYTES[analyte].reject
        assert np.isfinite(values).all()
        assert limits.below is None or values.min() >= limits.below, analyte
        assert limits.above is None or values.max() <= limits.above, analyte


def test_creatinine_is_the_one_that_gives_the_filtration_rate() -> None:
    egfr, age, female = (
        np.array([25.0, 60.0, 95.0]),
        np.array([70.0, 40.0, 55.0]),
        np.array([True, False, True]),
    )
    ratio = creatinine_of(egfr, age, female) / 88.4 / np.where(female, 0.7, 0.9)
    power = np.where(female, -0.241, -0.302)
    again = 142 * np.minimum(ratio, 1) ** power * np.maximum(ratio, 1) ** -1.2 * 0.9938**age
    assert np.allclose(again * np.where(female, 1.012, 1), egfr)


def canonical(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Results in force as the pipeline reads them: one row per specimen, one column per analyte; unflagged
    exact values only.
    """
    named = EXTRACT_TABLES["lab_results"].column_names
    raw = frames["lab_results"]
    raw = raw.with_columns(
        *(pl.lit(None, pl.String).alias(name) for name in named if name not in raw.columns),
        source_file=pl.lit("lab_results.csv"),
        source_line=pl.int_range(2, pl.len() + 2),
    )
    read = normalize_results(
        raw.with_columns(load=pl.lit(1, pl.Int32)), timezone="UTC", loads={1: datetime(2026, 7, 1)}
    )
    plain = read.results.filter(
        pl.col("superseded_at").is_null() & pl.col("value").is_not_null() & (pl.col("flags").list.len() == 0)
    ).filter(pl.col("status") != "corrected")
    return plain.pivot(
        "analyte", index=["patient_id", "specimen_id"], values="value", aggregate_function="first"
    )


def test_what_the_sites_print_agrees_within_rounding(frames: dict[str, pl.DataFrame]) -> None:
    read = canonical(frames)
    off = read.select(
        mcv=(pl.col("mcv") / (10 * pl.col("hct") / pl.col("rbc")) - 1).abs(),
        mch=(pl.col("mch") / (pl.col("hb") / pl.col("rbc")) - 1).abs(),
        mchc=(pl.col("mchc") / (100 * pl.col("hb") / pl.col("hct")) - 1).abs(),
        tsat=(pl.col("tsat") - 100 * pl.col("iron") / pl.col("tibc")).abs() / 100,
        anc=(pl.col("anc") / pl.col("wbc") - pl.col("neut_pct") / 100).abs(),
    )
    for name, most in {"mcv": 0.01, "mch": 0.02, "mchc": 0.02, "tsat": 0.02, "anc": 0.01}.items():
        assert off[name].drop_nulls().len() > 100, name
        assert off[name].max() <= most, name
    assert read.filter(pl.col("anc") > pl.col("wbc")).is_empty()


def test_iron_and_inflammation_fit_the_kind(frames: dict[str, pl.DataFrame], truth: pl.DataFrame) -> None:
    read = canonical(frames).join(truth, on="patient_id")
    median = {
        kind: read.filter(pl.col("kind_name") == kind)
        .select(pl.col("ferritin", "crp", "tsat").median())
        .row(0, named=True)
        for kind in ("healthy", "iron deficiency anemia", "anemia of inflammation")
    }
    assert median["iron deficiency anemia"]["ferritin"] < 20 < median["healthy"]["ferritin"]
    assert median["anemia of inflammation"]["ferritin"] > 130
    assert median["anemia of inflammation"]["crp"] > 20 > median["healthy"]["crp"]
    assert median["anemia of inflammation"]["tsat"] < 20 < median["healthy"]["tsat"]


def test_tests_are_missing_as_they_are_in_hospitals(
    frames: dict[str, pl.DataFrame], truth: pl.DataFrame
) -> None:
    meant = frames["lab_results"].select("patient_id", "code").unique().join(truth, on="patient_id")
    deficient = meant.filter(pl.col("kind_name") == "iron deficiency anemia")

    def share(code: str) -> float:
        asked = deficient.filter(pl.col("code") == code)["patient_id"].n_unique()
        return asked / deficient["patient_id"].n_unique()

    assert 0.5 < share("2276-4") < 0.8
    assert 0.15 < share("1988-5") < 0.6
    assert share("17849-1") < 0.25


def test_sites_have_codes_units_and_tests_of_their_own(frames: dict[str, pl.DataFrame]) -> None:
    rows = frames["lab_results"]
    assert set(rows["site"]) == {site.name for site in SITES}
    units = (
        rows.filter(pl.col("code").is_in(["718-7", "59260-0"])).group_by("site").agg(pl.col("unit").mode())
    )
    first = {site: modes[0] for site, modes in units.iter_rows()}
    assert first == {"Northgate": "g/dL", "Southbank": "g/L", "Lakeside": "mmol/L", "Hillview": "g/dL"}
    own = rows.filter(pl.col("code_system") == "HILLVIEW")
    assert set(own["code"]) == {"RETIC-P", "THYR1"}


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_codes_and_units_of_a_site_are_those_of_the_analyte(site) -> None:
    for analyte, sent in site.reports.items():
        assert factor(analyte, sent.unit) > 0
        if sent.code_system == "LOINC":
            assert analyte_of("LOINC", sent.code) == analyte
            moles = ANALYTES[analyte].molar
            assert (sent.code in moles) <= ("mol" in sent.unit)


def test_a_unit_that_an_analyte_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="not a unit of mcv"):
        factor("mcv", "mg/dL")


def test_dirt_is_there_and_rare(frames: dict[str, pl.DataFrame]) -> None:
    rows = frames["lab_results"]
    value, unit = pl.col("value"), pl.col("unit")
    found = rows.select(
        censored=value.str.contains("^[<>]").sum(),
        words=value.is_in(["HEMOLYZED", "CLOTTED", "QNS"]).sum(),
        decimal_comma=value.str.contains(r"^\d+,\d{1,2}$").sum(),
        thousands=(value.str.contains(r"^\d+,\d{3}$") & (unit == "/uL")).sum(),
        starred=value.str.contains(r"( H| L|\*)$").sum(),
        impossible=(value == "99999999").sum(),
        no_unit=(unit.is_null() & (pl.col("code_system") == "LOINC")).sum(),
        strange_unit=(unit == "mEq/dL").sum(),
        ferritin_label=(unit == "ug/dL").sum(),
        bad_date=(
            ~pl.col("collected_at").str.contains(r"^20\d\d-\d\d-\d\d[ T]")
            | pl.col("collected_at").str.contains("02-30")
        ).sum(),
        unknown_test=(pl.col("code") == "2345-7").sum(),
        copies=rows.is_duplicated().sum(),
        **{
            state: (pl.col("status") == state).sum()
            for state in ("preliminary", "corrected", "cancelled", "F")
        },
        unstated=pl.col("status").is_null().sum(),
    ).row(0, named=True)
    assert all(found.values()), found
    common = {"censored", "unstated", "unknown_test", "ferritin_label"}
    assert all(count < 0.01 * len(rows) for name, count in found.items() if name not in common), found


def test_a_correction_is_of_a_result_that_is_there(frames: dict[str, pl.DataFrame]) -> None:
    rows = frames["lab_results"]
    keys = ["patient_id", "result_id", "code"]
    for status in ("corrected", "cancelled", "preliminary"):
        about = rows.filter(pl.col("status") == status)
        assert about.height, status
        finals = rows.filter(pl.col("status").is_null() | pl.col("status").is_in(["final", "F"]))
        assert about.join(finals, on=keys, how="anti").is_empty(), status


def test_results_lie_within_the_years_and_end_at_the_reference_day(frames: dict[str, pl.DataFrame]) -> None:
    when = frames["lab_results"]["collected_at"].str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    assert (END - when.max()).days < 7
    assert when.max() <= END
    assert (END - when.min()).days <= 3 * 366
    events = frames["clinical_events"]["start_date"].str.to_date("%Y-%m-%d", strict=False)
    assert events.max() <= END


def test_nobody_is_drawn_before_birth_or_after_death(
    frames: dict[str, pl.DataFrame], truth: pl.DataFrame
) -> None:
    when = pl.col("collected_at").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    death = pl.col("death_date").str.to_date("%Y-%m-%d")
    rows = frames["lab_results"].join(frames["patients"], on="patient_id").join(truth, on="patient_id")
    marrow_days = 5  # a marrow may be read after the patient died
    assert rows.filter(when > death + pl.duration(days=marrow_days)).is_empty()
    assert rows.filter(when.cast(pl.Int32) < pl.col("birth_day")).is_empty()
    assert 0 < frames["patients"]["death_date"].drop_nulls().len() < len(truth) * 0.05
    assert truth["birth_day"].max() < days(END)
