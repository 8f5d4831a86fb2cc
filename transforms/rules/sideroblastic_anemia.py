"""4.9 Suspected sideroblastic anemia: small red cells, too few reticulocytes, and iron that is there but not used.

Ring sideroblasts prove it at any cell size. Without them anemia must be established, and red cells that are not
small exclude it (RULES.md 4.31.10). Ring sideroblasts measured below 5 % exclude it altogether.
"""

from transforms.anemia import ANEMIA
from transforms.atoms import IN_SCOPE, LOW_RI, MICRO, RING_SIDEROBLASTS, history
from transforms.iron_status import ADEQUATE_IRON, FERRITIN_STORES_100, TSAT_LOADED
from transforms.logic import soft, soft_not
from transforms.marrow import RING_SIDEROBLASTS_PROVEN
from transforms.rule import Rule
from transforms.rules.thalassemia_trait_lookalike import THALASSEMIA_TRAIT_LOOKALIKE

RS_BELOW_5 = RING_SIDEROBLASTS.below(5, "%", "RULES.md 4.9", "not met")
HEMOGLOBINOPATHY = history("hemoglobinopathy", "RULES.md 5.1 (hemoglobinopathy)")
PATTERN = soft(ANEMIA) & MICRO & LOW_RI

SIDEROBLASTIC_ANEMIA = Rule(
    rule_id="sideroblastic_anemia",
    version=1,
    title="Suspected sideroblastic anemia",
    side="production",
    says="Ring sideroblasts in the marrow, or a microcytic anemia with few reticulocytes although iron is adequate.",
    follow_up="Stop the toxin (isoniazid, linezolid, chloramphenicol, penicillamine, alcohol); vitamin B6; copper, "
    "zinc, lead; marrow with iron stain; ALAS2 in the young and in men.",
    seed="Do not assume microcytic anemia with low reticulocytes automatically means simple iron deficiency: consider "
    "sideroblastic anemia if iron studies show adequate stores.",
    applies=IN_SCOPE,
    ruled_out=soft(RS_BELOW_5),
    confirmed=RING_SIDEROBLASTS_PROVEN,
    probable=PATTERN & FERRITIN_STORES_100 & TSAT_LOADED,
    possible=PATTERN
    & ADEQUATE_IRON
    & ~THALASSEMIA_TRAIT_LOOKALIKE.reached("possible")
    & soft_not(HEMOGLOBINOPATHY),
)
