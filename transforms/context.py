"""What else is known of a patient at a draw: age, domains, coded history, transfusion and IV iron.

Everything here works on days: an event is an interval of days, a draw is a day, and "an event overlaps the window"
is one search in the events sorted by start with the running maximum of their ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np
import polars as pl

from schemas.evidence import DOMAINS, observed_column
from schemas.gaps import GAP_ONLY
from schemas.history_atoms import HISTORY_ATOMS
from schemas.value_sets import CODE_SETS, EXACT, CodeSet
from transforms.windows import numbers

# more than the days from the year 1 to the year 9999, an end that never comes, so that patient * DAYS + day sorts by
# patient, day
DAYS = 1 << 23
# RULES.md 5.1 [D]: a medication without an end counts as 30 days including its start
OPEN_MEDICATION_DAYS = 30
TRANSFUSED = (-120, 0)  # before cell sizes and hemoglobin A2 (RULES.md 0.5)
TRANSFUSED_RECENTLY = (-30, 0)  # before the reticulocyte index (RULES.md 0.5)
INTRAVENOUS_IRON = (-56, -1)  # before the ferritin (RULES.md 0.5)
# under a day, under 4 weeks (RULES.md 2.1)
TABLETS_BEFORE_SATURATION, IRON_BEFORE_SATURATION = ((-1, -1), (-27, -1))
GUARDED = ("ferritin", "hba2", "marrow_iron_grade", "tsat")  # results before which a treatment counts
BEFORE_STAIN = (-56, -1)  # iron or blood before the marrow iron stain (RULES.md 4.7)
_READ = tuple(item for name, item in CODE_SETS.items() if name not in GAP_ONLY)


def day(moment: pl.Expr) -> pl.Expr:
    """Days since 1970-01-01 of a Date or Datetime expression, as Int64."""
    return moment.cast(pl.Date).cast(pl.Int32).cast(pl.Int64)


class Intervals:
    """Intervals of days of many patients, ready to be asked which overlap a window."""

    def __init__(self, frame: pl.DataFrame) -> None:
        """frame: columns patient (Int64), first, last (Int64 days), without nulls."""
        patients, first, last = (numbers(frame[name]) for name in ("patient", "first", "last"))
        order = np.argsort(patients * DAYS + first, kind="stable")
        self.patients = patients[order]
        self.keys = self.patients * DAYS + first[order]
        # a patient's every end lies above all ends of the patients before, so one running maximum serves all
        ends = self.patients * DAYS + last[order]
        self.ends = np.maximum.accumulate(ends) - self.patients * DAYS

    def joined(self) -> Intervals:
        """The same days as few intervals as can be: what overlaps or adjoins (ends one day, goes on the next) is one."""
        whole = object.__new__(Intervals)
        whole.patients, whole.keys = self.patients, self.keys
        # whether anything begins behind a gap after the interval
        apart = np.ones(len(self.keys), dtype=np.bool_)
        apart[:-1] = self.keys[1:] > self.patients[:-1] * DAYS + self.ends[:-1] + 1
        last = np.flatnonzero(apart)
        whole.ends = self.ends[last[np.searchsorted(last, np.arange(len(apart)))]]
        return whole

    def latest_end(self, patient: pl.Series, until: pl.Series) -> pl.Series:
        """Latest end among a patient's intervals that start on or before ``until``; null if there is none."""
        if not len(self.keys):
            return pl.repeat(None, len(patient), dtype=pl.Int64, eager=True)
        whose = numbers(patient)
        found = np.searchsorted(self.keys, whose * DAYS + numbers(until), side="right") - 1
        inside = np.maximum(found, 0)
        known = (found >= 0) & (self.patients[inside] == whose)
        return pl.select(pl.when(pl.Series(known)).then(pl.Series(self.ends[inside]))).to_series()

    def overlap(self, patient: pl.Series, anchor: pl.Series, first: int, last: int) -> pl.Series:
        """Whether any interval overlaps the days anchor+first .. anchor+last, both included."""
        end = self.latest_end(patient, anchor + last)
        # without any interval there is no overlap; that is not an unknown
        return (end >= anchor + first).fill_null(value=False)


