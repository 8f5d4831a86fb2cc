"""Times to care: how long from a blood count that asks for something until it is done (RULES.md 4.30).

An episode starts with the first qualifying draw of a patient; another starts only after 365 days without one
(RULES.md 0.5). It ends with the first event that closes the gap, or is censored at death, at the end of the coverage of
the domain that would show the event, or at the night. Where that domain is not observed at the index there is no
episode: nobody would see the event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

import numpy as np
import polars as pl

from schemas.analytes import ANALYTES, BLOOD_COUNT_ANALYTES
from schemas.gaps import GAP_CODE_SETS, GAP_TIME
from schemas.tables import shaped
from transforms.anemia import ANEMIA
from transforms.context import DAYS, coded_events, day
from transforms.cytopenias import ANY_LINE
from transforms.findings import KEYS
from transforms.gap_measures import MEASURES, Measure
from transforms.treatment import FOLLOW_UP
from transforms.windows import Keys, numbers

QUIET = 365  # days without a qualifying draw after which a patient counts again (RULES.md 0.5)
AGE_BANDS = ((18, "0-17"), (45, "18-44"), (65, "45-64"), (80, "65-79"))
OLDEST = "80+"
MARROW = tuple(name for name, analyte in ANALYTES.items() if analyte.section == "marrow")
BINDING = ("tibc", "transferrin", "uibc")

Sources = Mapping[str, pl.DataFrame]


def gap_times(
    evidence: pl.DataFrame,
    verdicts: pl.DataFrame,
    results: pl.DataFrame,
    events: pl.DataFrame,
    patients: pl.DataFrame,
    as_of_day: int,
) -> pl.DataFrame:
    """``schemas.gaps.GAP_TIME`` of one bucket of patients, every measure.

    evidence: screen.evidence, in the order of patient and time. verdicts: of the same draws in the same order.
    results: current results with site; events, patients (with death_date and any stratum_* columns): as in lab.*.
    as_of_day: the night, in days since 1970-01-01.
    """
    who = evidence.select(pl.col("patient_id").unique().sort()).with_row_index("patient")
    who = who.cast({"patient": pl.Int64})
    draws = (
        pl.DataFrame([whole[name] for whole in (evidence, verdicts.drop(KEYS)) for name in _read(whole)])
        .join(who, on="patient_id", how="left", maintain_order="left")
        .join(
            patients.select("patient_id", died=day(pl.col("death_date")), strata=_strata(patients.columns)),
            on="patient_id",
            how="left",
            maintain_order="left",
        )
        .with_columns(day=day(pl.col("index_collected_at")))
    )
    sources = _sources(draws, _readable(results, who), events.join(who, on="patient_id"))
    times = pl.concat([_times(draws, sources, measure, as_of_day) for measure in MEASURES])
    return shaped(_with_strata(times, results), GAP_TIME).sort("metric", "patient_id", "index_collected_at")


def _strata(columns: Sequence[str]) -> pl.Expr:
    """The strata of a patient as ``stratum_NAME=VALUE`` (nothing for a value that is not known); null without any."""
    given = sorted(name for name in columns if name.startswith("stratum_"))
    if not given:
        return pl.lit(None, dtype=pl.List(pl.String))
    return pl.concat_list([pl.concat_str(pl.lit(f"{name}="), pl.col(name).fill_null("")) for name in given])


def _read(frame: pl.DataFrame) -> list[str]:
    """The columns of the frame that a measure reads: a filter then moves no others."""
    low = (ANEMIA.verdict(), ANY_LINE.verdict())
    read = {
        name
        for expr in (*(measure.qualifies for measure in MEASURES), *low)
        for name in expr.meta.root_names()
    }
    read |= {*KEYS, "sex", "age_years", *(measure.clock or "" for measure in MEASURES)}
    read |= {f"follow_up_{short}_days" for measure in MEASURES for short in measure.domains}
    return [name for name in frame.columns if name in read]


def _readable(results: pl.DataFrame, who: pl.DataFrame) -> pl.DataFrame:
    """The results that can close a gap: patient, analyte, collected_at."""
    read = {name for measure in MEASURES for group in measure.closes for name in group}
    wanted = (read | {"iron", *BINDING, *MARROW}) & set(ANALYTES)
    return (
        results.select("patient_id", "analyte", "collected_at")
        .filter(pl.col("analyte").is_in(wanted))
        .join(who, on="patient_id")
    )


def _sources(draws: pl.DataFrame, results: pl.DataFrame, events: pl.DataFrame) -> Sources:
    """What can close a gap by name: patient, first and last day."""
    points = (
        results.select("patient", "analyte", first=day(pl.col("collected_at")))
        .unique()
        .with_columns(last="first")
    )
    found = {
        str(name[0]): frame
        for name, frame in points.partition_by("analyte", as_dict=True, include_key=False).items()
    }
    found |= {
        name: spans.select("patient", "first", "last")
        for name, spans in coded_events(events, GAP_CODE_SETS.values()).items()
    }
    dated = ("patient", pl.col("day").alias("first"), pl.col("day").alias("last"))
    found["draw"] = draws.select(dated)
    found["draw_without_anemia"] = draws.filter(~ANEMIA.verdict()).select(dated)
    found["draw_with_low_line"] = draws.filter(ANY_LINE.verdict()).select(dated)
    found["marrow_finding"] = points.filter(pl.col("analyte").is_in(MARROW)).drop("analyte")
    found["iron_panel"] = _iron_panel(points)
    found["iron_trial_outcome"] = _iron_trial_outcome(points, found["any_iron"])
    return found


def _iron_panel(points: pl.DataFrame) -> pl.DataFrame:
    """Iron and binding capacity at most a day apart, dated by the later: they give a saturation (RULES.md 0.5)."""
    iron = points.filter(pl.col("analyte") == "iron").select("patient", iron="first")
    binding = points.filter(pl.col("analyte").is_in(BINDING)).select("patient", binding="first")
    return (
        iron.join(binding, on="patient")
        .filter((pl.col("iron") - pl.col("binding")).abs() <= 1)
        .select("patient", first=pl.max_horizontal("iron", "binding"))
        .with_columns(last="first")
    )


def _iron_trial_outcome(points: pl.DataFrame, iron: pl.DataFrame) -> pl.DataFrame:
    """Hemoglobin in the days after a start of iron in which its outcome is read (RULES.md 4.20)."""
    hemoglobin = points.filter(pl.col("analyte") == "hb").select("patient", day="first")
    return (
        iron.select("patient", "first")
        .unique()
        .join(hemoglobin, on="patient")
        .filter((pl.col("day") - pl.col("first")).is_between(FOLLOW_UP.first, FOLLOW_UP.last))
        .select("patient", first="day", last="day")
    )


def _times(draws: pl.DataFrame, sources: Sources, measure: Measure, as_of_day: int) -> pl.DataFrame:
    """The episodes of one measure with their days, and what ended them."""
    episodes = _episodes(draws, measure, as_of_day)
    if measure.under_way is not None:
        episodes = _not_under_way(episodes, sources, measure)
    groups = [_first_of(episodes, sources, group, measure.earliest) for group in measure.closes]
    # all groups must be seen, so the latest decides and a null stays null
    done = reduce(lambda a, b: pl.DataFrame({"a": a, "b": b}).select(_later("a", "b")).to_series(), groups)
    return (
        episodes.with_columns(done=done)
        .with_columns(closed=(pl.col("done") <= pl.col("end")).fill_null(value=False))
        .select(
            "patient_id",
            "index_specimen_id",
            "index_collected_at",
            "sex",
            "age_years",
            "strata",
            "closed",
            metric=pl.lit(measure.metric),
            clock_start=pl.col("clock").cast(pl.Int32).cast(pl.Date),
            days=pl.when("closed").then(pl.max_horizontal("done", "clock")).otherwise("end")
            - pl.col("clock"),
            censored_by=pl.when(~pl.col("closed")).then("ends_with"),
            from_index=pl.lit(measure.clock is None),
        )
    )


def _later(one: str, other: str) -> pl.Expr:
    return pl.when(pl.col(one).is_not_null() & pl.col(other).is_not_null()).then(
        pl.max_horizontal(one, other)
    )


def _episodes(draws: pl.DataFrame, measure: Measure, as_of_day: int) -> pl.DataFrame:
    """First qualifying draws, one row an episode: clock, end (days) and ends_with, what ends the watch."""
    follow_up = [pl.col(f"follow_up_{short}_days") for short in measure.domains]
    clock = pl.col("day") if measure.clock is None else pl.col("day") + pl.col(measure.clock)
    new = pl.col("patient").ne_missing(pl.col("patient").shift(1)) | (pl.col("day").diff() > QUIET)
    watched = pl.col("watched")
    qualifying = draws.select(measure.qualifies).to_series()
    return (
        draws.select(*_EPISODE, *follow_up, *([measure.clock] if measure.clock else []))
        .filter(qualifying)
        .filter(new)
        .filter(pl.all_horizontal([days.is_not_null() for days in follow_up]))
        .with_columns(clock=clock, watched=pl.col("day") + pl.min_horizontal(follow_up))
        .select(
            "patient",
            "patient_id",
            "index_specimen_id",
            "index_collected_at",
            "sex",
            "age_years",
            "strata",
            "clock",
            end=pl.min_horizontal("watched", "died"),
            ends_with=pl.when(pl.col("died") <= watched)
            .then(pl.lit("death"))
            .when(watched < as_of_day)
            .then(pl.lit("coverage"))
            .otherwise(pl.lit("night")),
        )
        .filter(pl.col("end") >= pl.col("clock"))
    )


_EPISODE = ("patient", *KEYS, "sex", "age_years", "strata", "day", "died")


def _first_of(episodes: pl.DataFrame, sources: Sources, group: Sequence[str], earliest: int) -> pl.Series:
    """First day, from ``earliest`` days after the clock on, of any source of the group; null if there is none."""
    seen = [sources[name] for name in group if name in sources and len(sources[name])]
    if not seen or episodes.is_empty():
        return pl.repeat(None, len(episodes), dtype=pl.Int64, eager=True)
    days = np.sort(np.concatenate([_moments(each["patient"], each["first"]) for each in seen]))
    wanted = _moments(episodes["patient"], episodes["clock"]) + earliest
    place = np.searchsorted(days, wanted)
    day_ = days[np.minimum(place, len(days) - 1)] - numbers(episodes["patient"]) * DAYS
    own = (place < len(days)) & (day_ < DAYS // 2)  # else it is a day of a later patient
    return pl.select(pl.when(pl.Series(own)).then(pl.Series(day_))).to_series()


def _moments(patient: pl.Series, days: pl.Series) -> Keys:
    return numbers(patient) * DAYS + numbers(days)


def _not_under_way(episodes: pl.DataFrame, sources: Sources, measure: Measure) -> pl.DataFrame:
    """The episodes in which no source began before the first day that counts and still lasted."""
    seen = [sources[name] for group in measure.closes for name in group if name in sources]
    lasting = (
        episodes.select("patient", "index_collected_at", "clock")
        .join(pl.concat(seen), on="patient")
        .filter(
            (pl.col("first") < pl.col("clock") + measure.earliest)
            & (pl.col("last") >= pl.col("clock") - (measure.under_way or 0))
        )
    )
    return episodes.join(lasting, on=["patient", "index_collected_at"], how="anti", maintain_order="left")


def _with_strata(times: pl.DataFrame, results: pl.DataFrame) -> pl.DataFrame:
    """Site of the index draw (its own specimen's before another's of that moment), the age band, and the days from the
    latest report of the draw instead of its collection (RULES.md 4.30, sensitivity).
    """
    moment = ["patient_id", "collected_at"]
    index = times.select("patient_id", "index_specimen_id", collected_at="index_collected_at").unique()
    sites = (
        results.filter(pl.col("analyte").is_in(BLOOD_COUNT_ANALYTES))
        .select(*moment, "specimen_id", "site", "resulted_at")
        .join(index, on=moment)
        .with_columns(own=pl.col("specimen_id").eq_missing(pl.col("index_specimen_id")))
        .group_by(moment)
        .agg(
            site=pl.coalesce(pl.col("site").filter("own").min(), pl.col("site").min()),
            resulted=pl.coalesce(pl.col("resulted_at").filter("own").max(), pl.col("resulted_at").max()),
        )
        .rename({"collected_at": "index_collected_at"})
    )
    band: pl.Expr = pl.when(pl.col("age_years") >= AGE_BANDS[-1][0]).then(pl.lit(OLDEST))
    for limit, name in reversed(AGE_BANDS):
        band = pl.when(pl.col("age_years") < limit).then(pl.lit(name)).otherwise(band)
    waited = day(pl.col("resulted")) - day(pl.col("index_collected_at"))
    return times.join(sites, on=["patient_id", "index_collected_at"], how="left").with_columns(
        age_band=band,
        days_from_result=pl.when("from_index").then((pl.col("days") - waited).clip(lower_bound=0)),
        resulted_on=pl.when("from_index").then(pl.col("resulted").dt.date()),
    )
