"""Low lines found again: the same pair or triple of lines low in another blood count 7 to 180 days away.

RULES.md 0.5: a repeated cytopenia is confirmed. The other count is judged with its own evidence.
"""

import polars as pl

from transforms.atoms import ANEMIA, NEUTROPENIA, THROMBOCYTOPENIA
from transforms.logic import soft
from transforms.windows import Window, any_within, key

BEFORE, AFTER = Window(-180, -7), Window(7, 180)
TOGETHER = {
    "repeat_hb_anc": (ANEMIA, NEUTROPENIA),
    "repeat_hb_plt": (ANEMIA, THROMBOCYTOPENIA),
    "repeat_anc_plt": (NEUTROPENIA, THROMBOCYTOPENIA),
    "repeat_hb_anc_plt": (ANEMIA, NEUTROPENIA, THROMBOCYTOPENIA),
}


def with_repeats(evidence: pl.DataFrame) -> pl.DataFrame:
    """Add the repeat_* columns. evidence: all draws of its patients, in the order of patient and time."""
    lines = evidence.select(
        key=key(pl.col("patient_id").rle_id().cast(pl.Int64), pl.col("index_collected_at")),
        **{criterion.id: criterion.expr for criterion in (ANEMIA, NEUTROPENIA, THROMBOCYTOPENIA)},
    )
    columns = []
    for name, together in TOGETHER.items():
        low = lines.filter(pl.all_horizontal([soft(line).verdict() for line in together]))["key"]
        again = any_within(low, lines["key"], BEFORE) | any_within(low, lines["key"], AFTER)
        columns.append(again.alias(name))
    return evidence.with_columns(columns)
