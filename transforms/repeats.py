"""The same lines low again in another blood count, and a normal count before a treatment (RULES.md 0.5).

Repeated: low together 7 to 180 days away. Persistent: low 120 to 730 days away. Every other count is judged with its
own evidence, which may bring neutrophils and platelets of the day before or after (RULES.md 0.5, other CBC analytes):
a draw of hemoglobin alone is a blood count like any other, and what counts is the day of that draw.
"""

import polars as pl

from schemas.switches import DEFAULTS, Switches
from transforms.anemia import ANEMIA
from transforms.atoms import MONO, NEUTROPENIA, THROMBOCYTOPENIA
from transforms.choices import settled_criterion
from transforms.cytopenias import ANC_MDS, HB_MDS
from transforms.logic import Criterion, Node, soft
from transforms.quantities import less
from transforms.windows import DAY, Window, any_within, key

TOGETHER: dict[str, tuple[Node, ...]] = {
    "repeat_hb_anc": (ANEMIA, NEUTROPENIA),
    "repeat_hb_plt": (ANEMIA, THROMBOCYTOPENIA),
    "repeat_anc_plt": (NEUTROPENIA, THROMBOCYTOPENIA),
    "repeat_hb_anc_plt": (ANEMIA, NEUTROPENIA, THROMBOCYTOPENIA),
}
PERSISTENT: dict[str, Criterion] = {
    "persistent_hb": HB_MDS,
    "persistent_anc": ANC_MDS,
    "persistent_plt": THROMBOCYTOPENIA,
}
MONOCYTOSIS = 1.0  # 10*9/L (RULES.md 1.2, mono)
REPEAT_DAYS, PERSISTENCE_DAYS = (7, 180), (120, 730)
BASELINE = Window(-180, -1)  # RULES.md 4.19: within 180 days before the first dose


def with_repeats(evidence: pl.DataFrame, switches: Switches = DEFAULTS) -> pl.DataFrame:
    """Add the columns that ask other draws: repeat_*, persistent_*, second_count_120_730d,
    normal_count_before_treatment. evidence: all draws of its patients, in the order of patient and time. switches: the
    edition that says what is anemia.
    """
    lines_of_blood = (ANEMIA, NEUTROPENIA, THROMBOCYTOPENIA, HB_MDS, ANC_MDS)
    used = [settled_criterion(line, switches) for line in lines_of_blood]
    lines = evidence.select(
        "first_dose_day",
        key=key(pl.col("patient_id").rle_id().cast(pl.Int64), pl.col("index_collected_at")),
        **{criterion.id: criterion.expr for criterion in used},
        monocytosis=~less(MONO, MONOCYTOSIS),
    )
    columns = [
        _elsewhere(lines, pl.all_horizontal([soft(line).verdict() for line in together]), REPEAT_DAYS).alias(
            name
        )
        for name, together in TOGETHER.items()
    ]
    columns.append(_elsewhere(lines, pl.lit(value=True), PERSISTENCE_DAYS).alias("second_count_120_730d"))
    columns += [_persistent(lines, line).alias(name) for name, line in PERSISTENT.items()]
    many = _elsewhere(lines, pl.col("monocytosis").eq_missing(True), PERSISTENCE_DAYS)
    columns.append(many.alias("persistent_mono"))
    columns.append(_normal_before(lines))
    return evidence.with_columns(columns)


def _elsewhere(lines: pl.DataFrame, condition: pl.Expr, days: tuple[int, int]) -> pl.Series:
    """Whether the condition holds in another draw so many days before or after."""
    keys = lines.filter(condition)["key"]
    nearest, farthest = days
    before, after = Window(-farthest, -nearest), Window(nearest, farthest)
    return any_within(keys, lines["key"], before) | any_within(keys, lines["key"], after)


def _persistent(lines: pl.DataFrame, line: Criterion) -> pl.Series:
    """Low in another count (true), in none of them (false), or it cannot be told because a count lacks it (null)."""
    low = _elsewhere(lines, soft(line).verdict(), PERSISTENCE_DAYS)
    unknown = _elsewhere(lines, line.verdict().is_null(), PERSISTENCE_DAYS)
    return (
        pl.DataFrame({"low": low, "unknown": unknown})
        .select(pl.when("low").then(pl.lit(value=True)).when(~pl.col("unknown")).then(pl.lit(value=False)))
        .to_series()
    )


def _normal_before(lines: pl.DataFrame) -> pl.Series:
    """Whether all three lines were shown to be normal in a count before the first dose; no dose, no baseline."""
    together = (ANEMIA, NEUTROPENIA, THROMBOCYTOPENIA)
    normal = lines.filter(pl.all_horizontal([soft(~line).verdict() for line in together]))["key"]
    dose = lines["key"] + lines["first_dose_day"].fill_null(0) * DAY
    return (any_within(normal, dose, BASELINE) & lines["first_dose_day"].is_not_null()).alias(
        "normal_count_before_treatment"
    )
