"""4.10 Thalassemia-trait look-alike: many small red cells, a differential of microcytosis that iron does not cure.

A cell size that is unknown because of a transfusion, or in a patient whose anemia is not excluded, leaves the draw
open; otherwise the rule does not apply (RULES.md 4.31.10). That holds whatever the Mentzer index says, for the index
rests on the same cell volume: where the reported and the computed volume disagree, so would it. The ferritin of the
probable tier is evidence of stores, so a recent intravenous iron makes it unknown. Without an age nobody is known to
be two years old: such a draw stays open.
"""

from transforms.anemia import ANEMIA
from transforms.atoms import AGE_2, GREEN_KING, HBA2, MENTZER, MICRO, RDWI, TRANSFUSED, history
from transforms.iron_status import FERRITIN_STORES_30
from transforms.logic import Named, Node, Unknown, soft, soft_not
from transforms.rule import Rule

TRAIT_CODE = history("thalassemia_trait_code", "RULES.md 5.1 (trait)")
HBA2_HIGH = HBA2.above(3.5, "%", "RULES.md 1.5", "HbA2")
MENTZER_LOW = MENTZER.below(13, "1", "Mentzer 1973", "")
RDWI_LOW = RDWI.below(220, "1", "RDW index (italjmed 1892)", "RULES.md 2.5")
GREEN_KING_LOW = GREEN_KING.below(65, "1", "Green & King 1989", "RULES.md 2.5")
UNRELIABLE: Node = Named(
    "a higher index from a cell volume that is not reliable (this cannot be known)",
    soft(~MENTZER_LOW) & Unknown(MICRO),
)

THALASSEMIA_TRAIT_LOOKALIKE = Rule(
    rule_id="thalassemia_trait_lookalike",
    version=1,
    title="Thalassemia-trait look-alike",
    side="production",
    says="Small red cells in a number or pattern that suggests thalassemia trait.",
    follow_up="Hemoglobin analysis (after iron is repleted); partner testing in pregnancy.",
    seed="Missing from the seed; without it the sideroblastic rule mostly catches trait.",
    applies=AGE_2 & (soft_not(Unknown(MICRO)) | TRANSFUSED | ~soft(~ANEMIA)),
    gate=AGE_2 & MICRO,
    confirmed=soft(HBA2_HIGH) | soft(TRAIT_CODE),
    probable=MENTZER_LOW & (soft(RDWI_LOW) | soft(GREEN_KING_LOW)) & soft(FERRITIN_STORES_30),
    possible=MENTZER_LOW | UNRELIABLE,
)
