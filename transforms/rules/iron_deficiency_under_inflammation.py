"""4.3 Iron deficiency under inflammation: a ferritin that looks normal because inflammation lifts it.

Enters with anemia, or with inflammation and a ferritin; anything else is not met (RULES.md 4.31.9). A ferritin that
already shows iron deficiency belongs to 4.1 or 4.2, and iron seen in the marrow rules it out. Switches: the ferritin
that, with a low TSAT, is believed (infl_ferritin); ESC's definition in heart failure, which asks for no TSAT below 100
ug/L (hf_definition); KDIGO's limits in kidney disease, a trial of iron and therefore no more than possible (ckd_rule).
"""

from transforms.anemia import ANEMIA
from transforms.atoms import AGE_5, CKD, DIALYSIS, HEART_FAILURE, IN_SCOPE, INFLAMED, INFLAMED_BY_LAB, TSAT
from transforms.choices import choice
from transforms.iron_status import (
    BM_ABSENT,
    BM_PRESENT,
    FERRITIN_30,
    FERRITIN_70,
    FERRITIN_100,
    FERRITIN_ANY,
    FERRITIN_TIER,
    MARROW_ABSENT_PROVEN,
    STFR_HIGH,
    TSAT_LOW,
    TSAT_MEASURED,
)
from transforms.logic import soft, soft_not
from transforms.rule import Rule

# Shared with 4.4, which asks for anemia beside it.
GATE = soft(ANEMIA) | (soft(INFLAMED) & FERRITIN_ANY)
BELIEVED = choice("infl_ferritin", {"100": FERRITIN_100, "70": FERRITIN_70})
BY_HEART_FAILURE = choice("hf_definition", {"tsat": None, "esc2021": HEART_FAILURE & FERRITIN_100})
BY_KIDNEY_DISEASE = choice(
    "ckd_rule",
    {
        "nice": None,
        "kdigo2012": CKD & FERRITIN_100 & TSAT.at_most(30, "%", "KDIGO anemia guideline 2012", "2.1.2"),
        "kdigo2026": CKD
        & soft_not(DIALYSIS)
        & FERRITIN_100
        & TSAT.below(40, "%", "KDIGO 2026", "not on hemodialysis"),
    },
)

IRON_DEFICIENCY_UNDER_INFLAMMATION = Rule(
    rule_id="iron_deficiency_under_inflammation",
    version=1,
    title="Iron deficiency under inflammation",
    side="restricted supply",
    says="Inflammation, and iron studies that show iron deficiency although the ferritin is not low.",
    follow_up="sTfR index or reticulocyte hemoglobin; treat the inflammation; supervised (often intravenous) trial of "
    "iron; marrow if still unclear.",
    seed="Serum markers are equivocal, particularly in patients with concurrent inflammation where ferritin may be "
    "falsely elevated.",
    applies=IN_SCOPE,
    gate=GATE,
    ruled_out=FERRITIN_TIER | BM_PRESENT,
    confirmed=INFLAMED & soft(MARROW_ABSENT_PROVEN),
    probable=INFLAMED
    & (
        (AGE_5 & BELIEVED & TSAT_LOW)
        | (~AGE_5 & INFLAMED_BY_LAB & FERRITIN_30 & TSAT_LOW)
        | STFR_HIGH
        | BM_ABSENT
        | BY_HEART_FAILURE
    ),
    possible=(INFLAMED_BY_LAB & ~TSAT_MEASURED & ((AGE_5 & FERRITIN_70) | (~AGE_5 & FERRITIN_30)))
    | BY_KIDNEY_DISEASE,
)
