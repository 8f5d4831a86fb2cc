"""4.6 Anemia of inflammation, pure: iron locked away by inflammation, and no iron deficiency beside it.

Where neither CRP nor AGP decides, a chronic inflammatory disease keeps the draw at possible. Any tier of iron
deficiency rules it out, so that it stays exclusive with 4.1 also where marrow iron contradicts a ferritin tier.
"""

from transforms.anemia import ANEMIA
from transforms.atoms import CONTEXT, IN_SCOPE, INFLAMED_BY_LAB, MACRO
from transforms.iron_status import (
    BM_ABSENT,
    BM_PRESENT,
    ID_ANY_TIER,
    STFR_LOW,
    STORES_100,
    TIBC_HIGH,
    TSAT_LOW,
)
from transforms.logic import Unknown, soft, soft_not
from transforms.rule import Rule
from transforms.rules.iron_deficiency_under_inflammation import IRON_DEFICIENCY_UNDER_INFLAMMATION

BASE = ANEMIA & STORES_100 & TSAT_LOW & soft_not(MACRO) & soft_not(TIBC_HIGH)

ANEMIA_OF_INFLAMMATION = Rule(
    rule_id="anemia_of_inflammation",
    version=1,
    title="Anemia of inflammation",
    side="restricted supply",
    says="Anemia with inflammation, low transferrin saturation and iron stores present; no sign of iron deficiency.",
    follow_up="Treat the inflammation; exclude blood loss, kidney disease and cancer.",
    seed="Anemia of chronic disease can present with microcytosis.",
    applies=IN_SCOPE,
    ruled_out=ID_ANY_TIER | IRON_DEFICIENCY_UNDER_INFLAMMATION.reached("probable") | BM_ABSENT,
    confirmed=INFLAMED_BY_LAB & BASE & (BM_PRESENT | STFR_LOW),
    probable=INFLAMED_BY_LAB & BASE,
    possible=Unknown(INFLAMED_BY_LAB) & soft(CONTEXT) & BASE,
)
