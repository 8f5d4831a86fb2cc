"""4.18 Suspected marrow infiltration: something that does not belong there crowds the marrow out.

A marrow that was reported as free of it ends the question (RULES.md 4.31.14). A leukoerythroblastic film with anemia is
enough by itself; after a known cancer, low counts are, unless chemotherapy explains them. Chemotherapy that cannot be
seen caps the counts at possible, not the film (4.31.2). Small red cells point elsewhere where they are established.
"""

from transforms.anemia import ANEMIA
from transforms.atoms import (
    IMMATURE_GRANULOCYTES,
    IN_SCOPE,
    LEUKOERYTHROBLASTIC,
    LOW_RI,
    MICRO,
    MYELOCYTES,
    NEUTROPENIA,
    NRBC,
    RPI,
    THROMBOCYTOPENIA,
    history,
)
from transforms.iron_status import ID_ESTABLISHED
from transforms.logic import Named, Node, soft, soft_not
from transforms.marrow import INFILTRATED, NOT_INFILTRATED
from transforms.rule import Rule
from transforms.secondary_causes import CHEMOTHERAPY

KNOWN_CANCER = history("known_cancer", "RULES.md 5.1 (KNOWN_CANCER)")
LEUKOERYTHROBLASTOSIS: Node = Named(
    "leukoerythroblastic film",
    soft(LEUKOERYTHROBLASTIC.at_least(1, "1", "RULES.md 4.0", "LEB"))
    | (
        soft(NRBC.above(0, "/100 WBC", "RULES.md 4.0", "LEB"))
        & (
            soft(MYELOCYTES.above(0, "%", "RULES.md 4.0", "LEB"))
            | soft(IMMATURE_GRANULOCYTES.at_least(2, "%", "RULES.md 4.0", "LEB"))
        )
    ),
)
REGENERATING = RPI.at_least(3, "1", "RULES.md 4.18", "RPI")
OF_CANCER = soft(KNOWN_CANCER) & soft_not(MICRO) & ANEMIA
TWO_LINES_LOW = THROMBOCYTOPENIA | NEUTROPENIA

SUSPECTED_MARROW_INFILTRATION = Rule(
    rule_id="suspected_marrow_infiltration",
    version=1,
    title="Suspected marrow infiltration",
    side="production",
    says="A leukoerythroblastic film with anemia, or a known cancer with counts that suggest it has reached the marrow.",
    follow_up="Film; LDH, alkaline phosphatase, calcium; PSA, protein electrophoresis; imaging; marrow.",
    seed="Infiltration by cancer (such as prostate or breast); normocytic or macrocytic rather than microcytic; "
    "hematological malignancies can impair erythropoiesis.",
    applies=IN_SCOPE,
    ruled_out=NOT_INFILTRATED,
    confirmed=INFILTRATED,
    probable=(LEUKOERYTHROBLASTOSIS & ANEMIA & soft_not(REGENERATING))
    | (OF_CANCER & soft(~CHEMOTHERAPY) & TWO_LINES_LOW),
    possible=OF_CANCER & soft_not(CHEMOTHERAPY) & ((LOW_RI & ~ID_ESTABLISHED) | TWO_LINES_LOW),
)
