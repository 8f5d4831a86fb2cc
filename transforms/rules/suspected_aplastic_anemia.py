"""4.15 Suspected aplastic anemia: two or three counts fall because the marrow is empty.

A patient is a candidate if at least one count says so (RULES.md 4.31.11). Where the marrow was examined, its
cellularity decides: a reported cellularity that is not hypocellular rules the disease out. Without a
marrow the counts decide: probable needs counts as low as in severe disease. An explanation that is established keeps
a hypocellular marrow at possible and excludes everyone else; one that cannot be seen caps the counts at possible
(RULES.md 0.4) and does not touch a marrow (4.31.2). Reticulocytes that were not counted are not adequate ones. How
few are too few is a switch (aa_retic), and as many are adequate.
"""

from transforms.atoms import BLASTS, IN_SCOPE, MICRO, RETIC_ABS, RPI
from transforms.choices import choice
from transforms.cytopenias import ANC_0_5, ANC_1_5, CAMITTA, HB_100, PLT_20, PLT_50
from transforms.iron_status import ID_ESTABLISHED
from transforms.logic import Criterion, Named, Node, Unknown, at_least, soft, soft_not
from transforms.marrow import HYPOCELLULAR, INFILTRATED, MARROW_EXAMINED
from transforms.rule import Rule
from transforms.rules.pancytopenia import PANCYTOPENIA
from transforms.secondary_causes import CHEMOTHERAPY, EXPLAINED

TWO_COUNTS = at_least(2, HB_100, PLT_50, ANC_1_5)
ONE_COUNT = soft(HB_100) | soft(PLT_50) | soft(ANC_1_5)
_AUTOMATED = "automated count; older sources print 20 or 40"
RETIC_FEW = choice(
    "aa_retic",
    {
        "60": RETIC_ABS.below(60, "10*9/L", CAMITTA, _AUTOMATED),
        "40": RETIC_ABS.below(40, "10*9/L", CAMITTA, "older sources"),
        "20": RETIC_ABS.below(20, "10*9/L", CAMITTA, "manual count"),
    },
)
SEVERE = at_least(2, ANC_0_5, PLT_20, RETIC_FEW)
RETIC_COUNTED = Criterion(
    id="reticulocytes_counted",
    says="an absolute reticulocyte count can be had",
    expr=~RETIC_ABS.missing,
    inputs=("retic_abs",),
    reasons=RETIC_ABS.reasons(),
    threshold="measured, or percent and red cells",
    citation="RULES.md 4.31.11",
)
RETIC_ADEQUATE: Node = Named(
    "adequate reticulocytes",
    soft(
        choice(
            "aa_retic",
            {
                "60": RETIC_ABS.at_least(60, "10*9/L", CAMITTA, "automated count"),
                "40": RETIC_ABS.at_least(40, "10*9/L", CAMITTA, "older sources"),
                "20": RETIC_ABS.at_least(20, "10*9/L", CAMITTA, "manual count"),
            },
        )
    )
    | (~RETIC_COUNTED & soft(RPI.at_least(2, "1", "Hillman; RULES.md 2.4", "RPI"))),
)
BY_SEVERITY = SEVERE & soft_not(MICRO) & ~ID_ESTABLISHED
BY_PANCYTOPENIA = PANCYTOPENIA.reached("possible") & ~RETIC_ADEQUATE

SUSPECTED_APLASTIC_ANEMIA = Rule(
    rule_id="suspected_aplastic_anemia",
    version=1,
    title="Suspected aplastic anemia",
    side="production",
    says="At least two of hemoglobin, platelets and neutrophils are as low as in aplastic anemia, and no cause is on "
    "record or the marrow is hypocellular.",
    follow_up="Same-day hematology where the counts are those of severe disease; marrow with cytogenetics, PNH flow "
    "cytometry, inherited panel.",
    seed="Bone marrow failure syndromes.",
    applies=IN_SCOPE & (soft_not(Unknown(TWO_COUNTS)) | ONE_COUNT),
    gate=TWO_COUNTS,
    ruled_out=soft(BLASTS.above(0, "%", "RULES.md 4.15", "blasts in blood"))
    | INFILTRATED
    | soft(CHEMOTHERAPY)
    | (MARROW_EXAMINED & ~HYPOCELLULAR),
    confirmed=HYPOCELLULAR & soft_not(EXPLAINED),
    probable=~MARROW_EXAMINED & BY_SEVERITY & soft(~EXPLAINED),
    possible=HYPOCELLULAR | (soft_not(EXPLAINED) & (BY_SEVERITY | BY_PANCYTOPENIA)),
)
