"""Derived indices (RULES.md section 2): what one blood count says when its parts are read together.

Each step takes the gathered evidence (columns ``<input>.lo``, ``<input>.hi``, ``<input>.at``) and returns it with
values derived, believed or taken away. Exact derived values are rounded to nine decimals, so that a value that is a
limit on paper is that limit here; the ends of an interval are not, because ``<c`` does not reach c (RULES.md 0.2).
"""

from __future__ import annotations

from functools import partial

import polars as pl

from schemas.switches import DEFAULTS, Switches
from transforms.combinations import raised
from transforms.descriptive_indices import descriptive
from transforms.interval_ends import derived, exact, high, low, same_time, settled_ends
from transforms.reticulocytes import reticulocytes

NOTHING = pl.lit(None, dtype=pl.Float64)
# the sTfR-ferritin index is calibrated on these only (RULES.md 1.4, 2.6)
STFR_ASSAYS = ("beckman", "rd", "siemens")
ALBUMIN_LOW = 25.0  # g/L; below it transferrin and binding capacity are unreliable (RULES.md 1.5)
MCHC_HIGHEST = 370.0  # g/L; above it the red cell indices are an artifact (RULES.md 2.8)
MCHC_LOWEST_COMPUTED = 220.0  # g/L (RULES.md 2.8)
CITRATE_DILUTION = 1.1  # RULES.md 1.2, plt_citrate
VOIDED_WITH_MCHC = ("mcv", "rbc", "hct", "mch", "rdw", "rpi")


def derive(frame: pl.DataFrame, switches: Switches = DEFAULTS) -> pl.DataFrame:
    """All derived inputs of the evidence, in the order in which they rest on one another.

    frame: the gathered evidence, one row per draw; returns it with the derived columns added. switches: the editions
    and factors to compute by.
    """
    plan = frame.lazy()  # lazy, because only then is what the expressions of a step share worked out once
    for step in (
        _hemoglobin,
        _coherence,
        _platelets,
        _neutrophils,
        partial(reticulocytes, table=switches.ri_table),
        _kidney,
        _ratios,
        descriptive,
    ):
        plan = step(plan)
    return _flags(plan.collect())


def _prefer(name: str, other: str) -> list[pl.Expr]:
    """The input, or where it is missing the other one, with its date and flags."""
    missing = low(name).is_null()
    return [
        pl.when(missing)
        .then(pl.col(f"{other}.{part}"))
        .otherwise(pl.col(f"{name}.{part}"))
        .alias(f"{name}.{part}")
        for part in ("lo", "hi", "at", "flags")
    ]


