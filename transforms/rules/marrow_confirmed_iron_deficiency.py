"""4.7 Marrow-confirmed iron deficiency: no stainable iron in an adequate marrow.

Absent-iron reports are not always iron deficiency (Barron 2001; too few particles in 46 %, Hughes 2004). A trephine
is decalcified: its grade 0 counts as possible at most (RULES.md 1.6).
"""

from transforms.atoms import IN_SCOPE
from transforms.iron_status import (
    MARROW_ABSENT_PROVEN,
    MARROW_ABSENT_TREPHINE,
    MARROW_ABSENT_UNCOUNTED,
    MARROW_DONE,
    MARROW_TOO_FEW,
)
from transforms.rule import Rule

MARROW_CONFIRMED_IRON_DEFICIENCY = Rule(
    rule_id="marrow_confirmed_iron_deficiency",
    version=1,
    title="Marrow-confirmed iron deficiency",
    side="supply",
    says="The iron stain of the marrow shows no iron.",
    follow_up="Treat as iron deficiency and find the source of loss; repeat the stain if fewer than 7 particles were "
    "seen, or if iron or blood was given in the 56 days before.",
    seed="Absent iron stores on bone marrow biopsy: gold standard.",
    applies=IN_SCOPE & MARROW_DONE,
    confirmed=MARROW_ABSENT_PROVEN | MARROW_TOO_FEW,
    probable=MARROW_ABSENT_UNCOUNTED,
    possible=MARROW_ABSENT_TREPHINE,
    reads=("ferritin", "mcv"),
)
