"""4.17 Persistent unexplained cytopenia: a line low for four months, and no cause in sight (ICUS).

Needs an adult (without an age the draw stays open) and a second blood count 120 to 730 days away; without one it is
not evaluated. Iron deficiency, iron deficiency under inflammation and anemia of inflammation exclude at any tier,
functional iron deficiency from probable, and so do marrow findings of myelodysplasia (RULES.md 4.31.13). An
explanation that cannot be seen caps at possible, except where the marrow decides (4.31.2).
"""

from transforms.atoms import ADULT, CKD, CLONE, PREGNANT
from transforms.cytopenias import ONE_LINE, PERSISTENT, SECOND_COUNT
from transforms.iron_status import FERRITIN_ANY, ID_ANY_TIER
from transforms.logic import Named, Node, soft
from transforms.marrow import HYPOCELLULAR, INFILTRATED, MARROW_NEGATIVE, MDS_MORPHOLOGY
from transforms.rule import Rule
from transforms.rules.anemia_of_inflammation import ANEMIA_OF_INFLAMMATION
from transforms.rules.functional_iron_deficiency import FUNCTIONAL_IRON_DEFICIENCY
from transforms.rules.iron_deficiency_under_inflammation import IRON_DEFICIENCY_UNDER_INFLAMMATION
from transforms.rules.suspected_mds import KNOWN_MDS, SUSPECTED_MDS
from transforms.rules.thalassemia_trait_lookalike import THALASSEMIA_TRAIT_LOOKALIKE
from transforms.secondary_causes import (
    B12_NORMAL,
    EGFR_NORMAL,
    EXPLAINED,
    FOLATE_NORMAL,
    TSH_HIGH,
    TSH_NORMAL,
)

NO_CLONE = CLONE.below(1, "1", "RULES.md 4.31.13", "no clonal mutation")
ELSEWHERE = EXPLAINED | CKD
ALL_NORMAL: Node = Named(
    "B12, folate, ferritin, eGFR and TSH measured and normal",
    soft(B12_NORMAL) & soft(FOLATE_NORMAL) & soft(FERRITIN_ANY) & soft(EGFR_NORMAL) & soft(TSH_NORMAL),
)

PERSISTENT_UNEXPLAINED_CYTOPENIA = Rule(
    rule_id="persistent_unexplained_cytopenia",
    version=1,
    title="Persistent unexplained cytopenia",
    side="production",
    says="The same blood cell line is low in two counts at least four months apart, and nothing on record explains it.",
    follow_up="Blood count every 3 to 6 months; hematology.",
    seed="Two or more cell lines should prompt hematology consultation.",
    applies=ADULT & SECOND_COUNT,
    gate=ADULT & soft(ONE_LINE) & PERSISTENT,
    ruled_out=ID_ANY_TIER
    | IRON_DEFICIENCY_UNDER_INFLAMMATION.reached("possible")
    | ANEMIA_OF_INFLAMMATION.reached("possible")
    | FUNCTIONAL_IRON_DEFICIENCY.reached("probable")
    | THALASSEMIA_TRAIT_LOOKALIKE.reached("probable")
    | SUSPECTED_MDS.reached("confirmed")
    | soft(KNOWN_MDS)
    | soft(TSH_HIGH)
    | PREGNANT
    | MDS_MORPHOLOGY
    | HYPOCELLULAR
    | INFILTRATED
    | soft(ELSEWHERE),
    confirmed=MARROW_NEGATIVE & soft(NO_CLONE),
    probable=ALL_NORMAL & soft(~ELSEWHERE),
    possible=PERSISTENT,
)