def coded_events(events: pl.DataFrame, code_sets: Iterable[CodeSet] = _READ) -> dict[str, pl.DataFrame]:
    """Events of each value set as intervals of days.

    events: patient (Int64), code_system, code, kind, start_date, end_date. Codes match as their value set says,
    without regard to dots, blanks and case.
    """
    codes = events.select("code_system", "code").unique().with_row_index("number")
    sets = _sets_of(codes)
    one_day = codes["number"].is_in(
        sets.filter(pl.col("value_set") == "intravenous_iron")["number"].implode()
    )
    spans = events.join(
        codes.with_columns(one_day=one_day),
        on=["code_system", "code"],
        how="left",
        maintain_order="left",
        nulls_equal=True,
    ).select(
        "patient",
        "code_system",
        "code",
        "number",
        first=day(pl.col("start_date")),
        last=pl.coalesce(
            day(pl.col("end_date")),
            pl.when((pl.col("kind") == "medication") & ~pl.col("one_day"))
            .then(day(pl.col("start_date")) + (OPEN_MEDICATION_DAYS - 1))
            .otherwise(day(pl.col("start_date"))),
        ),
    )
    by_set = (
        spans.join(sets, on="number", maintain_order="left")
        .drop("number")
        .partition_by("value_set", as_dict=True, include_key=False, maintain_order=True)
    )
    nothing = spans.drop("number").clear()
    return {code_set.id: by_set.get((code_set.id,), nothing) for code_set in code_sets}


def bare(code: pl.Expr) -> pl.Expr:
    """The code as codes are compared: what ``schemas.value_sets.bare`` makes of one, as an expression."""
    return code.str.replace_all(r"[.\s]", "").str.to_uppercase()


def _sets_of(codes: pl.DataFrame) -> pl.DataFrame:
    """number and value_set of every match. codes: number, code_system, code."""
    beginnings = (
        codes.select("number", "code_system", bare=bare(pl.col("code")).str.slice(0, length)).join(
            lines, on=["code_system", "bare"]
        )
        for length, lines in _lines_by_length().items()
    )
    return pl.concat([found.select("number", "value_set") for found in beginnings]).unique()


@cache
def _lines_by_length() -> Mapping[int | None, pl.DataFrame]:
    """The codes of all value sets (code_system, bare, value_set) by how many characters are compared; None: all of them."""
    lines = pl.DataFrame(
        [
            (line.system, line.bare, item.id, None if line.match == EXACT else len(line.bare))
            for item in CODE_SETS.values()
            for line in item.codes
        ],
        schema={"code_system": pl.String, "bare": pl.String, "value_set": pl.String, "length": pl.Int64},
        orient="row",
    )
    return {
        key[0]: part for key, part in lines.partition_by("length", as_dict=True, include_key=False).items()
    }


def domain_columns(draws: pl.DataFrame, coverage: pl.DataFrame, as_of_day: int) -> pl.DataFrame:
    """observed_<domain> per draw, and the days of follow-up in each (null where not observed).

    draws: patient, day. coverage: patient, domain, first, last (days). Follow-up ends at the earlier of the end of
    the coverage that contains the draw and the night (RULES.md 0.4); intervals that adjoin are one coverage, as where a
    source cuts it by year or by contract.
    """
    columns = []
    for domain, short in DOMAINS.items():
        spans = Intervals(coverage.filter(pl.col("domain") == domain)).joined()
        end = spans.latest_end(draws["patient"], draws["day"])
        known = pl.DataFrame({"end": end, "day": draws["day"]}).select(
            pl.when(pl.col("end") >= pl.col("day")).then(pl.col("end")).alias("end"), "day"
        )
        columns.append(known["end"].is_not_null().alias(observed_column(domain)))
        followed = pl.when(pl.col("end").is_not_null()).then(
            pl.min_horizontal("end", pl.lit(as_of_day)) - pl.col("day")
        )
        columns.append(known.select(followed.alias(f"follow_up_{short}_days")).to_series())
    return pl.DataFrame(columns)


def history_columns(
    draws: pl.DataFrame, coded: dict[str, pl.DataFrame], observed: pl.DataFrame
) -> pl.DataFrame:
    """One nullable Boolean per history atom: code present; else false if its domains are observed, else null.

    draws: patient, day. coded: as of ``coded_events``. observed: as of ``domain_columns``. One row a draw.
    """
    spans = {name: Intervals(frame) for name, frame in coded.items()}
    columns = []
    for atom in HISTORY_ATOMS.values():
        parts = pl.DataFrame(
            [
                _with_domain(
                    spans[set_id].overlap(draws["patient"], draws["day"], first, last),
                    observed[observed_column(CODE_SETS[set_id].domain)],
                ).alias(f"{number}")
                for number, (set_id, first, last) in enumerate(atom.sets)
            ]
        )
        columns.append(parts.select(pl.any_horizontal(pl.all()).alias(atom.id)).to_series())
    return pl.DataFrame(columns)


