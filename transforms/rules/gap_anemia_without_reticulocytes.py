"""4.26 Gap: moderate or severe anemia, and nobody asked whether the marrow answers."""

from transforms.anemia import MODERATE_ANEMIA
from transforms.atoms import IN_SCOPE
from transforms.follow_up import followed, seen
from transforms.logic import soft
from transforms.rule import Rule

RETICULOCYTES = seen("retic_closes_gap", "reticulocytes were measured", "-30..+90 d", "RULES.md 4.26")

GAP_ANEMIA_WITHOUT_RETICULOCYTES = Rule(
    rule_id="gap_anemia_without_reticulocytes",
    version=1,
    title="Anemia without reticulocytes",
    side="care gap",
    says="Moderate or severe anemia, and no reticulocyte result from 30 days before to 90 days after.",
    follow_up="Reticulocyte count with the next blood count.",
    seed="Aplastic anemia and MDS cause decreased RBC production with low reticulocyte counts.",
    applies=IN_SCOPE,
    gate=soft(MODERATE_ANEMIA),
    ruled_out=RETICULOCYTES,
    confirmed=followed("lab", 90, "RULES.md 4.26, 4.31.16"),
)
