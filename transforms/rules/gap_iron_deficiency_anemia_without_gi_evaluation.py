"""4.23 Gap: iron deficiency anemia in a man, or a woman of 50 or older, and no look at both ends of the gut.

AGA gives no interval; 180 days are this reference's. Unknown sex is taken in from 50 years (RULES.md 4.31.7). A
palliative code is a guard: unobserved diagnoses count as none.
"""

import polars as pl

from transforms.atoms import ADULT, PREGNANT, T, age, history
from transforms.follow_up import followed
from transforms.logic import Criterion, soft, soft_not
from transforms.rule import Rule
from transforms.rules.iron_deficiency_anemia import IRON_DEFICIENCY_ANEMIA

AGA = "AGA 2020 (Ko, Gastroenterology 2020;159:1085), recommendations 2 and 3"
INTERVAL = "the interval: RULES.md 4.23"
MAN_OR_50 = Criterion(
    id="man_or_aged_50",
    says="a man, or 50 years old or older",
    expr=(pl.col("sex") == "male").fill_null(value=False)
    | (age >= 50),  # unknown sex counts from 50 years on
    inputs=("sex", "age"),
    reasons=(("age", T),),
    threshold="men from 18, women and unknown sex from 50 years",
    citation=f"{AGA}; RULES.md 4.23, 4.31.7",
)
UPPER = history("upper_endoscopy", f"{AGA}; {INTERVAL}")
LOWER = history("lower_endoscopy", f"{AGA}; {INTERVAL}")
FOLLOWED = followed("procedure", 180, "RULES.md 4.23, 4.31.16")

GAP_IRON_DEFICIENCY_ANEMIA_WITHOUT_GI_EVALUATION = Rule(
    rule_id="gap_iron_deficiency_anemia_without_gi_evaluation",
    version=1,
    title="Iron deficiency anemia without endoscopy",
    side="care gap",
    says="Iron deficiency anemia, and not both an upper endoscopy and a colonoscopy from a year before to 180 days "
    "after.",
    follow_up="Endoscopy of both ends, unless the source is known or the patient declines.",
    seed="Iron deficiency anemia itself does not originate from primary bone marrow pathology: find the loss.",
    applies=soft(ADULT) & IRON_DEFICIENCY_ANEMIA.reached("probable"),
    gate=soft(MAN_OR_50) & ~PREGNANT & soft_not(history("palliative_care", "RULES.md 5.1 (palliative care)")),
    ruled_out=soft(UPPER) & soft(LOWER),
    confirmed=soft_not(UPPER) & soft_not(LOWER) & FOLLOWED,
    probable=(soft(UPPER) | soft(LOWER)) & FOLLOWED,
    reads=IRON_DEFICIENCY_ANEMIA.inputs,
)
