"""Times to care on patients of a few draws: clock, events, censoring, episodes and strata (RULES.md 4.30)."""

from __future__ import annotations

import polars as pl
import pytest

from tests.gaps.gap_patients import AS_OF, START, day, gaps, outcome
from transforms.gap_measures import MEASURES

_IDA = {"hb": "100@0", "ferritin": "8@0"}
_CANDIDATE = {"hb": "100@0; 105@33", "ferritin": "150@0", "tsat": "12@0", "crp": "30@0"}


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
def test_who_is_not_in_the_denominator(metric: str, case: dict[str, str]) -> None:
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


def test_the_clock_of_iron_is_its_first_day() -> None:
    found = gaps(x={"hb": "100@0; 105@50", "rx": "B03AA07@5"})
    row = found.filter(pl.col("metric") == "iron_start_to_hemoglobin_recheck").row(0, named=True)
    assert (row["index_collected_at"], row["clock_start"], row["days"]) == (START, day(5), 45)
