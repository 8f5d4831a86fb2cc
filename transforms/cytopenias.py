"""The conditions the cytopenia rules share: which lines are low, together, and again (RULES.md 4.12, 4.13)."""

import polars as pl

from transforms.atoms import ANC, ANEMIA, NEUTROPENIA, THROMBOCYTOPENIA, WBC, T
from transforms.logic import Criterion, Node, Unknown, soft

WBC_LOW = WBC.below(4.0, "10*9/L", "RULES.md 4.13", "surrogate while the ANC is unknown")
ALL_THREE: Node = ANEMIA & THROMBOCYTOPENIA & NEUTROPENIA
BY_WHITE_CELLS: Node = soft(ANEMIA) & soft(THROMBOCYTOPENIA) & Unknown(NEUTROPENIA) & soft(WBC_LOW)


def repeated(column: str, lines: str) -> Criterion:
    """Another blood count 7-180 days away shows the same lines low; without one the finding stays unrepeated."""
    return Criterion(
        id=f"{column}_found",
        says=f"{lines} low again in another blood count 7 to 180 days away",
        expr=pl.col(column),
        inputs=("hb", "anc", "plt"),
        reasons=(("repeat blood count", T),),
        threshold="another blood count 7..180 d away, same lines low",
        citation="RULES.md 0.5",
    )


REPEAT_HB_ANC = repeated("repeat_hb_anc", "hemoglobin and neutrophils")
REPEAT_HB_PLT = repeated("repeat_hb_plt", "hemoglobin and platelets")
REPEAT_ANC_PLT = repeated("repeat_anc_plt", "neutrophils and platelets")
REPEAT_ALL = repeated("repeat_hb_anc_plt", "hemoglobin, neutrophils and platelets")

__all__ = [
    "ALL_THREE",
    "ANC",
    "BY_WHITE_CELLS",
    "REPEAT_ALL",
    "REPEAT_ANC_PLT",
    "REPEAT_HB_ANC",
    "REPEAT_HB_PLT",
]
