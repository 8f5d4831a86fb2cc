"""4.21 Care gap: a microcytic anemia, and nobody looked at the iron.

Closed by a ferritin, a transferrin saturation, or iron with binding capacity within 90 days either side; serum iron
alone does not close it. A closed gap is closed however short the follow-up (RULES.md 4.31.16).
"""

from transforms.anemia import ANEMIA
from transforms.atoms import IN_SCOPE, MICRO, history
from transforms.follow_up import followed, iron_study_closes
from transforms.logic import soft_not
from transforms.rule import Rule

GAP_MICROCYTIC_ANEMIA_WITHOUT_IRON_STUDIES = Rule(
    rule_id="gap_microcytic_anemia_without_iron_studies",
    version=1,
    title="Microcytic anemia without iron studies",
    side="care gap",
    says="Microcytic anemia, and no ferritin, transferrin saturation or iron with binding capacity within 90 days.",
    follow_up="Ferritin, transferrin saturation and CRP.",
    seed="In one large hospital 34 % of microcytic patients never got an iron test.",
    applies=IN_SCOPE,
    gate=ANEMIA & MICRO & soft_not(history("hemoglobinopathy", "RULES.md 5.1 (hemoglobinopathy)")),
    ruled_out=iron_study_closes(),
    confirmed=followed("lab", 90, "RULES.md 4.21, 4.31.16"),
)
