"""What the verdicts leave over and a reader must not miss: residual flags and severity labels (RULES.md 0.5, 4.0, 4.9-4.18, 8).

A flag is raised where it is established and never where a value is missing. It is listed in quality_flags.parquet at the
draw, and as a caveat in the findings of the rules that read its input. What may cause a sideroblastic pattern (4.9) or
explain few reticulocytes beside it (4.11) is noted at draws at which that rule holds. Of erythropoietin the reference
gives no limit, so that it explains nothing here; its own result stays in lab.result.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.switches import Switches
from transforms.anemia import ANEMIA
from transforms.atoms import (
    ANC,
    BLASTS,
    CKD,
    CLONE,
    FERRITIN,
    HAPTOGLOBIN,
    INFLAMED,
    LDH,
    LEAD,
    MARROW_BLASTS,
    MONO,
    NRBC,
    RPI,
    SF3B1,
    ZINC,
    age,
)
from transforms.choices import settled
from transforms.iron_status import BM_PRESENT, FERRITIN_TIER, ID_ESTABLISHED, ID_POSSIBLE, TSAT_LOW
from transforms.logic import Node, soft
from transforms.marrow import RING_SIDEROBLASTS_PROVEN
from transforms.quantities import less, more
from transforms.repeats import MONOCYTOSIS
from transforms.rules.hypoproliferative_anemia_with_adequate_iron import (
    HYPOPROLIFERATIVE_ANEMIA_WITH_ADEQUATE_IRON,
)
from transforms.rules.pancytopenia import PANCYTOPENIA
from transforms.rules.persistent_unexplained_cytopenia import PERSISTENT_UNEXPLAINED_CYTOPENIA
from transforms.rules.sideroblastic_anemia import SIDEROBLASTIC_ANEMIA
from transforms.rules.suspected_aplastic_anemia import SEVERE, SUSPECTED_APLASTIC_ANEMIA
from transforms.rules.unexplained_pancytopenia import UNEXPLAINED_PANCYTOPENIA
from transforms.secondary_causes import B12_LOW, CHEMOTHERAPY, COPPER_LOW, MYELOTOXIC_DRUG, TSH_HIGH

# U/L; twice the usual upper limit of 250, because extracts rarely carry one that is usable
LDH_TWICE_NORMAL = 500.0
HAPTOGLOBIN_LOW = 0.3  # g/L (RULES.md 1.5)
LEAD_CHILD, LEAD_ADULT = 5.0, 10.0  # ug/dL (RULES.md 1.5)
VERY_SEVERE_ANC = 0.2  # 10*9/L (Camitta; BMJ Best Practice; RULES.md 3.4)
ZINC_HIGH = 18.4  # umol/L, 120 ug/dL: the usual upper limit, unreviewed; RULES.md prints none
MONOCYTES_LOW = 0.1  # 10*9/L (RULES.md 1.2)
BLASTS_URGENT = 20.0  # % (RULES.md 1.2, 4.16)
REGENERATING = 3.0  # RPI (RULES.md 4.0, ALERT_HAEMOLYSIS)
CHILDBEARING = (12, 56)  # years; PREG_UNKNOWN is raised for women of this age only (RULES.md 0.5)
ADULT_YEARS = 18  # from here on any nucleated red cell is noteworthy (RULES.md 1.2, nrbc)


def residual_flags(switches: Switches) -> Mapping[str, pl.Expr]:
    """Condition of each flag over evidence and verdict columns, by ``input:FLAG``; null where it cannot be told."""

    def held(node: Node) -> pl.Expr:
        return soft(settled(node, switches)).verdict()

    aplastic = held(SUSPECTED_APLASTIC_ANEMIA.reached("possible"))
    very_severe = less(ANC, VERY_SEVERE_ANC).eq_missing(True)
    hemolysis = more(LDH, LDH_TWICE_NORMAL) | less(HAPTOGLOBIN, HAPTOGLOBIN_LOW)
    fertile_woman = (pl.col("sex") == "female") & age.is_between(*CHILDBEARING, closed="left")
    lead_limit = pl.when(age < 18).then(LEAD_CHILD).otherwise(LEAD_ADULT)
    pattern = held(SIDEROBLASTIC_ANEMIA.reached("possible"))
    few = held(HYPOPROLIFERATIVE_ANEMIA_WITH_ADEQUATE_IRON.reached("possible"))
    many_blasts = {
        name: ~less(item, BLASTS_URGENT)
        for name, item in (("blasts_pct", BLASTS), ("marrow_blasts", MARROW_BLASTS))
    }
    return {
        "hb:PREG_UNKNOWN": fertile_woman & ~pl.col("pregnant") & ~pl.col("observed_dx"),
        "nrbc:EXTREME": more(NRBC, 0) & (age >= ADULT_YEARS),
        "tsat:LOW_TSAT_UNCLASSIFIED": held(ANEMIA)
        & held(TSAT_LOW)
        & ~less(FERRITIN, 45)
        & less(FERRITIN, 100)
        & held(~INFLAMED),
        "rpi:ALERT_HAEMOLYSIS": ~less(RPI, REGENERATING) & hemolysis,
        "b12:B12_LOW": held(B12_LOW),
        "copper:COPPER_LOW": held(COPPER_LOW),
        "lead:LEAD_HIGH": ~less(LEAD, lead_limit),
        **{f"{name}:ALERT_BLASTS_URGENT": condition for name, condition in many_blasts.items()},
        "marrow_blasts:ALERT_BLASTS": many_blasts["marrow_blasts"],
        "mono:ALERT_CMML": ~less(MONO, MONOCYTOSIS) & pl.col("persistent_mono"),
        "mono:ALERT_HAIRY_CELL": less(MONO, MONOCYTES_LOW) & held(PANCYTOPENIA.reached("possible")),
        **{
            f"ring_sideroblasts:CAUSE_{drug.upper()}": pattern & pl.col(drug)
            for drug in ("isoniazid", "linezolid", "chloramphenicol", "penicillamine", "alcohol")
        },
        "ring_sideroblasts:CAUSE_COPPER_LOW": pattern & held(COPPER_LOW),
        "ring_sideroblasts:CAUSE_ZINC_HIGH": pattern & more(ZINC, ZINC_HIGH),
        "ring_sideroblasts:CAUSE_LEAD_HIGH": pattern & ~less(LEAD, lead_limit),
        "rpi:ALSO_CKD": few & held(CKD),
        "rpi:ALSO_B12_LOW": few & held(B12_LOW),
        "rpi:ALSO_TSH_HIGH": few & held(TSH_HIGH),
        "rpi:ALSO_DRUG": few & (held(CHEMOTHERAPY) | held(MYELOTOXIC_DRUG)),
        "hb:ID_PANCY": held(UNEXPLAINED_PANCYTOPENIA.reached("possible")) & held(ID_ESTABLISHED),
        "marrow_iron_grade:CONFLICT_MARROW_FERRITIN": held(BM_PRESENT)
        & (held(FERRITIN_TIER) | held(ID_POSSIBLE)),
        "anc:VSAA": aplastic & held(SEVERE) & very_severe,
        "anc:SAA": aplastic & held(SEVERE) & ~very_severe,
        "anc:GCSF_14D": pl.col("growth_factor"),
        "sf3b1:SF3B1_ALONE": ~less(SF3B1, 1) & ~held(RING_SIDEROBLASTS_PROVEN),
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
