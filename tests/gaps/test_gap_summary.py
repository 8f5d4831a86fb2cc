"""Times to care put together: strata, shapes, and what a night adds up."""

from __future__ import annotations

import polars as pl

from schemas.gaps import GAP_METRIC, GAP_TIME
from tests.gaps.gap_patients import AS_OF, day, gaps
from transforms.gap_summary import GAP_COUNTS, gap_metrics, gap_tallies
from transforms.tallies import total


def test_days_from_the_result_are_counted_beside_those_from_the_collection() -> None:
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
    metrics = gap_metrics(total(parts, GAP_COUNTS), day(AS_OF))
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
    metrics = gap_metrics(total(parts, GAP_COUNTS), day(AS_OF))
    areas = metrics.filter(metric="anemia_to_ferritin", stratum="stratum_area")
    assert areas.select("stratum_value", "n", "events", "median_days").rows() == [
        ("a=b", 2, 2, 10),
        ("c", 1, 0, None),
        (None, 1, 0, None),
    ]
    assert "stratum_area" not in gap_metrics(gap_tallies(gaps(x={"hb": "100@0"})), day(AS_OF))["stratum"]


def test_an_extract_without_events() -> None:
    assert gaps(x={"hb": "140@0"}).is_empty()
    assert gap_metrics(gap_tallies(gaps(x={"hb": "140@0"})), day(AS_OF)).is_empty()
