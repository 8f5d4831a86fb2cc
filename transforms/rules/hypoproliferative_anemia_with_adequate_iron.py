"""4.11 Hypoproliferative anemia with adequate iron: iron is there, and the marrow still makes too few red cells.

Anemia must be established (RULES.md 4.31.9). The two tiers are the two ends of the reticulocyte index that is called
low: below 1 by every table, 1 to below 2 only in anemia. Adequate iron excludes iron deficiency by construction.
"""

from transforms.anemia import ANEMIA
from transforms.atoms import IN_SCOPE, LOW_RI, VLOW_RI
from transforms.iron_status import ADEQUATE_IRON
from transforms.logic import soft
from transforms.rule import Rule

HYPOPROLIFERATIVE_ANEMIA_WITH_ADEQUATE_IRON = Rule(
    rule_id="hypoproliferative_anemia_with_adequate_iron",
    version=1,
    title="Hypoproliferative anemia with adequate iron",
    side="production",
    says="Anemia with too few reticulocytes although the iron stores and the iron in the blood are adequate.",
    follow_up="Repeat the reticulocytes; eGFR, erythropoietin, B12, folate, TSH, protein electrophoresis; parvovirus "
    "and pure red cell aplasia if isolated and the index is below 0.1; hematology.",
    seed="Aplastic anemia and MDS cause decreased RBC production with low reticulocyte counts.",
    applies=IN_SCOPE,
    gate=soft(ANEMIA),
    probable=VLOW_RI & ADEQUATE_IRON,
    possible=LOW_RI & ADEQUATE_IRON,
)
