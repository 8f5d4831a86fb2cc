"""Times to care on patients of a few draws: clock, events, censoring, episodes and strata (RULES.md 4.30)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from schemas.analytes import BLOOD_COUNT_ANALYTES
from schemas.gaps import GAP_METRIC, GAP_TIME
from tests.testbed import EVENT_SCHEMA, KINDS, RESULT_SCHEMA, UNUSABLE_SCHEMA, dated
from transforms.evidence import build_evidence, index_draws
from transforms.gap_measures import MEASURES
from transforms.gap_metrics import gap_times
from transforms.gap_summary import gap_metrics, gap_tallies, summed_tallies
from transforms.judging import judge
from transforms.repeats import with_repeats
from transforms.rules import RULES

START = datetime(2024, 6, 15, 8, 0)
EPOCH = date(1970, 1, 1)
AS_OF = 800  # days after START
DOMAINS = ("lab", "diagnosis", "medication", "procedure", "encounter")


def day(offset: int) -> date:
    return START.date() + timedelta(days=offset)


def gaps(**patients: dict[str, Any]) -> pl.DataFrame:
    """gap_time of patients named by the keywords.

    A cell of an analyte reads ``110@0; 120@30`` (canonical units, days after START); dx, rx, proc and enc are codes
    ``D50.9@10``; died, covered_to: days; reported_after: days from collection to result; without: domains that are not observed; age, sex, site, area.
    """
    results, events, people, coverage = [], [], [], []
    for who, given in patients.items():
        case = {"age": 50, "sex": "female", "site": "North", "covered_to": 2000, "without": (), **given}
        for name, cell in case.items():
            for text, first, last in dated(cell) if isinstance(cell, str) and "@" in cell else ():
                if name in KINDS:
                    kind, system = KINDS[name]
                    until = None if last is None else day(last)
                    events.append((who, kind, system, text, day(first), until))
                    continue
                at = START + timedelta(days=first)
                value = float(text)
                reported = at + timedelta(days=case["reported_after"]) if "reported_after" in case else None
                row = [
                    who,
                    f"{who}/{first}",
                    at,
                    reported,
                    name,
                    value,
                    value,
                    text,
                    "",
                    name,
                    "final",
                    None,
                    [],
                ]
                results.append([*row, case["site"]])
        died = None if "died" not in case else day(case["died"])
        born = date(START.year - case["age"], 1, 1)
        people.append((who, case["sex"], born, died, None, None))
        coverage += [
            (who, domain, day(-9000), day(case["covered_to"]))
            for domain in DOMAINS
            if domain not in case["without"]
        ]
    result_frame = pl.DataFrame(results, schema={**RESULT_SCHEMA, "site": pl.String}, orient="row")
    event_frame = pl.DataFrame(events, schema=EVENT_SCHEMA, orient="row")
    dates = dict.fromkeys(("birth_date", "death_date"), pl.Date)
    patient_frame = pl.DataFrame(
        people,
        schema={
            "patient_id": pl.String,
            "sex": pl.String,
            **dates,
            "duffy_null": pl.Boolean,
            "residence_elevation_m": pl.Float64,
        },
        orient="row",
    )
    areas = [given.get("area") for given in patients.values()]
    if any(area is not None for area in areas):
        patient_frame = patient_frame.with_columns(stratum_area=pl.Series(areas, dtype=pl.String))
    spans = {"patient_id": pl.String, "domain": pl.String, "observed_from": pl.Date, "observed_to": pl.Date}
    unusable = pl.DataFrame(schema=UNUSABLE_SCHEMA)
    as_of = (day(AS_OF) - EPOCH).days
    evidence = with_repeats(
        build_evidence(
            index_draws(result_frame.filter(pl.col("analyte").is_in(BLOOD_COUNT_ANALYTES)), unusable),
            result_frame,
            unusable,
            patient_frame,
            event_frame,
            pl.DataFrame(coverage, schema=spans, orient="row"),
            as_of,
        )
    )
    verdicts = judge(evidence, RULES).verdicts
    return gap_times(evidence, verdicts, result_frame, event_frame, patient_frame, as_of)


def outcome(metric: str, **case: Any) -> list[tuple[int, str | None]]:
    """Days and how each episode of one patient ended: None for a gap that closed, else what censored it."""
    found = gaps(x=case).filter(pl.col("metric") == metric)
    assert found["closed"].to_list() == found["censored_by"].is_null().to_list()
    return list(zip(found["days"], found["censored_by"], strict=True))


_IDA = {"hb": "100@0", "ferritin": "8@0"}
_CANDIDATE = {"hb": "100@0; 105@33", "ferritin": "150@0", "tsat": "12@0", "crp": "30@0"}


def test_days_from_the_result_stand_beside_those_from_the_collection() -> None:
    found = gaps(
        slow={"hb": "100@0", "ferritin": "8@20", "reported_after": 2},
        at_once={"hb": "100@0", "ferritin": "8@1", "reported_after": 2},
        silent={"hb": "100@0", "ferritin": "8@20"},
    ).filter(metric="anemia_to_ferritin")
    assert dict(found.select("patient_id", "days").iter_rows()) == {"slow": 20, "at_once": 1, "silent": 20}
    from_result = dict(found.select("patient_id", "days_from_result").iter_rows())
    assert from_result == {"slow": 18, "at_once": 0, "silent": None}
    metric = gap_metrics(gap_tallies(found), day(AS_OF)).filter(stratum="clock")
    assert metric.select("stratum_value", "n", "events").rows() == [("result", 2, 2)]


def test_start_of_iron_is_a_clock_of_its_own() -> None:
    found = gaps(x={"hb": "100@0; 105@20", "rx": "B03AA07@5", "reported_after": 1})
    (row,) = found.filter(metric="iron_start_to_hemoglobin_recheck")["days_from_result"].to_list()
    assert row is None


def test_every_measure_of_the_reference_has_a_row() -> None:
    assert len({measure.metric for measure in MEASURES}) == len(MEASURES) == 19


@pytest.mark.parametrize(
    ("metric", "case", "expected"),
    [
        ("anemia_to_ferritin", {"hb": "100@0", "ferritin": "8@20; 9@25"}, (20, None)),
        ("anemia_to_ferritin", {"hb": "100@0", "ferritin": "8@-90"}, (0, None)),
        ("anemia_to_ferritin", {"hb": "100@0", "ferritin": "8@-91"}, (AS_OF, "night")),
        ("anemia_to_tsat", {"hb": "100@0", "tsat": "8@4"}, (4, None)),
        ("anemia_to_tsat", {"hb": "100@0", "iron": "8@4", "tibc": "80@5"}, (5, None)),
        ("anemia_to_tsat", {"hb": "100@0", "iron": "8@4", "tibc": "80@6"}, (AS_OF, "night")),
        ("equivocal_ferritin_to_crp", {"hb": "100@0", "ferritin": "30@3", "crp": "8@9"}, (9, None)),
        ("equivocal_ferritin_to_crp", {"hb": "100@0", "ferritin": "300@3", "crp": "8@-7"}, (0, None)),
        ("anemia_to_reticulocytes", {"hb": "100@0", "retic_pct": "1@2"}, (2, None)),
        (
            "macrocytic_anemia_to_b12_and_folate",
            {"hb": "100@0", "mcv": "110@0", "b12": "200@5", "folate": "10@8"},
            (8, None),
        ),
        (
            "macrocytic_anemia_to_b12_and_folate",
            {"hb": "100@0", "mcv": "110@0", "b12": "200@5"},
            (AS_OF, "night"),
        ),
        ("iron_deficiency_anemia_to_celiac_serology", {**_IDA, "ttg_iga": "3@12"}, (12, None)),
        ("iron_deficiency_anemia_to_celiac_serology", {**_IDA, "proc": "86364@15"}, (15, None)),
        ("iron_deficiency_anemia_to_celiac_serology", _IDA, (AS_OF, "night")),
        ("marrow_candidate_to_resolving_test", {**_CANDIDATE, "rx": "B03AA07@5:90"}, (33, None)),
        ("marrow_candidate_to_resolving_test", {**_CANDIDATE, "rx": "B03AC@6"}, (AS_OF, "night")),
        ("marrow_candidate_to_resolving_test", {**_CANDIDATE, "rx": "B03AC@-23"}, (33, None)),
        ("marrow_candidate_to_resolving_test", {**_CANDIDATE, "rx": "B03AC@-24"}, (AS_OF, "night")),
        ("anemia_to_iron_start", {"hb": "100@0", "rx": "B03AA07@12:40"}, (12, None)),
        ("anemia_to_iron_start", {"hb": "100@0", "rx": "B03AA07@-40:-10; B03AC@9"}, (9, None)),
        ("iron_start_to_hemoglobin_recheck", {"hb": "100@0; 101@18; 105@60", "rx": "B03AA07@5"}, (55, None)),
        ("iron_start_to_hemoglobin_recheck", {"hb": "100@0; 105@19", "rx": "B03AA07@5"}, (14, None)),
        (
            "iron_start_to_normal_hemoglobin",
            {"hb": "100@0; 119@40; 120@70", "rx": "B03AA07@5"},
            (65, None),
        ),
        (
            "iron_deficiency_anemia_to_gi_visit",
            {"hb": "100@0", "ferritin": "8@0", "enc": "gastroenterology@33"},
            (33, None),
        ),
        (
            "iron_deficiency_anemia_to_upper_endoscopy",
            {"hb": "100@0", "ferritin": "8@0", "proc": "43239@50; 45378@60"},
            (50, None),
        ),
        (
            "iron_deficiency_anemia_to_colonoscopy",
            {"hb": "100@0", "ferritin": "8@0", "proc": "43239@50; 45378@60"},
            (60, None),
        ),
        ("cytopenias_to_repeat_count", {"hb": "100@0; 110@6", "plt": "90@0"}, (6, None)),
        ("cytopenias_to_film", {"hb": "100@0", "plt": "90@0", "smear_leb": "0@3"}, (3, None)),
        ("cytopenias_to_hematology", {"hb": "100@0", "plt": "90@0", "enc": "hematology@21"}, (21, None)),
        ("cytopenias_to_marrow", {"hb": "100@0", "plt": "90@0", "proc": "38221@17"}, (17, None)),
        ("cytopenias_to_marrow", {"hb": "100@0", "plt": "90@0", "marrow_cellularity": "0@18"}, (18, None)),
        (
            "marrow_candidate_to_resolving_test",
            {"hb": "100@0", "ferritin": "150@0", "tsat": "10@0", "crp": "50@0", "stfr": "1.5@31"},
            (31, None),
        ),
        ("first_count_to_diagnosis", {"hb": "100@0", "ferritin": "8@0", "dx": "D50.9@44"}, (44, None)),
        ("first_count_to_diagnosis", {"hb": "100@0", "plt": "90@0", "dx": "D46.9@45"}, (45, None)),
        ("first_to_second_low_count", {"hb": "100@0; 130@10", "plt": "90@25"}, (25, None)),
    ],
)
def test_what_closes_the_gap_and_when(
    metric: str, case: dict[str, str], expected: tuple[int, str | None]
) -> None:
    assert outcome(metric, **case)[:1] == [expected]


@pytest.mark.parametrize(
    ("metric", "case"),
    [
        ("anemia_to_ferritin", {"hb": "120@0"}),
        ("equivocal_ferritin_to_crp", {"hb": "100@0", "ferritin": "29.9@3"}),
        ("equivocal_ferritin_to_crp", {"hb": "100@0", "ferritin": "301@3"}),
        ("macrocytic_anemia_to_b12_and_folate", {"hb": "100@0", "mcv": "100@0"}),
        ("anemia_to_iron_start", {"hb": "100@0", "rx": "B03AA07@-20:30"}),
        ("iron_start_to_hemoglobin_recheck", {"hb": "100@0", "rx": "B03AA07@91"}),
        ("iron_deficiency_anemia_to_colonoscopy", {"hb": "100@0", "ferritin": "200@0"}),
        ("cytopenias_to_repeat_count", {"hb": "130@0; 130@9", "plt": "90@0"}),
        ("first_count_to_diagnosis", {"hb": "100@0", "ferritin": "8@0", "dx": "D50.9@-900; D50.9@10"}),
    ],
)
def test_who_does_not_come_into_question(metric: str, case: dict[str, str]) -> None:
    assert outcome(metric, **case) == []


def test_death_coverage_and_night_end_the_watch() -> None:
    anemia = {"hb": "100@0", "ferritin": "8@60"}
    metric = "anemia_to_ferritin"
    assert outcome(metric, **anemia, died=59) == [(59, "death")]
    assert outcome(metric, **anemia, died=60) == [(60, None)]  # done on the last day counts
    assert outcome(metric, **anemia, covered_to=40) == [(40, "coverage")]
    assert outcome(metric, **anemia, covered_to=40, died=40) == [(40, "death")]
    assert outcome(metric, **anemia, covered_to=AS_OF) == [(60, None)]
    assert outcome(metric, hb="100@0", covered_to=AS_OF) == [(AS_OF, "night")]


def test_without_the_domain_nobody_would_see_the_event() -> None:
    case = {"hb": "100@0", "plt": "90@0", "proc": "38221@17", "enc": "hematology@21"}
    assert outcome("cytopenias_to_hematology", **case, without=("encounter",)) == []
    assert outcome("cytopenias_to_marrow", **case, without=("procedure",)) == []
    assert outcome("cytopenias_to_marrow", **case, without=("encounter",)) == [(17, None)]


def test_a_patient_counts_again_only_after_365_quiet_days() -> None:
    metric = "anemia_to_ferritin"
    assert outcome(metric, hb="100@0; 100@365", ferritin="8@30") == [(30, None)]
    assert outcome(metric, hb="100@0; 100@366", ferritin="8@30") == [(30, None), (AS_OF - 366, "night")]
    assert outcome(metric, hb="100@0; 100@300; 100@600", ferritin="8@30") == [(30, None)]


def test_shape_and_strata() -> None:
    found = gaps(
        young={"hb": "100@0", "ferritin": "8@10", "age": 17, "site": "South"},
        old={"hb": "100@0", "age": 80, "sex": "male"},
        mid={"hb": "100@0; 130@3", "ferritin": "8@5", "age": 64, "sex": None},
    )
    assert dict(found.schema) == dict(GAP_TIME)
    ferritin = found.filter(pl.col("metric") == "anemia_to_ferritin").select(
        "patient_id", "site", "sex", "age_band", "clock_start"
    )
    assert ferritin.rows() == [
        ("mid", "North", None, "45-64", day(0)),
        ("old", "North", "male", "80+", day(0)),
        ("young", "South", "female", "0-17", day(0)),
    ]
    parts = [gap_tallies(frame) for frame in found.partition_by("patient_id")]
    metrics = gap_metrics(summed_tallies(parts), day(AS_OF))
    assert dict(metrics.schema) == dict(GAP_METRIC)
    assert metrics.equals(gap_metrics(gap_tallies(found), day(AS_OF)))  # whatever the buckets
    rows = metrics.filter(pl.col("metric") == "anemia_to_ferritin").select(
        "stratum", "stratum_value", "n", "events", "median_days"
    )
    assert {(row[0], row[1]): row[2:] for row in rows.rows()} == {
        ("all", None): (3, 2, 10),
        ("site", "North"): (2, 1, 5),
        ("site", "South"): (1, 1, 10),
        ("sex", "female"): (1, 1, 10),
        ("sex", "male"): (1, 0, None),
        ("sex", None): (1, 1, 5),
        ("age_band", "0-17"): (1, 1, 10),
        ("age_band", "45-64"): (1, 1, 5),
        ("age_band", "80+"): (1, 0, None),
    }


def test_strata_of_the_source_divide_the_episodes_too() -> None:
    found = gaps(
        one={"hb": "100@0", "ferritin": "8@10", "area": "a=b"},
        two={"hb": "100@0", "ferritin": "8@20", "area": "a=b"},
        three={"hb": "100@0", "area": "c"},
        four={"hb": "100@0"},
    )
    parts = [gap_tallies(frame) for frame in found.partition_by("patient_id")]
    metrics = gap_metrics(summed_tallies(parts), day(AS_OF))
    areas = metrics.filter(metric="anemia_to_ferritin", stratum="stratum_area")
    assert areas.select("stratum_value", "n", "events", "median_days").rows() == [
        ("a=b", 2, 2, 10),
        ("c", 1, 0, None),
        (None, 1, 0, None),
    ]
    assert "stratum_area" not in gap_metrics(gap_tallies(gaps(x={"hb": "100@0"})), day(AS_OF))["stratum"]


def test_the_clock_of_iron_is_its_first_day() -> None:
    found = gaps(x={"hb": "100@0; 105@50", "rx": "B03AA07@5"})
    row = found.filter(pl.col("metric") == "iron_start_to_hemoglobin_recheck").row(0, named=True)
    assert (row["index_collected_at"], row["clock_start"], row["days"]) == (START, day(5), 45)


def test_an_extract_without_events() -> None:
    assert gaps(x={"hb": "140@0"}).is_empty()
    assert gap_metrics(gap_tallies(gaps(x={"hb": "140@0"})), day(AS_OF)).is_empty()
