"""What a marrow examination shows: cellularity, dysplasia, ring sideroblasts, infiltration (RULES.md 1.6, 3.4, 4.15-4.18).

Marrow findings are confirmations: where the marrow was not examined they count as absent, and say so with ``soft``.
"""

from transforms.atoms import (
    MARROW_BLASTS,
    MARROW_CELLULARITY,
    MARROW_DYSPLASIA,
    MARROW_INFILTRATION,
    RESIDUAL,
    RING_SIDEROBLASTS,
    SF3B1,
)
from transforms.logic import Criterion, Named, Node, soft

WHO5 = "WHO 5th edition (Khoury, Leukemia 2022;36:1703)"
CAMITTA = "Camitta; BMJ Best Practice"

CELLULARITY_25 = MARROW_CELLULARITY.below(25, "%", CAMITTA, "hypocellular")
CELLULARITY_50 = MARROW_CELLULARITY.below(50, "%", CAMITTA, "hypocellular if residual cells are few")
RESIDUAL_30 = RESIDUAL.below(30, "%", CAMITTA, "residual hematopoietic cells")
HYPOCELLULAR: Node = Named(
    "hypocellular marrow", soft(CELLULARITY_25) | (soft(CELLULARITY_50) & soft(RESIDUAL_30))
)
MARROW_EXAMINED = Criterion(
    id="marrow_cellularity_reported",
    says="a marrow cellularity was reported",
    expr=~MARROW_CELLULARITY.missing,
    inputs=("marrow_cellularity",),
    reasons=MARROW_CELLULARITY.reasons(),
    threshold="reported",
    citation="RULES.md 4.31.11",
)

INFILTRATED: Node = soft(MARROW_INFILTRATION.at_least(1, "1", "RULES.md 1.6", "infiltration"))
NOT_INFILTRATED: Node = soft(MARROW_INFILTRATION.below(1, "1", "RULES.md 4.31.14", "marrow negative"))

DYSPLASIA_10 = MARROW_DYSPLASIA.at_least(10, "%", WHO5, "Table 3")
NO_DYSPLASIA = MARROW_DYSPLASIA.below(10, "%", WHO5, "Table 3")
BLASTS_5 = MARROW_BLASTS.at_least(5, "%", WHO5, "Table 3")
BLASTS_BELOW_5 = MARROW_BLASTS.below(5, "%", WHO5, "Table 3")
BLASTS_BELOW_20 = MARROW_BLASTS.below(20, "%", WHO5, "acute leukemia from 20 %")
BLASTS_20 = MARROW_BLASTS.at_least(20, "%", WHO5, "acute leukemia from 20 %")
RS_15 = RING_SIDEROBLASTS.at_least(15, "%", WHO5, "Table 3")
RS_5 = RING_SIDEROBLASTS.at_least(5, "%", "WHO 2016 (mds-europe.org)", "with SF3B1")
SF3B1_MUTATED = SF3B1.at_least(1, "1", "WHO 2016 (mds-europe.org)", "SF3B1 mutated")
RING_SIDEROBLASTS_PROVEN: Node = Named("ring sideroblasts", soft(RS_15) | (soft(RS_5) & soft(SF3B1_MUTATED)))
MDS_MORPHOLOGY: Node = Named(
    "marrow morphology of myelodysplasia",
    soft(DYSPLASIA_10) | (soft(BLASTS_5) & soft(BLASTS_BELOW_20)) | RING_SIDEROBLASTS_PROVEN,
)
MARROW_NEGATIVE: Node = Named("marrow without dysplasia or blasts", soft(NO_DYSPLASIA) & soft(BLASTS_BELOW_5))
