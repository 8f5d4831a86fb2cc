"""4.25 Gap: a ferritin of 30 to 299 in an inflamed anemic patient was left as if it were normal.

Inflammation lifts ferritin, so such a value does not exclude iron deficiency. Whatever shows that somebody thought of
it closes the gap (RULES.md 4.31.18). A CRP that was never measured leaves the draw open.
"""

from transforms.anemia import ANEMIA
from transforms.atoms import CRP, CRP_HIGH, FERRITIN, IN_SCOPE, WHO_FERRITIN, history
from transforms.follow_up import followed, seen
from transforms.iron_status import (
    FERRITIN_100,
    FERRITIN_ANY,
    MARROW_DONE,
    TSAT_ADEQUATE,
    TSAT_LOW,
    TSAT_MEASURED,
)
from transforms.logic import soft
from transforms.rule import Rule

AT_LEAST_30 = FERRITIN.at_least(30, "ug/L", "RULES.md 4.25", "denominator")
BELOW_300 = FERRITIN.below(300, "ug/L", "RULES.md 4.25", "denominator")
NOT_INFLAMED = CRP.at_most(5, "mg/L", WHO_FERRITIN, "Table 1")
RECEPTOR_OR_CHR = seen(
    "stfr_or_chr_closes_gap",
    "sTfR or reticulocyte hemoglobin was measured",
    "-30..+90 d",
    "RULES.md 4.25, 4.31.18",
)
CODED = history("iron_deficiency_coded", "RULES.md 4.25")
GIVEN = history("iron_given", "RULES.md 4.25")
FOLLOWED = (
    followed("lab", 90, "RULES.md 4.31.16")
    & followed("diagnosis", 90, "RULES.md 4.31.16")
    & followed("medication", 90, "RULES.md 4.31.16")
)

GAP_FERRITIN_READ_AS_NORMAL_WHILE_INFLAMED = Rule(
    rule_id="gap_ferritin_read_as_normal_while_inflamed",
    version=1,
    title="Ferritin read as normal while inflamed",
    side="care gap",
    says="Anemia, a CRP over 5 mg/L and a ferritin of 30 to 299 ug/L, and nothing that shows the ferritin was doubted.",
    follow_up="Transferrin saturation, sTfR index or reticulocyte hemoglobin; see iron deficiency under inflammation.",
    seed="Ferritin may be falsely elevated in patients with concurrent inflammation.",
    applies=IN_SCOPE & FERRITIN_ANY,
    gate=soft(ANEMIA) & soft(AT_LEAST_30) & soft(BELOW_300),
    ruled_out=soft(TSAT_ADEQUATE)
    | soft(NOT_INFLAMED)
    | soft(CODED)
    | soft(GIVEN)
    | RECEPTOR_OR_CHR
    | MARROW_DONE,
    confirmed=CRP_HIGH & FERRITIN_100 & TSAT_MEASURED & TSAT_LOW & FOLLOWED,
    probable=CRP_HIGH & FERRITIN_100 & ~TSAT_MEASURED & FOLLOWED,
    possible=CRP_HIGH & ~FERRITIN_100 & TSAT_LOW & FOLLOWED,
)
