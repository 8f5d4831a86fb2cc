"""4.22 Gap: iron was started in an anemic patient and nobody looked at the iron.

The denominator must be established (RULES.md 4.31.16, 4.31.17): anemia, a start of any iron product, not pregnant.
"""

from transforms.anemia import ANEMIA
from transforms.atoms import IN_SCOPE, PREGNANT
from transforms.follow_up import IRON_STARTED, followed_after_iron, seen
from transforms.logic import soft
from transforms.rule import Rule

STUDY = seen(
    "iron_study_at_start",
    "iron studies were done in the 180 days before the start or the 7 days after",
    "ferritin, TSAT, or iron with TIBC in -180..+7 d of the start",
    "RULES.md 4.22",
)

GAP_IRON_TREATED_WITHOUT_IRON_STUDIES = Rule(
    rule_id="gap_iron_treated_without_iron_studies",
    version=1,
    title="Iron given without iron studies",
    side="care gap",
    says="Anemia treated with iron, and no iron study in the 180 days before the start or the 7 days after.",
    follow_up="Ferritin, transferrin saturation and CRP before iron goes on.",
    seed="Do not assume microcytic anemia automatically means simple iron deficiency.",
    applies=IN_SCOPE & IRON_STARTED,
    gate=soft(ANEMIA) & ~PREGNANT,
    ruled_out=STUDY,
    confirmed=followed_after_iron(7, "RULES.md 4.22, 4.31.16"),
)
