"""4.19 Treatment-related marrow suppression: chemotherapy, radiotherapy or a drug explains the low counts.

Drugs that cannot be seen leave the draw open only where a line is low, and an unknown count only where a treatment is
known (RULES.md 4.31.1). 4.19 and 4.29 name the drugs alone: unobserved procedures and diagnoses count as no infusion
and no radiotherapy, and the finding says so. The first dose is the earliest of the exposures that reach into the last
90 days; a normal count is one in which all three lines were measured and none is low.
"""

import polars as pl

from transforms.atoms import IN_SCOPE, F, T
from transforms.cytopenias import ANY_LINE, GRADE_2, TWO_LINES
from transforms.logic import Criterion, Node, soft
from transforms.rule import Rule
from transforms.secondary_causes import CHEMOTHERAPY, MYELOTOXIC_DRUG, RADIOTHERAPY

NORMAL_BEFORE = Criterion(
    id="normal_count_before_first_dose",
    says="a normal blood count in the 180 days before the first dose",
    expr=pl.col("normal_count_before_treatment"),
    inputs=("normal_count_before_treatment",),
    reasons=(("baseline blood count", T),),
    threshold="-180..-1 d of the first dose, no line low",
    citation="RULES.md 4.19",
)
DRUGS_UNSEEN = Criterion(
    id="drugs_unseen",
    says="drugs that were not observed include chemotherapy (this cannot be known)",
    expr=pl.when(pl.col("observed_rx")).then(F),
    inputs=("chemotherapy",),
    reasons=(("domain:rx", T),),
    threshold="medications observed",
    citation="RULES.md 4.19, 4.29",
    domains=("medication",),
)
TREATED = soft(CHEMOTHERAPY) | soft(RADIOTHERAPY) | DRUGS_UNSEEN


def _both(treatment: Node, low: Node) -> Node:
    """Treatment and low counts, where at least one of the two is established."""
    return (soft(treatment) & low) | (treatment & soft(low))


TREATMENT_RELATED_MARROW_SUPPRESSION = Rule(
    rule_id="treatment_related_marrow_suppression",
    version=1,
    title="Treatment-related marrow suppression",
    side="production",
    says="Low counts within 90 days of chemotherapy, radiotherapy or a drug toxic to the marrow.",
    follow_up="Watch the recovery; reduce or stop the drug; growth factor or transfusion by guideline.",
    seed="Bone marrow dysfunction from cancer or chemotherapy.",
    applies=IN_SCOPE,
    confirmed=_both(TREATED, GRADE_2) & NORMAL_BEFORE,
    probable=_both(TREATED, GRADE_2),
    possible=_both(TREATED, ANY_LINE) | _both(MYELOTOXIC_DRUG, GRADE_2 | TWO_LINES),
)
