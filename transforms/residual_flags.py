"""What the verdicts leave over and a reader must not miss: residual flags and severity labels (RULES.md 4.0, 4.9-4.18).

A flag is raised where it is established and never where a value is missing. It stands in quality_flags.parquet at the
draw, and as a caveat in the findings of the rules that read its input.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.switches import Switches
from transforms.anemia import ANEMIA
from transforms.atoms import ANC, CLONE, FERRITIN, HAPTOGLOBIN, INFLAMED, LDH, LEAD, RPI, age
from transforms.choices import settled
from transforms.cytopenias import ANC_0_5, PLT_20
from transforms.explanations import B12_LOW, COPPER_LOW
from transforms.iron_status import BM_PRESENT, FERRITIN_TIER, ID_ESTABLISHED, TSAT_LOW
from transforms.logic import Node, at_least, soft
from transforms.quantities import less, more
from transforms.rules.persistent_unexplained_cytopenia import PERSISTENT_UNEXPLAINED_CYTOPENIA
from transforms.rules.suspected_aplastic_anemia import RETIC_FEW, SUSPECTED_APLASTIC_ANEMIA
from transforms.rules.unexplained_pancytopenia import UNEXPLAINED_PANCYTOPENIA

LDH_TWICE_NORMAL = (
    500.0  # U/L; twice the usual upper limit of 250, because extracts rarely carry one that is usable
)
HAPTOGLOBIN_LOW = 0.3  # g/L (RULES.md 1.5)
LEAD_CHILD, LEAD_ADULT = 5.0, 10.0  # ug/dL (RULES.md 1.5)
VERY_SEVERE_ANC = 0.2  # 10*9/L (Camitta; BMJ Best Practice; RULES.md 3.4)
REGENERATING = 3.0  # RPI (RULES.md 4.0, ALERT_HAEMOLYSIS)

CAMITTA_SEVERE = at_least(2, ANC_0_5, PLT_20, RETIC_FEW)


def residual_flags(switches: Switches) -> Mapping[str, pl.Expr]:
    """Condition of each flag over evidence and verdict columns, by ``input:FLAG``; null where it cannot be told."""

    def held(node: Node) -> pl.Expr:
        return soft(settled(node, switches)).verdict()

    aplastic = held(SUSPECTED_APLASTIC_ANEMIA.reached("possible"))
    very_severe = less(ANC, VERY_SEVERE_ANC).eq_missing(True)
    hemolysis = more(LDH, LDH_TWICE_NORMAL) | less(HAPTOGLOBIN, HAPTOGLOBIN_LOW)
    lead_limit = pl.when(age < 18).then(LEAD_CHILD).otherwise(LEAD_ADULT)
    return {
        "tsat:LOW_TSAT_UNCLASSIFIED": held(ANEMIA)
        & held(TSAT_LOW)
        & ~less(FERRITIN, 45)
        & less(FERRITIN, 100)
        & held(~INFLAMED),
        "rpi:ALERT_HAEMOLYSIS": ~less(RPI, REGENERATING) & hemolysis,
        "b12:B12_LOW": held(B12_LOW),
        "copper:COPPER_LOW": held(COPPER_LOW),
        "lead:LEAD_HIGH": ~less(LEAD, lead_limit),
        "hb:ID_PANCY": held(UNEXPLAINED_PANCYTOPENIA.reached("possible")) & held(ID_ESTABLISHED),
        "marrow_iron_grade:CONFLICT_MARROW_FERRITIN": held(BM_PRESENT) & held(FERRITIN_TIER),
        "anc:AA_VERY_SEVERE": aplastic & held(CAMITTA_SEVERE) & very_severe,
        "anc:AA_SEVERE": aplastic & held(CAMITTA_SEVERE) & ~very_severe,
        "clonal_mutation:CCUS": held(PERSISTENT_UNEXPLAINED_CYTOPENIA.reached("possible")) & ~less(CLONE, 1),
    }


def with_residual_flags(whole: pl.DataFrame, switches: Switches) -> pl.DataFrame:
    """The frame with the residual flags of each draw appended to its draw_flags (null where there is none).

    whole: evidence columns, verdict columns and status columns side by side, one row per draw.
    """
    conditions = residual_flags(switches)
    noted = whole.select(
        pl.any_horizontal([condition.eq_missing(True) for condition in conditions.values()])
    ).to_series()
    rows = noted.arg_true()  # few draws carry one, and lists are dear
    listed = pl.concat_list(
        [pl.when(condition.eq_missing(True)).then(pl.lit(flag)) for flag, condition in conditions.items()]
    ).list.drop_nulls()
    before = pl.coalesce("draw_flags", pl.lit([], dtype=pl.List(pl.String)))
    added = whole[rows].select(row=pl.lit(rows), flags=before.list.concat(listed))
    numbered = pl.DataFrame({"row": pl.int_range(len(whole), dtype=pl.UInt32, eager=True)})
    joined = numbered.join(added, on="row", how="left", maintain_order="left")
    return whole.with_columns(draw_flags=joined.select(pl.coalesce("flags", whole["draw_flags"])).to_series())
