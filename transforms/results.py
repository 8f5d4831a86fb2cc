"""Laboratory rows as received into results with one analyte, one canonical unit and one interval.

Nothing is guessed and nothing is lost: every row leaves with exactly one fate, and the text and unit a value came
with are kept beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from schemas.flags import FLAG_BITS, MISSING_MASK, flag_names
from schemas.tables import LAB_RESULT, QUALITY_FLAG, QUARANTINE, REPORTED_COUNT, empty, shaped
from transforms.code_map import NO_MAP, CodeMap
from transforms.codes import pair_rows
from transforms.conversion import to_intervals
from transforms.inferred_units import infer_hemoglobins, infer_units, without_inference
from transforms.misplaced_values import stated_units, value_texts, with_units
from transforms.missing_units import NONE_DECIDED
from transforms.numerals import Bound
from transforms.same_day import settle_by_others
from transforms.times import ORDER_UNKNOWN, clock_changes, read_times, without_clock
from transforms.unmapped import counted
from transforms.versions import WITHDRAWN, settle_versions, state_of

# What settle_by_others asks of a row, the flags for which it looks at a patient at all, and what it may change.
ASKED = ("patient_id", "at", "analyte", "labeled", "number", "bound", "low", "high", "flags", "usable")
DOUBT = FLAG_BITS["HB_UNIT_AMBIGUOUS"] | FLAG_BITS["RETIC_FRACTION?"]
_SETTLED = ("low", "high", "flags", "usable")
_WITHDRAWN_REASONS = {"cancelled": "STATUS_CANCELLED", "entered-in-error": "STATUS_ENTERED_IN_ERROR"}


@dataclass(frozen=True)
class Normalized:
    """What became of laboratory rows.

    results: usable results, superseded ones too (``schemas.tables.LAB_RESULT``). quarantine: rejected rows as
    received, with reasons. flags: quality flags of current results and of rejected rows. reported: rows that were
    reported at a known time but whose value cannot be used. unmapped: rows of tests that no rule reads, counted by
    their texts and values (``schemas.tables.UNMAPPED_CODE``). fates: load, source_file, fate, rows; their sum is the
    number of rows that came in.
    """

    results: pl.DataFrame
    quarantine: pl.DataFrame
    flags: pl.DataFrame
    reported: pl.DataFrame
    unmapped: pl.DataFrame
    fates: pl.DataFrame


def normalize_results(
    raw: pl.DataFrame,
    *,
    timezone: str,
    loads: Mapping[int, datetime],
    code_map: CodeMap = NO_MAP,
    units: pl.DataFrame | None = NONE_DECIDED,
) -> Normalized:
    """Normalize laboratory rows of whole patients.

    raw: (n) canonical columns of lab_results as text, source_file, source_line, source_patient_id where identifiers
    were merged, and load, the number of the load that brought the row; all rows of a patient are in one call.
    timezone: zone to which zoned times are brought. loads: time of each load; a row that another one replaces was
    superseded when the later of the two was loaded. code_map: what the site's own codes stand for. units: which unit
    a site's missing ones are in, by analyte and month (``transforms.missing_units``); None: no unit is inferred from
    anything. Results do not depend on the order of the rows.
    """
    pair, pairs = pair_rows(raw, code_map)
    meaning = pairs.select("analyte", "code_missing").select(pl.all().gather(pair))
    ignored = raw.filter(meaning["analyte"].is_null() & ~meaning["code_missing"])
    nameless = raw.filter(meaning["code_missing"])
    named = raw.with_columns(pair=pair).filter(meaning["analyte"].is_not_null())
    read = _read(named, pairs, timezone, units)
    judged = read.with_columns(_fate())
    fates = [
        judged.group_by("load", "source_file", "fate").agg(rows=pl.len()),
        ignored.group_by("load", "source_file").agg(fate=pl.lit("ignored"), rows=pl.len()),
        nameless.group_by("load", "source_file").agg(fate=pl.lit("quarantined"), rows=pl.len()),
    ]
    rejected = judged.filter(pl.col("fate") == "quarantined").with_columns(reasons=_reasons())
    return Normalized(
        results=_results(judged, loads),
        quarantine=pl.concat(
            [
                shaped(rejected, QUARANTINE),
                shaped(
                    nameless.with_columns(reasons=pl.lit(["CODE_MISSING"], pl.List(pl.String))), QUARANTINE
                ),
            ]
        ),
        flags=_quality_flags(judged),
        reported=_reported(rejected),
        unmapped=counted(ignored),
        fates=pl.concat(fates).select("load", "source_file", "fate", pl.col("rows").cast(pl.Int64)),
    )


def _read(
    named: pl.DataFrame, pairs: pl.DataFrame, timezone: str, units: pl.DataFrame | None
) -> pl.DataFrame:
    """Rows that name an analyte, with what their texts say and which version is in force."""
    text, in_comment = value_texts(named, pairs["analyte"].gather(named["pair"]))
    pair, pairs = with_units(named["pair"], pairs, stated_units(named, pairs, text))
    times = _times(named, timezone)
    named = named.with_columns(times["at"], pair=pair, text=text, analyte=pairs["analyte"].gather(pair))
    if units is not None:
        pair, pairs = infer_units(named, pairs, units)
        named = named.with_columns(pair=pair)
    columns = ["test", "unit", "labeled", "blood_count"]
    meant = pairs.select(columns).rename({"unit": "canonical"}).select(pl.all().gather(named["pair"]))
    values = to_intervals(pairs, named["pair"], text)
    if "source_patient_id" not in named.columns:
        named = named.with_columns(source_patient_id=pl.lit(None, pl.String))
    flags = values["flags"] | times["time_flags"]
    if in_comment.any():
        flags = flags | in_comment.cast(pl.Int64) * FLAG_BITS["VALUE_FROM_COMMENT"]
    rows = pl.concat([named, meant, values], how="horizontal").with_columns(
        times["reported"], row=pl.int_range(pl.len()), state=state_of("status"), flags=flags
    )
    if units is None:
        rows = rows.with_columns(flags=without_inference())
    rows = _settled(rows.with_columns(usable=pl.col("flags") & MISSING_MASK == 0), infer=units is not None)
    if units is not None:
        rows = infer_hemoglobins(rows, pairs, units)
    versions = settle_versions(rows)
    conflict = versions["conflict"].cast(pl.Int64) * FLAG_BITS["DUPLICATE_CONFLICT"]
    alone = (pl.col("state") == "preliminary").fill_null(value=False) & pl.col("version").is_null()
    return rows.with_columns(
        versions["version"],
        superseded_by=_reference(rows, versions["by"]),
        superseded_in=pl.max_horizontal("load", rows["load"].gather(versions["by"])),
    ).with_columns(flags=pl.col("flags") | conflict | alone.cast(pl.Int64) * FLAG_BITS["PRELIMINARY"])


def _times(named: pl.DataFrame, timezone: str) -> pl.DataFrame:
    """at: when the specimen was taken; reported; time_flags: what is to be said of either."""
    at, reported = (read_times(named[name], timezone) for name in ("collected_at", "resulted_at"))
    unreadable = reported.is_null() & (named["resulted_at"].str.strip_chars().fill_null("") != "")
    skipped, twice = clock_changes(at, timezone)
    day_alone = without_clock(named["collected_at"], at)
    reported_alone = without_clock(named["resulted_at"], reported)
    early = (reported < at).fill_null(value=False)
    if early.any():  # of a date alone only its day can be compared
        by_day = day_alone | reported_alone
        early = early & (~by_day | (reported.dt.date() < at.dt.date()).fill_null(value=False))
    raised = {
        "BAD_RESULTED_AT": unreadable,
        "DATE_ONLY": day_alone,
        "DST_GAP": skipped,
        "DST_FOLD": twice,
        "RESULTED_BEFORE_COLLECTED": early,
    }
    flags = pl.repeat(0, len(at), dtype=pl.Int64, eager=True)
    for name, on in raised.items():
        if on.any():
            flags = flags | on.cast(pl.Int64) * FLAG_BITS[name]
    return pl.DataFrame({"at": at, "reported": reported, "time_flags": flags})


def _reference(rows: pl.DataFrame, by: pl.Series) -> pl.Series:
    """How to find the row that replaced one: by its result id, or where it has none by ``file:line``."""
    if by.null_count() == len(by):
        return pl.repeat(None, len(by), dtype=pl.String, eager=True)
    place = pl.format("{}:{}", "source_file", "source_line")
    replacing = rows.select("result_id", "source_file", "source_line").select(pl.all().gather(by))
    return replacing.select(pl.coalesce("result_id", place)).to_series()


def _settled(rows: pl.DataFrame, *, infer: bool) -> pl.DataFrame:
    """The rows with what other results of the same day settle; only patients with a value in doubt are looked at."""
    doubt = DOUBT if infer else FLAG_BITS["RETIC_FRACTION?"]
    doubtful = rows.filter(pl.col("flags") & doubt != 0)["patient_id"].unique()
    if doubtful.is_empty():
        return rows
    in_question = rows.select("row", *ASKED).filter(pl.col("patient_id").is_in(doubtful.implode()))
    settled = settle_by_others(in_question, hemoglobins=infer)
    return rows.with_columns(rows[name].scatter(settled["row"], settled[name]) for name in _SETTLED)


def _fate() -> pl.Expr:
    """One fate for each row. An exact copy is one whatever else is wrong with it; the first of them is quarantined."""
    return (
        pl.when(pl.col("version") == "duplicate")
        .then(pl.lit("duplicate"))
        .when(pl.col("at").is_null() | pl.col("state").is_null() | (pl.col("version") == "withdrawn"))
        .then(pl.lit("quarantined"))
        .when(pl.col("version") == "superseded")
        .then(pl.lit("superseded"))
        .when(~pl.col("usable"))
        .then(pl.lit("quarantined"))
        .otherwise(pl.lit("accepted"))
        .alias("fate")
    )


def _reasons() -> pl.Expr:
    """Why a row is quarantined: what is wrong with the row, then what is wrong with its value."""
    blank = pl.col("collected_at").str.strip_chars().fill_null("") == ""
    of_row = [
        pl.when(pl.col("at").is_null() & blank).then(pl.lit("COLLECTED_AT_MISSING")),
        pl.when(pl.col("at").is_null() & ~blank).then(pl.lit("BAD_COLLECTED_AT")),
        pl.when(pl.col("at").is_null() & pl.col("collected_at").str.contains(ORDER_UNKNOWN)).then(
            pl.lit("DATE_ORDER_UNKNOWN")
        ),
        pl.when(pl.col("state").is_null()).then(pl.lit("UNKNOWN_STATUS")),
        pl.col("state").replace_strict(_WITHDRAWN_REASONS, default=None, return_dtype=pl.String),
    ]
    return pl.concat_list(*of_row, _names(pl.col("flags") & MISSING_MASK)).list.drop_nulls()


def _names(mask: pl.Expr) -> pl.Expr:
    """Names of the flags of a mask; distinct masks are few."""
    return mask.map_batches(_decoded, return_dtype=pl.List(pl.String))


def _decoded(masks: pl.Series) -> pl.Series:
    distinct = masks.unique()
    names = pl.Series([flag_names(mask) for mask in distinct.to_list()], dtype=pl.List(pl.String))
    place = masks.to_frame("mask").join(
        distinct.to_frame("mask").with_row_index("place"), on="mask", how="left", maintain_order="left"
    )
    return names.gather(place["place"])


def _results(judged: pl.DataFrame, loads: Mapping[int, datetime]) -> pl.DataFrame:
    kept = judged.filter(pl.col("fate").is_in(["accepted", "superseded"]) & pl.col("usable"))
    exact = pl.col("bound") == int(Bound.EXACT)
    return shaped(
        kept.with_columns(
            source_value=pl.col("text"),
            source_unit=pl.col("unit"),
            value=pl.when(exact).then("low"),
            value_low=pl.col("low"),
            value_high=pl.col("high"),
            unit=pl.col("canonical"),
            collected_at=pl.col("at"),
            resulted_at=pl.col("reported"),
            status=pl.col("state"),
            flags=_names(pl.col("flags")),
            loaded_at=_when(pl.col("load"), loads),
            superseded_at=pl.when(pl.col("fate") == "superseded").then(_when(pl.col("superseded_in"), loads)),
        ),
        LAB_RESULT,
    )


def _when(load: pl.Expr, loads: Mapping[int, datetime]) -> pl.Expr:
    return load.replace_strict(dict(loads), return_dtype=pl.Datetime("us"))


def _quality_flags(judged: pl.DataFrame) -> pl.DataFrame:
    """One row per flag of a result in force or set aside. detail: the unit as received, where that is the trouble."""
    flagged = judged.filter(pl.col("fate").is_in(["accepted", "quarantined"]) & (pl.col("flags") != 0))
    if flagged.is_empty():
        return empty(QUALITY_FLAG)
    return shaped(
        flagged.with_columns(flag=_names(pl.col("flags")))
        .explode("flag")
        .with_columns(
            collected_at=pl.col("at"), detail=pl.when(pl.col("flag") == "UNIT_UNKNOWN").then("unit")
        ),
        QUALITY_FLAG,
    )


def _reported(rejected: pl.DataFrame) -> pl.DataFrame:
    """Rows that say a test was reported at a time, though its value cannot be used; a withdrawn one was not."""
    there = rejected.filter(
        pl.col("at").is_not_null() & ~pl.col("state").is_in(WITHDRAWN).fill_null(value=False)
    )
    return shaped(
        there.with_columns(
            collected_at=pl.col("at"),
            reason=pl.col("reasons").list.join(","),
            is_blood_count=pl.col("blood_count"),
        ),
        REPORTED_COUNT,
    )
