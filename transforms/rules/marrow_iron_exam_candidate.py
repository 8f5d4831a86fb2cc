"""4.8 Marrow-exam candidate: serum markers are equivocal, and only the marrow (or sTfR) can tell.

ANEMIA must be established (RULES.md 4.31.9). Without an age nobody is known to be an adult: such a draw stays open.
"""

from transforms.anemia import ANEMIA
from transforms.atoms import ADULT, FERRITIN, INFLAMED, INFLAMED_BY_LAB
from transforms.iron_status import ID_ESTABLISHED, MARROW_ADEQUATE, STFR_HIGH, STFR_LOW, TSAT_LOW
from transforms.logic import soft
from transforms.rule import Rule

KIS = "Kis & Carnes 1998 (PMC1496985)"
AT_LEAST_30 = FERRITIN.at_least(30, "ug/L", "RULES.md 4.8", "base")
AT_LEAST_100 = FERRITIN.at_least(100, "ug/L", KIS, "priority band")
AT_MOST_300 = FERRITIN.at_most(300, "ug/L", "RULES.md 4.8", "priority band")
AT_MOST_500 = FERRITIN.at_most(500, "ug/L", "KDIGO anemia guideline 2012", "2.1.2")
BASE = TSAT_LOW & AT_LEAST_30

MARROW_IRON_EXAM_CANDIDATE = Rule(
    rule_id="marrow_iron_exam_candidate",
    version=1,
    title="Marrow-exam candidate",
    side="undetermined",
    says="Anemia with inflammation, low transferrin saturation and a ferritin that decides nothing.",
    follow_up="In this order: sTfR index; reticulocyte hemoglobin or hypochromic cells; response to a supervised trial "
    "of iron; then marrow aspirate with Perls stain (7 particles or more).",
    seed="Bone marrow aspiration can confirm true iron deficiency when serum markers are equivocal.",
    applies=ADULT,
    gate=ADULT & soft(ANEMIA),
    ruled_out=MARROW_ADEQUATE | ID_ESTABLISHED | STFR_HIGH | STFR_LOW,
    probable=BASE & INFLAMED_BY_LAB & AT_LEAST_100 & AT_MOST_300,
    possible=BASE & INFLAMED & AT_MOST_500,
)