def _hemoglobin(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Blood-gas hemoglobin only where the blood count has none (1.2); adjustment for elevation (2.11, 3.1)."""
    # adjusted only where the elevation is known
    adjustment = pl.col("elevation_adjustment_g_l").fill_null(0.0)
    frame = frame.with_columns(_prefer("hb", "hb_blood_gas"))
    lo, hi = settled_ends(low("hb") - adjustment, high("hb") - adjustment)
    censored = low("hb") != high("hb")
    return frame.with_columns(
        hb_adjusted_g_l=pl.when(~censored).then(lo),
        hb_adjusted_g_l_low=pl.when(censored).then(lo),
        hb_adjusted_g_l_high=pl.when(censored).then(hi),
    )


def _coherence(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Whether hemoglobin, hematocrit, red cells and indices fit together (2.8, 4.31.4)."""
    fraction = exact("hct") / 100
    mchc = pl.when(same_time("hb", "hct") & (exact("hct") > 0)).then(exact("hb") / fraction)
    computed = pl.when(same_time("hct", "rbc") & (exact("rbc") > 0)).then(
        (10 * exact("hct") / exact("rbc")).round(9)
    )
    frame = frame.with_columns(
        mchc_computed=mchc,
        mcv_computed_fl=computed,
        rule_of_three=(same_time("hb", "hct") & ((exact("hct") - 0.3 * exact("hb")).abs().round(9) > 3)),
    )
    too_high = (pl.col("mchc_computed").round(9) > MCHC_HIGHEST) | (low("mchc") > MCHC_HIGHEST)
    too_low = pl.col("mchc_computed").round(9) < MCHC_LOWEST_COMPUTED
    frame = frame.with_columns(
        mchc_high=too_high.fill_null(value=False),  # no MCHC at all gives no reason to disbelieve the indices
        mchc_low=too_low.fill_null(value=False),
    ).with_columns(indices_unreliable=pl.col("mchc_high") | pl.col("mchc_low"))
    frame = frame.with_columns(
        [
            pl.when(~pl.col("indices_unreliable")).then(pl.col(f"{name}.{part}")).alias(f"{name}.{part}")
            for name in VOIDED_WITH_MCHC
            for part in ("lo", "hi")
        ]
    ).with_columns(
        mcv_computed_fl=pl.when(~pl.col("indices_unreliable")).then("mcv_computed_fl"),
    )
    derived = low("mcv").is_null() & pl.col("mcv_computed_fl").is_not_null()
    apart = ((exact("mcv") - pl.col("mcv_computed_fl")).abs() / exact("mcv")).round(9) > 0.05
    return frame.with_columns(
        mcv_derived=derived,
        # nothing to compare is not a conflict
        mcv_inconsistent=(same_time("mcv", "hct") & apart).fill_null(value=False),
    ).with_columns(
        pl.when(derived).then("mcv_computed_fl").otherwise(low("mcv")).alias("mcv.lo"),
        pl.when(derived).then("mcv_computed_fl").otherwise(high("mcv")).alias("mcv.hi"),
        pl.when(derived).then("rbc.at").otherwise("mcv.at").alias("mcv.at"),
    )


def _platelets(frame: pl.LazyFrame) -> pl.LazyFrame:
    """A citrate count, times 1.1, replaces the EDTA count within 30 days; a clumped count is not a count (1.2)."""
    citrate = low("plt_citrate").is_not_null()
    diluted = settled_ends(low("plt_citrate") * CITRATE_DILUTION, high("plt_citrate") * CITRATE_DILUTION)
    # clumps not reported: nothing to disbelieve
    clumped = (pl.col("plt_clumps.lo") >= 1).fill_null(value=False)
    return frame.with_columns(
        [
            pl.when(citrate).then(end).otherwise(pl.col(f"plt.{part}")).alias(f"plt.{part}")
            for part, end in zip(("lo", "hi"), diluted, strict=True)
        ],
        plt_clumps_found=clumped & low("plt").is_null(),
    ).with_columns(
        pl.when(citrate).then("plt_citrate.at").otherwise("plt.at").alias("plt.at"),
        plt_citrate_used=citrate,
        plt_clumped=pl.col("plt_clumps_found") & ~citrate,
    )


def _neutrophils(frame: pl.LazyFrame) -> pl.LazyFrame:
    """ANC reported; else WBC x neutrophils %; else WBC x (segs + bands); segs alone and WBC bound it (2.2, 4.31.4).

    A count computed from the draw's own differential goes before one reported at another draw of the window.
    """
    own = pl.col("anc.at") == pl.col("index_collected_at")
    segs = {side: pl.col(f"segs_pct.{side}") + pl.col(f"bands_pct.{side}") for side in ("lo", "hi")}
    # times 0.01, for an open end is not rounded, and Polars divides the only row of a frame otherwise than several
    by_neutrophils = [low("wbc") * low("neut_pct") * 0.01, high("wbc") * high("neut_pct") * 0.01]
    by_segs = [low("wbc") * segs["lo"] * 0.01, high("wbc") * segs["hi"].clip(upper_bound=100.0) * 0.01]
    segs_alone = [low("wbc") * low("segs_pct") * 0.01, high("wbc")]
    computed = settled_ends(*(pl.coalesce(*pair) for pair in zip(by_neutrophils, by_segs, strict=True)))
    here = pl.col("index_collected_at")
    differential = pl.when(by_neutrophils[0].is_not_null()).then("neut_pct.at").otherwise("segs_pct.at")
    same_draw = (pl.col("wbc.at") == here) & (differential == here)
    use_reported = low("anc").is_not_null() & (own | computed[0].is_null() | ~same_draw).fill_null(value=True)
    at_most_white_cells = [pl.when(low("wbc").is_not_null()).then(0.0), high("wbc")]
    bounds = [
        pl.when(use_reported).then(reported).otherwise(pl.coalesce(made, alone, at_most))
        for reported, made, alone, at_most in zip(
            (low("anc"), high("anc")), computed, segs_alone, at_most_white_cells, strict=True
        )
    ]
    return frame.with_columns(
        bounds[0].alias("anc.lo"),
        bounds[1].alias("anc.hi"),
        pl.when(use_reported).then("anc.at").otherwise("wbc.at").alias("anc.at"),
    )


def _kidney(frame: pl.LazyFrame) -> pl.LazyFrame:
    """eGFR reported, else CKD-EPI 2021 from creatinine, age and sex in adults not pregnant (2.9; Inker, NEJM 2021).

    Without a sex both equations bound the value.
    """
    mg_dl = exact("creatinine") / 88.4
    age = pl.col("age_years").floor()

    def equation(k: float, a: float, factor: float) -> pl.Expr:
        ratio = mg_dl / k
        return (
            142
            * ratio.clip(upper_bound=1).pow(a)
            * ratio.clip(lower_bound=1).pow(-1.2)
            * pl.lit(0.9938).pow(age)
            * factor
        )

    female, male = equation(0.7, -0.241, 1.012), equation(0.9, -0.302, 1.0)
    valid = (pl.col("age_years") >= 18) & ~pl.col("pregnant")
    bounds = [
        pl.when(valid).then(
            pl.when(pl.col("sex") == "female")
            .then(female)
            .when(pl.col("sex") == "male")
            .then(male)
            .otherwise(pick(female, male))
        )
        for pick in (pl.min_horizontal, pl.max_horizontal)
    ]
    reported = low("egfr").is_not_null()
    return frame.with_columns(
        pl.coalesce(low("egfr"), bounds[0].round(9)).alias("egfr.lo"),
        pl.coalesce(high("egfr"), bounds[1].round(9)).alias("egfr.hi"),
        pl.when(reported)
        .then("egfr.at")
        .otherwise(pl.when(bounds[0].is_not_null()).then("creatinine.at"))
        .alias("egfr.at"),
    )


def _interval(name: str, ends: list[pl.Expr]) -> list[pl.Expr]:
    return [end.alias(f"{name}.{part}") for part, end in zip(("lo", "hi"), settled_ends(*ends), strict=True)]


def _ratios(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Mentzer, RDWI and Green-King (2.5), intervals where their inputs are; the sTfR-ferritin index where the assay
    allows it (2.6).
    """
    ends = ((low, high), (high, low))
    mentzer = [end("mcv") / other("rbc") for end, other in ends]
    rdwi = [end("mcv") * end("rdw") / other("rbc") for end, other in ends]
    green_king = [end("mcv") * end("mcv") * end("rdw") / (100 * other("hb") / 10) for end, other in ends]
    usable = pl.col("stfr.assay").is_in(STFR_ASSAYS) & (exact("ferritin") > 1)
    return frame.with_columns(
        *_interval("mentzer", mentzer),
        *_interval("rdwi", rdwi),
        *_interval("green_king", green_king),
        *derived("stfr_index", pl.when(usable).then(exact("stfr") / exact("ferritin").log10())),
        **{
            "mentzer.at": pl.col("mcv.at"),
            "rdwi.at": pl.col("rdw.at"),
            "green_king.at": pl.col("rdw.at"),
            "stfr_index.at": pl.col("stfr.at"),
        },
    )


def _flags(frame: pl.DataFrame) -> pl.DataFrame:
    """draw_flags: what is noteworthy of the draw itself, as ``input:FLAG``; null where there is nothing.

    Also iron_study_present: at least one iron study inside its window (RULES.md 4.2).
    """
    study = [
        low(name).is_not_null() for name in ("ferritin", "iron", "tibc", "tsat", "stfr", "marrow_iron_grade")
    ]
    noteworthy = {
        "hct:RULE_OF_THREE": pl.col("rule_of_three"),
        "mcv:MCHC_HIGH_INDICES_UNRELIABLE": pl.col("mchc_high"),
        "mcv:MCHC_LOW_INDICES_UNRELIABLE": pl.col("mchc_low"),
        "mcv:MCV_INCONSISTENT": pl.col("mcv_inconsistent"),
        "mcv:MCV_DERIVED": pl.col("mcv_derived"),
        "mcv:TRANSFUSED_120D": pl.col("transfused_120d"),
        "rpi:TRANSFUSED_30D": pl.col("transfused_30d"),
        "rpi:HCT_ESTIMATED": pl.col("hct_estimated"),
        "tsat:TSAT_CONFLICT": pl.col("tsat_conflict"),
        "plt:PLT_CITRATE_USED": pl.col("plt_citrate_used"),
        "plt:PLT_CLUMPS": pl.col("plt_clumps_found"),
        "marrow_iron_grade:STAIN_AFTER_IRON_OR_BLOOD": pl.col("stain_after_iron_or_blood")
        & low("marrow_iron_grade").is_not_null(),
        "tsat:TSAT_AFTER_IRON": pl.col("tsat_after_iron") & low("tsat").is_not_null(),
        "tsat:TIBC_LOW_ALBUMIN": (high("albumin") < ALBUMIN_LOW) & low("tsat").is_not_null(),
        "ferritin:IV_IRON_56D": pl.col("iv_iron_56d") & low("ferritin").is_not_null(),
    }
    return frame.with_columns(
        raised(frame, noteworthy).alias("draw_flags"), iron_study_present=pl.any_horizontal(study)
    )
