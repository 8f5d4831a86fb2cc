"""4.16 Suspected myelodysplastic syndrome: lines stay low, red cells are large, and nothing else explains it.

Only for adults in whom a line is low or a D46 code is on record (RULES.md 4.31.12); without an age the draw stays
open. A reversible cause excludes every tier and only a D46 code overrides it. Twenty percent of blasts or more are
acute leukemia: an alert, no tier of this rule. An explanation that cannot be seen caps counts and chemistry at
possible; marrow, film and codes are not capped (4.31.2). B12 and folate that were not measured, and a second count
that was not made or lacks the line, lower the tier: none of them is among what makes this rule undetermined (4.29).
"""

from transforms.atoms import ADULT, BLASTS, MACRO, MICRO, PREGNANT, at_age, history
from transforms.cytopenias import HB_MDS, LINES, ONE_LINE, PERSISTENT
from transforms.iron_status import ID_ESTABLISHED
from transforms.logic import Named, Node, at_least, soft, soft_not
from transforms.marrow import (
    BLASTS_20,
    HYPOCELLULAR,
    INFILTRATED,
    MARROW_NEGATIVE,
    MDS_MORPHOLOGY,
    WHO5,
)
from transforms.rule import Rule
from transforms.secondary_causes import (
    B12_NORMAL,
    EXPLAINED,
    FOLATE_NORMAL,
    MACROCYTOSIS_DRUG,
    REVERSIBLE,
    TSH_HIGH,
)

KNOWN_MDS = history("known_mds", "RULES.md 5.1 (KNOWN_MDS)")
AGE_60 = at_age(60, says="60 years old or older", citation="RULES.md 4.16")
LEUKEMIC: Node = Named(
    "blasts of 20 % or more",
    soft(BLASTS.at_least(20, "%", WHO5, "acute leukemia from 20 %")) | soft(BLASTS_20),
)
FILM_BLASTS: Node = Named(
    "1 to 19 % blasts in the blood",
    soft(
        BLASTS.at_least(
            1, "%", "RULES.md 4.16", "WHO 5th edition speaks of increased blasts from 2 % in blood"
        )
    )
    & soft(BLASTS.below(20, "%", WHO5, "acute leukemia")),
)
CORE = (HB_MDS & MACRO) | at_least(2, *LINES)
ELSEWHERE = EXPLAINED | MACROCYTOSIS_DRUG
NOT_MYELODYSPLASTIC: Node = Named(
    "another finding against it",
    soft(TSH_HIGH)
    | PREGNANT
    | (ID_ESTABLISHED & soft(MICRO))
    | HYPOCELLULAR
    | INFILTRATED
    | MARROW_NEGATIVE
    | LEUKEMIC
    | soft(REVERSIBLE),
)
LASTING = CORE & soft(PERSISTENT) & soft(B12_NORMAL) & soft(FOLATE_NORMAL)
BY_FILM = FILM_BLASTS & soft_not(ELSEWHERE)

SUSPECTED_MDS = Rule(
    rule_id="suspected_mds",
    version=1,
    title="Suspected myelodysplastic syndrome",
    side="production",
    says="Low blood cell lines, often with large red cells, in an adult without another cause on record; or a marrow "
    "or film that shows it.",
    follow_up="Film; B12, folate, copper, TSH, alcohol; hematology; marrow with cytogenetics and sequencing.",
    seed="MDS can cause macrocytosis rather than microcytosis.",
    applies=ADULT & (soft(KNOWN_MDS) | soft(ONE_LINE)),
    gate=ADULT,
    confirmed=soft(KNOWN_MDS) | (MDS_MORPHOLOGY & soft(ONE_LINE) & soft_not(REVERSIBLE) & ~LEUKEMIC),
    probable=~NOT_MYELODYSPLASTIC & (BY_FILM | (LASTING & soft(~ELSEWHERE))),
    possible=~NOT_MYELODYSPLASTIC & soft_not(ELSEWHERE) & ((CORE & (MACRO | AGE_60)) | LASTING),
)