def _with_domain(present: pl.Series, observed: pl.Series) -> pl.Series:
    return (
        pl.DataFrame({"p": present, "o": observed})
        .select(pl.when(pl.col("p") | pl.col("o")).then("p"))
        .to_series()
    )


def guard_columns(
    draws: pl.DataFrame,
    coded: dict[str, pl.DataFrame],
    measured: pl.DataFrame,
) -> pl.DataFrame:
    """Transfusion and iron guards (RULES.md 0.5, 2.1, 4.7); unobserved counts as absent (0.4).

    draws: patient, day. coded: as of ``coded_events``. measured: for each of GUARDED the day of the result that is
    selected, the draw's day if none.
    """
    transfusion = Intervals(coded["transfusion"])
    iron, tablets = Intervals(coded["intravenous_iron"]), Intervals(coded["oral_iron"])
    ferritin_day, hba2_day, stain_day, tsat_day = (measured[name] for name in GUARDED)
    patient, index = draws["patient"], draws["day"]
    return pl.DataFrame(
        [
            transfusion.overlap(patient, index, *TRANSFUSED).alias("transfused_120d"),
            transfusion.overlap(patient, index, *TRANSFUSED_RECENTLY).alias("transfused_30d"),
            transfusion.overlap(patient, hba2_day, *TRANSFUSED).alias("hba2_transfused"),
            iron.overlap(patient, ferritin_day, *INTRAVENOUS_IRON).alias("iv_iron_56d"),
            (
                tablets.overlap(patient, tsat_day, *TABLETS_BEFORE_SATURATION)
                | iron.overlap(patient, tsat_day, *IRON_BEFORE_SATURATION)
            ).alias("tsat_after_iron"),
            (
                iron.overlap(patient, stain_day, *BEFORE_STAIN)
                | transfusion.overlap(patient, stain_day, *BEFORE_STAIN)
            ).alias("stain_after_iron_or_blood"),
        ]
    )


def age_columns(draws: pl.DataFrame) -> pl.DataFrame:
    """age_years: completed months, plus the part of the month since, over twelve; null without a birth date.

    An infant is half a year old on the day six months are complete, as the table of WHO counts (RULES.md 3.1), and
    whole years stay exact. Rounded, because Polars divides the only row of a frame by a number and multiplies several by
    its reciprocal. draws: index_collected_at, birth_date. Ages before birth are null.
    """
    index = pl.col("index_collected_at").cast(pl.Date)
    birth = pl.col("birth_date")
    turned = index.dt.day() >= birth.dt.day()
    months = (index.dt.year().cast(pl.Int64) - birth.dt.year()) * 12 + index.dt.month() - birth.dt.month()
    months = months - pl.when(turned).then(0).otherwise(1)
    part = (day(index) - day(birth.dt.offset_by(pl.format("{}mo", months)))) / 31.0  # below 1 in every month
    return draws.select(age_years=pl.when(index >= birth).then(((months + part) / 12).round(9)))


def elevation_adjustment(meters: pl.Expr, edition: str) -> pl.Expr:
    """Hemoglobin adjustment in g/L for residence elevation (RULES.md 3.1); null if not known.

    edition: an option of hb_edition. Above the table of 2024 (5000 m) WHO's equation 0.0056384*m + 0.0000003*m^2 (g/dL
    times ten) continues it; that of 2011 begins at 1000 m and ends with what it prints for 4500 m.
    """
    if edition == "2011":
        return _stepped(meters, _ELEVATION_2011, pl.lit(45.0))
    return _stepped(meters, _ELEVATION_2024, (0.0056384 * meters + 0.0000003 * meters * meters).round(0))


# (below so many meters, adjustment in g/L)
_ELEVATION_2024 = (
    (500, 0), (1000, 4), (1500, 8), (2000, 11), (2500, 14), (3000, 18), (3500, 21), (4000, 25), (4500, 29), (5000, 33),
)  # fmt: skip
_ELEVATION_2011 = ((1000, 0), (1500, 2), (2000, 5), (2500, 8), (3000, 13), (3500, 19), (4000, 27), (4500, 35))


def _stepped(meters: pl.Expr, steps: tuple[tuple[int, int], ...], above: pl.Expr) -> pl.Expr:
    chain = above
    for limit, adjustment in reversed(steps):
        chain = pl.when(meters < limit).then(float(adjustment)).otherwise(chain)
    return pl.when(meters.is_not_null()).then(chain)
