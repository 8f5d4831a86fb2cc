"""4.1 Iron deficiency anemia: the stores are empty and the hemoglobin shows it. A supply problem of a working marrow.

The gate is ANEMIA; where it is unknown the rule is indeterminate only if a tier of iron deficiency is established or
possible (RULES.md 4.31.8), which is what Kleene logic gives. Inflammation cannot lower a ferritin: no exclusions.
"""

from transforms.anemia import ANEMIA
from transforms.atoms import IN_SCOPE
from transforms.iron_status import (
    ID_CONFIRMED,
    ID_POSSIBLE,
    ID_PROBABLE,
    MARROW_ABSENT_PROVEN,
    MARROW_ABSENT_TREPHINE,
    MARROW_ABSENT_UNCOUNTED,
    unless_marrow_iron,
)
from transforms.logic import soft
from transforms.rule import Rule

IRON_DEFICIENCY_ANEMIA = Rule(
    rule_id="iron_deficiency_anemia",
    version=1,
    title="Iron deficiency anemia",
    side="supply",
    says="Anemia with a ferritin (or a marrow) that shows empty iron stores.",
    follow_up="Find the source of loss (endoscopy of both ends in men and postmenopausal women, celiac serology, "
    "H. pylori); oral iron; hemoglobin again after 4 weeks.",
    seed="Iron deficiency anemia itself does not originate from primary bone marrow pathology; supply problem rather "
    "than production defect.",
    applies=IN_SCOPE,
    gate=ANEMIA,
    confirmed=unless_marrow_iron(ID_CONFIRMED) | soft(MARROW_ABSENT_PROVEN),
    probable=unless_marrow_iron(ID_PROBABLE) | soft(MARROW_ABSENT_UNCOUNTED),
    possible=unless_marrow_iron(ID_POSSIBLE) | soft(MARROW_ABSENT_TREPHINE),
)
