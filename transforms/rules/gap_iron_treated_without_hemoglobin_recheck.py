"""4.27 Gap: iron was started and nobody looked whether the hemoglobin rose.

The denominator must be established (RULES.md 4.31.17): anemia, a start of any iron product, not pregnant.
"""

from transforms.anemia import ANEMIA
from transforms.atoms import IN_SCOPE, PREGNANT
from transforms.follow_up import IRON_STARTED, followed_after_iron, seen
from transforms.logic import soft
from transforms.rule import Rule

RECHECKED = seen(
    "hb_after_iron_start",
    "hemoglobin was measured 14 to 56 days after iron was started",
    "+14..+56 d of the start",
    "RULES.md 4.27",
)

GAP_IRON_TREATED_WITHOUT_HEMOGLOBIN_RECHECK = Rule(
    rule_id="gap_iron_treated_without_hemoglobin_recheck",
    version=1,
    title="Iron given without a hemoglobin recheck",
    side="care gap",
    says="Anemia treated with iron, and no hemoglobin 14 to 56 days after the start.",
    follow_up="Blood count four weeks after iron was started.",
    seed="Recheck the hemoglobin after treatment (BSG 2021: a rise of 10 g/L in two weeks supports iron deficiency).",
    applies=IN_SCOPE & IRON_STARTED,
    gate=soft(ANEMIA) & ~PREGNANT,
    ruled_out=RECHECKED,
    confirmed=followed_after_iron(56, "RULES.md 4.27, 4.31.16"),
)
