"""4.4 Mixed anemia: inflammation and true iron deficiency at once (4.3 with anemia).

Every tier is that of iron deficiency under inflammation; anemia must hold beside it. Where that rule is undetermined
and the patient is anemic, so is this one, for the same reasons.
"""

from transforms.anemia import ANEMIA
from transforms.rule import Rule
from transforms.rules.iron_deficiency_under_inflammation import GATE
from transforms.rules.iron_deficiency_under_inflammation import IRON_DEFICIENCY_UNDER_INFLAMMATION as MASKED

MIXED_IRON_DEFICIENCY_AND_INFLAMMATION = Rule(
    rule_id="mixed_iron_deficiency_and_inflammation",
    version=1,
    title="Mixed iron deficiency and inflammation",
    side="restricted supply",
    says="Anemia with inflammation, and iron studies that show iron deficiency beneath it.",
    follow_up="sTfR index or reticulocyte hemoglobin; treat the inflammation; supervised (often intravenous) trial of "
    "iron.",
    seed="Anemia of inflammation and true iron deficiency coexist.",
    applies=MASKED.applies,
    gate=ANEMIA & GATE,
    ruled_out=MASKED.ruled_out,
    confirmed=MASKED.confirmed,
    probable=MASKED.probable,
    possible=MASKED.possible,
)
