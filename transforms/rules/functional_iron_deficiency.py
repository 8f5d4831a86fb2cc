"""4.5 Functional iron deficiency: stores are there, the marrow cannot reach them.

An unknown gate leaves the draw open only in an anemic patient, and not with a TSAT of 20 % or more without an ESA
(RULES.md 4.31.9). ESA is a confirmation: with drugs unobserved it counts as absent and the finding says so (0.4). A
ferritin above 800 ug/L is no soft exclusion in the reference: without a ferritin the draw is open even where marrow iron
and a low TSAT would confirm, because a ferritin of 900 would take it out again. Switches: ESC's definition of iron deficiency
in heart failure ends below 300 ug/L (hf_definition); KDIGO offers a trial of iron to kidney patients without an ESA too
(ckd_rule).
"""

from transforms.anemia import ANEMIA
from transforms.atoms import (
    CHR,
    CKD,
    DIALYSIS,
    ESA,
    FERRITIN,
    HEART_FAILURE,
    HYPO,
    IN_SCOPE,
    INFLAMED,
    TSAT,
)
from transforms.choices import choice
from transforms.iron_status import (
    BM_ABSENT,
    BM_PRESENT,
    STFR_HIGH,
    STORES_100,
    TSAT_ADEQUATE,
    TSAT_LOW,
    TSAT_MEASURED,
)
from transforms.logic import Node, soft, soft_not
from transforms.rule import Rule

HEART = choice(
    "hf_definition",
    {
        "tsat": HEART_FAILURE,
        "esc2021": HEART_FAILURE & FERRITIN.below(300, "ug/L", "ESC 2021", "100-299 ug/L"),
    },
)
GATE = STORES_100 & (ANEMIA | soft(HEART))
IN_THE_RUNNING: Node = soft(GATE) | (GATE & soft(ANEMIA))
AT_MOST_500 = FERRITIN.at_most(500, "ug/L", "KDIGO anemia guideline 2012", "2.1.2")
AT_MOST_800 = FERRITIN.at_most(
    800, "ug/L", "NCCN hematopoietic growth factors", "above it, not iron deficiency"
)
ABOVE_800 = FERRITIN.above(800, "ug/L", "NCCN hematopoietic growth factors", "above it, not iron deficiency")
TSAT_30 = TSAT.at_most(30, "%", "KDIGO anemia guideline 2012", "2.1.2")
CHR_LOW = CHR.below(
    29, "pg", "BCSH functional iron deficiency 2013; NICE NG203 2021", "reticulocyte hemoglobin"
)
HYPO_HIGH = HYPO.above(6, "%", "NICE NG203 2021", "hypochromic red cells in a sample less than 6 hours old")
_UNDER_ESA = soft(ESA) & AT_MOST_500 & TSAT_30
_WITHOUT_DIALYSIS = CKD & soft_not(DIALYSIS)
TRIAL_GROUND = choice("ckd_rule", {"nice": ESA, "kdigo2012": ESA | CKD, "kdigo2026": ESA | _WITHOUT_DIALYSIS})
TRIAL_OF_IRON = choice(
    "ckd_rule",
    {
        "nice": _UNDER_ESA,
        "kdigo2012": _UNDER_ESA | (CKD & AT_MOST_500 & TSAT_30),
        "kdigo2026": _UNDER_ESA
        | (
            _WITHOUT_DIALYSIS
            & FERRITIN.at_most(300, "ug/L", "KDIGO 2026", "not on hemodialysis")
            & TSAT.below(25, "%", "KDIGO 2026", "not on hemodialysis")
        ),
    },
)

FUNCTIONAL_IRON_DEFICIENCY = Rule(
    rule_id="functional_iron_deficiency",
    version=1,
    title="Functional iron deficiency",
    side="restricted supply",
    says="Iron stores are present, but too little iron reaches the marrow (as a rule, a transferrin saturation below 20 %).",
    follow_up="Treat the cause; intravenous iron by the CKD, heart-failure or oncology guideline; not endoscopy by "
    "default.",
    seed="Functional iron deficiency (iron sequestration in macrophages) rather than true depletion.",
    applies=IN_SCOPE,
    gate=IN_THE_RUNNING,
    ruled_out=BM_ABSENT | STFR_HIGH | ABOVE_800 | (soft(TSAT_ADEQUATE) & soft_not(TRIAL_GROUND)),
    confirmed=BM_PRESENT & TSAT_LOW,
    probable=AT_MOST_500 & TSAT_LOW & (soft(ESA) | CKD | HEART | INFLAMED),
    possible=(AT_MOST_800 & TSAT_LOW) | (~TSAT_MEASURED & (soft(CHR_LOW) | soft(HYPO_HIGH))) | TRIAL_OF_IRON,
)
