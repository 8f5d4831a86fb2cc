"""4.2 Iron deficiency without anemia: the stores are empty, the hemoglobin still holds.

Where ANEMIA is unknown the rule is indeterminate only if a tier of iron deficiency is established; with no
iron study at all it is not applicable (RULES.md 4.31.8). An iron study is any result of the reference's
section on iron (1.4) or a marrow stain, serum iron or sTfR alone too: that serum iron alone does not count is
said of closing a gap (4.21), not of "no iron study at all". The AGA limit of 45 ug/L belongs to anemic adults
and is not used here.
"""

from transforms.anemia import ANEMIA
from transforms.atoms import IN_SCOPE
from transforms.iron_status import (
    ID_CONFIRMED,
    ID_POSSIBLE,
    ID_PROBABLE_NO_ANEMIA,
    IRON_STUDY,
    MARROW_ABSENT_PROVEN,
    MARROW_ABSENT_TREPHINE,
    MARROW_ABSENT_UNCOUNTED,
    unless_marrow_iron,
)
from transforms.logic import Node, soft
from transforms.rule import Rule

NOT_ANEMIC = soft(~ANEMIA)


def _without_anemia(tier: Node) -> Node:
    """The tier where anemia is excluded; where anemia is unknown, only an established tier keeps the draw open."""
    return (NOT_ANEMIC & tier) | (~ANEMIA & soft(tier))


IRON_DEFICIENCY_WITHOUT_ANEMIA = Rule(
    rule_id="iron_deficiency_without_anemia",
    version=1,
    title="Iron deficiency without anemia",
    side="supply",
    says="No anemia, but a ferritin (or a marrow) that shows empty iron stores.",
    follow_up="Menstrual, dietary and gastrointestinal history; treat; recheck.",
    seed="Iron depletion comes before anemia.",
    applies=IN_SCOPE & IRON_STUDY,
    confirmed=_without_anemia(unless_marrow_iron(ID_CONFIRMED) | soft(MARROW_ABSENT_PROVEN)),
    probable=_without_anemia(unless_marrow_iron(ID_PROBABLE_NO_ANEMIA) | soft(MARROW_ABSENT_UNCOUNTED)),
    possible=_without_anemia(unless_marrow_iron(ID_POSSIBLE) | soft(MARROW_ABSENT_TREPHINE)),
)
